"""The benchmark of networks: its rows, and its counts worked out by hand."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mmengine.config import Config
from mmpose.structures import PoseDataSample
from onnx import TensorProto, helper, numpy_helper
from small_configs import make_small

CONFIG = (
    Path(__file__).resolve().parents[2]
    / 'configs/associative_embedding/coco/ae_hourglass-w32_8xb24-300e_coco-512x512.py'
)
FLOAT = TensorProto.FLOAT


def weight(name, *shape):
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def save(path, graph):
    opset = helper.make_opsetid('', 18)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=10), path)
    return path


@pytest.fixture
def network(tmp_path):
    """A grouped convolution, a transposed one and a product of matrices."""
    nodes = [
        helper.make_node('Conv', ['images', 'a'], ['x'], group=3, strides=[2, 2]),
        helper.make_node('ConvTranspose', ['x', 'b'], ['y'], strides=[2, 2]),
        helper.make_node('MatMul', ['y', 'c'], ['out']),
    ]
    weights = [weight('a', 6, 1, 2, 2), weight('b', 6, 3, 2, 2), weight('c', 6, 5)]
    ends = [
        [helper.make_tensor_value_info(name, FLOAT, shape)]
        for name, shape in (('images', (1, 3, 4, 6)), ('out', (1, 3, 4, 5)))
    ]
    return save(tmp_path / 'by_hand.onnx', helper.make_graph(nodes, 'by hand', *ends, weights))


@pytest.fixture
def exported(tmp_path, request):
    """For pictures of all sizes, of an integer type; gives the size of each."""
    node = helper.make_node('Shape', ['images'], ['shape'])
    ends = [
        [helper.make_tensor_value_info('images', request.param, ['B', 'H', 'W', 3])],
        [helper.make_tensor_value_info('shape', TensorProto.INT64, [4])],
    ]
    graph = helper.make_graph([node], 'exported', *ends, [weight('unused', 1000, 1000)])
    return save(tmp_path / 'exported.onnx', graph)


@pytest.fixture
def tool(load_tool):
    return load_tool('benchmark/networks')


def test_work_of_each_kind_of_layer(tool, network, monkeypatch):
    monkeypatch.setattr(tool, 'round', lambda value, digits: value, raising=False)
    work = tool.count_work(network)
    convolution = (6 * 2 * 3) * (1 * 2 * 2)  # of each output the channel of its group, 2x2
    transposed = (6 * 2 * 3) * (3 * 2 * 2)  # each input goes to 3 channels, 2x2
    matrices = (3 * 4 * 5) * 6
    assert work['gmacs'] * 1e9 == pytest.approx(convolution + transposed + matrices)
    assert work['parameters_m'] * 1e6 == pytest.approx(24 + 72 + 30)


def test_rows(tool, network, monkeypatch, tmp_path):
    """Files as they are, networks of configs at the size that is asked for."""
    asked = []

    def write(config, size, path):
        asked.append((config.name, size))
        path.write_bytes(network.read_bytes())

    monkeypatch.setattr(tool, 'write_onnx', write)
    argv = ['networks', network, CONFIG, '--size', 6, 4, '--repeats', 3]
    monkeypatch.setattr('sys.argv', [*map(str, argv), '--json', str(tmp_path / 'rows.json')])
    tool.main()
    rows = json.loads((tmp_path / 'rows.json').read_text())
    assert asked == [(CONFIG.name, [6, 4])]
    assert [row['network'] for row in rows] == ['by_hand', CONFIG.stem]
    assert rows[0]['ratio'] == 1
    for row in rows:
        low, high = row['cpu_quartiles_ms']
        assert 0 <= low <= row['cpu_ms'] <= high and row['gmacs'] == 0 and row['parameters_m'] == 0


@pytest.mark.parametrize('exported', [TensorProto.UINT8, TensorProto.INT32], indirect=True)
def test_an_exported_file_gets_pictures_of_the_size(tool, exported):
    (shape,) = tool.open_session(exported, (64, 128))()
    assert shape.tolist() == [1, 128, 64, 3]
    assert tool.count_work(exported) == dict(parameters_m=1.0, gmacs=None)


def test_what_cannot_be_compared_is_refused(tool, network, monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match=r'by_hand.onnx: its input is .*, expected \(1, 3, 8, 6\)'):
        tool.open_session(network, (6, 8))
    (tmp_path / 'other').mkdir()
    other = tmp_path / 'other' / network.name
    other.write_bytes(network.read_bytes())
    monkeypatch.setattr('sys.argv', ['networks', str(network), str(other)])
    with pytest.raises(SystemExit, match='two networks are named by_hand'):
        tool.main()


def test_networks_without_tags_are_refused(tool, tmp_path):
    name = 'cid/synth_crowd/cid_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'
    with pytest.raises(SystemExit, match=r'192x192.py: CIDHead does not group by tags'):
        tool.write_onnx(CONFIG.parents[2] / name, (64, 64), tmp_path / 'cid.onnx')


def test_rtmo_is_that_of_mmpose(load_tool, monkeypatch, tmp_path):
    """Its best people, where no two boxes are alike enough to be doubles."""
    seen = {}
    monkeypatch.setattr('torch.onnx.export', lambda *args, **kwargs: seen.update(args=args))
    load_tool('benchmark/peers').write_rtmo('rtmo-t', (96, 64), tmp_path / 'rtmo.onnx')
    network, (images,), _ = seen['args']
    assert images.shape == (1, 3, 64, 96)
    sample = PoseDataSample(metainfo=dict(input_size=(96, 64)))
    with torch.no_grad():
        found = network(images)
        features = network.model.extract_feat(images)
        options = dict(score_thr=0, nms_thr=0.9999)
        (poses,) = network.model.head.predict(features, [sample], options)
    names = ('scores', 'keypoints', 'keypoint_scores')
    cells = 64 * 96 * (1 / 16**2 + 1 / 32**2)
    assert len(poses.scores) == cells == len(found[0]) == 30
    for name, values in zip(names, found, strict=True):
        np.testing.assert_allclose(values, poses[name], rtol=1e-4, atol=1e-2)


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
