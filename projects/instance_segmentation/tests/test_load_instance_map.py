"""Options of loading instance maps, and from what pixels are drawn."""

import numpy as np
import pytest

from mmpose_ae.frame import Frame
from mmpose_ae.registry import TRANSFORMS
from projects.instance_segmentation.datasets import VOID, InstanceMap

FOUND = InstanceMap(np.ones((32, 32), np.int32), np.array([0]))


def load(frame, found=FOUND, img_id=3, **options):
    """What is loaded of an image, by default one that an instance covers."""
    step = TRANSFORMS.build(dict(type='mmpose_ae.LoadInstanceMap', **options))
    return step(dict(read_instances=lambda: found, frame=frame, img_id=img_id))


@pytest.mark.parametrize('size_range', [16.0, None, (1,), (1, 2, 3), (3, 2), (0, 'x'), 'ab'])
def test_size_range_is_two_numbers(size_range):
    with pytest.raises(ValueError, match='size_range must be two numbers from 0 on, .*, got'):
        load(Frame.whole((32, 32)), size_range=size_range)


def test_a_range_of_no_size_is_refused():
    with pytest.raises(ValueError, match='no size is in the size_range'):
        load(Frame.whole((32, 32)), size_range=(3, 3))


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


def test_map_follows_the_image():
    """Shown at half its size, mirrored, at the left of an input that is twice as wide."""
    labels = np.zeros((32, 32), np.int32)
    labels[:16, :8], labels[16:, 16:], labels[16:, :8] = 1, 2, VOID
    found = InstanceMap(labels, np.array([0, 1]))
    frame = Frame.whole((32, 32)).flipped().resized((16, 16))._replace(input_size=(32, 16))
    results = load(frame, found)
    rows = [[0, 0, 0, 1, *[VOID] * 4], [2, 2, 0, VOID, *[VOID] * 4]]
    np.testing.assert_array_equal(results['instance_map'], [[rows[0], rows[0], rows[1], rows[1]]])
    assert results['instance_categories'].tolist() == [0, 1]


def test_instances_of_another_size_are_refused():
    found = InstanceMap(np.zeros((16, 32), np.int32), np.empty(0, int))
    with pytest.raises(ValueError, match='is 32x32, but its annotations are for 32x16'):
        load(Frame.whole((32, 32)), found)


def test_sizes_out_of_range_are_void():
    """Of 8x16 and 16x16 pixels at half the size: 5.7 and 8 pixels."""
    labels = np.zeros((32, 32), np.int32)
    labels[:16, :8], labels[16:, 16:] = 1, 2
    found, frame = InstanceMap(labels, np.array([0, 0])), Frame.whole((32, 32)).resized((16, 16))
    for size_range, kept in (((0, 7), {1}), ((6, 99), {2}), ((0, 99), {1, 2}), ((8, 9), {2})):
        out = load(frame, found, size_range=size_range)
        assert set(out['instance_map'].ravel()) == {0, *kept} | ({VOID} if len(kept) < 2 else set())
