import numpy as np
import pytest

from mmpose_ae.registry import METRICS

LINE = [[0, 0], [1, -2], [2, -4], [5, -10]]  # correlation -1
CROSS = [[1, 0], [-1, 0], [0, 1], [0, -1]]  # correlation 0
TRIANGLE = [[0, 0], [1, 0], [0, 1]]  # three people


@pytest.fixture
def evaluate(paint):
    def run(images, **options):
        metric = METRICS.build(dict(type='EmbeddingCorrelationMetric', **options))
        metric.process(None, [paint(np.array(tags)[:, None]) for tags in images])
        return metric.evaluate(len(images))

    return run


@pytest.mark.parametrize(
    'images, options, mean, count',
    [
        ([LINE, CROSS, TRIANGLE], {}, 0.5, 2),
        ([LINE, CROSS, TRIANGLE], dict(min_people=3), 0.5, 3),
        # The same two dimensions twice: 2 of 6 pairs are equal.
        ([np.hstack([CROSS, CROSS])], {}, 1 / 3, 1),
        ([np.hstack([CROSS, LINE])], dict(tag_dim=2), 0, 1),
    ],
)
def test_mean_over_images(evaluate, images, options, mean, count):
    found = evaluate(images, **options)
    assert found['embedding_correlation/mean'] == pytest.approx(mean, abs=1e-6)
    assert found['embedding_correlation/images'] == count


def test_nothing_to_correlate(evaluate):
    """Tags of one dimension, and no image at all with enough people."""
    for images in ([np.array(LINE)[:, :1]], [TRIANGLE]):
        found = evaluate(images)
        assert np.isnan(found['embedding_correlation/mean'])
        assert found['embedding_correlation/images'] == 0
