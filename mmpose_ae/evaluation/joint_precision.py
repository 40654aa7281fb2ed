"""Average precision of joints, as the evaluation of MPII Multi-Person counts it.

Source: the toolkit evalMPII (Pishchulin et al., DeepCut, 2016).
"""

from typing import NamedTuple, Sequence

import numpy as np

HEAD_SIZE = 0.6  # of the diagonal of the head's box, also PoseTrack's
MATCHED = 0.5  # sizes of the head from which on a joint is wrong


class PeopleOfGroup(NamedTuple):
    """Annotated and predicted people of one group, with J joints.

    Attributes:
        keypoints (np.ndarray): Annotated places, (N, J, 2), in pixels.
        annotated (np.ndarray): Which of these are known, (N, J), bool.
        head_sizes (np.ndarray): In pixels, (N,).
        predicted (np.ndarray): Predicted places, (M, J, 2), in pixels.
        found (np.ndarray): Which of these are predictions, (M, J), bool.
        scores (np.ndarray): Of the predictions, (M, J).
    """

    keypoints: np.ndarray
    annotated: np.ndarray
    head_sizes: np.ndarray
    predicted: np.ndarray
    found: np.ndarray
    scores: np.ndarray


def match_joints(group: PeopleOfGroup) -> np.ndarray:
    """Tell which predicted joints are right.

    A predicted person is the annotated one with the largest share of right joints, and of the
    predicted people of one annotated person the one with the largest share stays. One joint is
    enough. Of equal ones it is the first.

    Args:
        group (PeopleOfGroup): The people.

    Returns:
        np.ndarray: (M, J), bool.
    """
    right = np.zeros(group.found.shape, bool)
    if not len(group.annotated) or not len(right):
        return right
    apart = np.linalg.norm(group.predicted[:, None] - group.keypoints, axis=-1)  # (M, N, J)
    close = apart / group.head_sizes[:, None] <= MATCHED
    close &= group.found[:, None] & group.annotated
    share = close.sum(-1) / np.maximum(group.annotated.sum(-1), 1)  # (M, N)
    chosen = share.argmax(1)
    share[np.arange(share.shape[1]) != chosen[:, None]] = 0
    best = share.argmax(0)  # (N,)
    for person in np.flatnonzero(share.max(0) > 0):
        right[best[person]] = close[best[person], person]
    return right


def joint_precisions(groups: Sequence[PeopleOfGroup], strict: bool = False) -> np.ndarray:
    """Compute the average precision of each joint.

    Args:
        groups (sequence): At least one; of equal scores the ones that come first rank first.
        strict (bool): Count groups without predictions as missed, and predictions in groups without
            people as wrong. The toolkit leaves both out, to which published numbers owe something.

    Returns:
        np.ndarray: (J,), 0 to 1; NaN for a joint that nobody has.
    """
    num_joints = groups[0].found.shape[1]
    if not strict:
        groups = [group for group in groups if len(group.annotated) and len(group.found)]
    if not groups:
        return np.full(num_joints, np.nan)
    found = np.concatenate([group.found for group in groups])
    scores = np.concatenate([group.scores for group in groups])
    right = np.concatenate([match_joints(group) for group in groups])
    positives = sum(group.annotated.sum(0) for group in groups)
    columns = zip(found.T, scores.T, right.T, positives)
    return np.array([average_precision(s[f], r[f], count) for f, s, r, count in columns])


def average_precision(scores: np.ndarray, right: np.ndarray, positives: int) -> float:
    """Area under the monotone envelope of precision over recall.

    Args:
        scores (np.ndarray): Of the predictions, (M,); of equal ones the first ranks first.
        right (np.ndarray): Which ones are right, (M,), bool.
        positives (int): How many there are to find.

    Returns:
        float: 0 to 1; NaN if there is nothing to find.
    """
    if positives == 0:
        return float('nan')
    hits = np.cumsum(right[np.argsort(-scores, kind='stable')])
    precision = hits / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(hits / positives, prepend=0) * envelope))
