"""AP^r as SDS's evaluation computes it, and COCO's numbers as pycocotools does."""

import json
from functools import partial

import numpy as np
import pytest
from golden import subject_files
from pycocotools import mask as coco_mask
from two_processes import in_two_processes

from mmpose_ae.prediction.masks import encode_mask
from mmpose_ae.registry import METRICS
from projects.instance_segmentation.datasets import VOID, InstanceMap
from projects.instance_segmentation.datasets.instance_map import paint_instances
from projects.instance_segmentation.evaluation.instance_seg_metric import VOLUME
from projects.instance_segmentation.evaluation.region_precision import (
    Judged,
    find_correct,
    mask_overlaps,
    region_precision,
)

FILES = subject_files('instance_seg', '*_ap.npz', 'instance_map', 'ap_r')


def read(path):
    """The images of a file: what is there, what is predicted, and the indices of that."""
    data = np.load(path)
    index = {category: i for i, category in enumerate(data['categories'])}
    masks = np.unpackbits(data['det_mask'], axis=2)[..., : data['det_mask_packed_width']]
    images = []
    for i, labels in enumerate(data['instance_map']):
        own = data['gt_category'][slice(*data['gt_offset'][i : i + 2])]
        truth = InstanceMap(labels.astype(np.int32), np.array([index[c] for c in own], np.int64))
        rows = np.flatnonzero(data['det_image'] == i)
        found = dict(
            masks=masks[rows].astype(bool),
            labels=np.array([index[c] for c in data['det_category'][rows]], np.int64),
            scores=data['det_score'][rows],
        )
        images.append((truth, found, rows))
    return data, images


@pytest.mark.parametrize('path', FILES)
def test_region_precision_is_that_of_the_toolkit(path):
    data, images = read(path)
    judged = [
        Judged(f['scores'], f['labels'], *mask_overlaps(f['masks'], truth), truth.categories)
        for truth, f, _ in images
    ]
    table = region_precision(judged, len(data['categories']), VOLUME)
    np.testing.assert_allclose(table, data['ap_r'], atol=1e-9)
    correct, best = np.zeros(len(data['det_image']), bool), np.zeros(len(data['det_image']))
    for (_, _, rows), image in zip(images, judged):
        for c in range(len(data['categories'])):
            own = image.categories == c
            overlaps = image.overlaps[own][:, image.truth == c]
            correct[rows[own]] = find_correct(image.scores[own], overlaps, 0.5)
            best[rows[own]] = overlaps.max(1, initial=0)
    np.testing.assert_array_equal(correct, data['label_50'])
    np.testing.assert_allclose(best, data['best_overlap'], atol=1e-9)


def evaluate(rank, data, images, out_file):
    """The numbers of all images of which a process has every second one, the first ones again
    where too few are left, as ``DefaultSampler`` shares them.
    """
    metric = METRICS.build(dict(type='mmpose_ae.InstanceSegMetric', out_file=str(out_file)))
    ids = data['categories'].tolist()
    metric.dataset_meta = dict(category_ids=ids, classes=list('abcdefgh')[: len(ids)])
    numbered = list(enumerate(images, start=1))
    for i, (truth, found, _) in numbered if rank is None else (numbered + numbered[:1])[rank::2]:
        sample = dict(img_id=i, read_instances=partial(InstanceMap, *truth))
        found = dict(found, masks=list(map(encode_mask, found['masks'])))
        metric.process(None, [dict(sample, pred_instances=found)])
    return metric.evaluate(len(images))


@pytest.mark.parametrize('path', FILES)
def test_metric(path, tmp_path):
    data, images = read(path)
    out = evaluate(None, data, images, tmp_path / 'masks.json')
    for name in ('50', '70', 'vol'):
        expected = float(data[f'ap_r_{name}_mean'])
        assert out[f'segm/AP_r_{name}'] == pytest.approx(expected, abs=1e-9)
    stats = list(out.values())[3:]
    np.testing.assert_allclose(stats, data['coco_segm_stats'], atol=1e-9)

    written = json.loads((tmp_path / 'masks.json').read_text())
    masks = np.concatenate([found['masks'] for _, found, _ in images])
    for entry, mask in zip(written, masks, strict=True):
        np.testing.assert_array_equal(coco_mask.decode(entry['segmentation']), mask)


@pytest.mark.parametrize('path', FILES)
def test_two_processes(path, tmp_path):
    """An odd number of images, of which one process has an image twice."""
    data, images = read(path)
    images = images[: len(images) - 1 + len(images) % 2]
    files = [tmp_path / name for name in ('one.json', 'two.json')]
    expected = evaluate(None, data, images, files[0])
    for found in in_two_processes(tmp_path, evaluate, data, images, files[1]):
        assert found == pytest.approx(expected, abs=1e-12)
    assert json.loads(files[1].read_text()) == json.loads(files[0].read_text())


def test_void_is_of_nobody():
    """Two of four pixels are void: of a mask of three one is left, which is an instance's."""
    truth = InstanceMap(np.array([[1, VOID, VOID, 2]], np.int32), np.array([0, 0]))
    masks = [[1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    overlaps, void = mask_overlaps(np.array(masks, bool)[:, None], truth)
    np.testing.assert_array_equal(overlaps, [[1, 0], [0, 1], [0.5, 0.5], [0, 0], [0, 0]])
    np.testing.assert_allclose(void, [2 / 3, 2 / 3, 0, 1, 0])


@pytest.mark.parametrize('share, precision', [(0, 0.5), (0.5, 0.5), (0.6, 1)])
def test_what_is_wrong_in_void_does_not_count(share, precision):
    """A wrong prediction before the right one, which is as much in void, halves the precision."""
    overlaps, void = np.array([[0.2], [0.9]]), np.full(2, share)
    image = Judged(np.array([0.9, 0.8]), np.zeros(2, int), overlaps, void, np.array([0]))
    np.testing.assert_array_equal(region_precision([image], 1, [0.5]), [[precision]])


def test_images_without_instances_keep_their_predictions():
    """A wrong prediction of an image without anything halves the precision."""
    one = np.array([0])
    empty = Judged(np.array([0.9]), one, np.empty((1, 0)), np.zeros(1), np.empty(0, int))
    right = Judged(np.array([0.8]), one, np.ones((1, 1)), np.zeros(1), one)
    np.testing.assert_array_equal(region_precision([empty, right], 2, [0.5]), [[0.5, np.nan]])


def test_nothing_is_found_where_nothing_is():
    """An image without instances, on which nothing was predicted."""
    truth = InstanceMap(np.zeros((2, 3), np.int32), np.empty(0, int))
    assert mask_overlaps([], truth)[0].shape == (0, 0)
    assert mask_overlaps([np.ones((2, 3), bool)], truth)[0].shape == (1, 0)


SQUARE, RIGHT = np.zeros((16, 16), bool), np.zeros((16, 16), bool)
SQUARE[:8, :8], RIGHT[:8, 8:] = True, True


def square(**fields):
    """An annotation of the first square."""
    outline = [[0, 0, 8, 0, 8, 8, 0, 8]]
    own = dict(id=1, image_id=7, category_id=1, iscrowd=0, area=64, segmentation=outline)
    return dict(own, bbox=[0, 0, 8, 8], **fields)


def write(root, *annotations, categories=(dict(id=1, name='person'),), width=16):
    """A file of annotations of one image."""
    images = [dict(id=7, file_name='b.jpg', width=width, height=16)]
    path = root / 'val.json'
    content = dict(images=images, annotations=annotations, categories=categories)
    path.write_text(json.dumps(content))
    return str(path)


def numbers(ann_file=None, masks=(SQUARE,), there=(SQUARE,), ids=(1,), labels=None, void=None):
    """What the metric says of masks on one image; of better ones first."""
    metric = METRICS.build(dict(type='mmpose_ae.InstanceSegMetric', ann_file=ann_file))
    metric.dataset_meta = dict(category_ids=ids, classes=['person', 'ball'][: len(ids)])
    truth = paint_instances(there, [0] * len(there), np.zeros((16, 16)) if void is None else void)
    found = dict(
        masks=list(map(encode_mask, masks)),
        labels=np.zeros(len(masks), int) if labels is None else np.array(labels),
        scores=1 - 0.1 * np.arange(len(masks)),
    )
    sample = dict(img_id=7, img_path='b.jpg', read_instances=lambda: truth, pred_instances=found)
    metric.process(None, [sample])
    return {name.split('/')[1]: value for name, value in metric.evaluate(1).items()}


@pytest.mark.parametrize('nothing', [{}, dict(segmentation=None), dict(segmentation=[])])
def test_who_has_no_mask_is_of_no_account(nothing, tmp_path):
    """The better one of two predictions is of somebody without mask, and neither right nor wrong:
    without the annotation, it is wrong.
    """
    bare = dict(id=2, image_id=7, category_id=1, iscrowd=0, bbox=[8, 0, 8, 8], **nothing)
    path = write(tmp_path, square(), bare)
    out = numbers(path, masks=[RIGHT, SQUARE], void=RIGHT)
    assert out['AP'] == out['AR100'] == out['AP_r_vol'] == pytest.approx(1)
    out = numbers(write(tmp_path, square()), masks=[RIGHT, SQUARE])
    assert out['AP'] == pytest.approx(0.5) and out['AP_r_vol'] == pytest.approx(0.5)


def test_files_of_no_use_are_refused_before_anything_is_predicted(tmp_path):
    """When the metric is built, or gets to know the dataset."""
    config = dict(type='mmpose_ae.InstanceSegMetric', ann_file=str(tmp_path / 'none.json'))
    with pytest.raises(FileNotFoundError, match='none.json'):
        METRICS.build(config)
    two = [dict(id=1, name='person'), dict(id=3, name='ball')]
    bare = dict(square(), segmentation=[])
    damaged = dict(square(), segmentation=[[0, 0]])
    for annotations, ids, fault in (
        ([square()], [1, 2], r"no category of the id 2, .* calls 'ball'; .* \{1: 'person', 3: 'b"),
        ([bare], [1], r"none of the 1 annotations of \['person'\] has a segmentation"),
        ([damaged], [1], 'segmentation of annotation 1 of image 7: a polygon needs'),
    ):
        metric = METRICS.build(dict(config, ann_file=write(tmp_path, *annotations, categories=two)))
        with pytest.raises(ValueError, match=rf'val\.json.* {fault}'):
            metric.dataset_meta = dict(category_ids=ids, classes=['person', 'ball'][: len(ids)])
    with pytest.raises(ValueError, match=r"datasets of masks, .* here are \['classes'\]"):
        metric.dataset_meta = dict(classes=['person'])
    with pytest.raises(TypeError, match='InstanceSegMetric has no option annfile .*mean ann_file'):
        METRICS.build(dict(type='mmpose_ae.InstanceSegMetric', annfile='a.json'))


def test_nothing_predicted_is_evaluated_as_anything_else(tmp_path):
    """0 where something is to be found, -1 where nothing is: of medium and large ones here."""
    small = ['AP', 'AP50', 'AP75', 'APs', 'AR1', 'AR10', 'AR100', 'ARs']
    for ann_file in (None, write(tmp_path, square())):
        out = numbers(ann_file, masks=())
        assert [out[name] for name in small] == [0] * 8
        assert [out[name] for name in ('APm', 'APl', 'ARm', 'ARl')] == [-1] * 4
    out = numbers(masks=(), there=())
    assert np.isnan(out['AP_r_50']) and {out[name] for name in [*small, 'APl']} == {-1}


def test_categories_of_the_network_that_are_none_are_named(tmp_path):
    fault = (
        r"category 3, but the dataset has the 1 categories \['person'\]{}: num_cat.* should be 1"
    )
    with pytest.raises(ValueError, match=fault.format('')):
        numbers(labels=[2])
    with pytest.raises(ValueError, match=fault.format(r' of .*val\.json')):
        numbers(write(tmp_path, square()), labels=[2])


def test_images_of_another_size_are_named(tmp_path):
    fault = r'val\.json has image 7 of size \(H, W\) = \(16, 32\), but .* is \(16, 16\)'
    with pytest.raises(ValueError, match=fault):
        numbers(write(tmp_path, square(), width=32))


def test_what_does_not_fit_is_named(tmp_path):
    """Masks of another size than the annotations, and a file of other images."""
    truth = InstanceMap(np.ones((2, 3), np.int32), np.array([0]))
    found = dict(masks=[encode_mask(np.ones((3, 2)))], labels=np.zeros(1, int), scores=np.ones(1))
    sample = dict(img_id=7, img_path='b.jpg', read_instances=lambda: truth, pred_instances=found)
    path = tmp_path / 'val.json'
    categories = [dict(id=1, name='person')]
    path.write_text(json.dumps(dict(images=[], annotations=[], categories=categories)))
    metric = METRICS.build(dict(type='mmpose_ae.InstanceSegMetric', ann_file=str(path)))
    metric.dataset_meta = dict(category_ids=[1], classes=['person'])
    with pytest.raises(ValueError, match=r'image 7 \(b.jpg\) .* \(3, 2\), but .* of \(2, 3\)'):
        metric.process(None, [sample])
    found['masks'] = [encode_mask(np.ones((2, 3)))]
    metric.process(None, [sample])
    with pytest.raises(ValueError, match=r'val\.json lacks 1 of 1 evaluated images, .* id 7'):
        metric.evaluate(1)
