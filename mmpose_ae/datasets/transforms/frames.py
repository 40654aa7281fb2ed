"""The frame of an image on its way through a pipeline."""

import numpy as np

from mmpose_ae.frame import Frame


def frame_of(results: dict) -> Frame:
    """Tell where the image lies on the input, as far as the pipeline has come.

    Args:
        results (dict): ``frame``, as our transforms keep it; where transforms of MMPose came
            before, what they leave instead: ``ori_shape`` (h, w), and optionally ``warp_mat``,
            ``input_size`` (w, h) and ``flip_direction``.

    Returns:
        Frame: From pixels of the original image to those of the input.
    """
    if 'frame' in results:
        return results['frame']
    frame = Frame.whole(results['ori_shape'][1::-1])
    if 'warp_mat' in results:
        frame = frame.then(np.asarray(results['warp_mat'], np.float64), results['input_size'])
    if results.get('flip'):
        frame = frame.flipped(results['flip_direction'])
    return frame
