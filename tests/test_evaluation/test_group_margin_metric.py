import numpy as np
import pytest

from mmpose_ae.evaluation.group_margin_metric import occlusion_degrees
from mmpose_ae.registry import METRICS


def evaluate(samples, **options):
    metric = METRICS.build(dict(type='GroupMarginMetric', **options))
    for sample in samples:  # batches of one
        metric.process(None, [sample])
    return metric.evaluate(len(samples))


@pytest.fixture
def crowds(paint):
    """Images of 1, 2, 2 and 3 people with one keypoint each; the closest are 3, 0.5, 0.2 apart."""
    tags = [[0], [0, 3], [-0.25, 0.25], [0, 4, 4.2]]
    index = [0.9, 0.12, 0.12, 1.4]
    return [
        paint(np.reshape(people, (-1, 1, 1)), crowd_index=[degree] * len(people))
        for people, degree in zip(tags, index)
    ]


def test_means_by_number_and_by_occlusion(crowds):
    expected = {
        'mean': (2 - 0.5 - 0.8) / 3,
        'negative': 2 / 3,
        'people_2': (2 - 0.5) / 2,
        'people_3': -0.8,
        'occlusion_0.1-0.2': (2 - 0.5) / 2,
        'occlusion_0.9-1': -0.8,
    }
    expected = {f'group_margin/{name}': value for name, value in expected.items()}
    assert evaluate(crowds) == pytest.approx(expected)


def test_the_threshold_shifts_every_margin(crowds):
    assert evaluate(crowds, tag_threshold=0.1)['group_margin/mean'] == pytest.approx(3.4 / 3)


def test_degrees_are_counted_from_their_lower_ends():
    tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert occlusion_degrees(tenths, 10).tolist() == list(range(10))
    assert occlusion_degrees([0.09, 0.29, 0.99, 1.0, 1.95], 10).tolist() == [0, 2, 9, 9, 9]


def test_nobody_to_keep_apart(crowds):
    found = evaluate(crowds[:1])
    assert found.keys() == {'group_margin/mean', 'group_margin/negative'}
    assert np.isnan(list(found.values())).all()
