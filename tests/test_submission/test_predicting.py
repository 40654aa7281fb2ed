"""From a config and a checkpoint to the file of each kind of benchmark."""

import json
import re
from dataclasses import replace
from zipfile import ZipFile

import mpii_people
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from small_configs import make_small

from mmpose_ae.datasets.mpii import read_predictions
from mmpose_ae.datasets.posetrack18 import PoseTrackFrame, PoseTrackSequence, write_posetrack
from mmpose_ae.evaluation.testing import find_metric
from mmpose_ae.registry import MODELS
from mmpose_ae.submission import BOARDS
from mmpose_ae.submission.predicting import check_keypoints
from mmpose_ae_cli import main

SEQUENCE, OTHER = '000342_mpii_test', '000522_mpii_test'
FILE_NAMES = [f'images/{n}.png' for n in range(3)]  # of each sequence
CONFIGS = 'configs/associative_embedding/synth_crowd'
POSETRACK = dict(from_file='configs/_base_/datasets/posetrack18.py')
MPII = f'{CONFIGS}/ae_hourglass-tiny_1xb8-7e_synth_crowd_mpii-192x192.py'


def test_coco(perfect_model, tmp_path):
    """Of a list of images without annotations; both people are in each of them."""
    folder = perfect_model.image.parent
    images = [dict(id=30 + n, file_name=f'{n}.png', width=64, height=64) for n in range(3)]
    info = tmp_path / 'image_info.json'
    info.write_text(json.dumps(dict(images=images, categories=[dict(id=1, name='person')])))
    given = [str(perfect_model.config), str(perfect_model.checkpoint), '--out', str(tmp_path)]
    assert main(['submit', 'coco', *given, '--info', str(info), '--images', str(folder)]) == 0
    (path,) = tmp_path.glob('*.zip')
    (entries,) = (json.loads(ZipFile(path).read(name)) for name in ZipFile(path).namelist())
    assert [entry['image_id'] for entry in entries] == [30, 30, 31, 31, 32, 32]
    found = np.array([entry['keypoints'] for entry in entries[:2]]).reshape(2, 17, 3)[..., :2]
    found = found[np.argsort(np.abs(found - perfect_model.keypoints[0]).sum((1, 2)))]
    assert found == pytest.approx(perfect_model.keypoints, abs=0.5)


@pytest.mark.parametrize('board, metainfo, told', [
    ('crowdpose', None, "17 keypoints ['nose', .* has the 14 keypoints ['left_shoulder', "),
    ('coco', POSETRACK, "17 keypoints ['nose', 'head_bottom', .* ['nose', 'left_eye', "),
])  # fmt: skip
def test_other_keypoints_are_refused_before_the_weights_are_read(
    board, metainfo, told, perfect_model, tmp_path, capsys
):
    """Another number of them, or as many others."""
    cfg = Config.fromfile(perfect_model.config)
    if metainfo:
        cfg.test_dataloader.dataset.metainfo = metainfo
    cfg.dump(tmp_path / 'other.py')
    info = tmp_path / 'image_info.json'
    info.write_text(json.dumps(dict(images=[dict(id=3, file_name='0.png')])))
    given = [str(tmp_path / 'other.py'), 'no_weights.pth', '--out', str(tmp_path)]
    images = str(perfect_model.image.parent)
    assert main(['submit', board, *given, '--info', str(info), '--images', images]) == 1
    assert re.search(told.replace('[', r'\['), capsys.readouterr().err)


def test_keypoints_that_the_metric_converts_are_not_compared(perfect_model):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='tests the 17 keypoints'):
        check_keypoints(cfg, BOARDS['crowdpose'])
    metric = find_metric(cfg, 'coco')
    cfg.test_evaluator = dict(metric, pred_converter=dict(type='KeypointConverter'))
    check_keypoints(cfg, BOARDS['crowdpose'])


@pytest.fixture
def follow(perfect_model, tmp_path):
    """Follows two people over the frames of sequences of some names; gives the status."""

    def run(names, *options, broken=None, model=perfect_model):
        info, nobody = tmp_path / f'info{len(names)}', (np.zeros(0, int), np.zeros((0, 17, 3)))
        for name in names:
            files = [*FILE_NAMES, 'images/none.png'] if name == broken else FILE_NAMES
            frames = [PoseTrackFrame(10 + n, file, *nobody) for n, file in enumerate(files)]
            write_posetrack(info / f'{name}.json', PoseTrackSequence(name, frames))
        given = [str(model.config), str(model.checkpoint), '--info', str(info)]
        given += ['--images', str(model.image.parents[1]), '--out', str(tmp_path / 'out')]
        return main(['submit', 'posetrack', *given, '--name', 'mine', *options])

    return run


def test_posetrack(follow, perfect_model, tmp_path):
    """Two people who keep their numbers over the frames of a sequence."""
    assert follow([SEQUENCE]) == 0
    with ZipFile(tmp_path / 'out' / 'posetrack18_mine.zip') as archive:
        assert archive.namelist() == [f'{SEQUENCE}.json']
        content = json.loads(archive.read(f'{SEQUENCE}.json'))
    assert [image['file_name'] for image in content['images']] == FILE_NAMES
    people = content['annotations']
    assert [person['image_id'] for person in people] == [10, 10, 11, 11, 12, 12]
    assert len({person['track_id'] for person in people}) == 2
    noses = {tuple(np.round(person['keypoints'][:2])) for person in people}
    assert noses == {tuple(np.round(place)) for place in perfect_model.keypoints[:, 0]}
    names = content['categories'][0]['keypoints']
    for person in people:  # COCO has no ends of the head
        scores = dict(zip(names, person['scores']))
        assert [name for name in names if scores[name] == 0] == ['head_bottom', 'head_top']


def people_of_posetrack(folder):
    return json.loads((folder / f'{SEQUENCE}.json').read_text())['annotations']


def test_people_whom_predict_does_not_show_are_in_files_of_posetrack(
    follow, perfect_model, tmp_path, capsys, monkeypatch
):
    """Above the score that was chosen to be shown is nobody."""
    weights = torch.load(perfect_model.checkpoint, weights_only=False)
    weights['meta']['score_threshold'] = 2.0
    torch.save(weights, tmp_path / 'chosen.pth')
    chosen = perfect_model._replace(checkpoint=tmp_path / 'chosen.pth')
    folder = tmp_path / 'out' / 'posetrack18_mine'
    assert follow([SEQUENCE], model=chosen) == 0
    assert len(people_of_posetrack(folder)) == 6 and 'score' not in capsys.readouterr().out
    assert follow([SEQUENCE], '--score-thr', '1', '--overwrite') == 0
    assert people_of_posetrack(folder) == []
    monkeypatch.setattr('mmpose_ae.submission.predicting.MOST_PEOPLE', 1)
    assert follow([SEQUENCE], '--overwrite') == 0
    assert len(people_of_posetrack(folder)) == 3  # no more than the format has numbers for


def test_files_of_posetrack_are_replaced_only_if_asked(follow, tmp_path, capsys, monkeypatch):
    """Also where an earlier run was of more sequences, and where one breaks off."""
    assert follow([SEQUENCE, OTHER]) == 0
    folder, path = tmp_path / 'out' / 'posetrack18_mine', tmp_path / 'out' / 'posetrack18_mine.zip'
    (folder / 'notes.txt').write_text('mine')
    (folder / f'{SEQUENCE}.json').write_text('before')
    path.unlink()
    with monkeypatch.context() as patch:
        patch.setattr('mmpose_ae.submission.predicting.Predictor', None)  # nothing is predicted
        assert follow([SEQUENCE]) == 1
        assert f'{folder} has files already: --overwrite' in capsys.readouterr().err
    assert follow([SEQUENCE], '--overwrite') == 0
    assert ZipFile(path).namelist() == [f'{SEQUENCE}.json']
    assert sorted(file.name for file in folder.iterdir()) == [f'{SEQUENCE}.json', 'notes.txt']
    assert (folder / f'{SEQUENCE}.json').read_text() != 'before'


def test_a_run_that_breaks_off_leaves_files_of_posetrack_as_they_are(follow, tmp_path, capsys):
    """The second sequence names a frame that is not there."""
    file = tmp_path / 'out' / 'posetrack18_mine' / f'{SEQUENCE}.json'
    assert follow([SEQUENCE]) == 0
    file.write_text('before')
    assert follow([SEQUENCE, OTHER], '--overwrite', broken=OTHER) == 1
    assert 'none.png' in capsys.readouterr().err
    assert file.read_text() == 'before' and list(file.parent.iterdir()) == [file]


def test_what_lists_no_sequences_is_named(follow, tmp_path, capsys):
    (tmp_path / 'info0').mkdir()
    assert follow([]) == 1
    assert f'{tmp_path / "info0"}: expected a folder with a .json file' in capsys.readouterr().err
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'posetrack18_mine').write_text('a file')
    assert follow([SEQUENCE], '--overwrite') == 1
    assert 'is to be a folder' in capsys.readouterr().err


def test_mpii(tmp_path):
    """Of the image for testing, whose one group has no labels; evaluated joints alone."""
    options = mpii_people.write_files(tmp_path)
    images = [  # of people so large that whoever is in the image is in the group
        replace(image, people=[replace(person, scale=2.0) for person in image.people])
        for image in mpii_people.make_images()
    ]
    mpii_people.write_release(tmp_path / 'mpii.mat', tmp_path / 'groups.mat', images)
    cfg = make_small(Config.fromfile(MPII))
    cfg.model.head.decoder.candidates = dict(max_candidates=8)
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        loader.dataset.update(options)
    cfg.dump(tmp_path / 'mpii.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    torch.save(dict(state_dict=weights), tmp_path / 'mpii.pth')
    given = [str(tmp_path / 'mpii.py'), str(tmp_path / 'mpii.pth'), '--out', str(tmp_path)]
    assert main(['submit', 'mpii', *given]) == 0
    (group,) = read_predictions(tmp_path / 'pred_keypoints_mpii_multi.mat')
    assert group.path == '004.jpg'
    assert len(group.found) and not group.found[:, [6, 7]].any()
