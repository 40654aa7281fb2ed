"""The configs of the originals' settings feed the network and decode as the originals."""

import re
from pathlib import Path

import pytest
from mim.commands.search import get_model_info
from mmengine.config import Config

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
RELEASED = sorted(CONFIGS.glob('*/*/*-released.py'))
PRESETS = {
    'ae_hourglass-4stack_': 'pose_ae_train',
    'ae-multiscale_hourglass-4stack_': 'pose_ae_train',
    'ae-held-out_hourglass-4stack_': 'pose_ae_train',
    'ae_': 'higher_hrnet',
    'ce_': 'coupled_embedding',
    'center-group_': 'center_group',
}


@pytest.fixture(scope='module', params=RELEASED, ids=lambda path: path.stem)
def config(request):
    """A config as shipped."""
    return Config.fromfile(request.param)


def steps(config, key):
    """The value of a setting in every step of both pipelines that has it."""
    pipelines = config.train_dataloader.dataset.pipeline + config.test_dataloader.dataset.pipeline
    return [step[key] for step in pipelines if key in step]


def test_preset_is_that_of_the_original(config, request):
    name = request.node.callspec.id
    expected = next(preset for prefix, preset in PRESETS.items() if name.startswith(prefix))
    assert config.model.head.decoder.preset == expected


def test_input_and_views_are_those_of_the_original(config, request):
    """pose-ae-train differs: RGB in [0, 1], resized by the long side, decoded at a quarter.

    Its test with several scales begins with 2, whose size all heatmaps then have.
    """
    newell = 'hourglass-4stack_' in request.node.callspec.id
    preprocessor = config.model.data_preprocessor
    imagenet = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
    expected = ([0, 0, 0], [255, 255, 255]) if newell else imagenet
    assert (preprocessor.mean, preprocessor.std) == expected
    assert preprocessor.bgr_to_rgb
    assert steps(config, 'resize_mode') == ['fit' if newell else 'expand']
    assert steps(config, 'size_factor') == [64]
    restored = not newell and config.model.head.type != 'CenterGroupHead'  # it always does that
    views = dict(restore_heatmap_size=True) if restored else {}
    if 'multiscale' in request.node.callspec.id:
        views = dict(multiscale_test=True, merge_at='largest')
        assert steps(config, 'aug_scales') == [[0.5, 2.0]]
    assert config.model.test_cfg == dict(flip_test=True, **views)
    assert (config.test_evaluator.score_mode, config.test_evaluator.nms_mode) == ('bbox', 'none')


def test_images_that_are_held_out_are_not_trained_on():
    """Both configs of the split train on one file and validate on the other, of one folder."""
    name = 'ae-held-out_hourglass-4stack_8xb4-200k_coco-512x512'
    for path in sorted((CONFIGS / 'associative_embedding' / 'coco').glob(f'{name}*.py')):
        cfg = Config.fromfile(path)
        train, test = (cfg[f'{part}_dataloader'].dataset for part in ('train', 'test'))
        assert train.ann_file == 'annotations/person_keypoints_train2017_rest.json'
        assert test.ann_file == 'annotations/person_keypoints_train2017_held_out.json'
        assert train.data_prefix == test.data_prefix
        assert cfg.test_evaluator.ann_file == test.data_root + test.ann_file
        assert cfg.val_evaluator == cfg.test_evaluator


def test_mim_finds_the_weights_that_can_be_downloaded():
    """The address names the dataset and the size of the config it belongs to."""
    index = get_model_info('mmpose_ae', shown_fields=['weight'], to_dict=True)
    hosted = {
        name: info['weight'] for name, info in index.items() if isinstance(info['weight'], str)
    }
    hosts = {
        'ae': r'https://download\.openmmlab\.com/mmpose/bottom_up/',
        'center-group': r'https://vision\.in\.tum\.de/webshare/u/brasoand/centergroup/models/',
    }
    assert {name.split('_')[0] for name in hosted} == hosts.keys()
    for name, address in hosted.items():
        dataset, size = re.fullmatch(r'.*[ek]_(\w+)-(\d+x\d+)-released', name).groups()
        host = hosts[name.split('_')[0]]
        assert re.fullmatch(rf'{host}\S+_{dataset}_{size}(-\w+)?\.pth', address)
