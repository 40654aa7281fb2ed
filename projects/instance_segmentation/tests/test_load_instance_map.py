"""Options of loading instance maps, and from what pixels are drawn."""

import numpy as np
import pytest

from mmpose_ae.frame import Frame
from mmpose_ae.registry import TRANSFORMS
from projects.instance_segmentation.datasets import InstanceMap

FOUND = InstanceMap(np.ones((32, 32), np.int32), np.array([0]))


def load(frame, img_id=3, **options):
    """What is loaded of an image that an instance covers."""
    step = TRANSFORMS.build(dict(type='mmpose_ae.LoadInstanceMap', **options))
    return step(dict(read_instances=lambda: FOUND, frame=frame, img_id=img_id))


@pytest.mark.parametrize('size_range', [5, None, (1,), (1, 2, 3), (0, 'x'), 'ab'])
def test_size_range_is_two_numbers(size_range):
    with pytest.raises(ValueError, match='size_range must be two numbers from 0 on, .*, got'):
        load(Frame.whole((32, 32)), size_range=size_range)


def test_pixels_are_drawn_by_the_image_and_where_it_lies():
    """Whatever has been drawn before in the process that loads it."""
    whole = Frame.whole((32, 32))
    seed = load(whole)['sampling_seed']
    np.random.rand(5)
    assert load(whole)['sampling_seed'] == seed
    others = load(whole, img_id=4), load(whole.flipped()), load(whole.resized((40, 40)))
    assert len({seed, *(other['sampling_seed'] for other in others)}) == 4


def test_size_is_that_of_the_whole_instance():
    """Of 32x32 pixels of which 8x8 are in the input: 32 counts, not 8."""
    part = Frame.whole((32, 32)).then(np.array([[1.0, 0, -24], [0, 1, -24]]), (32, 32))
    assert (load(part, size_range=(16, 99))['instance_map'] == 1).sum() == 4
    assert not (load(part, size_range=(4, 16))['instance_map'] == 1).any()
