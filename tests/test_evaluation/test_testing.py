"""The metric of a config, and a runner for its test."""

import pytest
from mmengine.config import Config

from mmpose_ae.evaluation.testing import build_tester, find_metric


@pytest.mark.parametrize('kind', [list, tuple])
def test_a_metric_is_found_among_others_by_its_kind(kind):
    metrics = [
        dict(type='GroupMarginMetric'),
        dict(type='mmpose_ae.CrowdSubsetMetric', ann_file='a.json'),
        dict(type='MpiiMultiPersonMetric'),
    ]
    cfg = Config(dict(test_evaluator=kind(metrics)))
    assert find_metric(cfg, 'coco') == metrics[1]
    assert find_metric(cfg, 'mpii') == metrics[2]


def test_a_metric_of_another_kind_is_named():
    cfg = Config(dict(test_evaluator=dict(type='CocoMetric', ann_file='a.json')))
    assert find_metric(cfg, 'coco') == dict(type='CocoMetric', ann_file='a.json')
    with pytest.raises(ValueError, match=r"\['CocoMetric'\], expected MpiiMultiPersonMetric"):
        find_metric(cfg, 'mpii')


def test_a_tester_says_how_far_it_is_but_not_its_config(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    runner = build_tester(cfg, perfect_model.checkpoint, str(tmp_path))
    assert runner.work_dir == str(tmp_path)
    assert runner._load_from == str(perfect_model.checkpoint)
    runner.logger.info('image 1 of 3')
    (log,) = tmp_path.rglob('*.log')
    assert 'image 1 of 3' in log.read_text() and 'train_dataloader' not in log.read_text()
