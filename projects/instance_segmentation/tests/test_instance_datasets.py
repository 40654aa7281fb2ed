"""Instances of the formats of VOC, SBD and COCO, and their way to the network."""

import json

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image
from pycocotools import mask as coco_mask
from scipy.io import savemat

from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.frame import Frame
from mmpose_ae.registry import DATASETS, TRANSFORMS
from projects.instance_segmentation.datasets import VOID, InstanceMap
from projects.instance_segmentation.datasets.coco import draw_annotations
from projects.instance_segmentation.datasets.voc import read_voc

LABELS = np.array([[0, 1, 1, 255], [2, 2, 1, 255], [2, 2, 0, 0]], np.uint8)
KINDS = np.array([[0, 15, 15, 255], [7, 15, 15, 255], [7, 7, 0, 0]], np.uint8)
EXPECTED = np.where(LABELS == 255, VOID, LABELS.astype(int))


def voc_palette():
    """Of index i the bits, from the top, to red, green and blue in turn: index 1 is 128, 0, 0."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    weights = 2 ** (7 - np.arange(8) // 3)
    return np.stack([(bits * weights)[:, k::3].sum(1) for k in range(3)], 1).astype(np.uint8)


def write_image(path, indices=None):
    """A palette image, or a photograph."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.zeros((3, 4, 3), np.uint8) if indices is None else indices)
    if indices is not None:
        image = image.convert('P')
        image.putdata(indices.ravel().tolist())
        image.putpalette(voc_palette().ravel().tolist())
    image.save(path)


def build(kind, root, **options):
    """A dataset by its name."""
    options.setdefault('ann_file', 'names.txt')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return DATASETS.build(dict(type=kind, data_root=str(root), **options))


def test_voc(tmp_path):
    (tmp_path / 'names.txt').write_text('2007_000027\n')
    write_image(tmp_path / 'JPEGImages/2007_000027.jpg')
    write_image(tmp_path / 'SegmentationObject/2007_000027.png', LABELS)
    write_image(tmp_path / 'SegmentationClass/2007_000027.png', KINDS)
    dataset = build('VocInstanceDataset', tmp_path)
    assert dataset[0]['img_id'] == 2007000027
    found = dataset[0]['read_instances']()
    np.testing.assert_array_equal(found.labels, EXPECTED)
    assert [dataset.metainfo['classes'][c] for c in found.categories] == ['person', 'car']
    path = tmp_path / 'SegmentationObject/2007_000027.png'
    Image.open(path).convert('RGB').save(path)
    with pytest.raises(ValueError, match='2007_000027.png is an image of mode RGB'):
        dataset[0]['read_instances']()
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ValueError, match='2007_000027.png is not a whole image'):
        dataset[0]['read_instances']()
    path.unlink()
    with pytest.raises(FileNotFoundError, match='2007_000027.png'):
        dataset[0]['read_instances']()


@pytest.mark.parametrize(
    'numbers, kinds, found',
    [
        ([[0, 3, 3, 255]], [[0, 15, 15, 255]], ([[0, 1, 1, VOID]], [14])),  # 1 and 2 left out
        ([[0, 0, 255, 255]], [[0, 15, 15, 255]], ([[0, 0, VOID, VOID]], [])),
        ([[1, 1, 0, 0]], [[255, 255, 0, 0]], 'classes.png has the category 0, expected 1 to 20'),
        ([[1, 1, 0, 0]], [[21, 21, 0, 0]], 'classes.png has the category 21'),
        ([[1, 1, 0, 0]], [[1, 1]], r'objects.png is of size \(1, 4\), but .* of \(1, 2\)'),
    ],
)
def test_objects_and_classes_of_voc(numbers, kinds, found, tmp_path):
    paths = tmp_path / 'objects.png', tmp_path / 'classes.png'
    for path, indices in zip(paths, (numbers, kinds)):
        write_image(path, np.array(indices, np.uint8))
    if isinstance(found, str):
        with pytest.raises(ValueError, match=found):
            read_voc(*paths)
    else:
        labels, categories = read_voc(*paths)
        np.testing.assert_array_equal(labels, found[0])
        assert categories.tolist() == found[1]


def test_images_of_lists_have_numbers(tmp_path):
    """Those of VOC and SBD from their names; names that give none, or equal ones, by position."""
    lists = {'2007_000027\n2008_1': [2007000027, 20081], 'a b 1': [1, 2, 3], '1_2\n12': [1, 2]}
    for text, numbers in lists.items():
        (tmp_path / 'names.txt').write_text(text)
        dataset = build('VocInstanceDataset', tmp_path)
        assert [data['img_id'] for data in dataset] == numbers
    for text, fault in (('', 'names no image'), ('a\nb\na', 'names the image a more than once')):
        (tmp_path / 'names.txt').write_text(text)
        with pytest.raises(ValueError, match=rf'names\.txt {fault}'):
            build('VocInstanceDataset', tmp_path)


def test_sbd(tmp_path):
    (tmp_path / 'names.txt').write_text('2008_000002\n')
    (tmp_path / 'inst').mkdir()
    labels, path = LABELS % 255, tmp_path / 'inst/2008_000002.mat'
    truth = dict(Segmentation=labels, Categories=np.array([[15], [7]], np.uint8))
    savemat(path, dict(GTinst=truth))
    dataset = build('SbdInstanceDataset', tmp_path)
    found = dataset[0]['read_instances']()
    np.testing.assert_array_equal(found.labels, labels)
    assert [dataset.metainfo['classes'][c] for c in found.categories] == ['person', 'car']
    savemat(path, dict(GTinst=dict(truth, Categories=np.array([[15]]))))
    with pytest.raises(ValueError, match='has instance 2, but 1 categories'):
        dataset[0]['read_instances']()
    for content, fault in (
        (dict(GTcls=truth), "has no variable 'GTinst'"),
        (dict(GTinst=dict(Segmentation=labels)), 'has no GTinst with Segmentation and Categories'),
        (dict(GTinst=dict(truth, Segmentation='none')), 'of GTinst is no table of numbers'),
        (dict(GTinst=dict(truth, Categories=np.array([[15], [21]]))), 'has the category 21'),
    ):
        savemat(path, content)
        with pytest.raises(ValueError, match=rf'2008_000002\.mat.* {fault}'):
            dataset[0]['read_instances']()
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(ValueError, match=r'2008_000002\.mat is not a MATLAB file'):
        dataset[0]['read_instances']()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r'2008_000002\.mat'):
        dataset[0]['read_instances']()


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


@pytest.mark.parametrize(
    'kind', ['CocoInstanceDataset', 'PoseMaskDataset', 'SbdInstanceDataset', 'VocInstanceDataset']
)
def test_datasets_name_the_options_that_they_know(kind, tmp_path):
    with pytest.raises(TypeError, match=f"{kind} has no option ann_fil .*ann_file.*'data_root'"):
        build(kind, tmp_path, ann_fil='names.txt')


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


def load(found, frame, **options):
    """The map of instances on an input."""
    step = TRANSFORMS.build(dict(type='mmpose_ae.LoadInstanceMap', **options))
    return step(dict(read_instances=lambda: found, frame=frame))


def test_map_follows_the_image():
    """Shown at half its size, mirrored, at the left of an input that is twice as wide."""
    labels = np.zeros((32, 32), np.int32)
    labels[:16, :8], labels[16:, 16:], labels[16:, :8] = 1, 2, VOID
    found = InstanceMap(labels, np.array([0, 1]))
    frame = Frame.whole((32, 32)).flipped().resized((16, 16))._replace(input_size=(32, 16))
    results = load(found, frame)
    rows = [[0, 0, 0, 1, *[VOID] * 4], [2, 2, 0, VOID, *[VOID] * 4]]
    np.testing.assert_array_equal(results['instance_map'], [[rows[0], rows[0], rows[1], rows[1]]])
    assert results['instance_categories'].tolist() == [0, 1]


def test_instances_of_another_size_are_refused():
    found = InstanceMap(np.zeros((16, 32), np.int32), np.empty(0, int))
    with pytest.raises(ValueError, match='is 32x32, but its annotations are for 32x16'):
        load(found, Frame.whole((32, 32)))


def test_sizes_out_of_range_are_void():
    """Of 8x16 and 16x16 pixels at half the size: 5.7 and 8 pixels."""
    labels = np.zeros((32, 32), np.int32)
    labels[:16, :8], labels[16:, 16:] = 1, 2
    frame = Frame.whole((32, 32)).resized((16, 16))
    for size_range, kept in (((0, 7), {1}), ((6, 99), {2}), ((0, 99), {1, 2}), ((8, 9), {2})):
        out = load(InstanceMap(labels, np.array([0, 0])), frame, size_range=size_range)
        assert set(out['instance_map'].ravel()) == {0, *kept} | ({VOID} if len(kept) < 2 else set())
    for size_range, message in (
        ((3, 2), 'size_range must be two numbers'),
        (16.0, 'size_range must be two numbers'),
        ((3, 3), 'no size is in the size_range'),
    ):
        with pytest.raises(ValueError, match=message):
            load(InstanceMap(labels, np.array([0, 0])), frame, size_range=size_range)


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
