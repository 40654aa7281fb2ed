"""A bottom-up estimator whose instances are masks."""

from typing import List, Optional

from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample

from mmpose_ae.models.pose_estimators import BottomupPoseEstimator
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class InstanceSegmentor(BottomupPoseEstimator):
    """Backbone, optional neck and :class:`InstanceSegHead`; there are no keypoints to move."""

    def add_pred_to_datasample(
        self,
        batch_pred_instances: List[InstanceData],
        batch_pred_fields: Optional[List[PixelData]],
        batch_data_samples: List[PoseDataSample],
    ) -> List[PoseDataSample]:
        """Put predictions, which are in pixels of the image already, into the samples."""
        fields = batch_pred_fields or [None] * len(batch_data_samples)
        for instances, field, sample in zip(batch_pred_instances, fields, batch_data_samples):
            sample.pred_instances = instances
            if field is not None:
                sample.pred_fields = field
        return batch_data_samples
