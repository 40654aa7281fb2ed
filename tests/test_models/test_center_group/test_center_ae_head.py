"""CenterAEHead: the center is trained, mirrored and left out of instances."""

import fakes
import numpy as np
import pytest
import torch

KIND = 'CenterAEHead'
PEOPLE = fakes.PEOPLE


def test_the_center_is_one_type_more_but_no_keypoint():
    head = fakes.predicting_head(KIND)
    assert head.num_keypoints == 3 and head.channels == dict(heatmaps=4, tags=4)
    assert fakes.predicting_head(KIND, num_keypoints=3).out_channels == 8


def test_heatmaps_and_tags_of_centers_are_trained():
    head = fakes.predicting_head(KIND)
    maps = fakes.perfect_maps(KIND, PEOPLE).requires_grad_()
    losses = head.loss((maps,), [fakes.sample()])
    assert losses['loss_kpt'].item() == pytest.approx(0, abs=1e-10)
    assert losses['loss_pull'].item() == 0 and losses['loss_push'].item() >= 0
    blank = torch.zeros(1, 8, 12, 16, requires_grad=True)
    sum(head.loss((blank,), [fakes.sample()]).values()).backward()
    assert blank.grad[0, 3].any()  # the center's heatmap
    moved = maps.detach().clone()
    moved[:, 7, :, 8:] = 0  # the centers' tags of the right half
    assert head.loss((moved,), [fakes.sample()])['loss_pull'] > 0


def test_the_center_is_where_the_mean_of_the_keypoints_is():
    """Of the first person (8, 10), (20, 12), (14, 30): at (14, 52 / 3), cell (3.125, 3.958)."""
    maps = torch.zeros(1, 8, 12, 16, requires_grad=True)
    fakes.predicting_head(KIND).loss((maps,), [fakes.sample(PEOPLE[:1])])['loss_kpt'].backward()
    target = -maps.grad[0, 3]
    y, x = divmod(target.argmax().item(), 16)
    assert (x, y) == (3, 4)
    # Of a Gaussian of one cell the logarithms of two neighbors differ by the distance to both.
    logs = target.log()
    assert (logs[4, 4] - logs[4, 2]).item() / 2 == pytest.approx(3.125 - 3, abs=1e-3)
    assert (logs[5, 3] - logs[3, 3]).item() / 2 == pytest.approx(3.9583 - 4, abs=1e-3)


@pytest.mark.parametrize('flip', [False, True])
def test_instances_have_no_center(flip):
    view = (fakes.perfect_maps(KIND, PEOPLE),)
    if flip:
        view = [view, (fakes.perfect_maps(KIND, fakes.mirrored(PEOPLE)),)]
    (found,) = fakes.predicting_head(KIND).predict(view, [fakes.sample()], dict(flip_test=flip))
    order = np.argsort(found.keypoints[:, 0, 0])
    np.testing.assert_allclose(found.keypoints[order], PEOPLE, atol=0.2)
    assert found.keypoint_scores.shape == (2, 3)
    far = 5 / 2**0.5  # in each of two views
    np.testing.assert_allclose(found.tags[order], [[0, 0], [far, far]] if flip else [[0], [5]])


def test_tags_of_several_dimensions_lose_those_of_the_center():
    head = fakes.predicting_head(KIND, in_channels=12, tag_dim=2)
    maps = torch.arange(12.0).view(1, 12, 1, 1).repeat(1, 1, 12, 16)
    _, (fields,) = head.predict((maps,), [fakes.sample()], dict(output_heatmaps=True))
    assert fields.heatmaps[:, 0, 0].tolist() == [0, 1, 2]
    assert fields.centers[:, 0, 0].tolist() == [3]
    assert fields.tags[:, 0, 0].tolist() == [4, 5, 6, 8, 9, 10]
