"""``mmpose-ae export``: what is in the file, what else is done with it, and what is refused.

All that needs a file of the command is here, since exporting takes seconds.
"""

import hashlib
import json
from argparse import Namespace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from tiny_crowd import write_tiny_crowd

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.commands import export as command
from mmpose_ae.export import writing
from mmpose_ae.export.loading import load
from mmpose_ae.export.metadata import license_of
from mmpose_ae.export.quantizing import to_int8
from mmpose_ae.frame import Frame
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.registry import MODELS
from mmpose_ae.runtime import ExportedModel, read_description
from mmpose_ae_cli import main

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / 'configs/associative_embedding/coco'


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    """A folder with a config of Associative Embedding, random weights and their data."""
    folder = tmp_path_factory.mktemp('export')
    config = write_tiny_crowd(folder)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(Config.fromfile(config).model)
    meta = dict(score_threshold=0.25)
    torch.save(dict(state_dict=model.state_dict(), meta=meta), folder / 'tiny.pth')
    return folder


@pytest.fixture(scope='module')
def exported(tiny):
    """The file of the command, which looks at the mirrored picture, too."""
    arguments = [tiny / 'tiny.py', tiny / 'tiny.pth', tiny / 'tiny.onnx', '--flip']
    arguments += ['--license', 'CC0-1.0']
    # Upsampled heatmaps of random weights have flat peaks, refined by their last digits.
    arguments += ['--cfg-options', 'model.test_cfg.restore_heatmap_size=False']
    assert main(['export', *map(str, arguments)]) == 0
    return tiny / 'tiny.onnx'


def export(tiny, name='new.onnx', *arguments, config='tiny.py'):
    """Run the command; gives its status and the file."""
    given = [tiny / config, tiny / 'tiny.pth', tiny / name, *arguments]
    return main(['export', *map(str, given)]), tiny / name


def test_the_file_is_standard_and_open_to_any_size(exported):
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [('', 18)]
    assert {node.domain for node in model.graph.node} == {''}
    assert not {'Loop', 'Scan', 'If'} & {node.op_type for node in model.graph.node}
    (images,) = model.graph.input
    sizes = [size.dim_param or size.dim_value for size in images.type.tensor_type.shape.dim]
    assert (images.name, sizes) == ('images', ['batch', '64*h', '64*w', 3])
    assert [output.name for output in model.graph.output] == ['candidates', 'heatmaps', 'tags']
    assert str(exported.parent) not in str(model)  # nor other paths of this machine
    assert '.py' not in model.SerializeToString().decode('latin1').replace('tiny.py', '')


def test_the_file_says_what_it_is(exported, tiny):
    (entry,) = onnx.load(exported).metadata_props
    said = json.loads(entry.value)
    assert entry.key == 'mmpose_ae'
    assert (said['format'], said['name'], said['dataset']) == (1, 'tiny', 'coco')
    assert said['input'] == dict(size=[64, 64], mode='expand', step=64)
    assert said['grid'] == dict(stride=[4, 4], center_shift=None)
    assert (said['flip'], said['precision'], said['score_threshold']) == (True, 'fp32', 0.25)
    assert said['decoding']['type'] == 'TagDecoding'
    assert said['keypoints'][:2] == ['nose', 'left_eye']
    assert said['flip_indices'][:3] == [0, 2, 1]
    for name in ('sigmas', 'keypoint_colors'):
        assert len(said[name]) == 17
    assert len(said['link_colors']) == len(said['skeleton'])
    content = (tiny / 'tiny.pth').read_bytes()
    assert said['weights'] == hashlib.sha256(content).hexdigest()[:8]
    assert said['license'] == 'CC0-1.0'
    assert read_description(exported).score_threshold == 0.25


@pytest.mark.parametrize('over_time', [True, False])
@pytest.mark.parametrize('poses', [None, {}])
def test_files_of_people_promise_no_tags(tiny, tmp_path, over_time, poses):
    """These outputs are poses alone; trackers must not wait for tags to find somebody again."""
    options = {'model.head.tags_over_time': over_time}
    loaded = load(tiny / 'tiny.py', tiny / 'tiny.pth', options)
    assert loaded.model.head.tags_over_time is over_time
    model = onnx.ModelProto(graph=onnx.GraphProto(name='empty'))
    writing.note(model, writing.tell(loaded, writing.make_graph(loaded, poses=poses), 'fp32'))
    onnx.save(model, tmp_path / 'a.onnx')
    description = read_description(tmp_path / 'a.onnx')
    assert (description.decoding is None) is (poses is not None)
    assert description.tags_over_time is (over_time and poses is None)


def with_people(tiny, name, *left_out):
    """A checkpoint that says of its people what the config does, but for some entries."""
    weights = torch.load(tiny / 'tiny.pth', weights_only=False)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        people = load(tiny / 'tiny.py', tiny / 'tiny.pth', {}).model.dataset_meta
    kept = {key: value for key, value in people.items() if key not in left_out}
    torch.save({**weights, 'meta': dict(dataset_meta=kept)}, tiny / name)
    return tiny / name


def test_a_checkpoint_may_have_no_colors(tiny):
    colors = 'keypoint_colors', 'skeleton_link_colors'
    loaded = load(tiny / 'tiny.py', with_people(tiny, 'gray.pth', *colors), {})
    said = json.loads(writing.tell(loaded, writing.make_graph(loaded), 'fp32'))
    assert said['keypoint_colors'] is said['link_colors'] is None
    assert len(said['sigmas']) == 17


@pytest.mark.parametrize('key', ['flip_indices', 'skeleton_links', 'sigmas', 'dataset_name'])
def test_what_a_checkpoint_does_not_say_of_people_is_named(tiny, key):
    path = with_people(tiny, 'partial.pth', key)
    with pytest.raises(ValueError, match=rf'partial\.pth .* its metainfo has no {key}'):
        load(tiny / 'tiny.py', path, {})


def test_what_a_file_cannot_say_is_told_before_the_network_is_traced(tiny, monkeypatch, tmp_path):
    torch.save(
        {**torch.load(tiny / 'tiny.pth', weights_only=False), 'meta': dict(score_threshold=np.nan)},
        tiny / 'nan.pth',
    )
    traced = []
    monkeypatch.setattr(writing, 'to_onnx', traced.append)
    with pytest.raises(ValueError, match='meta of .*nan.pth must be a finite .* nan'):
        next(writing.write_file(tiny / 'tiny.py', tiny / 'nan.pth', tmp_path / 'a.onnx'))
    assert not traced


def test_published_weights_have_the_license_of_their_model():
    model = next(m for m in list_models() if m.weights and m.license)
    assert license_of(f'folder/{cache_path(model.weights).name}') == model.license
    assert license_of('folder/mine.pth') is None


def test_the_file_runs(exported):
    model = ExportedModel(exported)
    noise = np.random.default_rng(0).integers(0, 255, (2, 128, 64, 3), dtype=np.uint8)
    found = model.run(noise, [Frame.whole((64, 128))] * 2)
    assert found['heatmaps'].shape == (2, 17, 32, 16)
    assert found['candidates'].shape == (2, 17, 100, 5)  # score, x, y and the tags of two views


def test_quantized_views_share_their_weights(exported):
    """The file looks at two views by the same layers; norms are folded into them in each."""
    noise = np.random.default_rng(2).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8)
    small = to_int8(onnx.load(exported), [dict(images=noise)])
    weights = [each.raw_data for each in small.graph.initializer if len(each.raw_data) > 64]
    assert len(set(weights)) == len(weights)
    assert [output.name for output in small.graph.output] == ['candidates', 'heatmaps', 'tags']


@pytest.mark.parametrize('size, expected', [((40, 40), (64, 64)), ((40, 100), (64, 192))])
def test_a_size_of_no_whole_steps_is_that_of_its_inputs(tiny, exported, size, expected):
    """The short side of 40 becomes 64, the long one 160 and is padded."""
    changes = {
        'model.test_cfg.restore_heatmap_size': False,
        'test_dataloader.dataset.pipeline.1.input_size': size,
    }
    loaded = load(tiny / 'tiny.py', tiny / 'tiny.pth', changes)
    assert (loaded.resize.input_size, loaded.input_size) == (size, expected)
    graph = writing.make_graph(loaded, True)
    assert 'largest difference' in writing._check(exported.read_bytes(), loaded, graph)


def test_it_is_compared_with_faster_ways(tiny, exported):
    """By the rows of the benchmark."""
    spec = spec_from_file_location('export_benchmark', ROOT / 'tools/benchmark/export.py')
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    loaded = load(
        tiny / 'tiny.py', tiny / 'tiny.pth', {'model.test_cfg.restore_heatmap_size': False}
    )
    backends, ways = ['onnxruntime', 'openvino'], ['channels_last']
    args = Namespace(files=[exported], backends=backends, torch=ways, pictures=4)
    rows = list(tool.compare(loaded, args))
    names = ['channels_last', 'tiny.onnx onnxruntime', 'tiny.onnx openvino']
    assert [row['side'] for row in rows] == names
    for row in rows:
        assert row['people'] == row['people_torch'] > 0
        assert row['same_people'] == row['pictures'] == 4
        assert row['ratio'] > 0 and 'ap' not in row


def test_a_file_that_is_there_stays(exported, tiny, capsys):
    before = exported.read_bytes()
    status, _ = export(tiny, 'tiny.onnx')
    assert status == 1
    assert '--overwrite replaces it' in capsys.readouterr().err
    assert exported.read_bytes() == before


def test_a_file_that_differs_is_not_written(exported, tiny, monkeypatch, capsys):
    """Another network's graph stands for an exporter that is wrong."""
    wrong = onnx.load(exported)
    (entry,) = wrong.metadata_props
    del wrong.metadata_props[:]
    weights = max(wrong.graph.initializer, key=lambda value: len(value.raw_data))
    numbers = np.frombuffer(weights.raw_data, np.float32)
    weights.raw_data = (numbers + 0.1).tobytes()
    monkeypatch.setattr(writing, 'to_onnx', lambda graph: wrong)
    files = sorted(tiny.iterdir())
    status, _ = export(tiny, 'new.onnx', '--flip')
    assert status == 1
    assert 'of the file differs from the network by' in capsys.readouterr().err
    assert sorted(tiny.iterdir()) == files


def test_what_cannot_be_exported_is_named(tiny, capsys):
    changed = Config.fromfile(tiny / 'tiny.py')
    changed.model.test_cfg.multiscale_test = True
    changed.dump(tiny / 'scales.py')
    changed = Config.fromfile(tiny / 'tiny.py')
    changed.model.head = dict(
        type='mmpose.AssociativeEmbeddingHead', in_channels=34, num_keypoints=17,
        decoder=None,
    )  # fmt: skip
    changed.dump(tiny / 'theirs.py')
    changed = Config.fromfile(tiny / 'tiny.py')
    changed.model.head.decoder = None
    changed.dump(tiny / 'undecoded.py')
    changed = Config.fromfile(CONFIGS / 'ae_litehrnet-18_8xb24-300e_coco-512x512.py')
    changed.model.backbone.type = 'mmpose.LiteHRNet'
    changed.dump(tiny / 'pooling.py')
    changed = Config.fromfile(tiny / 'tiny.py')
    changed.model.refiner = dict(config='refiner.py', checkpoint='refiner.pth')
    changed.dump(tiny / 'refined.py')
    for config, reason in (
        ('scales.py', 'multiscale_test'),
        ('refined.py', 'cannot be exported with its refiner'),
        ('theirs.py', 'its head is of type AssociativeEmbeddingHead'),
        ('undecoded.py', 'give its head a decoder'),
        ('pooling.py', 'LiteHRNet of scope mmpose_ae takes the same weights'),
    ):
        assert export(tiny, config=config)[0] == 1
        assert reason in capsys.readouterr().err
    assert export(tiny, 'new.pt')[0] == 1
    assert 'must end in .onnx' in capsys.readouterr().err


@pytest.mark.parametrize('options, reason', [
    (['--calibration', '5'], '--calibration: only with --int8'),
    (['--calibration', '100', '--fp16'], '--calibration: only with --int8'),
    (['--max-people', '5'], '--max-people: only with --poses'),
])  # fmt: skip
def test_options_without_effect_are_refused(tiny, capsys, options, reason):
    assert export(tiny, 'new.onnx', *options)[0] == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize('options, expected', [
    (['--int8'], dict(precision='int8')),
    (['--int8', '--calibration', '5'], dict(precision='int8', calibration=5)),
])  # fmt: skip
def test_calibration_is_handed_on(tiny, monkeypatch, options, expected):
    given = {}

    def write(config, checkpoint, out, **options):
        given.update(options)
        out.write_bytes(b'')
        yield 'compared'

    monkeypatch.setattr(writing, 'write_file', write)
    assert export(tiny, f'handed-{len(options)}.onnx', *options)[0] == 0
    chosen = {name: given[name] for name in ('precision', 'calibration') if name in given}
    assert chosen == expected


def test_missing_packages_are_named(tiny, monkeypatch, capsys):
    monkeypatch.setattr(command, 'is_installed', lambda name: name == 'onnx')
    assert export(tiny)[0] == 1
    message = capsys.readouterr().err
    assert 'onnxscript, onnxruntime: pip install "mmpose_ae[export]"' in message


def test_help_fits_a_screen(capsys):
    with pytest.raises(SystemExit):
        main(['export', '--help'])
    assert len(capsys.readouterr().out.splitlines()) <= 40
