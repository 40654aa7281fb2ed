"""Instances of COCO's format, also without outlines, and of SynthCrowd."""

import json

import cv2
import numpy as np
import pytest
from instance_data import build
from pycocotools import mask as coco_mask

from mmpose_ae.datasets.synth_crowd import Settings, generate
from projects.instance_segmentation.datasets import VOID
from projects.instance_segmentation.datasets.coco import draw_annotations


def box(left, top, right, bottom, **fields):
    """An annotation of a rectangle."""
    outline = [[left, top, right, top, right, bottom, left, bottom]]
    return dict(dict(category_id=1, iscrowd=0, segmentation=outline), **fields)


def test_coco_annotations():
    """The smaller one is in front; of other categories nothing is drawn; crowds are void."""
    annotations = [
        box(0, 0, 6, 4),
        box(4, 0, 8, 4, iscrowd=1),
        box(2, 0, 4, 4),
        box(0, 0, 8, 4, category_id=7),
        box(0, 0, 1, 1, category_id=2, segmentation=[], bbox=[5, 0, 2, 4]),
    ]
    found = draw_annotations('a.json', annotations, (4, 8), {1: 0, 2: 1})
    row = [1, 1, 3, 3, 1, 1, VOID, VOID]
    np.testing.assert_array_equal(found.labels, [row] * 4)
    assert found.categories.tolist() == [0, 0, 0, 1]
    np.testing.assert_array_equal(found.seen().labels, np.array([[1, 1, 2, 2, 1, 1, -1, -1]] * 4))
    damaged = box(0, 0, 1, 1, id=5, image_id=9, segmentation=[[0, 0]])
    with pytest.raises(ValueError, match='a.json: .* annotation 5 of image 9: a polygon needs'):
        draw_annotations('a.json', [damaged], (4, 8), {1: 0})


@pytest.mark.parametrize(
    'fields, columns',
    [
        (dict(bbox=[2, 0, 3, 4]), [2, 3, 4]),
        (dict(bbox=[5, -1, 90, 90]), [5, 6, 7]),
        (dict(bbox=[2, 0, 3, 4], iscrowd=1), [2, 3, 4]),
        (dict(bbox=[9, 9, 3, 4]), []),
        (dict(bbox=[2, 0, 0, 0]), range(8)),
        (dict(bbox=[2, 0, float('nan'), 4]), range(8)),
        ({}, range(8)),  # somewhere
    ],
)
def test_who_has_no_mask_is_void_in_the_box(fields, columns):
    for outline in ({}, dict(segmentation=None), dict(segmentation=[])):
        somebody = dict(dict(category_id=1, **fields), **outline)
        found = draw_annotations('a.json', [box(0, 0, 1, 4), somebody], (4, 8), {1: 0})
        expected = np.zeros((4, 8), int)
        expected[:, list(columns)] = VOID
        expected[:, 0] = 1
        np.testing.assert_array_equal(found.labels, expected)


def coco_content(**fields):
    """Two images, the second of nobody; ids of categories have holes, and fall."""
    whole = dict(
        images=[dict(id=i, file_name=f'{i}.png', width=8, height=4) for i in (3, 7)],
        annotations=[box(0, 0, 4, 4, id=1, image_id=3, category_id=90)],
        categories=[dict(id=90, name='toothbrush'), dict(id=1, name='person')],
    )
    return dict(whole, **fields)


def build_coco(root, content, **options):
    """A dataset of this file."""
    (root / 'a.json').write_text(content if isinstance(content, str) else json.dumps(content))
    return build('CocoInstanceDataset', root, ann_file='a.json', **options)


def test_coco(tmp_path):
    """Categories are in the order of their ids; run lengths as a list, and as text."""
    crowd = dict(size=[4, 8], counts=[16, 4, 12])
    text = coco_mask.frPyObjects(crowd, 4, 8)['counts'].decode()
    for counts in (crowd['counts'], text):
        rle = dict(crowd, counts=counts)
        both = [
            box(0, 0, 4, 4, id=1, image_id=3, category_id=90),
            dict(id=2, image_id=3, category_id=90, iscrowd=1, segmentation=rle),
        ]
        dataset = build_coco(tmp_path, coco_content(annotations=both))
        assert dataset.metainfo['classes'] == ['person', 'toothbrush']
        assert dataset.metainfo['category_ids'] == [1, 90]
        found, nobody = (data['read_instances']() for data in dataset)
        np.testing.assert_array_equal(found.labels, [[1, 1, 1, 1, VOID, 0, 0, 0]] * 4)
        assert found.categories.tolist() == [1, 1]
        assert not nobody.labels.any() and not len(nobody.categories)


@pytest.mark.parametrize(
    'content, fault',
    [
        ('[', 'is not valid JSON'),
        ([], "expected COCO's format"),
        (coco_content(images=[dict(id=3, file_name='x.png', width=8)]), 'no width and height'),
        (coco_content(categories=[]), 'expected categories, there are none'),
        (
            coco_content(categories=2 * [dict(id=90, name='a')]),
            r"names \['a', 'a'\], expected diff",
        ),
        (
            coco_content(categories=[dict(id='90', name='a')]),
            r"ids \['90'\], expected different whole numbers",
        ),
        (
            coco_content(annotations=[box(0, 0, 4, 4, id=5, image_id=3, segmentation='all')]),
            "annotation 5 of image 3 has the segmentation 'all', expected polygons or run lengths",
        ),
        (
            coco_content(annotations=[box(0, 0, 4, 4, id=5, image_id=3, segmentation=[])]),
            r"none of the 1 annotations of \['person', 'toothbrush'\] has a segmentation",
        ),
        (
            coco_content(annotations=[box(0, 0, 4, 4, id=5, image_id=3, category_id=2)]),
            r'annotation 5 of image 3 has the category_id 2, expected one of \[90, 1\]',
        ),
        (
            coco_content(annotations=[box(0, 0, 4, 4, id=5, image_id=4)]),
            'annotation 5 of image 4: expected the id of one of the 2 images',
        ),
        (
            coco_content(annotations=[box(0, 0, 4, 4, id=5, image_id=3, iscrowd=1)]),
            r"no annotation of \['person', 'toothbrush'\] to train on, apart from crowds",
        ),
        (coco_content(annotations=[]), r"no annotation of \['person', 'toothbrush'\] to train on"),
    ],
)
def test_faults_of_files_are_named(content, fault, tmp_path):
    with pytest.raises(ValueError, match=rf'(?s)a\.json.*{fault}'):
        build_coco(tmp_path, content)


@pytest.fixture
def logged(monkeypatch):
    """What is said of annotation files."""
    lines = []
    name = 'projects.instance_segmentation.datasets.coco.print_log'
    monkeypatch.setattr(name, lambda text, *_: lines.append(text))
    return lines


def test_annotations_without_mask_are_counted(tmp_path, logged):
    """Once for a file; what is of no category that is asked for makes no mask."""
    annotations = [
        box(0, 0, 4, 4, id=1, image_id=3, category_id=90),
        dict(id=2, image_id=3, category_id=90, bbox=[4, 0, 2, 4]),
        box(0, 0, 4, 4, id=3, image_id=7, segmentation=[]),
        box(0, 0, 4, 4, id=4, image_id=7, category_id=90, segmentation=[0, 0, 4, 0, 4, 4]),
    ]
    content = coco_content(annotations=annotations)
    dataset = build_coco(tmp_path, content)
    assert '\n'.join(logged).count('a.json, left as it is:') == 1
    assert 'annotations without a mask, of no account where their boxes are: 2' in '\n'.join(logged)
    np.testing.assert_array_equal(
        dataset[0]['read_instances']().labels, [[1, 1, 1, 1, VOID, VOID, 0, 0]] * 4
    )
    with pytest.raises(ValueError, match=r"a\.json: none of the 1 annotations of \['person'\]"):
        build_coco(tmp_path, content, categories=['person'], test_mode=True)
    nobody = build_coco(tmp_path, coco_content(annotations=[]), test_mode=True)
    assert len(nobody) == 2  # there is nothing to be found


@pytest.mark.parametrize(
    'options, fault',
    [
        (dict(categories='person'), "categories must be a list of different names, got 'person'"),
        (dict(categories=[]), r'categories must be a list of different names, got \[\]'),
        (dict(categories=['person', 'person']), 'categories must be a list of different names'),
        (dict(data_prefix=dict(img_path='')), 'data_prefix must have img, the folder of images'),
    ],
)
def test_options_of_no_use_are_named(options, fault, tmp_path):
    with pytest.raises(ValueError, match=fault):
        build_coco(tmp_path, coco_content(), **options)


def test_people_without_mask_are_void(tmp_path, logged):
    """Those of poses, too: the second person has keypoints alone."""
    keypoints = np.tile([2.0, 2.0, 2.0], (17, 1)).ravel().tolist()
    people = [
        box(0, 0, 4, 4, id=1, image_id=3, keypoints=keypoints, bbox=[0, 0, 4, 4], area=16),
        dict(id=2, image_id=3, category_id=1, iscrowd=0, keypoints=keypoints, bbox=[5, 0, 2, 4]),
    ]
    content = coco_content(annotations=people, categories=[dict(id=1, name='person')])
    options = dict(ann_file='a.json', data_prefix=dict(img=''), data_mode='bottomup')
    (tmp_path / 'a.json').write_text(json.dumps(content))
    (data,) = build('PoseMaskDataset', tmp_path, **options)
    assert 'annotations without a mask, of no account where their boxes are: 1' in '\n'.join(logged)
    expected = [[1, 1, 1, 1, 0, VOID, VOID, 0]] * 4
    np.testing.assert_array_equal(data['read_instances']().labels, expected)
    content['annotations'] = people[1:]
    (tmp_path / 'a.json').write_text(json.dumps(content))
    for test_mode in (False, True):
        with pytest.raises(ValueError, match=r"a\.json: none of the 1 annotations of \['person'\]"):
            build('PoseMaskDataset', tmp_path, test_mode=test_mode, **options)


def test_synth_crowd_has_two_categories(tmp_path):
    settings = Settings(size=(64, 64), balls=4, people=(2, 3), empty=0, crowd_region=1)
    generate(tmp_path, dict(train=4), settings, image_format='png')
    options = dict(ann_file='annotations/train.json', data_prefix=dict(img='train/'))
    dataset = build('CocoInstanceDataset', tmp_path, **options)
    assert dataset.metainfo['classes'] == ['person', 'ball']
    maps = [dataset[i]['read_instances']() for i in range(4)]
    assert set(np.concatenate([m.categories for m in maps])) == {0, 1}
    assert any((m.labels == VOID).any() for m in maps)
    people = build('CocoInstanceDataset', tmp_path, categories=['person'], **options)
    assert set(people[0]['read_instances']().categories) == {0}
    with pytest.raises(ValueError, match="no category 'cat'"):
        build('CocoInstanceDataset', tmp_path, categories=['cat'], **options)

    poses = build('PoseMaskDataset', tmp_path, data_mode='bottomup', **options)
    for data in poses:
        masks = data['read_instances']().masks()
        assert len(masks) == len(data['keypoints'])
        for mask, points, visible in zip(masks, data['keypoints'], data['keypoints_visible']):
            x, y = np.rint(points[visible == 2]).astype(int).T
            assert mask[y.clip(0, 63), x.clip(0, 63)].mean() > 0.8 if len(x) else True
    json.dumps(poses.metainfo['classes'])


def test_nobody_has_no_mask(tmp_path):
    """Validation keeps the images of nobody."""
    settings = Settings(size=(64, 64), empty=1, crowd_region=0, unlabelled=0)
    generate(tmp_path, dict(val=1), settings, image_format='png')
    options = dict(ann_file='annotations/val.json', data_prefix=dict(img='val/'))
    (data,) = build('PoseMaskDataset', tmp_path, data_mode='bottomup', test_mode=True, **options)
    assert not data['read_instances']().labels.any()


def test_pipeline_packs_the_map(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((32, 32, 3), np.uint8))
    content = dict(
        images=[dict(id=3, file_name='a.png', width=32, height=32)],
        annotations=[box(0, 0, 16, 32, id=1, image_id=3)],
        categories=[dict(id=1, name='person')],
    )
    (tmp_path / 'a.json').write_text(json.dumps(content))
    affine = dict(type='BottomupRandomAffine', input_size=(64, 64), shift_factor=0,
                  scale_factor=(1, 1), rotate_factor=0)  # fmt: skip
    steps = [dict(type='LoadImage'), affine, dict(type='LoadInstanceMap')]
    pipeline = [*steps, dict(type='PackInstanceInputs')]
    options = dict(ann_file='a.json', data_prefix=dict(img=''), pipeline=pipeline)
    sample = build('CocoInstanceDataset', tmp_path, **options)[0]['data_samples']
    expected = (np.arange(16) < 8)[None, None].repeat(16, 1).astype(int)
    np.testing.assert_array_equal(sample.gt_fields.instance_map.numpy(), expected)
    assert sample.instance_categories.tolist() == [0] and sample.img_id == 3
    assert isinstance(sample.sampling_seed, int)
