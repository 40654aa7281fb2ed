"""Tags of networks that diverged: grouping ends, uses every candidate once, and stays small."""

import signal
import time
import tracemalloc

import numpy as np
import pytest

from mmpose_ae.grouping import Candidates, DensityGrouping, GreedyGrouping
from mmpose_ae.grouping.density import _DENSITY_PAIRS

LARGEST = float(np.finfo(np.float32).max)
VALUES = [0, 1, 16777217, 1e16, 1e17, -1e17, 1e30, -1e30, LARGEST, -LARGEST, 1e-45, -1e-45]
SCORES = [0, 0.1, 0.5, 1, 1e-45, LARGEST]
STRATEGIES = {
    'density': DensityGrouping(),
    'tags only': DensityGrouping(spread=None),
    'greedy': GreedyGrouping(),
    'capped': GreedyGrouping(cost='capped', inclusive=True),
    'exact': GreedyGrouping(cost='exact', distance='rms'),
    'in turn': GreedyGrouping(matching='best_score'),
    'munkres': GreedyGrouping(solver='munkres'),
}


@pytest.fixture(autouse=True)
def time_limit():
    """What never returns fails."""

    def stop(*_):
        raise TimeoutError('grouping does not end')

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def check_partition(groups, scores):
    """Every candidate is in exactly one group, and no group is empty."""
    assert (groups != -1).any(1).all()
    for k, of_type in enumerate(scores):
        assert sorted(groups[:, k][groups[:, k] != -1]) == np.flatnonzero(of_type).tolist()


def test_means_that_are_rounded_out_of_reach():
    """No group at all is found: the candidates stay alone."""
    scores = np.array([[0.49341], [0.3]], np.float32)
    far = Candidates(scores, np.zeros((2, 1, 2)), np.full((2, 1, 1), 1e17, np.float32))
    check_partition(DensityGrouping()(far, range(2), 0.9), scores)


@pytest.mark.parametrize('strategy', STRATEGIES)
@pytest.mark.parametrize('threshold', [0.9, 1.0, 1e-3, 1e-30, 1e30])
def test_every_candidate_is_used_once_whatever_its_tag(strategy, threshold):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        shape = rng.integers(1, 6), rng.integers(1, 7), rng.choice([1, 2, 8])
        tags = rng.choice(rng.choice(VALUES, 3), shape) * rng.choice([1, 0.9, 0.7], shape)
        scores = rng.choice(SCORES, shape[:2]).astype(np.float32)
        cells = rng.uniform(0, 100, (*shape[:2], 2)).astype(np.float32)
        candidates = Candidates(scores, cells, tags.astype(np.float32))
        groups = STRATEGIES[strategy](candidates, range(shape[0]), threshold)
        check_partition(groups, scores)


def test_tags_whose_mean_is_rounded_out_of_reach():
    """1e17 / 0.9 in double precision: steps of 16, so its weighted mean may lie 16 away."""
    rng = np.random.default_rng(0)
    shape = 17, 30
    scores = rng.uniform(0.1, 1, shape).astype(np.float32)
    tags = (1e17 * rng.uniform(1, 2, (*shape, 1))).astype(np.float32)
    candidates = Candidates(scores, np.zeros((*shape, 2), np.float32), tags)
    check_partition(DensityGrouping()(candidates, range(17), 0.9), scores)


@pytest.mark.parametrize('strategy', ['density', 'greedy'])
@pytest.mark.parametrize('field', Candidates._fields)
@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(strategy, field, value):
    values = dict(scores=np.ones((2, 3)), cells=np.ones((2, 3, 2)), tags=np.ones((2, 3, 1)))
    values[field][1, 2] = value
    with pytest.raises(ValueError, match=f'{field} of candidates must be finite, got {value}'):
        STRATEGIES[strategy](Candidates(**values), range(2), 1.0)
    values['scores'][1, 2] = 0  # no candidate: what else is said of it does not matter
    assert len(STRATEGIES[strategy](Candidates(**values), range(2), 1.0)) == 3
    values['scores'][:] = [0, 0, value]  # also where there is nobody to group
    with pytest.raises(ValueError, match=f'scores of candidates must be finite, got {value}'):
        STRATEGIES[strategy](Candidates(**values), range(2), 1.0)


TYPES, MOST, FEW = 133, 100, 25
STEPS = np.arange(TYPES * MOST).reshape(TYPES, MOST)


def chain(kind, rng, steps):
    """Tags (K, M) of candidates one step from the next."""
    if kind == 'shrinking':
        return np.cumsum(np.linspace(1.2, 0.5, steps.size)).reshape(steps.shape)
    if kind == 'noise':
        return rng.normal(size=steps.shape)
    return kind * rng.permuted(steps, axis=0)


def chained(kind, most):
    """So many candidates of each keypoint type of a whole body."""
    rng, steps = np.random.default_rng(0), np.arange(TYPES * most).reshape(TYPES, most)
    scores = rng.uniform(0.1, 1, steps.shape).astype(np.float32)
    cells = rng.uniform(0, 128, (*steps.shape, 2)).astype(np.float32)
    return Candidates(scores, cells, chain(kind, rng, steps)[..., None].astype(np.float32))


def seconds(candidates):
    start = time.process_time()
    check_partition(DensityGrouping()(candidates, range(TYPES), 1.0), candidates.scores)
    return time.process_time() - start


@pytest.mark.parametrize('kind', [0.0, 0.1, 0.7, 1.5, 'shrinking', 'noise'])
def test_whole_bodies_of_a_hundred_candidates_take_bounded_time_and_memory(kind):
    """Time grows by the square, not by the third or fourth power: of 4 times as many 16-fold."""
    many, few = chained(kind, MOST), chained(kind, FEW)
    assert seconds(many) < 2 * 16 * min(seconds(few) for _ in range(2))  # half of it for luck
    tracemalloc.start()
    DensityGrouping()(many, range(TYPES), 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6


def test_greedy_grouping_takes_bounded_memory():
    rng = np.random.default_rng(0)
    tags = rng.normal(0, 3, (*STEPS.shape, 16)).astype(np.float32)
    candidates = Candidates(np.ones(STEPS.shape), np.ones((*STEPS.shape, 2)), tags)
    tracemalloc.start()
    groups = GreedyGrouping()(candidates._replace(tags=tags[:, :, :]), range(TYPES), 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6 and len(groups) > 10_000


def test_parts_make_no_difference(monkeypatch):
    """The same groups where every keypoint type is a part of its own."""
    rng = np.random.default_rng(0)
    shape = 9, 12
    tags = rng.integers(-3, 4, shape)[..., None] + rng.normal(0, 0.2, (*shape, 1))
    candidates = Candidates(rng.random(shape), rng.uniform(0, 50, (*shape, 2)), tags)
    whole = DensityGrouping()(candidates, range(9), 1.0)
    monkeypatch.setattr('mmpose_ae.grouping.pool.PAIRS_AT_ONCE', 1)
    assert DensityGrouping()(candidates, range(9), 1.0).tolist() == whole.tolist()
    assert _DENSITY_PAIRS >= 4000 * 480  # 133 types of 30 candidates keep all their starts
