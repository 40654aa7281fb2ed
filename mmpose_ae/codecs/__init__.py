"""Codecs: keypoints to training targets, network outputs to instances."""
