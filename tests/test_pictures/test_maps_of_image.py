import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.frame import Frame
from mmpose_ae.pictures import crop_maps


@pytest.mark.parametrize('width, height', [(150, 90), (90, 150)])
def test_padding_is_cropped(width, height):
    """An image of 150 x 90 in the middle of an input of 192 x 128, seen at the same scale."""
    sides = np.array([width, height])
    padded = sides + [42, 38]
    (left, top), (right, bottom) = (padded - sides) // 2, (padded + sides) // 2
    heatmaps = torch.zeros(2, padded[1], padded[0])
    heatmaps[:, top:bottom, left:right] = 1
    frame = Frame.of_box(sides / 2, padded, tuple(padded), (width, height))
    sample = fakes.prediction(heatmaps, torch.cat([heatmaps, 2 * heatmaps]), frame)
    shown, tags = crop_maps(sample)
    np.testing.assert_array_equal(shown, np.ones((2, height, width)))
    np.testing.assert_array_equal(tags, np.concatenate([shown, 2 * shown]))
