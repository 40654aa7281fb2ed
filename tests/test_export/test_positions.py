"""Positions in a graph, which stay float: a picture may be larger than those of the calibration."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from mmpose_ae.export.checking import open_session
from mmpose_ae.export.positions import position_nodes
from mmpose_ae.export.quantizing import WEIGHTED, float_nodes, to_int8

CONSTANTS = dict(
    w1=np.full((1, 1, 1, 1), 0.01, np.float32),
    w2=np.ones((1, 1, 1, 1), np.float32),
    w3=np.array([1.0, 0.0], np.float32).reshape(1, 2, 1, 1),
    zero=np.int64(0),
    one=np.int64(1),
    place=np.int64(3),
    half=np.float32(0.5),
    two=np.float32(2),
    none=np.float32(0),
    axes=np.array([0, 1, 3]),
)


def located_network():
    """Pictures of one row: a layer, its features read where they are, and two further layers.

    The second one also takes how far the columns are from the left.
    """
    nodes = [
        helper.make_node('Cast', ['images'], ['x'], 'cast', to=TensorProto.FLOAT),
        helper.make_node('Conv', ['x', 'w1'], ['a'], 'first'),
        helper.make_node('Shape', ['images'], ['shape'], 'shape'),
        helper.make_node('Gather', ['shape', 'place'], ['width'], 'width'),
        helper.make_node('Range', ['zero', 'width', 'one'], ['columns'], 'range'),
        helper.make_node('Cast', ['columns'], ['lefts'], 'float', to=TensorProto.FLOAT),
        helper.make_node('Cast', ['width'], ['all'], 'all', to=TensorProto.FLOAT),
        helper.make_node('Add', ['lefts', 'half'], ['middles'], 'middles'),
        helper.make_node('Mul', ['middles', 'two'], ['doubled'], 'doubled'),
        helper.make_node('Div', ['doubled', 'all'], ['parts'], 'parts'),
        helper.make_node('Sub', ['parts', 'half'], ['nearly'], 'nearly'),
        helper.make_node('Sub', ['nearly', 'half'], ['shares'], 'shares'),  # -1 to 1
        helper.make_node('Unsqueeze', ['shares', 'axes'], ['grid_x'], 'grid_x'),
        helper.make_node('Mul', ['grid_x', 'none'], ['grid_y'], 'grid_y'),
        helper.make_node('Concat', ['grid_x', 'grid_y'], ['grid'], 'grid', axis=3),
        helper.make_node('GridSample', ['a', 'grid'], ['b'], 'sample'),
        helper.make_node('Conv', ['b', 'w2'], ['c'], 'second'),
        helper.make_node('Shape', ['c'], ['size'], 'size'),
        helper.make_node('Expand', ['lefts', 'size'], ['map'], 'map'),
        helper.make_node('Expand', ['c', 'size'], ['d'], 'same'),
        helper.make_node('Concat', ['d', 'map'], ['both'], 'both', axis=1),
        helper.make_node('Conv', ['both', 'w3'], ['e'], 'third'),
        helper.make_node('Relu', ['e'], ['f'], 'relu'),
        helper.make_node('Conv', ['f', 'w2'], ['out'], 'last'),
    ]
    sides = [1, 1, 1, 'w']
    images = [helper.make_tensor_value_info('images', TensorProto.UINT8, sides)]
    outputs = [helper.make_tensor_value_info('out', TensorProto.FLOAT, sides)]
    weights = [numpy_helper.from_array(np.asarray(v), name) for name, v in CONSTANTS.items()]
    graph = helper.make_graph(nodes, 'network', images, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10)


def test_what_positions_become_stays_float_until_features_come_out():
    """Not what is read at a place, but what takes its shape from the picture."""
    graph = located_network().graph
    found = position_nodes(graph, WEIGHTED)
    of_grid = {'middles', 'doubled', 'parts', 'nearly', 'shares', 'grid_x', 'grid_y', 'grid'}
    assert found == {'width', 'range', 'float', 'all', *of_grid, 'map', 'same', 'both', 'third'}
    assert float_nodes(graph) == {*found, 'last'}


@pytest.mark.parametrize('times', [1, 8])
def test_a_quantized_network_takes_wider_pictures(times):
    """Features reach to 2.55, so that eight bits are steps of 0.01."""
    draw = np.random.default_rng(0)
    seen = [draw.integers(0, 256, (1, 1, 1, 24), dtype=np.uint8) for _ in range(4)]
    model = located_network()
    small = to_int8(model, [dict(images=each) for each in seen])
    assert TensorProto.INT8 in {each.data_type for each in small.graph.initializer}
    wide = dict(images=np.concatenate([seen[0]] * times, -1))
    expected, found = (
        open_session(each.SerializeToString()).run(None, wide)[0] for each in (model, small)
    )
    np.testing.assert_allclose(found, expected, atol=0.05)
