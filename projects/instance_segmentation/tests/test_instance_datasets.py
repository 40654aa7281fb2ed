"""Instances of the formats of VOC, SBD and COCO, and their way to the network."""

import json

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image
from scipy.io import savemat

from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.frame import Frame
from mmpose_ae.registry import DATASETS, TRANSFORMS
from projects.instance_segmentation.datasets import VOID, InstanceMap
from projects.instance_segmentation.datasets.coco import draw_annotations

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
    savemat(path, dict(GTcls=truth))
    with pytest.raises(ValueError, match='no GTinst'):
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
        box(0, 0, 1, 1, category_id=2, segmentation=[]),
    ]
    found = draw_annotations(annotations, (4, 8), {1: 0, 2: 1})
    row = [1, 1, 3, 3, 1, 1, VOID, VOID]
    np.testing.assert_array_equal(found.labels, [row] * 4)
    assert found.categories.tolist() == [0, 0, 0, 1]
    np.testing.assert_array_equal(found.seen().labels, np.array([[1, 1, 2, 2, 1, 1, -1, -1]] * 4))
    with pytest.raises(ValueError, match='annotation 5 in image 9: a polygon needs'):
        draw_annotations([box(0, 0, 1, 1, id=5, image_id=9, segmentation=[[0, 0]])], (4, 8), {1: 0})


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


def test_sizes_out_of_range_are_void():
    """Of 8x16 and 16x16 pixels at half the size: 5.7 and 8 pixels."""
    labels = np.zeros((32, 32), np.int32)
    labels[:16, :8], labels[16:, 16:] = 1, 2
    frame = Frame.whole((32, 32)).resized((16, 16))
    for size_range, kept in (((0, 7), {1}), ((6, 99), {2}), ((0, 99), {1, 2}), ((8, 9), {2})):
        out = load(InstanceMap(labels, np.array([0, 0])), frame, size_range=size_range)
        assert set(out['instance_map'].ravel()) == {0, *kept} | ({VOID} if len(kept) < 2 else set())
    with pytest.raises(ValueError, match='size_range must be ascending'):
        load(InstanceMap(labels, np.array([0, 0])), frame, size_range=(3, 2))


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
