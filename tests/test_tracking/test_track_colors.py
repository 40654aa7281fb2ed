"""Colors under keypoints: read at their places, compared over those known of both, remembered."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.tracking import Tracker
from mmpose_ae.tracking.colors import ColorCue, keypoint_colors

RED, BLUE = (0, 0, 255), (255, 0, 0)


@pytest.fixture
def paint(people):
    """Make people, and a picture in which everything near them has their color."""

    def paint(*places, colors=(), **options):
        poses = people(*places, **options)
        image = np.zeros((120, 200, 3), np.uint8)
        for person, color in zip(poses.keypoints, colors):
            (left, top), (right, bottom) = person.min(0).astype(int), person.max(0).astype(int)
            image[max(top - 1, 0) : bottom + 2, max(left - 1, 0) : right + 2] = color
        return poses, image

    return paint


def follow(frames, **options):
    tracker = Tracker(sigmas=[0.1] * 5, tag_scale=None, **options)
    return [tracker.update(poses, image=image).ids.tolist() for poses, image in frames]


def test_a_color_is_the_mean_around_the_keypoint_that_was_found():
    """Pixel (x, y) of a slope is x + 10 y in one channel; rounding of 4.6 and 2.4 is to 5 and 2."""
    image = np.zeros((8, 12, 3), np.uint8)
    image[..., 1] = np.arange(12) + 10 * np.arange(8)[:, None]
    points = np.array([[[4.6, 2.4], [0, 0], [12, 3], [-0.6, 3], [5, 5], [6, 6]]], np.float32)
    scores = np.array([[1, 1, 1, 1, 0, 1]], np.float32)
    filled = np.array([[False] * 5 + [True]])
    poses = Poses(points, scores, np.ones(1, np.float32), filled=filled)
    (colors,) = keypoint_colors(image, poses)
    assert colors.dtype == np.float32 and colors.shape == (6, 3)
    np.testing.assert_allclose(colors[0] * 255, [0, 25, 0], rtol=1e-6)
    # At the edge pixels are repeated: 0, 0, 1 in x and 0, 0, 10 in y.
    np.testing.assert_allclose(colors[1] * 255, [0, 11 / 3, 0], rtol=1e-6)
    assert np.isnan(colors[2:]).all()


def test_how_alike_colors_are():
    """By hand: distances 0.3 and 0.5 of two keypoints, of which a person knows one or both."""
    nan = [np.nan] * 3
    people = np.array([[[0.3, 0, 0], [0, 0.3, 0.4]], [[0.3, 0, 0], nan], [nan, nan]])
    tracks = np.array([[[0, 0, 0], [0, 0, 0]], [nan, [0, 0, 0]]])
    cue = ColorCue(scale=0.4, hidden_scale=0.2)
    distance = np.array([[0.4, 0.5], [0.3, 0], [0, 0]])
    for seen in ([True, False], [False, True]):
        scale = np.where(seen, 0.4, 0.2)
        expected = np.exp(-(distance**2) / (2 * scale**2))
        np.testing.assert_allclose(cue.compare(people, tracks, np.array(seen)), expected)


@pytest.mark.parametrize('sightings, part', [(2, 0.5), (4, 0.25), (9, 0.25)])
def test_what_is_remembered_of_colors(sightings, part):
    """A quarter of the new one, but of the first sightings each tells as much."""
    nan = [np.nan] * 3
    old, new = (np.array(v) for v in ([[0.0] * 3, nan, [1.0] * 3], [[1.0] * 3, [0.5] * 3, nan]))
    mixed = ColorCue(weight=0.25).mix(old, new, sightings)
    np.testing.assert_array_equal(mixed, [[part] * 3, [0.5] * 3, [1.0] * 3])


def test_who_comes_back_is_known_by_the_colors(paint, people):
    """Two who are hidden together, and come back in each other's place; in any light of red."""
    gone = (people(), np.zeros((120, 200, 3), np.uint8))
    places = (50, 40), (90, 40)
    frames = [
        paint(*places, colors=[RED, BLUE]),
        *[gone] * 5,
        paint(*places, colors=[BLUE, (0, 0, 220)]),
    ]
    wide = dict(drift=0.2, similarity=0.03)
    assert follow(frames, colors={}, **wide)[-1] == [1, 0]
    assert follow(frames, **wide)[-1] == [0, 1]
    assert follow(frames, colors=dict(hidden_scale=9.0), **wide)[-1] == [0, 1]


def test_a_stranger_is_nobody_who_was_there(paint, people):
    gone = (people(), np.zeros((120, 200, 3), np.uint8))
    frames = [paint((50, 40), colors=[RED]), gone, paint((50, 40), colors=[BLUE])]
    assert follow(frames, colors={})[-1] == [1] and follow(frames)[-1] == [0]


def test_without_an_image_colors_cannot_be_compared(people):
    tracker = Tracker(sigmas=[0.1] * 5, colors={})
    with pytest.raises(ValueError, match='frame 0 must come with its image'):
        tracker.update(people((50, 40)))
    gray = np.zeros((120, 200), np.uint8)
    with pytest.raises(ValueError, match=r'of uint8, got \(120, 200\) of uint8'):
        tracker.update(people((50, 40)), image=gray)
    for wrong, shape in ((np.zeros((0, 0, 3), np.uint8), r'\(0, 0, 3\)'), ([1, 2], r'\(2,\)')):
        with pytest.raises(ValueError, match=f'of uint8, got {shape}'):
            tracker.update(people((50, 40)), image=wrong)


@pytest.mark.parametrize(
    'colors, error, message',
    [
        (False, ValueError, 'colors must be a dict of options, {} for all defaults, got False'),
        (True, ValueError, 'colors must be a dict of options'),
        ('yes', ValueError, "got 'yes'"),
        (dict(scale=np.inf), ValueError, 'scale of colors must be'),
        (dict(scale=0), ValueError, 'scale of colors must be'),
        (dict(hidden_scale=-1), ValueError, 'hidden_scale of colors must be'),
        (dict(weight=1.5), ValueError, 'weight of colors must be'),
        (dict(size=3), TypeError, 'colors has no option size'),
    ],
)
def test_options_out_of_range(sigmas, colors, error, message):
    with pytest.raises(error, match=message):
        Tracker(sigmas=sigmas, colors=colors)
