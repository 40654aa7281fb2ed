"""Codecs: keypoints to training targets, network outputs to instances."""

from . import groupings  # noqa: F401
from .ae_decoder import AEDecoder
from .center_group_codec import CenterGroupCodec
from .center_offset_codec import CenterOffsetCodec

__all__ = ['AEDecoder', 'CenterGroupCodec', 'CenterOffsetCodec']
