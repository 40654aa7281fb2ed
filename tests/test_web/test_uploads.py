"""What may be dropped on the page is told from what may not before a network sees it."""

import cv2
import numpy as np
import pytest
from PIL import Image

from mmpose_ae.web.uploads import Limits, check_upload

LIMITS = Limits(megapixels=0.01, frames=5)


def write_clip(path, frames, size=(32, 24)):
    """Write a video of gray frames, each of another gray."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 10, size)
    for gray in np.linspace(0, 255, frames):
        writer.write(np.full((size[1], size[0], 3), gray, np.uint8))
    writer.release()
    return str(path)


def test_pictures_and_videos_are_taken(tmp_path):
    Image.new('CMYK', (100, 100)).save(tmp_path / 'a.JPG', 'JPEG')
    assert check_upload(str(tmp_path / 'a.JPG'), LIMITS) == 1
    assert check_upload(write_clip(tmp_path / 'a.mp4', 5), LIMITS) == 5


def test_too_many_pixels(tmp_path):
    Image.new('L', (101, 100)).save(tmp_path / 'a.png')
    with pytest.raises(ValueError, match=r'^a.png is 101x100 pixels; at most 0.01 million'):
        check_upload(str(tmp_path / 'a.png'), LIMITS)
    with pytest.raises(ValueError, match=r'^a.mp4 is 128x96 pixels'):
        check_upload(write_clip(tmp_path / 'a.mp4', 1, (128, 96)), LIMITS)


def test_more_pixels_than_pillow_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 1000)
    Image.new('1', (50, 50)).save(tmp_path / 'a.png')
    with pytest.raises(ValueError, match='cannot be read as a picture: .*2500 pixels'):
        check_upload(str(tmp_path / 'a.png'), LIMITS)


def test_too_many_frames(tmp_path):
    with pytest.raises(ValueError, match='^a.mp4 has 6 frames or more; at most 5'):
        check_upload(write_clip(tmp_path / 'a.mp4', 6), LIMITS)


def test_frames_are_counted_where_the_head_is_wrong(tmp_path, monkeypatch):
    """Recordings of browsers do not say how many they have, and OpenCV guesses."""

    class Guessing:
        def __init__(self, path):
            self.file = capture(path)

        def get(self, field):
            return 33 if field == cv2.CAP_PROP_FRAME_COUNT else self.file.get(field)

        def __getattr__(self, name):
            return getattr(self.file, name)

    capture = cv2.VideoCapture
    files = [write_clip(tmp_path / f'{count}.mp4', count) for count in (4, 5, 6)]
    monkeypatch.setattr(cv2, 'VideoCapture', Guessing)
    assert [check_upload(path, LIMITS) for path in files[:2]] == [4, 5]
    with pytest.raises(ValueError, match='^6.mp4 has 6 frames or more; at most 5'):
        check_upload(files[2], LIMITS)


@pytest.mark.parametrize('name', ['list.txt', 'none', 'a.svg'])
def test_other_kinds(name, tmp_path):
    """A list of names, above all, which would open any file of the computer."""
    (tmp_path / name).write_text('/etc/hosts')
    with pytest.raises(ValueError, match=f'^{name} is neither a picture nor a video.*[.]jpg'):
        check_upload(str(tmp_path / name), LIMITS)


@pytest.mark.parametrize('name', ['a.jpg', 'a.png', 'a.mp4'])
@pytest.mark.parametrize('content', ['', 'text'])
def test_what_is_not_what_its_name_says(name, content, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=f'{name} cannot be (read as a picture|opened as a video)'):
        check_upload(str(tmp_path / name), LIMITS)
