"""Random flip of inputs of any shape."""

from mmpose.datasets.transforms import RandomFlip as _RandomFlip

from mmpose_ae.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomFlip(_RandomFlip):
    """MMPose's flip, right for inputs that are not square.

    MMPose unpacks ``input_size``, a (w, h), as (h, w).
    """

    def transform(self, results: dict) -> dict:
        """Flip image, boxes and keypoints, or do nothing, at random.

        Args:
            results (dict): ``img``, ``img_shape``, ``flip_indices`` and optionally
                ``input_size`` (w, h), ``keypoints``, ``keypoints_visible`` and ``bbox``.

        Returns:
            dict: The same, flipped, with ``flip`` and ``flip_direction``.
        """
        if 'input_size' not in results:
            return super().transform(results)
        width, height = results['input_size']
        results['input_size'] = (height, width)
        results = super().transform(results)
        results['input_size'] = (width, height)
        return results
