"""What an exported file says about its network and how to decode it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Tuple, Union

from mmpose_ae.decoding import read_decoding
from mmpose_ae.decoding.decoding import Decoding
from mmpose_ae.frame import Grid, Size
from mmpose_ae.images import Resize
from mmpose_ae.options import check_count
from mmpose_ae.version import __version__

from .checking import check_entries
from .onnx_file import read_metadata

ENTRY = 'mmpose_ae'  # key of the metadata
FORMAT = 1


@dataclass(frozen=True)
class Description:
    """An exported network.

    Attributes:
        name (str): Of its config.
        keypoint_names (tuple): Name of each of the K keypoints.
        skeleton (tuple): Pairs of keypoints that a limb connects.
        sigmas (tuple): Tolerance of each keypoint, (K,).
        resize (Resize): How pictures become its input.
        stride (tuple): Input pixels per heatmap cell (x, y).
        center_shift (float, optional): See :class:`mmpose_ae.frame.Grid`.
        decoding (Decoding, optional): How its outputs become people. None if they are people.
        score_threshold (float, optional): Least score of a person that was chosen on validation
            data.
        license (str, optional): Of the weights.
        tags_over_time (bool): Whether a person's tag is the same in all frames of a video.
    """

    name: str
    keypoint_names: Tuple[str, ...]
    skeleton: Tuple[Tuple[int, int], ...]
    sigmas: Tuple[float, ...]
    resize: Resize
    stride: Tuple[float, float]
    center_shift: Optional[float]
    decoding: Optional[Decoding]
    score_threshold: Optional[float]
    license: Optional[str]
    tags_over_time: bool = False

    def grid(self, input_size: Size) -> Grid:
        """Cells of the heatmaps on an input of size (w, h)."""
        size = tuple(round(side / step) for side, step in zip(input_size, self.stride))
        return Grid.over(size, input_size, self.center_shift)


def read_description(path: Union[str, Path]) -> Description:
    """Read what an exported file says.

    Args:
        path (str | Path): The file.

    Returns:
        Description: Of its network.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a whole ONNX file, was not exported by this package, or by a version
            whose format is newer, or what it says cannot be; names it.
    """
    text = read_metadata(path).get(ENTRY)
    if text is None:
        raise ValueError(
            f'{path} was not exported by mmpose_ae: its metadata have no {ENTRY}. '
            '"mmpose-ae export CONFIG CHECKPOINT OUT.onnx" makes such files'
        )
    try:
        said = json.loads(text)
        check_count('format', said['format'], 1)
        if said['format'] > FORMAT:
            raise ValueError(
                f'it has format {said["format"]} of mmpose_ae {said.get("version")}, and '
                f'mmpose_ae {__version__} reads up to {FORMAT}: update the package'
            )
        return _read(said)
    except KeyError as error:
        raise ValueError(f'{path}: its metadata {ENTRY} have no {error}') from error
    except (TypeError, ValueError) as error:
        raise ValueError(f'{path}: its metadata {ENTRY} cannot be read: {error}') from error


def _read(said: dict) -> Description:
    check_entries(said)
    seen, grid = said['input'], said['grid']
    decoding = None if said['decoding'] is None else read_decoding(said['decoding'])
    if decoding is not None and decoding.learned_score is not None:
        decoding.learned_score.check_keypoints(said['keypoints'])
    return Description(
        said['name'],
        tuple(said['keypoints']),
        tuple(tuple(link) for link in said['skeleton']),
        tuple(said['sigmas']),
        Resize(tuple(seen['size']), seen['mode'], seen['step']),
        tuple(grid['stride']),
        grid['center_shift'],
        decoding,
        said['score_threshold'],
        said['license'],
        said.get('tags_over_time', False),  # not in files of before
    )
