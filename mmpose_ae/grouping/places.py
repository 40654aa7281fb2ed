"""Where groups are on the image, and how much less a candidate weighs that is far from there.

Both measures are in the group's own size. One knows nothing of the instances: the distance from the
middle of the group. The other knows how far apart an instance's keypoints typically are.
"""

from typing import NamedTuple, Sequence, Union

import numpy as np

from .candidates import UNMATCHED

# Fewer keypoints do not tell the extent of an instance on the image.
_LEAST_PLACED = 3
# Of more keypoints so many are asked how far a candidate is, those that lie farthest apart.
_MOST_ASKED = 17
# About so many distances of candidates from keypoints of groups are held at a time.
_DISTANCES_AT_ONCE = 2**21


class CenterPlaces(NamedTuple):
    """The middle of groups; see :func:`place_by_center`."""

    center: np.ndarray  # (N, 2)
    falloff: np.ndarray  # (N,): at this distance the weight has fallen to half

    def closeness(self, rows: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Factor of the weight of candidates, at 1 in the middle of the group.

        Args:
            rows (np.ndarray): The group of each candidate, (P,).
            types (np.ndarray): Keypoint types, (P,); of no influence here.
            cells (np.ndarray): Positions, (P, 2).

        Returns:
            np.ndarray: (P,), above 0.
        """
        squared = np.square(cells - self.center[rows]).sum(-1)
        return 1 / (1 + squared / self.falloff[rows] ** 2)


class PosePlaces(NamedTuple):
    """The keypoints of groups, and their typical distances; see :func:`place_by_pose`."""

    asked: np.ndarray  # (T,), keypoint types
    points: np.ndarray  # (N, T, 2)
    found: np.ndarray  # (N, T)
    size: np.ndarray  # (N,), in cells per unit of the typical distances; inf where unknown
    typical: np.ndarray  # (K, T)
    spread: float

    def closeness(self, rows: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Factor of the weight of candidates, as in :class:`CenterPlaces`."""
        closeness = np.ones(len(rows))
        sized = np.flatnonzero(np.isfinite(self.size[rows]))
        most = _DISTANCES_AT_ONCE // len(self.asked) or 1
        for start in range(0, len(sized), most):
            part = sized[start : start + most]
            ratio = self._stretch(rows[part], types[part], cells[part]) / self.spread
            closeness[part] = 1 / (1 + ratio**2)
        return closeness

    def _stretch(self, rows: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """How many times as far as typical candidates are from the group's other keypoints, (P,).

        Of these the median tells: a group may hold keypoints that are not its own.
        """
        others = self.found[rows] & (types[:, None] != self.asked)
        apart = np.linalg.norm(cells[:, None] - self.points[rows], axis=-1)
        return median(apart / self.typical[types], others) / self.size[rows]


Places = Union[CenterPlaces, PosePlaces]


def place_by_center(cells: np.ndarray, groups: np.ndarray, spread: float) -> CenterPlaces:
    """Find the middle of groups.

    Args:
        cells (np.ndarray): Positions of candidates, (P, 2).
        groups (np.ndarray): Index of each group's candidate per keypoint type, (N, K).
        spread (float): Weights are half at so many times the median distance of the group's
            candidates from their median position.

    Returns:
        CenterPlaces: Of all groups; position does not count where there are fewer than three
        candidates.
    """
    found, points = groups != UNMATCHED, cells[groups]
    center = median(points, found)
    extent = median(np.linalg.norm(points - center[:, None], axis=-1), found)
    use = (found.sum(1) >= _LEAST_PLACED) & (extent > 0)
    return CenterPlaces(center, np.where(use, spread * np.where(use, extent, 1), np.inf))


def place_by_pose(
    cells: np.ndarray, groups: np.ndarray, spread: float, typical: np.ndarray
) -> PosePlaces:
    """Find how large groups are by the distances between their keypoints.

    Args:
        cells (np.ndarray): Positions of candidates, (P, 2).
        groups (np.ndarray): Index of each group's candidate per keypoint type, (N, K).
        spread (float): Weights are half where a candidate is so many times as far as typical from
            the group's keypoints, by the median over them.
        typical (np.ndarray): Distances between keypoints, (K, K), in any unit.

    Returns:
        PosePlaces: Of all groups; position does not count where there are fewer than three
        candidates.
    """
    asked = _far_apart(typical)
    groups = groups[:, asked]
    found, points = groups != UNMATCHED, cells[groups]
    size = np.full(len(groups), np.inf)
    for n in np.flatnonzero(found.sum(1) >= _LEAST_PLACED):
        types = np.flatnonzero(found[n])
        first, second = np.triu_indices(len(types), 1)
        apart = np.linalg.norm(points[n, types[first]] - points[n, types[second]], axis=-1)
        size[n] = np.median(apart / typical[asked[types[first]], asked[types[second]]]) or np.inf
    return PosePlaces(asked, points, found, size, typical[:, asked], spread)


def _far_apart(typical: np.ndarray) -> np.ndarray:
    """Keypoint types that are asked, ascending: each next one is the farthest from those before."""
    if len(typical) <= _MOST_ASKED:
        return np.arange(len(typical))
    asked = [0]
    while len(asked) < _MOST_ASKED:
        nearest = typical[asked].min(0)
        nearest[asked] = 0
        asked.append(nearest.argmax())
    return np.sort(asked)


def typical_distances(pose: Sequence[Sequence[float]]) -> np.ndarray:
    """Distances between the keypoints of a pose.

    Args:
        pose (sequence): Keypoints (x, y), (K, 2).

    Returns:
        np.ndarray: (K, K), float64.

    Raises:
        ValueError: If it has another shape, is not finite, or two keypoints coincide.
    """
    try:
        points = np.array(pose, float)
    except (TypeError, ValueError):  # text, or rows of unequal length
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f'pose must be finite numbers (x, y) of each keypoint, got {pose}')
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    same = np.argwhere(np.triu(apart == 0, 1))
    if len(same):
        first, second = same[0]
        raise ValueError(f'keypoints {first} and {second} of pose coincide at {pose[first]}')
    return apart + np.eye(len(points))  # of a keypoint and itself nothing is read


def median(values: np.ndarray, picked: np.ndarray) -> np.ndarray:
    """Median of values (N, K, ...) over those picked (N, K), (N, ...); inf where none is."""
    picked = picked.reshape(picked.shape + (1,) * (values.ndim - 2))
    values = np.sort(np.where(picked, values, np.inf), axis=1)
    rows, count = np.arange(len(values)), picked.sum(tuple(range(1, picked.ndim)))
    return (values[rows, (count - 1) // 2] + values[rows, count // 2]) / 2
