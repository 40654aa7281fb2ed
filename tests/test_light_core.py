"""Decoding, frames and tracking work, and start fast, without torch and OpenMMLab installed."""

import json
import resource
import subprocess
import sys

import numpy as np
import pytest

MISSING = ('torch', 'mmpose', 'mmengine', 'mmcv', 'mmdet')
# Imports of these fail, as where a hook forbids them.
FORBID = f"""
import sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {MISSING}:
            raise ImportError(f'{{name}} is forbidden')

sys.meta_path.insert(0, Forbid())
"""


def hide(modules):
    """Code after which nobody finds these modules, as where they are not installed."""
    return f"""
import sys

class Hide:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        hidden = name.split('.')[0] in {set(modules)}
        return None if hidden else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Hide(finder) for finder in sys.meta_path]
"""


HIDE = hide(MISSING)
HIDE_SCIPY = hide((*MISSING, 'scipy'))
WITHOUT = pytest.mark.parametrize('without', [FORBID, HIDE], ids=['forbidden', 'not installed'])
# Two people with tags 0 and 5, the second without its last keypoint, and what becomes of them.
SCENE = """
import json
import numpy as np
from mmpose_ae.frame import Frame, Grid
from mmpose_ae.grouping import (
    Candidates, DensityGrouping, GreedyGrouping, Poses, collect_instances, rank_poses
)
from mmpose_ae.tracking import Tracker

scores = np.array([[0.9, 0.5], [0.7, 0.8], [0.6, 0.0]], np.float32)
cells = np.array([[[2, 3], [12, 4]], [[14, 6], [4, 5]], [[3, 8], [0, 0]]], np.float32)
tags = np.array([[0.1, 5.0], [4.9, 0.0], [0.2, 0.0]], np.float32)[..., None]
frame = Frame.whole((128, 96)).resized((64, 48))
grid = Grid.over((16, 12), (64, 48))
found = {}
for strategy in (DensityGrouping(), GreedyGrouping()):
    candidates = Candidates(scores, cells, tags)
    people = collect_instances(candidates, strategy(candidates, [0, 1, 2], 1.0))
    points = frame.to_image(grid.to_pixels(people.cells)).astype(np.float32)
    poses = rank_poses(Poses(points, people.scores, people.scores.mean(1), people.tags))
    tracker = Tracker(sigmas=[0.1] * 3, smoothing=dict(frame_rate=25))
    ids = [tracker.update(people).ids.tolist() for people in (poses, poses.take([1, 0]))]
    found[type(strategy).__name__] = dict(
        keypoints=poses.keypoints.tolist(), boxes=poses.boxes.tolist(),
        scores=poses.instance_scores.tolist(), tags=poses.tags.tolist(), ids=ids,
    )
print(json.dumps(found))
"""

PREDICTION = """
from pathlib import Path
import numpy as np
from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction, open_source
from mmpose_ae.prediction.outputs import OUTPUTS, Header, open_outputs

(picture,) = open_source(np.zeros((4, 4, 3), np.uint8))
nobody = Poses(np.zeros((0, 1, 2)), np.zeros((0, 1)), np.zeros(0))
prediction = Prediction(nobody, (4, 4), ('nose',), image=picture.image)
names = [name for name in OUTPUTS if name not in ('window', 'parquet')]
for output in open_outputs(names, Path(FOLDER), Header('m', ('nose',), (), 0.2, 0.3)):
    output.write(prediction)
    output.close()
"""


def run(code):
    """Run code in a Python of its own."""
    return subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)


def test_predictions_can_be_read_drawn_and_written(tmp_path):
    """What the network found may be worked with elsewhere, with OpenCV alone besides."""
    child = run(f'{HIDE}{PREDICTION}'.replace('FOLDER', repr(str(tmp_path))))
    assert child.returncode == 0, child.stderr
    assert json.loads((tmp_path / 'people.json').read_text())['images'][0]['people'] == []
    assert (tmp_path / 'pictures/picture.jpg').is_file()


@pytest.mark.parametrize(
    'without', [FORBID, HIDE, HIDE_SCIPY], ids=['forbidden', 'not installed', 'nor scipy']
)
def test_a_scene_is_grouped(without):
    """Cell c is the pixel 4 * c + 1.5 of the input, and x that 2 * x + 0.5 of the image."""
    child = run(without + SCENE)
    assert child.returncode == 0, child.stderr
    first, second = [[2, 3], [4, 5], [3, 8]], [[12, 4], [14, 6], [13, 5]]  # the last: their mean
    keypoints = [[[8 * c + 3.5 for c in cell] for cell in person] for person in (first, second)]
    boxes = [[19.5, 27.5, 35.5, 67.5], [99.5, 35.5, 115.5, 51.5]]
    for found in json.loads(child.stdout).values():
        np.testing.assert_allclose(found['keypoints'], keypoints, rtol=1e-6)
        np.testing.assert_allclose(found['boxes'], boxes, rtol=1e-6)
        assert found['scores'] == pytest.approx([2.3 / 3, 1.2 / 3])
        assert [tag for (tag,) in found['tags']] == pytest.approx([0.1, 4.95])
        assert found['ids'] == [[0, 1], [1, 0]]


DECODED = """
import json
import numpy as np
from mmpose_ae.decoding import LearnedScore, read_decoding
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.frame import Grid

heatmaps = np.zeros((1, 2, 8, 8), np.float32)
heatmaps[0, [0, 1], [2, 4], [3, 5]] = [0.9, 0.05]
candidates = np.zeros((1, 2, 1, 4), np.float32)
candidates[0, 0, 0] = [0.9, 3, 2, 0]
outputs = dict(candidates=candidates, heatmaps=heatmaps, tags=np.zeros_like(heatmaps))
layer = np.ones((count_features(2), 1), np.float32), np.zeros(1, np.float32)
score = LearnedScore(('nose', 'neck'), np.array([0.1, 0.1]), (layer,)).to_text()
decoding = read_decoding(dict(type='TagDecoding', refinement=None, learned_score=score))
(poses,) = decoding(outputs, Grid((8, 8), (4, 4)))
assert decoding.to_dict() == read_decoding(json.loads(json.dumps(decoding.to_dict()))).to_dict()
assert not {'scipy', 'torch'} & set(sys.modules)
found = [poses.keypoints, poses.keypoint_scores, poses.filled, poses.instance_scores]
print(json.dumps([values.tolist() for values in found]))
"""


def test_named_arrays_are_decoded_without_scipy():
    """The second keypoint is too low for a candidate, and found at a tenth of its height.

    The score is of the sum of features: positions from the middle cancel out; the two scores, one
    filled keypoint, the score until then, and the logarithm of 8 times the root of 2.
    """
    child = run(f'{HIDE_SCIPY}{DECODED}')
    assert child.returncode == 0, child.stderr
    keypoints, scores, filled, (learned,) = json.loads(child.stdout)
    assert keypoints == [[[13.5, 9.5], [21.5, 17.5]]]
    np.testing.assert_allclose(scores, [[0.9, 0.005]], rtol=1e-6)
    assert filled == [[False, True]]
    total = 0.905 + 1 + 0.45 + np.log(8 * 2**0.5)
    assert learned == pytest.approx(1 / (1 + np.exp(-total)), rel=1e-6)


@WITHOUT
def test_nothing_heavy_is_imported(without):
    child = run(
        f'{without}\nimport mmpose_ae.decoding, mmpose_ae.frame, mmpose_ae.tracking\n'
        'print(*sorted({name.split(".")[0] for name in sys.modules}))'
    )
    assert child.returncode == 0, child.stderr
    imported = set(child.stdout.split())
    assert not imported & {*MISSING, 'matplotlib', 'cv2', 'pandas'}
    assert {'numpy', 'scipy', 'mmpose_ae'} <= imported


@pytest.mark.parametrize('command', ['train', 'models'])
def test_commands_that_need_more_say_what_mends_it(command):
    child = run(
        f'{HIDE}\nimport sys\nfrom mmpose_ae_cli import main\nsys.exit(main(["{command}"]))'
    )
    assert child.returncode == 1
    assert child.stderr.startswith('error: mmpose_ae needs torch')
    door, ordinary, openmmlab = child.stderr.strip().splitlines()[1:]
    assert door.strip() == 'mmpose-ae setup'
    assert 'pip install "torch>=' in ordinary and 'pip install --no-deps "onedl-mm' in openmmlab


def test_setup_knows_what_is_missing():
    child = run(
        f'{HIDE}\nimport sys\nfrom mmpose_ae_cli import main\n'
        'sys.exit(main(["setup", "--cpu", "--dry-run"]))'
    )
    assert child.returncode == 0, child.stderr
    torch, *_, openmmlab = child.stdout.strip().splitlines()
    assert torch.startswith("pip install 'torch>=") and torch.endswith('/cpu')
    assert openmmlab.startswith('pip install --no-deps ') and 'mmpose>=' in openmmlab


def test_it_is_said_that_a_config_needs_more(tmp_path):
    """The command itself, its sources and its outputs do without."""
    arguments = ['predict', 'a.png', '--config', 'a.py', '--checkpoint', 'a.pth']
    arguments += ['--out', str(tmp_path / 'out')]
    child = run(f'{HIDE}\nimport sys\nfrom mmpose_ae_cli import main\nsys.exit(main({arguments}))')
    assert child.returncode == 1
    assert child.stderr.startswith('error: MMPose is not installed, or MMPOSE_AE_LIGHT leaves it')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('wanted, status, words', [
    ('1', 0, ''),
    ('yes', 1, "MMPOSE_AE_LIGHT must be '1' or absent, got 'yes'"),
])  # fmt: skip
def test_it_may_be_all_that_is_wanted(wanted, status, words):
    """Where MMPose is installed, too; what needs it says why it is not there."""
    child = run(f"""
import os, sys
os.environ['MMPOSE_AE_LIGHT'] = {wanted!r}
import mmpose_ae.runtime
assert not {set(MISSING)} & sys.modules.keys()
try:
    import mmpose_ae.codecs
except ImportError as error:
    assert 'needs MMPose for this, but MMPOSE_AE_LIGHT is set' in str(error)
else:
    sys.exit('imported')
from mmpose_ae_cli import main
assert main(['models']) == 1""")
    assert child.returncode == status, child.stderr
    assert words in child.stderr


@WITHOUT
@pytest.mark.parametrize('module', ['codecs', 'registry'])
def test_what_needs_more_says_what_is_missing(without, module):
    child = run(f'{without}\nimport mmpose_ae.{module}')
    assert child.returncode
    assert 'ImportError: mmpose_ae needs torch' in child.stderr
    assert 'which are not installed' in child.stderr


@WITHOUT
@pytest.mark.parametrize('module', ['ops', 'models', 'datasets', 'evaluation'])
def test_other_parts_fail_with_the_name_of_what_they_import_first(without, module):
    child = run(f'{without}\nimport mmpose_ae.{module}')
    assert child.returncode
    last = child.stderr.strip().splitlines()[-1]
    assert last.startswith(('ImportError', 'ModuleNotFoundError'))
    assert any(name in last for name in MISSING)


def cpu_seconds(code):
    """CPU time of a Python that runs the code: the least of three, which nobody disturbed."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, '-c', code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        user, system = (
            getattr(after, key) - getattr(before, key) for key in ('ru_utime', 'ru_stime')
        )
        spent.append(user + system)
    return min(spent)


def test_it_starts_as_fast_as_what_it_stands_on():
    """About 0.15 s, as numpy and scipy themselves; scipy.optimize alone would take it to 0.4 s."""
    ours = cpu_seconds(f'{HIDE}\nimport mmpose_ae.decoding, mmpose_ae.frame, mmpose_ae.tracking')
    assert ours < 2 * cpu_seconds('import numpy, scipy')
