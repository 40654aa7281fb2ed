"""A refiner on the whole way of a test image: pictures in which the colors are the heatmaps.

The estimator sees them at half their size, the refiner as they are. Both are stand-ins, so that it
is known what must be found.
"""

import cv2
import fakes
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.grouping import Poses, rank_poses
from mmpose_ae.models.pose_estimators import SinglePersonRefiner
from mmpose_ae.registry import MODELS, TRANSFORMS

METAINFO = dict(
    dataset_name='three',
    keypoint_info={
        k: dict(name=f'k{k}', id=k, color=[0, 0, 0], type='', swap='') for k in range(3)
    },
    skeleton_info={},
    joint_weights=[1.0] * 3,
    sigmas=[0.1] * 3,
)
TRUTH = np.array([[101.0, 82.0], [153.0, 93.0], [122.0, 171.0]])
RELEASED = dict(
    voting=dict(type='ReleasedVoting', sizes=[256, 200, 152], center_shift=0),
    rule=dict(type='ReplaceByVotes'),
)


@MODELS.register_module(name='ColorsSeen')
class ColorsSeen(nn.Module):
    """Heatmaps at a quarter of the input from its colors, and tags of 0 if asked for.

    Where there are no tags a cell shows its first pixel: ``MSRAHeatmap`` measures from there.
    """

    def __init__(self, tags=False):
        super().__init__()
        self.tags = tags
        self.gain = nn.Parameter(torch.ones(1))
        self.seen = []

    def forward(self, x):
        self.seen.append(len(x))
        if not self.tags:
            return (x[..., ::4, ::4] * self.gain,)
        maps = F.avg_pool2d(x, 4) * self.gain
        return (torch.cat([maps, torch.zeros_like(maps)], 1),)


def preprocessor(**more):
    return dict(type='PoseDataPreprocessor', mean=[0] * 3, std=[255] * 3, **more)


@pytest.fixture
def refiner(tmp_path):
    """Options of a refiner whose network sees crops of 96x96 pixels."""
    codec = dict(type='MSRAHeatmap', input_size=(96, 96), heatmap_size=(24, 24), sigma=1)
    cfg = dict(
        default_scope='mmpose_ae',
        model=dict(
            type='TopdownPoseEstimator',
            data_preprocessor=preprocessor(pad_size_divisor=32),
            backbone=dict(type='ColorsSeen'),
            head=dict(
                type='HeatmapHead',
                in_channels=3,
                out_channels=3,
                deconv_out_channels=None,
                final_layer=None,
                decoder=codec,
            ),
        ),
        train_dataloader=dict(dataset=dict(type='CocoDataset', metainfo=METAINFO)),
        test_dataloader=dict(
            dataset=dict(
                pipeline=[
                    dict(type='LoadImage'),
                    dict(type='GetBBoxCenterScale'),
                    dict(type='TopdownAffine', input_size=(96, 96)),
                    dict(type='mmpose.PackPoseInputs'),
                ]
            )
        ),
    )
    Config(cfg).dump(tmp_path / 'refiner.py')
    torch.save({'state_dict': {'backbone.gain': torch.ones(1)}}, tmp_path / 'refiner.pth')
    return dict(config=str(tmp_path / 'refiner.py'), checkpoint=str(tmp_path / 'refiner.pth'))


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


def estimator(refiner=None):
    head = dict(
        type='AEHead',
        in_channels=6,
        final_layer=None,
        decoder=dict(type='AEDecoder', keypoint_order=[0, 1, 2], sigma=2, refinement=None),
    )
    return MODELS.build(
        dict(
            type='BottomupPoseEstimator',
            data_preprocessor=preprocessor(),
            backbone=dict(type='ColorsSeen', tags=True),
            head=head,
            refiner=refiner,
        )
    ).eval()


def paint(truth=TRUTH, size=(256, 256)):
    colors = [fakes.blob(size, point, 6.0)[..., 0] for point in truth]
    return (255 * np.stack(colors, -1)).astype(np.uint8)


def predict(model, given):
    """Predict pictures: arrays, or paths."""
    steps = [
        dict(type='LoadImage'),
        dict(type='BottomupResize', input_size=(128, 128), size_factor=32),
        dict(type='PackPoseInputs'),
    ]
    pipeline = Compose([TRANSFORMS.build(step) for step in steps])
    keys = ['img' if isinstance(each, np.ndarray) else 'img_path' for each in given]
    results = [{key: each, 'flip_indices': [0, 1, 2]} for key, each in zip(keys, given)]
    with torch.no_grad():
        return model.test_step(pseudo_collate([pipeline(each) for each in results]))


def error(sample):
    return np.abs(sample.pred_instances.keypoints[0] - TRUTH).max()


@pytest.mark.parametrize('options', [dict(), RELEASED, dict(rule=dict(type='AverageVotes'))])
def test_people_are_closer_to_the_truth(refiner, options, tmp_path):
    """In a batch with a picture without people; pictures from memory and from a file."""
    cv2.imwrite(str(tmp_path / 'picture.png'), paint())
    pictures = [paint(), np.zeros((200, 300, 3), np.uint8), str(tmp_path / 'picture.png')]
    plain = predict(estimator(), pictures)
    refined = predict(estimator({**refiner, **options}), pictures)
    assert len(plain[1].pred_instances) == len(refined[1].pred_instances) == 0
    for before, after in zip(plain[::2], refined[::2]):
        assert error(after) < min(1.5, 0.75 * error(before))
        people = after.pred_instances
        corners = np.concatenate([people.keypoints[0].min(0), people.keypoints[0].max(0)])
        np.testing.assert_allclose(people.bboxes[0], corners, atol=1e-3)
        assert set(people.keys()) == set(before.pred_instances.keys())
        np.testing.assert_array_equal(people.keypoints_visible, people.keypoint_scores)
    np.testing.assert_array_equal(*(refined[i].pred_instances.keypoints for i in (0, 2)))


def test_mixed_precision_leaves_the_votes_as_they_are(refiner):
    model = estimator({**refiner, **RELEASED})
    plain = predict(model, [paint()])[0]
    with torch.autocast('cpu', torch.bfloat16):
        mixed = predict(model, [paint()])[0]
    np.testing.assert_allclose(
        mixed.pred_instances.keypoints, plain.pred_instances.keypoints, atol=0.5
    )


@pytest.mark.parametrize('voting', [dict(type='TopdownVoting'), RELEASED['voting']])
def test_people_are_seen_in_batches(refiner, voting):
    """Three of two images, two at a time, become what each becomes alone."""
    together = SinglePersonRefiner(**refiner, voting=voting, batch_size=2)
    points = np.stack([TRUTH, TRUTH + 4, TRUTH - [30, 2]]).astype(np.float32)
    poses = Poses(points, np.ones(points.shape[:2], np.float32), np.array([0.5, 1, 1], np.float32))
    images, people = [paint(), paint(TRUTH + 3, (300, 200))], [[0], [1, 2]]
    refined = together.refine(images, [poses.take(chosen) for chosen in people])
    assert set(together.network.model.backbone.seen) == {2, 1}
    for image, chosen, found in zip(images, people, refined):
        alone = [together.refine([image], [poses.take([i])])[0] for i in chosen]
        expected = rank_poses(Poses.joined(alone))
        np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-4)
        np.testing.assert_allclose(found.instance_scores, expected.instance_scores, atol=1e-6)


@pytest.mark.parametrize('voting', [dict(type='TopdownVoting'), RELEASED['voting']])
def test_a_network_votes_on_the_keypoints_that_are_wanted_of_it(refiner, voting):
    part = SinglePersonRefiner(**refiner, voting=voting)
    people = Poses(TRUTH[None].astype(np.float32), np.ones((1, 3), np.float32), np.ones(1))
    votes = [part.voting(part.network, [paint()], people)]
    part.network.model.test_cfg = dict(output_keypoint_indices=[2, 0])
    votes.append(part.voting(part.network, [paint()], people))
    np.testing.assert_allclose(votes[1].keypoints, votes[0].keypoints[:, [2, 0]])
    np.testing.assert_allclose(votes[1].scores, votes[0].scores[:, [2, 0]])


def test_weights_are_not_those_of_the_estimator(refiner):
    model = estimator(refiner)
    assert set(model.state_dict()) == set(estimator().state_dict())
    assert not model.refiner.network.model.training
    assert DefaultScope.get_current_instance().scope_name == 'mmpose_ae'


def test_other_weights_and_other_keypoints_are_refused(refiner, tmp_path):
    torch.save({'state_dict': {'backbone.other': torch.ones(1)}}, tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other.pth.*does not fit.*refiner.py'):
        estimator(dict(refiner, checkpoint=str(tmp_path / 'other.pth')))
    points = np.ones((1, 5, 2), np.float32)
    five = Poses(points, np.ones((1, 5), np.float32), np.ones(1, np.float32))
    with pytest.raises(ValueError, match='votes on 3 keypoints, but people have 5'):
        SinglePersonRefiner(**refiner).refine([paint()], [five])
    with pytest.raises(TypeError, match='no option sizes'):
        SinglePersonRefiner(**refiner, sizes=[3])


def test_keypoints_of_other_names_are_refused_before_the_first_picture(refiner):
    model = estimator(refiner)
    network = model.refiner.network.model
    model.check_keypoints()  # which ones people have is not known
    others = {0: 'k1', 1: 'k0', 2: 'k2'}  # as many
    model.dataset_meta = dict(keypoint_id2name=others)
    with pytest.raises(ValueError, match=r"refiner.py votes on .*'k0', 'k1'.* have .*'k1', 'k0'"):
        predict(model, [paint()])
    assert not model.backbone.seen
    network.test_cfg = dict(output_keypoint_indices=[1, 0, 2])
    model.check_keypoints()
    network.test_cfg, network.dataset_meta = {}, {}  # of nobody knows which
    model.check_keypoints()
