"""AP^r as SDS's evaluation computes it, and COCO's numbers as pycocotools does."""

import json
from functools import partial

import numpy as np
import pytest
from golden import subject_files
from pycocotools import mask as coco_mask
from two_processes import in_two_processes

from mmpose_ae.registry import METRICS
from projects.instance_segmentation.datasets import VOID, InstanceMap
from projects.instance_segmentation.decoding.masks import encode_mask
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
        Judged(f['scores'], f['labels'], mask_overlaps(f['masks'], truth), truth.categories)
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
    masks = np.array([[[1, 1, 1, 0]], [[0, 1, 1, 1]], [[1, 0, 0, 1]], [[0, 1, 0, 0]]], bool)
    np.testing.assert_array_equal(mask_overlaps(masks, truth), [[1, 0], [0, 1], [0.5, 0.5], [0, 0]])


def test_images_without_instances_keep_their_predictions():
    """A wrong prediction of an image without anything halves the precision."""
    empty = Judged(np.array([0.9]), np.array([0]), np.empty((1, 0)), np.empty(0, int))
    right = Judged(np.array([0.8]), np.array([0]), np.ones((1, 1)), np.array([0]))
    np.testing.assert_array_equal(region_precision([empty, right], 2, [0.5]), [[0.5, np.nan]])


def test_nothing_is_found_where_nothing_is():
    """An image without instances, on which nothing was predicted."""
    truth = InstanceMap(np.zeros((2, 3), np.int32), np.empty(0, int))
    assert mask_overlaps([], truth).shape == (0, 0)
    assert mask_overlaps([np.ones((2, 3), bool)], truth).shape == (1, 0)


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
