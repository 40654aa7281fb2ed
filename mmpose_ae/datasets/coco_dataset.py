"""COCO, or any dataset in its format through ``metainfo``, with checked annotations."""

from mmpose.datasets.datasets.body import CocoDataset as _CocoDataset

from mmpose_ae.registry import DATASETS

from .bottomup_annotations import BottomupAnnotations


@DATASETS.register_module()
class CocoDataset(BottomupAnnotations, _CocoDataset):
    """MMPose's dataset with the checks of :class:`BottomupAnnotations`."""
