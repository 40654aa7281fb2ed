"""What every head does with its codec, whatever predicts its maps: targets, and people."""

from dataclasses import dataclass
from typing import Any, ClassVar, List, Optional, Tuple, Type, Union

import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.utils.typing import Features, InstanceList, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.codecs import BottomupCodec, Maps
from mmpose_ae.options import read_options
from mmpose_ae.registry import KEYPOINT_CODECS

from .inputs import Inputs, describe_inputs
from .outputs import Proposed
from .predictions import to_instance_data, to_pixel_data
from .supervision import Supervision, gather_instances, input_size_of, supervision_masks
from .views import ViewOptions

Predictions = Union[InstanceList, Tuple[InstanceList, List[PixelData]]]


@dataclass(frozen=True)
class NoOptions:
    """Options of ``train_cfg`` of most heads: none."""


class CodecHead:
    """The side of a head that faces its codec, to inherit from before a head of MMPose.

    Subclasses set ``decoder``, the codec, and ``num_keypoints``, and say in :meth:`_find` how they
    come to what the codec groups. ``codec_classes`` are the codecs that a head works with, and
    their subclasses; ``test_options`` are those of ``test_cfg``, ``train_options`` those of
    ``train_cfg``.
    """

    codec_classes: ClassVar[Tuple[Type[BottomupCodec], ...]] = (BottomupCodec,)
    predicts_centers = False
    test_options = ViewOptions
    train_options: ClassVar[type] = NoOptions

    @classmethod
    def build_decoder(
        cls, decoder: OptConfigType, num_keypoints: Optional[int]
    ) -> Tuple[Optional[BottomupCodec], int]:
        """Build the codec and settle the number of keypoints, K.

        Args:
            decoder (dict, optional): Config of the codec. None is a head that has none.
            num_keypoints (int, optional): K. None takes it from the codec.

        Returns:
            tuple: The codec, and K.

        Raises:
            ValueError: If the codec is of another method, nothing tells K, or head and codec differ
                about it.
        """
        codec = None if decoder is None else KEYPOINT_CODECS.build(decoder)
        cls._check_codec(codec)
        known = None if codec is None else codec.num_keypoints
        if num_keypoints is None and known is None:
            raise ValueError('give num_keypoints, or a decoder with the metainfo of the dataset')
        if None not in (num_keypoints, known) and num_keypoints != known:
            raise ValueError(
                f'the head has num_keypoints={num_keypoints}, but its decoder is for {known}'
            )
        return codec, known if num_keypoints is None else num_keypoints

    @classmethod
    def _check_codec(cls, codec: Optional[BaseKeypointCodec]) -> None:
        if codec is not None and not isinstance(codec, cls.codec_classes):
            fitting = ' or '.join(kind.__name__ for kind in cls.codec_classes)
            raise ValueError(
                f'decoder.type of {cls.__name__} must be {fitting}, or a subclass, '
                f'got {type(codec).__name__}'
            )

    def _supervise(self, heatmaps: List[Tensor], batch_data_samples: SampleList) -> Supervision:
        """Make the targets for heatmaps of these sizes."""
        if self.decoder is None:
            raise ValueError(f'{type(self).__name__} makes its targets: give it a decoder')
        device, input_size = heatmaps[0].device, input_size_of(batch_data_samples)
        grids = [self.decoder.grid_of(level, input_size) for level in heatmaps]
        people = gather_instances(batch_data_samples, self.num_keypoints, device)
        targets = self.decoder.targets(
            people.keypoints, people.visible, grids, self.predicts_centers, people.sides
        )
        sizes = [level.shape[-2:] for level in heatmaps]
        masks = supervision_masks(batch_data_samples, sizes, device)
        if people.known is not None:
            known = self._known_maps(people.known)
            masks = [mask & known for mask in masks]
        return Supervision(targets, masks, people.sides, input_size, people.boxes)

    def _known_maps(self, known: Tensor) -> Tensor:
        """Which heatmaps (B, K, 1, 1) count where images lack types of keypoints; centers do."""
        return F.pad(known, (0, int(self.predicts_centers)), value=True)[..., None, None]

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Predictions:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): See :func:`list_views`.
            batch_data_samples (list[PoseDataSample]): With ``flip_indices`` and
                ``batch_input_shape`` or ``img_shape`` in their metainfo, and ``frame`` where it
                matters what is padding.
            test_cfg (dict, optional): See the class; unknown options are refused.

        Returns:
            list[InstanceData]: See :func:`to_instance_data`. With ``output_heatmaps`` a tuple of
            that and a list of PixelData with the merged maps.
        """
        options = self.read_test_cfg(test_cfg)
        found = self._find(feats, describe_inputs(batch_data_samples), options)
        return self._decode(*found, options)

    def read_test_cfg(self, test_cfg: OptConfigType) -> ViewOptions:
        """Check the options of testing.

        Raises:
            TypeError: If one is unknown; lists those that are known.
        """
        return read_options(self.test_options, f'test_cfg of {type(self).__name__}', test_cfg)

    def read_train_cfg(self, train_cfg: OptConfigType) -> Any:
        """Check the options of training.

        Raises:
            TypeError: If one is unknown; lists those that are known.
        """
        return read_options(self.train_options, f'train_cfg of {type(self).__name__}', train_cfg)

    def propose(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Proposed:
        """Go as far as the device goes: all of prediction before the host groups.

        Args:
            feats (tuple | list): As in :meth:`predict`.
            inputs (Inputs): Of the batch.
            options (ViewOptions): What :meth:`read_test_cfg` gives.

        Returns:
            Proposed: Tensors of fixed size for the codec's ``group``, and the cells that it is
            to be given.
        """
        return self._find(feats, inputs, options)[0]

    def _find(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Tuple[Proposed, Maps]:
        """What :meth:`propose` gives, and the maps that it was found on."""
        raise NotImplementedError

    def _decode(self, proposed: Proposed, maps: Maps, options: ViewOptions) -> Predictions:
        """Let the host group; returns as :meth:`predict`."""
        instances: List[InstanceData] = [
            to_instance_data(image) for image in self.decoder.group(*proposed)
        ]
        return (instances, to_pixel_data(maps)) if options.output_heatmaps else instances
