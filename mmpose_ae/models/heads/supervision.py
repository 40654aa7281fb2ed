"""What heads are trained towards, made from the keypoints that samples carry."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from mmpose.utils.typing import SampleList
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.codecs import Targets
from mmpose_ae.frame import Size
from mmpose_ae.ops import instance_scales

from .clips import ClipPeople


class Annotated(NamedTuple):
    """The annotated instances of a batch, padded to the most of an image.

    Attributes:
        keypoints (Tensor): (x, y) in pixels of the input, (B, N, K, 2), float.
        visible (Tensor): Annotated keypoints, (B, N, K), bool; False in padded rows.
        sides (Tensor, optional): Width and height of the instances' boxes in pixels of the input,
            (B, N, 2); None if samples lack them.
        boxes (Tensor, optional): Left, top, right and bottom of the boxes around those, (B, N, 4).
        known (Tensor, optional): Keypoint types that were annotated in an image, (B, K), bool; None
            if all were in all of them.
    """

    keypoints: Tensor
    visible: Tensor
    sides: Optional[Tensor] = None
    boxes: Optional[Tensor] = None
    known: Optional[Tensor] = None


class Supervision(NamedTuple):
    """Targets of a batch and where they count; people are in the order of their samples.

    Attributes:
        targets (Targets): What the network should predict.
        masks (list[Tensor]): Cells that are supervised, (B, 1, H_i, W_i), bool, for each
            resolution of the heatmaps; (B, K, H_i, W_i), with the center if there is one, where
            images lack some types of keypoints.
        sides (Tensor, optional): See :class:`Annotated`.
        input_size (tuple): Size (w, h) of the input.
        boxes (Tensor, optional): See :class:`Annotated`.
        clips (ClipPeople, optional): The people of clips, in an order of their own, where tags are
            to hold over time.
    """

    targets: Targets
    masks: List[Tensor]
    sides: Optional[Tensor]
    input_size: Size
    boxes: Optional[Tensor] = None
    clips: Optional[ClipPeople] = None

    @property
    def scales(self) -> Tensor:
        """Scales of the instances relative to the input, (B, N), float32.

        Raises:
            ValueError: If the samples do not say how large the boxes are.
        """
        if self.sides is None:
            raise ValueError(
                'the samples lack the sides of boxes (bbox_scales of gt_instances), which '
                "BottomupRandomAffine makes from the data's bbox"
            )
        return instance_scales(self.sides, self.input_size)


def input_size_of(data_samples: SampleList) -> Size:
    """Size (w, h) of the input of a batch, padding included."""
    metainfo = data_samples[0].metainfo
    height, width = metainfo.get('batch_input_shape', metainfo['img_shape'])
    return int(width), int(height)


def gather_instances(
    data_samples: SampleList, num_keypoints: int, device: torch.device
) -> Annotated:
    """Read the annotated instances of training samples.

    Args:
        data_samples (list[PoseDataSample]): ``gt_instances`` with ``keypoints`` (N, K, 2) in pixels
            of the input, ``keypoints_visible`` (N, K), and optionally ``bbox_scales`` (N, 2) and
            ``bboxes`` (N, 4); without fields where nobody is annotated. MMPose's
            ``KeypointConverter`` makes ``keypoints_visible`` (N, K, 2): beside the visibility, 1 of
            the types that the data set has.
        num_keypoints (int): K.
        device (torch.device): Where to put them.

    Returns:
        Annotated: Of all images.
    """
    empty = dict(
        keypoints=np.zeros((0, num_keypoints, 2), np.float32),
        keypoints_visible=np.zeros((0, num_keypoints), np.float32),
        bbox_scales=np.zeros((0, 2), np.float32),
        bboxes=np.zeros((0, 4), np.float32),
    )
    images = [sample.gt_instances for sample in data_samples]
    visible = [image.get('keypoints_visible', empty['keypoints_visible']) for image in images]
    visible = [torch.as_tensor(v, device=device) for v in visible]

    def stack(name: str) -> Tensor:
        values = [image[name] if 'keypoints' in image else empty[name] for image in images]
        return pad_sequence([torch.as_tensor(v, device=device) for v in values], True)

    def stack_if_given(name: str) -> Optional[Tensor]:
        given = all(name in image for image in images if 'keypoints' in image)
        return stack(name) if given else None

    return Annotated(
        stack('keypoints')[..., :2],
        pad_sequence([v[..., 0] if v.ndim > 2 else v for v in visible], True) > 0,
        stack_if_given('bbox_scales'),
        stack_if_given('bboxes'),
        _known_types(visible),
    )


def refuse_lacking_types(head: str) -> None:
    """Refuse images that lack types of keypoints, for a head that would learn that nobody has them.

    Args:
        head (str): Its name.

    Raises:
        ValueError: Always.
    """
    raise ValueError(
        f'images lack types of keypoints (KeypointConverter), but {head} would learn that nobody '
        'has them: train it on data sets that have all'
    )


def _known_types(visible: List[Tensor]) -> Optional[Tensor]:
    """Types (B, K) that images have, by ``keypoints_visible``; where nobody is, none is missing."""
    if all(v.ndim == 2 for v in visible):
        return None
    everything = visible[0].new_ones(visible[0].shape[1], dtype=torch.bool)
    told = [len(v) > 0 and v.ndim > 2 for v in visible]
    return torch.stack([(v[..., 1] > 0).any(0) if t else everything for v, t in zip(visible, told)])


def gather_test_instances(
    data_samples: SampleList, num_keypoints: int, device: torch.device
) -> Annotated:
    """Read the annotated instances of test samples, whose keypoints are in pixels of the image.

    Args:
        data_samples (list[PoseDataSample]): As of :func:`gather_instances`, and with ``frame`` in
            their metainfo.
        num_keypoints (int): K.
        device (torch.device): Where to put them.

    Returns:
        Annotated: In pixels of the input; without sides.
    """
    people = gather_instances(data_samples, num_keypoints, torch.device('cpu'))
    frames = [sample.metainfo['frame'] for sample in data_samples]
    points = [frame.to_input(image.numpy()) for frame, image in zip(frames, people.keypoints)]
    keypoints = torch.from_numpy(np.stack(points)).to(device)
    return Annotated(keypoints, people.visible.to(device))


def supervision_masks(
    data_samples: SampleList, sizes: Sequence[Tuple[int, int]], device: torch.device
) -> List[Tensor]:
    """Bring the masks of training samples to the resolutions of the heatmaps.

    Args:
        data_samples (list[PoseDataSample]): ``gt_fields.heatmap_mask``, (1, h, w), of one size over
            the batch, or a list of several, coarse to fine; everything is supervised if they have
            none.
        sizes (sequence): Sizes (H, W) of the heatmaps.
        device (torch.device): Where to put them.

    Returns:
        list[Tensor]: (B, 1, H, W), bool: masks of these sizes as they are, else cells of which more
        than half is supervised.
    """
    images = [_masks_of(sample) for sample in data_samples]
    if not images[0]:
        return [torch.ones(len(images), 1, *s, dtype=torch.bool, device=device) for s in sizes]
    levels = [torch.stack(level).to(device) for level in zip(*images)]
    return [_mask_at(levels, tuple(size)) for size in sizes]


def _masks_of(sample: object) -> List[Tensor]:
    """Masks of a sample, coarse to fine; pipelines of MMPose's kind have one for each heatmap."""
    fields = sample.get('gt_fields')
    masks = None if fields is None else fields.get('heatmap_mask')
    if masks is None:
        return []
    return list(masks) if isinstance(masks, (list, tuple)) else [masks]


def _mask_at(levels: List[Tensor], size: Tuple[int, int]) -> Tensor:
    """The mask of a size (H, W), or else what the finest one says of most of each cell."""
    for mask in levels:
        if tuple(mask.shape[-2:]) == size:
            return mask.bool()
    return F.interpolate(levels[-1].float(), size=size, mode='area') > 0.5
