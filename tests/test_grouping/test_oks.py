"""OKS of pairs: by hand, by pycocotools, and by openpifpaf."""

import warnings

import golden
import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmpose_ae.grouping.oks import check_sigmas
from mmpose_ae.grouping.poses import boxes_around
from mmpose_ae.tracking import object_keypoint_similarity


def test_by_hand():
    """Variance 4 * 0.25 * 9: 3 pixels are exp(-1/2), twice the area 3 * sqrt(2) pixels."""
    first, second = np.zeros((1, 2, 2)), np.array([[[0, 0], [0, 3]], [[3, 0], [0, 0]]])
    sigmas, near = np.array([0.5, 0.5]), np.exp(-0.5)
    found = object_keypoint_similarity(first, second, np.array([[9, 9]]), sigmas)
    assert found.tolist() == [[(1 + near) / 2] * 2]
    counted = np.array([[[False, True], [False, False]]])
    found = object_keypoint_similarity(first, second, np.array([[9, 9]]), sigmas, counted)
    assert found.tolist() == [[near, 0]]
    # Straying by 1 root of the area doubles the variance.
    found = object_keypoint_similarity(first, second, np.full((1, 2), 9.0), sigmas, counted, 1.0)
    assert found[0, 0] == pytest.approx(np.exp(-0.25))


def test_without_an_area_equal_keypoints_alone_are_alike():
    first, second = np.zeros((1, 2, 2)), np.array([[[0, 0], [0, 3]]])
    counted = np.array([[[True, True]], [[False, True]]])  # of the first pose, whatever the second
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        found = object_keypoint_similarity(
            first.repeat(2, axis=0), second, np.zeros((2, 1)), np.array([0.5, 0.5]), counted
        )
    assert found.tolist() == [[0.5], [0]]


def test_by_pycocotools():
    """Areas are those of the annotations, and annotated keypoints alone count."""
    rng = np.random.default_rng(0)
    sigmas = COCOeval(iouType='keypoints').params.kpt_oks_sigmas
    true = np.dstack([rng.uniform(0, 60, (4, 17, 2)), rng.integers(0, 3, (4, 17))])
    found = np.dstack([true[:3, :, :2] + rng.normal(0, 3, (3, 17, 2)), np.ones((3, 17))])
    areas = rng.uniform(500, 2000, 4)
    annotations = [
        dict(id=n + 1, image_id=1, category_id=1, iscrowd=0, area=area, bbox=[0, 0, 60, 60],
             num_keypoints=int((person[:, 2] > 0).sum()), keypoints=person.ravel().tolist())
        for n, (person, area) in enumerate(zip(true, areas))
    ]  # fmt: skip
    truth = COCO()
    truth.dataset = dict(
        info={}, images=[dict(id=1)], categories=[dict(id=1)], annotations=annotations
    )
    truth.createIndex()
    results = truth.loadRes(
        [
            dict(image_id=1, category_id=1, score=1 - n / 9, keypoints=person.ravel().tolist())
            for n, person in enumerate(found)
        ]
    )
    evaluation = COCOeval(truth, results, 'keypoints')
    evaluation.evaluate()
    theirs = evaluation.computeOks(1, 1)
    counted = np.broadcast_to(true[None, ..., 2] > 0, (3, 4, 17))
    ours = object_keypoint_similarity(found[..., :2], true[..., :2], areas[None], sigmas, counted)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize('path', golden.subject_files('tracking', '*_openpifpaf_distances.npz'))
def test_by_openpifpaf(path):
    """Its distance of tracks that were seen in the frame before is 110 * (1 - OKS)."""
    data, compared = np.load(path), 0
    column = data['distance_names'].tolist().index('oks')
    for case, distances in enumerate(data['distances']):
        pose, track = data[f'case{case:02d}_pose'], data[f'case{case:02d}_track'][-1]
        if data[f'case{case:02d}_frames'][-1] != data['current_frame'] - 1:
            continue
        both = np.stack([pose, track])
        left, top, right, bottom = boxes_around(both[..., :2], both[..., 2] > 0).T.astype(float)
        side = np.sqrt((right - left) * (bottom - top)).mean().clip(1)
        counted = ((pose[:, 2] > 0) & (track[:, 2] > 0))[None, None]
        found = object_keypoint_similarity(
            pose[None, :, :2], track[None, :, :2], side**2, data['sigmas'], counted
        )
        expected = 110 * (1 - found[0, 0]) if counted.any() else 1000
        assert distances[column] == pytest.approx(expected, abs=1e-4)
        compared += 1
    assert compared > 5


@pytest.mark.parametrize('sigmas', [[], [[0.1]], [0.1, 0], [0.1, np.nan], ['a'], 0.1, None])
def test_sigmas_that_are_none(sigmas):
    with pytest.raises(ValueError, match='sigmas must be'):
        check_sigmas(sigmas)
