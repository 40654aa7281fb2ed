"""The example with Ray Data, run as it is, where Ray is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae import Predictor
from mmpose_ae.environment import is_installed
from mmpose_ae.prediction.outputs.parquet import make_row
from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not (is_installed('ray') and is_installed('pyarrow')), reason='Ray is not installed'
)
COCO = dict(from_file='configs/_base_/datasets/coco.py')


@pytest.fixture
def checkpoint(tiny_config, tmp_path):
    """Weights as they are before training."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(Config.fromfile(tiny_config).model).state_dict()
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=weights, meta=dict(dataset_meta=parse_pose_metainfo(COCO))), path)
    return path


def test_two_workers_give_the_rows_of_one_predictor(tiny_config, checkpoint, tmp_path):
    from pyarrow import parquet

    names = tmp_path / 'names.txt'
    pictures = sorted(map(str, (tiny_config.parent / 'images').iterdir()))
    names.write_text('\n'.join([*pictures, 'missing.png']))
    options = ['--model', tiny_config, '--checkpoint', checkpoint, '--workers', 2]
    options += ['--names-each', 2, '--out', tmp_path / 'rows.parquet']
    command = [sys.executable, ROOT / 'examples' / 'predict_with_ray.py', names, *options]
    path = os.pathsep.join([str(ROOT), *sys.path])
    env = dict(os.environ, PYTHONPATH=path, RAY_USAGE_STATS_ENABLED='0', OMP_NUM_THREADS='1')
    done = subprocess.run(
        list(map(str, command)), cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = parquet.read_table(tmp_path / 'rows.parquet').to_pylist()
    *found, failed = sorted(rows, key=lambda row: (row['error'] is not None, row['path']))
    assert failed['path'] == 'missing.png' and 'does not exist' in failed['error']
    expected = list(map(make_row, Predictor(tiny_config, checkpoint)(pictures)))
    assert [row['path'] for row in found] == [row['path'] for row in expected] == pictures
    assert sum(len(row['people']) for row in expected) > 0
    for row, wanted in zip(found, expected):
        assert len(row['people']) == len(wanted['people'])
        for person, other in zip(row['people'], wanted['people']):
            assert person['score'] == pytest.approx(other['score'], abs=1e-3)
            for point, same in zip(person['keypoints'], other['keypoints']):
                assert point == pytest.approx(same, abs=0.02)
