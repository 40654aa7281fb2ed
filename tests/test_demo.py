"""tools/demo.py, with a handful of images."""

import os
import runpy
import sys
from pathlib import Path

import cv2
import pytest
from mmengine.registry import DefaultScope

pytestmark = pytest.mark.long
DEMO = Path(__file__).resolve().parents[1] / 'tools/demo.py'


@pytest.fixture
def run_demo(monkeypatch, tmp_path, capsys):
    """Run the demo in a folder of its own; gives what it printed."""

    def run(*options):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, 'argv', ['demo.py', '--quick', *options])
        with DefaultScope.overwrite_default_scope('mmpose_ae'):
            runpy.run_path(str(DEMO), run_name='__main__')
        return capsys.readouterr().out

    return run


def modification_times(folder, pattern):
    return {path: path.stat().st_mtime_ns for path in Path(folder).glob(pattern)}


def test_demo(run_demo, monkeypatch):
    """One run does everything, a second keeps data and training, a fresh one does it again."""
    printed = run_demo()
    work_dir = Path('work_dirs/demo_quick')
    table = printed[printed.index('== accuracy on 8 images') :].splitlines()
    names = [line[: line.rindex('  ')].strip() for line in table[1:11]]
    assert names[:3] == ['AP', 'AP .5', 'AP .75'] and names[5] == 'AR'
    assert len({len(line) for line in table[1:11]}) == 1
    assert all(f'\n{step}' in printed for step in ('data', 'training', 'test', 'pictures'))

    listed = [Path(line) for line in printed.splitlines() if line.endswith('.png')]
    assert listed[0] == work_dir / 'pictures/predictions.png' and len(listed) == 1 + 3 * 2
    for path in listed:
        height, width = cv2.imread(str(path)).shape[:2]
        assert 200 < height < 2000 and 400 < width < 3000

    done = modification_times(work_dir, '*.pth') | modification_times(work_dir, 'data/**/*.*')
    assert len(done) == 2 + 24 + 2  # last and best checkpoint, images, annotations
    # The first run has drawn; most of the time goes into it.
    monkeypatch.setattr('mmpose_ae.pictures.draw_predictions', lambda *args: [])
    assert 'was there already' in run_demo()
    again = modification_times(work_dir, '*.pth') | modification_times(work_dir, 'data/**/*.*')
    assert again == done

    for path in done:
        os.utime(path, ns=(0, 0))  # a clock that steps back makes nothing new look old
    run_demo('--fresh')
    fresh = modification_times(work_dir, '*.pth') | modification_times(work_dir, 'data/**/*.*')
    assert all(fresh.values())
    assert work_dir / 'epoch_1.pth' in fresh
