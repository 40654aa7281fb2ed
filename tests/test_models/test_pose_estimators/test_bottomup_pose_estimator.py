"""The whole way of a test image: resize, pyramid, batch, flip, merge, decode and back.

The network is a stand-in that sees what is painted: the colors of the image are the heatmaps of
three keypoints. So what it must find is known, at every scale, in pixels of the original image.
"""

import fakes
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmcv.transforms import Compose
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.registry import MODELS, TRANSFORMS

KEYPOINTS = np.array([[[40.0, 30.0], [90.0, 60.0], [70.0, 80.0]]])
CODEC = dict(keypoint_order=[0, 1, 2], targets=dict(sigma=2))


@MODELS.register_module(name='PaintedBackbone')
class PaintedBackbone(nn.Module):
    """Heatmaps at a quarter of the input from its colors, and tags of 0."""

    def forward(self, x):
        maps = F.avg_pool2d(x, 4)
        return (torch.cat([maps, torch.zeros_like(maps)], dim=1),)


@MODELS.register_module(name='PaintedCenters')
class PaintedCenters(nn.Module):
    """Heatmaps of keypoints, of the center that is where the first one is, and more maps of 0."""

    def __init__(self, more):
        super().__init__()
        self.more = more

    def forward(self, x):
        maps = F.avg_pool2d(x, 4)
        return (torch.cat([maps, maps[:, :1], maps[:, :1].repeat(1, self.more, 1, 1) * 0], 1),)


def paint(width, height, keypoints=KEYPOINTS[0]):
    rows, columns = np.mgrid[:height, :width]
    x, y = keypoints.T[..., None, None]
    blobs = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 5.0**2))
    return (255 * blobs).transpose(1, 2, 0).astype(np.uint8)


def build(test_cfg=None, estimator='mmpose_ae.BottomupPoseEstimator', codec=None, **options):
    head = dict(
        type='AEHead',
        in_channels=6,
        final_layer=None,
        decoder=dict(type='AEDecoder', **{**CODEC, **(codec or {})}),
    )
    return MODELS.build(
        dict(
            type=estimator,
            data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0] * 3, std=[255] * 3),
            backbone=options.pop('backbone', dict(type='PaintedBackbone')),
            train_cfg=options.pop('train_cfg', None),
            head={**head, **options},
            test_cfg=test_cfg,
        )
    ).eval()


def predict(model, images, aug_scales=None, people=None):
    pipeline = [
        dict(type='LoadImage'),
        dict(
            type='BottomupResize',
            input_size=(128, 128),
            aug_scales=aug_scales,
            size_factor=32,
            resize_mode='expand',
        ),
        dict(type='PackPoseInputs'),
    ]
    pipeline = Compose([TRANSFORMS.build(step) for step in pipeline])
    results = [dict(img=image, flip_indices=[0, 1, 2]) for image in images]
    for i, keypoints in enumerate(people or []):
        results[i].update(keypoints=keypoints, keypoints_visible=np.ones(keypoints.shape[:2]))
    with torch.no_grad():
        return model.test_step(pseudo_collate([pipeline(r) for r in results]))


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('aug_scales', [None, [0.5, 2.0]])
def test_painted_keypoints_are_found(flip, restore, aug_scales):
    """Images of odd and unequal sizes in one batch, at one scale and at three."""
    multiscale = aug_scales is not None
    model = build(dict(flip_test=flip, restore_heatmap_size=restore, multiscale_test=multiscale))
    images = [paint(161, 121), paint(127, 135), paint(128, 128)]
    # Bilinear upsampling puts a peak on the center of a cell, up to half a cell away.
    limit = 2.0 if restore else 0.5
    for result in predict(model, images, aug_scales):
        found = result.pred_instances
        assert found.keypoints.shape == (1, 3, 2)
        np.testing.assert_allclose(found.keypoints, KEYPOINTS, atol=limit)
        assert found.keypoint_scores.min() > 0.5


def test_a_batch_gives_what_single_images_give():
    model = build(dict(flip_test=True, multiscale_test=True))
    images = [paint(161, 121), paint(127, 135)]
    together = predict(model, images, [0.5])
    for image, batched in zip(images, together):
        (alone,) = predict(model, [image], [0.5])
        for name in ('keypoints', 'keypoint_scores', 'bboxes', 'bbox_scores', 'tags'):
            np.testing.assert_allclose(
                alone.pred_instances[name], batched.pred_instances[name], atol=1e-3
            )


@pytest.mark.parametrize('flip', [False, True])
def test_instances_have_a_box_and_scores_and_tags(flip):
    """The second keypoint is not in the image: the box is that of the two others."""
    image = paint(250, 190)  # shown at less than half of its size
    image[..., 1] = 0
    (result,) = predict(build(dict(flip_test=flip), codec=dict(completion=None)), [image])
    found = result.pred_instances
    assert set(found.keys()) == {
        'keypoints',
        'keypoint_scores',
        'keypoints_visible',  # MMPose's estimator adds them
        'bboxes',
        'bbox_scores',
        'tags',
        'keypoints_filled',
    }
    np.testing.assert_allclose(found.bboxes, [[40, 30, 70, 80]], atol=1)
    np.testing.assert_array_equal(found.bboxes, found.keypoints[:, [0, 2]].reshape(1, 4))
    assert found.keypoint_scores[0, 1] == 0
    np.testing.assert_allclose(found.bbox_scores, found.keypoint_scores.mean(1))
    np.testing.assert_array_equal(found.tags, [[0, 0]] if flip else [[0]])
    # One that was not found is at the mean of the others.
    np.testing.assert_allclose(found.keypoints[:, 1], found.keypoints[:, [0, 2]].mean(1), atol=0.1)


@pytest.mark.parametrize('kind, more', [('CenterOffset', 8), ('CenterGroup', 4)])
def test_methods_without_tags_give_none(kind, more):
    model = build(
        type=f'{kind}Head',
        in_channels=4 + more,
        decoder=dict(type=f'{kind}Codec', **CODEC),
        backbone=dict(type='PaintedCenters', more=more),
    )
    (result,) = predict(model, [paint(250, 190)])
    found = result.pred_instances
    assert 'tags' not in found and len(found.keypoints) >= 1
    best, scores = found.keypoints[0], found.keypoint_scores[0]
    shown = best[scores > 0] if (scores > 0).any() else best
    expected = np.concatenate([shown.min(0), shown.max(0)])
    np.testing.assert_allclose(found.bboxes[0], expected, atol=1e-3)
    assert found.bbox_scores.shape == (len(found.keypoints),)


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('restore', [False, True])
def test_ground_truth_of_images_of_unequal_size(flip, restore):
    """Nothing is painted: what comes back was annotated, in pixels of each image."""
    people = [KEYPOINTS, KEYPOINTS * 2 + [3, 9], KEYPOINTS / 2]
    sizes = [(161, 121), (300, 290), (64, 190)]
    model = build(dict(ground_truth='heatmaps', flip_test=flip, restore_heatmap_size=restore))
    images = [np.zeros((height, width, 3), np.uint8) for width, height in sizes]
    for result, keypoints in zip(predict(model, images, people=people), people):
        np.testing.assert_allclose(result.pred_instances.keypoints, keypoints, atol=1)


def test_ground_truth_tags_of_images_of_unequal_size():
    """Two people are painted whose tags are alike."""
    people = [np.concatenate([KEYPOINTS, KEYPOINTS + [30, 5]]) * zoom for zoom in (1, 2)]
    images = [
        np.maximum(*(paint(width, height, person) for person in pair))
        for (width, height), pair in zip([(161, 121), (300, 290)], people)
    ]
    found = predict(build(dict(ground_truth='tags')), images, people=people)
    for result, pair in zip(found, people):
        keypoints = result.pred_instances.keypoints
        assert len(keypoints) == 2
        order = keypoints[:, 0, 0].argsort()
        np.testing.assert_allclose(keypoints[order], pair, atol=1)


FLIP_TYPO = r'test_cfg of AEHead has no option flip_tset \(did you mean flip_test\?\); known are: '


@pytest.mark.parametrize(
    'test_cfg, error, message',
    [
        (dict(flip_tset=True), TypeError, FLIP_TYPO + r"\['align_corners', 'flip_test', .*'shift"),
        (dict(ground_truth='peaks'), ValueError, "ground_truth must be one of .*got 'peaks'"),
        (dict(ground_truth='tags', flip_tset=True), TypeError, FLIP_TYPO),
        (dict(multiscale_tags='last'), ValueError, "multiscale_tags must be one of .*got 'last'"),
        (dict(merge_rule='avg'), TypeError, 'AEHead has no option merge_rule.*known are'),
    ],
)
def test_options_of_testing_are_checked_where_the_model_is_built(test_cfg, error, message):
    with pytest.raises(error, match=message):
        build(test_cfg)


def test_ground_truth_is_for_heads_that_group_by_tags():
    options = dict(
        type='CenterOffsetHead', in_channels=12, decoder=dict(type='CenterOffsetCodec', **CODEC)
    )
    build(**options)
    with pytest.raises(ValueError, match='ground_truth is an option of heads that group by tags'):
        build(dict(ground_truth='tags'), **options)


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(tagdim=2), r'AEHead has no option tagdim \(did you mean tag_dim\?\); known are: .*'),
        (dict(channels=dict(tags=1)), 'AEHead has no option channels .*known are: .*final_layer'),
        (dict(codec=dict(tag_treshold=1)), r'AEDecoder has no option tag_treshold \(did you mean'),
        (dict(codec=dict(candidates=dict(topk=3))), 'candidates of AEDecoder has no option topk; '),
        (dict(codec=dict(completion=dict(rule='within', radius=3))), 'completion of AEDecoder has'),
        (dict(codec=dict(scoring=dict(by='center'))), 'scoring of AEDecoder has no option by; kn'),
        (dict(codec=dict(targets=dict(sgima=1))), r'targets of AEDecoder .*\(did you mean sigma\?'),
    ],
)
def test_options_of_head_and_codec_are_checked(options, message):
    with pytest.raises(TypeError, match=message):
        build(**options)


def test_our_heads_in_the_estimator_of_mmpose():
    """It knows no frames and no checks: the head itself refuses, when it is asked to predict."""
    found = predict(build(dict(flip_test=True), 'mmpose.BottomupPoseEstimator'), [paint(161, 121)])
    np.testing.assert_allclose(found[0].pred_instances.keypoints, KEYPOINTS, atol=0.5)
    np.testing.assert_allclose(found[0].pred_instances.bboxes, [[40, 30, 90, 80]], atol=1)
    model = build(dict(flip_tset=True), 'mmpose.BottomupPoseEstimator')
    with pytest.raises(TypeError, match=FLIP_TYPO):
        predict(model, [paint(161, 121)])


def test_options_of_training_that_the_head_does_not_know_are_refused():
    with pytest.raises(TypeError, match='train_cfg of AEHead has no option max_train_instances'):
        build(train_cfg=dict(max_train_instances=3))


def test_pyramids_fail_in_mmpose():
    """What we fix: MMPose's estimator stacks the scales."""
    model = build(dict(multiscale_test=True))
    inputs = [torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 32, 32)]
    with pytest.raises(RuntimeError, match='equal size'):
        super(type(model), model).forward(inputs, [], mode='predict')


@pytest.mark.parametrize('asked, made', [(True, None), (False, [0.5])])
def test_pipeline_and_test_cfg_agree_about_pyramids(asked, made):
    with pytest.raises(ValueError, match='image pyramid.*aug_scales'):
        predict(build(dict(multiscale_test=asked)), [paint(128, 128)], made)


def test_training_needs_no_targets_of_the_pipeline():
    """Keypoints and a mask are enough; the targets have the size of what is predicted."""
    model = build().train()
    sample = fakes.sample(fakes.PEOPLE, mask=np.ones((24, 32), bool))
    batch = model.data_preprocessor(
        dict(inputs=[torch.zeros(3, 48, 64)], data_samples=[sample]), training=True
    )
    losses = model(**batch, mode='loss')
    assert set(losses) == {'loss_kpt', 'loss_pull', 'loss_push'}
    assert losses['loss_kpt'] > 0
