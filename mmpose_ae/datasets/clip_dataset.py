"""Clips: some frames of a video at a time, augmented alike."""

from collections import defaultdict
from typing import Dict, List, Sequence, Tuple

import numpy as np
from mmengine.dataset import Compose, pseudo_collate
from torch.utils.data import Dataset

from mmpose_ae.options import check_count
from mmpose_ae.registry import DATASETS, FUNCTIONS, TRANSFORMS

from .bottomup_annotations import NOBODY
from .image_entries import plain_id


@DATASETS.register_module()
class ClipDataset(Dataset):
    """Draw clips of a dataset of videos, for tags that hold over time.

    An epoch has a clip for each frame: others of its video are drawn to it. Loaders need
    ``collate_fn=dict(type='mmpose_ae.collate_clips')``; their batch size is a number of clips.

    Args:
        dataset (dict): A dataset in bottom-up mode, with ``video_id`` (or ``vid_id``) and
            ``frame_id`` of images and ``track_id`` of people in its file. Its pipeline is run for
            every frame apart: loading.
        frames (int): How many frames a clip has.
        within (int): How far from the first one the others are drawn, as a difference of
            ``frame_id``.
        pipeline (sequence): What all frames go through with the same random numbers of NumPy:
            augmentation and packing.

    Raises:
        ValueError: If an option is out of range, or a frame lacks its video, or a labelled person
            the track, or two of them share it, or the number of a frame or track is not whole.
    """

    def __init__(
        self, dataset: dict, frames: int = 2, within: int = 30, pipeline: Sequence[dict] = ()
    ) -> None:
        check_count('frames', frames, 1)
        check_count('within', within, 1)
        self.dataset = DATASETS.build(dataset)
        if self.dataset.data_mode != 'bottomup' or self.dataset.test_mode:
            raise ValueError("clips are for training, of a dataset with data_mode='bottomup'")
        self.frames = frames
        self.within = within
        self.pipeline = Compose([TRANSFORMS.build(step) for step in pipeline])
        self._near = self._find_neighbors()

    @property
    def metainfo(self) -> dict:
        """That of the dataset."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """Nothing that is left to read: MMEngine's ``ConcatDataset`` asks each of its parts."""

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> List[dict]:
        """Draw a clip around a frame; gives what the pipeline makes of each frame."""
        members, state = self._draw(index), np.random.get_state()
        clip = []
        for number, results in enumerate(members):
            np.random.set_state(state)
            clip.append(self.pipeline(dict(results, clip=(number, self.frames))))
        return clip

    def _draw(self, index: int) -> List[dict]:
        """Choose the frames of a clip; gives what the dataset says of them."""
        near = self._near[index]
        others = np.random.choice(near, self.frames - 1, replace=len(near) < self.frames - 1)
        members = [self.dataset[i] for i in sorted([index, *others.tolist()])]
        return [
            dict(member, track_ids=np.array(member['track_id'], np.int64)) for member in members
        ]

    def _find_neighbors(self) -> List[np.ndarray]:
        """Which other frames each frame may be in a clip with; itself where there are none."""
        videos: Dict[object, List[Tuple[int, int]]] = defaultdict(list)
        for index in range(len(self.dataset)):
            info = self.dataset.get_data_info(index)
            _check_frame(info, self.dataset.ann_file)
            videos[info['video_id']].append((int(info['frame_id']), index))
        near = [np.empty(0, np.int64)] * len(self.dataset)
        for members in videos.values():
            numbers, indices = np.array(members).T
            for number, index in members:
                close = (np.abs(numbers - number) <= self.within) & (indices != index)
                near[index] = indices[close] if close.any() else np.array([index])
        return near


def _check_frame(info: dict, ann_file: str) -> None:
    """Refuse an image that is no frame, and people of whom nothing says who they are."""
    image = f'annotation file {ann_file}: {info["img_path"]}'
    if 'video_id' not in info:
        raise ValueError(
            f'{image} has no video_id (or vid_id) and frame_id; clips are of videos, '
            'StillClipDataset makes them of single images'
        )
    for name, values in (('frame_id', [info['frame_id']]), ('track_id', info['track_id'])):
        wrong = [value for value in values if not _is_whole(value)]
        if wrong:
            raise ValueError(f'{image} has the {name} {wrong[0]!r}, expected a whole number')
    labelled = (info['keypoints_visible'] > 0).any(axis=1)
    tracks = [track for track, seen in zip(info['track_id'], labelled) if seen]
    if NOBODY in tracks or len(set(tracks)) < len(tracks):
        raise ValueError(f'{image}: everybody needs a track_id of their own, got {tracks}')


def _is_whole(value: object) -> bool:
    """Tell a whole number, also as 2.0, from text, which may be anything, and from fractions."""
    return isinstance(plain_id(value), int) and not isinstance(value, str)


@FUNCTIONS.register_module()
def collate_clips(clips: Sequence[List[dict]]) -> dict:
    """Batch clips flat: the frames of each one after the other.

    Args:
        clips (sequence): What :class:`ClipDataset` gives.

    Returns:
        dict: ``inputs`` and ``data_samples``, lists over all frames.
    """
    return pseudo_collate([frame for clip in clips for frame in clip])
