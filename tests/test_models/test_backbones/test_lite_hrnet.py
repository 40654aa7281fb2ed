"""The network is MMPose's."""

import torch
from mmpose.models.backbones import LiteHRNet as Theirs
from small_configs import NARROW

from mmpose_ae.models.backbones import LiteHRNet


def test_features_are_those_of_mmpose():
    """By the same weights, for inputs of several sizes that are not square."""
    extra = dict(
        stem=dict(stem_channels=32, out_channels=32, expand_ratio=1),
        num_stages=3,
        stages_spec=dict(
            num_branches=(2, 3, 4),
            module_type=('LITE',) * 3,
            with_fuse=(True,) * 3,
            reduce_ratios=(8, 8, 8),
            **NARROW['LiteHRNet']['backbone']['extra']['stages_spec'],
        ),
        with_head=True,
    )
    torch.manual_seed(0)
    theirs, ours = Theirs(extra), LiteHRNet(extra)
    ours.load_state_dict(theirs.state_dict())
    theirs.eval(), ours.eval()
    for size in ((64, 96), (160, 32)):
        images = torch.randn(2, 3, *size)
        (expected,), (found,) = theirs(images), ours(images)
        assert expected.std() > 0
        torch.testing.assert_close(found, expected)
