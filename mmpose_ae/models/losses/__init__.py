"""Losses of bottom-up pose estimation."""
