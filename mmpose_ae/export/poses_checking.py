"""Does a file that groups by itself give the people of its network?"""

from typing import Callable, Iterator, NamedTuple, Tuple

import numpy as np
import torch
from onnxruntime import InferenceSession
from torch import Tensor

from mmpose_ae.decoding import read_poses
from mmpose_ae.frame import Size
from mmpose_ae.grouping import Poses

from .checking import COUNTED, LIMIT, Difference, draw_pictures, look, open_session, run
from .graph import PoseGraph

PICTURES, AT_ONCE = 24, 8
ALIKE = 0.1  # pixels
SCORES = ('keypoint_scores', 'instance_scores')


class Comparison(NamedTuple):
    """On how many pictures a file gives the people of others, and how many people.

    Attributes:
        pictures (int): How many there were.
        as_torch (int): People and their scores are those of the same graph in PyTorch.
        as_host (int): People are those of the host's decoding.
        people (int): How many the host finds with a score that counts.
        same_people (int): How many of them the file has with the same keypoints.
    """

    pictures: int
    as_torch: int
    as_host: int
    people: int
    same_people: int

    def __str__(self) -> str:
        return (
            f'people are those of PyTorch on {self.as_torch} of {self.pictures} pictures, and '
            f'those of the decoding on the host on {self.as_host}; {self.same_people} of its '
            f'{self.people} people with a score of {COUNTED} or more have the same keypoints'
        )


@torch.no_grad()
def compare_poses(graph: PoseGraph, content: bytes, size: Size) -> Comparison:
    """Compare the people of drawn crowds.

    Args:
        graph (PoseGraph): With its decoding.
        content (bytes): What is to be in the file.
        size (tuple): Size (w, h) of inputs, in multiples of the step.

    Returns:
        Comparison: With the graph in PyTorch, and with the host.

    Raises:
        Difference: The file gives other people than the graph, on a picture where the last digits
            do not decide who they are.
    """
    session = open_session(content)
    rows = [row for images in _draw(graph, size) for row in _compare(graph, session, images)]
    *counts, doubtful = np.sum(rows, axis=0).tolist()
    comparison = Comparison(len(rows), *counts)
    if comparison.as_torch + doubtful < len(rows):
        raise Difference(f'the file gives other people than the network: {comparison}')
    return comparison


def _draw(graph: PoseGraph, size: Size) -> Iterator[Tensor]:
    """Batches of pictures, the last ones of another size and not square."""
    yield from draw_pictures(PICTURES, size).split(AT_ONCE)
    yield draw_pictures(2, (3 * graph.step, 2 * graph.step))


def _compare(
    graph: PoseGraph, session: InferenceSession, images: Tensor
) -> Iterator[Tuple[int, ...]]:
    """Of each picture what :class:`Comparison` sums up, and whether its people are in doubt."""
    inputs = graph.inputs(images)
    found = read_poses(**run(session, inputs))
    expected = read_poses(**{name: value.numpy() for name, value in graph(*inputs).items()})
    on_host = graph.head.decoder.group(*graph.propose(*inputs))
    for index, (ours, theirs, host) in enumerate(zip(found, expected, on_host)):
        as_torch = _are_same(ours, theirs)
        # Scores in doubt excuse no other places.
        same = _are_same if are_alike(ours, theirs) else are_alike
        own = (values[index : index + 1] for values in inputs)
        counted = host.instance_scores >= COUNTED
        known = int((has_same(ours, host) & counted).sum())
        doubtful = not as_torch and _are_in_doubt(graph, same, *own)
        yield as_torch, are_alike(ours, host), int(counted.sum()), known, doubtful


def _are_in_doubt(graph: PoseGraph, same: Callable[[Poses, Poses], bool], *inputs: Tensor) -> bool:
    """Whether the people of a picture are not the same when the network looks again."""
    (first, *others) = (read_poses(**outputs)[0] for outputs in look(graph, inputs))
    return not all(same(first, other) for other in others)


def _are_same(poses: Poses, others: Poses) -> bool:
    """Whether they are alike, and their scores within what any output may differ by."""
    if not are_alike(poses, others):
        return False
    pairs = [(getattr(poses, name), getattr(others, name)) for name in SCORES]
    return all(np.allclose(*pair, rtol=0, atol=LIMIT) for pair in pairs)


def has_same(poses: Poses, others: Poses) -> np.ndarray:
    """Tell which of the others, (N,), bool, are there with each keypoint at the same place."""
    apart = np.abs(others.keypoints[:, None] - poses.keypoints).max((2, 3), initial=0)
    return (apart < ALIKE).any(1)


def are_alike(poses: Poses, others: Poses) -> bool:
    """Whether there are the same people in the same order, each keypoint at the same place."""
    if len(poses) != len(others):
        return False
    return bool((np.abs(poses.keypoints - others.keypoints) < ALIKE).all())
