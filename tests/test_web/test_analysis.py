"""What a model says of an upload is looked at by any thresholds without asking it again."""

import json
from itertools import count

import cv2
import numpy as np
import pytest
from test_uploads import write_clip

from mmpose_ae.prediction.drawing import person_colors
from mmpose_ae.web.analysis import Thresholds, analyze, draw_tags
from mmpose_ae.web.choices import Choice, Models
from mmpose_ae.web.uploads import Limits

CODEC = 10  # what compression changes of a gray
LIMITS = Limits(megapixels=1, frames=8)
ALL = Thresholds(0, 0.3)
"""Everybody, and whose keypoints were seen."""


@pytest.fixture(scope='module')
def predictor(perfect_model):
    choice = Choice('perfect', str(perfect_model.config), str(perfect_model.checkpoint))
    return Models([choice], device='cpu').load('perfect').predictor


@pytest.fixture
def picture(perfect_model, predictor):
    return analyze(str(perfect_model.image), predictor, LIMITS)


@pytest.fixture
def video(predictor, tmp_path):
    return analyze(write_clip(tmp_path / 'clip.mp4', 4, (64, 64)), predictor, LIMITS)


def test_the_tags_under_the_keypoints(picture):
    """Those of the maps: 0 of one person, 5 of the other."""
    people = picture.people(0, ALL)
    means = people.poses.tags[:, 0]
    np.testing.assert_array_equal(sorted(means), [0, 5])
    expected = np.broadcast_to(means[:, None, None], (2, 17, 1))
    np.testing.assert_array_equal(people.keypoint_tags, expected)


def test_the_plot_of_the_tags(picture):
    people = picture.people(0, ALL)
    (axes,) = draw_tags(people, 0.3).axes
    for person, points in enumerate(axes.collections):
        x, y = points.get_offsets().T
        np.testing.assert_array_equal(x, people.poses.tags[person, 0])
        np.testing.assert_array_equal(y, np.arange(17))
        color = np.array(person_colors([person])[0])[::-1] / 255
        np.testing.assert_allclose(points.get_facecolors()[0, :3], color)
    assert draw_tags(people, 1.1) is None


def test_without_people_there_is_no_plot(picture):
    assert draw_tags(picture.people(0, Thresholds(1.1, 0)), 0) is None


def test_thresholds_choose_people(picture):
    least, most = sorted(picture.predictions[0].poses.instance_scores)
    assert len(picture.people(0, ALL)) == 2
    assert len(picture.people(0, Thresholds(np.nextafter(least, 1), 0))) == (least < most)
    assert len(picture.people(0, Thresholds(1.1, 0))) == 0


def test_json_is_that_of_predict(picture, perfect_model):
    written = json.loads(picture.write_json(ALL).read_text())
    assert written['schema'] == 'mmpose_ae people 1'
    (image,) = written['images']
    assert image == dict(picture.predictions[0].to_dict(), path=perfect_model.image.name)
    again = json.loads(picture.write_json(Thresholds(1.1, 0)).read_text())
    assert (again['score_threshold'], again['images'][0]['people']) == (1.1, [])


def test_frames_are_read_again(video):
    """Frame n of four is of the gray n / 3; nothing is drawn on it where no keypoint is good."""
    assert video.is_video
    assert all(prediction.image is None for prediction in video.predictions)
    for number in (2, 0, 3):
        drawn = video.people(number, ALL).draw(1.1)
        np.testing.assert_allclose(drawn, 255 * number / 3, atol=CODEC)


def test_a_video_is_drawn(video):
    path = video.write_video(Thresholds(0, 1.1))
    capture = cv2.VideoCapture(str(path))
    grays = [capture.read()[1].mean() for _ in range(4)]
    assert not capture.read()[0]
    np.testing.assert_allclose(grays, [0, 85, 170, 255], atol=CODEC)
    assert capture.get(cv2.CAP_PROP_FPS) == 10


def test_files_go_with_the_analysis(picture):
    path = picture.write_json(ALL)
    assert path.exists()
    picture.folder.cleanup()
    assert not path.exists()


def test_a_video_that_is_longer_than_its_head_says(predictor, monkeypatch, tmp_path):
    monkeypatch.setattr('mmpose_ae.web.analysis.check_upload', lambda *_: 1)
    path = write_clip(tmp_path / 'long.mp4', 9, (64, 64))
    with pytest.raises(ValueError, match='long.mp4 has 9 frames or more; at most 8'):
        analyze(path, predictor, LIMITS)


def test_progress_is_followed(predictor, tmp_path):
    seen = count()

    def follow(frames, total):
        assert total == 4
        return (frame for frame, _ in zip(frames, seen))

    analyze(write_clip(tmp_path / 'clip.mp4', 4, (64, 64)), predictor, LIMITS, follow)
    assert next(seen) == 4


def test_a_truncated_picture(predictor, perfect_model, tmp_path):
    whole = perfect_model.image.read_bytes()
    (tmp_path / 'cut.png').write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r'cut\.png'):
        analyze(str(tmp_path / 'cut.png'), predictor, LIMITS)
