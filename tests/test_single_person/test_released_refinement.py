"""Refinement as pose-ae-demo has it, on what its ``refinement`` was given and gave."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.grouping import Poses
from mmpose_ae.single_person import Boxes, ReleasedVoting, ReplaceByVotes, cut_square

FILES = golden.subject_files('refinement', '*.npz', 'refined', 'amplitude', 'flip_index')


class StandIn:
    """The network of the vectors: a Gaussian where the truth is, .8 of it in the mirror."""

    def __init__(self, vector, boxes):
        self.vector, self.boxes, self.crops = vector, boxes, {}

    def heatmaps(self, crops):
        """Average over the crops and their mirror images."""
        self.crops[crops.shape[1]] = crops
        width = crops.shape[1] // 4
        sides = self.boxes.sides[:, None]
        places = ((self.vector['truth'] - self.boxes.centers[:, None]) / sides + 0.5) * width
        cells = np.arange(width) + 0.5
        across, down = (cells - places[..., axis, None] for axis in (0, 1))
        spread = 2 * (self.vector['sigma'] * width / 128) ** 2
        squared = down[..., :, None] ** 2 + across[..., None, :] ** 2
        maps = self.vector['amplitude'][..., None, None] * np.exp(
            -squared / spread[..., None, None]
        )
        return torch.from_numpy(0.9 * maps)


@pytest.fixture(params=FILES)
def vector(request):
    with np.load(request.param) as data:
        return dict(data)


def refine(vector):
    """The stand-in that was asked, and the people whom the rule gives."""
    points, scores = vector['keypoints'][..., :2], vector['keypoints'][..., 2]
    poses = Poses(points, scores, scores.mean(1))
    boxes = Boxes.around(poses).squared().enlarged(1.3, 60)
    network = StandIn(vector, boxes)
    votes = ReleasedVoting()(network, [vector['image']] * len(poses), poses)
    return network, ReplaceByVotes()(poses, votes)


def test_people_are_those_of_the_release(vector):
    _, refined = refine(vector)
    np.testing.assert_allclose(refined.keypoints, vector['refined'][..., :2], rtol=0, atol=1e-6)
    np.testing.assert_allclose(refined.keypoint_scores, vector['refined'][..., 2], atol=1e-6)
    np.testing.assert_array_equal(refined.instance_scores, vector['keypoints'][..., 2].mean(1))


def test_crops_are_those_of_the_release(vector):
    network, _ = refine(vector)
    calls = zip(vector['call_person'], vector['call_resolution'], vector['call_crop_mean'])
    for person, size, mean in calls:
        assert network.crops[size][person].mean() / 255 == pytest.approx(mean, abs=1e-3)
    names = [name for name in vector if name.startswith('crop_person')]
    assert names
    for name in names:
        person, size = name.removeprefix('crop_person').split('_res')
        crop = network.crops[int(size)][int(person)].astype(int)
        assert np.abs(crop - vector[name]).max() <= 1


def test_the_way_back_is_the_inverse_of_the_transform(vector):
    """The originals' matrices and points, both ways."""
    rows = zip(vector['transform_parameters'], vector['points_transformed'])
    for (x, y, scale, size), expected in rows:
        box = Boxes(np.array([[x, y]]), np.full((1, 2), 200 * scale))
        back = box.to_image(expected[None] / size)[0]
        np.testing.assert_allclose(back, vector['points'], rtol=0, atol=1e-9)


def test_a_crop_beyond_every_edge_is_black_there():
    white = np.full((20, 30, 3), 255, np.uint8)
    crop = cut_square(white, np.array([15.0, 10.0]), 60.0, 60)  # from (-15, -20) to (45, 40)
    assert (crop[20:40, 15:45] == 255).all()
    assert crop.sum() == 255 * 3 * 20 * 30
    assert not cut_square(white, np.array([100.0, 10.0]), 8.0, 16).any()
