"""What a config's test pipeline makes of a picture: a file does the same, or there is none."""

from typing import List, Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.model import ImgDataPreprocessor
from mmpose.datasets.transforms import LoadImage as TheirLoadImage
from mmpose.datasets.transforms import PackPoseInputs

from mmpose_ae.cli.faults import naming_types
from mmpose_ae.config_files import find_test_pipeline
from mmpose_ae.datasets.transforms import BottomupResize, LoadImage
from mmpose_ae.registry import TRANSFORMS

LOADS = (LoadImage.transform, TheirLoadImage.transform)
READING = dict(to_float32=False, color_type='color', imdecode_backend='cv2')  # of files


def single_scale(steps: Sequence[dict]) -> List[dict]:
    """Leave out the further scales of an image pyramid: a file looks at one.

    Args:
        steps (sequence[dict]): Transforms as a config has them.

    Returns:
        list[dict]: The same without ``aug_scales``.
    """
    return [{**step, 'aug_scales': None} if 'aug_scales' in step else step for step in steps]


def read_resize(config: Config, name: str, preprocessor: ImgDataPreprocessor) -> BottomupResize:
    """Find how pictures become inputs, and refuse what a file would do in another way.

    Args:
        config (Config): Whose test pipeline it is.
        name (str): Of the config, for messages.
        preprocessor (ImgDataPreprocessor): Of its model.

    Returns:
        BottomupResize: Of one scale.

    Raises:
        ValueError: The pipeline has no such resize, or a transform or an option that a file has
            not; names it.
    """
    with naming_types(config):
        steps = [TRANSFORMS.build(step) for step in single_scale(find_test_pipeline(config))]
    resize = next((step for step in steps if isinstance(step, BottomupResize)), None)
    if resize is None:
        raise ValueError(
            'the test pipeline of the config has no BottomupResize, which sizes inputs'
        )
    reason = _other_steps(steps) or _other_options(steps[0], resize, preprocessor)
    if reason:
        raise ValueError(f'{name} cannot be exported: {reason}')
    return resize


def _other_steps(steps: Sequence[BaseTransform]) -> str:
    """Say which transforms there are where they are not those of files."""
    names = ', '.join(type(step).__name__ for step in steps)
    if len(steps) == 3:
        load, resize, pack = steps
        loads = type(load).transform in LOADS
        resizes = type(resize).transform is BottomupResize.transform
        if loads and resizes and isinstance(pack, PackPoseInputs):
            return ''
    return (
        f'its test pipeline is {names}, but a file does what LoadImage, BottomupResize and '
        'PackPoseInputs do, in this order, and nothing else'
    )


def _other_options(
    load: TheirLoadImage, resize: BottomupResize, preprocessor: ImgDataPreprocessor
) -> str:
    """Say which option files do not have."""
    changed = [f'{n}={getattr(load, n)!r}' for n, v in READING.items() if getattr(load, n) != v]
    if changed:
        return (
            f'LoadImage of its test pipeline has {", ".join(changed)}, but a file takes pictures '
            'as LoadImage reads them without these options'
        )
    if np.any(resize.pad_val):
        return (
            f'BottomupResize of its test pipeline has pad_val={resize.pad_val!r}, but a file is '
            'shown pictures that are filled up with black'
        )
    divisor, factor = preprocessor.pad_size_divisor, resize.size_factor
    if factor % divisor:
        return (
            f'pad_size_divisor={divisor} of its data_preprocessor does not divide '
            f'size_factor={factor} of BottomupResize, and a file pads only where it resizes: make '
            'size_factor a multiple of it'
        )
    return ''
