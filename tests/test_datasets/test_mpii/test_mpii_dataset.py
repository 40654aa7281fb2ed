"""MPII as a dataset: which images, which people, and what is masked."""

from dataclasses import replace

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mpii_people import SIZE, make_images, write_files, write_list, write_release

from mmpose_ae.datasets.checking import check_annotation_file
from mmpose_ae.datasets.mpii import subsets
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import DATASETS

PIPELINE = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=SIZE, size_factor=16),
    dict(type='BottomupGetHeatmapMask', stride=1),
    dict(type='PackPoseInputs'),
]


def build(options, **more):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return DATASETS.build(dict(type='MpiiDataset', data_mode='bottomup', **options, **more))


@pytest.fixture
def files(tmp_path):
    return write_files(tmp_path)


def test_people_to_train_on(files):
    dataset = build(files, pipeline=PIPELINE)
    assert len(dataset) == 3  # the fourth is for testing
    sample = dataset[0]['data_samples']
    assert sample.gt_instances.keypoints.shape == (3, 16, 2)
    assert sample.gt_instances.keypoints[0, 0].tolist() == [20, 20]
    assert sample.gt_instances.keypoints_visible.sum(1).tolist() == [15, 15, 0]


def test_people_without_keypoints_are_masked(files):
    """By the square around them, (24, 24) to (44, 44), but for the boxes of the others."""
    sample = build(files, pipeline=PIPELINE)[0]['data_samples']
    expected = np.ones(SIZE[::-1], bool)
    expected[24:44, 24:44] = False
    expected[20:35, 20:35] = True
    expected[10:25, 10:25] = True
    assert np.array_equal(sample.gt_fields.heatmap_mask[0].numpy(), expected)


def test_subsets(files, monkeypatch):
    """Whole images are held out, those with groups; who is in one is not in the other."""
    monkeypatch.setattr(subsets, 'HELD_OUT', 1)
    names = {
        subset: {data['img_path'].split('/')[-1] for data in build(files, subset=subset, **mode)}
        for subset, mode in (
            ('trainval', {}), ('train', {}), ('val', dict(test_mode=True)),
            ('test', dict(test_mode=True)),
        )
    }  # fmt: skip
    assert names['test'] == {'004.jpg'} and names['trainval'] == {'001.jpg', '002.jpg', '003.jpg'}
    assert len(names['val']) == 1 and names['train'] == names['trainval'] - names['val']


def test_what_is_held_out_depends_on_names_alone():
    images = make_images(1000)
    held_out = {image.name for image in subsets.choose_images(images, 'val', 'mpii.mat')}
    assert len(held_out) == 350
    again = subsets.choose_images(images[::-1], 'val', 'mpii.mat')
    assert {image.name for image in again} == held_out


def test_images_that_were_never_published_are_left_out():
    """In testing they would be missed, so there they stay."""
    images = [replace(image, name=subsets.NOT_PUBLISHED[0]) for image in make_images(1)]
    images += make_images(2)
    assert [image.name for image in subsets.choose_images(images, 'trainval', '')] == ['001.jpg']
    assert len(subsets.choose_images(images, 'test', '')) == 2


def test_who_is_in_a_group_is_known_in_testing(files):
    data = build(files, test_mode=True)[0]
    assert [ann['groups'] for ann in data['raw_ann_info']] == [[[0, 1]], [[0, 0]], []]
    assert data['raw_ann_info'][0]['head_box'] == [29, 29, 34, 35]


def test_metainfo_is_mmposes_but_for_two_sigmas():
    ours = build(dict(ann_file='x.mat'), lazy_init=True).metainfo
    theirs = load_metainfo(dict(from_file='configs/_base_/datasets/mpii.py'))
    assert np.flatnonzero(~np.isclose(theirs['sigmas'], ours['sigmas'])).tolist() == [12, 13]
    assert ours['sigmas'][[12, 13]] == pytest.approx(0.079)
    differing = {key for key in theirs if not np.array_equal(theirs[key], ours[key])}
    assert differing == {'sigmas'}


def test_lists_of_people_are_for_training(tmp_path):
    write_files(tmp_path)
    for image in make_images(2):
        name = 'a.jpg' if image.number == 1 else 'b.jpg'
        (tmp_path / 'images' / image.name).rename(tmp_path / 'images' / name)
    options = dict(ann_file=write_list(tmp_path / 'people.json'))
    options['data_prefix'] = dict(img=str(tmp_path / 'images'))
    assert len(build(options)) == 2
    for more in (dict(subset='val'), dict(groups_file='groups.mat')):
        with pytest.raises(
            ValueError, match=f'{next(iter(more))}=.* needs the MATLAB file of MPII'
        ):
            build(options, **more)


def test_what_does_not_fit_is_named(files):
    with pytest.raises(ValueError, match='subset must be one of .*trainval.*, got .*half'):
        build(files, subset='half')
    with pytest.raises(ValueError, match='hold out 350 images .* but there are 3; groups_file'):
        build(files, subset='train')
    root = files['data_root']
    write_release(f'{root}/mpii.mat', f'{root}/groups.mat', make_images(2)[:1])
    with pytest.raises(ValueError, match="has no image of the subset 'test'"):
        build(files, subset='test', test_mode=True)


def test_the_check_reads_both_forms(files, tmp_path):
    report = check_annotation_file(str(tmp_path / 'mpii.mat'), str(tmp_path / 'images'), 16)
    assert report.ledger.findings == []
    assert report.counts() == '4 images, 8 people with keypoints, 4 without, 0 crowds'
    (tmp_path / 'images' / '002.jpg').unlink()
    report = check_annotation_file(str(tmp_path / 'mpii.mat'), str(tmp_path / 'images'), 16)
    assert '002.jpg' in report.ledger.findings[0]
    report = check_annotation_file(write_list(tmp_path / 'people.json'), str(tmp_path / 'images'))
    assert 'a.jpg' in report.ledger.findings[0]
