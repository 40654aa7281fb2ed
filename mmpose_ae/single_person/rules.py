"""What becomes of people once a second network has voted on their keypoints."""

from dataclasses import dataclass, replace

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.options import check_between, check_positive

from .boxes import Boxes
from .votes import Votes


@dataclass(frozen=True)
class ReplaceByVotes:
    """The rule of pose-ae-demo, the release of Associative Embedding: votes replace keypoints.

    Scores of people stay what they were.

    Attributes:
        vote_threshold (float): Votes with a higher score replace what was found. What was not found
            is always replaced.
        tolerance (float): Votes that are closer to what was found agree with it, in pixels of the
            image.
        min_agreement (float): A person stays as found where the votes agree with less than this
            share of what was found: the network has seen somebody else.
    """

    vote_threshold: float = 0.15
    tolerance: float = 10.0
    min_agreement: float = 0.2

    def __post_init__(self) -> None:
        check_between('vote_threshold', self.vote_threshold, 0, 1)
        check_positive('tolerance', self.tolerance)
        check_between('min_agreement', self.min_agreement, 0, 1)

    def __call__(self, poses: Poses, votes: Votes) -> Poses:
        """Refine the people of an image.

        Args:
            poses (Poses): In pixels of the image.
            votes (Votes): On the same people.

        Returns:
            Poses: In the same order.
        """
        found = poses.keypoint_scores > 0
        near = _distances(poses, votes) < self.tolerance
        same = _agreement(near, found) >= self.min_agreement
        taken = (~found | (votes.scores > self.vote_threshold)) & same[:, None]
        return _mix(poses, votes, taken.astype(float))


@dataclass(frozen=True)
class AverageVotes:
    """Votes are averaged with what was found: the paper's rule (Newell et al. 2017, Section 4).

    What was not found is where the votes have it. Scores of people stay what they were.

    Attributes:
        vote_threshold (float): Votes with a lower score do not count where there is something else.
    """

    vote_threshold: float = 0.15

    def __post_init__(self) -> None:
        check_between('vote_threshold', self.vote_threshold, 0, 1)

    def __call__(self, poses: Poses, votes: Votes) -> Poses:
        """Refine the people of an image; see :class:`ReplaceByVotes`."""
        found = poses.keypoint_scores > 0
        counts = np.where(votes.scores > self.vote_threshold, 0.5, 0.0)
        return _mix(poses, votes, np.where(found, counts, 1.0))


@dataclass(frozen=True)
class WeighVotes:
    """Votes count by their score and by the size of the person; people are ranked anew.

    Where a vote agrees with what was found the position is their mean, weighted by the scores;
    where it does not, the one with the higher score holds. A person's score becomes the geometric
    mean of the score and the mean of the votes: who is not confirmed falls behind.

    Attributes:
        tolerance (float): Votes that are closer to what was found agree with it, in parts of the
            longer side of the person.
        trust (float): Factor of the scores of votes where they agree: the second network may be
            less exact than the first one.
        min_agreement (float): A person whose keypoints agree to less than this share stays where
            found, but is ranked by the votes all the same.
        least_side (float): Smallest such side, in pixels of the image: one keypoint has none.
    """

    tolerance: float = 0.1
    trust: float = 0.5
    min_agreement: float = 0.2
    least_side: float = 32.0

    def __post_init__(self) -> None:
        check_positive('tolerance', self.tolerance)
        check_positive('trust', self.trust)
        check_positive('least_side', self.least_side)
        check_between('min_agreement', self.min_agreement, 0, 1)

    def __call__(self, poses: Poses, votes: Votes) -> Poses:
        """Refine the people of an image; see :class:`ReplaceByVotes`."""
        found = poses.keypoint_scores > 0
        sure = votes.scores.clip(0, 1)
        sizes = Boxes.around(poses).lengths.clip(self.least_side)
        near = _distances(poses, votes) < self.tolerance * sizes[:, None]
        same = _agreement(near, found) >= self.min_agreement
        share = self.trust * sure / (self.trust * sure + np.where(found, poses.keypoint_scores, 1))
        weights = np.where(near & found, share, sure > poses.keypoint_scores)
        refined = _mix(poses, votes, weights * same[:, None])
        scores = np.sqrt(poses.instance_scores.clip(0) * sure.mean(1))
        return replace(refined, instance_scores=scores.astype(poses.instance_scores.dtype))


RULES = (ReplaceByVotes, AverageVotes, WeighVotes)


def _distances(poses: Poses, votes: Votes) -> np.ndarray:
    """How far votes are from what was found, (N, K), in pixels."""
    return np.linalg.norm(votes.keypoints - poses.keypoints, axis=-1)


def _agreement(near: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Share of the keypoints that were found, (N, K), near which the votes are, (N,)."""
    return (near & found).sum(1) / np.maximum(found.sum(1), 1)


def _mix(poses: Poses, votes: Votes, weights: np.ndarray) -> Poses:
    """Move keypoints and their scores towards the votes by weights (N, K), from 0 to 1.

    Networks may predict less than 0, which is no score.
    """
    points = poses.keypoints + weights[..., None] * (votes.keypoints - poses.keypoints)
    scores = (1 - weights) * poses.keypoint_scores + weights * votes.scores.clip(0)
    return replace(
        poses,
        keypoints=points.astype(poses.keypoints.dtype),
        keypoint_scores=scores.astype(poses.keypoint_scores.dtype),
        filled=None if poses.filled is None else poses.filled & (weights == 0),
    )
