"""What an exported file says about itself, and what is said of files that say it wrong."""

import json

import numpy as np
import pytest
from exported_files import DECODING, NAMES, SIGMAS, SKELETON, said, write_file

from mmpose_ae.decoding import LearnedScore, TagDecoding
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.images import Resize
from mmpose_ae.runtime import read_description


def test_it_is_read(tmp_path):
    found = read_description(write_file(tmp_path / 'a.onnx', said(license='CC0')))
    assert (found.name, found.license, found.score_threshold) == ('fake', 'CC0', 0.2)
    assert (found.keypoint_names, found.skeleton, found.sigmas) == (NAMES, SKELETON, SIGMAS)
    assert found.resize == Resize((64, 64), 'expand', 32)
    assert not found.tags_over_time  # files of before do not say it
    timed = read_description(write_file(tmp_path / 'b.onnx', said(tags_over_time=True)))
    assert timed.tags_over_time
    assert isinstance(found.decoding, TagDecoding) and found.decoding.completion is None
    grid = found.grid((128, 64))
    assert (grid.size, grid.stride, grid.center_shift) == ((32, 16), (4, 4), None)


@pytest.mark.parametrize('entries, reason', [
    ('', r'a\.onnx was not exported by mmpose_ae: .*mmpose-ae export'),
    ('no json', 'a.onnx: its metadata mmpose_ae cannot be read'),
    ('[1]', 'a.onnx: its metadata mmpose_ae cannot be read'),
    (said(format=2, version='9.1'), 'format 2 of mmpose_ae 9.1, and .* up to 1: update'),
    ({**said(), 'input': dict(size=[64, 64], mode='expand')}, "a.onnx: .* have no 'step'"),
    (said(input=dict(size=[64, 64], mode='cover', step=32)), 'resize_mode must be one of'),
    (said(decoding=dict(DECODING, type='Other')), "a.onnx: .*'TagDecoding'.*'Other'"),
    (said(decoding=dict(DECODING, more=1)), 'a.onnx: .*TagDecoding has no option more'),
])  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, entries, reason):
    with pytest.raises(ValueError, match=reason):
        read_description(write_file(tmp_path / 'a.onnx', entries))


def test_a_learned_score_is_of_the_people_of_the_file(tmp_path):
    layer = np.zeros((count_features(3), 1), np.float32), np.zeros(1, np.float32)
    decoding = dict(DECODING, learned_score=LearnedScore(NAMES, np.ones(3), (layer,)).to_text())
    found = read_description(write_file(tmp_path / 'a.onnx', said(decoding=decoding)))
    assert found.decoding.learned_score.keypoint_names == NAMES
    path = write_file(tmp_path / 'b.onnx', said(decoding=decoding, keypoints=NAMES[::-1]))
    with pytest.raises(ValueError, match=r"b.onnx: .*learned score is of people .* \['top', 'ri"):
        read_description(path)


@pytest.mark.parametrize('changes, reason', [
    (dict(sigmas=[0.1, 0.1]), 'there are 2 sigmas of 3 keypoints'),
    (dict(sigmas=[0.1, 0, 0.1]), 'sigmas must be positive and finite, got 0'),
    (dict(sigmas='abc'), "sigmas must be a list, got 'abc'"),
    (dict(keypoints=[1, 2, 3]), r'keypoints must be names, got \[1, 2, 3\]'),
    (dict(skeleton=[[0, 3]]), 'skeleton links keypoint 3, but there are 3 from 0 on'),
    (dict(skeleton=[[0, -1]]), 'skeleton must be a whole number from 0 on, got -1'),
    (dict(skeleton=[[0, 1, 2]]), r'each link of skeleton must be a list of 2, got \[0, 1, 2\]'),
    (dict(skeleton=[1]), 'each link of skeleton must be a list of 2, got 1'),
    (dict(input=None), 'input must have entries of its own, got None'),
    (dict(input=dict(size=[64, 64], mode='expand', step=0)), 'input.step must be a whole .* got 0'),
    (dict(input=dict(size=[64, 64], mode='expand', step=1.5)), 'input.step must be .* got 1.5'),
    (dict(input=dict(size=[64], mode='expand', step=32)), r'input.size must be .* got \[64\]'),
    (dict(grid=dict(stride=[4], center_shift=None)), r'grid.stride must be a list of 2, got \[4\]'),
    (dict(grid=dict(stride=[4, 0], center_shift=None)), 'grid.stride must be positive .* got 0'),
    (dict(grid=dict(stride=[65, 4], center_shift=None)), r'grid.stride must not .*64\], got 65'),
    (dict(grid=dict(stride=[4, 4], center_shift='x')), "grid.center_shift must be .* got 'x'"),
    (dict(score_threshold=[1]), r'score_threshold must be a finite number, got \[1\]'),
    (dict(decoding=dict(DECODING, grouping=None)), 'grouping of TagDecoding must have .* None'),
    (dict(decoding=dict(DECODING, scoring=None)), 'scoring of TagDecoding must have .* None'),
    (dict(format='1'), "format must be a whole number from 1 on, got '1'"),
])  # fmt: skip
def test_entries_that_cannot_be_are_named(tmp_path, changes, reason):
    with pytest.raises(ValueError, match=f'a.onnx: its metadata mmpose_ae .*: {reason}'):
        read_description(write_file(tmp_path / 'a.onnx', said(**changes)))


@pytest.mark.parametrize('changes', [dict(keypoints=[]), dict(sigmas=[]), dict(skeleton=[])])
def test_what_a_dataset_does_not_say_may_be_empty(tmp_path, changes):
    assert read_description(write_file(tmp_path / 'a.onnx', said(**changes))).name == 'fake'


@pytest.mark.parametrize('key', ['name', 'input', 'grid', 'keypoints', 'decoding', 'sigmas'])
def test_keys_that_are_missing_are_named(tmp_path, key):
    entries = said()
    del entries[key]
    with pytest.raises(ValueError, match=f"a.onnx: its metadata mmpose_ae have no '{key}'"):
        read_description(write_file(tmp_path / 'a.onnx', json.dumps(entries)))
