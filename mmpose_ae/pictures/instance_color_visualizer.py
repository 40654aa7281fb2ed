"""Skeletons in one color per instance."""

from typing import Sequence

import numpy as np
from mmengine.structures import InstanceData
from mmpose.visualization import PoseLocalVisualizer

from mmpose_ae.registry import VISUALIZERS

from .colors import instance_colors

BLACK = (0, 0, 0)


@VISUALIZERS.register_module()
class InstanceColorVisualizer(PoseLocalVisualizer):
    """MMPose's visualizer with colors by instance, which show how keypoints were grouped.

    MMPose colors by keypoint and limb. Instances may have a field ``color_ids`` (N,) that says
    which share a color; without it they are colored in their order.

    Args:
        name (str): Name under which MMEngine keeps the visualizer.
        outline (int): Width in pixels of a black line around each skeleton.
        **kwargs: Arguments of MMPose's visualizer.
    """

    def __init__(self, name: str = 'visualizer', outline: int = 1, **kwargs) -> None:
        super().__init__(name=name, **kwargs)
        self.outline = outline

    def draw_circles(
        self, center: np.ndarray, radius: np.ndarray, *args, **kwargs
    ) -> 'InstanceColorVisualizer':
        """Draw one circle; OpenCV's backend wants a number where NumPy 2.4 makes none of an array.

        Args:
            center (np.ndarray): In pixels, (2,).
            radius (np.ndarray): In pixels, (1,).
            *args: As of MMPose's visualizer.
            **kwargs: As of MMPose's visualizer.

        Returns:
            InstanceColorVisualizer: This one.
        """
        radius = np.ravel(radius)[0] if self.backend == 'opencv' else radius
        return super().draw_circles(center, radius, *args, **kwargs)

    def _draw_instances_kpts(
        self, image: np.ndarray, instances: InstanceData, *args, **kwargs
    ) -> np.ndarray:
        """Draw one instance after the other, first its outline, then itself."""
        ids = instances.get('color_ids', range(len(instances)))
        for i, color in enumerate(instance_colors(ids).tolist()):
            instance = instances[i : i + 1]
            self._use(BLACK, len(instance.keypoints[0]), self.outline)
            image = super()._draw_instances_kpts(image, instance, *args, **kwargs)
            self._use(color, len(instance.keypoints[0]), -self.outline)
            image = super()._draw_instances_kpts(image, instance, *args, **kwargs)
        return image

    def _use(self, color: Sequence[int], num_keypoints: int, thicker: int) -> None:
        """Draw in one color from now on, with lines and keypoints that much thicker."""
        self.kpt_color = [color] * num_keypoints
        self.link_color = [color] * len(self.skeleton or ())
        self.line_width += 2 * thicker
        self.radius += thicker
