"""The head that finds one instance per step (Section 3 of the paper)."""

from typing import Dict, Iterator, List, Optional, Sequence, Tuple, Union

import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.utils.typing import ConfigType, Features, InstanceList, OptConfigType, SampleList
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.models.heads import AEHead
from mmpose_ae.registry import MODELS

from .instance_targets import InstanceTargets, gaussian_targets
from .mirrored import merge_mirrored
from .recurrent_association_loss import Supervision
from .truncated_backprop import sum_chunks
from .unrolling import Chunk, InstanceUnroller, join


@MODELS.register_module()
class RecurrentAssociationHead(AEHead):
    """Unroll a ConvLSTM over the instances of an image, on top of a frozen :class:`AEHead`.

    :meth:`forward` gives the maps of the frozen head, :meth:`unroll` the instances.

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): K. None takes it from the decoder's metainfo.
        inputs (sequence[str]): Which maps of each stack are fed: ``'features'``, which are the
            input of the final layer or, without one, what a stack predicts beyond heatmaps and
            tags; ``'heatmaps'``; ``'tags'``. Those of HigherHRNet are the coarse ones.
        unroller (dict, optional): Options of :class:`InstanceUnroller`.
        association_loss (dict): Called with chunks and :class:`Supervision`.
        **kwargs: As in :class:`AEHead`.

    The ``test_cfg`` of the estimator may hold

    - ``flip_test``: average the heatmaps with those of the same instance in the mirrored input.
    - ``shift_heatmap``: shift the mirrored maps by a cell (False).
    - ``multiscale_test``: the input is a pyramid; instances are found at its base.
    - ``refine_missing``: look for discarded keypoints on the frozen head's heatmaps, averaged over
      scales and flips (True with ``multiscale_test``, as in Section 3.3).
    - ``output_heatmaps``: also return the heatmaps, the maxima over instances.

    Raises:
        ValueError: ``inputs`` are unknown, or the network has no such features.
    """

    trained_part = 'unroller'

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        inputs: Sequence[str] = ('features',),
        unroller: OptConfigType = None,
        association_loss: ConfigType = dict(type='mmpose_ae.RecurrentAssociationLoss'),  # noqa: B006
        **kwargs,
    ) -> None:
        super().__init__(in_channels, num_keypoints, **kwargs)
        self.requires_grad_(False)
        self.inputs = tuple(inputs)
        channels = self._count_inputs(in_channels, kwargs.get('deconv_out_channels'))
        self.unroller = InstanceUnroller(channels, self.num_keypoints, **(unroller or {}))
        self.association_loss = MODELS.build(association_loss)

    @property
    def default_init_cfg(self) -> list:
        """Nothing: the frozen part is loaded, and what is trained starts as torch has it."""
        return []

    def _count_inputs(self, in_channels: int, deconv_out_channels: Optional[Sequence[int]]) -> int:
        """Channels that are fed, of all stacks."""
        width = deconv_out_channels[-1] if deconv_out_channels else in_channels
        predicts = isinstance(self.final_layer, nn.Identity)
        channels = dict(
            features=width - self.out_channels if predicts else width,
            heatmaps=self.num_keypoints,
            tags=self.out_channels - self.num_keypoints,
        )
        empty = [name for name in self.inputs if not channels.get(name)]
        if empty or not self.inputs:
            known = {name: count for name, count in channels.items() if count}
            raise ValueError(f'inputs must be of {known} (channels per stack), got {self.inputs}')
        return self.num_stacks * sum(channels[name] for name in self.inputs)

    @torch.no_grad()
    def gather_inputs(self, feats: Tuple[Tensor]) -> Tensor:
        """Put the maps that are fed side by side, (B, C, h, w), without a graph.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
        """
        maps = []
        for x in feats[-self.num_stacks :]:
            x = self.conv_layers(self.deconv_layers(x))
            prediction = self.final_layer(x)
            parts = dict(
                features=x[:, self.out_channels :] if prediction is x else x,
                heatmaps=prediction[:, : self.num_keypoints],
                tags=prediction[:, self.num_keypoints : self.out_channels],
            )
            maps += [parts[name] for name in self.inputs]
        return torch.cat(maps, dim=1)

    def unroll(self, feats: Tuple[Tensor]) -> Chunk:
        """Find the instances of a batch.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.

        Returns:
            Chunk: All steps; those that are not ``accepted`` show no instance.
        """
        return join(self.unroller(self.gather_inputs(feats)))

    def train(self, mode: bool = True) -> nn.Module:
        """Switch what is trained to training or testing; the rest stays in testing."""
        super().train(False)
        self.training = mode
        self.unroller.train(mode)
        return self

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> Dict[str, Tensor]:
        """Compute the losses, and with a ``chunk_size`` their gradients.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): Targets made by the codec, with
                ``gt_fields.heatmap_mask``, and ``keypoint_cells`` and ``keypoint_indices`` of
                ``gt_instance_labels``.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: ``loss`` and its parts ``stop``, ``heatmap`` and ``heatmap2``.
        """
        inputs = self.gather_inputs(feats)
        targets = self._targets(batch_data_samples, inputs.shape[-2:])
        mask = self._stack_field(batch_data_samples, 'heatmap_mask')[0][:, 0].float()
        supervision = Supervision(targets, mask, targets.present)
        return sum_chunks(
            self._chunk_losses(inputs, supervision),
            list(self.unroller.parameters()),
            truncate=self.unroller.chunk_size is not None,
        )

    def _targets(self, batch_data_samples: SampleList, size: Tuple[int, int]) -> InstanceTargets:
        expected = self.decoder.heatmap_sizes[0][::-1]
        if tuple(size) != expected:
            raise ValueError(
                f'the maps are (h, w) {tuple(size)}, but the codec made targets for {expected}'
            )
        labels = [d.gt_instance_labels for d in batch_data_samples]
        cells, indices = (
            pad_sequence([label[name] for label in labels], batch_first=True)
            for name in ('keypoint_cells', 'keypoint_indices')
        )
        codec = self.decoder
        visible = indices[..., 1] > 0
        return gaussian_targets(cells, visible, size[::-1], codec.sigma, codec.round_centers)

    def _chunk_losses(
        self, inputs: Tensor, supervision: Supervision
    ) -> Iterator[Dict[str, Tensor]]:
        for chunk in self.unroller(inputs, supervision.targets.counts):
            losses, supervision = self.association_loss(chunk, supervision)
            yield losses

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Union[InstanceList, Tuple[InstanceList, List[PixelData]]]:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): As in :meth:`AEHead.predict`.
            batch_data_samples (list[PoseDataSample]): As there.
            test_cfg (dict, optional): See the class.

        Returns:
            list[InstanceData]: As of :meth:`AEHead.predict`. With ``output_heatmaps`` a tuple of
            that and a list of PixelData with ``heatmaps``.
        """
        test_cfg = test_cfg or {}
        metainfo = batch_data_samples[0].metainfo
        input_size = tuple(metainfo.get('batch_input_shape', metainfo['img_shape']))
        base = feats[0] if test_cfg.get('multiscale_test', False) else feats
        heatmaps, steps = self._find_instances(base, metainfo, test_cfg)
        detected = None
        if test_cfg.get('refine_missing', test_cfg.get('multiscale_test', False)):
            maps = self._merge_views(feats, metainfo, input_size, test_cfg)
            detected = (*maps, _stride(maps[0], input_size))
        decoded = self.decoder.decode_steps(
            heatmaps,
            steps.logits.sigmoid(),
            steps.accepted,
            _stride(heatmaps, input_size),
            detected,
        )
        instances = [
            InstanceData(keypoints=keypoints, keypoint_scores=scores, bbox_scores=instance_scores)
            for keypoints, scores, instance_scores in zip(*decoded)
        ]
        if not test_cfg.get('output_heatmaps', False):
            return instances
        shown = (heatmaps * steps.accepted[..., None, None, None]).amax(1)
        return instances, [PixelData(heatmaps=maps) for maps in shown]

    def _find_instances(
        self, feats: Features, metainfo: dict, test_cfg: dict
    ) -> Tuple[Tensor, Chunk]:
        """Heatmaps (B, P, K, h, w) of the steps on the input, and those steps."""
        if not test_cfg.get('flip_test', False):
            steps = self.unroll(feats)
            return steps.best_heatmaps, steps
        steps, mirrored = (self.unroll(view) for view in feats)
        shift = test_cfg.get('shift_heatmap', False)
        return merge_mirrored(steps, mirrored, metainfo['flip_indices'], shift), steps


def _stride(maps: Tensor, input_size: Tuple[int, int]) -> Tuple[float, float]:
    """Input pixels per cell (x, y) of maps (..., h, w) on an input (h, w)."""
    return input_size[1] / maps.shape[-1], input_size[0] / maps.shape[-2]
