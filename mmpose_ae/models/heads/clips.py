"""Which samples of a batch are frames of one clip, and who is who in them."""

from typing import List, NamedTuple, Sequence

import torch
from mmpose.structures import PoseDataSample
from mmpose.utils.typing import SampleList
from torch import Tensor


class ClipPeople(NamedTuple):
    """Who is who in the frames of clips.

    Attributes:
        indices (Tensor): What :func:`align_people` gives: row n of all frames of a clip is the
            same person, whatever the order of the samples' people.
        frames (int): So many neighbors in the batch are a clip.
    """

    indices: Tensor
    frames: int


def frames_of_clips(data_samples: SampleList) -> int:
    """Tell how many neighbors in a batch are one clip.

    Args:
        data_samples (list[PoseDataSample]): With ``clip`` in their metainfo, the number of a frame
            in its clip and how many these are, as :class:`ClipDataset` gives them.

    Returns:
        int: Frames of every clip.

    Raises:
        ValueError: If they are no clips of one length, each whole and in order.
    """
    places = [sample.metainfo.get('clip') for sample in data_samples]
    length = places[0][1] if places[0] else 1
    if places != [(i % length, length) for i in range(len(places))] or len(places) % length:
        raise ValueError(
            'tags that hold over time are learned from clips of one length, frame by frame, as '
            f'ClipDataset and collate_clips give them; the samples have clip={places}'
        )
    return length


def align_people(indices: Tensor, data_samples: SampleList, frames: int) -> Tensor:
    """Give everybody the same row in all frames of a clip.

    Who has no annotated keypoint in a frame is nobody there, whatever their track.

    Args:
        indices (Tensor): Cell of each keypoint, and whether it is annotated, (B, N, K, 2), in the
            order of the samples' people.
        data_samples (list[PoseDataSample]): With ``gt_instances.track_ids`` (N,).
        frames (int): Of each clip.

    Returns:
        Tensor: (B, M, K, 2), M the most people of a clip; 0 where somebody is not in a frame.
    """
    labelled = (indices[..., 1] > 0).any(-1).cpu()  # (B, N)
    tracks = [_tracks_of(sample) for sample in data_samples]
    people = [seen[: len(ids)].nonzero().squeeze(1) for seen, ids in zip(labelled, tracks)]
    tracks = [ids[kept] for ids, kept in zip(tracks, people)]
    clips = [tracks[start : start + frames] for start in range(0, len(tracks), frames)]
    rows = [numbers for clip in clips for numbers in _number_tracks(clip)]
    most = max(int(number.max()) + 1 if len(number) else 0 for number in rows)
    aligned = indices.new_zeros(len(indices), most, *indices.shape[2:])
    for image, (number, kept) in enumerate(zip(rows, people)):
        aligned[image, number.to(indices.device)] = indices[image, kept.to(indices.device)]
    return aligned


def _number_tracks(clip: List[Tensor]) -> Sequence[Tensor]:
    """Number everybody in a clip from 0 on; gives the numbers of the people of each frame."""
    numbers = torch.unique(torch.cat(clip), return_inverse=True)[1]
    return numbers.split([len(frame) for frame in clip])


def _tracks_of(sample: PoseDataSample) -> Tensor:
    """Who the people of a sample are, (N,), int64; nobody where nobody is annotated."""
    tracks = sample.gt_instances.get('track_ids', ())
    return torch.as_tensor(tracks, dtype=torch.int64)
