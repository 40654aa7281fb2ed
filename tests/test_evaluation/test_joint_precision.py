"""Average precision of joints against evalMPII, which Octave ran, and by hand."""

import mpii_vectors
import numpy as np
import pytest

from mmpose_ae.evaluation.joint_precision import (
    PeopleOfGroup,
    average_precision,
    joint_precisions,
    match_joints,
)


def read_groups(vector, scores=None):
    """All groups of a vector, of the evaluated joints in the toolkit's order."""
    joints, groups = vector['eval_joint_ids'], []
    for number in range(int(vector['num_images'])):
        group = mpii_vectors.group_of(vector, number, scores)
        boxes = group.pop('head_boxes')
        sizes = 0.6 * np.hypot(*(boxes[:, 2:] - boxes[:, :2]).T)
        arrays = {name: values[:, joints] for name, values in group.items()}
        groups.append(PeopleOfGroup(head_sizes=sizes, **arrays))
    return groups


@pytest.mark.parametrize('path', mpii_vectors.FILES)
def test_precisions_are_the_toolkits(path):
    vector = np.load(path)
    for prefix, scores in (('', None), ('ties_', mpii_vectors.rounded(vector['pred_score']))):
        found = 100 * joint_precisions(read_groups(vector, scores))
        expected = vector[prefix + 'ap']
        assert np.append(found, found.mean()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize('path', mpii_vectors.FILES)
def test_every_joint_is_judged_as_the_toolkit_does(path):
    vector = np.load(path)
    rows = []
    for number, group in enumerate(read_groups(vector)):
        counted = group.annotated.sum(0) * (len(group.found) > 0)
        assert np.array_equal(counted, vector['num_gt'][:, number])
        if len(group.annotated):
            person, joint = np.nonzero(group.found)
            right = match_joints(group)[person, joint]
            rows += zip(joint, [number] * len(joint), group.scores[person, joint], right)
    joint, number, scores, right = zip(*sorted(rows, key=lambda row: row[:2]))
    assert np.array_equal(joint, vector['flat_joint'])
    assert np.array_equal(number, vector['flat_image'])
    assert np.array_equal(scores, vector['flat_score'])
    assert np.array_equal(right, vector['flat_label'])


def make_group(places, predicted, scores):
    """People with one joint on the x axis and a head of size 10; None is somebody without it."""
    annotated = np.array([place is not None for place in places], bool)
    points = [[0 if place is None else place, 0] for place in places]
    return PeopleOfGroup(
        np.array(points, float).reshape(-1, 1, 2),
        annotated.reshape(-1, 1),
        np.full(len(places), 10.0),
        np.array([[x, 0] for x in predicted], float).reshape(-1, 1, 2),
        np.ones((len(predicted), 1), bool),
        np.array(scores, float).reshape(-1, 1),
    )


def test_half_a_head_is_near_enough_and_one_person_stays():
    group = make_group([0, 100], [5, 5.01, 0, 100], [0.9, 0.8, 0.7, 0.6])
    assert match_joints(group).ravel().tolist() == [True, False, False, True]  # the first of equals


def test_joints_that_are_not_annotated_are_wrong():
    group = make_group([None, 0], [0, 50], [0.9, 0.8])
    assert match_joints(group).ravel().tolist() == [True, False]


def test_groups_without_predictions_count_when_strict():
    """1 of 1 is found, or 1 of 3; what is predicted where nobody is ranks first."""
    groups = [
        make_group([0], [0], [0.5]),
        make_group([0, 100], [], []),
        make_group([], [0], [0.9]),
    ]
    assert joint_precisions(groups).tolist() == [1.0]
    assert joint_precisions(groups, strict=True) == pytest.approx([1 / 3 * 1 / 2])


def test_nothing_to_find():
    assert np.isnan(joint_precisions([make_group([None], [0], [0.5])])).all()
    assert np.isnan(joint_precisions([make_group([], [], [])])).tolist() == [True]


def test_area_under_the_envelope():
    """Right, wrong, right of 4: precisions 1, 1/2, 2/3; the envelope at recall 1/2 is 2/3."""
    right = np.array([True, False, True])
    found = average_precision(np.array([0.9, 0.8, 0.7]), right, 4)
    assert found == pytest.approx(1 / 4 * 1 + 1 / 4 * 2 / 3)
    assert average_precision(np.zeros(0), np.zeros(0, bool), 4) == 0
