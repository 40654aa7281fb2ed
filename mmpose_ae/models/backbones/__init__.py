"""Backbones that MMPose lacks."""
