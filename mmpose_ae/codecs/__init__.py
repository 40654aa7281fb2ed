"""Codecs: keypoints to training targets, network outputs to instances."""

from .ae_decoder import AEDecoder

__all__ = ['AEDecoder']
