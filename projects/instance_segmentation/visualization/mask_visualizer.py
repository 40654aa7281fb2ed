"""Masks over an image, one color per instance, under skeletons if there are keypoints."""

import numpy as np
from mmengine.structures import InstanceData

from mmpose_ae.pictures import InstanceColorVisualizer
from mmpose_ae.pictures.colors import instance_colors
from mmpose_ae.prediction.masks import paint_masks
from mmpose_ae.registry import VISUALIZERS


@VISUALIZERS.register_module()
class MaskVisualizer(InstanceColorVisualizer):
    """The visualizer of poses, which draws masks, too.

    Args:
        name (str): Under which MMEngine keeps the visualizer.
        opacity (float): Of masks.
        score_thr (float): Masks of a lower score are not drawn.
        **kwargs: As in :class:`InstanceColorVisualizer`.
    """

    def __init__(
        self, name: str = 'visualizer', opacity: float = 0.55, score_thr: float = 0.3, **kwargs
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.opacity = opacity
        self.score_thr = score_thr

    def _draw_instances_kpts(
        self, image: np.ndarray, instances: InstanceData, *args, **kwargs
    ) -> np.ndarray:
        """Draw masks, and keypoints where there are some."""
        shown = instances[np.asarray(instances.scores) >= self.score_thr]
        colors = instance_colors(range(len(shown)))
        image = paint_masks(image, shown.masks, colors, self.opacity)
        if 'keypoints' in instances:
            return super()._draw_instances_kpts(image, shown, *args, **kwargs)
        self.set_image(image)
        return image

    def _draw_instances_bbox(self, image: np.ndarray, instances: InstanceData) -> np.ndarray:
        """Draw no boxes: masks say where somebody is."""
        return image
