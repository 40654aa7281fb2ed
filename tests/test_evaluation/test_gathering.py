"""Two processes give the result of one."""

import numpy as np
import pytest
from two_processes import in_two_processes

from mmpose_ae.registry import METRICS

TAGS = [[0, 0.5, 9, 20], [0], [0, 3], [0, 4, 4.2, 7, 8], [5, 7]]  # of the people of five images


def evaluate(kind, samples, size):
    metric = METRICS.build(dict(type=kind))
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(size)


def evaluate_share(rank, kind, samples):
    """Evaluate as ``DefaultSampler`` shares images: the first one again for who has too few."""
    return evaluate(kind, [*samples, samples[0]][rank::2], len(samples))


@pytest.mark.parametrize('kind', ['GroupMarginMetric', 'EmbeddingCorrelationMetric'])
def test_two_processes(paint, tmp_path, kind):
    samples = [
        paint(np.stack([tags, np.square(tags)], -1)[:, None], crowd_index=[i / 5])
        for i, tags in enumerate(TAGS)
    ]
    results = in_two_processes(tmp_path, evaluate_share, kind, samples)
    expected = evaluate(kind, samples, len(samples))
    assert results[0] == results[1] == pytest.approx(expected)
    assert np.isfinite(list(expected.values())).all()
