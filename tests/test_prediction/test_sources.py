"""Every kind of source: what is found, and what is said of what cannot be."""

import io
import os
import socket
import sys
import warnings
from itertools import repeat
from pathlib import Path

import cv2
import fakes
import numpy as np
import pytest
import torch
from PIL import Image
from serving import serve

from mmpose_ae.datasets.transforms import LoadImage
from mmpose_ae.prediction import open_source
from mmpose_ae.prediction.listing import list_names
from mmpose_ae.prediction.sources import Video, _tell_time

FPS = 12.5


def write_video(path, frames=3, fps=FPS, size=fakes.INPUT_SIZE):
    """A video whose frames get lighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), fps, size)
    for n in range(frames):
        writer.write(np.full((*size[::-1], 3), 40 * n, np.uint8))
    writer.release()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Pictures, a video and other files, with a folder below; it is where the process is."""
    monkeypatch.chdir(tmp_path)
    Path('in/below').mkdir(parents=True)
    for name in ('in/b.png', 'in/a.JPG', 'in/below/c.bmp'):
        cv2.imwrite(name, fakes.image())
    write_video('in/d.mp4')
    Path('in/notes.txt').write_text('b.png\n\n  below/c.bmp  \nabsent.png\n')
    Path('in/other.json').write_text('{}')
    return Path('in')


def names(source):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of what is left out, see test_listing.py
        found = list(list_names(str(source)))
    return [name.replace(os.sep, '/') for name in found]


def test_a_folder_has_its_pictures_and_videos_in_order(folder):
    assert names(folder) == ['in/a.JPG', 'in/b.png', 'in/d.mp4']


def test_patterns(folder):
    assert names('in/*.png') == ['in/b.png']
    assert names('in/**/*.[bp][mn][pg]') == ['in/b.png', 'in/below/c.bmp']
    assert names('in/*') == ['in/a.JPG', 'in/b.png', 'in/d.mp4']  # what is not seen is left out
    assert names('in/**') == ['in/a.JPG', 'in/b.png', 'in/below/c.bmp', 'in/d.mp4']


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    cv2.imwrite('in/[1].png', fakes.image())
    assert names('in/[1].png') == ['in/[1].png']


def test_a_list_names_files_beside_it(folder):
    assert names('in/notes.txt') == ['in/b.png', 'in/below/c.bmp', 'absent.png']


def test_lists_from_windows_are_read(folder):
    Path('in/notes.txt').write_bytes('\ufeffb.png\r\nbelow\r\n'.encode())
    assert names('in/notes.txt') == ['in/b.png', 'in/below/c.bmp']


def test_standard_input_is_a_list(folder, monkeypatch):
    monkeypatch.setattr('sys.stdin', io.StringIO('in/b.png\nin/below\n'))
    assert names('-') == ['in/b.png', 'in/below/c.bmp']


def test_several_sources_one_after_the_other(folder):
    found = list(open_source(['in/b.png', Path('in/below'), fakes.image()]))
    assert [picture.path for picture in found] == ['in/b.png', 'in/below/c.bmp', None]
    assert found[2].image.shape == (48, 64, 3)


def test_a_video_is_its_frames(folder):
    frames = list(open_source('in/d.mp4'))
    assert [(each.path, each.frame) for each in frames] == [('in/d.mp4', n) for n in range(3)]
    assert {each.video for each in frames} == {Video('in/d.mp4', FPS)}
    assert [each.image.mean() for each in frames] == pytest.approx([0, 40, 80], abs=3)


class Capture:
    """Says that there are more frames than come, or that they are longer."""

    count, seconds = 0, None

    def __init__(self, name):
        self._capture = OPENCV(name)
        self.read, self.release = self._capture.read, self._capture.release

    def get(self, what):
        if what == cv2.CAP_PROP_POS_MSEC and self.seconds is not None:
            return 1000 * self.seconds
        return self.count if what == cv2.CAP_PROP_FRAME_COUNT else self._capture.get(what)


OPENCV = cv2.VideoCapture


@pytest.fixture
def capture(monkeypatch):
    monkeypatch.setattr(cv2, 'VideoCapture', Capture)
    return monkeypatch


@pytest.mark.parametrize('count', [4, 6])
def test_a_few_frames_less_are_a_warning(folder, capture, count):
    """What containers say of their length is not exact."""
    capture.setattr(Capture, 'count', count)
    with pytest.warns(UserWarning, match=rf'in/d\.mp4 ends after 3 of {count} frames'):
        assert [each.error for each in open_source('in/d.mp4')] == [None] * 3


def test_a_video_that_is_cut_off_ends_with_an_error(folder, capture):
    capture.setattr(Capture, 'count', 7)
    *frames, end = open_source('in/d.mp4')
    assert [each.error for each in frames] == [None] * 3
    assert (end.path, end.frame, end.video) == ('in/d.mp4', 3, frames[0].video)
    assert end.error == 'in/d.mp4 ends after 3 of 7 frames: it was cut off, or is damaged'


def test_long_frames_are_no_missing_ones(folder, capture):
    """Where the file says its length in seconds, their number is a guess."""
    capture.setattr(Capture, 'count', 100)
    capture.setattr(Capture, 'seconds', 97 / FPS)
    with pytest.warns(UserWarning, match='ends after 3 of 100 frames'):
        assert [each.error for each in open_source('in/d.mp4')] == [None] * 3


@pytest.mark.parametrize('name, reason', [
    ('in/absent.png', 'does not exist'),
    ('in/empty', 'has no picture or video'),
    ('in/*.gif', 'matches no picture or video'),
    ('in/*.json', 'matches no picture or video'),
    ('webcam:93', 'cannot be opened as a video'),
    ('in/broken.mp4', 'cannot be opened as a video'),
    (300 * 'x' + '.png', 'does not exist'),
    ('\0', 'does not exist'),
])  # fmt: skip
def test_what_cannot_be_opened_is_said(folder, name, reason):
    Path('in/empty').mkdir()
    Path('in/broken.mp4').write_bytes(b'no video')
    (picture,) = open_source(name)
    assert (picture.path, picture.image) == (name, None)
    assert picture.error.startswith(name)
    assert reason in picture.error


def test_a_list_that_cannot_be_read_is_said_and_the_rest_is_done(folder, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError

    monkeypatch.setattr(Path, 'read_bytes', refuse)
    broken, whole = open_source(['in/notes.txt', 'in/b.png'])
    assert broken.error.startswith('in/notes.txt cannot be read')
    assert whole.error is None


@pytest.mark.skipif(os.name != 'posix', reason='names of files are bytes on POSIX alone')
def test_names_in_no_encoding(folder):
    name = os.fsdecode(b'in/\xe9.png')
    os.rename('in/b.png', name)
    Path('in/notes.txt').write_bytes(b'\xe9.png\n')
    assert names('in/notes.txt') == [name]
    assert names('in/*.png') == [name]


def test_lists_without_names_are_said(folder, monkeypatch):
    Path('in/blank.txt').write_text('\n \n')
    monkeypatch.setattr(sys, 'stdin', io.StringIO('\n'))
    blank, nothing = open_source(['in/blank.txt', '-'])
    assert blank.error == 'in/blank.txt cannot be read as a list, is empty, or is in itself'
    assert nothing.error == 'standard input has no names'


def test_a_list_that_names_itself_ends(folder):
    Path('in/self.txt').write_text('self.txt\nb.png\n')
    broken, whole = open_source('in/self.txt')
    assert 'in/self.txt' in broken.error
    assert whole.path == 'in/b.png'


def test_things_that_are_no_sources_are_refused():
    with pytest.raises(TypeError, match='float is no source of pictures'):
        list(open_source(1.5))


def test_iterators_are_asked_for_one_picture_at_a_time():
    """An endless one would never end otherwise."""
    pictures = open_source(repeat(BGR))
    assert next(pictures).image.shape == (48, 64, 3)


BGR = fakes.image()
RGB = np.ascontiguousarray(BGR[..., ::-1])
IN_MEMORY = {
    'array': BGR,
    'pillow': Image.fromarray(RGB),
    'tensor': torch.from_numpy(RGB).permute(2, 0, 1),
    'tensor of floats': (torch.from_numpy(RGB).permute(2, 0, 1) / 255).requires_grad_(),
    'half': torch.from_numpy(RGB).permute(2, 0, 1).double() / 255,
    'alpha': Image.fromarray(RGB).convert('RGBA'),
}


@pytest.mark.parametrize('kind', IN_MEMORY)
def test_pictures_in_memory(kind):
    (picture,) = open_source(IN_MEMORY[kind])
    np.testing.assert_array_equal(picture.image, BGR)


def test_pictures_of_bfloat16_which_numpy_does_not_know():
    (picture,) = open_source(
        torch.tensor([0.0, 0.5, 1.0]).bfloat16()[:, None, None].expand(3, 4, 4)
    )
    np.testing.assert_array_equal(picture.image[0, 0], [255, 128, 0])


def test_palettes_deep_and_turned_pictures_of_pillow():
    paletted = Image.fromarray(RGB).quantize(16)
    (picture,) = open_source(paletted)
    np.testing.assert_array_equal(picture.image[..., ::-1], paletted.convert('RGB'))
    deep = Image.new('I;16', (4, 4), 60000)
    (picture,) = open_source(deep)  # an array of such numbers is refused where files are read
    assert picture.image.max() == 60000
    turned = Image.open(io.BytesIO(exif_bytes(Image.fromarray(RGB), 6)))
    (picture,) = open_source(turned)
    assert picture.image.shape == (64, 48, 3)


@pytest.mark.parametrize('wrong, reason', [
    (torch.zeros(4, 4), r'a tensor of a picture is \(3, H, W\), RGB, got \(4, 4\)'),
    (torch.full((3, 4, 4), 200.0), r'a tensor of floats is a picture in 0\.\.1'),
    (Image.open(io.BytesIO(b'P6 9 9 255 ')), 'truncated'),
])  # fmt: skip
def test_what_is_no_picture_is_said_and_the_rest_is_done(wrong, reason):
    broken, whole = open_source([wrong, BGR])
    assert broken.image is None
    with pytest.raises(ValueError, match=reason):
        raise ValueError(broken.error)
    assert whole.image is BGR


def exif_bytes(image, orientation):
    """A JPEG that says how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, 'jpeg', exif=exif, quality=95)
    return out.getvalue()


def test_frames_have_the_times_that_the_video_tells(tmp_path):
    lengths = [100, 100, 500, 100, 100, 300]  # in milliseconds
    frames = [Image.fromarray(np.full((48, 64), 40 * n, np.uint8)) for n in range(6)]
    path = tmp_path / 'a.gif'
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=lengths)
    seconds = [picture.seconds for picture in open_source(path)]
    np.testing.assert_allclose(seconds, np.cumsum([0, *lengths[:-1]]) / 1000)


@pytest.mark.parametrize('told, expected', [
    ([0, 0, 0], [0, 0.1, 0.2]),  # a reader that tells nothing
    ([0, 0.15, 0.1, 0.3], [0, 0.15, 0.25, 0.3]),
    ([0, 50, 51], [0, 50, 51]),  # long stills
    ([0, 95443.7, 0.2], [0, 0.1, 0.2]),  # a clock that has run over
    ([np.nan, 0.1], [0, 0.1]),
])  # fmt: skip
def test_times_that_are_none_are_not_taken(told, expected):
    seconds = [-0.1]
    for each in told:
        seconds.append(_tell_time(each, seconds[-1], fps=10))
    np.testing.assert_allclose(seconds[1:], expected, atol=1e-9)


@pytest.fixture
def server(tmp_path):
    with serve(tmp_path / 'served') as (address, _):
        yield address, tmp_path / 'served'


def test_pictures_behind_addresses_are_as_those_of_files(server):
    address, served = server
    (served / 'turned.jpg').write_bytes(exif_bytes(Image.fromarray(RGB), 6))
    (served / 'cmyk.jpg').write_bytes(exif_bytes(Image.fromarray(RGB).convert('CMYK'), 1))
    cv2.imwrite(str(served / 'deep.png'), BGR.astype(np.uint16) * 257)
    for name in ('turned.jpg', 'cmyk.jpg', 'deep.png'):
        (picture,) = open_source(f'{address}/{name}?size=large')
        assert picture.error is None
        expected = LoadImage().transform(dict(img_path=str(served / name)))['img']
        np.testing.assert_array_equal(picture.image, expected)


def test_a_video_behind_an_address(server):
    address, served = server
    write_video(served / 'a.mp4')
    frames = list(open_source(f'{address}/a.mp4'))
    assert [frame.frame for frame in frames] == [0, 1, 2]
    assert frames[0].video == Video(f'{address}/a.mp4', FPS, live=False)


NAMES = {'a.jpg': ('a.jpg', 'signed'), 'a.mp4': ('a.mp4', 'signed'), 'a.gif': ('a.gif', 'signed')}


@pytest.mark.parametrize('kind', ['', 'application/octet-stream', 'text/plain'])
@pytest.mark.parametrize('content', NAMES)
def test_what_servers_do_not_tell_is_told_by_the_name_or_the_content(server, content, kind):
    address, served = server
    if content == 'a.jpg':
        cv2.imwrite(str(served / content), BGR)
    elif content == 'a.gif':
        frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1]), Image.fromarray(RGB)]
        frames[0].save(served / content, save_all=True, append_images=frames[1:], duration=100)
    else:
        write_video(served / content)
    expected = list(open_source(served / content))
    (served / 'signed').write_bytes((served / content).read_bytes())
    for name in NAMES[content]:
        pictures = list(open_source(f'{address}/{name}?type={kind}'))
        assert [each.frame for each in pictures] == [each.frame for each in expected]
        assert [each.error for each in pictures] == [None] * len(expected)
        assert {each.video and each.video.live for each in pictures} <= {None, False}
        if content == 'a.jpg':
            np.testing.assert_array_equal(pictures[0].image, cv2.imread(str(served / content)))


@pytest.mark.parametrize('name, lost', [('cut.jpg', 'IncompleteRead'), ('cut', 'cut off')])
def test_what_is_cut_off_is_told_also_where_the_type_is_not(server, name, lost):
    address, served = server
    write_video(served / 'a.mp4')
    (served / 'a.mp4').rename(served / 'cut')
    cv2.imwrite(str(served / 'cut.jpg'), BGR)
    (picture,) = open_source(f'{address}/{name}?type=application/octet-stream')
    assert picture.image is None and lost in picture.error


def test_an_animation_is_a_video_as_its_file_is(server):
    address, served = server
    Image.fromarray(RGB).save(served / 'a.gif')
    (frame,) = open_source(f'{address}/a.gif')
    assert frame.frame == 0 and not frame.video.live


def test_a_long_video_of_a_server_that_gives_no_parts(server):
    """The index is at the end of the file, farther than what OpenCV reads at once."""
    address, served = server
    noise = np.random.default_rng(0).integers(0, 256, (40, 240, 320, 3), np.uint8)
    path = str(served / 'long.mp4')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), FPS, (320, 240))
    for frame in noise:
        writer.write(frame)
    writer.release()
    assert Path(path).stat().st_size > 2**19
    frames = list(open_source(f'{address}/long.mp4'))
    assert [frame.frame for frame in frames] == list(range(40))
    assert frames[0].video == Video(f'{address}/long.mp4', FPS, live=False)


def test_what_addresses_do_not_give_is_said(server):
    address, served = server
    cv2.imwrite(str(served / 'cut.png'), BGR)
    encoded = cv2.imencode('.jpg', BGR)[1].tobytes()
    (served / 'half.jpg').write_bytes(encoded[: len(encoded) // 2])
    (served / 'page.html').write_text('no video')
    write_video(served / 'cut.mp4')
    with socket.create_server(('127.0.0.1', 0)) as free:
        nobody = f'http://127.0.0.1:{free.getsockname()[1]}/a.png'
    for name, reason in (
        (f'{address}/absent.png', '404'),
        (f'{address}/cut.png', 'IncompleteRead'),
        (f'{address}/half.jpg', 'truncated'),
        (f'{address}/cut.mp4', 'cut off'),
        (f'{address}/page.html', 'cannot be opened as a video'),
        (nobody, 'refused'),
        ('http://', 'cannot be opened'),
    ):
        (picture,) = open_source(name)
        assert name in picture.error
        assert reason in picture.error
