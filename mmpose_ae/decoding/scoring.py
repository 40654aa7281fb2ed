"""What ranks people, and how many of them are given out."""

from dataclasses import dataclass
from typing import Optional

from mmpose_ae.options import check_choice, check_count


def check_limit(max_instances: Optional[int]) -> None:
    """Refuse a limit of instances that lets nobody pass.

    Args:
        max_instances (int, optional): Most instances per image. None is no limit.

    Raises:
        ValueError: If it is no whole number, or less than 1.
    """
    if max_instances is not None:
        check_count('max_instances, if it is not None,', max_instances, 1)


@dataclass(frozen=True)
class MeanScoring:
    """People rank by the mean score of their grouped keypoints over all K.

    Attributes:
        max_instances (int, optional): Most instances per image, the best ones. None is no limit.
    """

    max_instances: Optional[int] = None

    def __post_init__(self) -> None:
        check_limit(self.max_instances)


@dataclass(frozen=True)
class CenterOffsetScoring:
    """People rank by their center.

    Attributes:
        by (str): ``'center'`` is its heatmap value, ``'heatmap'`` that times the mean score of the
            keypoints.
        max_instances (int, optional): Most instances per image, the best ones. None is no limit.
    """

    by: str = 'center'
    max_instances: Optional[int] = None

    def __post_init__(self) -> None:
        check_choice('by of scoring', self.by, ('center', 'heatmap'))
        check_limit(self.max_instances)
