"""Clips made of single images."""

from typing import List, Optional, Sequence

import numpy as np

from mmpose_ae.registry import DATASETS

from .annotations import is_labelled
from .clip_dataset import ClipDataset


@DATASETS.register_module()
class StillClipDataset(ClipDataset):
    """Make clips of single images, for tags that hold over time where there are no videos.

    A clip is copies of one image. What its dataset's pipeline draws is another for each copy, such
    as a small shift, or where :class:`PasteNeighbor` puts ``neighbor``, somebody of another image;
    everybody is the same person in all copies.

    Args:
        dataset (dict): A dataset of images in bottom-up mode; its pipeline is run for every copy
            apart.
        frames (int): How many copies a clip has.
        pipeline (sequence): As in :class:`ClipDataset`.
    """

    def __init__(self, dataset: dict, frames: int = 2, pipeline: Sequence[dict] = ()) -> None:
        super().__init__(dataset, frames, pipeline=pipeline)

    def _draw(self, index: int) -> List[dict]:
        """Copy an image; gives what the dataset's pipeline makes of each copy."""
        neighbor = self._draw_neighbor(index)
        copies = []
        for _ in range(self.frames):
            info = self.dataset.get_data_info(index)
            info.update(track_ids=np.arange(len(info['keypoints'])), neighbor=neighbor)
            copies.append(self.dataset.pipeline(info))
        return copies

    def _draw_neighbor(self, index: int) -> Optional[dict]:
        """Choose somebody with an outline of a random other image; None if nobody has one there."""
        if len(self) == 1:
            return None
        other = np.random.randint(len(self) - 1)  # numbered as if the image were left out
        info = self.dataset.get_data_info(other + (other >= index))
        outlined = [
            row
            for row, annotation in enumerate(info['raw_ann_info'])
            if is_labelled(annotation) and annotation.get('segmentation')
        ]
        if not outlined:
            return None
        row = np.random.choice(outlined)
        return dict(
            img_path=info['img_path'],
            annotation=info['raw_ann_info'][row],
            keypoints=info['keypoints'][row],
            keypoints_visible=info['keypoints_visible'][row],
        )

    def _find_neighbors(self) -> List[np.ndarray]:
        """None: an image is in a clip with itself."""
        return []
