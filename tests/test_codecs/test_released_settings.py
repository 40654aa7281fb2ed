"""The settings of the originals, as shipped configs, give their poses and scores."""

from pathlib import Path

import golden
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.structures import PoseDataSample
from test_golden_grouping import check_poses, released_poses

from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'
RELEASED = {path.stem.removesuffix('-released'): path for path in CONFIGS.glob('*/*/*-released.py')}
AE, CE = 'ae_higherhrnet-w32_4xb12-300e', 'ce_hrnet-w32_8xb10-300e'
# Which recorded cases belong to a config: the original, its keypoints and its window of peaks.
REFERENCES = {
    'ae_hourglass-4stack_8xb4-200k_coco-512x512': ('ae', 17, 3),
    f'{AE}_coco-512x512': ('hh', 17, 5),
    f'{AE}_crowdpose-512x512': ('hh', 14, 5),
    f'{CE}_coco-512x512': ('ce', 17, 5),
    f'{CE}_crowdpose-512x512': ('ce', 14, 5),
    'ce_hrnet-w48_8xb10-300e_coco-640x640': ('ce', 17, 7),
}
# Configs with whole post-processing, by the same.
POST_PROCESSING = {
    (17, 5): f'{CE}_coco-512x512',
    (14, 5): f'{CE}_crowdpose-512x512',
    (17, 7): 'ce_hrnet-w48_8xb10-300e_coco-640x640',
    (14, 7): 'ce_hrnet-w48_8xb10-300e_crowdpose-640x640',
}


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


@pytest.fixture(scope='module')
def model():
    """A function from the name of a config to the settings of its model."""
    return lambda name: Config.fromfile(RELEASED[name]).model


def decoding(settings):
    """What of a codec does not depend on the size of the input."""
    return {k: v for k, v in settings.items() if k not in ('input_size', 'heatmap_size')}


@pytest.mark.parametrize('name', sorted(REFERENCES))
def test_golden_poses_and_scores(name, model):
    original, num_keypoints, kernel = REFERENCES[name]
    codec = KEYPOINT_CODECS.build(model(name).head.decoder)
    tested = 0
    for case in golden.find(f'grouping_{original}*.npz', 'in.det', 'out.refined'):
        heatmaps = case.tensor('in.det')
        used = int(case['in.nms_kernel']) if 'in.nms_kernel' in case else kernel
        if (len(heatmaps), used) != (num_keypoints, kernel):
            continue
        tested += 1
        maps = heatmaps[None], case.tensor('in.tag').permute(3, 0, 1, 2).flatten(0, 1)[None]
        decoded = [values[0] for values in codec.batch_decode(*maps, stride=1)]
        check_poses(decoded, *released_poses(case))
    if not tested:
        pytest.skip(f'no case of {original}, {num_keypoints} keypoints and this window of peaks')


@pytest.mark.parametrize('case', golden.cases('grouping_ce_post*.npz', 'in.hms', 'out.poses'))
def test_golden_post_processing(case, model):
    """From the maps of both views to pixels of the image, by the settings of the estimator."""
    heatmaps = case.tensor('in.hms')
    num_keypoints, kernel = heatmaps.shape[1], int(case['in.nms_kernel'])
    settings = model(POST_PROCESSING[num_keypoints, kernel])
    head = MODELS.build(settings.head)
    assert head.decoder.candidates.kernel_size == kernel
    head._forward_stack = lambda outputs: outputs  # which are in place of features
    tags = case.tensor('in.tms').permute(0, 4, 1, 2, 3).flatten(1, 2)
    views = [(BottomupOutputs([h[None]], t[None]),) for h, t in zip(heatmaps, tags)]
    width, height = case['in.base_size'].tolist()
    flip_indices = golden.FLIP_INDICES[num_keypoints]
    sample = PoseDataSample(metainfo=dict(img_shape=(height, width), flip_indices=flip_indices))
    (found,) = head.predict(views, [sample], settings.test_cfg)
    box = case['in.scale'] * 200
    keypoints = (found.keypoints - [width / 2, height / 2]) * box / [width, height]
    poses = case['out.poses_sorted']
    np.testing.assert_allclose(keypoints + case['in.center'], poses[..., :2], atol=1e-2)
    np.testing.assert_allclose(found.keypoint_scores, poses[..., 2], atol=1e-5)
    np.testing.assert_allclose(found.bbox_scores, case['out.scores_sorted'], atol=1e-5)


@pytest.fixture(scope='module')
def tested(model):
    """What the configs above have in their codecs."""
    names = {*REFERENCES, *POST_PROCESSING.values()}
    return {name: decoding(model(name).head.decoder) for name in names}


@pytest.mark.parametrize('name', sorted(n for n in RELEASED if not n.startswith('center-group')))
def test_every_config_decodes_as_a_tested_one(name, model, tested):
    settings = decoding(model(name).head.decoder)
    if name == 'ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512':
        # MMPose 0.x groups as HigherHRNet, but the keypoints in their own order.
        assert settings['keypoint_order'] == list(range(14))
        order = tested[f'{AE}_crowdpose-512x512']['keypoint_order']
        settings['keypoint_order'] = order
    assert settings in tested.values()
