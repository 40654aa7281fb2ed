"""The sound of a video on the one that was made of it."""

import os
from pathlib import Path


def add_sound(video: Path, source: str) -> bool:
    """Copy the sound of a video to another one, where PyAV is installed and there is sound.

    Args:
        video (Path): A video without sound; replaced by one that has it.
        source (str): The video with the sound.

    Returns:
        bool: Whether there is sound now.
    """
    try:
        import av
    except ImportError:
        return False
    whole = video.with_name(f'{video.stem}.sound{video.suffix}')
    with av.open(source) as heard, av.open(str(video)) as seen:
        if not heard.streams.audio or not seen.streams.video:
            return False
        with av.open(str(whole), 'w') as out:
            for container in (seen.streams.video[0], heard.streams.audio[0]):
                copy = out.add_stream_from_template(container)
                for packet in container.container.demux(container):
                    if packet.dts is not None:
                        packet.stream = copy
                        out.mux(packet)
    os.replace(whole, video)
    return True
