"""A network by hand, and a picture: keypoints are spots of red, green and blue.

The tag is 0 in the left half and 5 in the right one, so two people are known.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INPUT_SIZE, STRIDE, MOST = (96, 64), 4, 20
CELLS = (24, 16)
NAMES = ('red', 'green', 'blue')
# Cell, channel in the order of NAMES, and value of each spot; the last one is no candidate.
SPOTS = [
    ((3, 4), 0, 255),
    ((5, 8), 1, 255),
    ((4, 12), 2, 255),
    ((18, 5), 0, 153),
    ((20, 9), 1, 153),
    ((19, 13), 2, 20),
]
DESCRIPTION = dict(
    format=1,
    version='0.1.0',
    name='spots',
    decoding=dict(
        type='TagDecoding',
        tag_threshold=1.0,
        keypoint_order=None,
        refinement=None,
        grouping=dict(type='DensityGrouping', reach=1.4, spread=2.0, join_below=3.0),
        completion=dict(rule='nearest', threshold=0.01, score=None),
        scoring=dict(max_instances=None),
    ),
    flip=False,
    input=dict(size=INPUT_SIZE, mode='fit', step=32),
    grid=dict(stride=[STRIDE, STRIDE], center_shift=None),
    keypoints=NAMES,
    skeleton=[[0, 1], [1, 2]],
    dataset='spots',
    score_threshold=0.25,
    license=None,
)
# Rows of people: position in pixels of the picture, score, filled; and their scores.
PEOPLE = [
    dict(score=1.0, keypoints=[[27, 35, 1, 0], [43, 67, 1, 0], [35, 99, 1, 0]]),
    dict(score=0.4, keypoints=[[147, 43, 0.6, 0], [163, 75, 0.6, 0], [155, 107, 0.0078, 1]]),
]


def write_picture(path: Path) -> None:
    """Write a picture of the two people, twice as large as the input."""
    picture = np.zeros((CELLS[1], CELLS[0], 3), np.uint8)
    for (x, y), channel, value in SPOTS:
        picture[y, x, 2 - channel] = value  # BGR
    side = 2 * STRIDE
    cv2.imwrite(str(path), np.kron(picture, np.ones((side, side, 1), np.uint8)))


def write_network(path: Path, **changed: object) -> None:
    """Write the network, with some of its description changed."""
    columns, rows = CELLS
    tags = np.broadcast_to(5 * (np.arange(columns) >= columns // 2), (1, 3, rows, columns))
    constants = dict(
        scale=np.float32(1 / 255),
        flat=np.array([1, 3, rows * columns]),
        most=np.array([MOST]),
        least=np.float32(0.1),
        columns=np.int64(columns),
        last=np.array([-1]),
        tags_by_hand=tags.astype(np.float32),
    )
    pool = dict(kernel_shape=[3, 3], pads=[1] * 4)
    steps = [
        ('Cast', ['images'], ['values'], dict(to=TensorProto.FLOAT)),
        ('Transpose', ['values'], ['planes'], dict(perm=[0, 3, 1, 2])),
        (
            'AveragePool',
            ['planes'],
            ['means'],
            dict(kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2),
        ),
        ('Mul', ['means', 'scale'], ['heatmaps'], {}),
        ('Identity', ['tags_by_hand'], ['tags'], {}),
        ('MaxPool', ['heatmaps'], ['around'], pool),
        ('Equal', ['heatmaps', 'around'], ['highest'], {}),
        ('Cast', ['highest'], ['factors'], dict(to=TensorProto.FLOAT)),
        ('Mul', ['heatmaps', 'factors'], ['peaks'], {}),
        ('Reshape', ['peaks', 'flat'], ['row'], {}),
        ('TopK', ['row', 'most'], ['best', 'index'], {}),
        ('Greater', ['best', 'least'], ['high'], {}),
        ('Cast', ['high'], ['kept'], dict(to=TensorProto.FLOAT)),
        ('Mul', ['best', 'kept'], ['score'], {}),
        ('Mod', ['index', 'columns'], ['column'], {}),
        ('Div', ['index', 'columns'], ['line'], {}),
        ('Cast', ['column'], ['x'], dict(to=TensorProto.FLOAT)),
        ('Cast', ['line'], ['y'], dict(to=TensorProto.FLOAT)),
        ('Reshape', ['tags', 'flat'], ['tag_row'], {}),
        ('GatherElements', ['tag_row', 'index'], ['tag'], dict(axis=2)),
    ]
    names = ['score', 'x', 'y', 'tag']
    steps += [('Unsqueeze', [name, 'last'], [f'{name}_last'], {}) for name in names]
    steps += [('Concat', [f'{name}_last' for name in names], ['candidates'], dict(axis=-1))]
    shapes = dict(candidates=[1, 3, MOST, 4], heatmaps=tags.shape, tags=tags.shape)
    graph = helper.make_graph(
        [helper.make_node(kind, *names, **options) for kind, *names, options in steps],
        'spots',
        [helper.make_tensor_value_info('images', TensorProto.UINT8, [1, *INPUT_SIZE[::-1], 3])],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10)
    description = {**DESCRIPTION, **changed}
    helper.set_model_props(model, dict(mmpose_ae=json.dumps(description)) if description else {})
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
