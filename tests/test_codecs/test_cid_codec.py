"""CIDCodec: targets by the size of people, and the highest cells of everybody's heatmaps."""

import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid
from mmpose_ae.ops import overlap_sigmas

GRID = Grid.over(fakes.HEATMAP_SIZE, fakes.INPUT_SIZE)


def people_targets(codec, people, sides=None):
    """Targets of one image, of the batch and of everybody."""
    points = torch.tensor(np.array(people), dtype=torch.float32)[None]
    visible = torch.ones(points.shape[:3], dtype=torch.bool)
    made = codec.targets(points, visible, [GRID], centers=True, sides=sides)
    return made, codec.person_targets(made, sides, GRID)


def test_everybody_has_heatmaps_of_its_own():
    made, people = people_targets(fakes.codec('CIDCodec'), fakes.PEOPLE)
    (heatmaps,) = made.heatmaps
    assert people.heatmaps.shape == (2, 3, 12, 16)
    assert torch.equal(people.heatmaps.amax(0), heatmaps[0, :3])
    assert (people.heatmaps.flatten(2).amax(-1) == 1).all()
    assert not torch.equal(people.heatmaps[0], people.heatmaps[1])


def test_larger_people_have_wider_gaussians():
    sides = torch.tensor([[[10.0, 10.0], [60.0, 60.0]]])
    _, people = people_targets(fakes.codec('CIDCodec'), fakes.PEOPLE, sides)
    small, large = (people.heatmaps > 0.5).sum((1, 2, 3)).sort().values
    assert small * 3 < large


def test_centers_move_by_a_cell_at_most():
    torch.manual_seed(0)
    codec, moved = fakes.codec('CIDCodec'), set()
    for _ in range(50):
        _, people = people_targets(codec, fakes.PEOPLE[:1])
        (center,) = people.centers.tolist()
        moved.add(tuple(center))
    assert moved == {(x, y) for x in (2, 3, 4) for y in (3, 4, 5)}  # around (3, 4)


def test_of_two_centers_in_a_cell_the_smaller_person_counts(monkeypatch):
    monkeypatch.setattr('mmpose_ae.codecs.cid_codec.jitter', lambda cells, size: cells)
    large = fakes.PEOPLE[0]
    small = large.mean(0) + (large - large.mean(0)) / 2
    _, people = people_targets(fakes.codec('CIDCodec'), [large, small])
    assert people.centers.tolist() == [[3, 4]]
    _, alone = people_targets(fakes.codec('CIDCodec'), [small])
    torch.testing.assert_close(people.heatmaps, alone.heatmaps)


def test_people_whose_keypoints_are_outside_are_no_targets():
    _, people = people_targets(fakes.codec('CIDCodec'), [fakes.PEOPLE[0], fakes.PEOPLE[1] + 200])
    assert people.image.tolist() == [0]


def test_highest_cells_are_picked():
    """Of two images, the first with two centers, the second with one."""
    codec = fakes.codec('CIDCodec', refinement=None)
    centers = torch.zeros(2, 1, 12, 16)
    centers[0, 0, 3, 4], centers[0, 0, 8, 9], centers[1, 0, 5, 5] = 0.9, 0.5, 0.7
    found = codec.propose(Maps(None, centers=centers))
    assert found.mask.sum((1, 2)).tolist() == [2, 1]
    heatmaps = torch.zeros(3, 3, 12, 16)
    heatmaps[0, :, 2, 7], heatmaps[1, :, 11, 0], heatmaps[2, :, 0, 15] = 0.8, 0.4, 0.5
    first, second = codec.group(codec.pick(heatmaps, found), GRID)
    pixels = 4 * np.array([[7, 2], [0, 11], [15, 0]]) + 1.5
    np.testing.assert_allclose(first.keypoints, np.repeat(pixels[:2, None], 3, axis=1))
    np.testing.assert_allclose(first.instance_scores, [0.72, 0.2], rtol=1e-6)
    np.testing.assert_allclose(second.keypoints, np.repeat(pixels[2:, None], 3, axis=1))
    np.testing.assert_allclose(second.keypoint_scores, 0.5)


def test_maps_alone_are_not_decoded():
    with pytest.raises(NotImplementedError, match='CIDCodec decodes what its head has found'):
        fakes.codec('CIDCodec').decode(None)


def test_gaussians_are_narrower_the_more_boxes_must_overlap():
    """From the least overlap that is taken on, for boxes of any shape."""
    overlaps = np.linspace(0.25, 1, 16)
    for sides in ((20.0, 20.0), (10.0, 40.0), (1.0, 60.0)):
        sigmas = [float(overlap_sigmas(torch.tensor(sides), o)) for o in overlaps]
        assert (np.diff(sigmas) < 0).all()
    with pytest.raises(
        ValueError, match='min_overlap must be a number between 0.25 and 1, got 0.2'
    ):
        fakes.codec('CIDCodec', targets=dict(min_overlap=0.2))
