"""The sound of a video on the one that was made of it."""

import os
import warnings
from fractions import Fraction
from heapq import merge
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Tuple

if TYPE_CHECKING:
    from av import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream

COPIED = {'aac', 'mp3', 'mp3float', 'opus'}  # what players of MP4 know
CODEC = 'aac'  # of all else
ZERO = Fraction(0)
Timed = Tuple[Fraction, Any]  # seconds, and a packet


def add_sound(video: Path, source: str) -> bool:
    """Put the sound of a video on another one, where PyAV is installed and there is sound.

    It is copied as it is where players know it in such files, else encoded anew, and it ends with
    the pictures.

    Args:
        video (Path): A video without sound; replaced by one that has it. Stays as it is where that
            cannot be done, with a warning.
        source (str): The video with the sound.

    Returns:
        bool: Whether there is sound now.
    """
    try:
        import av
    except ImportError:
        return False
    whole = video.with_name(f'.{video.stem}.sound{video.suffix}')  # no picture's or video's name
    try:
        with av.open(source) as heard, av.open(str(video)) as seen:
            if not heard.streams.audio or not seen.streams.video:
                return False
            with av.open(str(whole), 'w') as out:
                _combine(out, seen, heard)
        os.replace(whole, video)
    except (OSError, ValueError) as error:  # PyAV's errors are both
        whole.unlink(missing_ok=True)
        warnings.warn(f'{video} has no sound: that of {source} failed: {error}', stacklevel=2)
        return False
    return True


def _combine(out: 'OutputContainer', seen: 'InputContainer', heard: 'InputContainer') -> None:
    """Write pictures and sound in the order of their times, as players read them."""
    pictures, sound = seen.streams.video[0], heard.streams.audio[0]
    # Both streams must be there before the first packet: its header says what follows.
    shown = _copy(pictures, out.add_stream_from_template(pictures))
    if sound.codec_context.name in COPIED:
        played = _copy(sound, out.add_stream_from_template(sound), _start(heard))
    else:
        played = _encode(sound, out.add_stream(CODEC, rate=sound.rate), _start(heard))
    end = pictures.duration * pictures.time_base
    played = takewhile(lambda timed: timed[0] < end, played)
    for _, packet in merge(shown, played, key=lambda timed: timed[0]):
        out.mux(packet)


def _start(container: 'InputContainer') -> Fraction:
    """Seconds at which the pictures of a video begin."""
    pictures = container.streams.video[0]
    return (pictures.start_time or 0) * pictures.time_base


def _copy(source: 'Stream', target: 'Stream', start: Fraction = ZERO) -> Iterator[Timed]:
    """The packets of a stream for another one, as if it began that much earlier."""
    shift = round(start / source.time_base)
    for packet in source.container.demux(source):
        if packet.dts is None:  # the last one, which is empty
            continue
        packet.dts, packet.pts = packet.dts - shift, packet.pts - shift
        packet.stream = target
        yield packet.dts * packet.time_base, packet


def _encode(source: 'AudioStream', target: 'AudioStream', start: Fraction) -> Iterator[Timed]:
    """The packets of a stream in another codec, as if it began that much earlier."""
    for frame in chain(source.container.decode(source), [None]):
        if frame is not None:
            frame.pts -= round(start / frame.time_base)
        for packet in target.encode(frame):
            yield packet.dts * packet.time_base, packet
