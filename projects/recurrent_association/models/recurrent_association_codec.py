"""The codec of recurrent association: every instance has heatmaps of its own."""

from typing import Dict, List, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.codecs import AEDecoder
from mmpose_ae.grouping import Instances, cells_to_pixels, pixels_to_cells
from mmpose_ae.grouping.tags import sample_tags
from mmpose_ae.registry import KEYPOINT_CODECS

Decoded = Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]
Stride = Tuple[float, float]


@KEYPOINT_CODECS.register_module()
class RecurrentAssociationCodec(AEDecoder):
    """Encode as :class:`AEDecoder`; decode heatmaps of single instances.

    Targets and predictions live on the coarsest heatmap, where features and tags are.

    Args:
        *args: As in :class:`AEDecoder`.
        decode_discard_thr (float): Tau; keypoints whose heatmap stays below have score 0 and lie
            at the mean of the others. An instance without any is left out.
        **kwargs: As in :class:`AEDecoder`. Those on missing keypoints are used if the head is
            asked to look for the discarded ones; those on candidates and grouping have no use.
    """

    label_mapping_table = dict(AEDecoder.label_mapping_table, keypoint_cells='keypoint_cells')

    def __init__(self, *args, decode_discard_thr: float = 0.015, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.decode_discard_thr = decode_discard_thr

    def encode(self, keypoints: np.ndarray, *args, **kwargs) -> Dict[str, np.ndarray]:
        """Make the training targets of one image.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input image, (N, K, 2).
            *args: As in :class:`AEDecoder`.
            **kwargs: As in :class:`AEDecoder`.

        Returns:
            dict: As of :class:`AEDecoder`, and ``keypoint_cells``: keypoints (x, y) in cells of the
            coarsest heatmap, (N, K, 2), float32.
        """
        encoded = super().encode(keypoints, *args, **kwargs)
        cells = pixels_to_cells(keypoints[..., :2], self.stride(0), self.decode_center_shift)
        return dict(encoded, keypoint_cells=cells.astype(np.float32))

    def decode_steps(
        self,
        heatmaps: Tensor,
        probabilities: Tensor,
        accepted: Tensor,
        stride: Stride,
        detected: Optional[Tuple[Tensor, Tensor, Stride]] = None,
    ) -> Decoded:
        """Turn the steps of a batch into instances.

        Args:
            heatmaps (Tensor): (B, P, K, h, w), float32.
            probabilities (Tensor): Of being an instance, (B, P).
            accepted (Tensor): Which are instances, (B, P), bool.
            stride (tuple): Input pixels per cell (x, y).
            detected (tuple, optional): Heatmaps (B, K, H, W) of all instances, tags
                (B, L * K, h', w') and their input pixels per cell: discarded keypoints are looked
                for there as :class:`AEDecoder` looks for missing ones.

        Returns:
            tuple: Lists over the batch, best instance first.
            - list[np.ndarray]: Keypoints (x, y) in pixels of the input image, (N, K, 2), float32.
            - list[np.ndarray]: Keypoint scores, (N, K), float32; 0 where discarded.
            - list[np.ndarray]: Instance scores, (N,), float32: the probability times the mean of
              the keypoint scores over all K, those looked for not counted.
        """
        values, index = heatmaps.flatten(3).max(3)  # (B, P, K)
        width = heatmaps.shape[-1]
        cells = torch.stack([index % width, index // width], dim=-1)
        points = self._refine(heatmaps, cells[..., None, :])[..., 0, :]
        scores = values * (values >= self.decode_discard_thr)
        total = probabilities * scores.mean(2)  # (B, P)
        kept = (accepted & (scores > 0).any(2)).cpu().numpy()
        packed = torch.cat([points, scores[..., None]], dim=-1).cpu().numpy()
        ranks = total.cpu().numpy()
        chosen = [self._best(*image) for image in zip(ranks, kept)]
        keypoints = [
            cells_to_pixels(_center_discarded(image[best]), stride, self.decode_center_shift)
            for image, best in zip(packed, chosen)
        ]
        scores = [image[best, :, 2] for image, best in zip(packed, chosen)]
        if detected is not None:
            keypoints, scores = self._search_discarded(keypoints, scores, *detected)
        return keypoints, scores, [image[best] for image, best in zip(ranks, chosen)]

    def _best(self, scores: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Steps of one image that are kept, best first."""
        steps = np.flatnonzero(kept)
        return steps[np.argsort(-scores[steps], kind='stable')[: self.decode_max_instances]]

    def _search_discarded(
        self,
        keypoints: List[np.ndarray],
        scores: List[np.ndarray],
        heatmaps: Tensor,
        tags: Tensor,
        stride: Stride,
    ) -> Tuple[List[np.ndarray], List[np.ndarray]]:
        """Look for discarded keypoints where heatmaps of all instances are high and tags alike."""
        shift = self.decode_center_shift
        instances = []
        for image_keypoints, image_scores, image_tags in zip(keypoints, scores, tags):
            cells = pixels_to_cells(image_keypoints, stride, shift).astype(np.float32)
            own = _mean_tags(image_tags, cells, image_scores > 0, heatmaps.shape[-2:])
            instances.append(Instances(cells, image_scores, own))
        completed = self._complete(heatmaps, tags, instances)
        return (
            [cells_to_pixels(image.cells, stride, shift) for image in completed],
            [image.scores for image in completed],
        )


def _center_discarded(keypoints: np.ndarray) -> np.ndarray:
    """Points (N, K, 2) of keypoints (x, y, score), the mean of the others where discarded."""
    points, found = keypoints[..., :2], keypoints[..., 2:] > 0
    center = (points * found).sum(1, keepdims=True) / found.sum(1, keepdims=True)
    return np.where(found, points, center)


def _mean_tags(
    tags: Tensor, cells: np.ndarray, found: np.ndarray, size: Tuple[int, int]
) -> np.ndarray:
    """Mean of the tags (L * K, h, w) under cells (N, K, 2) of a (H, W) map, (N, L), float32."""
    height, width = size
    limit = torch.tensor([width - 1, height - 1])
    places = torch.from_numpy(cells).round().long().clamp(min=torch.zeros(2).long(), max=limit)
    places = places.transpose(0, 1)[None].to(tags.device)
    read = sample_tags(tags[None].float(), places, (width, height))[0]  # (K, N, L)
    counted = torch.from_numpy(found).T[..., None].to(read)
    return ((read * counted).sum(0) / counted.sum(0)).cpu().numpy()
