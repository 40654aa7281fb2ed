"""The comparison of exported files, and of faster ways, with PyTorch."""

from argparse import Namespace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from mmpose_ae.export.loading import load

TOOL = Path(__file__).resolve().parents[2] / 'tools/benchmark/export.py'


def test_rows_of_files_and_ways(tiny, exported):
    spec = spec_from_file_location('export_benchmark', TOOL)
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
