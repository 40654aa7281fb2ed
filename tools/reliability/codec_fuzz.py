"""Campaign: maps and keypoints of all kinds, decoded, encoded, and rated by the losses."""

from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy as np
import torch
from extreme_values import any_map, any_tags, likely, pick
from isolation import count_outcomes
from outcomes import Outcome
from torch import Tensor
from verdicts import first_problem, judge_call

from mmpose_ae.codecs import CenterProposals, Maps
from mmpose_ae.grouping import Poses
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

STRIDE = 4  # pixels of the input per cell of its heatmap
SIDES = (1, 2, 3, 8, 13, 24)
KEYPOINTS = (1, 2, 3, 17)
TIME_LIMIT = 20.0  # s; an input takes a hundredth
# Values of which a loss in float32 is finite
TRAINED = 1e4
INPUTS = (
    'heatmaps', 'tags', 'offsets', 'centers', 'keypoints', 'bbox_scale', 'instance_scales',
    'keypoint_indices', 'input_size',
)  # fmt: skip

SHARED = dict(refinement=[None, 'gaussian', 'quarter', 'released'])
TAGS = dict(
    SHARED,
    tag_threshold=[0.5, 0.9, 1.0, 1e-6, 1e6],
    candidates=[dict(kernel_size=3), dict(threshold=0.0), dict(max_candidates=2),
                dict(plateaus=True), dict(max_score=1.0)],
    grouping=[dict(type='GreedyGrouping'), dict(type='GreedyGrouping', cost='exact'),
              dict(type='DensityGrouping', spread=None), dict(type='DensityGrouping', reach=3.0)],
    completion=[None, 'nearest', 'within', 'released', dict(rule='nearest', threshold=None),
                dict(rule='released', score=1.0)],
    scoring=[dict(max_instances=1), dict(max_instances=30)],
)  # fmt: skip
OFFSETS = dict(
    SHARED,
    match_distance=[0.0, 0.3, 10.0],
    candidates=[dict(kernel_size=3), dict(threshold=-1.0), dict(center_kernel_size=1),
                dict(max_candidates=2), dict(center_threshold=-1e30)],
    scoring=[dict(by='heatmap'), dict(max_instances=1)],
)  # fmt: skip
CENTERS = dict(
    SHARED,
    candidates=[dict(kernel_size=3), dict(min_candidates=0), dict(max_candidates=2),
                dict(center_kernel_size=1), dict(threshold=-1.0)],
    scoring=[dict(by='heatmap'), dict(min_keypoints=0), dict(max_instances=1)],
)  # fmt: skip
BAD_OPTIONS = dict(
    AEDecoder=[dict(tag_threshold=0), dict(tag_threshold=float('nan')), dict(completion='far'),
               dict(candidates=dict(kernel_size=4)), dict(candidates=dict(max_candidates=0)),
               dict(scoring=dict(max_instances=0)), dict(refinement='cubic')],
    CenterOffsetCodec=[dict(scoring=dict(by='luck')), dict(candidates=dict(kernel_size=0))],
    CenterGroupCodec=[dict(scoring=dict(max_instances=-1)), dict(candidates=dict(kernel_size=2))],
)  # fmt: skip


class Scene(NamedTuple):
    """What an input is made for: sizes, and the codec's name and options."""

    batch: int
    keypoints: int
    size: Tuple[int, int]  # (W, H) in cells
    codec: str
    options: Dict[str, Any]

    def build(self) -> Any:
        """Make the codec."""
        sizes = dict(
            input_size=tuple(STRIDE * side for side in self.size),
            heatmap_size=self.size,
            keypoint_order=list(range(self.keypoints)),
        )
        return KEYPOINT_CODECS.build(dict(sizes, type=f'mmpose_ae.{self.codec}', **self.options))

    @property
    def names(self) -> List[str]:
        """Names of options and inputs: an error has to say which is meant."""
        parts = [part for part in self.options.values() if isinstance(part, dict)]
        return [*self.options, *(name for part in parts for name in part), *INPUTS]

    def map_shape(self, channels: int) -> Tuple[int, ...]:
        """Shape of maps that are as fine as the heatmaps."""
        return (self.batch, channels, *self.size[::-1])


def fuzz_codecs(count: int, seed: int, folder: Path) -> Dict[str, int]:
    """Call codecs and losses with inputs of all kinds and count what comes of it.

    Args:
        count (int): Number of inputs.
        seed (int): Of the inputs.
        folder (Path): Not used: nothing is written.

    Returns:
        dict: See :func:`outcomes.count_kinds`.
    """
    return count_outcomes('codecs', partial(judge, seed=seed), count, limit=TIME_LIMIT)


def judge(number: int, seed: int) -> Outcome:
    """Judge what becomes of one input."""
    rng = np.random.default_rng([seed, number])
    kinds = [_judge_tags, _judge_offsets, _judge_centers, _judge_encoding, _judge_loss]
    return pick(rng, kinds)(rng)


def _make_scene(rng: np.random.Generator, codec: str, known: Dict[str, List[Any]]) -> Scene:
    options = {name: pick(rng, values) for name, values in known.items() if likely(rng, 0.4)}
    if likely(rng, 0.03):
        options.update(pick(rng, BAD_OPTIONS[codec]))
    size = pick(rng, SIDES), pick(rng, SIDES)
    return Scene(int(rng.integers(0, 4)), pick(rng, KEYPOINTS), size, codec, options)


def _judge_decoding(scene: Scene, decode: Callable[[], List[Poses]]) -> Outcome:
    def call() -> Optional[str]:
        people = decode()
        if len(people) != scene.batch:
            return f'{len(people)} images of {scene.batch}'
        return next(filter(None, (_check_poses(poses, scene) for poses in people)), None)

    return judge_call(call, scene.names, str(tuple(scene)))


def _check_poses(poses: Poses, scene: Scene) -> Optional[str]:
    points, scores, ranks = poses.keypoints, poses.keypoint_scores, poses.instance_scores
    limit = (scene.options.get('scoring') or {}).get('max_instances')
    right_shapes = points.shape == (len(ranks), scene.keypoints, 2) and (
        scores.shape == points.shape[:2]
    )
    if not right_shapes or ranks.ndim != 1:
        return f'shapes {points.shape}, {scores.shape}, {ranks.shape}'
    found = points[scores > 0]
    most = STRIDE * (np.array(scene.size) + 1)
    return first_problem(
        too_many_people=limit is not None and len(ranks) > limit,
        another_type={points.dtype, scores.dtype, ranks.dtype} != {np.dtype(np.float32)},
        positions_that_are_not_finite=not np.isfinite(points).all(),
        scores_that_are_not_finite=not np.isfinite(scores).all(),
        ranks_that_are_not_finite=not np.isfinite(ranks).all(),
        not_best_first=(np.diff(ranks) > 0).any(),
        found_outside_the_map=((found < -STRIDE) | (found > most)).any(),
    )


def _judge_tags(rng: np.random.Generator) -> Outcome:
    scene = _make_scene(rng, 'AEDecoder', TAGS)
    heatmaps = any_map(rng, scene.map_shape(scene.keypoints))
    channels = scene.keypoints * int(rng.integers(1, 9)) + likely(rng, 0.02)
    shape = scene.map_shape(channels)
    if likely(rng, 0.3):  # coarser than the heatmaps
        shape = (*shape[:2], *(-(-side // 2) for side in shape[2:]))
    with np.errstate(over='ignore'):
        tags = torch.from_numpy(any_tags(rng, (*shape, 1))[..., 0]).to(heatmaps.dtype)

    def decode() -> List[Poses]:
        codec = scene.build()
        return codec.group(codec.propose(Maps(heatmaps, tags)))

    return _judge_decoding(scene, decode)


def _judge_offsets(rng: np.random.Generator) -> Outcome:
    scene = _make_scene(rng, 'CenterOffsetCodec', OFFSETS)
    heatmaps = any_map(rng, scene.map_shape(scene.keypoints))
    centers = any_map(rng, scene.map_shape(1))
    offsets = any_map(rng, scene.map_shape(2 * scene.keypoints + likely(rng, 0.02)))

    def decode() -> List[Poses]:
        codec = scene.build()
        return codec.group(codec.propose(Maps(heatmaps, None, centers, offsets)))

    return _judge_decoding(scene, decode)


def _judge_centers(rng: np.random.Generator) -> Outcome:
    scene = _make_scene(rng, 'CenterGroupCodec', CENTERS)
    heatmaps = any_map(rng, scene.map_shape(scene.keypoints))
    centers = any_map(rng, scene.map_shape(1))
    mask = torch.from_numpy(rng.random(scene.map_shape(1)) < 0.5)[:, 0]
    mask = mask if likely(rng, 0.5) else None
    attention = torch.Generator().manual_seed(int(rng.integers(2**31)))
    known = likely(rng, 0.5), likely(rng, 0.5)

    def decode() -> List[Poses]:
        codec = scene.build()
        proposals = codec.propose(Maps(heatmaps, centers=centers), mask)
        return codec.group(codec.pick(heatmaps, proposals, *_attend(proposals, attention, known)))

    return _judge_decoding(scene, decode)


def _attend(
    proposals: CenterProposals, attention: torch.Generator, known: Tuple[bool, bool]
) -> Tuple[Tensor, Optional[Tensor], Optional[Tensor]]:
    """Candidates that somebody chose for centers, visibility, and probability."""
    (batch, types, most), count = (
        proposals.keypoints.scores.shape,
        proposals.centers.scores.shape[2],
    )
    members = torch.randint(types * most, (batch, count, types), generator=attention)
    visibility = torch.rand(batch, count, types, generator=attention)
    probabilities = torch.rand(batch, count, generator=attention)
    return members, visibility if known[0] else None, probabilities if known[1] else None


def _judge_encoding(rng: np.random.Generator) -> Outcome:
    scene = _make_scene(rng, pick(rng, list(BAD_OPTIONS)), SHARED)
    people, (width, height) = int(rng.integers(0, 6)), scene.size
    low, high = -STRIDE, np.multiply(STRIDE, scene.size) + STRIDE
    points = rng.uniform(low, high, (people, scene.keypoints, 2))
    points = points.astype(pick(rng, [np.float32, np.float64, np.int64]))
    if points.dtype.kind == 'f' and likely(rng, 0.2):
        far = rng.random(points.shape) < 0.3
        points[far] = pick(rng, [np.nan, np.inf, 1e30, -1e30])
    visible = rng.integers(0, 3, points.shape[:2])
    sides = rng.uniform(0, 300, (people, 2))

    def call() -> Optional[str]:
        made = scene.build().encode(points, visible, sides if likely(rng, 0.5) else None)
        heatmaps, indices = made['heatmaps'], made['keypoint_indices']
        weights, scales = made['keypoint_weights'], made.get('instance_scales', np.zeros(1))
        cells = (points + 0.5) / STRIDE - 0.5
        nearest = np.floor(cells + 0.5)
        inside = ((nearest >= 0) & (nearest < scene.size)).all(-1) & (visible > 0)
        on_edge = (np.abs(cells - np.floor(cells) - 0.5) < 1e-3).any(-1)
        drawn = weights[:, : scene.keypoints] > 0
        return first_problem(
            heatmaps_that_are_not_finite=not np.isfinite(heatmaps).all(),
            heatmaps_that_are_not_from_0_to_1=((heatmaps < 0) | (heatmaps > 1)).any(),
            cells_outside_the_map=((indices < 0) | (indices[..., :1] >= width * height)).any(),
            scales_that_are_not_finite=not np.isfinite(scales).all(),
            a_keypoint_lost_or_invented=((drawn != inside) & ~on_edge).any(),
        )

    where = f'encode of {tuple(scene)}, {people} people, {points.dtype}'
    return judge_call(call, scene.names, where)


def _judge_loss(rng: np.random.Generator) -> Outcome:
    finite = likely(rng, 0.7)
    batch, keypoints, size = int(rng.integers(1, 4)), pick(rng, KEYPOINTS), pick(rng, SIDES)
    kind = pick(rng, ['AssociativeEmbeddingLoss', 'CoupledEmbeddingLoss', 'CenterOffsetLoss'])
    dims = 2 if kind == 'CenterOffsetLoss' else int(rng.integers(1, 9))
    maps = any_map(rng, (batch, dims * keypoints, size, size), finite)
    if finite:
        maps = maps.clamp(-TRAINED, TRAINED)
    maps.requires_grad_()
    counts = rng.integers(0, 6, batch)
    places = [torch.from_numpy(_any_indices(rng, (n, keypoints), size)) for n in counts]
    more = {
        'AssociativeEmbeddingLoss': [],
        'CoupledEmbeddingLoss': [[torch.from_numpy(rng.random(n)) for n in counts]],
        'CenterOffsetLoss': [
            [torch.from_numpy(rng.normal(size=(n, keypoints, 2))) for n in counts]
        ],
    }[kind]

    def call() -> Optional[str]:
        losses = MODELS.build(dict(type=f'mmpose_ae.{kind}'))(maps, places, *more)
        total = sum(losses) if isinstance(losses, tuple) else losses
        total.backward()
        return first_problem(
            not_one_number=total.ndim > 0 or torch.finfo(total.dtype).bits < 32,
            a_loss_that_is_not_finite=finite and not torch.isfinite(total),
            gradients_that_are_not_finite=finite and not torch.isfinite(maps.grad).all(),
            a_loss_of_nobody=not any(counts) and finite and total.item() != 0,
        )

    return judge_call(call, INPUTS, f'{kind} of {tuple(maps.shape)}, {maps.dtype}, {counts} people')


def _any_indices(rng: np.random.Generator, shape: Tuple[int, int], size: int) -> np.ndarray:
    """Cells and whether they are annotated, (N, K, 2); several may be the same."""
    return np.stack([rng.integers(0, size * size, shape), rng.integers(0, 2, shape)], axis=-1)
