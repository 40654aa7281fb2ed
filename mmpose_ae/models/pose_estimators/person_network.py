"""A trained top-down network of MMPose, to look at people who have been found."""

from contextlib import contextmanager
from typing import Iterator, List, Optional, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.dataset import Compose, pseudo_collate
from mmengine.hub import get_config
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.config_files import find_test_pipeline, read_config_file
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.single_person import Votes


class PersonNetwork:
    """A network that sees one person at a time, many in a batch.

    It is no module, so that its weights are not part of those of the estimator that uses it. It
    computes in float32, whatever the estimator does: MMPose decodes in numpy.

    Args:
        config (str): File of the config, or ``'mmpose::NAME'`` of an installed package.
        checkpoint (str): Its weights, a file or an address.
        batch_size (int): Most people at a time.

    Raises:
        CheckpointError: The weights cannot be read, or are of another network.
    """

    def __init__(self, config: str, checkpoint: str, batch_size: int) -> None:
        self.name = config
        self.batch_size = batch_size
        cfg = get_config(config) if '::' in config else read_config_file(config)
        self._scope = cfg.get('default_scope', 'mmpose')
        with DefaultScope.overwrite_default_scope(self._scope):
            self.model = init_model(cfg, device='cpu')
            _, *steps = find_test_pipeline(cfg)  # the image is there already
            self._pipeline = Compose(steps)
        self._load(checkpoint)

    def _load(self, checkpoint: str) -> None:
        """Load the weights, all of them and no others."""
        try:
            loaded = load_checkpoint(self.model, checkpoint, map_location='cpu', strict=True)
        except RuntimeError as error:
            raise CheckpointError(f'{checkpoint} does not fit {self.name}: {error}') from error
        known = loaded.get('meta', {}).get('dataset_meta', self.model.dataset_meta)
        self.model.dataset_meta = known

    @property
    def keypoint_names(self) -> List[str]:
        """Names of the keypoints that it votes on, in their order; none where it is not known."""
        names = keypoint_names(getattr(self.model, 'dataset_meta', None) or {})
        return names if self._chosen is None or not names else [names[k] for k in self._chosen]

    @property
    def _chosen(self) -> Optional[List[int]]:
        """Indices of the keypoints that are wanted of it; None where all are."""
        return self.model.test_cfg.get('output_keypoint_indices')

    def to(self, device: torch.device) -> None:
        """Move the network, where it is elsewhere."""
        self.model.to(device)

    def predict(self, images: Sequence[np.ndarray], boxes: np.ndarray) -> Votes:
        """Vote as MMPose tests the network: with its own pipeline and its own codec.

        Args:
            images (sequence[np.ndarray]): That of each person, (H, W, 3), BGR, uint8.
            boxes (np.ndarray): Left, top, right, bottom of each person, (N, 4), in their pixels.

        Returns:
            Votes: On each keypoint.
        """
        found = []
        for chosen in self._batches(list(zip(images, boxes))):
            crops = [self._pipeline(self._describe(image, box)) for image, box in chosen]
            with self._precision():
                found += self.model.test_step(pseudo_collate(crops))
        people = [sample.pred_instances for sample in found]
        return Votes(
            np.concatenate([person.keypoints for person in people]),
            np.concatenate([person.keypoint_scores for person in people]),
        )

    def _describe(self, image: np.ndarray, box: np.ndarray) -> dict:
        """What a pipeline takes of one person, after loading."""
        shape = image.shape[:2]
        person = dict(bbox=box[None].astype(np.float32), bbox_score=np.ones(1, np.float32))
        picture = dict(img=image, img_shape=shape, ori_shape=shape)
        return {**self.model.dataset_meta, **picture, **person}

    def heatmaps(self, crops: np.ndarray) -> Tensor:
        """Average the heatmaps of crops and of their mirror images.

        Args:
            crops (np.ndarray): (N, H, W, 3), BGR, uint8. They are filled up with black to sides
                that the network takes: multiples of its preprocessor's ``pad_size_divisor``.

        Returns:
            Tensor: (N, K, h, w), float32, of the crops alone; of the ``output_keypoint_indices``.
        """
        return torch.cat([self._heatmaps(chosen) for chosen in self._batches(crops)])

    def _heatmaps(self, crops: np.ndarray) -> Tensor:
        height, width = crops.shape[1:3]
        step = self.model.data_preprocessor.pad_size_divisor
        pixels = torch.from_numpy(crops).permute(0, 3, 1, 2)
        pixels = F.pad(pixels, (0, -width % step, 0, -height % step))
        rows, columns = pixels.shape[-2:]
        maps = self._predict_maps(pixels)
        below, right = maps.shape[-2] * height // rows, maps.shape[-1] * width // columns
        return maps[..., :below, :right]

    def _predict_maps(self, pixels: Tensor) -> Tensor:
        """Heatmaps (N, K, h, w) of images (N, 3, H, W) of a size that the network takes."""
        known = dict(
            input_size=pixels.shape[:1:-1], flip_indices=self.model.dataset_meta['flip_indices']
        )
        samples = [PoseDataSample(metainfo=known) for _ in pixels]
        with self._precision():
            data = dict(inputs=list(pixels), data_samples=samples)
            inputs = self.model.data_preprocessor(data, False)['inputs']
            views = [self.model.extract_feat(view) for view in (inputs, inputs.flip(-1))]
            options = dict(flip_test=True, shift_heatmap=False, output_heatmaps=True)
            predicted = self.model.head.predict(views, samples, options)
        if not isinstance(predicted, tuple) or 'heatmaps' not in predicted[1][0]:
            raise ValueError(f'{self.name} predicts no heatmaps, which ReleasedVoting averages')
        maps = torch.stack([fields.heatmaps for fields in predicted[1]])
        return maps if self._chosen is None else maps[:, self._chosen]

    def _batches(self, items: Sequence) -> Iterator[Sequence]:
        for start in range(0, len(items), self.batch_size):
            yield items[start : start + self.batch_size]

    @contextmanager
    def _precision(self) -> Iterator[None]:
        """Without gradients, and without the mixed precision of the estimator."""
        kind = next(self.model.parameters()).device.type
        with torch.no_grad(), torch.autocast(kind, enabled=False):
            yield
