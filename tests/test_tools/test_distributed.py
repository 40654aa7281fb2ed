import json
import pickle

import numpy as np
import pytest

from mmpose_ae.checkpoints import load_from_local

pytestmark = pytest.mark.long


def read_predictions(path):
    with open(path, 'rb') as file:
        found = pickle.load(file)
    return {sample['img_id']: np.asarray(sample['pred_instances']['keypoints']) for sample in found}


def test_two_processes_train_and_predict_like_one(run_script, run_tool, tiny_config, tmp_path):
    log = run_script('dist_train', tiny_config, 2, '--work-dir', 'run')
    assert 'coco/AP' in log
    checkpoint = tmp_path / 'run' / 'epoch_2.pth'
    assert load_from_local(checkpoint)['meta']['iter'] == 4  # 3 images each, twice

    shared = ['--dump', 'two.pkl', '--out', 'two.json']
    run_script('dist_test', tiny_config, checkpoint, 2, *shared)
    run_tool('test', tiny_config, checkpoint, '--dump', 'one.pkl', '--out', 'one.json')
    one, two = (read_predictions(tmp_path / f'{name}.pkl') for name in ('one', 'two'))
    assert one.keys() == two.keys() == set(range(5))
    for image, keypoints in one.items():
        np.testing.assert_allclose(two[image], keypoints, atol=1e-4)
    metrics = [json.loads((tmp_path / f'{name}.json').read_text()) for name in ('one', 'two')]
    assert metrics[0] == metrics[1]
