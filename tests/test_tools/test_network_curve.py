"""AP over time: what is trained, and what becomes of it."""

import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
from mmengine.config import Config

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/associative_embedding'
CSPNEXT = CONFIGS / 'coco/ae_cspnext-tiny_8xb24-300e_coco-512x512.py'
HOURGLASS = CONFIGS / 'coco/ae_hourglass-w32_8xb24-300e_coco-512x512.py'


@pytest.fixture
def tool(load_tool):
    return load_tool('benchmark/network_curve')


@pytest.mark.parametrize('path', [CSPNEXT, HOURGLASS])
def test_the_network_is_trained_as_its_own_config_for_the_demo_says(tool, path):
    cfg = tool.put_into_demo(path, 'runs', seed=3)
    name = path.stem.split('_')[1]
    expected = Config.fromfile(CONFIGS / f'synth_crowd/ae_{name}_1xb8-7e_synth_crowd-192x192.py')
    expected.model.backbone.setdefault('init_cfg', None)
    expected.model.test_cfg.flip_test = False
    for part in ('model', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'custom_hooks'):
        assert cfg[part] == expected[part], part
    assert (cfg.work_dir, cfg.randomness) == ('runs', dict(seed=3))


def test_rows_and_picture(tool, monkeypatch, tmp_path):
    """Training takes minutes: here the AP is given, that of YOLO by the row of its time."""
    draw = tool.draw
    ranks = iter([0.25, 0.5])
    run = SimpleNamespace(train=lambda: None, test=lambda: {'coco/AP': next(ranks)})
    monkeypatch.setattr(tool, 'Runner', SimpleNamespace(from_cfg=lambda cfg: run))
    times = [dict(network=path.stem, cpu_ms=ms) for path, ms in ((HOURGLASS, 7.5), (CSPNEXT, 9.0))]
    known = dict(network='yolo11n-pose', cpu_ms=8.0, AP=0.4)
    (tmp_path / 'times.json').write_text(json.dumps([*times, known]))
    drawn = []
    monkeypatch.setattr(tool, 'draw', lambda rows, path: drawn.extend(rows) or draw(rows, path))
    files = dict(times='times.json', json='rows.json', out='curve.png')
    options = [word for name, file in files.items() for word in (f'--{name}', tmp_path / file)]
    argv = ['curve', HOURGLASS, CSPNEXT, '--work-dir', tmp_path, *options]
    monkeypatch.setattr('sys.argv', [*map(str, argv)])
    tool.main()
    rows = json.loads((tmp_path / 'rows.json').read_text())
    assert rows == [dict(row, seed=0, AP=ap) for row, ap in zip(times, (0.25, 0.5))]
    assert drawn == [known, *rows]
    assert cv2.imread(str(tmp_path / 'curve.png')).std() > 0


def test_a_network_without_a_time_is_named(tool, monkeypatch, tmp_path, capsys):
    (tmp_path / 'times.json').write_text('[]')
    monkeypatch.setattr('sys.argv', ['c', str(CSPNEXT), '--times', str(tmp_path / 'times.json')])
    with pytest.raises(SystemExit):
        tool.main()
    assert f'no time of {CSPNEXT.stem}' in capsys.readouterr().err
