"""What boxes say about people: the release's numbers, and cases by hand."""

from math import exp, pi, sqrt

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.models.cid.box_losses import box_embedding_loss, box_regions, complete_iou_loss


def read(path):
    with np.load(path) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays if name != 'background'}


@pytest.mark.parametrize('path', golden.subject_files('boir', 'embeddings*.npz', 'gradient'))
def test_embedding_loss_is_that_of_the_release(path):
    """Whose middle of a box was mended before; ``itself`` is what vectors lose with themselves."""
    case, background = read(path), str(np.load(path)['background'])
    embeddings = case['embeddings'].requires_grad_()
    lost = sum(
        box_embedding_loss(maps, case[f'boxes_{i}'], case['beta'].item(), background)
        for i, maps in enumerate(embeddings)
    )
    torch.testing.assert_close(lost, case['loss'] - case['itself'])
    lost.backward()
    torch.testing.assert_close(embeddings.grad, case['gradient'])


@pytest.mark.parametrize('path', golden.subject_files('boir', 'boxes*.npz', 'predicted'))
def test_box_loss_is_that_of_the_release(path):
    """Boxes of the release are left, top, width and height."""
    case = read(path)
    predicted = case['predicted'].requires_grad_()
    boxes = [torch.cat([b[:, :2], b[:, :2] + b[:, 2:]], 1) for b in (predicted, case['target'])]
    lost = complete_iou_loss(*boxes)
    torch.testing.assert_close(lost, case['loss'])
    lost.sum().backward()
    torch.testing.assert_close(predicted.grad, case['gradient'])


def test_boxes_apart_by_hand():
    """Two squares of side 2, three apart: distance 9, and 5 x 2 around both."""
    boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2]])
    targets = torch.tensor([[3.0, 0, 5, 2], [0, 0, 2, 2], [0, 0, 2, 4]])
    angle = 4 / pi**2 * (pi / 4 - np.arctan(0.5)) ** 2
    tall = 0.5 + 1 / 20 + angle * angle / (angle + 0.5)  # half of it, two more to the middle
    expected = torch.tensor([1 + 9 / 29, 0, tall])
    torch.testing.assert_close(complete_iou_loss(boxes, targets), expected.float())


def test_regions_are_cells_of_corners():
    """Of a map of four columns and three rows."""
    (region,) = box_regions(torch.tensor([[0.6, -0.4, 2.4, 1.4]]), (4, 3))
    expected = torch.tensor([[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]).bool()
    assert torch.equal(region, expected)


def two_people():
    """Cells of a map of 4 x 2 that embed the left half and the right half at a right angle."""
    embeddings = torch.zeros(2, 2, 4)
    embeddings[0, :, :2], embeddings[1, :, 2:] = 3, 5
    return embeddings, torch.tensor([[0.0, 0, 1, 1], [2, 0, 3, 1]])


def test_people_at_a_right_angle_by_hand():
    """Their mean square is 1 apart; nothing is outside of both boxes."""
    embeddings, boxes = two_people()
    lost = box_embedding_loss(embeddings, boxes, beta=2)
    torch.testing.assert_close(lost, torch.tensor(exp(-2)))
    # a person alone repels the other half as background: once each
    lost = box_embedding_loss(embeddings, boxes, beta=2, background='person')
    torch.testing.assert_close(lost, torch.tensor(3 * exp(-2)))


def test_background_is_one_more_person():
    """Outside the left half is the right half."""
    embeddings, _ = two_people()
    box = torch.tensor([[0.0, 0, 1, 1]])
    lost = box_embedding_loss(embeddings, box, beta=1)
    torch.testing.assert_close(lost, torch.tensor(exp(-1)))
    two = torch.tensor([[0.0, 0, 1, 1], [0, 0, 1, 1]])
    lost = box_embedding_loss(embeddings, two, beta=1)  # equal ones, and both with the background
    torch.testing.assert_close(lost, torch.tensor((1 + 2 * exp(-1)) / 2))


def test_what_is_alike_is_drawn_together():
    """A cell of the box that differs by 45 degrees counts by how much it differs."""
    embeddings, box = torch.zeros(2, 2, 2), torch.tensor([[0.0, 0, 1, 1]])
    embeddings[0] = 1
    embeddings[:, 0, 1] = sqrt(0.5)
    squared = (1 - sqrt(0.5)) ** 2 + 0.5
    weight = exp(-3 * squared)
    mean = np.array([3 + weight * sqrt(0.5), weight * sqrt(0.5)]) / (3 + weight)
    pull = ((np.array([1, 0]) - mean) ** 2).sum() / 2 / 2  # two vectors, two dimensions
    lost = box_embedding_loss(embeddings, box, beta=3, background='person')
    torch.testing.assert_close(lost, torch.tensor(pull).float())


@pytest.mark.parametrize('background', ['image', 'person'])
def test_nobody_and_boxes_of_one_cell_lose_nothing(background):
    embeddings = torch.randn(3, 4, 5, requires_grad=True)
    for boxes in (torch.zeros(0, 4), torch.tensor([[1.0, 1, 1.4, 3]])):
        lost = box_embedding_loss(embeddings, boxes, 1, background)
        assert lost == 0
        lost.backward()
