"""Stand-ins for data and for trained networks, all of them small.

People have three keypoints, of which the first two are mirror images of each other; the network's
input is 64 x 48 pixels, so that width and height cannot be mixed up, and heatmaps a quarter of it.
"""

from typing import Any, NamedTuple, Optional, Sequence, Tuple

import cv2
import numpy as np
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from mmpose_ae.frame import Frame, Grid, Size
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

NUM_KEYPOINTS = 3
FLIP_INDICES = [1, 0, 2]
INPUT_SIZE = (64, 48)
HEATMAP_SIZE = (16, 12)
PEOPLE = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)
NOBODY = PEOPLE[:0]


class _Kind(NamedTuple):
    """What the fakes have to know of a head: its codec, and how many maps of what it predicts."""

    codec: str
    heatmaps: int
    tags: int = 0
    offsets: int = 0


HEADS = dict(
    AEHead=_Kind('AEDecoder', 3, tags=3),
    CoupledEmbeddingHead=_Kind('AEDecoder', 3, tags=8 * 3),
    CenterAEHead=_Kind('AEDecoder', 4, tags=4),
    CenterOffsetHead=_Kind('CenterOffsetCodec', 4, offsets=2 * 4),
    CenterGroupHead=_Kind('CenterGroupCodec', 4, tags=4),
)
PERSON_HEADS = dict(CIDHead='CIDCodec', DEKRHead='DEKRCodec')  # MMPose's, with our codecs
_OF_HEADS = dict(
    CenterGroupHead=dict(
        grouping=dict(
            type='mmpose_ae.CenterGroupingModule',
            dim=16,
            head_dim=8,
            num_layers=2,
            feedforward_dim=32,
            dropout=0.0,
        ),
        grouping_loss=dict(type='mmpose_ae.CenterGroupLoss', sigmas=[0.1] * NUM_KEYPOINTS),
    )
)
_OF_CODECS = dict(
    CenterGroupCodec=dict(candidates=dict(center_kernel_size=5, max_candidates=6)),
    CenterOffsetCodec=dict(candidates=dict(center_kernel_size=5)),
    CIDCodec=dict(targets={}, candidates=dict(max_candidates=6)),
    DEKRCodec=dict(targets=dict(sigma=1, center_sigma=2, min_length=2)),
)


def codec_config(kind: str = 'AEDecoder', **options) -> dict:
    """The config of a codec for three keypoints."""
    settings = dict(
        input_size=INPUT_SIZE,
        heatmap_size=HEATMAP_SIZE,
        keypoint_order=list(range(NUM_KEYPOINTS)),
        targets=dict(sigma=1),
    )
    return {'type': f'mmpose_ae.{kind}', **settings, **_OF_CODECS.get(kind, {}), **options}


def codec(kind: str = 'AEDecoder', **options) -> Any:
    """A codec for three keypoints."""
    return KEYPOINT_CODECS.build(codec_config(kind, **options))


def head(kind: str = 'AEHead', **options) -> nn.Module:
    """A head of eight channels, the same weights every time; peaks are everywhere."""
    torch.manual_seed(0)
    of_codec = PERSON_HEADS.get(kind) or HEADS[kind].codec
    cfg = dict(type=f'mmpose_ae.{kind}', in_channels=8, decoder=codec_config(of_codec))
    built = MODELS.build({**cfg, **_OF_HEADS.get(kind, {}), **options})
    # the defaults leave hardly any peak
    if kind in PERSON_HEADS:
        for parameter in built.parameters():
            nn.init.normal_(parameter, std=0.3)
    elif isinstance(built.final_layer, nn.Conv2d):
        nn.init.normal_(built.final_layer.weight)
    return built


def predicting_head(kind: str = 'AEHead', **options) -> nn.Module:
    """A head whose input is its prediction: heatmaps, then tags or offsets."""
    return head(kind, **{'final_layer': None, 'in_channels': sum(HEADS[kind][1:]), **options})


def features(batch: int = 1, channels: int = 8, size: Size = HEATMAP_SIZE, seed: int = 0) -> Tensor:
    """Random features of a batch, (B, C, h, w)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, channels, *size[::-1], generator=generator)


def frame(image_size: Size = INPUT_SIZE, input_size: Size = INPUT_SIZE) -> Frame:
    """An image that fits in the input and lies in its middle."""
    zoom = min(np.divide(input_size, image_size))
    return Frame.of_box(
        np.divide(image_size, 2), np.divide(input_size, zoom), input_size, image_size
    )


def metainfo(on_input: Optional[Frame] = None, **more) -> dict:
    """What our transforms say of an image that lies on the input like this."""
    on_input = on_input or frame()
    sides = np.divide(on_input.input_size, np.diag(on_input.matrix))
    known = dict(
        ori_shape=on_input.image_size[::-1],
        img_shape=on_input.input_size[::-1],
        input_size=on_input.input_size,
        input_center=sides / 2 - on_input.matrix[:, 2] / np.diag(on_input.matrix),
        input_scale=sides,
        frame=on_input,
        flip_indices=FLIP_INDICES,
    )
    return {**known, **more}


def sample(
    people: Optional[np.ndarray] = PEOPLE,
    visible: Optional[np.ndarray] = None,
    mask: Optional[np.ndarray] = None,
    sides: Optional[float] = 30.0,
    on_input: Optional[Frame] = None,
    **more,
) -> PoseDataSample:
    """A data sample as pipelines pack it.

    Args:
        people (np.ndarray, optional): Keypoints, (N, 3, 2): in training in pixels of the input, in
            testing in those of the image. None is an image without annotations.
        visible (np.ndarray, optional): (N, 3); all by default.
        mask (np.ndarray, optional): Where heatmaps are supervised, (h, w).
        sides (float, optional): Of everybody's box, in pixels of the input. None leaves them out.
        on_input (Frame, optional): How the image lies on the input; it is the input by default.
        **more: Further metainfo.
    """
    instances = InstanceData()
    if people is not None:
        people = np.asarray(people, np.float32)
        visible = np.ones(people.shape[:2]) if visible is None else np.asarray(visible)
        instances.keypoints, instances.keypoints_visible = people, visible.astype(np.float32)
        if sides is not None:
            instances.bbox_scales = np.full((len(people), 2), sides, np.float32)
    made = PoseDataSample(metainfo=metainfo(on_input, **more), gt_instances=instances)
    if mask is not None:
        made.gt_fields = PixelData(heatmap_mask=torch.as_tensor(np.array(mask))[None])
    return made


def mirrored(people: np.ndarray) -> np.ndarray:
    """People as the mirrored input shows them."""
    return np.abs([INPUT_SIZE[0] - 1, 0] - people[:, FLIP_INDICES]).astype(np.float32)


def perfect_maps(kind: str, people: np.ndarray, tags: Optional[Sequence[float]] = None) -> Tensor:
    """What a network predicts that has learned its targets by heart, (1, C, 12, 16).

    Args:
        kind (str): The head whose channels they are.
        people (np.ndarray): Keypoints in pixels of the input, (N, 3, 2).
        tags (sequence, optional): Tag of each of them, in all dimensions; 0, 5, 10 and so on by
            default. Every cell has that of the nearest person.
    """
    _, num_heatmaps, num_tags, num_offsets = HEADS[kind]
    people = np.asarray(people, np.float32)
    grid = Grid.over(HEATMAP_SIZE, INPUT_SIZE)
    made = codec(HEADS[kind].codec).targets(
        torch.from_numpy(people)[None],
        torch.ones(1, *people.shape[:2], dtype=torch.bool),
        [grid],
        centers=num_heatmaps > NUM_KEYPOINTS,
    )
    maps = [made.heatmaps[0][0].numpy()]
    columns, rows = np.meshgrid(*(np.arange(count) for count in HEATMAP_SIZE))
    if num_tags:
        tags = 5 * np.arange(len(people)) if tags is None else tags
        x, y = ((people.mean(1) - 1.5) / 4).T[..., None, None]  # of the middle of each, in cells
        nearest = ((columns - x) ** 2 + (rows - y) ** 2).argmin(0) if len(people) else 0 * rows
        painted = np.asarray([*tags, 0], np.float32)[nearest]
        maps.append(np.broadcast_to(painted, (num_tags, *painted.shape)))
    if num_offsets:
        offsets = np.zeros((2, num_heatmaps, *HEATMAP_SIZE[::-1]), np.float32)
        for person in made.keypoints[0].numpy():
            center = np.round((person[-1] - 1.5) / 4).astype(int)
            offsets[:, :, center[1], center[0]] = ((person - 1.5) / 4 - center).T
        maps.append(offsets.reshape(num_offsets, *HEATMAP_SIZE[::-1]))
    return torch.from_numpy(np.concatenate(maps).astype(np.float32))[None]


def crowd(count: int = 6, seed: int = 0) -> np.ndarray:
    """Random people, each within a square of 16 pixels of the input, (N, 3, 2)."""
    rng = np.random.default_rng(seed)
    middles = rng.uniform(8, np.subtract(INPUT_SIZE, 9), (count, 1, 2))
    return (middles + rng.uniform(-8, 8, (count, NUM_KEYPOINTS, 2))).astype(np.float32)


def prediction(
    heatmaps: Tensor, tags: Optional[Tensor] = None, on_input: Optional[Frame] = None, **more
) -> dict:
    """The dictionary of a predicted image, as metrics and pictures take it.

    Args:
        heatmaps (Tensor): (K, H, W).
        tags (Tensor, optional): (L * K, H, W).
        on_input (Frame, optional): How the image lies on the input. By default every pixel of the
            image is a cell.
        **more: Further metainfo, or ``gt_instances``.
    """
    on_input = on_input or Frame.whole(tuple(heatmaps.shape[:0:-1]))
    instances = more.pop('gt_instances', InstanceData())
    more.setdefault('batch_input_shape', on_input.input_size[::-1])
    fields = dict(heatmaps=heatmaps) if tags is None else dict(heatmaps=heatmaps, tags=tags)
    made = PoseDataSample(
        metainfo=metainfo(on_input, **more), gt_instances=instances, pred_fields=PixelData(**fields)
    )
    return made.to_dict()


def image(size: Size = INPUT_SIZE, dtype: type = np.uint8) -> np.ndarray:
    """Random pixels from 0 to 255, (H, W, 3)."""
    rng = np.random.default_rng(size[0] * size[1])
    return rng.integers(0, 256, (*size[::-1], 3)).astype(dtype)


def spots(size: Size = INPUT_SIZE) -> np.ndarray:
    """A picture of spots of color, (H, W, 3), uint8."""
    smooth = cv2.GaussianBlur(image(size), (0, 0), 3).astype(np.float32)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def blob(size: Size, point: Sequence[float], sigma: float) -> np.ndarray:
    """Image (H, W, 3), float32, with a Gaussian at pixel index (x, y)."""
    y, x = np.mgrid[: size[1], : size[0]]
    values = np.exp(-((x - point[0]) ** 2 + (y - point[1]) ** 2) / (2 * sigma**2))
    return np.repeat(values[..., None], 3, axis=2).astype(np.float32)


def middle_of(image: np.ndarray) -> np.ndarray:
    """Center of mass (x, y) of the first channel, as pixel index."""
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    weights = image[..., 0] / image[..., 0].sum(dtype=np.float64)
    return np.array([(x * weights).sum(), (y * weights).sum()])


def channels_of(tags: Tensor) -> Tensor:
    """Tag maps (B, K, H, W, L) with the channel order l * K + k, (B, L * K, H, W)."""
    return tags.permute(0, 4, 1, 2, 3).flatten(1, 2)


def cells_of(*people: Tuple[int, ...]) -> Tensor:
    """Keypoint indices (N, K, 2) from the cells of each person, where -1 is not annotated."""
    cells = torch.tensor(people)
    return torch.stack([cells.clamp(min=0), cells >= 0], dim=-1).long()
