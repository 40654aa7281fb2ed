"""What the images of one generated data set have in common."""

from dataclasses import asdict, dataclass
from typing import Dict, Tuple

from .skeleton import COCO_POINTS, CROWDPOSE_POINTS, MPII_POINTS

KEYPOINTS = dict(coco=COCO_POINTS, crowdpose=CROWDPOSE_POINTS, mpii=MPII_POINTS)

ADDED = ('balls', 'hidden')  # data sets that were made before have them not in their files


@dataclass(frozen=True)
class Settings:
    """What the images of a data set have in common.

    Attributes:
        size (tuple): Width and height in pixels.
        keypoints (str): ``'coco'`` for COCO's 17, ``'crowdpose'`` for CrowdPose's 14,
            ``'mpii'`` for MPII's 16.
        people (tuple): Fewest and most labelled people of an image that is not empty.
        heights (tuple): Least and greatest height of people, relative to the greatest that their
            number leaves room for.
        crowding (float): From 0, spread over the image, to 1, on top of each other.
        empty (float): Chance of an image without people.
        crowd_region (float): Chance of a distant crowd, annotated as one ``iscrowd`` region.
        unlabelled (float): Chance of one more person who has a segmentation but no keypoints.
        posters (float): Chance of a poster that shows a person, who is not annotated.
        loose_limbs (int): Most limbs without a person, which are not annotated.
        balls (int): Most balls among the people: a second category, without keypoints.
        hidden (int): Frames in the middle of a video in which a board hides a part of it.

    Raises:
        ValueError: If a value is out of range.
    """

    size: Tuple[int, int] = (256, 256)
    keypoints: str = 'coco'
    people: Tuple[int, int] = (1, 6)
    heights: Tuple[float, float] = (0.65, 1.0)
    crowding: float = 0.2
    empty: float = 0.02
    crowd_region: float = 0.06
    unlabelled: float = 0.05
    posters: float = 0.05
    loose_limbs: int = 3
    balls: int = 0
    hidden: int = 0

    def __post_init__(self) -> None:
        if self.keypoints not in KEYPOINTS:
            raise ValueError(f'keypoints must be one of {sorted(KEYPOINTS)}: {self.keypoints!r}')
        if min(self.size) < 32:
            raise ValueError(f'size must be at least 32x32 pixels, got {self.size}')
        if not 1 <= self.people[0] <= self.people[1] <= 4000:
            raise ValueError(f'people must be an ascending range from 1 to 4000: {self.people}')
        if not 0.1 <= self.heights[0] <= self.heights[1] <= 1:
            raise ValueError(f'heights must be an ascending range from 0.1 to 1: {self.heights}')
        for name in ('crowding', 'empty', 'crowd_region', 'unlabelled', 'posters'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} must lie between 0 and 1, got {getattr(self, name)}')
        for name in ('loose_limbs', 'balls', 'hidden'):
            if getattr(self, name) < 0:
                raise ValueError(f'{name} must not be negative, got {getattr(self, name)}')
        if self.balls and self.keypoints == 'mpii':
            raise ValueError(f"MPII's files have people alone, got balls={self.balls}")

    @property
    def keypoint_names(self) -> Tuple[str, ...]:
        """Names of the annotated keypoints, in their order."""
        return KEYPOINTS[self.keypoints]

    def as_dict(self) -> Dict:
        """The settings as JSON stores them; without what was not there to choose at first."""
        settings = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        return {name: value for name, value in settings.items() if value or name not in ADDED}


def crossings(people: Tuple[int, int], hidden: int = 0) -> Settings:
    """Settings of videos on which everybody crosses somebody, and all who are seen are annotated.

    Args:
        people (tuple): Fewest and most people.
        hidden (int): Frames in the middle in which a board hides a part of the video.

    Returns:
        Settings: For :func:`make_clip`.
    """
    return Settings(
        people=people, crowding=1.0, empty=0.0, crowd_region=0.0, unlabelled=0.0, hidden=hidden
    )
