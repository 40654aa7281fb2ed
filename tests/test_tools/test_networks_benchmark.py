"""The benchmark of networks: its rows, and its counts worked out by hand."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mmengine.config import Config
from onnx import TensorProto, helper
from small_configs import make_small

CONFIG = (
    Path(__file__).resolve().parents[2]
    / 'configs/associative_embedding/coco/ae_hourglass-w32_8xb24-300e_coco-512x512.py'
)
FLOAT = TensorProto.FLOAT


def weight(name, *shape):
    return helper.make_tensor(name, FLOAT, shape, np.zeros(shape, np.float32).ravel())


@pytest.fixture
def network(tmp_path):
    """A grouped convolution, a transposed one and a product of matrices."""
    nodes = [
        helper.make_node('Conv', ['images', 'a'], ['x'], group=2, strides=[2, 2]),
        helper.make_node('ConvTranspose', ['x', 'b'], ['y'], strides=[2, 2]),
        helper.make_node('MatMul', ['y', 'c'], ['out']),
    ]
    weights = [weight('a', 8, 2, 2, 2), weight('b', 8, 3, 2, 2), weight('c', 6, 5)]
    ends = [
        [helper.make_tensor_value_info(name, FLOAT, shape)]
        for name, shape in (('images', (1, 4, 4, 6)), ('out', (1, 3, 4, 5)))
    ]
    graph = helper.make_graph(nodes, 'by hand', *ends, weights)
    path = tmp_path / 'by_hand.onnx'
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10)
    onnx.save(model, path)
    return path


@pytest.fixture
def tool(load_tool):
    return load_tool('benchmark/networks')


def test_work_of_each_kind_of_layer(tool, network, monkeypatch):
    monkeypatch.setattr(tool, 'round', lambda value, digits: value, raising=False)
    work = tool.count_work(network)
    convolution = (8 * 2 * 3) * (2 * 2 * 2)  # of each output the 2 channels of its group, 2x2
    transposed = (8 * 2 * 3) * (3 * 2 * 2)  # each input goes to 3 channels, 2x2
    matrices = (3 * 4 * 5) * 6
    assert work['gmacs'] * 1e9 == pytest.approx(convolution + transposed + matrices)
    assert work['parameters_m'] * 1e6 == pytest.approx(64 + 96 + 30)


def test_rows(tool, network, monkeypatch, tmp_path):
    """Files as they are, networks of configs at the size that is asked for."""
    asked = []

    def write(config, size, path):
        asked.append((config.name, size))
        path.write_bytes(network.read_bytes())

    monkeypatch.setattr(tool, 'write_onnx', write)
    argv = ['networks', network, CONFIG, '--size', 64, 128, '--repeats', 3]
    monkeypatch.setattr('sys.argv', [*map(str, argv), '--json', str(tmp_path / 'rows.json')])
    tool.main()
    rows = json.loads((tmp_path / 'rows.json').read_text())
    assert asked == [(CONFIG.name, [64, 128])]
    assert [row['network'] for row in rows] == ['by_hand', CONFIG.stem]
    assert rows[0]['ratio'] == 1
    for row in rows:
        low, high = row['cpu_quartiles_ms']
        assert 0 <= low <= row['cpu_ms'] <= high and row['gmacs'] == 0 and row['parameters_m'] == 0


def test_a_network_gives_the_candidates_of_its_maps(tool, monkeypatch, tmp_path):
    """Exporting takes ten seconds: here what is exported is run instead."""
    seen = {}
    monkeypatch.setattr('torch.onnx.export', lambda *args, **kwargs: seen.update(args=args))
    (tmp_path / 'small.py').write_text(make_small(Config.fromfile(CONFIG)).pretty_text)
    tool.write_onnx(tmp_path / 'small.py', (128, 192), tmp_path / 'small.onnx')
    network, (images,), path = seen['args']
    assert images.shape == (1, 3, 192, 128) and path == tmp_path / 'small.onnx'
    with torch.no_grad():
        scores, cells, tags = network(images)
        outputs = network.model.head(network.model.extract_feat(images))[-1]
    assert tags.shape[:3] == scores.shape and scores.shape[:2] == (1, 17)
    best = outputs.heatmaps[0].flatten(2).amax(2)
    torch.testing.assert_close(scores[:, :, 0], torch.where(best > 0.1, best, 0.0))
