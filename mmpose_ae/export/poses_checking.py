"""Does a file that groups by itself give the people of its network?"""

from typing import Iterator, NamedTuple, Tuple

import numpy as np
import torch
from onnxruntime import InferenceSession
from torch import Tensor

from mmpose_ae.decoding import read_poses
from mmpose_ae.frame import Size
from mmpose_ae.grouping import Poses

from .checking import Difference, draw_pictures, open_session, run
from .graph import PoseGraph

PICTURES, AT_ONCE = 24, 8
ALIKE = 0.1  # pixels
# Where two ways to group are almost equal, small differences of the network's maps choose: of so
# many pictures people may differ from those of PyTorch.
DOUBTFUL = 0.2


class Comparison(NamedTuple):
    """On how many pictures a file gives the people of others.

    Attributes:
        pictures (int): How many there were.
        as_torch (int): People are those of the same graph in PyTorch.
        as_host (int): People are those of the host's decoding.
    """

    pictures: int
    as_torch: int
    as_host: int

    def __str__(self) -> str:
        return (
            f'people are those of PyTorch on {self.as_torch} of {self.pictures} pictures, and '
            f'those of the decoding on the host on {self.as_host}'
        )


@torch.no_grad()
def compare_poses(graph: PoseGraph, content: bytes, size: Size) -> Comparison:
    """Compare the people of drawn crowds.

    Args:
        graph (PoseGraph): With its decoding.
        content (bytes): What is to be in the file.
        size (tuple): Size (w, h) that the config gives inputs.

    Returns:
        Comparison: With the graph in PyTorch, and with the host.

    Raises:
        Difference: The file gives other people than the graph.
    """
    session = open_session(content)
    rows = [row for images in _draw(graph, size) for row in _compare(graph, session, images)]
    as_torch, as_host = np.sum(rows, axis=0)
    comparison = Comparison(len(rows), int(as_torch), int(as_host))
    if comparison.as_torch < (1 - DOUBTFUL) * len(rows):
        raise Difference(f'the file gives other people than the network: {comparison}')
    return comparison


def _draw(graph: PoseGraph, size: Size) -> Iterator[Tensor]:
    """Batches of pictures, the last ones of another size and not square."""
    yield from draw_pictures(PICTURES, size).split(AT_ONCE)
    yield draw_pictures(2, (3 * graph.step, 2 * graph.step))


def _compare(
    graph: PoseGraph, session: InferenceSession, images: Tensor
) -> Iterator[Tuple[bool, bool]]:
    """Whether the people of each picture are those of PyTorch, and those of the host."""
    inputs = graph.inputs(images)
    found = read_poses(**run(session, inputs))
    expected = read_poses(**{name: value.numpy() for name, value in graph(*inputs).items()})
    on_host = graph.head.decoder.group(*graph.propose(*inputs))
    for ours, same, host in zip(found, expected, on_host):
        yield are_alike(ours, same), are_alike(ours, host)


def are_alike(poses: Poses, others: Poses) -> bool:
    """Whether there are the same people in the same order, each keypoint at the same place."""
    if len(poses) != len(others):
        return False
    return bool((np.abs(poses.keypoints - others.keypoints) < ALIKE).all())
