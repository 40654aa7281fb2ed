"""Campaign: candidates of all kinds, grouped by every strategy."""

from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
from extreme_values import any_scores, any_tags, likely, pick
from isolation import count_outcomes
from outcomes import Outcome
from verdicts import first_problem, judge_call

from mmpose_ae.grouping import (
    UNMATCHED,
    Candidates,
    DensityGrouping,
    GreedyGrouping,
    Poses,
    collect_instances,
    match_offsets,
    rank_poses,
)

SIZES = (0, 1, 2, 3, 5, 8, 17, 30)
# A hundred candidates of each of 133 types, whole-body keypoints of a diverged network, are rare.
LARGE, LARGE_SIZE = 1e-3, (133, 100)
LEAST = 1e-38  # what lies below is rounded in float32
TIME_LIMIT = 20.0  # s; the largest input takes less than a tenth on an idle machine
INPUTS = ('tags', 'scores', 'cells', 'candidates', 'tag_threshold', 'order')
DENSITY_OPTIONS = dict(
    reach=[0.5, 1.4, 3.0, 1e-6, 1e6],
    spread=[None, 0.1, 2.0, 1e6],
    join_below=[0.0, 1.0, 3.0, 100.0],
)
GREEDY_OPTIONS = dict(
    distance=['euclidean', 'rms'],
    matching=['least_cost', 'best_score'],
    cost=['rounded', 'capped', 'exact'],
    inclusive=[False, True],
    max_open=[None, 1, 3, 30],
    skip_when_full=[False, True],
)
BAD_VALUES = [0.0, -1.0, float('nan'), float('inf')]


def fuzz_groupings(count: int, seed: int, folder: Path) -> Dict[str, int]:
    """Group candidates of all kinds and count what comes of it.

    Args:
        count (int): Number of inputs.
        seed (int): Of the inputs.
        folder (Path): Not used: nothing is written.

    Returns:
        dict: See :func:`outcomes.count_kinds`.
    """
    return count_outcomes('grouping', partial(judge, seed=seed), count, limit=TIME_LIMIT)


def judge(number: int, seed: int) -> Outcome:
    """Judge what becomes of one input."""
    rng = np.random.default_rng([seed, number])
    return pick(rng, [_judge_density, _judge_greedy, _judge_offsets, _judge_ranking])(rng)


def _judge_density(rng: np.random.Generator) -> Outcome:
    options = _options(rng, DENSITY_OPTIONS)
    if likely(rng, 0.05):
        options[pick(rng, list(DENSITY_OPTIONS))] = pick(rng, BAD_VALUES)
    return _judge_grouping(rng, DensityGrouping, options, likely(rng, LARGE))


def _judge_greedy(rng: np.random.Generator) -> Outcome:
    return _judge_grouping(rng, GreedyGrouping, _options(rng, GREEDY_OPTIONS), False)


def _judge_grouping(
    rng: np.random.Generator, strategy: Any, options: Dict[str, Any], large: bool
) -> Outcome:
    size = LARGE_SIZE if large else (pick(rng, SIZES), pick(rng, SIZES))
    candidates = make_candidates(rng, size, tag_size=int(rng.integers(1, 9)))
    order, threshold = rng.permutation(size[0]), pick(rng, [1.0, 1.0, 0.5, 0.9, 1e-6, 1e6])
    limit = pick(rng, [None, None, 1, 5])

    def call() -> Optional[str]:
        members = strategy(**options)(candidates, order, threshold)
        return _check_members(candidates, members) or _check_instances(candidates, members, limit)

    where = f'{strategy.__name__}({options}), {size}, tag_threshold {threshold}'
    return judge_call(call, [*options, *INPUTS], where)


def make_candidates(rng: np.random.Generator, size: Tuple[int, int], tag_size: int) -> Candidates:
    """Candidates of one image, best first, as a codec hands them over."""
    scores = -np.sort(-any_scores(rng, size), axis=1)
    cells = rng.uniform(0, 128, (*size, 2)) * (not likely(rng, 0.1))
    cells = np.round(cells) if likely(rng, 0.3) else cells
    tags = any_tags(rng, (*size, tag_size))
    with np.errstate(over='ignore'):
        return Candidates(*(values.astype(np.float32) for values in (scores, cells, tags)))


def _options(rng: np.random.Generator, known: Dict[str, List[Any]]) -> Dict[str, Any]:
    """The defaults, or values of some options."""
    return {name: pick(rng, values) for name, values in known.items() if not likely(rng, 0.5)}


def _check_members(candidates: Candidates, members: np.ndarray) -> Optional[str]:
    num_types, most = candidates.scores.shape
    if members.ndim != 2 or members.shape[1] != num_types or members.dtype != np.int64:
        return f'members are {members.shape}, {members.dtype}'
    groups, types = (members != UNMATCHED).nonzero()
    picked = members[groups, types]
    if ((picked < 0) | (picked >= most)).any():
        return 'members that do not exist'
    used = np.zeros((num_types, most), int)
    np.add.at(used, (types, picked), 1)
    return first_problem(
        a_candidate_in_two_groups=(used > 1).any(),
        something_that_is_no_candidate=(used[candidates.scores == 0] > 0).any(),
        an_empty_group=(members == UNMATCHED).all(1).any() if num_types else len(members) > 0,
    )


def _check_instances(
    candidates: Candidates, members: np.ndarray, limit: Optional[int]
) -> Optional[str]:
    if not candidates.scores.shape[0]:
        return None  # a codec has a keypoint type or more
    cells, scores, tags = collect_instances(candidates, members, limit)
    ranks = scores.astype(float).mean(1)
    return first_problem(
        too_many_instances=limit is not None and len(scores) > limit,
        positions_that_are_not_finite=not np.isfinite(cells).all(),
        scores_that_are_not_finite=not np.isfinite(scores).all(),
        mean_tags_that_are_not_finite=np.isfinite(candidates.tags).all()
        and not np.isfinite(tags).all(),
        not_best_first=(np.diff(ranks) > 1e-6 * ranks.max(initial=0) + LEAST).any(),
    )


def _judge_offsets(rng: np.random.Generator) -> Outcome:
    people, types, most = pick(rng, SIZES), 1 + pick(rng, SIZES), pick(rng, SIZES)
    regressed = rng.uniform(-20, 150, (people, types, 2)) * pick(rng, [1.0, 1.0, 1e-30, 1e30])
    points = rng.uniform(0, 128, (types, most, 2))
    scores, distance = any_scores(rng, (types, most)), pick(rng, [0.0, 0.3, 1.0, 1e6])

    def call() -> Optional[str]:
        members = match_offsets(regressed, points, scores, distance)
        if members.shape != (people, types):
            return f'members are {members.shape}'
        _, kinds = (members != UNMATCHED).nonzero()
        picked = members[members != UNMATCHED]
        return first_problem(
            members_that_do_not_exist=((picked < UNMATCHED) | (picked >= most)).any(),
            something_that_is_no_candidate=(scores[kinds, picked] == 0).any(),
        )

    return judge_call(call, ['max_distance', *INPUTS], f'match_offsets {(people, types, most)}')


def _judge_ranking(rng: np.random.Generator) -> Outcome:
    people, types = pick(rng, SIZES), 1 + pick(rng, SIZES)
    scores = any_scores(rng, (people, types)).astype(np.float32)
    points = rng.uniform(-5, 200, (people, types, 2)).astype(np.float32)
    poses = Poses(points, scores, any_scores(rng, (people,)).astype(np.float32))
    limit = pick(rng, [None, 1, 5])

    def call() -> Optional[str]:
        ranked = rank_poses(poses, limit)
        boxes = ranked.boxes
        return first_problem(
            another_number_of_people=len(ranked) != min(people, limit or people),
            not_best_first=(np.diff(ranked.instance_scores) > 0).any(),
            boxes_that_are_not_finite=not np.isfinite(boxes).all(),
            boxes_turned_over=(boxes[:, :2] > boxes[:, 2:]).any(),
        )

    return judge_call(call, INPUTS, f'rank_poses {(people, types)}')
