"""Metrics that MMPose lacks."""
