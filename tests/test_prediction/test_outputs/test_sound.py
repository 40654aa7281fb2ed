"""The sound of a video on the one that is drawn of it; written and heard with PyAV."""

import sys
from fractions import Fraction

import cv2
import numpy as np
import pytest

from mmpose_ae.prediction.outputs.sound import add_sound

FPS, FRAMES, RATE = 25, 20, 48000
SILENCE = 0.3  # seconds before the tone
TONE = 440.0  # hertz


@pytest.fixture
def av():
    return pytest.importorskip('av')


def write_with_sound(av, path, codec, pictures='mpeg4'):
    """A video of black frames with a tone that begins after a while."""
    times = np.arange(RATE * FRAMES // FPS) / RATE
    tone = np.where(times < SILENCE, 0, np.sin(2 * np.pi * TONE * times)).astype(np.float32)
    with av.open(str(path), 'w') as out:
        video = out.add_stream(pictures, rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 48, 'yuv420p'
        audio = out.add_stream(codec, rate=RATE, layout='mono')
        for _ in range(FRAMES):
            black = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format='rgb24')
            out.mux(video.encode(black))
        for start in range(0, len(tone), 960):
            chunk = tone[None, start : start + 960]
            frame = av.AudioFrame.from_ndarray(chunk, format='fltp', layout='mono')
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            out.mux(audio.encode(frame))
        out.mux(video.encode() + audio.encode())


def write_without_sound(path, frames=FRAMES):
    """What OpenCV writes."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), FPS, (64, 48))
    for _ in range(frames):
        video.write(np.zeros((48, 64, 3), np.uint8))
    video.release()


def listen(av, path):
    """Codec, seconds at which the tone begins after the pictures and ends, and its frequency."""
    with av.open(str(path)) as container:
        audio, video = container.streams.audio[0], container.streams.video[0]
        frames = list(container.decode(audio))
        start = frames[0].time - float((video.start_time or 0) * video.time_base)
        wave = np.concatenate([frame.to_ndarray()[0].astype(float) for frame in frames])
        codec, rate = audio.codec_context.name, audio.rate
    loud = np.flatnonzero(abs(wave) > abs(wave).max() / 2)[[0, -1]]
    heard = wave[slice(*loud)]
    tone = abs(np.fft.rfft(heard)).argmax() * rate / len(heard)
    return codec, *(start + loud / rate), tone


@pytest.mark.parametrize('name, codec, kept', [
    ('a.mp4', 'aac', 'aac'), ('a.mkv', 'libopus', 'opus'), ('a.avi', 'pcm_s16le', 'aac'),
    ('a.mkv', 'flac', 'aac'), ('a.ts', 'aac', 'aac'),
])  # fmt: skip
def test_sound_is_heard_when_it_was(av, tmp_path, name, codec, kept):
    """Codecs that players do not know in an MP4 are replaced; a .ts does not begin at 0."""
    source, video = tmp_path / name, tmp_path / 'drawn.mp4'
    write_with_sound(av, source, codec, 'mpeg2video' if name.endswith('ts') else 'mpeg4')
    write_without_sound(video)
    assert add_sound(video, str(source))
    found, begin, end, tone = listen(av, video)
    assert found == kept
    assert begin == pytest.approx(SILENCE, abs=0.03)  # an AAC frame is 21 ms
    assert end == pytest.approx(FRAMES / FPS, abs=0.06)
    assert tone == pytest.approx(TONE, rel=0.01)
    capture = cv2.VideoCapture(str(video))
    assert sum(capture.read()[0] for _ in range(2 * FRAMES)) == FRAMES
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, 'drawn.mp4'])


def test_a_video_that_is_named_like_one_with_sound_stays(av, tmp_path):
    write_with_sound(av, tmp_path / 'a.mp4', 'aac')
    for name in ('drawn.mp4', 'drawn.sound.mp4'):
        write_without_sound(tmp_path / name)
    other = (tmp_path / 'drawn.sound.mp4').read_bytes()
    assert add_sound(tmp_path / 'drawn.mp4', str(tmp_path / 'a.mp4'))
    assert (tmp_path / 'drawn.sound.mp4').read_bytes() == other


def test_sound_ends_with_the_pictures(av, tmp_path):
    """As after Ctrl-C."""
    write_with_sound(av, tmp_path / 'a.mp4', 'aac')
    write_without_sound(tmp_path / 'drawn.mp4', frames=12)
    assert add_sound(tmp_path / 'drawn.mp4', str(tmp_path / 'a.mp4'))
    assert listen(av, tmp_path / 'drawn.mp4')[2] == pytest.approx(12 / FPS, abs=0.06)


def test_no_sound_is_no_fault(av, tmp_path):
    for name in ('a.mp4', 'drawn.mp4'):
        write_without_sound(tmp_path / name)
    before = (tmp_path / 'drawn.mp4').read_bytes()
    assert not add_sound(tmp_path / 'drawn.mp4', str(tmp_path / 'a.mp4'))
    assert (tmp_path / 'drawn.mp4').read_bytes() == before


def test_sound_that_cannot_be_read_is_said_and_leaves_the_video(av, tmp_path):
    write_without_sound(tmp_path / 'drawn.mp4')
    before = (tmp_path / 'drawn.mp4').read_bytes()
    (tmp_path / 'a.mp4').write_bytes(b'no video')
    with pytest.warns(UserWarning, match=r'drawn.mp4 has no sound: that of .*a.mp4 failed'):
        assert not add_sound(tmp_path / 'drawn.mp4', str(tmp_path / 'a.mp4'))
    assert (tmp_path / 'drawn.mp4').read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_without_pyav_videos_are_silent(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    write_without_sound(tmp_path / 'drawn.mp4')
    assert not add_sound(tmp_path / 'drawn.mp4', 'a.mp4')
