"""OCHuman with checked annotations."""

from mmpose.datasets.datasets.body import OCHumanDataset as _OCHumanDataset

from mmpose_ae.registry import DATASETS

from .bottomup_annotations import BottomupAnnotations


@DATASETS.register_module()
class OCHumanDataset(BottomupAnnotations, _OCHumanDataset):
    """MMPose's dataset with the checks of :class:`BottomupAnnotations`."""
