"""Subsets against plain runs of xtcocotools on files that hold nothing else."""

import json

import numpy as np
import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.datasets.crowding import file_crowding
from mmpose_ae.registry import METRICS

NUM_IMAGES = 200
FEW, MANY = (2, 3, 4, 5), range(7, 100)
CROWDPOSE = dict(from_file='configs/_base_/datasets/crowdpose.py')


@pytest.fixture(scope='module')
def meta():
    return parse_pose_metainfo(CROWDPOSE)


@pytest.fixture(scope='module')
def dataset(shared):
    """The first images of CrowdPose-val."""
    whole = json.loads((shared / 'data/crowdpose/crowdpose_val_first500.json').read_text())
    images = whole['images'][:NUM_IMAGES]
    return restrict(whole, [image['id'] for image in images])


@pytest.fixture(scope='module')
def samples(dataset):
    """Predictions: the true keypoints of most people, off by some pixels, and a few strangers."""
    rng = np.random.default_rng(0)
    found = []
    for image in dataset['images']:
        people = [a for a in dataset['annotations'] if a['image_id'] == image['id']]
        people = [a for a in people if rng.random() < 0.9] + people[: rng.integers(2)]
        points = np.array([a['keypoints'] for a in people]).reshape(-1, 14, 3)[..., :2]
        scores = rng.uniform(0.1, 1, len(people))
        instances = dict(
            keypoints=points + rng.normal(scale=rng.uniform(1, 15), size=points.shape),
            keypoint_scores=np.tile(scores[:, None], 14),
            bbox_scores=scores,
        )
        ids = [a['id'] for a in people]
        found.append(dict(id=ids, img_id=image['id'], pred_instances=instances, gt_instances={}))
    return found


def restrict(dataset, image_ids):
    return dict(
        dataset,
        images=[i for i in dataset['images'] if i['id'] in image_ids],
        annotations=[a for a in dataset['annotations'] if a['image_id'] in image_ids],
    )


def choose(dataset, people, fifth):
    """Images with so many people in the first or the last fifth, written out once more."""
    index = np.array([image['crowdIndex'] for image in dataset['images']])
    edge = np.percentile(index, dict(first=20, last=80)[fifth])
    crowded = index <= edge if fifth == 'first' else index >= edge
    labelled = [
        a['image_id']
        for a in dataset['annotations']
        if not a['iscrowd'] and sum(a['keypoints'][2::3]) > 0
    ]
    ids = [image['id'] for image in dataset['images']]
    return [i for i, c in zip(ids, crowded) if c and labelled.count(i) in people]


def plain_ap(dataset, samples, sigmas, path, iou_type):
    """AP of predictions on a file of its own."""
    path.write_text(json.dumps(dataset))
    truth = COCO(str(path))
    results = [
        dict(
            image_id=sample['img_id'],
            category_id=1,
            score=float(score),
            keypoints=np.pad(points, ((0, 0), (0, 1)), constant_values=1).ravel().tolist(),
        )
        for sample in samples
        if sample['img_id'] in truth.imgs
        for points, score in zip(
            sample['pred_instances']['keypoints'], sample['pred_instances']['bbox_scores']
        )
    ]
    evaluation = COCOeval(truth, truth.loadRes(results), iou_type, sigmas, use_area=False)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats[0]


def build(kind, path, meta, **options):
    settings = dict(ann_file=str(path), use_area=False, nms_mode='none', score_mode='bbox')
    metric = METRICS.build(dict(settings, type=kind, **options))
    metric.dataset_meta = meta
    return metric


def evaluate(metric, samples):
    metric.process(None, samples)
    return metric.evaluate(len(samples))


@pytest.mark.parametrize('iou_type', ['keypoints', 'keypoints_crowd'])
def test_subsets_are_those_of_files_of_their_own(dataset, samples, meta, tmp_path, iou_type):
    path = tmp_path / 'all.json'
    path.write_text(json.dumps(dataset))
    found = evaluate(build('CrowdSubsetMetric', path, meta, iou_type=iou_type), samples)
    whole = evaluate(build('CocoMetric', path, meta, iou_type=iou_type), samples)
    assert {name: found[name] for name in whole} == whole

    expected = []
    for people in (FEW, MANY):
        for fifth in ('last', 'first'):
            part = restrict(dataset, choose(dataset, people, fifth))
            assert len(part['images']) >= 4
            ap = plain_ap(part, samples, meta['sigmas'], tmp_path / 'part.json', iou_type)
            expected.append(ap)
    assert [found[f'coco/AP subset{i}'] for i in (1, 2, 3, 4)] == pytest.approx(expected, abs=1e-9)
    levels = dict(easy=(0, 0.2), medium=(0.2, 0.8), hard=(0.8, 9))
    for level, (low, high) in levels.items() if iou_type == 'keypoints_crowd' else ():
        chosen = [i['id'] for i in dataset['images'] if low <= i['crowdIndex'] < high]
        part = restrict(dataset, chosen)
        ap = plain_ap(part, samples, meta['sigmas'], tmp_path / 'part.json', iou_type)
        assert found[f'coco/AP {level}'] == pytest.approx(ap, abs=1e-9)
    assert len(set(expected)) == 4 and min(expected) > 0.05 and max(expected) < 0.95


def test_an_empty_subset_has_no_ap(dataset, samples, meta, tmp_path):
    """One image, of few people: nobody is in the subsets of many."""
    image = choose(dataset, FEW, 'last')[0]
    path = tmp_path / 'one.json'
    path.write_text(json.dumps(restrict(dataset, [image])))
    chosen = [sample for sample in samples if sample['img_id'] == image]
    found = evaluate(build('CrowdSubsetMetric', path, meta), chosen)
    assert found['coco/AP subset1'] == found['coco/AP subset2'] == found['coco/AP'] > 0
    assert found['coco/AP subset3'] == found['coco/AP subset4'] == -1


def test_nobody_found(dataset, samples, meta, tmp_path):
    path = tmp_path / 'all.json'
    path.write_text(json.dumps(dataset))
    nothing = dict(
        keypoints=np.zeros((0, 14, 2)), keypoint_scores=np.zeros((0, 14)), bbox_scores=np.zeros(0)
    )
    blind = [dict(sample, pred_instances=nothing) for sample in samples]
    found = evaluate(build('CrowdSubsetMetric', path, meta), blind)
    assert [found[f'coco/AP subset{i}'] for i in (1, 2, 3, 4)] == [0, 0, 0, 0]


def test_crowd_indices_are_computed_where_the_file_has_none(dataset, samples, meta, tmp_path):
    """On own data the metric of CrowdPose needs nothing that the file lacks."""
    some = restrict(dataset, [image['id'] for image in dataset['images'][:30]])
    images = [{k: v for k, v in image.items() if k != 'crowdIndex'} for image in some['images']]
    path = tmp_path / 'own.json'
    path.write_text(json.dumps(dict(some, images=images)))
    found = evaluate(
        build('CrowdSubsetMetric', path, meta, iou_type='keypoints_crowd'), samples[:30]
    )
    crowding = file_crowding(dict(some, images=images))
    easy = [i for i, image in crowding.items() if image.occlusion < 0.2]
    part = restrict(some, easy)
    assert 5 < len(part['images']) < 25
    ap = plain_ap(part, samples, meta['sigmas'], tmp_path / 'part.json', 'keypoints_crowd')
    assert found['coco/AP easy'] == pytest.approx(ap, abs=1e-9)
    assert found['coco/AP(E)'] == pytest.approx(ap, abs=1e-4)
