"""From a module to a file of ONNX, for pictures of any number and size."""

import logging
import warnings
from contextlib import contextmanager
from typing import Iterator, Tuple

import onnx
import torch
from torch import Tensor
from torch.export import Dim

from .graph import PoseGraph

OPSET = 18
INPUTS = ['images', 'shown']
MOST_STEPS = 256  # of a side: the exporter wants an end


def to_onnx(graph: PoseGraph) -> onnx.ModelProto:
    """Export a graph; batch, height and width stay open.

    Args:
        graph (PoseGraph): On the CPU.

    Returns:
        onnx.ModelProto: Of standard operators alone, with names for inputs and outputs.

    Raises:
        ValueError: The graph has operators that are not ONNX's own, so that not every runtime
            knows them.
    """
    inputs = example_inputs(graph)
    step, batch = graph.step, Dim('batch', min=1, max=2**16)
    height, width = (Dim(name, min=1, max=MOST_STEPS) for name in ('rows', 'columns'))
    open_sizes = [{0: batch, 1: step * height, 2: step * width}, {0: batch}][: len(inputs)]
    with torch.no_grad(), _silent():
        names = list(graph(*inputs))
        program = torch.export.export(graph, inputs, dynamic_shapes=tuple(open_sizes))
        exported = torch.onnx.export(
            program,
            dynamo=True,
            opset_version=OPSET,
            input_names=INPUTS[: len(inputs)],
            output_names=names,
            verbose=False,
        )
    model = exported.model_proto
    _forget_sources(model)
    _check_standard(model)
    return model


def example_inputs(graph: PoseGraph) -> Tuple[Tensor, ...]:
    """Two pictures, wider than high, so that nothing is taken for constant or for each other."""
    images = torch.zeros(2, 3 * graph.step, 4 * graph.step, 3, dtype=torch.uint8)
    return graph.inputs(images)


@contextmanager
def _silent() -> Iterator[None]:
    """Keep from users what the exporter says to its developers."""
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(level)


def _forget_sources(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes of the code behind each node, paths of this machine included."""
    graph = model.graph
    values = *graph.value_info, *graph.initializer, *graph.input, *graph.output
    for entry in (graph, *graph.node, *values):
        del entry.metadata_props[:]
        entry.doc_string = ''


def _check_standard(model: onnx.ModelProto) -> None:
    foreign = {f'{node.domain}.{node.op_type}' for node in model.graph.node if node.domain}
    foreign |= {function.name for function in model.functions}
    if foreign:
        raise ValueError(f'the graph has operators that are not standard: {sorted(foreign)}')
