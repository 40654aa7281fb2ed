"""The people of one picture, in all forms, by hand."""

import sys
from types import ModuleType, SimpleNamespace

import cv2
import fakes
import numpy as np
import pytest
import some_people
from some_people import frame, prediction

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction

FIRST = dict(
    id=None,
    score=0.75,
    box=[8.0, 10.0, 20.0, 30.0],
    keypoints=[[8.0, 10.0, 0.9, 0], [20.0, 12.0, 0.8, 0], [14.0, 30.0, 0.7, 0]],
)
SECOND = dict(
    id=None,
    score=0.5,
    box=[40.0, 10.0, 52.0, 33.0],
    keypoints=[[40.0, 12.0, 0.6, 0], [52.0, 10.0, 0.5, 1], [45.0, 33.0, 0.25, 0]],
)
FOUND_BY_METHODS_THAT_FILL_IN_NOTHING = Poses(
    fakes.PEOPLE, some_people.KEYPOINT_SCORES, some_people.SCORES
)


def test_the_dictionary_of_a_picture():
    assert prediction().to_dict() == dict(
        path='a.jpg', frame=None, time=None, width=64, height=48, people=[FIRST, SECOND]
    )
    nobody = prediction(count=0).to_dict()
    assert nobody['people'] == []


def test_the_dictionary_of_a_frame():
    """The fifth frame of ten in a second, of somebody with a number and somebody without."""
    known = frame(4, ids=np.array([7, -1])).to_dict()
    assert (known['path'], known['frame'], known['time']) == ('a.mp4', 4, 0.4)
    assert [person['id'] for person in known['people']] == [7, None]
    assert frame(4, seconds=0.55).time == 0.55  # of a video whose frames are not equally long


def test_results_in_the_format_of_coco():
    first, second = prediction(ids=np.array([-1, 3])).to_coco(image_id=12)
    assert (first['image_id'], first['category_id'], first['score']) == (12, 1, 0.75)
    assert first['keypoints'] == pytest.approx([8, 10, 0.9, 20, 12, 0.8, 14, 30, 0.7])
    assert first['bbox'] == [8, 10, 12, 20]
    assert (first['filled'], second['filled']) == ([0, 0, 0], [0, 1, 0])
    assert 'track_id' not in first
    assert second['track_id'] == 3
    assert prediction(count=0).to_coco() == []


def test_rows_of_a_table():
    rows = frame(2, ids=np.array([5, 6])).to_rows()
    assert len(rows) == 6
    assert rows[4] == dict(
        path='a.mp4', frame=2, person=1, id=6, person_score=0.5, keypoint='right', x=52.0, y=10.0,
        score=0.5, filled=1,
    )  # fmt: skip


def test_a_data_frame_has_its_columns_also_without_people():
    pytest.importorskip('pandas')
    table = prediction().to_dataframe()
    assert table.groupby('person').x.mean().tolist() == pytest.approx([14, 137 / 3])
    assert table[table.filled == 1].keypoint.tolist() == ['right']
    empty = prediction(count=0).to_dataframe()
    assert list(empty.columns) == list(table.columns)
    assert len(empty) == 0


def test_the_form_of_supervision():
    supervision = pytest.importorskip('supervision', minversion='0.29')
    points = prediction().to_supervision()
    assert isinstance(points, supervision.KeyPoints)
    assert len(points) == 2
    np.testing.assert_array_equal(points.xy, fakes.PEOPLE)
    np.testing.assert_array_equal(points.data['filled'], some_people.FILLED)
    assert len(prediction(count=0).to_supervision()) == 0


def test_what_supervision_is_given(monkeypatch):
    """The package need not be there to see that."""
    package = ModuleType('supervision')
    package.KeyPoints = SimpleNamespace
    monkeypatch.setitem(sys.modules, 'supervision', package)
    given = prediction().to_supervision()
    assert given.xy.shape == (2, 3, 2)
    np.testing.assert_array_equal(given.keypoint_confidence, some_people.KEYPOINT_SCORES)
    np.testing.assert_array_equal(given.detection_confidence, some_people.SCORES)
    np.testing.assert_array_equal(given.visible, ~some_people.FILLED)
    assert given.class_id.tolist() == [0, 0]
    np.testing.assert_array_equal(given.data['filled'], some_people.FILLED)


def test_methods_that_fill_in_nothing_mark_nothing():
    found = Prediction(FOUND_BY_METHODS_THAT_FILL_IN_NOTHING, (64, 48), some_people.NAMES)
    assert found.filled.shape == (2, 3)
    assert not found.filled.any()


def test_the_best_are_those_above_the_threshold_and_the_first_of_them():
    numbered = prediction(ids=np.array([4, 9]))
    assert len(numbered.best(0.5)) == 2
    assert numbered.best(0.51).ids.tolist() == [4]
    assert len(numbered.best(0.76)) == 0
    first = numbered.best(max_people=1)
    assert (len(first), first.ids.tolist(), first.filled.any()) == (1, [4], False)
    assert prediction().best().ids is None


def test_people_are_cut_out_with_a_margin():
    """The first is 12 x 20 pixels large: a tenth of 20 is kept at every side."""
    found = prediction()
    first, second = found.crop()
    np.testing.assert_array_equal(first, found.image[8:33, 6:23])
    np.testing.assert_array_equal(second, found.image[7:37, 37:56])  # a tenth of 23 is 2.3


def test_people_at_the_border_are_cut_out_as_far_as_there_is_a_picture():
    found = prediction()
    for crop in found.crop(margin=100):
        np.testing.assert_array_equal(crop, found.image)
    outside = Poses(
        fakes.PEOPLE + np.array([[[100, 0]], [[0, -100]]], np.float32),
        some_people.KEYPOINT_SCORES,
        some_people.SCORES,
    )
    right, above = Prediction(outside, (64, 48), some_people.NAMES, image=found.image).crop(0)
    np.testing.assert_array_equal(right, found.image[10:31, 63:])
    np.testing.assert_array_equal(above, found.image[:1, 40:53])


def test_a_picture_that_was_not_kept_cannot_be_drawn_or_cut():
    left = prediction().without_image()
    assert left.to_dict() == prediction().to_dict()
    for use in (left.draw, left.crop):
        with pytest.raises(ValueError, match=r'the picture of a\.jpg was not kept'):
            use()


def test_predictions_can_be_compared_and_kept_in_sets():
    """A data class would compare arrays, whose truth is ambiguous; each is equal to itself."""
    one, other = prediction(), prediction()
    assert one == one
    assert one != other
    assert len({one, other}) == 2


def test_what_is_printed_of_a_prediction_is_a_line():
    assert repr(prediction()) == '<Prediction of a.jpg, 64x48: 2 people, best score 0.75>'
    assert repr(prediction(count=0)) == '<Prediction of a.jpg, 64x48: 0 people>'
    assert repr(frame(4)) == '<Prediction of a.mp4, frame 4, 64x48: 2 people, best score 0.75>'


def test_notebooks_show_the_picture_where_it_was_kept():
    data = np.frombuffer(prediction()._repr_jpeg_(), np.uint8)
    drawn = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert drawn.shape == (48, 64, 3)
    assert prediction().without_image()._repr_jpeg_() is None
