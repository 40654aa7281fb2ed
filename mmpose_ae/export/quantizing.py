"""Files that are smaller and faster, and not exactly the network any more."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Dict, Iterable, List, Optional, Set

import numpy as np
import onnx
import onnx_ir
from onnx_ir.passes.common import DeduplicateInitializersPass
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from .positions import position_nodes

WEIGHTED = ('Conv', 'ConvTranspose')
# What lies between layers with weights: quantized, too, or numbers would go back and forth.
BETWEEN = ('Add', 'AveragePool', 'Concat', 'GlobalAveragePool', 'MaxPool', 'Mul', 'Relu', 'Resize')


class _Pictures(CalibrationDataReader):
    """Hands inputs to the calibration one by one."""

    def __init__(self, inputs: Iterable[Dict[str, np.ndarray]]) -> None:
        self._inputs = iter(inputs)

    def get_next(self) -> Optional[Dict[str, np.ndarray]]:
        return next(self._inputs, None)


def to_int8(model: onnx.ModelProto, inputs: Iterable[Dict[str, np.ndarray]]) -> onnx.ModelProto:
    """Quantize a network's layers to 8 bits; its last layers, decoding and positions stay float.

    Weights are signed and scaled by channel, activations unsigned, in QDQ form: operators stay
    standard.

    Args:
        model (onnx.ModelProto): What :func:`mmpose_ae.export.exporting.to_onnx` gives.
        inputs (iterable[dict]): Inputs like those to come, which tell the range of every
            activation.

    Returns:
        onnx.ModelProto: With the same inputs and outputs.
    """
    with TemporaryDirectory(prefix='mmpose_ae_') as folder:
        whole, folded, small = (Path(folder) / f'{name}.onnx' for name in ('a', 'b', 'c'))
        onnx.save(model, whole)
        quant_pre_process(whole, folded, skip_symbolic_shape=True)  # folds norms into weights
        quantize_static(
            folded,
            small,
            _Pictures(inputs),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=[*WEIGHTED, *BETWEEN],
            nodes_to_exclude=sorted(float_nodes(onnx.load(folded).graph)),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        quantized = onnx_ir.load(small)
    DeduplicateInitializersPass()(quantized)  # views share their weights again
    return _only_standard(onnx_ir.to_proto(quantized))


def _only_standard(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop the notes of ONNX Runtime's tools, and the sets of operators that they list in vain."""
    del model.metadata_props[:]
    used = {node.domain for node in model.graph.node}
    kept = [entry for entry in model.opset_import if entry.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    return model


def float_nodes(graph: onnx.GraphProto) -> Set[str]:
    """Names of the nodes that stay float: from the last layers with weights to the outputs.

    Everything else in the graph that no such layer depends on stays float as well, and so do
    positions: in a larger picture they leave the range that they have in those of the calibration.
    """
    makers = {name: node for node in graph.node for name in node.output}
    last: List[onnx.NodeProto] = []
    decoding = _walk_back([output.name for output in graph.output], makers, last)
    network: Set[str] = set()
    for node in last:
        network |= _walk_back(node.input, makers)
    beside = {node.name for node in graph.node if node.name not in network}
    return decoding | beside | position_nodes(graph, WEIGHTED)


def _walk_back(
    names: Iterable[str],
    makers: Dict[str, onnx.NodeProto],
    last: Optional[List[onnx.NodeProto]] = None,
) -> Set[str]:
    """Nodes that values depend on; with a list not beyond layers with weights, which it gets."""
    found, waiting = set(), list(names)
    while waiting:
        node = makers.get(waiting.pop())
        if node is None or node.name in found:
            continue
        found.add(node.name)
        if last is not None and node.op_type in WEIGHTED:
            last.append(node)
        else:
            waiting += node.input
    return found
