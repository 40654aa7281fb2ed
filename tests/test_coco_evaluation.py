"""The evaluator behind MMPose's metrics against pycocotools, xtcocotools and recorded results."""

import contextlib
import copy
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from mmpose.evaluation.metrics import coco_metric
from pycocotools.coco import COCO as PyCOCO
from pycocotools.cocoeval import COCOeval as PyCOCOeval

from mmpose_ae import compat
from mmpose_ae.coco_evaluation import COCO, COCOeval

CROWDPOSE_SIGMAS = np.array([79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89, 79, 79]) / 1000
BESIDE = Path(__file__).resolve().parents[2] / 'shared' / 'specs' / 'golden' / 'leaderboard'
# Of each set <set>_expected.json, and of each data set <set>_<name>_gt.json and _results.json.
LEADERBOARD = Path(os.environ.get('GOLDEN_LEADERBOARD', BESIDE))
RECORDED = [path.name.removesuffix('expected.json') for path in LEADERBOARD.glob('*_expected.json')]
NUM_KEYPOINTS = 5


def index(dataset, coco_class=COCO):
    """Index annotations that are not in a file."""
    coco = coco_class()
    coco.dataset = copy.deepcopy(dataset)
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
    return coco


def evaluate(dataset, predictions, *args, api=(COCO, COCOeval)):
    """The evaluation, accumulated; api holds classes with the names and arguments of ours."""
    truth = index(dataset, api[0])
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = api[1](truth, truth.loadRes(copy.deepcopy(predictions)), *args)
        evaluation.params.useSegm = None  # as MMPose does
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def summarize(evaluation):
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.summarize()
    return np.array(evaluation.stats)


def draw_scene(seed):
    """Images with up to four people, or none, and predictions that are near, far off or missing."""
    rng = np.random.default_rng(seed)
    images = [dict(id=int(i), crowdIndex=rng.uniform()) for i in rng.permutation(50)[:8]]
    people, predictions = [], []
    for image in images:
        for _ in range(rng.integers(5)):
            size = rng.choice([5, 20, 60, 150])
            points = rng.uniform(0, 200, 2) + size * rng.normal(size=(NUM_KEYPOINTS, 2))
            visible = rng.integers(0, 3, NUM_KEYPOINTS) * (rng.random() > 0.1)
            low, wide = points.min(0), np.ptp(points, axis=0)
            people.append(
                dict(
                    id=len(people) + 1,
                    image_id=image['id'],
                    category_id=1,
                    keypoints=np.column_stack([points, visible]).ravel().tolist(),
                    num_keypoints=int((visible > 0).sum()),
                    bbox=[*low.tolist(), *wide.tolist()],
                    area=float(0.4 * wide.prod()),
                    iscrowd=int(rng.random() < 0.1),
                )
            )
            predictions += [
                dict(
                    image_id=image['id'],
                    category_id=1,
                    keypoints=np.insert(
                        points + shift * size * rng.normal(size=points.shape), 2, 1, axis=1
                    )
                    .ravel()
                    .tolist(),
                    score=float(rng.choice([0.5, rng.random()])),
                )
                for shift in rng.choice([0.02, 0.1, 0.3], rng.integers(3))
            ]
    dataset = dict(images=images, annotations=people, categories=[dict(id=1, name='person')])
    return dataset, predictions * (seed % 4 > 0)  # sometimes nobody is predicted


def by_pycocotools(dataset, predictions, sigmas, use_area, images=None):
    """Evaluation by pycocotools, which takes areas from the annotations alone."""
    dataset = copy.deepcopy(dataset)
    for person in dataset['annotations']:
        if not use_area:
            person['area'] = 0.53 * person['bbox'][2] * person['bbox'][3]
    truth = index(dataset, PyCOCO)
    found = index(dict(dataset, annotations=[]), PyCOCO)
    with contextlib.redirect_stdout(io.StringIO()):
        if predictions:
            found = truth.loadRes(copy.deepcopy(predictions))
        evaluation = PyCOCOeval(truth, found, 'keypoints')
        evaluation.params.kpt_oks_sigmas = sigmas
        if images is not None:
            evaluation.params.imgIds = images
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


@pytest.mark.parametrize('name', ['coco', 'crowdpose'])
@pytest.mark.parametrize('recorded', RECORDED)
def test_recorded_results_of_the_originals(recorded, name):
    expected = json.loads((LEADERBOARD / f'{recorded}expected.json').read_text())
    dataset, predictions = (
        json.loads((LEADERBOARD / f'{recorded}{name}_{kind}.json').read_text())
        for kind in ('gt', 'results')
    )
    crowd = ('keypoints_crowd', CROWDPOSE_SIGMAS, False) if name == 'crowdpose' else ()
    stats = summarize(evaluate(dataset, predictions, *crowd))
    assert stats == pytest.approx(expected[f'{name}_xtcocotools_stats'], abs=1e-12)


def test_recorded_results_are_there():
    if not LEADERBOARD.is_dir():
        pytest.skip(f'{LEADERBOARD} is not here')
    assert RECORDED


@pytest.mark.parametrize('use_area', [True, False])
@pytest.mark.parametrize('seed', range(8))
def test_keypoints_as_by_pycocotools(seed, use_area):
    dataset, predictions = draw_scene(seed)
    sigmas = np.linspace(0.03, 0.1, NUM_KEYPOINTS)
    ours = evaluate(dataset, predictions, 'keypoints', sigmas, use_area)
    theirs = by_pycocotools(dataset, predictions, sigmas, use_area)
    for table in ('precision', 'recall'):
        np.testing.assert_allclose(ours.eval[table], theirs.eval[table], atol=1e-12)
    np.testing.assert_allclose(summarize(ours), theirs.stats, atol=1e-12)


@pytest.mark.parametrize('seed', range(8))
def test_crowds_as_by_pycocotools(seed):
    """CrowdPose's rules: the mean over all entries, -1 where there is nobody, in 4 digits."""
    dataset, predictions = draw_scene(seed)
    sigmas = np.full(NUM_KEYPOINTS, 0.08)
    stats = summarize(evaluate(dataset, predictions, 'keypoints_crowd', sigmas, False))
    whole = by_pycocotools(dataset, predictions, sigmas, False)
    np.testing.assert_allclose(stats[:6], whole.stats[[0, 1, 2, 5, 6, 7]], atol=1e-12)
    for ap, (low, high) in zip(stats[6:], [(0, 0.2), (0.2, 0.8), (0.8, 1)]):
        images = [i['id'] for i in dataset['images'] if low <= i['crowdIndex'] < high]
        part = by_pycocotools(dataset, predictions, sigmas, False, images)
        assert ap == round(np.mean(part.eval['precision'][..., 0, :]), 4)


@pytest.mark.parametrize('iou_type', ['keypoints', 'keypoints_crowd'])
@pytest.mark.parametrize('seed', range(8))
def test_as_by_xtcocotools(monkeypatch, tmp_path, seed, iou_type):
    for name in ('xtcocotools', 'xtcocotools.coco', 'xtcocotools.cocoeval', 'xtcocotools.mask'):
        monkeypatch.delitem(sys.modules, name)
    original = pytest.importorskip('xtcocotools.cocoeval', reason='not in this environment')
    from xtcocotools.coco import COCO as OriginalCOCO

    scene, args = draw_scene(seed), (iou_type, np.full(NUM_KEYPOINTS, 0.08), bool(seed % 2))
    ours = evaluate(*scene, *args)
    theirs = evaluate(*scene, *args, api=(OriginalCOCO, original.COCOeval))
    np.testing.assert_allclose(ours.eval['precision'], theirs.eval['precision'], atol=1e-12)
    file = tmp_path / 'annotations.json'  # where the original reads the crowd index
    file.write_text(json.dumps(scene[0]))
    theirs.anno_file = (file, None)
    np.testing.assert_allclose(summarize(ours), summarize(theirs), atol=1e-12)


@pytest.fixture
def scene():
    """One image with one person, who is predicted exactly."""
    keypoints = [10, 10, 2, 20, 20, 1]
    person = dict(keypoints=keypoints, bbox=[10, 10, 10, 10], area=100, iscrowd=0, num_keypoints=2)
    dataset = dict(
        images=[dict(id=7, crowdIndex=0.5)],
        annotations=[dict(person, id=1, image_id=7, category_id=1)],
        categories=[dict(id=1, name='person')],
    )
    return dataset, [dict(image_id=7, category_id=1, keypoints=keypoints, score=0.5)]


SIGMAS = np.full(2, 0.1)


def test_an_annotation_with_id_0_is_found(scene, recwarn):
    """faster-coco-eval alone warns and gives 0."""
    scene[0]['annotations'][0]['id'] = 0
    assert summarize(evaluate(*scene, 'keypoints', SIGMAS))[0] == 1
    assert not recwarn


def test_repeated_ids_stay_apart(scene):
    dataset, predictions = scene
    dataset['annotations'].append(dict(dataset['annotations'][0], keypoints=[90, 90, 2, 99, 99, 2]))
    assert 0 < summarize(evaluate(dataset, predictions, 'keypoints', SIGMAS))[0] < 1


def test_who_is_labelled_is_counted(scene):
    """faster-coco-eval alone leaves out people without ``num_keypoints``."""
    del scene[0]['annotations'][0]['num_keypoints']
    assert summarize(evaluate(*scene, 'keypoints', SIGMAS))[0] == 1
    with pytest.raises(KeyError, match='annotation 1 has no num_keypoints'):
        evaluate(*scene, 'keypoints_crowd', SIGMAS)


def test_the_area_is_asked_for_where_it_is_used(scene):
    del scene[0]['annotations'][0]['area']
    assert summarize(evaluate(*scene, 'keypoints', SIGMAS, False))[0] == 1
    with pytest.raises(KeyError, match='annotation 1 has no area'):
        evaluate(*scene, 'keypoints', SIGMAS)


def test_the_crowd_index_is_asked_for(scene):
    del scene[0]['images'][0]['crowdIndex']
    with pytest.raises(KeyError, match='image 7 has no crowdIndex'):
        evaluate(*scene, 'keypoints_crowd', SIGMAS)


def test_predictions_without_any_score_do_not_count(scene):
    dataset, (found,) = scene
    other = dict(found, keypoints=[90, 90, 0, 99, 99, 0], score=0.9)
    assert summarize(evaluate(dataset, [other, found], 'keypoints', SIGMAS))[0] == 1


def test_annotations_and_predictions_stay_as_they_are(scene):
    truth = index(scene[0])
    found = truth.loadRes(scene[1])
    before = copy.deepcopy([truth.dataset, found.dataset])
    COCOeval(truth, found, 'keypoints', SIGMAS, use_area=False).evaluate()
    assert [truth.dataset, found.dataset] == before


@pytest.mark.parametrize(
    'iou_type', ['bbox', 'segm', 'keypoints_body', 'keypoints_foot', 'keypoints_wholebody', None]
)
def test_other_types_are_refused_by_name(scene, iou_type):
    """MMPose's metric of whole bodies asks for some."""
    with pytest.raises(ValueError, match=f'got {iou_type!r}.* MMPOSE_AE_EVALUATOR=xtcocotools'):
        evaluate(*scene, iou_type)


def test_nobody_reads_matches_that_are_not_there(scene):
    with pytest.raises(AttributeError, match='evalImgs'):
        _ = evaluate(*scene, 'keypoints', SIGMAS).evalImgs


@pytest.mark.skipif(
    os.environ.get('MMPOSE_AE_EVALUATOR') == compat.EVALUATOR, reason='xtcocotools is wanted'
)
def test_it_is_behind_the_metrics_of_mmpose():
    assert (coco_metric.COCO, coco_metric.COCOeval) == (COCO, COCOeval)
