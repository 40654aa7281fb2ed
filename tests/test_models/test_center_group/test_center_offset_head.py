"""CenterOffsetHead: its maps, losses, and the flip test of offsets."""

import fakes
import numpy as np
import pytest
import torch

KIND = 'CenterOffsetHead'
PEOPLE = fakes.PEOPLE


def test_perfect_maps_have_no_loss():
    losses = fakes.predicting_head(KIND).loss((fakes.perfect_maps(KIND, PEOPLE),), [fakes.sample()])
    assert set(losses) == {'loss_kpt', 'loss_offset'}
    assert losses['loss_kpt'].item() == pytest.approx(0, abs=1e-10)
    assert losses['loss_offset'].item() == pytest.approx(0, abs=1e-6)  # rounded to float32


def test_offset_loss_by_hand():
    """Offsets of 0 in cells: what is missing is the distance of each keypoint from the cell.

    The first person's center (14, 52 / 3) is in cell (3, 4), whose pixel is (13.5, 17.5).
    """
    points = np.array([[8, 10], [20, 12], [14, 30], [14, 52 / 3]])
    expected = np.abs(points - [13.5, 17.5]).mean() / 4
    losses = fakes.predicting_head(KIND).loss(
        (torch.zeros(1, 12, 12, 16),), [fakes.sample(PEOPLE[:1])]
    )
    assert losses['loss_offset'].item() == pytest.approx(expected, rel=1e-5)


def test_losses_are_in_the_graph_without_people():
    head = fakes.head(KIND)
    losses = head.loss((fakes.features(2),), [fakes.sample(), fakes.sample(fakes.NOBODY)])
    sum(losses.values()).backward()
    assert all(p.grad.any() for p in head.parameters())
    head.zero_grad()
    sum(head.loss((fakes.features(),), [fakes.sample(None)]).values()).backward()
    assert all(p.grad is not None for p in head.parameters())


def test_autocast_does_not_round_offsets():
    """The last layer computes them in float32; maps of a backbone are as they are given."""
    head = fakes.head(KIND)
    head.final_layer.weight.data.normal_(std=20)
    features = fakes.features().bfloat16()
    with torch.autocast('cpu', torch.bfloat16):
        (outputs,) = head((features,))
    weights = head.final_layer.weight[4:], head.final_layer.bias[4:]
    expected = torch.nn.functional.conv2d(features.float(), *weights)
    assert (expected - expected.bfloat16()).abs().max() > 0.1
    torch.testing.assert_close(outputs.offsets, expected)
    (given,) = fakes.predicting_head(KIND)((fakes.perfect_maps(KIND, PEOPLE),))
    assert given.offsets.dtype == torch.float32


@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('flip', [False, True])
def test_prediction(flip, restore):
    """People come back, also averaged with those of the mirrored image."""
    view = (fakes.perfect_maps(KIND, PEOPLE),)
    if flip:
        view = [view, (fakes.perfect_maps(KIND, fakes.mirrored(PEOPLE)),)]
    test_cfg = dict(flip_test=flip, restore_heatmap_size=restore)
    # Windows count cells, which are four times finer on the way to the input.
    candidates = dict(center_kernel_size=17 if restore else 5)
    head = fakes.predicting_head(
        KIND, decoder=fakes.codec_config('CenterOffsetCodec', candidates=candidates)
    )
    (found,) = head.predict(view, [fakes.sample()], test_cfg)
    order = np.argsort(found.keypoints[:, 0, 0])
    np.testing.assert_allclose(found.keypoints[order], PEOPLE, atol=2.0 if restore else 0.2)
    assert found.keypoint_scores.shape == (2, 3) and found.bbox_scores.shape == (2,)
    assert 'tags' not in found


def test_offsets_of_views_are_averaged():
    """(2, 3) and, mirrored, (-4, 5) are (3, 4) on average: 12 and 16 pixels of the input."""
    maps, mirrored = torch.zeros(2, 1, 12, 12, 16)
    maps[:, 4:8], maps[:, 8:] = 2, 3
    mirrored[:, 4:8], mirrored[:, 8:] = -4, 5
    test_cfg = dict(flip_test=True, output_heatmaps=True)
    _, (fields,) = fakes.predicting_head(KIND).predict(
        [(maps,), (mirrored,)], [fakes.sample()], test_cfg
    )
    assert fields.offsets.shape == (6, 12, 16)  # the center's own are of no use
    assert (fields.offsets[:3] == 12).all() and (fields.offsets[3:] == 16).all()


def test_the_mirrored_offset_is_that_of_the_mirrored_keypoint():
    """Types 0 and 1 are mirror images; in the mirrored view an offset points the other way."""
    maps, mirrored = torch.zeros(2, 1, 12, 12, 16)
    mirrored[0, 4, 3, 15], mirrored[0, 8, 3, 15] = 6.0, -2.0  # of type 0, at the right border
    _, (fields,) = fakes.predicting_head(KIND).predict(
        [(maps,), (mirrored,)], [fakes.sample()], dict(flip_test=True, output_heatmaps=True)
    )
    # Half of (-6, -2) cells of 4 pixels, of type 1, at the left border.
    assert fields.offsets.nonzero().tolist() == [[1, 3, 0], [4, 3, 0]]
    assert fields.offsets[[1, 4], 3, 0].tolist() == [-12, -4]


def test_offsets_are_those_of_the_first_scale():
    base, half = torch.zeros(1, 12, 12, 16), torch.zeros(1, 12, 6, 8)
    base[:, 4:], half[:, 4:] = 1, 50
    _, (fields,) = fakes.predicting_head(KIND).predict(
        [(base,), (half,)], [fakes.sample()], dict(multiscale_test=True, output_heatmaps=True)
    )
    assert (fields.offsets == 4).all()


def test_multiscale_tags_are_no_option():
    message = 'test_cfg of CenterOffsetHead has no option multiscale_tags'
    with pytest.raises(TypeError, match=message):
        fakes.predicting_head(KIND).read_test_cfg(dict(multiscale_tags='first'))
