"""Which nodes of a graph compute with positions: numbers that grow with the picture."""

from typing import Dict, Iterable, List, Set

import onnx

SOURCES = ('Range', 'Shape')
READING = ('GridSample', 'Resize', 'TopK')  # what comes out are features again


def position_nodes(graph: onnx.GraphProto, weighted: Iterable[str]) -> Set[str]:
    """Names of the nodes that take numbers made of cells' places or of the picture's size.

    They may be values, indices or shapes. A layer with weights that takes them is the last one:
    features come out of it.

    Args:
        graph (GraphProto): Of a network.
        weighted (iterable): Operators of layers with weights.

    Returns:
        set: Of names; sources are not among them.
    """
    users: Dict[str, List[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    waiting = [name for node in graph.node if node.op_type in SOURCES for name in node.output]
    found: Set[str] = set()
    while waiting:
        for node in users.get(waiting.pop(), ()):
            if node.name in found or node.op_type in READING:
                continue
            found.add(node.name)
            if node.op_type not in weighted:
                waiting += node.output
    return found
