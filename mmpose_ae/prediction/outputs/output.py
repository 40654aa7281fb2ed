"""What all outputs have in common, and which there are."""

from collections import Counter
from functools import reduce
from importlib import import_module
from operator import and_
from pathlib import Path
from typing import Dict, List, NamedTuple, Protocol, Sequence, Tuple

from mmpose_ae.images import needs_opencv
from mmpose_ae.options import check_choice

from ..prediction import Prediction
from .progress import choose_kept, count_whole, list_done


class Header(NamedTuple):
    """What is the same for all pictures of a run.

    Attributes:
        model (str): Name of the model.
        keypoint_names (tuple): Name of each keypoint.
        skeleton (tuple): Pairs of keypoints that a limb connects.
        score_threshold (float): Least score of the people that are kept.
        keypoint_threshold (float): Least score of the keypoints that are drawn.
    """

    model: str
    keypoint_names: Tuple[str, ...]
    skeleton: Tuple[Tuple[int, int], ...]
    score_threshold: float
    keypoint_threshold: float


class Output(Protocol):
    """Takes predictions one after the other. Made with a folder and a :class:`Header`.

    One that needs more than OpenCV has a function ``check()``, which raises an error without it.
    One that is :data:`RESUMABLE` has, besides, the argument ``resume`` and the functions
    ``entries(folder)``, what is there, and ``keep(folder, header, kept)``, which drops some of it.
    """

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""

    def fail(self, path: str, frame: int, reason: str) -> None:
        """Note a picture that could not be read."""

    def close(self) -> List[Path]:
        """Finish the files; returns them. Nothing is lost if it is called early."""


# Module and class of each.
OUTPUTS: Dict[str, Tuple[str, str]] = {
    'pictures': ('.pictures', 'Pictures'),
    'json': ('.people_json', 'PeopleJson'),
    'jsonl': ('.people_json', 'PeopleJsonLines'),
    'parquet': ('.parquet', 'PeopleParquet'),
    'coco': ('.coco', 'CocoResults'),
    'csv': ('.csv', 'Csv'),
    'mmpose': ('.mmpose', 'MMPoseJson'),
    'window': ('.window', 'Window'),
}
RESUMABLE = ('jsonl', 'parquet')  # that can go on where an interrupted run was


def open_outputs(names: Sequence[str], folder: Path, header: Header) -> List[Output]:
    """Make outputs.

    Args:
        names (sequence): Of :data:`OUTPUTS`.
        folder (Path): Where they write; made if missing.
        header (Header): Of the run.

    Returns:
        list[Output]: In the order of the names.

    Raises:
        ValueError: A name is unknown, or the folder cannot be made.
    """
    classes = _load(names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f'the folder {folder} cannot be made: {error.strerror}') from error
    return [cls(folder, header) for cls in classes]


def check_outputs(names: Sequence[str], resume: bool = False) -> None:
    """Refuse outputs that there are not or cannot be, before anything is loaded or written.

    Args:
        names (sequence): Of :data:`OUTPUTS`.
        resume (bool): Also those that cannot go on where an interrupted run was.

    Raises:
        ValueError: Names the output.
        ImportError: One needs a package that is not installed.
        OSError: There is no screen for a window.
    """
    for cls in _load(names):
        getattr(cls, 'check', bool)()
    unable = [name for name in names if name not in RESUMABLE]
    if resume and unable:
        raise ValueError(
            f'{", ".join(unable)} cannot go on where an interrupted run was; '
            f'{", ".join(RESUMABLE)} can'
        )


def resume_outputs(
    names: Sequence[str], folder: Path, header: Header, finished: bool
) -> Tuple[List[Output], Counter]:
    """Make outputs that go on where an earlier run was.

    What is whole in all of them stays. The rest is dropped from them: what could not be read, a
    video that was cut off, what one of them had not written yet.

    Args:
        names (sequence): Of :data:`OUTPUTS`, see :func:`check_outputs`.
        folder (Path): Where the earlier run wrote.
        header (Header): Of the run.
        finished (bool): Whether the earlier run came to its end.

    Returns:
        tuple: The outputs, and how often each source is in them.

    Raises:
        ValueError: What is there cannot be read.
    """
    classes = _load(names)
    there = [list_done(cls.entries(folder), finished) for cls in classes]
    done = reduce(and_, map(count_whole, there))
    for cls, each in zip(classes, there):
        cls.keep(folder, header, choose_kept(each, done))
    return [cls(folder, header, resume=True) for cls in classes], done


def _load(names: Sequence[str]) -> List[type]:
    """The classes of outputs, each once."""
    for name in names:
        check_choice('an output', name, OUTPUTS)
    return [_import(name) for name in dict.fromkeys(names)]


def _import(name: str) -> type:
    module, cls = OUTPUTS[name]
    with needs_opencv(f'the output {name}'):
        return getattr(import_module(module, __package__), cls)
