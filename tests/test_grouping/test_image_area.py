"""Cells that show the image, by hand and against a mask that is warped."""

import cv2
import numpy as np
import pytest

from mmpose_ae.grouping import cells_in_image


def test_padding_beside_an_image():
    """An image of 8 x 4, doubled, in the middle of an input of 24 x 8, seen by cells of 4."""
    warp_mat = np.array([[2, 0, 4.5], [0, 2, 0.5]])
    inside = cells_in_image(warp_mat, (8, 4), (24, 8), (6, 2))
    assert inside.tolist() == [[False, True, True, True, True, False]] * 2


@pytest.mark.parametrize('mirrored', [False, True])
def test_turned_image(mirrored):
    warp_mat = cv2.getRotationMatrix2D((30, 20), 25, 1.4)
    warped = cv2.warpAffine(np.ones((40, 60), np.float32), warp_mat, (96, 64)) > 0.5
    warped = warped[:, ::-1] if mirrored else warped
    inside = cells_in_image(warp_mat, (60, 40), (96, 64), (96, 64), mirrored)
    assert (inside != warped).mean() < 0.01 and 0.2 < inside.mean() < 0.8
