"""Crowds that are drawn: colors, widths, and numbers that can be read."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction
from mmpose_ae.prediction.drawing import contrasting, draw_people, line_width, person_colors
from mmpose_ae.prediction.labels import Label, write_labels

GRAY = 128


def crowd(count, size=(1000, 750), height=200.0, ids=None):
    """People side by side, each an upright line between two keypoints."""
    x = np.linspace(0.1, 0.9, count) * size[0]
    points = np.empty((count, 2, 2), np.float32)
    points[:, :, 0] = x.round()[:, None]
    points[:, :, 1] = size[1] // 2 + np.array([-height / 2, height / 2])
    poses = Poses(points, np.ones((count, 2), np.float32), np.linspace(1, 0.5, count))
    return Prediction(poses, size, ('top', 'bottom'), ((0, 1),), ids=ids)


def draw(found):
    return draw_people(np.full((*found.size[::-1], 3), GRAY, np.uint8), found)


def color_across(drawn, found, person):
    """The row of pixels across the middle of a person's line, and the color in its middle."""
    x, y = found.poses.keypoints[person].mean(0).round().astype(int)
    return drawn[y], tuple(drawn[y, x].tolist())


@pytest.mark.parametrize('count', [13, 30, 100])
def test_everybody_has_another_color(count):
    found = crowd(count)
    drawn = draw(found)
    colors = [color_across(drawn, found, n)[1] for n in range(count)]
    assert colors == person_colors(range(count)) and len(set(colors)) == count
    distances = np.abs(np.subtract.outer(colors, colors).diagonal(axis1=1, axis2=3)).sum(-1)
    assert distances[~np.eye(count, dtype=bool)].min() >= 20  # of blue, green and red together


def test_ids_keep_their_color_over_frames():
    rng = np.random.default_rng(0)
    seen = {}
    for _ in range(5):
        ids = rng.choice(400, 20, replace=False)
        found = crowd(20, ids=ids)
        drawn = draw(found)
        for n, number in enumerate(ids):
            color = color_across(drawn, found, n)[1]
            assert seen.setdefault(number, color) == color
    assert len(seen) > 60


@pytest.mark.parametrize('size, height, width', [
    ((192, 144), 40, 1), ((1000, 750), 200, 4), ((4000, 3000), 800, 11), ((4000, 3000), 80, 2),
])  # fmt: skip
def test_lines_are_as_wide_as_the_picture_and_the_person_ask_for(size, height, width):
    found = crowd(2, size, height)
    assert line_width(size, found.poses.boxes[0]) == width
    row, color = color_across(draw(found), found, 0)
    assert width <= (row == color).all(-1).sum() <= width + 2  # as OpenCV has it
    touched = (row[: size[0] // 2] != GRAY).any(-1).sum()
    assert touched <= (3 if width == 1 else 1.5 * width + 5)  # the thinnest have no rim


def test_rims_and_numbers_stand_out():
    assert contrasting((255, 255, 255)) == contrasting((0, 255, 255)) == (0, 0, 0)
    assert contrasting((0, 0, 0)) == contrasting((120, 0, 60)) == (255, 255, 255)
    for number in range(40):
        color = person_colors([number])[0]
        assert abs(np.dot(np.subtract(contrasting(color), color), (0.114, 0.587, 0.299))) > 100


def plates(places, size=(400, 300)):
    """Pixels of the plate of each of some labels, written one after the other."""
    canvas = np.full((*size[::-1], 3), GRAY, np.uint8)
    labels = [
        Label(f'{n:02}', np.array([place, np.add(place, [0, 90])]), (n + 1, 0, 0), (n + 1, 0, 0))
        for n, place in enumerate(places)
    ]
    write_labels(canvas, labels)
    return [np.argwhere((canvas == (n + 1, 0, 0)).all(-1)) for n in range(len(places))]


def test_numbers_do_not_cover_one_another():
    (alone,) = plates([(200, 100)])
    together = plates([(200 + n % 3, 100 - n % 2) for n in range(12)])
    areas = np.array([len(plate) for plate in together])
    assert (areas == len(alone)).all()
    middles = np.array([plate.mean(0)[::-1] for plate in together])
    assert np.abs(middles - [200, 100]).max() < 60  # still near the person
    np.testing.assert_array_equal(together[0], alone)  # the best has the first place


def test_numbers_stay_in_the_picture():
    size = (400, 300)
    (inside,) = plates([(200, 100)])
    for place in [(-50, -50), (0, 0), (399, 0), (0, 299), (399, 299), (1e9, 1e9)]:
        (plate,) = plates([place], size)
        assert len(plate) == len(inside) or max(np.abs(place)) > 1e6  # a larger person


def test_more_numbers_than_room_are_all_written_somewhere():
    assert len(plates([(20, 15)] * 60, (40, 30))) == 60
