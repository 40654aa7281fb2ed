"""From a module to a file of ONNX, for pictures of any number and size."""

import logging
import re
import warnings
from contextlib import contextmanager
from math import ceil
from typing import Iterator, List, Tuple

import onnx
import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from mmpose_ae.runtime.model import IMAGES, SHOWN

from .graph import PoseGraph
from .simplifying import simplify

OPSET = 18
INPUTS = [IMAGES, SHOWN]
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
    with torch.no_grad(), _silent():
        names = list(graph(*inputs))
        exported = torch.onnx.export(
            trace(graph),
            dynamo=True,
            opset_version=OPSET,
            input_names=INPUTS[: len(inputs)],
            output_names=names,
            verbose=False,
            optimize=False,
        )
        simplify(exported.model)
    model = exported.model_proto
    _forget_sources(model)
    _name_sizes(model.graph)
    _check_standard(model)
    return model


@torch.no_grad()
def trace(graph: PoseGraph) -> ExportedProgram:
    """Record what a graph computes, for batches and sides of any size."""
    inputs, fewest, step = example_inputs(graph), fewest_steps(graph), graph.step
    batch = Dim('batch', min=1, max=2**16)
    height, width = (Dim(name, min=fewest, max=MOST_STEPS) for name in ('rows', 'columns'))
    open_sizes = [{0: batch, 1: step * height, 2: step * width}, {0: batch}]
    return torch.export.export(graph, inputs, dynamic_shapes=tuple(open_sizes[: len(inputs)]))


def example_inputs(graph: PoseGraph) -> Tuple[Tensor, ...]:
    """Two pictures, wider than high, so that nothing is taken for constant or for each other."""
    images = torch.zeros(2, 3 * graph.step, 4 * graph.step, 3, dtype=torch.uint8)
    return graph.inputs(images)


@torch.no_grad()
def fewest_steps(graph: PoseGraph) -> int:
    """Steps of the shortest side for which heatmaps have a cell for every candidate."""
    stride = max(graph.propose(*example_inputs(graph)).grid.stride)
    return ceil(graph.head.decoder.candidates.max_candidates**0.5 * stride / graph.step)


@contextmanager
def _silent() -> Iterator[None]:
    """Keep from users what the exporter says to its developers."""
    loggers = [logging.getLogger(name) for name in ('torch.onnx', 'onnxscript')]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


def _forget_sources(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes of the code behind each node, paths of this machine included."""
    graph = model.graph
    del graph.value_info[:]
    for entry in (graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        del entry.metadata_props[:]
        entry.doc_string = ''


def _name_sizes(graph: onnx.GraphProto) -> None:
    """Call open sizes batch, h and w, the last two in steps, and not s34."""
    names = dict(zip(_symbols(graph.input[0]), ('batch', 'h', 'w')))
    for value in (*graph.input, *graph.output):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_param = re.sub(r's\d+', lambda m: names[m[0]], size.dim_param)


def _symbols(value: onnx.ValueInfoProto) -> List[str]:
    """The exporter's names for the open sizes of an input."""
    sizes = (size.dim_param for size in value.type.tensor_type.shape.dim)
    return [re.search(r's\d+', size)[0] for size in sizes if size]


def _check_standard(model: onnx.ModelProto) -> None:
    foreign = {f'{node.domain}.{node.op_type}' for node in model.graph.node if node.domain}
    foreign |= {function.name for function in model.functions}
    if foreign:
        raise ValueError(f'the graph has operators that are not standard: {sorted(foreign)}')
