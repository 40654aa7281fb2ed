"""Bottom-up estimator that takes image pyramids."""

from typing import List, Optional, Tuple, Union

from mmpose.models.pose_estimators import BottomupPoseEstimator as _BottomupPoseEstimator
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.registry import MODELS


@MODELS.register_module()
class BottomupPoseEstimator(_BottomupPoseEstimator):
    """MMPose's estimator, whose ``forward`` stacks the scales of a pyramid and fails on it."""

    def forward(
        self,
        inputs: Union[Tensor, List[Tensor]],
        data_samples: Optional[List[PoseDataSample]] = None,
        mode: str = 'tensor',
    ) -> Union[dict, list, Tensor, tuple]:
        """Run the model.

        Args:
            inputs (Tensor | list[Tensor]): Images (B, 3, H, W); to predict, also a list of them
                over the scales of a pyramid, the base first.
            data_samples (list[PoseDataSample], optional): One per image.
            mode (str): ``'loss'``, ``'predict'`` or ``'tensor'``.

        Returns:
            dict | list | Tensor | tuple: As in MMPose, by ``mode``.
        """
        if mode == 'predict' and isinstance(inputs, list):
            inputs = tuple(inputs)  # MMPose stacks lists and leaves tuples alone
        return super().forward(inputs, data_samples, mode)

    def predict(
        self, inputs: Union[Tensor, Tuple[Tensor]], data_samples: List[PoseDataSample]
    ) -> List[PoseDataSample]:
        """Predict the instances of a batch of images, or of image pyramids.

        Args:
            inputs (Tensor | tuple[Tensor]): As in :meth:`forward`.
            data_samples (list[PoseDataSample]): One per image.

        Returns:
            list[PoseDataSample]: With ``pred_instances`` in pixels of the original images.
        """
        inputs = list(inputs) if isinstance(inputs, tuple) else inputs
        return super().predict(inputs, data_samples)
