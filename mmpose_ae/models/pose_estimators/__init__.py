"""Pose estimators: MMPose's, with what bottom-up testing needs."""

from .bottomup_pose_estimator import BottomupPoseEstimator
from .person_network import PersonNetwork
from .single_person_refiner import SinglePersonRefiner

__all__ = ['BottomupPoseEstimator', 'PersonNetwork', 'SinglePersonRefiner']
