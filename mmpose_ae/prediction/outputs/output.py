"""What all outputs have in common, and which there are."""

from importlib import import_module
from pathlib import Path
from typing import Dict, List, NamedTuple, Protocol, Sequence, Tuple

from mmpose_ae.options import check_choice

from ..prediction import Prediction


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
    """Takes predictions one after the other. Made with a folder and a :class:`Header`."""

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
    'coco': ('.coco', 'CocoResults'),
    'csv': ('.csv', 'Csv'),
    'mmpose': ('.mmpose', 'MMPoseJson'),
    'window': ('.window', 'Window'),
}


def open_outputs(names: Sequence[str], folder: Path, header: Header) -> List[Output]:
    """Make outputs.

    Args:
        names (sequence): Of :data:`OUTPUTS`.
        folder (Path): Where they write; made if missing.
        header (Header): Of the run.

    Returns:
        list[Output]: In the order of the names.

    Raises:
        ValueError: A name is unknown.
    """
    for name in names:
        check_choice('an output', name, OUTPUTS)
    folder.mkdir(parents=True, exist_ok=True)
    opened = []
    for name in dict.fromkeys(names):
        module, cls = OUTPUTS[name]
        opened.append(getattr(import_module(module, __package__), cls)(folder, header))
    return opened
