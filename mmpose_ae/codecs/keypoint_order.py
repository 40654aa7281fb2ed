"""The order in which keypoint types are grouped, from a dataset's metainfo."""

from typing import Dict, List, Optional, Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import shortest_path


def order_from_metainfo(metainfo: Dict) -> List[int]:
    """Order the keypoints from the middle of the skeleton outwards.

    Associative Embedding groups the joints of head and torso first and moves out to the limbs
    (Newell et al. 2017, Section 3.3). The middle of a skeleton is where the longest way to any
    other keypoint is shortest; keypoints at the same distance keep their order, and those
    without a link come last.

    Args:
        metainfo (dict): A parsed metainfo of MMPose: ``num_keypoints`` and ``skeleton_links``.

    Returns:
        list[int]: Every keypoint type once.
    """
    count, links = metainfo['num_keypoints'], metainfo['skeleton_links']
    if not links:
        return list(range(count))
    start, end = np.array(links).T
    graph = coo_matrix((np.ones(len(links)), (start, end)), (count, count))
    steps = shortest_path(graph, directed=False, unweighted=True)
    # A skeleton may have parts that are not linked: each is ordered from its own middle.
    farthest = np.where(np.isfinite(steps), steps, 0).max(1)
    linked = np.zeros(count, bool)
    linked[[*start, *end]] = True
    return np.lexsort((np.arange(count), farthest, ~linked)).tolist()


def check_order(order: Sequence[int], num_keypoints: Optional[int] = None) -> List[int]:
    """Check that an order names every keypoint type once.

    Args:
        order (sequence): Keypoint types.
        num_keypoints (int, optional): How many there are. None is as many as the order names.

    Returns:
        list[int]: The order.

    Raises:
        ValueError: If one is missing, named twice, or does not exist.
    """
    order = list(order)
    expected = len(order) if num_keypoints is None else num_keypoints
    if sorted(order) != list(range(expected)):
        raise ValueError(
            f'keypoint_order must name each of the keypoints 0 to {expected - 1} once, got {order}'
        )
    return [int(k) for k in order]  # not of numpy, which JSON cannot hold
