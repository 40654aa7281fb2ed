"""Metainfo: what contradicts itself is named, and MMPose's own files are read as before."""

import copy
from pathlib import Path

import cases
import mmpose
import numpy as np
import pytest
from mmengine.config import Config
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae.metainfo import check_metainfo, keypoint_names, load_metainfo
from mmpose_ae.registry import DATASETS, KEYPOINT_CODECS

MMPOSE = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets'
ANIMALS = 'configs/_base_/datasets/four_keypoint_animals.py'
# A keypoint or a weight is missing in these; nothing of this package reads them.
FAULTY = {
    'coco_aic': 'joint_weights has 18 values, but there are 19 keypoints',
    'humanart_aic': 'joint_weights has 18 values, but there are 19 keypoints',
    'deepfashion2': "136 [(]vest_kpt9[)] has swap='vest_kpt13', but vest_kpt13 has swap=''",
}


@pytest.fixture
def animals():
    return copy.deepcopy(Config.fromfile(ANIMALS).dataset_info.to_dict())


@pytest.mark.parametrize('path', sorted(MMPOSE.glob('*.py')), ids=lambda path: path.stem)
def test_files_of_mmpose(path):
    info = Config.fromfile(path).dataset_info.to_dict()
    if path.stem in FAULTY:
        with pytest.raises(ValueError, match=FAULTY[path.stem]):
            check_metainfo(info, 'it')
    else:
        check_metainfo(info, 'it')


@pytest.mark.parametrize('metainfo', [dict(from_file=ANIMALS), None])
def test_it_is_parsed_by_mmpose(metainfo, animals):
    found, expected = load_metainfo(metainfo or animals), parse_pose_metainfo(animals)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


def test_names_are_in_the_order_of_the_keypoints():
    assert keypoint_names(dict(keypoint_id2name={1: 'paw', 0: 'nose'})) == ['nose', 'paw']
    assert keypoint_names(dict(dataset_name='of no keypoints')) == []


@pytest.mark.parametrize(
    'change, message',
    [
        (lambda m: m.pop('sigmas'), 'has no sigmas'),
        (lambda m: m.pop('keypoint_info'), 'has no keypoint_info'),
        (lambda m: m['keypoint_info'].update({5: {}}), r'number the .* got \[0, 1, 2, 3, 5\]'),
        (lambda m: m.update(keypoint_info={}), 'number the keypoints'),
        (lambda m: m['keypoint_info'][2].pop('name'), 'keypoint_info 2 has no name'),
        (lambda m: m['keypoint_info'][3].update(name='nose'), "3 has the name 'nose' of another"),
        (
            lambda m: m['keypoint_info'][1].update(swap=''),
            r"keypoint_info 2 \(right_paw\) has swap='left_paw', but left_paw has swap=''",
        ),
        (
            lambda m: m['keypoint_info'][2].update(swap='nose'),
            r"1 \(left_paw\) has swap='right_paw', but right_paw has swap='nose'",
        ),
        (
            lambda m: m['keypoint_info'][1].update(swap='right_paws'),
            "swap='right_paws', which is no keypoint; there are",
        ),
        (
            lambda m: m['skeleton_info'][1].update(link=('tail', 'paw')),
            'skeleton_info 1: link must',
        ),
        (
            lambda m: m['skeleton_info'][1].update(link=('tail',)),
            'skeleton_info 1: link must name tw',
        ),
        (lambda m: m['skeleton_info'][0].pop('link'), 'skeleton_info 0: link must name two'),
        (lambda m: m['keypoint_info'][0].update(color=[1, 2]), 'keypoint_info 0: color must be'),
        (lambda m: m['skeleton_info'][0].update(color=[1, 2, 256]), 'skeleton_info 0: color must'),
        (lambda m: m['keypoint_info'][0].update(color='red'), "three numbers .* got 'red'"),
        (lambda m: m['sigmas'].pop(), 'sigmas has 3 values, but there are 4 keypoints'),
        (lambda m: m['sigmas'].append(1.0), 'sigmas has 5 values'),
        (lambda m: m.update(sigmas=[0.1, 0.1, 0.1, 0]), 'sigmas must be finite and at least 1e-06'),
        (lambda m: m.update(sigmas=[0.1, 0.1, 0.1, float('nan')]), 'sigmas must .* got nan'),
        (lambda m: m.update(sigmas=[0.1, 0.1, 0.1, '0.1']), "sigmas must .* got '0.1'"),
        (lambda m: m['joint_weights'].pop(), 'joint_weights has 3 values'),
        (lambda m: m.update(joint_weights=[1, 1, 1, -1]), 'joint_weights must .* got -1'),
    ],
)
def test_contradictions_are_named(animals, change, message):
    change(animals)
    with pytest.raises(ValueError, match=f"metainfo 'four_keypoint_animals'.* {message}"):
        load_metainfo(animals)


@pytest.mark.parametrize('path', cases.files('*swap*.py'))
def test_onesided_pairs_of_cases(path):
    metainfo = dict(from_file=str(path))
    message = f'{path.name}: keypoint_info 4 .right_ear. has swap=.left_ear., but left_ear has'
    with pytest.raises(ValueError, match=message):
        DATASETS.build(dict(type='CocoDataset', metainfo=metainfo, lazy_init=True))
    with pytest.raises(ValueError, match=message):
        KEYPOINT_CODECS.build(dict(type='AEDecoder', metainfo=metainfo))


def test_a_file_without_metainfo_is_named(tmp_path):
    (tmp_path / 'other.py').write_text('a = 1')
    with pytest.raises(ValueError, match='other.py does not define dataset_info'):
        load_metainfo(dict(from_file=str(tmp_path / 'other.py')))


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match='nowhere.py'):
        load_metainfo(dict(from_file='nowhere.py'))
