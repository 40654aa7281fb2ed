"""Exported files without a network: two people in every picture, fainter in dimmer ones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES, SKELETON, SIGMAS = ('left', 'right', 'top'), ((0, 2), (1, 2)), (0.1, 0.1, 0.1)
SIZE, STEP, STRIDE = (64, 64), 32, (4, 4)
# Cells of two people, (2, 3, 2), their keypoint scores in a white picture and their tags
CELLS = np.array([[[2, 3], [6, 3], [4, 1]], [[9, 12], [13, 12], [11, 8]]], np.float32)
PIXELS = 4 * CELLS + 1.5  # of the input: stride 4, from the middle of cells
SCORES = np.array([[0.9, 0.8, 0.7], [0.6, 0.5, 0.4]], np.float32)
TAGS = np.array([0.0, 5.0], np.float32)
GROUPING = dict(type='GreedyGrouping')
DECODING = dict(type='TagDecoding', grouping=GROUPING, completion=None)


def said(**changes: Any) -> dict:
    """What the file says about itself, with some entries changed; None leaves one out."""
    entries = dict(
        format=1,
        version='0.1.0',
        name='fake',
        decoding=DECODING,
        flip=False,
        input=dict(size=SIZE, mode='expand', step=STEP),
        grid=dict(stride=STRIDE, center_shift=None),
        keypoints=NAMES,
        skeleton=SKELETON,
        sigmas=SIGMAS,
        score_threshold=0.2,
        license=None,
    )
    return {**entries, **changes}


def write_file(path: Path, entries: Any = None, nodes: tuple = (), inputs: tuple = ()) -> Path:
    """Write a file.

    Args:
        path (Path): Where to.
        entries (dict | str): Its description, or any text. None is :func:`said`.
        nodes (tuple): Of the graph in place of its own, from ``images`` to ``candidates``.
        inputs (tuple): Further ones.
    """
    text = entries if isinstance(entries, str) else json.dumps(entries or said())
    white = np.concatenate(
        [SCORES[..., None], CELLS, np.broadcast_to(TAGS[:, None, None], (2, 3, 1))], axis=-1
    ).swapaxes(0, 1)[None]  # (1, K, M, 3 + L)
    scores = white * (np.arange(4) == 0)
    constants = dict(scores=scores, others=white - scores, axes=np.array([1, 2, 3]), most=255.0)
    own = (
        helper.make_node('Cast', ['images'], ['levels'], to=TensorProto.FLOAT),
        helper.make_node('ReduceMean', ['levels', 'axes'], ['mean'], keepdims=1),
        helper.make_node('Div', ['mean', 'most'], ['brightness']),
        helper.make_node('Mul', ['scores', 'brightness'], ['fainter']),
        helper.make_node('Add', ['fainter', 'others'], ['candidates']),
    )
    images = helper.make_tensor_value_info('images', TensorProto.UINT8, ['B', 'H', 'W', 3])
    shape = ['B', *white.shape[1:]]
    graph = helper.make_graph(
        list(nodes or own),
        'fake',
        [images, *inputs],
        [helper.make_tensor_value_info('candidates', TensorProto.FLOAT, shape)],
        [
            numpy_helper.from_array(
                np.asarray(value, np.int64 if name == 'axes' else np.float32), name
            )
            for name, value in constants.items()
        ],
    )
    opset = helper.make_opsetid('', 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    if text:
        helper.set_model_props(model, {'author': 'nobody', 'mmpose_ae': text})
    onnx.save(model, path)
    return path
