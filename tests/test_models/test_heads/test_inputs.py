"""What heads are told of a batch: which type a mirrored one is."""

import fakes

from mmpose_ae.models.heads import describe_inputs


def test_a_center_is_its_own_mirror_image():
    inputs = describe_inputs([fakes.sample(flip_indices=[0, 2, 1])])
    assert inputs.mirrored_types(with_center=False) == [0, 2, 1]
    assert inputs.mirrored_types(with_center=True) == [0, 2, 1, 3]
