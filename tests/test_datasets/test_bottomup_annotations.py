"""Datasets: what bad annotation files lead to, and real ones."""

import json

import cv2
import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from PIL import Image

from mmpose_ae.registry import DATASETS

DATASET_TYPES = [('CocoDataset', 17), ('CrowdPoseDataset', 14), ('OCHumanDataset', 17)]


def person(ann_id, image_id=1, num_keypoints=17, visibility=2, **kwargs):
    keypoints = np.zeros((num_keypoints, 3))
    if visibility:
        keypoints[:] = 20, 10, visibility
    return dict(
        dict(
            id=ann_id,
            image_id=image_id,
            category_id=1,
            bbox=[5, 5, 30, 20],
            area=600,
            iscrowd=0,
            keypoints=keypoints.ravel().tolist(),
            segmentation=[[5, 5, 35, 5, 35, 25, 5, 25]],
        ),
        **kwargs,
    )


@pytest.fixture
def build(tmp_path):
    """Write an annotation file of two images and build a dataset from it."""

    def build_dataset(annotations, dataset_type='CocoDataset', data_mode='bottomup', **kwargs):
        images = [dict(id=i, file_name=f'{i}.jpg', width=60, height=40) for i in (1, 2)]
        content = dict(
            images=images, annotations=annotations, categories=[dict(id=1, name='person')]
        )
        path = tmp_path / 'people.json'
        path.write_text(json.dumps(content))
        config = dict(type=dataset_type, ann_file=str(path), data_mode=data_mode, **kwargs)
        return DATASETS.build(config)

    return build_dataset


@pytest.mark.parametrize('dataset_type, num_keypoints', DATASET_TYPES)
def test_ours_are_built(build, dataset_type, num_keypoints):
    dataset = build([person(1, num_keypoints=num_keypoints)], dataset_type)
    assert type(dataset).__module__.startswith('mmpose_ae.')
    assert dataset[0]['keypoints'].shape == (1, num_keypoints, 2)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.json'):
        DATASETS.build(dict(type='CocoDataset', ann_file=str(tmp_path / 'nowhere.json')))


def test_truncated_file_is_named(tmp_path):
    (tmp_path / 'half.json').write_text('{"images": [')
    with pytest.raises(ValueError, match='half.json is not valid JSON'):
        DATASETS.build(dict(type='CocoDataset', ann_file=str(tmp_path / 'half.json')))


def test_images_of_many_people_are_left_out(build, monkeypatch):
    """Three people, of whom two are labelled, and one of two in a crowd: two people and one."""
    logged = []
    monkeypatch.setattr(
        'mmpose_ae.datasets.bottomup_annotations.print_log', lambda text, *_: logged.append(text)
    )
    people = [person(1), person(2), person(3, visibility=0)]
    people += [person(4, image_id=2), person(5, image_id=2, iscrowd=1)]
    for most, images in [(1, [2]), (2, [1, 2])]:
        dataset = build(people, filter_cfg=dict(max_people=most))
        assert [data['img_id'] for data in dataset] == images
    assert '1 of 2 images have more than max_people=1 labelled people and are left' in logged[0]
    assert '0 of 2 images have more than max_people=2 labelled people and are left' in logged[1]
    with pytest.raises(ValueError, match='people.json: 2 of 2 images .* none is left to train on'):
        build(people, filter_cfg=dict(max_people=0))


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(filter_cfg=dict(max_person=1)), "filter_cfg has no option 'max_person', only"),
        (dict(filter_cfg=dict(max_people='3')), "max_people of filter_cfg must be .*, got '3'"),
        (dict(filter_cfg=dict(max_people=1), test_mode=True), 'max_people .* is for training'),
        (dict(filter_cfg=dict(max_people=1), data_mode='topdown'), 'in bottomup mode only'),
    ],
)
def test_filters_that_make_no_sense(build, options, message):
    with pytest.raises(ValueError, match=message):
        build([person(1)], **options)


@pytest.mark.parametrize('data_mode', ['bottomup', 'topdown'])
def test_wrong_number_of_keypoints_is_named(build, data_mode):
    with pytest.raises(ValueError, match='annotation 8 of image 1 has 42 .* 17 keypoints'):
        build([person(7), person(8, num_keypoints=14)], data_mode=data_mode)


@pytest.mark.parametrize(
    'annotations',
    [[], [person(1, visibility=0)], [person(1, iscrowd=1)]],
    ids=['nobody', 'unlabelled', 'crowd'],
)
def test_nobody_to_train_on_is_an_error(build, annotations):
    with pytest.raises(ValueError, match='people.json has no labelled person to train on'):
        build(annotations)
    assert len(build(annotations, test_mode=True)) == 2


def test_nothing_to_test_on_is_an_error(build):
    """Top-down there is an entry for each person."""
    with pytest.raises(ValueError, match='people.json has nothing to test on'):
        build([], data_mode='topdown', test_mode=True)


def test_images_without_people_are_for_testing_only(build):
    assert [d['img_id'] for d in build([person(1)])] == [1]
    tested = build([person(1)], test_mode=True)
    assert [d['img_id'] for d in tested] == [1, 2]
    assert 'keypoints' not in tested[1] and tested[1]['raw_ann_info'] is None


def test_crowds_have_no_visible_keypoints(build):
    data = build([person(1), person(2, iscrowd=1)])[0]
    np.testing.assert_array_equal(data['keypoints_visible'], [[1] * 17, [0] * 17])
    assert data['raw_ann_info'][1]['keypoints'][2] == 2


def test_counts_of_keypoints_are_filled_in(build):
    ann = person(1)
    ann['keypoints'][2] = 0
    assert build([ann])[0]['num_keypoints'] == [16]


@pytest.mark.parametrize('missing', [0, 1])
def test_segmentations_may_be_missing(build, missing):
    annotations = [person(1), person(2)]
    del annotations[missing]['segmentation']
    assert len(build(annotations)[0]['raw_ann_info']) == 2


def test_image_with_only_unlabelled_people_has_a_mask_and_no_targets(build):
    data = build([person(1), person(2, image_id=2, visibility=0)])[1]
    data['img'] = np.full((40, 60, 3), 255, np.uint8)
    codec = dict(type='AEDecoder', input_size=(64, 64), heatmap_size=(16, 16), sigma=1)
    affine = dict(shift_prob=0.0, rotate_prob=0.0, scale_prob=0.0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        pipeline = Compose(
            [
                dict(type='LoadImage'),
                dict(type='BottomupRandomAffine', input_size=(64, 64), **affine),
                dict(type='GenerateTarget', encoder=codec),
                dict(type='BottomupGetHeatmapMask'),
                dict(type='PackPoseInputs'),
            ]
        )
    sample = pipeline(data)['data_samples']
    assert sample.gt_fields.heatmaps.max() == 0
    assert sample.gt_instance_labels.keypoint_indices[..., 1].max() == 0
    mask = sample.gt_fields.heatmap_mask[0].numpy()
    # The inscribed square starts at x = 10 and is enlarged 1.6 times: the person's box covers
    # x from -8 to 40 and y from 8 to 40 of the input, that is cells 0 to 9 and 2 to 9.
    expected = np.ones((16, 16), bool)
    expected[2:10, :10] = False
    np.testing.assert_array_equal(mask, expected)


def test_real_crowd_annotations_load(shared):
    path = shared / 'data' / 'crowdpose' / 'crowdpose_val_first500.json'
    dataset = DATASETS.build(
        dict(type='CrowdPoseDataset', ann_file=str(path), data_mode='bottomup')
    )
    annotations = json.loads(path.read_text())['annotations']
    assert len(dataset) == len({ann['image_id'] for ann in annotations})
    visible = sum(np.count_nonzero(data['keypoints_visible']) for data in dataset)
    assert visible == sum(
        v > 0 for ann in annotations if not ann['iscrowd'] for v in ann['keypoints'][2::3]
    )


def masked(build, annotations, size=(60, 40)):
    """The mask of the first image, in its pixels; it is as large as it is asked to be."""
    data = build(annotations)[0]
    data['img'] = np.zeros((size[1], size[0], 3), np.uint8)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        mask = dict(type='BottomupGetHeatmapMask', stride=1)
        return Compose([dict(type='LoadImage'), mask])(data)['heatmap_mask'][0]


def test_a_box_without_keypoints_is_masked(build):
    """And neither it nor a labelled person without a box is background."""
    unlabelled = dict(id=2, image_id=1, category_id=1, bbox=[40, 20, 10, 10])
    no_box = person(1)
    del no_box['bbox'], no_box['segmentation']
    mask = masked(build, [no_box, unlabelled])
    expected = np.ones((40, 60), bool)
    expected[20:30, 40:50] = False
    np.testing.assert_array_equal(mask, expected)
    data = build([no_box, unlabelled])[0]
    np.testing.assert_array_equal(data['bbox'], [[20, 10, 21, 11], [40, 20, 50, 30]])
    assert data['keypoints_visible'].sum(1).tolist() == [17, 0]


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize(
    'size, message',
    [
        ((30, 20), 'was it resized or cropped'),
        ((40, 60), 'width and height are exchanged'),
        ((61, 40), 'is 61x40'),
    ],
)
def test_images_of_another_size_are_named(build, tmp_path, test_mode, size, message):
    cv2.imwrite(str(tmp_path / '1.jpg'), np.zeros((size[1], size[0], 3), np.uint8))
    cv2.imwrite(str(tmp_path / '2.jpg'), np.zeros((size[1], size[0], 3), np.uint8))
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        options = dict(data_prefix=dict(img=str(tmp_path)), test_mode=test_mode)
        dataset = build([person(1)], pipeline=[dict(type='LoadImage')], **options)
    for index in range(len(dataset)):  # the second one without people
        with pytest.raises(ValueError, match=f'{index + 1}.jpg is .* for 60x40.*') as caught:
            dataset[index]
        assert message in str(caught.value)


def test_turned_images_may_be_labelled_as_they_are_stored(build, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new('RGB', (60, 40)).save(tmp_path / '1.jpg', exif=exif)
    for color_type, loads in (('color', False), ('color_ignore_orientation', True)):
        with DefaultScope.overwrite_default_scope('mmpose_ae'):
            pipeline = [dict(type='LoadImage', color_type=color_type)]
            prefix = dict(img=str(tmp_path))
            dataset = build([person(1)], pipeline=pipeline, data_prefix=prefix)
        if loads:
            assert dataset[0]['img'].shape == (40, 60, 3)
        else:
            with pytest.raises(ValueError, match='1.jpg is 40x60, .*color_ignore_orientation'):
                dataset[0]
