"""What all codecs of this package share: sizes, grids and the targets of heatmaps."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from mmpose.codecs.base import BaseKeypointCodec
from torch import Tensor

from mmpose_ae.decoding import Decoding, LearnedScore
from mmpose_ae.frame import Grid, Size
from mmpose_ae.grouping import Poses
from mmpose_ae.metainfo import keypoint_names, load_metainfo
from mmpose_ae.ops import OFFSETS, append_centers, instance_scales, keypoint_indices
from mmpose_ae.options import check_choice, check_number, read_options

from .heatmap_targets import HeatmapTargets, Targets
from .keypoint_order import check_order, order_from_metainfo
from .maps import Maps

Decoded = Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]
Stride = Union[float, Tuple[float, float]]  # input pixels per cell, of both axes or (x, y)
Encoded = Dict[str, Union[np.ndarray, List[np.ndarray]]]


class BottomupCodec(BaseKeypointCodec):
    """Keypoints to targets of heatmaps; subclasses turn maps into :class:`Poses`.

    Heads call :meth:`targets` with the sizes of their maps, so ``input_size`` and ``heatmap_size``
    are needed only by :meth:`encode`, which pipelines of MMPose's kind call, and by ``decode``.
    Targets and poses share one rule of where a cell lies (:mod:`mmpose_ae.frame`), so a round trip
    has no bias.

    Args:
        input_size (tuple, optional): Network input (w, h) in pixels.
        heatmap_size (tuple | list[tuple], optional): Heatmap size (W, H) in cells; for several
            resolutions (HigherHRNet) a list, coarse to fine.
        metainfo (dict, optional): The dataset's metainfo or ``dict(from_file=...)``; gives the
            number of keypoints and their order.
        keypoint_order (sequence, optional): All keypoint types in the order of grouping, head and
            torso first; it also says how many there are. None takes it from the metainfo.
        center_shift (float, optional): See :class:`mmpose_ae.frame.Grid`.
        refinement (str, optional): Sub-cell position of peaks: ``'gaussian'`` fits a Gaussian,
            ``'quarter'`` shifts a quarter of a cell towards the higher neighbor, ``'released'``
            too, but left or up where both are equal, as the released codes do; None keeps the cell.
        targets (dict, optional): Options of :class:`HeatmapTargets`, or of the codec's own.
        learned_score (str, optional): File of ``mmpose-ae train-score``: people rank by that score,
            which knows the codec's own. None ranks by that.

    Raises:
        ValueError: If sizes do not divide each other, or the order is not one of the keypoints.
    """

    auxiliary_encode_keys = {'bbox_scale'}
    label_mapping_table = dict(
        keypoint_indices='keypoint_indices',
        keypoint_weights='keypoint_weights',
        instance_scales='instance_scales',
    )
    field_mapping_table = dict(heatmaps='heatmaps', heatmap_mask='heatmap_mask')
    encodes_centers = False
    target_options = HeatmapTargets
    view_distance = 'rms'  # of codecs without that option

    def __init__(
        self,
        input_size: Optional[Size] = None,
        heatmap_size: Union[None, Size, Sequence[Size]] = None,
        metainfo: Optional[dict] = None,
        keypoint_order: Optional[Sequence[int]] = None,
        center_shift: Optional[float] = None,
        refinement: Optional[str] = 'gaussian',
        targets: Optional[dict] = None,
        learned_score: Optional[str] = None,
    ) -> None:
        super().__init__()
        self.input_size = None if input_size is None else tuple(input_size)
        self.heatmap_sizes = _list_sizes(heatmap_size)
        _check_sizes(self.input_size, self.heatmap_sizes)
        self.metainfo = None if metainfo is None else load_metainfo(metainfo)
        self.keypoint_order = self._read_order(keypoint_order)
        if center_shift is not None:
            check_number('center_shift', center_shift)
        self.center_shift = center_shift
        check_choice('refinement', refinement, [None, *sorted(OFFSETS)])
        self.refinement = refinement
        self.heatmap_targets = read_options(self.target_options, self._part('targets'), targets)
        self.learned_score = None if learned_score is None else self._read_score(learned_score)

    def _part(self, name: str) -> str:
        return f'{name} of {type(self).__name__}'

    def _read_order(self, order: Optional[Sequence[int]]) -> Optional[List[int]]:
        if order is None:
            return None if self.metainfo is None else order_from_metainfo(self.metainfo)
        return check_order(order, self.metainfo and self.metainfo['num_keypoints'])

    def _read_score(self, path: str) -> LearnedScore:
        score = LearnedScore.read(path)
        if self.metainfo is not None:
            score.check_keypoints(keypoint_names(self.metainfo), path)
        elif self.num_keypoints is not None:
            score.check_keypoints(self.num_keypoints, path)
        return score

    def check_keypoints(self, names: Sequence[str]) -> None:
        """Refuse a learned score of other people than those of a dataset.

        Args:
            names (sequence[str]): Of the dataset's keypoints.

        Raises:
            ValueError: Says which ones the score is of.
        """
        if self.learned_score is not None:
            self.learned_score.check_keypoints(names, self._part('learned_score'))

    @property
    def num_keypoints(self) -> Optional[int]:
        """Number of keypoint types, without a center, where metainfo or order tell it."""
        return None if self.keypoint_order is None else len(self.keypoint_order)

    def grid(self, level: int = -1) -> Grid:
        """Cells of one configured heatmap, the finest by default.

        Raises:
            ValueError: If the codec was not given its sizes.
        """
        if self.input_size is None or not self.heatmap_sizes:
            raise ValueError(
                f'{type(self).__name__} needs input_size and heatmap_size to encode, and to decode '
                'maps whose place on the input nobody tells it'
            )
        return Grid.over(self.heatmap_sizes[level], self.input_size, self.center_shift)

    def grid_of(self, maps: Tensor, input_size: Size) -> Grid:
        """Cells of maps (..., H, W) that cover an input (w, h)."""
        return Grid.over(tuple(maps.shape[:-3:-1]), input_size, self.center_shift)

    def grid_at(self, maps: Tensor, stride: Optional[Stride]) -> Grid:
        """Cells of maps (..., H, W) at a stride; None gives those of the configured finest."""
        if stride is None:
            return self.grid()
        return Grid(tuple(maps.shape[:-3:-1]), tuple(np.broadcast_to(stride, 2)), self.center_shift)

    def scale_views(self, tags: Tensor, num_views: int) -> Tensor:
        """Scale the tags of several views, which lie side by side, to the unit of the threshold.

        Args:
            tags (Tensor): Tag maps, (B, views * L * K, h, w), float.
            num_views (int): How many views they are of.

        Returns:
            Tensor: The same, whose Euclidean distances are those of ``view_distance``.
        """
        return tags / num_views**0.5 if self.view_distance == 'rms' else tags

    @property
    def decoding(self) -> Decoding:
        """The half of decoding that runs on the host."""
        raise NotImplementedError

    def propose(self, maps: Maps) -> NamedTuple:
        """Find what is to be grouped, on the device of the maps.

        Codecs whose maps do not tell all they need take more: those of offsets the cells of the
        heatmaps, that of attention where they show an image.

        Args:
            maps (Maps): Of a batch.

        Returns:
            NamedTuple: Tensors of fixed size.
        """
        raise NotImplementedError

    def outputs(self, proposals: NamedTuple) -> Dict[str, Tensor]:
        """Name what :attr:`decoding` reads.

        Args:
            proposals (NamedTuple): What is to be grouped, of a batch, in tensors of fixed size.

        Returns:
            dict: Tensors (B, ...) by name.
        """
        raise NotImplementedError

    def group(self, proposals: NamedTuple, grid: Optional[Grid] = None) -> List[Poses]:
        """Make people of proposals, on the host.

        Args:
            proposals (NamedTuple): Of a batch.
            grid (Grid, optional): Cells of its heatmaps. None are those of the configured finest.

        Returns:
            list[Poses]: Of each image, in pixels of the input; see the class of :attr:`decoding`.
        """
        return self.decoding(to_host(self.outputs(proposals)), grid or self.grid())

    def decode(self, encoded: Tuple[Tensor, ...]) -> Tuple[np.ndarray, ...]:
        """Decode the maps of one image.

        Args:
            encoded (tuple[Tensor]): What ``batch_decode`` takes, without the batch.

        Returns:
            tuple: Keypoints (N, K, 2), keypoint scores (N, K) and instance scores (N,).
        """
        return tuple(values[0] for values in self.batch_decode(*(maps[None] for maps in encoded)))

    def targets(
        self,
        keypoints: Tensor,
        visible: Tensor,
        grids: Sequence[Grid],
        centers: bool = False,
        sides: Optional[Tensor] = None,
    ) -> Targets:
        """Make the targets of a batch, on the device of the keypoints.

        Args:
            keypoints (Tensor): Keypoints (x, y) in pixels of the input, (B, N, K, 2), float.
            visible (Tensor): Annotated keypoints, (B, N, K), bool; rows without any pad an image.
            grids (sequence): Cells of every heatmap, coarse to fine.
            centers (bool): Also of the center of each instance, as one keypoint more: the mean of
                its keypoints inside the input.
            sides (Tensor, optional): Width and height of the instances' boxes in pixels of the
                input, (B, N, 2), for codecs whose targets depend on them.

        Returns:
            Targets: Of K keypoints, or K + 1.

        Raises:
            ValueError: If there are more or fewer keypoints than the codec's.
        """
        if self.num_keypoints not in (None, keypoints.shape[-2]):
            raise ValueError(
                f'the codec expects {self.num_keypoints} keypoints per instance, '
                f'but the annotation has {keypoints.shape[-2]}'
            )
        if centers:
            cells = grids[0].to_cells(keypoints)
            inside = keypoint_indices(cells, visible, grids[0].size)[..., 1] > 0
            appended, present = append_centers(keypoints, inside)
            keypoints, visible = appended, torch.cat([visible, present[..., -1:]], dim=-1)
        return self._draw(keypoints, visible, grids, sides)

    def _draw(
        self, keypoints: Tensor, visible: Tensor, grids: Sequence[Grid], sides: Optional[Tensor]
    ) -> Targets:
        """Draw what :meth:`targets` has placed; the base implementation draws all alike."""
        return self.heatmap_targets.draw(keypoints, visible, grids)

    @torch.inference_mode()  # only arrays leave it; a fifth less time
    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: Optional[np.ndarray] = None,
        bbox_scale: Optional[np.ndarray] = None,
    ) -> Encoded:
        """Make the training targets of one image, for pipelines of MMPose's kind.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input image, (N, K, 2).
            keypoints_visible (np.ndarray, optional): Annotated keypoints are > 0, (N, K).
            bbox_scale (np.ndarray, optional): Sides (w, h) of the instances' boxes in pixels of
                the input image, (N, 2).

        Returns:
            dict:
            - heatmaps (np.ndarray): (K, H, W), float32; a list of them, coarse to fine, if there
                are several resolutions.
            - keypoint_indices (np.ndarray): Row-major cell on the coarsest heatmap and
                visibility, (N, K, 2), int64.
            - keypoint_weights (np.ndarray): 1 where the keypoint is a target, (N, K), float32.
            - instance_scales (np.ndarray): Root of the box area relative to the input, (N,),
                float32; only if ``bbox_scale`` is given.

            With centers they are of K + 1 keypoints, the center being the last. Codecs may have
            further labels, see :meth:`further_labels`.
        """
        grids = [self.grid(level) for level in range(len(self.heatmap_sizes or [None]))]
        made = self._targets_of_image(keypoints, keypoints_visible, bbox_scale, grids)
        heatmaps = [level[0].numpy() for level in made.heatmaps]
        indices = made.indices[0].numpy()
        encoded = dict(
            heatmaps=heatmaps if len(heatmaps) > 1 else heatmaps[0],
            keypoint_indices=indices,
            keypoint_weights=indices[..., 1].astype(np.float32),
        )
        if bbox_scale is not None:
            sides = torch.as_tensor(np.asarray(bbox_scale))
            encoded['instance_scales'] = instance_scales(sides, self.input_size).numpy()
        return dict(encoded, **self.further_labels(made, grids[0]))

    def further_labels(self, targets: Targets, grid: Grid) -> Dict[str, np.ndarray]:
        """Make what :meth:`encode` gives besides.

        Args:
            targets (Targets): Of a batch of one image.
            grid (Grid): Cells of its coarsest heatmap.

        Returns:
            dict: Labels of the image by name; the base implementation has none.
        """
        return {}

    def _targets_of_image(
        self,
        keypoints: np.ndarray,
        visible: Optional[np.ndarray],
        sides: Optional[np.ndarray],
        grids: Sequence[Grid],
    ) -> Targets:
        """Targets of a batch of one image."""
        keypoints = np.asarray(keypoints)
        visible = np.ones(keypoints.shape[:2]) if visible is None else np.asarray(visible)
        points = torch.as_tensor(keypoints[None, ..., :2])
        points = points if points.is_floating_point() else points.float()
        annotated = torch.as_tensor(visible[None] > 0)
        sides = None if sides is None else torch.as_tensor(np.asarray(sides))[None]
        return self.targets(points, annotated, grids, self.encodes_centers, sides)


def to_host(outputs: Dict[str, Tensor]) -> Dict[str, np.ndarray]:
    """Bring named tensors to the host; those that are there are not copied."""
    return {name: values.detach().cpu().numpy() for name, values in outputs.items()}


def as_lists(poses: Sequence[Poses]) -> Decoded:
    """Poses of a batch in MMPose's form: lists of keypoints, keypoint scores, instance scores."""
    return (
        [image.keypoints for image in poses],
        [image.keypoint_scores for image in poses],
        [image.instance_scores for image in poses],
    )


def _list_sizes(heatmap_size: Union[None, Size, Sequence[Size]]) -> Optional[List[Size]]:
    if heatmap_size is None:
        return None
    single = isinstance(heatmap_size[0], int)
    return [tuple(size) for size in ([heatmap_size] if single else heatmap_size)]


def _check_sizes(input_size: Optional[Size], heatmap_sizes: Optional[Sequence[Size]]) -> None:
    if input_size is None or heatmap_sizes is None:
        return
    for width, height in heatmap_sizes:
        if input_size[0] % width or input_size[1] % height:
            raise ValueError(f'heatmap_size {(width, height)} must divide input_size {input_size}')
