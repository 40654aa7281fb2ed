"""Skeletons in one colour per instance."""

import numpy as np
from mmengine.structures import InstanceData
from mmpose.visualization import PoseLocalVisualizer

from mmpose_ae.registry import VISUALIZERS

from .colors import instance_colors


@VISUALIZERS.register_module()
class InstanceColorVisualizer(PoseLocalVisualizer):
    """MMPose's visualizer with colours by instance, which show how keypoints were grouped.

    MMPose colours by keypoint and limb. Instances may have a field ``color_ids`` (N,) that says
    which share a colour; without it they are coloured in their order.
    """

    def _draw_instances_kpts(
        self, image: np.ndarray, instances: InstanceData, *args, **kwargs
    ) -> np.ndarray:
        """Draw one instance after the other with MMPose's method, each in its colour."""
        ids = instances.get('color_ids', range(len(instances)))
        for i, color in enumerate(instance_colors(ids).tolist()):
            self.kpt_color = [color] * instances.keypoints.shape[1]
            self.link_color = [color] * len(self.skeleton or ())
            image = super()._draw_instances_kpts(image, instances[i : i + 1], *args, **kwargs)
        return image
