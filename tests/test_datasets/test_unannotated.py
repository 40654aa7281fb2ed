"""Regions to ignore and frames that nobody has annotated, in training, clips and metrics."""

import copy
import json
import re

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.annotation_file import review
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import DATASETS, METRICS

ANIMALS = dict(from_file='configs/_base_/datasets/four_keypoint_animals.py')
SIZE = dict(width=60, height=40)
REGION = dict(ignore_regions_x=[[40, 50, 50, 40]], ignore_regions_y=[[20, 20, 30, 30]])
POINTS = np.array([[8, 8], [20, 10], [12, 30], [30, 28]])


def image(number, **values):
    return dict(id=number, file_name=f'{number}.png', vid_id='1', frame_id=number, **SIZE, **values)


def animal(image_id, **values):
    keypoints = np.insert(POINTS, 2, 2, axis=1).ravel().tolist()
    values = dict(dict(keypoints=keypoints, iscrowd=0, track_id=0), **values)
    place = dict(bbox=[8, 8, 22, 22], area=400.0, num_keypoints=4)
    return dict(id=100 + image_id, image_id=image_id, category_id=1, **place, **values)


def compose(images, annotations):
    return dict(images=images, annotations=annotations, categories=[dict(id=1, name='animal')])


def reviewed(*images, annotations=()):
    content, ledger = copy.deepcopy(compose(list(images), list(annotations))), Ledger('a.json')
    review(content, ledger, 4)
    return content, ledger


@pytest.fixture
def write(tmp_path):
    """Write an annotation file and its images."""

    def write_file(images, annotations):
        path = tmp_path / 'animals.json'
        path.write_text(json.dumps(compose(images, annotations)))
        for each in images:
            cv2.imwrite(str(tmp_path / each['file_name']), np.zeros((40, 60, 3), np.uint8))
        return path

    return write_file


def describe(path, steps=(), **options):
    config = dict(
        type='CocoDataset',
        ann_file=str(path),
        data_mode='bottomup',
        metainfo=ANIMALS,
        data_prefix=dict(img=str(path.parent)),
        pipeline=[dict(type='LoadImage'), *steps],
    )
    return dict(config, **options)


def build(config):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return DATASETS.build(config)


def evaluate(path, kind, predictions):
    """AP of animals: ids of images, how far they are moved, and scores."""
    options = dict(nms_mode='none', score_mode='bbox')
    metric = METRICS.build(dict(type=kind, ann_file=str(path), **options))
    metric.dataset_meta = load_metainfo(ANIMALS)
    samples = [
        dict(
            id=[n],
            img_id=key,
            gt_instances={},
            pred_instances=dict(
                keypoints=POINTS[None] + shift,
                keypoint_scores=np.ones((1, 4)),
                bbox_scores=np.array([score]),
            ),
        )
        for n, (key, shift, score) in enumerate(predictions)
    ]
    metric.process(None, samples)
    return metric.evaluate(len(samples))['coco/AP']


def test_a_region_is_the_crowd_that_it_would_be_by_hand():
    outline = [[40, 20, 50, 20, 50, 30, 40, 30]]
    by_hand = dict(image_id=1, category_id=1, iscrowd=1, keypoints=[], segmentation=outline)
    expected, _ = reviewed(image(1), annotations=[animal(1), dict(by_hand, id=102)])
    content, ledger = reviewed(image(1, **REGION), annotations=[animal(1)])
    assert content == expected and not ledger.repairs
    crowd = content['annotations'][1]
    assert crowd['bbox'] == [40, 20, 10, 10] and crowd['area'] == 100


def test_regions_are_left_out_of_the_loss(write):
    masking = [dict(type='BottomupGetHeatmapMask', stride=1)]
    (data,) = build(describe(write([image(1, **REGION)], [animal(1)]), masking))
    expected = np.ones((40, 60), bool)
    expected[20:30, 40:50] = False
    np.testing.assert_array_equal(data['heatmap_mask'][0], expected)
    assert (data['keypoints_visible'] > 0).sum(1).tolist() == [4, 0]


@pytest.mark.parametrize('kind', ['CocoMetric', 'CrowdSubsetMetric'])
@pytest.mark.parametrize('region, ap', [({}, 0.5), (REGION, 1.0)])
def test_who_is_predicted_in_a_region_is_no_error(write, kind, region, ap):
    """Precision is 1 / 2 where the better one of two is nobody."""
    path = write([image(1, **region)], [animal(1)])
    found = evaluate(path, kind, [(1, [25, 10], 0.9), (1, 0, 0.5)])
    assert found == pytest.approx(ap, abs=1e-9)


def test_regions_that_are_no_polygons_are_left_out():
    regions = dict(
        ignore_regions_x=[[], [3], [3, 9], [3, 9, 15], [3, 9, 9]],
        ignore_regions_y=[[], [3], [3, 9], [3, 3, 3], [3, 3, 9]],  # the fourth one is a line
    )
    content, ledger = reviewed(image(1, **regions), image(2, ignore_regions_x=None))
    (crowd,) = content['annotations']
    assert crowd['segmentation'] == [[3, 3, 9, 3, 9, 9]] and not ledger.findings
    assert ledger.repairs == {'regions to ignore with fewer than 3 corners, left out': 3}


def test_frames_that_are_not_annotated_are_for_testing_only(write):
    """Also where they have regions, or somebody."""
    images = [image(1, is_labeled=True), *(image(n, is_labeled=False, **REGION) for n in (2, 3))]
    path = write(images, [animal(1), animal(3)])
    assert [data['img_id'] for data in build(describe(path))] == [1]
    tested = build(describe(path, test_mode=True))
    assert [data['img_id'] for data in tested] == [1, 2, 3]
    assert not any(np.any(data['keypoints_visible'] > 0) for data in list(tested)[1:])
    assert evaluate(path, 'CocoMetric', [(2, 5, 0.9), (3, 0, 0.8), (1, 0, 0.5)]) == 1


def test_what_is_left_out_is_logged(write, monkeypatch):
    logged = []
    monkeypatch.setattr(
        'mmpose_ae.datasets.bottomup_annotations.print_log', lambda text, *_: logged.append(text)
    )
    images = [image(1), image(2, is_labeled=False), image(3, is_labeled=True)]
    build(describe(write(images, [animal(1)])))
    assert '1 of 3 images are not annotated (is_labeled) and are left out of' in logged[0]
    assert '1 of 2 images have no annotation and are left out of training' in logged[1]
    _, ledger = reviewed(*images, annotations=[animal(1), animal(2), animal(2, iscrowd=1)])
    assert ledger.repairs == {'people of images whose is_labeled is false, left out': 1}


def test_clips_are_of_annotated_frames(write):
    """Frames 1, 3 and 4 are: 3 is two frames from 1, and 2 between them is nobody's neighbor."""
    images = [image(n, is_labeled=n != 2, **REGION) for n in (1, 2, 3, 4)]
    path = write(images, [animal(n) for n in (1, 2, 4)])  # nobody is in 3
    clips = build(dict(type='ClipDataset', dataset=describe(path), within=2))
    members = [{frame['img_id'] for _ in range(20) for frame in clips[i]} for i in range(3)]
    assert members == [{1, 3}, {1, 3, 4}, {3, 4}]
    clips = build(dict(type='ClipDataset', dataset=describe(path), within=1))
    assert [frame['img_id'] for frame in clips[0]] == [1, 1]


def test_a_file_that_was_read_and_written_is_read_alike():
    images = [image(1, **REGION), image(2, is_labeled=False, **REGION)]
    once, _ = reviewed(*images, annotations=[animal(1)])
    twice, ledger = reviewed(*once['images'], annotations=once['annotations'])
    assert [ann['bbox'] for ann in once['annotations'][1:]] == [[40, 20, 10, 10], [0, 0, 60, 40]]
    assert twice == once and not ledger.repairs and not ledger.findings


@pytest.mark.parametrize(
    'values, message',
    [
        (dict(is_labeled='no'), "has is_labeled='no', expected true or false"),
        (dict(REGION, ignore_regions_y=[]), 'has 1 ignore_regions_x and 0 of y'),
        (dict(REGION, ignore_regions_x=5), 'has the ignore_regions_x 5, expected a list of lists'),
        (dict(REGION, ignore_regions_x=[5]), 'has a region to ignore of x 5 and y .*two lists'),
        (dict(REGION, ignore_regions_x=[[1, 2, 3]]), 'expected two lists of as many numbers'),
        (dict(REGION, ignore_regions_x=[list('abcd')]), 'expected two lists of as many numbers'),
        (dict(REGION, ignore_regions_x=[[0, 1, 1, 999]]), 'leaves the 60x40 image'),
        (dict(REGION, ignore_regions_x=[[0, 1, 1, float('nan')]]), 'leaves the 60x40 image'),
    ],
)
def test_other_values_are_refused_with_the_image(values, message):
    _, ledger = reviewed(image(1, **values), annotations=[animal(1)])
    (fault,) = ledger.findings
    assert re.search(f'1.png.*{message}', fault)
