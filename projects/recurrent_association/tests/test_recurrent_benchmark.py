"""The benchmark, in small: its rows, and that memory depends on T and not on people."""

import json

import pytest
import torch
from mmengine.config import Config

from projects.recurrent_association.tools import benchmark

SIDE = 128


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """Maps of 32x32 cells and few hidden maps."""
    cfg = Config.fromfile(benchmark.CONFIG)
    cfg.merge_from_dict(
        {
            'model.backbone': dict(feat_channels=8, increase=4, stem_channels=(4, 4)),
            'model.head.unroller.lstm': dict(hidden_channels=32),
        }
    )
    cfg.train_dataloader.dataset.pipeline[1].input_size = (SIDE, SIDE)
    path = tmp_path_factory.mktemp('benchmark') / 'small.py'
    cfg.dump(path)
    return path


def test_rows(config, monkeypatch, tmp_path):
    options = ['--config', config, '--people', 4, 16, '--repeats', 1, '--threads', 1]
    argv = ['benchmark', *options, '--chunk-size', 4, 0, '--json', tmp_path / 'rows.json']
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    benchmark.main()
    rows = [r for r in json.loads((tmp_path / 'rows.json').read_text()) if r['device'] == 'cpu']
    assert [row['people'] for row in rows] == [4, 16]
    assert all(row['steps_ms'] > 0 and row['network_ms'] > 0 for row in rows)
    assert all(row['T4_MiB'] > 0 and row['T_all_MiB'] > 0 for row in rows)


class Kept:
    """A tensor that is kept for a backward pass, counted as long as it is."""

    bytes = most = 0

    def __init__(self, tensor):
        self.tensor = tensor
        Kept.bytes += tensor.nbytes
        Kept.most = max(Kept.most, Kept.bytes)

    def __del__(self):
        Kept.bytes -= self.tensor.nbytes


def test_memory_depends_on_the_chunk_and_not_on_people(config, monkeypatch):
    model = benchmark.build_model(Config.fromfile(config), 'cpu').train()
    benchmark.set_stop(model.head, is_instance=False)
    features = model.extract_feat(torch.rand(1, 3, SIDE, SIDE))

    def most_kept(people, chunk_size):
        monkeypatch.setattr(Kept, 'most', 0)
        model.head.unroller.chunk_size = chunk_size
        sample = benchmark.train_sample(17, people, (SIDE, SIDE), 'cpu')
        with torch.autograd.graph.saved_tensors_hooks(Kept, lambda kept: kept.tensor):
            benchmark.train(model.head, features, sample)
        assert Kept.bytes == 0
        return Kept.most

    assert most_kept(16, chunk_size=4) == pytest.approx(most_kept(4, chunk_size=4), rel=0.15)
    assert most_kept(16, chunk_size=None) > 2.5 * most_kept(4, chunk_size=None)


def test_the_number_of_steps_is_checked(config):
    torch.manual_seed(0)
    model = benchmark.build_model(Config.fromfile(config), 'cpu').eval()
    benchmark.set_stop(model.head, is_instance=False)
    features = model.extract_feat(torch.rand(1, 3, SIDE, SIDE))
    with pytest.raises(RuntimeError, match='0 steps found someone, not 3'):
        benchmark.find(model.head, features, 3)
