"""Sizes of image pyramids, against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmpose_ae.datasets.transforms.image_pyramid import pyramid_step


def test_step_of_the_published_test():
    assert pyramid_step(64, [0.5, 2]) == 128
    assert pyramid_step(64, []) == 64


@given(
    st.integers(1, 64), st.lists(st.sampled_from([0.25, 0.5, 2 / 3, 0.75, 1, 1.5, 2]), max_size=3)
)
def test_step_is_the_smallest_that_fits_every_scale(factor, scales):
    def fits(side):
        sides = [side, *(side * s for s in scales)]
        return all(abs(s - round(s)) < 1e-6 and round(s) % factor == 0 for s in sides)

    step = pyramid_step(factor, scales)
    assert fits(step)
    assert not any(fits(smaller) for smaller in range(factor, step, factor))


@pytest.mark.parametrize('scale', [0, -1, 0.123456])
def test_scales_that_never_align_are_refused(scale):
    with pytest.raises(ValueError, match=f'scale {scale} '):
        pyramid_step(64, [1, scale])
