"""Settings: what is refused, and which keypoints they name."""

import pytest
from mmengine.config import Config
from mmengine.utils import get_installed_path

from mmpose_ae.datasets.synth_crowd import Settings
from mmpose_ae.datasets.synth_crowd.settings import KEYPOINTS


@pytest.mark.parametrize('keypoints', sorted(KEYPOINTS))
def test_keypoints_are_in_the_order_of_mmpose(keypoints):
    path = f'{get_installed_path("mmpose")}/.mim/configs/_base_/datasets/{keypoints}.py'
    info = Config.fromfile(path).dataset_info.keypoint_info
    names = tuple(info[i]['name'] for i in range(len(info)))
    assert Settings(keypoints=keypoints).keypoint_names == names


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(keypoints='aic'), "keypoints must be one of .*'aic'"),
        (dict(size=(16, 64)), 'at least 32x32'),
        (dict(people=(3, 2)), 'ascending range'),
        (dict(heights=(0.9, 0.4)), 'heights must be an ascending range'),
        (dict(crowding=1.5), 'crowding must lie between 0 and 1, got 1.5'),
        (dict(loose_limbs=-1), 'loose_limbs must not be negative'),
        (dict(hidden=-1), 'hidden must not be negative'),
        (dict(balls=2, keypoints='mpii'), "MPII's files have people alone, got balls=2"),
    ],
)
def test_bad_settings_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Settings(**kwargs)
