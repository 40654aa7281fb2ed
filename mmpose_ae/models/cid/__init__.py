"""CID, Contextual Instance Decoupling (Wang and Zhang, CVPR 2022): MMPose's head, on our data."""

from .cid_head import CIDHead

__all__ = ['CIDHead']
