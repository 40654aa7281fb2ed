"""Eight bits: which nodes stay float, and what a quantized file still is."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

from mmpose_ae.export.quantizing import float_nodes, to_int8


def network():
    """Two layers, the second one's heatmap between a sum and a maximum, and a branch beside it."""
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name)
        for name, shape in (('w1', (8, 3, 3, 3)), ('w2', (4, 8, 1, 1)))
    ]
    nodes = [
        helper.make_node('Cast', ['images'], ['x'], 'cast', to=TensorProto.FLOAT),
        helper.make_node('Conv', ['x', 'w1'], ['a'], 'first', pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['a'], ['b'], 'relu'),
        helper.make_node('Conv', ['b', 'w2'], ['heatmaps'], 'last'),
        helper.make_node('Add', ['heatmaps', 'heatmaps'], ['twice'], 'sum'),
        helper.make_node('ReduceMax', ['twice'], ['highest'], 'maximum'),
        helper.make_node('Shape', ['images'], ['shape'], 'beside'),
    ]
    sides = ['batch', 3, 'h', 'w']
    outputs = [
        helper.make_tensor_value_info('heatmaps', TensorProto.FLOAT, ['batch', 4, 'h', 'w']),
        helper.make_tensor_value_info('highest', TensorProto.FLOAT, None),
        helper.make_tensor_value_info('shape', TensorProto.INT64, [4]),
    ]
    images = [helper.make_tensor_value_info('images', TensorProto.UINT8, sides)]
    graph = helper.make_graph(nodes, 'network', images, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10)


def test_last_layers_and_what_is_behind_them_stay_float():
    assert float_nodes(network().graph) == {'last', 'sum', 'maximum', 'beside'}


@pytest.fixture(scope='module')
def pictures():
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (1, 3, 16, 24), dtype=np.uint8) for _ in range(4)]


def compute_heatmaps(model, images):
    """As the file says: without optimizations, which on some CPUs sum up in 16 bits."""
    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    session = InferenceSession(
        model.SerializeToString(), options, providers=['CPUExecutionProvider']
    )
    return session.run(['heatmaps'], dict(images=images))[0]


def test_quantized_layers_give_about_the_same(pictures):
    model = network()
    small = to_int8(model, [dict(images=each) for each in pictures])
    assert {entry.domain for entry in small.opset_import} == {''}
    kinds = {each.name: each.data_type for each in small.graph.initializer}
    assert TensorProto.INT8 in kinds.values()
    assert kinds['w2'] == TensorProto.FLOAT  # of the last layer
    expected, found = (compute_heatmaps(each, pictures[0]) for each in (model, small))
    error, scale = np.abs(found - expected).mean(), np.abs(expected).mean()
    assert 0 < error < 0.02 * scale
