"""The settings of the originals, as shipped configs, give their poses and scores."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.structures import PoseDataSample
from test_golden_grouping import CASES, COCO_FLIP, CROWDPOSE_FLIP, check_poses, load

from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'
RELEASED = {path.stem.removesuffix('-released'): path for path in CONFIGS.glob('*/*/*-released.py')}
AE, CE = 'ae_higherhrnet-w32_4xb12-300e', 'ce_hrnet-w32_8xb10-300e'
# Which recorded cases belong to a config: the original, its keypoints and its window of peaks.
REFERENCES = {
    'ae_hourglass-4stack_8xb4-200k_coco-512x512': ('ae_k17', 3),
    f'{AE}_coco-512x512': ('hh_k17', 5),
    f'{AE}_crowdpose-512x512': ('hh_k14', 5),
    f'{CE}_coco-512x512': ('ce_k17', 5),
    f'{CE}_crowdpose-512x512': ('ce_k14', 5),
    'ce_hrnet-w48_8xb10-300e_coco-640x640': ('ce_k17', 7),
}
POST_PROCESSING = [
    (f'{CE}_coco-512x512', 'ce_post_coco', 'cepost_k17', COCO_FLIP),
    (
        'ce_hrnet-w48_8xb10-300e_crowdpose-640x640',
        'ce_post_crowdpose',
        'cepost_k14',
        CROWDPOSE_FLIP,
    ),
]


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
def test_golden_poses_and_scores(name, model, shared):
    prefix, kernel = REFERENCES[name]
    codec = KEYPOINT_CODECS.build(model(name).head.decoder)
    tested = 0
    for file, case in CASES:
        data = load(shared, file, case) if case.startswith(prefix) else {}
        if not data or data.get('in.nms_kernel', kernel) != kernel:
            continue
        tested += 1
        heatmaps, tags = torch.from_numpy(data['in.det']), torch.from_numpy(data['in.tag'])
        maps = heatmaps[None], tags.permute(3, 0, 1, 2).flatten(0, 1)[None]
        decoded = [values[0] for values in codec.batch_decode(*maps, stride=1)]
        order = data.get('out.order', [])
        # pose-ae-train looks into the wrong axis where it refines filled keypoints.
        poses = data.get('out.refined_boundfix', data['out.refined'])
        if len(order):
            check_poses(decoded, poses[order], data['out.scores'][order])
        else:
            assert not len(decoded[0])
    assert tested


@pytest.mark.parametrize('name, file, case, flip_indices', POST_PROCESSING)
def test_golden_post_processing(name, file, case, flip_indices, model, shared):
    """From the maps of both views to pixels of the image, by the settings of the estimator."""
    settings, data = model(name), load(shared, file, case)
    assert data['in.nms_kernel'] == settings.head.decoder.get('decode_nms_kernel', 5)
    head = MODELS.build(settings.head)
    head.forward = lambda view: [view]  # in place of features
    heatmaps = torch.from_numpy(data['in.hms'])
    tags = torch.from_numpy(data['in.tms']).permute(0, 4, 1, 2, 3).flatten(1, 2)
    views = [BottomupOutputs([h[None]], t[None]) for h, t in zip(heatmaps, tags)]
    width, height = data['in.base_size'].tolist()
    sample = PoseDataSample(metainfo=dict(img_shape=(height, width), flip_indices=flip_indices))
    (found,) = head.predict(views, [sample], settings.test_cfg)
    box = data['in.scale'] * 200
    keypoints = (found.keypoints - [width / 2, height / 2]) * box / [width, height]
    poses = data['out.poses_sorted']
    np.testing.assert_allclose(keypoints + data['in.center'], poses[..., :2], atol=1e-2)
    np.testing.assert_allclose(found.keypoint_scores, poses[..., 2], atol=1e-5)
    np.testing.assert_allclose(found.bbox_scores, data['out.scores_sorted'], atol=1e-5)


@pytest.fixture(scope='module')
def tested(model):
    """What the configs above have in their codecs."""
    names = [*REFERENCES, *(name for name, *_ in POST_PROCESSING)]
    return {name: decoding(model(name).head.decoder) for name in names}


@pytest.mark.parametrize('name', sorted(n for n in RELEASED if not n.startswith('center-group')))
def test_every_config_decodes_as_a_tested_one(name, model, tested):
    settings = decoding(model(name).head.decoder)
    if name == 'ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512':
        # MMPose 0.x groups as HigherHRNet, but the keypoints in their own order.
        assert settings['decode_keypoint_order'] == list(range(14))
        order = tested[f'{AE}_crowdpose-512x512']['decode_keypoint_order']
        settings['decode_keypoint_order'] = order
    assert settings in tested.values()
