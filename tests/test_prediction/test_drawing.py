"""People on a picture."""

import fakes
import numpy as np
import some_people
from some_people import prediction

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction
from mmpose_ae.prediction.drawing import draw_people, line_width, person_colors

BLANK = np.zeros((48, 64, 3), np.uint8)


def pixels(drawn, point):
    """The nine pixels at a point."""
    x, y = np.round(point).astype(int)
    return drawn[y - 1 : y + 2, x - 1 : x + 2]


def test_colors_are_those_of_numbers_and_all_different():
    colors = person_colors(range(256))
    assert len(set(colors)) == 256
    assert person_colors([3, 259, 3]) == [colors[3]] * 3


def test_keypoints_are_drawn_in_the_color_of_their_person():
    drawn = draw_people(BLANK, prediction(), keypoint_threshold=0.0)
    for person, color in zip(fakes.PEOPLE, person_colors([0, 1])):
        assert (drawn[tuple(np.round(person[0]).astype(int)[::-1])] == color).all()
        middle = (person[0] + person[2]) / 2  # of a limb
        assert pixels(drawn, middle).any()
    assert not BLANK.any()


def test_what_is_filled_in_or_hardly_seen_is_not_drawn():
    """Of the second person the right keypoint is filled in, and the top one has a score of 0.25."""
    drawn = draw_people(BLANK, prediction(), keypoint_threshold=0.3)
    left, right, top = fakes.PEOPLE[1]
    assert pixels(drawn, left).any()
    assert not pixels(drawn, right).any()
    assert not pixels(drawn, top).any()
    assert not pixels(drawn, (left + top) / 2).any()


def test_keypoints_that_were_not_found_are_never_drawn():
    nothing = Poses(fakes.PEOPLE, np.zeros((2, 3), np.float32), some_people.SCORES)
    found = Prediction(nothing, (64, 48), some_people.NAMES, some_people.SKELETON, ids=np.arange(2))
    assert not draw_people(BLANK, found, keypoint_threshold=0.0).any()


def test_the_best_is_on_top():
    one = fakes.PEOPLE[[0, 0]]
    scores = np.ones((2, 3), np.float32)
    found = Prediction(Poses(one, scores, some_people.SCORES), (64, 48), some_people.NAMES)
    (best, _), (x, y) = person_colors([0, 1]), one[0, 0].astype(int)
    assert (draw_people(BLANK, found)[y, x] == best).all()


def test_numbers_over_frames_give_the_color_and_are_written():
    plain = draw_people(BLANK, prediction())
    tracked = draw_people(BLANK, prediction(ids=np.array([1, -1])))
    x, y = fakes.PEOPLE[0, 2].astype(int)
    assert (tracked[y, x] == person_colors([1])[0]).all()
    assert (tracked[:10] != plain[:10]).any()  # the number above the first
    np.testing.assert_array_equal(tracked[:, 36:].any(-1), plain[:, 36:].any(-1))


def test_people_far_outside_and_pictures_of_a_pixel_do_not_matter():
    far = fakes.PEOPLE.copy()
    far[0, 0], far[1, 1] = [-1e12, 5], [np.float32(3e9), -3e9]
    found = Prediction(
        Poses(far, np.ones((2, 3), np.float32), some_people.SCORES),
        (64, 48), some_people.NAMES, some_people.SKELETON, ids=np.arange(2),
    )  # fmt: skip
    assert draw_people(BLANK, found).shape == (48, 64, 3)
    assert draw_people(BLANK[:1, :1], found).shape == (1, 1, 3)


def test_lines_are_fine_on_small_people_and_in_small_pictures():
    large, small = np.array([0, 0, 900, 900]), np.array([0, 0, 60, 90])
    assert line_width((3000, 3000), large) == 11  # of the side, 10 + 1; of the person, 22
    assert line_width((3000, 3000), small) == 2
    assert line_width((300, 300), large) == 2
    assert line_width((10, 10), np.zeros(4)) == 1
