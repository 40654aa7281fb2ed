"""Files: same seed same bytes, what loads them, and what is refused."""

import importlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO
from xtcocotools.coco import COCO as XTCOCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.datasets.posetrack18 import read_posetrack
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.registry import DATASETS

generate_module = importlib.import_module('mmpose_ae.datasets.synth_crowd.generate')
COUNTS = dict(train=5, val=3)
ANNOTATION_KEYS = {
    'id', 'image_id', 'category_id', 'iscrowd', 'keypoints', 'num_keypoints', 'segmentation',
    'area', 'bbox',
}  # fmt: skip
SMALL = Settings(size=(96, 64), crowd_region=0.5, unlabelled=0.5, empty=0.2)


def files(root):
    paths = sorted(p for p in root.rglob('*') if p.is_file())
    return {str(p.relative_to(root)): p.read_bytes() for p in paths}


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp('synth_crowd')
    assert generate(root, COUNTS, SMALL, seed=1)
    return root


@pytest.mark.parametrize('workers', [1, 2])
def test_same_seed_same_bytes(dataset, tmp_path, workers):
    generate(tmp_path, COUNTS, SMALL, seed=1, workers=workers)
    assert files(tmp_path) == files(dataset)
    assert len(files(dataset)) == 5 + 3 + 2


def test_splits_and_seeds_differ(dataset, tmp_path):
    generate(tmp_path, COUNTS, SMALL, seed=2)
    ours, other = files(dataset), files(tmp_path)
    assert ours['train/000001.jpg'] != other['train/000001.jpg']
    assert ours['train/000001.jpg'] != ours['val/000001.jpg']


def test_what_is_there_is_kept_or_refused(dataset):
    before = files(dataset)
    assert not generate(dataset, COUNTS, SMALL, seed=1)
    for counts, changed in ((COUNTS, Settings(size=(96, 64))), (dict(val=4), SMALL)):
        with pytest.raises(FileExistsError, match=rf'{dataset} holds images made with other'):
            generate(dataset, counts, changed, seed=1)
    assert files(dataset) == before


@pytest.mark.parametrize('overwrite', [False, True])
def test_files_of_others_are_never_deleted(tmp_path, overwrite):
    photo = tmp_path / 'train/000001.jpg'
    photo.parent.mkdir()
    photo.write_bytes(b'a photo')
    with pytest.raises(FileExistsError, match='train holds files not made by SynthCrowd'):
        generate(tmp_path, COUNTS, SMALL, overwrite=overwrite)
    coco = tmp_path / 'annotations/train.json'
    coco.parent.mkdir()
    coco.write_text('{"info": {"description": "COCO 2017 Dataset"}}')
    with pytest.raises(FileExistsError, match='train.json was not made by SynthCrowd'):
        generate(tmp_path, COUNTS, SMALL, overwrite=overwrite)
    assert photo.read_bytes() == b'a photo' and 'COCO' in coco.read_text()
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize('name', ['photo.jpg', 'notes.txt', 'mine/000001.jpg', '1.jpg'])
@pytest.mark.parametrize('interrupted', [False, True])
def test_files_that_others_put_beside_images_stay(dataset, tmp_path, name, interrupted):
    """Of a run that is replaced, and of one that was interrupted, which needs no overwriting."""
    shutil.copytree(dataset, tmp_path, dirs_exist_ok=True)
    if interrupted:
        (tmp_path / 'annotations/train.json').rename(tmp_path / 'annotations/train.part')
    other = tmp_path / 'train' / name
    other.parent.mkdir(exist_ok=True)
    other.write_text('mine')
    before = sorted(tmp_path.glob('**/*'))
    with pytest.raises(FileExistsError, match=f'train holds files not made by .*{name[:4]}'):
        generate(tmp_path, COUNTS, SMALL, seed=1, overwrite=not interrupted)
    assert sorted(tmp_path.glob('**/*')) == before and other.read_text() == 'mine'


def test_files_beside_frames_stay(tmp_path):
    generate(tmp_path, dict(val=1), SMALL, frames=2)
    (tmp_path / 'val/000001_mpii_synth/notes.txt').write_text('mine')
    with pytest.raises(FileExistsError, match='notes.txt'):
        generate(tmp_path, dict(val=1), SMALL, frames=2, seed=1, overwrite=True)


@pytest.mark.parametrize('overwrite', [False, True])
def test_an_interrupted_run_is_done_again(dataset, tmp_path, monkeypatch, overwrite):
    """Killed in the middle of a new data set, or of replacing an old one."""
    if overwrite:
        generate(tmp_path, dict(train=2, val=2), SMALL, seed=7)
    real = generate_module.make_scene

    def fail_at_three(seed, index, settings):
        if index == 3:
            raise KeyboardInterrupt
        return real(seed, index, settings)

    monkeypatch.setattr(generate_module, 'make_scene', fail_at_three)
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, COUNTS, SMALL, seed=1, overwrite=overwrite)
    assert 'train/000003.jpg' in files(tmp_path)
    assert 'annotations/train.json' not in files(tmp_path)
    monkeypatch.undo()
    assert generate(tmp_path, COUNTS, SMALL, seed=1, overwrite=overwrite)
    assert files(tmp_path) == files(dataset)


def test_overwriting(tmp_path):
    generate(tmp_path, dict(val=3), SMALL)
    assert generate(tmp_path, dict(val=2), SMALL, image_format='png', overwrite=True)
    assert sorted(files(tmp_path)) == ['annotations/val.json', 'val/000001.png', 'val/000002.png']


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(image_format='bmp'), "one of .*'bmp'"),
        (dict(seed=-1), 'seed'),
        (dict(workers=0), 'workers'),
        (dict(counts=dict(test=3)), 'counts'),
        (dict(counts=dict(train=0)), 'counts'),
        (dict(settings=Settings(hidden=3)), 'no frames to hide people in, got hidden=3'),
        (dict(settings=Settings(hidden=3), frames=3), 'frames must be a whole number from 4 on'),
    ],
)
def test_bad_arguments_are_named(tmp_path, kwargs, message):
    with pytest.raises(ValueError, match=message):
        generate(**{**dict(root=tmp_path, counts=COUNTS, settings=SMALL), **kwargs})


def test_files_are_in_the_format_of_coco(dataset):
    for split, count in COUNTS.items():
        data = json.loads((dataset / f'annotations/{split}.json').read_text())
        assert set(data) == {'info', 'licenses', 'images', 'annotations', 'categories'}
        assert [image['id'] for image in data['images']] == list(range(1, count + 1))
        for image in data['images']:
            assert 0 <= image['crowdIndex'] <= 1
            pixels = cv2.imread(str(dataset / split / image['file_name']))
            assert pixels.shape == (image['height'], image['width'], 3) == (64, 96, 3)
        ids = [annotation['id'] for annotation in data['annotations']]
        assert ids == list(range(1, len(ids) + 1))
        for annotation in data['annotations']:
            assert set(annotation) == ANNOTATION_KEYS and annotation['category_id'] == 1
            assert annotation['image_id'] in range(1, count + 1)
            assert len(annotation['keypoints']) == 3 * 17 and len(annotation['bbox']) == 4
            rle = annotation['iscrowd'] == 1
            assert isinstance(annotation['segmentation'], dict if rle else list)


@pytest.mark.parametrize('api', [COCO, XTCOCO])
def test_both_coco_apis_load_it(dataset, api):
    coco = api(str(dataset / 'annotations/train.json'))
    assert len(coco.getImgIds()) == 5 and coco.anns
    for annotation in coco.anns.values():
        assert coco.annToMask(annotation).shape == (64, 96)


@pytest.fixture(scope='module')
def crowds(tmp_path_factory):
    """14 keypoints, and images of every crowd index."""
    root = tmp_path_factory.mktemp('crowds')
    options = Settings((96, 96), 'crowdpose', people=(1, 5), crowding=0.3, unlabelled=0.3)
    generate(root, dict(train=4, val=40), options)
    return root


def evaluate(root, moved_by):
    """AP of the true keypoints moved to the right by pixels: all, easy, medium, hard images."""
    truth = XTCOCO(str(root / 'annotations/val.json'))
    people = [a for a in truth.anns.values() if a['num_keypoints']]
    results = [
        dict(
            image_id=a['image_id'],
            category_id=1,
            score=1.0,
            keypoints=[v + moved_by * (i % 3 == 0) for i, v in enumerate(a['keypoints'])],
        )
        for a in people
    ]
    sigmas = np.array([79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89, 79, 79]) / 1000
    evaluation = COCOeval(truth, truth.loadRes(results), 'keypoints_crowd', sigmas, use_area=False)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats[[0, 6, 7, 8]]


def test_crowd_evaluation_by_xtcocotools(crowds):
    """The true keypoints get 1 in every class of the crowd index, others do not."""
    assert evaluate(crowds, 0) == pytest.approx(np.ones(4))
    assert (evaluate(crowds, 8) < 0.9).all()


@pytest.mark.parametrize('scope', ['mmpose', 'mmpose_ae'])
@pytest.mark.parametrize('name, count', [('CocoDataset', 17), ('CrowdPoseDataset', 14)])
def test_mmpose_datasets_load_it(request, scope, name, count):
    root = request.getfixturevalue('dataset' if count == 17 else 'crowds')
    loaded = DATASETS.build(
        dict(
            type=f'{scope}.{name}',
            data_mode='bottomup',
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='train/'),
        )
    )
    truth = COCO(str(root / 'annotations/train.json'))
    assert len(loaded) == len({a['image_id'] for a in truth.anns.values()}) > 0
    for info in loaded:
        assert info['keypoints'].shape[1:] == (count, 2)
        annotations = [truth.anns[i] for i in info['id']]
        visible = np.reshape([a['keypoints'] for a in annotations], (-1, count, 3))[..., 2] > 0
        assert np.array_equal(info['keypoints_visible'] > 0, visible)


def test_categories_name_the_keypoints(dataset):
    (category,) = json.loads((dataset / 'annotations/val.json').read_text())['categories']
    assert category['keypoints'][:2] == ['nose', 'left_eye'] and len(category['keypoints']) == 17
    assert [16, 14] in category['skeleton']  # COCO: left ankle to left knee, counted from 1


VIDEOS = dict(train=1, val=2)


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    root = tmp_path_factory.mktemp('videos')
    assert generate(root, VIDEOS, SMALL, seed=1, frames=4)
    return root


@pytest.mark.parametrize('workers', [1, 2])
def test_same_seed_same_videos(videos, tmp_path, workers):
    generate(tmp_path, VIDEOS, SMALL, seed=1, workers=workers, frames=4)
    assert files(tmp_path) == files(videos)
    assert len(files(videos)) == 3 * (4 + 1) + 2


def test_files_of_videos(videos):
    """COCO's file and those of PoseTrack18 say the same."""
    content = json.loads((videos / 'annotations/val.json').read_text())
    assert content['info']['videos'] == 2 and content['info']['frames'] == 4
    people = {}
    for annotation in content['annotations']:
        assert set(annotation) - {'track_id'} == ANNOTATION_KEYS
        if annotation['num_keypoints']:
            people.setdefault(annotation['image_id'], []).append(annotation['track_id'])
    for image in content['images']:
        sequence = image['file_name'].split('/')[0]
        assert image['id'] == 10**10 + image['video_id'] * 10**4 + image['frame_id']
        assert cv2.imread(str(videos / 'val' / image['file_name'])).shape == (64, 96, 3)
        (frame,) = [
            frame
            for frame in read_posetrack(videos / f'annotations/val/{sequence}.json').frames
            if frame.image_id == image['id']
        ]
        assert frame.file_name == f'val/{image["file_name"]}'
        assert frame.track_ids.tolist() == people.get(image['id'], [])
    assert len(content['images']) == 8 and people


def test_videos_load_as_a_dataset(videos):
    loaded = DATASETS.build(
        dict(
            type='CocoDataset', data_mode='bottomup', data_root=str(videos),
            ann_file='annotations/val.json', data_prefix=dict(img='val/'),
        )
    )  # fmt: skip
    assert len(loaded) > 3
    assert all(Path(info['img_path']).is_file() for info in loaded)


def test_images_in_place_of_videos(tmp_path):
    """Only what SynthCrowd wrote is deleted."""
    generate(tmp_path, dict(val=2), SMALL, frames=2)
    notes = tmp_path / 'annotations/val/notes.txt'
    notes.write_text('mine')
    with pytest.raises(FileExistsError, match='holds images made with other settings'):
        generate(tmp_path, dict(val=2), SMALL)
    generate(tmp_path, dict(val=2), SMALL, overwrite=True)
    assert sorted(files(tmp_path)) == [
        'annotations/val.json', 'annotations/val/notes.txt', 'val/000001.jpg', 'val/000002.jpg',
    ]  # fmt: skip


@pytest.mark.parametrize('frames', [0, 2.5, 10_001])
def test_bad_numbers_of_frames_are_named(tmp_path, frames):
    with pytest.raises(ValueError, match='frames'):
        generate(tmp_path, dict(val=1), SMALL, frames=frames)
    assert not list(tmp_path.iterdir())
