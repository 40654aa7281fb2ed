"""Pose estimators: MMPose's, with what bottom-up testing needs."""

from .bottomup_pose_estimator import BottomupPoseEstimator

__all__ = ['BottomupPoseEstimator']
