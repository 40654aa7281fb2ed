"""CrowdPose with checked annotations."""

from mmpose.datasets.datasets.body import CrowdPoseDataset as _CrowdPoseDataset

from mmpose_ae.registry import DATASETS

from .bottomup_annotations import BottomupAnnotations


@DATASETS.register_module()
class CrowdPoseDataset(BottomupAnnotations, _CrowdPoseDataset):
    """MMPose's dataset with the checks of :class:`BottomupAnnotations`."""
