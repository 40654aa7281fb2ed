"""Ids of people over the frames of videos, as they come from a network."""

from dataclasses import replace

import fakes
import numpy as np
import pytest
import some_people

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction.sources import Video
from mmpose_ae.prediction.tracking import follow

SIGMAS = [0.05, 0.05, 0.05]
ONE_TAG = np.ones((1, 8), np.float32)


def frame(number, *people, path='a.mp4'):
    """People as (shift in pixels, score), best first."""
    points = np.array([fakes.PEOPLE[0] + [shift, 0] for shift, _ in people], np.float32)
    scores = np.array([score for _, score in people], np.float32)
    poses = Poses(points, np.ones(points.shape[:2], np.float32), scores)
    return replace(some_people.frame(number, path), poses=poses)


def followed(*frames, **options):
    return list(follow(frames, SIGMAS, 0.4, **options))


def test_people_keep_their_numbers_whatever_their_order():
    first, second = followed(frame(0, (0, 0.9), (100, 0.8)), frame(1, (101, 0.9), (1, 0.8)))
    assert first.ids.tolist() == [0, 1] and second.ids.tolist() == [1, 0]
    assert second.image is not None and second.frame == 1


def test_who_fades_is_followed_and_who_is_faint_is_nobody():
    """The second frame shows somebody known with a low score, and a stranger with one."""
    first, second = followed(
        frame(0, (0, 0.9), (300, 0.3)), frame(1, (500, 0.39), (1, 0.25), (900, 0.21))
    )
    assert first.ids.tolist() == [0]
    assert second.ids.tolist() == [0] and second.poses.instance_scores.tolist() == [0.25]


def test_every_video_begins_anew():
    people = [(0, 0.9), (100, 0.8)]
    results = followed(
        frame(0, *people),
        frame(1, *people),
        frame(0, *people, path='b.mp4'),
        frame(0, *people, path='b.mp4'),  # the same video once more
    )
    assert [result.ids.tolist() for result in results] == [[0, 1]] * 4


@pytest.mark.filterwarnings('ignore:pictures of files')
def test_pictures_have_no_numbers():
    with pytest.warns(UserWarning, match='pictures of files are not tracked'):
        (only,) = followed(some_people.prediction())
    assert only.ids is None and only.poses.instance_scores.tolist() == [0.75, 0.5]
    strict = list(follow([some_people.prediction()], SIGMAS, 0.6))
    assert len(strict[0]) == 1


@pytest.mark.filterwarnings('ignore:pictures of files')
def test_pictures_in_memory_are_frames_until_one_of_a_file_comes():
    first, second, other, third = followed(
        *(
            replace(frame(0, *people, path=path), frame=None, video=None)
            for path, people in (
                (None, [(0, 0.9), (100, 0.8)]),
                (None, [(101, 0.9), (1, 0.8)]),
                ('a.jpg', [(0, 0.9)]),
                (None, [(1, 0.9)]),
            )
        )
    )
    assert first.ids.tolist() == [0, 1] and second.ids.tolist() == [1, 0]
    assert other.ids is None and third.ids.tolist() == [0]


def test_the_tags_of_keypoints_are_those_of_who_is_followed():
    faint = replace(frame(0, (0, 0.9), (300, 0.3), (600, 0.8)), keypoint_tags=np.arange(3.0))
    (known,) = followed(faint)
    assert known.ids.tolist() == [0, 1] and known.keypoint_tags.tolist() == [0, 2]


def test_smoothed_people_move_less():
    frames = [frame(number, (2 * (number % 2), 0.9)) for number in range(8)]
    plain, smooth = followed(*frames), followed(*frames, smooth=True)
    ways = [
        np.ptp([result.poses.keypoints[0, 0, 0] for result in results[2:]])
        for results in (plain, smooth)
    ]
    assert ways[0] == pytest.approx(2) and ways[1] < ways[0]
    assert frames[1].poses.keypoints[0, 0, 0] == fakes.PEOPLE[0, 0, 0] + 2  # as it was given


def test_options_of_the_tracker_can_be_given():
    frames = [frame(0, (0, 0.9)), frame(9, (0, 0.9))]
    assert followed(*frames)[1].ids.tolist() == [0]
    assert followed(*frames, options=dict(memory=2))[1].ids.tolist() == [1]


def test_tags_over_time_are_remembered_for_three_seconds():
    """Of a film of 20 frames per second; without such tags 30 frames, and by options as many."""

    def comes_back(gone, tags=ONE_TAG, **options):
        people = [replace(frame(n, (0, 0.9)), video=Video('a.mp4', 20)) for n in (0, gone + 1)]
        tagged = [replace(each, poses=replace(each.poses, tags=tags)) for each in people]
        return followed(*tagged, **options)[1].ids.tolist() == [0]

    assert comes_back(60, tags_over_time=True) and not comes_back(61, tags_over_time=True)
    assert comes_back(30) and not comes_back(31)
    assert not comes_back(31, tags=None, tags_over_time=True)  # a file that keeps its tags
    assert not comes_back(31, tags_over_time=True, options=dict(memory=30))


def test_by_colors_people_are_remembered_for_three_seconds_whatever_their_tags():
    """Who is hidden turns up at the place of somebody else, in a film of 20 frames per second."""

    def seen(number, colors):
        given = frame(number, (0, 0.9), (40, 0.8))
        image = np.zeros((200, 200, 3), np.uint8)
        for person, color in zip(given.poses.keypoints, colors):
            for x, y in person.astype(int):
                image[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] = color
        tags = np.array([[0.0], [9.0]], np.float32)
        poses = replace(given.poses, tags=tags)
        return replace(given, poses=poses, image=image, video=Video('a.mp4', 20))

    def comes_back(gone, **options):
        frames = [seen(0, (250, 20)), seen(gone + 1, (20, 250))]
        return followed(*frames, **options)[1].ids.tolist()

    assert comes_back(60, options=dict(colors={})) == [1, 0]
    assert comes_back(61, options=dict(colors={})) == [2, 3]
    assert comes_back(30) == [0, 1]
    assert comes_back(31, options=dict(colors=None)) == [2, 3]  # as without them
    assert comes_back(30, options=dict(colors={}, memory=20)) == [2, 3]
