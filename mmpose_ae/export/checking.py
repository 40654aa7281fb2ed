"""Is a file the network that it was made of? Both see the same pictures, of several sizes."""

from typing import Iterable, List, NamedTuple, Tuple

import numpy as np
import onnxruntime
import torch

from mmpose_ae.datasets.synth_crowd import Settings
from mmpose_ae.datasets.synth_crowd.scene import make_scene
from mmpose_ae.decoding import read_poses
from mmpose_ae.frame import Size
from mmpose_ae.grouping import Poses

from .agreement import Agreement, compare_people
from .differences import Arrays, differences
from .exporting import INPUTS
from .graph import PoseGraph
from .pictures import Picture

# Of differences of one kind of numbers, in parts of their largest value where that is above 1
LIMIT = 2e-3
# Share of people to be found again, and how far, in pixels, 95 of 100 of their keypoints may be.
LIMITS = dict(fp16=(0.99, 0.5), int8=(0.9, 3.0))
COUNTED = 0.2  # least score of people in that
TWICE = 10  # every how many pictures one is also seen twice as large
LARGER = 0.75  # share of the people of those to be found again: there are few, so chance counts
# Where a peak is flat, or two cells are almost equal, the last digits decide where it lies. They
# are others when the network looks again through so little noise, in levels of 255.
NOISE, PAIRS = 0.01, 2  # of looks: what noise turns one way, its negative turns the other way


class Difference(ValueError):
    """A file gives something else than the network that it was made of."""


def open_session(content: bytes) -> onnxruntime.InferenceSession:
    """Open the content of a file in ONNX Runtime, on the CPU and without its warnings."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = torch.get_num_threads()
    return onnxruntime.InferenceSession(content, options, providers=['CPUExecutionProvider'])


def run(session: onnxruntime.InferenceSession, inputs: Tuple[torch.Tensor, ...]) -> Arrays:
    """Outputs of a file by name."""
    given = {name: value.numpy() for name, value in zip(INPUTS, inputs)}
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, given)))


def draw_pictures(count: int, size: Size) -> torch.Tensor:
    """Draw crowds, (count, h, w, 3), uint8, RGB: without people there is not much to compare."""
    settings = Settings(size=size, people=(2, 5), empty=0)
    scenes = [make_scene(0, index, settings).image[..., ::-1] for index in range(count)]
    return torch.from_numpy(np.stack(scenes))


class Closeness(NamedTuple):
    """How far a file is from its network, in parts of the largest value where that is above 1.

    Attributes:
        beyond (float): The largest difference beyond those from look to look.
        whole (float): The largest difference.
    """

    beyond: float
    whole: float

    def __str__(self) -> str:
        return (
            f'largest difference to PyTorch: {self.beyond:.2g}, allowed are {LIMIT:g}; '
            f'{self.whole:.2g} with what noise moves as well'
        )


@torch.no_grad()
def check_equal(graph: PoseGraph, content: bytes, size: Size) -> Closeness:
    """Compare a file with its network on pictures of three sizes, one of them a batch.

    Args:
        graph (PoseGraph): The network.
        content (bytes): What is to be in the file.
        size (tuple): Size (w, h) of inputs, in multiples of the step.

    Returns:
        Closeness: Of the numbers that are farthest apart.

    Raises:
        Difference: Numbers differ by more than :data:`LIMIT`; says which, and by how much.
    """
    session, step, closeness = open_session(content), graph.step, Closeness(0, 0)
    for count, sides in ((1, size), (3, (3 * step, 2 * step)), (1, (2 * step, 5 * step))):
        inputs = graph.inputs(draw_pictures(count, sides))
        for apart in differences(look(graph, inputs), run(session, inputs)):
            unit = max(1.0, apart.largest)
            if not apart.beyond <= LIMIT * unit:
                raise Difference(
                    f'the output {apart.name} of the file differs from the network by '
                    f'{apart.beyond:.3g}, more than {LIMIT * unit:.3g}, on {count} pictures of '
                    f'{sides[0]}x{sides[1]} pixels'
                )
            own = Closeness(apart.beyond / unit, apart.whole / unit)
            closeness = Closeness(*map(max, closeness, own))
    return closeness


@torch.no_grad()
def check_people(
    graph: PoseGraph,
    content: bytes,
    pictures: Iterable[Picture],
    precision: str,
) -> List[Agreement]:
    """Compare the people of a smaller file, whose outputs differ, with those of the network.

    Args:
        graph (PoseGraph): The network.
        content (bytes): What is to be in the file.
        pictures (iterable[Picture]): Of the data.
        precision (str): Says which of :data:`LIMITS` hold. Ranges of 8 bits are those of the
            calibrated pictures, so some pictures are also seen twice as wide, and as high.

    Returns:
        list[Agreement]: Over all pictures and, of 8 bits, over those twice as large.

    Raises:
        Difference: People are lost, or their keypoints lie elsewhere; or there was nobody to
            compare, so that it is not known.
    """
    session = open_session(content)
    own, larger = ([], []), ([], [])
    for index, picture in enumerate(pictures):
        _find_people(graph, session, graph.inputs(picture.pixels, picture.edges), own)
        if precision == 'int8' and index % TWICE == 0:
            for axis in (2, 1):
                pixels = torch.cat([picture.pixels] * 2, axis)
                _find_people(graph, session, graph.inputs(pixels), larger)
    sides, sigmas = [each for each in (own, larger) if each[0]], graph.model.dataset_meta['sigmas']
    agreements = [compare_people(*each, sigmas, COUNTED) for each in sides or [own]]
    _check_agreement(agreements[0], precision)
    for agreement in agreements[1:]:
        _check_larger(agreement)
    return agreements


def _find_people(
    graph: PoseGraph,
    session: onnxruntime.InferenceSession,
    inputs: Tuple[torch.Tensor, ...],
    sides: Tuple[List[Poses], List[Poses]],
) -> None:
    """Add the people of the network, and those of the file, to the two sides."""
    proposed = graph.propose(*inputs)
    sides[0].extend(graph.head.decoder.group(*proposed))
    found, in_graph, decoding = run(session, inputs), graph.decoding, graph.head.decoder.decoding
    sides[1].extend(read_poses(**found) if in_graph is not None else decoding(found, proposed.grid))


def _check_agreement(agreement: Agreement, precision: str) -> None:
    share, pixels = LIMITS[precision]
    if not agreement.people:
        raise Difference(
            f'the {precision} file cannot be compared: the network finds nobody with a score of '
            f'{COUNTED} or more in the pictures of test_dataloader; train it further, or give '
            'other pictures'
        )
    enough = agreement.found >= share * agreement.people
    if not (enough and agreement.most <= pixels):  # also where the distance is NaN
        raise Difference(
            f'the {precision} file is too far from the network: {agreement}; allowed are '
            f'{share:.0%} of the people and {pixels} pixels'
        )


def _check_larger(agreement: Agreement) -> None:
    if agreement.found < LARGER * agreement.people:
        raise Difference(
            f'the file loses people in pictures of twice the width or height: {agreement}; '
            f'allowed are {LARGER:.0%} of the people'
        )


@torch.no_grad()
def look(graph: PoseGraph, inputs: Tuple[torch.Tensor, ...]) -> List[Arrays]:
    """Outputs of the network, and of as good as the same pictures: what differs is chance."""
    images, *rest = inputs
    draw = torch.Generator().manual_seed(0)
    noises = [NOISE * torch.randn(images.shape, generator=draw) for _ in range(PAIRS)]
    seen = [images, *(images + way * noise for noise in noises for way in (1, -1))]
    outputs = [graph(pixels, *rest) for pixels in seen]
    return [{name: value.numpy() for name, value in each.items()} for each in outputs]
