"""Ground truth in place of predicted maps: what do detection and grouping cost, each alone?"""

from typing import Any, Callable, Dict

import torch
from mmpose.utils.typing import OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.codecs import BottomupCodec
from mmpose_ae.frame import Grid
from mmpose_ae.ops import gaussian_heatmaps
from mmpose_ae.options import check_choice

from .bottomup_head import BottomupHead, Predictions
from .by_tags import groups_by_tags
from .outputs import Predicted
from .supervision import Annotated, gather_test_instances
from .views import ViewOptions


class GroundTruth:
    """A head in testing that is told one kind of its maps (the paper's Section 4).

    Decode these maps as a perfect network would predict them, together with the other, predicted
    ones. Needs annotated test images, and a head that groups by tags.

    Args:
        head (BottomupHead): The head as it is.
        kind (str): ``'heatmaps'`` or ``'tags'``.

    Raises:
        ValueError: If the kind is neither, or the head predicts no tags.
    """

    def __init__(self, head: BottomupHead, kind: str) -> None:
        check_choice('ground_truth', kind, sorted(GROUND_TRUTH))
        if not groups_by_tags(head):
            raise ValueError('ground_truth is an option of heads that group by tags')
        self.head = head
        self.kind = kind

    def read_test_cfg(self, test_cfg: OptConfigType) -> ViewOptions:
        """Check the options of testing, which are those of the head."""
        return self.head.read_test_cfg(test_cfg)

    def predict(
        self, feats: Any, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Predictions:
        """Predict as the head does, with the ground truth in place of one kind of maps."""
        options = self.read_test_cfg(test_cfg)
        predicted = self.head.predict_maps(feats, batch_data_samples, options)
        people = gather_test_instances(
            batch_data_samples, self.head.num_keypoints, predicted.maps.heatmaps.device
        )
        known = GROUND_TRUTH[self.kind](people, self.head.decoder, predicted)
        maps = predicted.maps._replace(**{self.kind: known})
        return self.head.decode_maps(predicted._replace(maps=maps), options)


def draw_heatmaps(people: Annotated, codec: BottomupCodec, predicted: Predicted) -> Tensor:
    """Draw the heatmaps of a network that detects perfectly.

    Args:
        people (Annotated): Of a batch, in pixels of the input.
        codec (BottomupCodec): Says how wide the Gaussians are, in cells of what the network itself
            predicts, and where they are centered.
        predicted (Predicted): What was predicted.

    Returns:
        Tensor: (B, K, H, W), float32.
    """
    grid, finest = predicted.grid, predicted.finest
    sigma = codec.heatmap_targets.sigma_on(finest) * finest.stride[0] / grid.stride[0]
    rounded = codec.heatmap_targets.round_centers
    cells = grid.to_cells(people.keypoints)
    return gaussian_heatmaps(cells, people.visible, grid.size, sigma, rounded)


def paint_tags(people: Annotated, codec: BottomupCodec, predicted: Predicted) -> Tensor:
    """Paint the tags of a network that groups perfectly: one value per instance.

    Every cell carries the tag of the instance whose keypoint of that type is closest.

    Args:
        people (Annotated): Of a batch, in pixels of the input.
        codec (BottomupCodec): Its tag threshold sets how far apart the tags are.
        predicted (Predicted): What was predicted.

    Returns:
        Tensor: (B, K, H, W), float32: L is 1.
    """
    maps = [_paint(*image, predicted.grid) for image in zip(people.keypoints, people.visible)]
    return 2 * codec.tag_threshold * torch.stack(maps).float()


def _paint(keypoints: Tensor, visible: Tensor, grid: Grid) -> Tensor:
    """Number, from 1, of the nearest instance at every cell of each type, (K, H, W)."""
    width, height = grid.size
    cells = grid.to_cells(keypoints)  # (N, K, 2)
    maps = cells.new_zeros(cells.shape[1], height, width)
    columns, rows = (torch.arange(side, device=cells.device) for side in grid.size)
    for k in visible.any(0).nonzero().flatten().tolist():
        labelled = visible[:, k].nonzero().flatten()
        dx, dy = (cells[labelled, k, axis, None] for axis in (0, 1))
        squared = (rows - dy)[:, :, None] ** 2 + (columns - dx)[:, None] ** 2  # (N, H, W)
        maps[k] = 1 + labelled[squared.argmin(0)]
    return maps


GROUND_TRUTH: Dict[str, Callable] = {'heatmaps': draw_heatmaps, 'tags': paint_tags}
