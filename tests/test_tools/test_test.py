import json

import numpy as np
import pytest
import torch
import yaml
from mmengine.config import Config

from mmpose_ae import Predictor
from mmpose_ae.models.pose_estimators import BottomupPoseEstimator


@pytest.fixture
def tool(load_tool):
    return load_tool('test')


@pytest.mark.parametrize('evaluator', [dict(type='A'), [dict(type='A')]])
def test_another_evaluator_joins_those_of_the_config(tool, evaluator):
    cfg = Config(dict(test_evaluator=evaluator))
    tool.add_evaluator(cfg, type='DumpResults', out_file_path='found.pkl')
    assert cfg.test_evaluator == [
        dict(type='A'),
        dict(type='DumpResults', out_file_path='found.pkl'),
    ]


@pytest.mark.parametrize(
    'options, place', [(['--dump', 'a.pkl'], 'test_evaluator'), (['--amp'], 'test_cfg')]
)
def test_options_of_what_the_config_lacks_end_in_one_line(
    tool, monkeypatch, tmp_path, options, place
):
    (tmp_path / 'c.py').write_text('')
    monkeypatch.setattr('sys.argv', ['test.py', str(tmp_path / 'c.py'), 'c.pth', *options])
    with pytest.raises(SystemExit, match=f'^error: .*c.py has no {place}, which is needed here'):
        tool.main()


@pytest.mark.parametrize(
    'option, name, reason',
    [
        ('--dump', 'found.json', 'expected .pkl or .pickle, got found.json'),
        ('--out', 'metrics.txt', '--out writes one of .json, .yml, .yaml, .pkl, .pickle, got met'),
    ],
)
def test_files_of_other_kinds_are_refused_before_the_test(
    tool, monkeypatch, capsys, option, name, reason
):
    monkeypatch.setattr('sys.argv', ['test.py', 'c.py', 'c.pth', option, name])
    with pytest.raises(SystemExit):
        tool.parse_args()
    assert reason in capsys.readouterr().err


def test_a_threshold_is_written_into_files_alone(tool, monkeypatch, capsys):
    arguments = ['test.py', 'c.py', 'https://host/c.pth', '--choose-threshold']
    monkeypatch.setattr('sys.argv', arguments)
    with pytest.raises(SystemExit):
        tool.parse_args()
    assert 'writes into a file, but https://host/c.pth is none' in capsys.readouterr().err


def test_the_threshold_that_testing_chooses_is_that_of_predict(run_tool, perfect_model, tmp_path):
    """In each of five images two people of one score are found; one of them is annotated once."""
    checkpoint = tmp_path / 'epoch_1.pth'
    checkpoint.write_bytes(perfect_model.checkpoint.read_bytes())
    out = tmp_path / 'metrics.yml'
    run_tool('test', perfect_model.config, checkpoint, '--choose-threshold', '--out', out)
    metrics = yaml.safe_load(out.read_text())
    assert metrics['people/precision'] == pytest.approx(1 / 10)
    assert metrics['people/recall'] == pytest.approx(1 / 5)
    assert 'coco/AP' in metrics
    predictor = Predictor(perfect_model.config, checkpoint, device='cpu')
    assert predictor.score_threshold == metrics['people/score_threshold']
    (prediction,) = predictor(str(perfect_model.image))
    assert prediction.poses.instance_scores / 2 == pytest.approx([predictor.score_threshold] * 2)


def test_where_no_threshold_can_be_chosen_the_checkpoint_stays(
    run_tool, perfect_model, tmp_path, monkeypatch
):
    checkpoint, out = tmp_path / 'epoch_1.pth', tmp_path / 'metrics.json'
    weights = torch.load(perfect_model.checkpoint, weights_only=False)
    weights['state_dict']['backbone.maps'].zero_()
    torch.save(weights, checkpoint)
    before = checkpoint.read_bytes()
    with pytest.raises(SystemExit, match='stays as it is: no score threshold was chosen'):
        run_tool('test', perfect_model.config, checkpoint, '--choose-threshold', '--out', out)
    assert checkpoint.read_bytes() == before
    assert 'coco/AP' in json.loads(out.read_text(), parse_constant=pytest.fail)


def test_metrics_of_nobody_are_null_in_json(tool, tmp_path):
    """NaN is no JSON, as EPE is where nobody is found; the other formats know it."""
    metrics = dict(epe=float('nan'), far=np.float32('inf'), AP=np.float64(0.5), n=np.int64(2))
    found = tmp_path / 'metrics.json', tmp_path / 'metrics.yml'
    for path in found:
        tool.write_metrics(metrics, str(path))
    in_json = json.loads(found[0].read_text(), parse_constant=pytest.fail)
    assert in_json == dict(epe=None, far=None, AP=0.5, n=2)
    in_yaml = yaml.safe_load(found[1].read_text())
    assert np.isnan(in_yaml.pop('epe')) and in_yaml == dict(far=np.inf, AP=0.5, n=2)


@pytest.mark.parametrize('fast', [True, False])
def test_faster_ways_are_used(run_tool, perfect_model, tmp_path, instructions, monkeypatch, fast):
    instructions(fast)
    compiled, orders, seen = [], [], []
    test_step, to = BottomupPoseEstimator.test_step, BottomupPoseEstimator.to

    def watched(self, data):
        seen.append((torch.is_autocast_enabled('cpu'), torch.get_autocast_dtype('cpu')))
        return test_step(self, data)

    def moved(self, *args, **kwargs):
        orders.append(kwargs.get('memory_format'))
        return to(self, *args, **kwargs)

    monkeypatch.setattr(BottomupPoseEstimator, 'test_step', watched)
    monkeypatch.setattr(BottomupPoseEstimator, 'to', moved)
    monkeypatch.setattr(torch.nn.Module, 'compile', lambda self: compiled.append(type(self)))
    out = tmp_path / 'metrics.json'
    options = ['--amp', '--compile', '--channels-last', '--out', out]
    run_tool('test', perfect_model.config, perfect_model.checkpoint, *options)
    assert set(seen) == {(fast, torch.bfloat16)}
    assert [kind.__name__ for kind in compiled] == ['StoredMaps']
    assert torch.channels_last in orders
    assert 'coco/AP' in json.loads(out.read_text())
