"""SynthCrowd in the forms of MPII."""

import importlib
import json

import numpy as np
import pytest

from mmpose_ae.datasets.annotation_file import load_content
from mmpose_ae.datasets.mpii import read_release, to_coco
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.datasets.synth_crowd.mpii import SUFFIXES

SETTINGS = Settings((96, 96), 'mpii', people=(2, 5), crowd_region=0.5, unlabelled=0.5)


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """A folder with annotations in all forms, and COCO's."""
    root = tmp_path_factory.mktemp('mpii')
    generate(root, dict(val=8), SETTINGS, image_format='png')
    return root / 'annotations', json.loads((root / 'annotations' / 'val.json').read_text())


def test_all_forms_say_the_same(files):
    folder, content = files
    release = to_coco(read_release(str(folder / 'val.mat'), str(folder / 'val_groups.mat')))
    people = load_content(str(folder / 'val_people.json'))
    labelled = [a for a in content['annotations'] if a['num_keypoints']]
    assert 0 < len(labelled) < len(content['annotations'])
    for found, expected in ((release, content['annotations']), (people, labelled)):
        assert len(found['annotations']) == len(expected)
        for one, other in zip(found['annotations'], expected):
            places = [np.reshape(a['keypoints'], (-1, 3)) for a in (one, other)]
            assert np.allclose(places[0][:, :2], places[1][:, :2])
            assert np.array_equal(places[0][:, 2] > 0, places[1][:, 2] > 0)
    for one, other in zip(release['annotations'], content['annotations']):
        assert one['image_id'] == other['image_id'] and one['scale'] == other['scale']
        assert one['keypoints'][2::3] == other['keypoints'][2::3]
        assert ('head_box' in one) == (one['num_keypoints'] > 0)


def test_same_seed_same_bytes(files, tmp_path, monkeypatch):
    """At another time of the day, too."""
    monkeypatch.setattr('time.asctime', lambda *when: 'Mon Jan  1 00:00:00 2001')
    generate(tmp_path, dict(val=8), SETTINGS, image_format='png', workers=2)
    for suffix in SUFFIXES:
        again = (tmp_path / 'annotations' / f'val{suffix}').read_bytes()
        assert again == (files[0] / f'val{suffix}').read_bytes()


def test_heads_hold_their_keypoints(files):
    """The neck is at the lower edge of the head, the top of the hair above it."""
    for ann in files[1]['annotations']:
        if not ann['num_keypoints']:
            continue
        left, top, right, bottom = ann['head_box']
        middle, radius = np.array([left + right, top + bottom]) / 2, (right - left) / 2
        neck, crown = np.reshape(ann['keypoints'], (-1, 3))[[8, 9]]
        if neck[2]:
            assert np.linalg.norm(neck[:2] - middle) < 1.01 * radius + 0.02
        if crown[2]:
            assert np.linalg.norm(crown[:2] - middle) < 1.01 * radius + 0.02


def test_groups_are_of_people_who_touch(files):
    """Nobody of a group touches somebody of another one, by the boxes that COCO's file has."""
    folder, content = files
    images = read_release(str(folder / 'val.mat'), str(folder / 'val_groups.mat'))
    sizes = []
    for image in images:
        anns = [a for a in content['annotations'] if a['image_id'] == image.number]
        boxes = np.array([a['bbox'] for a in anns]).reshape(-1, 4)
        numbers = [n for group in image.groups for n in group]
        assert sorted(numbers) == [i for i, a in enumerate(anns, 1) if a['num_keypoints']]
        for i, group in enumerate(image.groups):
            others = [n for other in image.groups[:i] for n in other]
            for n, m in ((n - 1, m - 1) for n in group for m in others):
                low, high = boxes[[n, m], :2].max(0), (boxes[[n, m], :2] + boxes[[n, m], 2:]).min(0)
                assert (low >= high).any()
        sizes += map(len, image.groups)
        assert image.single == [group[0] for group in image.groups if len(group) == 1]
    assert 1 in sizes and max(sizes) > 1


def test_other_keypoints_leave_no_files_of_mpii(files, tmp_path):
    generate(tmp_path, dict(val=1), SETTINGS, image_format='png')
    assert (tmp_path / 'annotations' / 'val.mat').is_file()
    generate(tmp_path, dict(val=1), Settings((96, 96)), image_format='png', overwrite=True)
    assert [path.name for path in (tmp_path / 'annotations').iterdir()] == ['val.json']


@pytest.mark.parametrize('keypoints', ['coco', 'mpii'])
@pytest.mark.parametrize('name', ['val.mat', 'val_groups.mat', 'val_people.json'])
@pytest.mark.parametrize('held', ['nothing', 'coco', 'an interrupted run'])
def test_files_of_others_stay(tmp_path, keypoints, name, held):
    """With the names of MPII's files, in a folder that SynthCrowd wrote none of these to."""
    other = tmp_path / 'annotations' / name
    other.parent.mkdir()
    if held == 'coco':
        generate(tmp_path, dict(val=1), Settings((96, 96)))
    elif held == 'an interrupted run':
        (tmp_path / 'annotations/val.part').touch()
    other.write_text('mine')
    before = sorted(tmp_path.glob('**/*'))
    with pytest.raises(FileExistsError, match=f'annotations holds files not made by .*{name}'):
        generate(tmp_path, dict(val=1), Settings((96, 96), keypoints), seed=1, overwrite=True)
    assert sorted(tmp_path.glob('**/*')) == before and other.read_text() == 'mine'


def test_own_files_of_an_interrupted_run_are_replaced(tmp_path, monkeypatch):
    """Killed after the files of MPII, before the annotations."""
    generate_module = importlib.import_module('mmpose_ae.datasets.synth_crowd.generate')
    real = generate_module.write_mpii_files

    def killed(*args):
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(generate_module, 'write_mpii_files', killed)
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, dict(val=1), SETTINGS)
    monkeypatch.undo()
    folder = tmp_path / 'annotations'
    assert (folder / 'val.mat').exists() and not (folder / 'val.json').exists()
    assert generate(tmp_path, dict(val=1), Settings((96, 96)))
    assert [path.name for path in folder.iterdir()] == ['val.json']
