"""Is a file the network that it was made of? Both see the same pictures, of several sizes."""

from typing import Dict, Iterable, Iterator, List, Tuple

import numpy as np
import onnxruntime
import torch

from mmpose_ae.datasets.synth_crowd import Settings
from mmpose_ae.datasets.synth_crowd.scene import make_scene
from mmpose_ae.decoding import read_poses
from mmpose_ae.frame import Size
from mmpose_ae.grouping import Poses

from .agreement import Agreement, compare_people
from .exporting import INPUTS
from .graph import PoseGraph
from .pictures import Picture

Arrays = Dict[str, np.ndarray]
Names = Tuple[str, ...]
LIMIT = 2e-3  # of differences, in parts of the largest value where that is above 1
# Share of people to be found again, and how far, in pixels, 95 of 100 of their keypoints may be.
LIMITS = dict(fp32=(1.0, 0.01), fp16=(0.99, 0.5), int8=(0.9, 3.0))
COUNTED = 0.2  # least score of people in that
# Where a peak is flat, the last digit of its cells decides between which of them it lies: so many
# candidates may be elsewhere. What is wrong moves all of them.
FLAT = 0.02
ROWS = 'center_mask'  # tells which rows of the outputs beside it are centers


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


@torch.no_grad()
def check_equal(graph: PoseGraph, content: bytes, size: Size) -> float:
    """Compare a file with its network on pictures of three sizes, one of them a batch.

    Args:
        graph (PoseGraph): The network.
        content (bytes): What is to be in the file.
        size (tuple): Size (w, h) that the config gives inputs.

    Returns:
        float: The largest difference of any output, in its units.

    Raises:
        Difference: An output differs by more than :data:`LIMIT`; says which, and by how much.
    """
    session, step, worst = open_session(content), graph.step, 0.0
    for count, sides in ((1, size), (3, (3 * step, 2 * step)), (1, (2 * step, 5 * step))):
        inputs = graph.inputs(draw_pictures(count, sides))
        expected = {name: value.numpy() for name, value in graph(*inputs).items()}
        found = run(session, inputs)
        for names, difference in differences(expected, found, _thresholds(graph)):
            largest = [np.abs(expected[name]).max(initial=0) for name in names]
            allowed = LIMIT * max(1.0, *largest)
            if not difference <= allowed:
                raise Difference(
                    f'the output {", ".join(names)} of the file differs from the network by '
                    f'{difference:.3g}, more than {allowed:.3g}, on {count} pictures of '
                    f'{sides[0]}x{sides[1]} pixels'
                )
            worst = max(worst, difference)
    return worst


@torch.no_grad()
def check_people(
    graph: PoseGraph,
    content: bytes,
    pictures: Iterable[Picture],
    precision: str,
) -> Agreement:
    """Compare the people of a smaller file, whose outputs differ, with those of the network.

    Args:
        graph (PoseGraph): The network.
        content (bytes): What is to be in the file.
        pictures (iterable[Picture]): Of the data.
        precision (str): Says which of :data:`LIMITS` hold.

    Returns:
        Agreement: Over all pictures.

    Raises:
        Difference: People are lost, or their keypoints lie elsewhere.
    """
    session, decoding = open_session(content), graph.head.decoder.decoding
    sides: Tuple[List[Poses], List[Poses]] = ([], [])
    for picture in pictures:
        inputs = graph.inputs(picture.pixels, picture.edges)
        proposed = graph.propose(*inputs)
        sides[0].extend(graph.head.decoder.group(*proposed))
        found, in_graph = run(session, inputs), graph.decoding is not None
        sides[1].extend(read_poses(**found) if in_graph else decoding(found, proposed.grid))
    agreement = compare_people(*sides, graph.model.dataset_meta['sigmas'], COUNTED)
    share, pixels = LIMITS[precision]
    lost = agreement.found < share * agreement.people
    if lost or agreement.most > pixels:
        raise Difference(
            f'the {precision} file is too far from the network: {agreement}; allowed are '
            f'{share:.0%} of the people and {pixels} pixels'
        )
    return agreement


def _thresholds(graph: PoseGraph) -> List[float]:
    """Scores from which on there is a candidate or a center."""
    options = vars(graph.head.decoder.candidates)
    return [value for name, value in options.items() if name.endswith('threshold')]


def differences(
    expected: Arrays, found: Arrays, thresholds: List[float]
) -> Iterator[Tuple[Names, float]]:
    """How much the outputs of two sides differ, each for itself.

    Args:
        expected (dict): One side.
        found (dict): The other side.
        thresholds (list[float]): A candidate or center whose score is next to one of them may be
            missing on one side.

    Yields:
        tuple: Names of an output, or of those that tell one thing together, and the largest
        difference, of candidates and centers without the part :data:`FLAT` of them; infinite where
        shapes differ or one side lacks what the other has. Candidates and centers may be in any
        order.
    """
    for name in expected:
        if name not in found or expected[name].shape != found[name].shape:
            yield (name,), np.inf
            return
    sides = [dict(_rows(side)) for side in (expected, found)]
    together = {name for names in sides[0] for name in names}
    for name in expected.keys() - together:
        yield (name,), float(np.abs(expected[name] - found[name]).max(initial=0))
    for names, (scores, rows) in sides[0].items():
        images = zip(scores, rows, *sides[1][names])
        apart = np.concatenate([_row_differences(*image, thresholds) for image in images])
        yield names, float(np.quantile(np.append(apart, 0), 1 - FLAT, method='higher'))


def _rows(outputs: Arrays) -> Iterator[Tuple[Names, Tuple[np.ndarray, np.ndarray]]]:
    """Outputs that list something: their names, scores (G, M), 0 for padding, rows (G, M, D)."""
    if 'candidates' in outputs:
        rows = np.concatenate(outputs['candidates'])  # (B * K, M, 3 + L)
        yield ('candidates',), (rows[..., 0], rows)
    if ROWS in outputs:
        shape = outputs[ROWS].shape
        listed = {n: v for n, v in outputs.items() if v.shape[:2] == shape and n != 'candidates'}
        scores = next(v for n, v in listed.items() if v.shape == shape and n != ROWS)
        rows = [values.reshape(*shape, -1).astype(np.float32) for values in listed.values()]
        yield tuple(listed), (outputs[ROWS] * scores, np.concatenate(rows, -1))


def _row_differences(
    scores: np.ndarray,
    rows: np.ndarray,
    other_scores: np.ndarray,
    other_rows: np.ndarray,
    thresholds: List[float],
) -> np.ndarray:
    """How far each row is from the nearest one of the other side, both ways, (R,)."""
    apart = []
    there, theirs = rows[scores > 0], other_rows[other_scores > 0]
    for own, own_scores, others in ((there, scores, theirs), (theirs, other_scores, there)):
        own = own[_certain(own_scores, thresholds)]
        apart.append(np.abs(own[:, None] - others).max(-1).min(1, initial=np.inf))
    return np.concatenate(apart)


def _certain(scores: np.ndarray, thresholds: List[float]) -> np.ndarray:
    """Which of the rows that are there would be so, too, if scores differed a little."""
    lowest = [scores.min()] if scores.all() else []  # it is full: others may have been left out
    known = scores[scores > 0]
    return np.all([np.abs(known - limit) > LIMIT for limit in (0, *thresholds, *lowest)], axis=0)
