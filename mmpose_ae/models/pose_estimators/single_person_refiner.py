"""Refinement of people by a network that sees one person at a time, as an option of testing."""

from typing import List, Sequence

import numpy as np
import torch
from mmpose.structures import PoseDataSample

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.grouping import Poses, rank_poses
from mmpose_ae.models.heads import to_instance_data, to_poses
from mmpose_ae.options import check_count, refuse_unknown_options
from mmpose_ae.registry import MODELS, TASK_UTILS, build_own
from mmpose_ae.single_person import RULES, VOTINGS

from .person_network import PersonNetwork

# They need no registry, under the names by which configs call them.
for _part in (*RULES, *VOTINGS):
    TASK_UTILS.register_module(module=_part)


@MODELS.register_module()
@refuse_unknown_options
class SinglePersonRefiner:
    """Show everybody who was found to a network that sees one person at a time, and let it vote.

    Associative Embedding (Newell et al. 2017), Section 4: "+ refine" of Tables 4 and 5. Crops are
    cut from the image as it is, not from the input of the estimator. Any top-down network of MMPose
    votes, of the same keypoints.

    Args:
        config (str): Config of the network, a file or ``'mmpose::NAME'``.
        checkpoint (str): Its weights, a file or an address.
        voting (dict): What it is shown and how it is read: ``TopdownVoting`` or
            ``ReleasedVoting``, see :mod:`mmpose_ae.single_person.voting`.
        rule (dict): What becomes of people and votes: ``WeighVotes``, ``AverageVotes`` or
            ``ReplaceByVotes``, see :mod:`mmpose_ae.single_person.rules`.
        batch_size (int): Most people that the network sees at a time.
    """

    def __init__(
        self,
        config: str,
        checkpoint: str,
        voting: dict = dict(type='mmpose_ae.TopdownVoting'),  # noqa: B006  (never changed)
        rule: dict = dict(type='mmpose_ae.WeighVotes'),  # noqa: B006
        batch_size: int = 32,
    ) -> None:
        check_count('batch_size', batch_size, least=1)
        self.voting = build_own(TASK_UTILS, voting)
        self.rule = build_own(TASK_UTILS, rule)
        self.network = PersonNetwork(config, checkpoint, batch_size)

    def __call__(
        self, data_samples: List[PoseDataSample], device: torch.device
    ) -> List[PoseDataSample]:
        """Refine what was predicted for a batch of images.

        Args:
            data_samples (list[PoseDataSample]): With ``pred_instances`` in pixels of the images,
                and an image or its path in their metainfo.
            device (torch.device): Where to look at the people.

        Returns:
            list[PoseDataSample]: The same, with refined ``pred_instances``.

        Raises:
            ValueError: The network knows other keypoints.
        """
        self.network.to(device)
        some = [sample for sample in data_samples if len(sample.pred_instances)]
        images = [whole_image(sample.metainfo) for sample in some]
        found = [to_poses(sample.pred_instances) for sample in some]
        for sample, poses in zip(some, self.refine(images, found)):
            refined = to_instance_data(poses)
            refined.keypoints_visible = refined.keypoint_scores  # as MMPose adds it
            sample.pred_instances = refined
        return data_samples

    def check_keypoints(self, names: Sequence[str]) -> None:
        """Refuse a network of other keypoints than people have, where it says which ones.

        Args:
            names (sequence[str]): Of the keypoints of people, in their order.

        Raises:
            ValueError: Says which ones the network votes on.
        """
        own = self.network.keypoint_names
        if own and own != list(names):
            raise ValueError(
                f'the refiner {self.network.name} votes on the keypoints {own}, '
                f'but people have {list(names)}'
            )

    def refine(self, images: List[np.ndarray], found: List[Poses]) -> List[Poses]:
        """Refine the people of images, those of all of them together.

        Args:
            images (list[np.ndarray]): (H, W, 3) each, BGR, uint8.
            found (list[Poses]): One person or more of each, in its pixels.

        Returns:
            list[Poses]: Of each image, the best first.
        """
        if not found:
            return []
        counts = [len(each) for each in found]
        shown = [image for image, count in zip(images, counts) for _ in range(count)]
        refined = self._refine(shown, Poses.joined(found))
        parts = np.split(np.arange(len(refined)), np.cumsum(counts)[:-1])
        return [rank_poses(refined.take(part)) for part in parts]

    def _refine(self, images: List[np.ndarray], poses: Poses) -> Poses:
        """Refine people, each with an image; in their order."""
        votes = self.voting(self.network, images, poses)
        if votes.scores.shape != poses.keypoint_scores.shape:
            raise ValueError(
                f'the refiner {self.network.name} votes on {votes.scores.shape[1]} keypoints, but '
                f'people have {poses.keypoint_scores.shape[1]}'
            )
        return self.rule(poses, votes)
