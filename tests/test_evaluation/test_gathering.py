"""Two processes give the result of one."""

import numpy as np
import pytest
from torch import distributed, multiprocessing

from mmpose_ae.registry import METRICS

TAGS = [[0, 0.5, 9, 20], [0], [0, 3], [0, 4, 4.2, 7, 8], [5, 7]]  # of the people of five images


def evaluate(kind, samples, size):
    metric = METRICS.build(dict(type=kind))
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(size)


def run_process(rank, store, kind, samples, queue):
    """Evaluate as ``DefaultSampler`` shares images: the first one again for who has too few."""
    distributed.init_process_group('gloo', f'file://{store}', rank=rank, world_size=2)
    mine = [*samples, samples[0]][rank::2]
    queue.put((rank, evaluate(kind, mine, len(samples))))
    distributed.destroy_process_group()


@pytest.mark.parametrize('kind', ['GroupMarginMetric', 'EmbeddingCorrelationMetric'])
def test_two_processes(paint, tmp_path, kind):
    samples = [
        paint(np.stack([tags, np.square(tags)], -1)[:, None], crowd_index=[i / 5])
        for i, tags in enumerate(TAGS)
    ]
    queue = multiprocessing.get_context('fork').SimpleQueue()
    arguments = (tmp_path / 'store', kind, samples, queue)
    multiprocessing.start_processes(run_process, arguments, nprocs=2, start_method='fork')
    results = dict(queue.get() for _ in range(2))
    expected = evaluate(kind, samples, len(samples))
    assert results[0] == results[1] == pytest.approx(expected)
    assert np.isfinite(list(expected.values())).all()
