"""Files: same seed same bytes, what loads them, and what is refused."""

import json

import pytest
from pycocotools.coco import COCO
from xtcocotools.coco import COCO as XTCOCO

from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.registry import DATASETS

COUNTS = dict(train=5, val=3)
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
    with pytest.raises(FileExistsError, match=r'train.json was made with other settings'):
        generate(dataset, COUNTS, Settings(size=(96, 64)), seed=1)
    assert files(dataset) == before


def test_an_unfinished_run_is_done_again(dataset, tmp_path):
    generate(tmp_path, COUNTS, SMALL, seed=1)
    (tmp_path / 'annotations/val.json').unlink()
    (tmp_path / 'val/leftover.jpg').write_bytes(b'')
    assert generate(tmp_path, COUNTS, SMALL, seed=1)
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
    ],
)
def test_bad_arguments_are_named(tmp_path, kwargs, message):
    with pytest.raises(ValueError, match=message):
        generate(**{**dict(root=tmp_path, counts=COUNTS, settings=SMALL), **kwargs})


@pytest.mark.parametrize('api', [COCO, XTCOCO])
def test_both_coco_apis_load_it(dataset, api):
    coco = api(str(dataset / 'annotations/train.json'))
    assert len(coco.getImgIds()) == 5
    for annotation in coco.anns.values():
        assert coco.annToMask(annotation).shape == (64, 96)


@pytest.mark.parametrize(
    'name, keypoints, count', [('CocoDataset', 'coco', 17), ('CrowdPoseDataset', 'crowdpose', 14)]
)
def test_mmpose_datasets_load_it(tmp_path, name, keypoints, count):
    generate(tmp_path, dict(train=4), Settings(size=(96, 64), keypoints=keypoints, empty=0.0))
    dataset = DATASETS.build(
        dict(
            type=f'mmpose.{name}',
            data_mode='bottomup',
            data_root=str(tmp_path),
            ann_file='annotations/train.json',
            data_prefix=dict(img='train/'),
        )
    )
    assert len(dataset) == 4
    for info in dataset:
        assert info['keypoints'].shape[1:] == (count, 2)


def test_categories_name_the_keypoints(dataset):
    (category,) = json.loads((dataset / 'annotations/val.json').read_text())['categories']
    assert category['keypoints'][:2] == ['nose', 'left_eye'] and len(category['keypoints']) == 17
    assert [16, 14] in category['skeleton']  # COCO: left ankle to left knee, counted from 1
