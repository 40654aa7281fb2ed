"""What a file says about itself, so that it can be used without its config and checkpoint."""

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, Optional

import numpy as np

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.frame import Grid
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.prediction.predictor import read_chosen_score
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.runtime.description import FORMAT
from mmpose_ae.version import __version__

from .loading import Loaded

DIGITS = 8  # of the hash of the weights


def describe(
    loaded: Loaded,
    flip_test: bool,
    precision: str,
    grid: Grid,
    with_people: bool,
    license: Optional[str] = None,
) -> Dict[str, Any]:
    """Tell all that is needed to use a file.

    Args:
        loaded (Loaded): What it is made of.
        flip_test (bool): Whether it also looks at the mirrored picture.
        precision (str): ``'fp32'``, ``'fp16'`` or ``'int8'``.
        grid (Grid): Cells of its heatmaps, of any input.
        with_people (bool): Whether its outputs are people, so that there is nothing to decode.
        license (str, optional): Of the weights. None is that of published ones.

    Returns:
        dict: As JSON can hold it.
    """
    people, resize = loaded.model.dataset_meta, loaded.resize
    return dict(
        format=FORMAT,
        version=__version__,
        name=loaded.name,
        decoding=None if with_people else loaded.model.head.decoder.decoding.to_dict(),
        flip=flip_test,
        precision=precision,
        input=dict(size=list(resize.input_size), mode=resize.resize_mode, step=loaded.step),
        grid=dict(stride=list(grid.stride), center_shift=grid.center_shift),
        keypoints=keypoint_names(people),
        skeleton=_plain(people['skeleton_links']),
        flip_indices=_plain(people['flip_indices']),
        sigmas=_plain(people['sigmas']),
        keypoint_colors=_plain(people.get('keypoint_colors')),
        link_colors=_plain(people.get('skeleton_link_colors')),
        dataset=people['dataset_name'],
        # people of the graph have no tags
        tags_over_time=not with_people and getattr(loaded.model.head, 'tags_over_time', False),
        score_threshold=read_chosen_score(loaded.meta, loaded.checkpoint),
        license=license or license_of(loaded.checkpoint),
        weights=hashlib.sha256(loaded.file.read_bytes()).hexdigest()[:DIGITS],
    )


def license_of(checkpoint: str) -> Optional[str]:
    """The license of published weights, by the name of their file; None where none is known."""
    published = {cache_path(m.weights).name: m.license for m in list_models() if m.weights}
    return published.get(Path(checkpoint).name) or None


def to_text(description: Dict[str, Any]) -> str:
    """Write a description as a file holds it."""
    return json.dumps(description, allow_nan=False)


def _plain(values: Any) -> Optional[list]:
    """Numbers as lists, whole ones stay whole; None where there are none."""
    return np.asarray(values).tolist()
