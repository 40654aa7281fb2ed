"""Numbers of pycocotools, crowdposetools and xtcocotools, and what MMPose's metric writes."""

import json
import re
from itertools import product

import numpy as np
import pytest
from golden import subject_files
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.grouping.oks import object_keypoint_similarity
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import METRICS

EXPECTED = subject_files('leaderboard', '*_expected.json')
WRITTEN = subject_files('leaderboard', '*_cocometric_format.npz', 'image_ids')
NMS = ('none', 'oks_nms', 'soft_oks_nms')
SCORES = ('bbox', 'keypoint', 'bbox_keypoint')


def metainfo(name):
    return load_metainfo(dict(from_file=f'configs/_base_/datasets/{name}.py'))


def read(path, what):
    return json.loads(path.with_name(path.name.replace('expected', what)).read_text())


def stats(path, name, *options):
    truth = COCO(str(path.with_name(path.name.replace('expected', f'{name}_gt'))))
    found = truth.loadRes(read(path, f'{name}_results'))
    evaluation = COCOeval(truth, found, *options)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return list(evaluation.stats)


@pytest.mark.parametrize('path', EXPECTED)
def test_official_numbers(path):
    expected = json.loads(path.read_text())
    found = stats(path, 'coco', 'keypoints', metainfo('coco')['sigmas'])
    assert found == pytest.approx(expected['coco_stats'], abs=1e-9)
    assert found == pytest.approx(expected['coco_xtcocotools_stats'], abs=1e-9)
    sigmas = metainfo('crowdpose')['sigmas']
    found = stats(path, 'crowdpose', 'keypoints_crowd', sigmas, False)
    names = expected['crowdpose_crowdposetools_stat_names']
    official = zip(names, expected['crowdpose_crowdposetools_stats'])
    official = [value for name, value in official if name != 'unused']
    assert found == pytest.approx(official, abs=1e-9)
    assert found == pytest.approx(expected['crowdpose_xtcocotools_stats'], abs=1e-9)


@pytest.mark.parametrize('path', EXPECTED)
def test_similarity_of_single_people(path):
    """Predictions by score, people in the order of the file."""
    (key,) = [key for key in json.loads(path.read_text()) if key.startswith('coco_oks_image_')]
    image = int(re.search(r'\d+$', key)[0])
    people = [a for a in read(path, 'coco_gt')['annotations'] if a['image_id'] == image]
    found = [entry for entry in read(path, 'coco_results') if entry['image_id'] == image]
    found.sort(key=lambda entry: -entry['score'])
    truth = np.array([a['keypoints'] for a in people], float).reshape(-1, 17, 3)
    places = np.array([entry['keypoints'] for entry in found], float).reshape(-1, 17, 3)
    counted = np.broadcast_to(truth[..., 2] > 0, (len(found), *truth.shape[:2]))
    areas = np.array([a['area'] for a in people], float)
    sigmas = metainfo('coco')['sigmas'].astype(float).round(3)  # MMPose keeps them in float32
    similarity = object_keypoint_similarity(places[..., :2], truth[..., :2], areas, sigmas, counted)
    assert similarity == pytest.approx(np.array(json.loads(path.read_text())[key]), abs=1e-9)


@pytest.mark.parametrize('path', WRITTEN)
@pytest.mark.parametrize('nms, score', list(product(NMS, SCORES)))
def test_results_are_written_as_mmpose_does(path, nms, score, tmp_path):
    """Who stays, in which order, and with which score."""
    given = np.load(path)
    samples = [
        dict(
            id=[0],
            img_id=image,
            gt_instances={},
            pred_instances={
                key: given[f'image{image}_{key}']
                for key in ('keypoints', 'keypoint_scores', 'bbox_scores')
            },
        )
        for image in given['image_ids'].tolist()
    ]
    info = tmp_path / 'info.json'  # no annotations
    images = [dict(id=s['img_id'], file_name='a.jpg', width=9, height=9) for s in samples]
    info.write_text(json.dumps(dict(images=images, categories=[dict(id=1, name='person')])))
    metric = METRICS.build(
        dict(
            type='CocoMetric', ann_file=str(info), format_only=True, nms_mode=nms,
            score_mode=score, outfile_prefix=str(tmp_path / 'found'),
        )
    )  # fmt: skip
    metric.dataset_meta = metainfo('coco')
    metric.process(None, samples)
    assert metric.evaluate(len(samples)) == {}
    written = json.loads((tmp_path / 'found.keypoints.json').read_text())
    for image in given['image_ids'].tolist():
        entries = [entry for entry in written if entry['image_id'] == image]
        order = given[f'{nms}_{score}_image{image}_order']
        expected = given[f'{nms}_{score}_image{image}_score']
        assert [entry['score'] for entry in entries] == pytest.approx(expected, abs=1e-6)
        places = np.array([e['keypoints'] for e in entries], float).reshape(-1, 17, 3)
        assert np.array_equal(places[..., :2], given[f'image{image}_keypoints'][order])
