"""Pictures and videos that are opened and looked at, and the window."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import cv2
import fakes
import numpy as np
import pytest
from some_people import NAMES, SKELETON, frame, prediction

from mmpose_ae.prediction import Video
from mmpose_ae.prediction.outputs import Header, check_outputs, open_outputs

HEADER = Header('small', NAMES, SKELETON, 0.2, 0.3)


@pytest.fixture
def pictures(tmp_path):
    (output,) = open_outputs(['pictures'], tmp_path, HEADER)
    return output


def film(name='a.mp4', count=3, fps=12.5, live=False):
    """The frames of a video."""
    video = Video(name, fps, live)
    return [replace(frame(n, name), video=video) for n in range(count)]


def look(path):
    """Frames, rate and size of a video."""
    capture = cv2.VideoCapture(str(path))
    fps = capture.get(cv2.CAP_PROP_FPS)
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    return frames, fps


def test_pictures_are_drawn_and_none_is_written_over(pictures, tmp_path):
    pictures.fail('broken.jpg', None, 'it is broken')
    smooth = replace(prediction(), image=fakes.spots())
    for path in ('x/a.jpg', 'y/a.png', None):
        pictures.write(replace(smooth, path=path))
    paths = pictures.close()
    assert [path.name for path in paths] == ['a.jpg', 'a-2.jpg', 'picture.jpg']
    drawn = smooth.draw(0.3).astype(float)
    for path in paths:
        assert np.abs(cv2.imread(str(path)) - drawn).mean() < 5


def test_a_video_has_the_frames_rate_and_size_of_its_source(pictures):
    for each in film():
        pictures.write(each)
    (path,) = pictures.close()
    assert path.name == 'a.mp4'
    frames, fps = look(path)
    assert (len(frames), fps) == (3, 12.5)
    assert frames[0].shape == (48, 64, 3)


def test_a_video_is_finished_when_the_next_source_begins(pictures, tmp_path):
    """A folder of thousands does not keep them all open; one that comes twice is two."""
    for each in film(count=2):
        pictures.write(each)
    pictures.write(prediction())
    assert len(look(tmp_path / 'videos/a.mp4')[0]) == 2
    for each in [*film(count=4), *film('x/a.mp4', count=1)]:
        pictures.write(each)
    paths = pictures.close()
    assert [path.name for path in paths] == ['a.mp4', 'a.jpg', 'a-2.mp4', 'a-3.mp4']
    assert [len(look(path)[0]) for path in paths if path.suffix == '.mp4'] == [2, 4, 1]


def test_frames_of_another_size_are_resized(pictures):
    first, second = film('rtsp://host/stream', 2, live=True)
    large = fakes.image((96, 80))
    pictures.write(first)
    pictures.write(replace(second, image=large, size=(96, 80)))
    frames, _ = look(*pictures.close())
    assert [each.shape for each in frames] == [(48, 64, 3)] * 2


def test_videos_of_odd_sizes_can_be_written(pictures):
    (only,) = film(count=1)
    bright = np.zeros((47, 63, 3), np.uint8)
    bright[32:, 48:] = 255
    pictures.write(replace(only.take([]), image=bright, size=(63, 47)))
    ((written,), _) = look(*pictures.close())
    assert written.shape == (48, 64, 3)  # nothing is lost of the picture
    assert written[36:, 52:].min() > 200 and written[:28].max() < 50


@pytest.mark.parametrize('times, shown', [
    ([0, 0.1, 0.2, 0.7, 0.8], [0, 1, 2, 2, 2, 2, 2, 3, 4]),
    ([0, 0.13, 0.17, 0.32, 0.4], [0, 1, 2, 3, 4]),  # trembling alone changes nothing
    ([0.2, 0.3], [0, 0, 0, 1]),
    ([0, 0.1, 0.11, 0.12, 0.5, 0.6], [0, 1, 2, 2, 2, 4, 5]),
])  # fmt: skip
def test_a_video_of_frames_of_unequal_length_keeps_its_times(pictures, recwarn, times, shown):
    """At ten frames per second; told by how gray each is."""
    for number, (each, seconds) in enumerate(zip(film(count=len(times), fps=10), times)):
        gray = np.full((48, 64, 3), 40 * number, np.uint8)
        pictures.write(replace(each.take([]), image=gray, seconds=seconds))
    frames, fps = look(*pictures.close())
    assert [round(each.mean() / 40) for each in frames] == shown and fps == 10
    lost = len(set(range(len(times))) - set(shown))
    said = [str(each.message) for each in recwarn if 'came faster' in str(each.message)]
    assert len(said) == (lost > 0)
    assert all(f'a.mp4 has 10 frames per second: {lost} frames that came' in each for each in said)


def test_what_cannot_be_written_is_named(pictures, monkeypatch):
    monkeypatch.setattr(cv2, 'imwrite', lambda *args: False)
    with pytest.raises(OSError, match=r'pictures/a\.jpg cannot be written'):
        pictures.write(prediction())
    (only,) = film(count=1)
    with pytest.raises(OSError, match=r'videos/a\.mp4 cannot be written as a video of 8192x16'):
        pictures.write(replace(only, image=fakes.image((8192, 16)), size=(8192, 16)))


@pytest.fixture
def screen(tmp_path, monkeypatch):
    """A window, what is done to it, the keys that are pressed, and how often it is still open."""
    screen = SimpleNamespace(did=[], keys=[], looks=100)

    def show(*args):
        screen.did.append('imshow')

    def wait(milliseconds):
        screen.did.append(milliseconds)
        return screen.keys.pop(0) if screen.keys else -1

    def is_open(*args):
        screen.looks -= 1
        return float(screen.looks >= 0)

    for name in ('namedWindow', 'destroyAllWindows'):
        monkeypatch.setattr(cv2, name, lambda *args, name=name: screen.did.append(name))
    for name, function in dict(imshow=show, waitKey=wait, getWindowProperty=is_open).items():
        monkeypatch.setattr(cv2, name, function)
    (screen.window,) = open_outputs(['window'], tmp_path, HEADER)
    return screen


def test_the_window_shows_pictures_till_a_key_and_plays_videos(screen):
    screen.window.fail('broken.jpg', None, 'it is broken')
    screen.keys[:] = -1, -1, ord(' ')
    screen.window.write(prediction())
    screen.window.write(frame(0))
    assert screen.window.close() == []
    assert screen.did == [
        'namedWindow', 'imshow', 30, 30, 30, 'imshow', 1, 'destroyAllWindows',
    ]  # fmt: skip


@pytest.mark.parametrize('shown', [prediction, lambda: frame(0)], ids=['picture', 'video'])
def test_the_window_ends_the_run(screen, shown):
    for key in (27, ord('q')):
        screen.keys[:] = [key]
        with pytest.raises(KeyboardInterrupt):
            screen.window.write(shown())
    screen.looks = 0  # closed by its button
    with pytest.raises(KeyboardInterrupt):
        screen.window.write(shown())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(ValueError, match=r'the folder .*file/a cannot be made: Not a directory'):
        open_outputs(['pictures'], tmp_path / 'file/a', HEADER)


def test_where_there_is_no_screen_that_is_said(tmp_path, monkeypatch):
    def refuse(*args):
        raise cv2.error('no GTK')

    monkeypatch.setattr(cv2, 'namedWindow', refuse)
    for start in (partial(open_outputs, folder=tmp_path, header=HEADER), check_outputs):
        with pytest.raises(OSError, match='there is no screen, or OpenCV is the headless build'):
            start(['window'])
