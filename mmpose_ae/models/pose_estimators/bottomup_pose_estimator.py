"""Bottom-up estimator that takes image pyramids and the checkpoints of others."""

from typing import List, Optional, Tuple, Union

from mmpose.models.pose_estimators import BottomupPoseEstimator as _BottomupPoseEstimator
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.checkpoints import convert_checkpoint
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class BottomupPoseEstimator(_BottomupPoseEstimator):
    """MMPose's estimator, which takes pyramids and loads published weights as they are.

    MMPose's ``forward`` stacks the scales of a pyramid and fails on it. The formats of checkpoints
    are in :mod:`mmpose_ae.checkpoints`.
    """

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

    def _load_state_dict_pre_hook(
        self, state_dict: dict, prefix: str, local_meta: dict, *args, **kwargs
    ) -> None:
        """Convert the weights before they are loaded, in place; MMPose registers this hook."""
        if not prefix:
            expected = {name: value.shape for name, value in self.state_dict().items()}
            weights = convert_checkpoint(state_dict, expected)
            state_dict.clear()
            state_dict.update(weights)
        super()._load_state_dict_pre_hook(state_dict, prefix, local_meta, *args, **kwargs)
