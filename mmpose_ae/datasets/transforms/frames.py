"""The frame of an image on its way through a pipeline."""

import numpy as np

from mmpose_ae.frame import Frame


def frame_of(results: dict) -> Frame:
    """Tell where the image lies on the input, as far as the pipeline has come.

    Args:
        results (dict): ``frame``, from the first of our transforms on that moves the image; before,
            what transforms of MMPose leave: ``ori_shape`` or ``img_shape`` (h, w), and optionally
            ``warp_mat`` and ``input_size`` (w, h) of an affine map, or ``input_center``,
            ``input_scale`` and ``input_size`` of a resize, and ``flip_direction`` of a flip after
            it. They may come before ours, not after them.

    Returns:
        Frame: From pixels of the original image to those of the input.
    """
    if 'frame' in results:
        return results['frame']
    shape = results['ori_shape'] if 'ori_shape' in results else results['img_shape']
    frame = Frame.whole(shape[1::-1])
    if 'warp_mat' in results:
        frame = frame.then(np.asarray(results['warp_mat'], np.float64), results['input_size'])
    elif 'input_scale' in results:
        box = (results[name] for name in ('input_center', 'input_scale', 'input_size'))
        frame = Frame.of_box(*box, image_size=frame.image_size)
    return frame.flipped(results['flip_direction']) if results.get('flip') else frame
