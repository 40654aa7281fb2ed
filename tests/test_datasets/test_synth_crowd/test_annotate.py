"""Annotations of one person and of a crowd region, decoded by the COCO API."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from mmpose_ae.datasets.synth_crowd.annotate import annotate_crowd, annotate_person
from mmpose_ae.datasets.synth_crowd.clothing import sample_clothing
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON, Figure
from mmpose_ae.datasets.synth_crowd.skeleton import COCO_POINTS, sample_pose

HEIGHT, WIDTH = 90, 120


def painted(seed, height=70, center=(60, 50)):
    rng = np.random.default_rng(seed)
    figure = Figure(sample_pose(rng), sample_clothing(rng), height, center)
    identities = np.zeros((HEIGHT, WIDTH), np.uint16)
    figure.paint(np.zeros((HEIGHT, WIDTH, 3), np.uint8), identities, 1)
    return figure, identities


def decode(annotation):
    rles = coco_mask.frPyObjects(annotation['segmentation'], HEIGHT, WIDTH)
    return coco_mask.decode(coco_mask.merge(rles)) > 0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(-20, 140), st.integers(-20, 110), st.integers(20, 160))
def test_alone(seed, x, y, height):
    """Nobody in front: segmentation, area and box are all of what is painted."""
    figure, identities = painted(seed, height, (x, y))
    annotation = annotate_person(figure, 1, identities, COCO_POINTS)
    rows, columns = np.nonzero(identities)
    if not len(rows):
        assert annotation is None
        return
    assert annotation['area'] == len(rows)
    low, size = annotation['bbox'][:2], annotation['bbox'][2:]
    assert low == [columns.min(), rows.min()]
    assert np.add(low, size).tolist() == [columns.max() + 1, rows.max() + 1]
    mask = decode(annotation)
    filled = mask | (identities > 0)  # outlines: holes between limbs are filled
    assert (mask >= (identities > 0)).sum() > 0.99 * mask.size
    assert abs(int(mask.sum()) - int(filled.sum())) <= max(2, 0.03 * len(rows))


def test_frame():
    """Outside the frame a keypoint is 0, 0, 0; inside it keeps its place to 0.01 pixels."""
    for seed in range(20):
        figure, identities = painted(seed, 100, (5, 45))
        annotation = annotate_person(figure, 1, identities, COCO_POINTS)
        points = np.array([figure.at(name)[:2] for name in COCO_POINTS])
        inside = ((points >= 0) & (points <= (WIDTH - 1, HEIGHT - 1))).all(1)
        keypoints = np.reshape(annotation['keypoints'], (-1, 3))
        assert 0 < inside.sum() < 17 and annotation['num_keypoints'] == inside.sum()
        assert (keypoints[~inside] == 0).all() and (keypoints[inside, 2] > 0).all()
        np.testing.assert_allclose(keypoints[inside, :2], points[inside], atol=0.0051)


def test_half_hidden():
    """What hides somebody cuts the segmentation and the visibility, not area, box or keypoints."""
    figure, identities = painted(0)
    whole = annotate_person(figure, 1, identities, COCO_POINTS)
    identities[:, :60] = 2 * IDS_PER_PERSON
    half = annotate_person(figure, 1, identities, COCO_POINTS)
    assert half['area'] == whole['area'] and half['bbox'] == whole['bbox']
    assert half['num_keypoints'] == whole['num_keypoints'] == 17
    before, after = (np.reshape(a['keypoints'], (-1, 3)) for a in (whole, half))
    assert (after[:, :2] == before[:, :2]).all()
    left = np.rint(before[:, 0]) < 60
    assert left.any() and not left.all()
    assert (after[left, 2] == 1).all() and (after[~left, 2] == before[~left, 2]).all()
    assert not decode(half)[:, :60].any() and decode(half).any()


def test_nobody_can_see_them():
    figure, identities = painted(0)
    identities[identities > 0] = 2 * IDS_PER_PERSON
    assert annotate_person(figure, 1, identities, COCO_POINTS) is None


def test_unlabelled():
    figure, identities = painted(0)
    annotation = annotate_person(figure, 1, identities, COCO_POINTS, labelled=False)
    assert annotation['keypoints'] == [0] * 51 and annotation['num_keypoints'] == 0
    assert decode(annotation).any() and annotation['iscrowd'] == 0


def test_crowd():
    region = (np.random.default_rng(0).random((HEIGHT, WIDTH)) < 0.3).astype(np.uint8)
    region[:, :20] = 0
    annotation = annotate_crowd(region, 14)
    rle = annotation['segmentation']
    assert np.array_equal(coco_mask.decode(rle), region)
    assert annotation['area'] == coco_mask.area(rle) == region.sum()
    assert annotation['bbox'] == coco_mask.toBbox(rle).tolist()
    assert annotation['iscrowd'] == 1 and annotation['keypoints'] == [0] * 42
