"""One image of a crowd with its COCO annotations."""

from dataclasses import asdict, dataclass
from typing import Dict, List, NamedTuple, Tuple

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from .background import paint_background, paint_loose_limbs
from .figure import IDS_PER_PERSON, Canvas, Figure, sample_clothing
from .skeleton import COCO_POINTS, CROWDPOSE_POINTS, sample_pose

KEYPOINTS = dict(coco=COCO_POINTS, crowdpose=CROWDPOSE_POINTS)


@dataclass(frozen=True)
class Settings:
    """What the images of a data set have in common.

    Attributes:
        size (tuple): Width and height in pixels.
        keypoints (str): ``'coco'`` for COCO's 17, ``'crowdpose'`` for CrowdPose's 14.
        people (tuple): Fewest and most annotated people of an image that is not empty.
        crowding (float): From 0, spread over the image, to 1, on top of each other.
        empty (float): Chance of an image without people.
        crowd_region (float): Chance of a distant crowd, annotated as one ``iscrowd`` region.
        unlabelled (float): Chance of one more person who has a segmentation but no keypoints.
        posters (float): Chance of a poster that shows a person, who is not annotated.
        loose_limbs (int): Most limbs without a person, which are not annotated.

    Raises:
        ValueError: If a value is out of range.
    """

    size: Tuple[int, int] = (256, 256)
    keypoints: str = 'coco'
    people: Tuple[int, int] = (1, 6)
    crowding: float = 0.3
    empty: float = 0.02
    crowd_region: float = 0.06
    unlabelled: float = 0.05
    posters: float = 0.05
    loose_limbs: int = 3

    def __post_init__(self) -> None:
        if self.keypoints not in KEYPOINTS:
            raise ValueError(f'keypoints must be one of {sorted(KEYPOINTS)}: {self.keypoints!r}')
        if min(self.size) < 32:
            raise ValueError(f'size must be at least 32x32 pixels, got {self.size}')
        if not 1 <= self.people[0] <= self.people[1] <= 4000:
            raise ValueError(f'people must be an ascending range from 1 to 4000: {self.people}')
        for name in ('crowding', 'empty', 'crowd_region', 'unlabelled', 'posters'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} must lie between 0 and 1, got {getattr(self, name)}')
        if self.loose_limbs < 0:
            raise ValueError(f'loose_limbs must not be negative, got {self.loose_limbs}')

    def as_dict(self) -> Dict:
        """The settings as JSON stores them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


class Scene(NamedTuple):
    """An image and what is in it.

    Attributes:
        image (np.ndarray): (H, W, 3), uint8, blue, green, red.
        annotations (list[dict]): In COCO's format, without ids.
        crowd_index (float): CrowdPose's crowd index, 0 to 1.
        identities (np.ndarray): Who is seen where, (H, W), uint16.
        figures (list[Figure]): The people with keypoints, in the order of their annotations.
    """

    image: np.ndarray
    annotations: List[dict]
    crowd_index: float
    identities: np.ndarray
    figures: List[Figure]


def make_scene(seed: int, index: int, settings: Settings) -> Scene:
    """Make one image; nothing but the arguments decides what is on it.

    Args:
        seed (int): Seed of the data set.
        index (int): Number of the image in it.
        settings (Settings): What the images have in common.

    Returns:
        Scene: The image and its annotations.
    """
    rng = np.random.default_rng((seed, index))
    width, height = settings.size
    canvas = Canvas(paint_background(settings.size, rng), np.zeros((height, width), np.uint16))
    paint_loose_limbs(canvas.image, int(rng.integers(0, settings.loose_limbs + 1)), rng)
    if rng.random() < settings.posters:
        _paint_poster(canvas.image, rng)
    annotations = []
    if rng.random() < settings.crowd_region:
        annotations.append(_paint_crowd(canvas, settings, rng))
    figures, labelled = _place_people(settings, rng)
    for person, figure in enumerate(figures, start=1):
        figure.paint(canvas, person)
    people = [
        _annotate(figure, person, canvas.identities, settings, labels)
        for person, (figure, labels) in enumerate(zip(figures, labelled), start=1)
    ]
    kept = [i for i, person in enumerate(people) if person is not None]
    people = [people[i] for i in kept]
    with_keypoints = [i for i, p in zip(kept, people) if p['num_keypoints']]
    return Scene(
        canvas.image,
        people + annotations,
        crowd_index([p for p in people if p['num_keypoints']]),
        canvas.identities,
        [figures[i] for i in with_keypoints],
    )


def crowd_index(annotations: List[dict]) -> float:
    """Compute how much people stand in each other's boxes.

    The mean over people of the ratio of others' keypoints to own keypoints in their box, each ratio
    at most 1.

    Args:
        annotations (list[dict]): People in COCO's format.

    Returns:
        float: 0 to 1; 0 without people.

    Source: CrowdPose (Li et al. 2019, arXiv:1812.00324), Section 3.1, equation 1.
    """
    if not annotations:
        return 0.0
    keypoints = np.array([a['keypoints'] for a in annotations], float)
    keypoints = keypoints.reshape(len(annotations), -1, 3)
    ratios = []
    for n, annotation in enumerate(annotations):
        low = np.array(annotation['bbox'][:2])
        high = low + annotation['bbox'][2:]
        inside = ((keypoints[..., :2] >= low) & (keypoints[..., :2] <= high)).all(-1)
        counts = (inside & (keypoints[..., 2] > 0)).sum(1)
        ratios.append(min(1.0, (counts.sum() - counts[n]) / max(counts[n], 1)))
    return float(np.mean(ratios))


def _place_people(settings: Settings, rng: np.random.Generator) -> Tuple[List[Figure], List[bool]]:
    """Draw the people from far to near, and whether each is labelled."""
    low, high = settings.people
    count = 0 if rng.random() < settings.empty else int(rng.integers(low, high + 1))
    labelled = [True] * count
    if count and rng.random() < settings.unlabelled:
        labelled.append(False)
    size = np.array(settings.size)
    # More people stand farther away, but not so far that a face is a pixel.
    largest = max(0.4, 1.05 - 0.06 * count)
    figures, centers = [], []
    for _ in labelled:
        height = rng.uniform(0.65, 1.0) * largest * size.min()
        if centers and rng.random() < settings.crowding:
            anchor = centers[rng.integers(len(centers))]
            spread = (0.45 - 0.3 * settings.crowding) * height
            center = anchor + rng.normal(0, spread, 2) * [1.0, 0.5]
        else:
            center = rng.uniform((0.1, 0.35), (0.9, 0.7)) * size
        center = np.clip(center, 0.02 * size, 0.98 * size)
        centers.append(center)
        figures.append(Figure(sample_pose(rng), sample_clothing(rng), height, tuple(center)))
    order = np.argsort([f.points[:, 1].max() for f in figures], kind='stable')
    return [figures[i] for i in order], [labelled[i] for i in order]


def _paint_poster(image: np.ndarray, rng: np.random.Generator) -> None:
    height, width = image.shape[:2]
    size = np.rint(rng.uniform(0.2, 0.4, 2) * [width, height]).astype(int)
    corner = rng.integers(0, np.array([width, height]) - size + 1)
    poster = np.full((size[1], size[0], 3), rng.integers(60, 240, 3), np.uint8)
    tall = 0.8 * size.min()
    figure = Figure(sample_pose(rng), sample_clothing(rng), tall, tuple(size / 2))
    figure.paint(Canvas(poster, np.zeros(poster.shape[:2], np.uint16)), 1)
    cv2.rectangle(poster, (0, 0), (int(size[0]) - 1, int(size[1]) - 1), (25, 25, 25), 2)
    image[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]] = poster


def _paint_crowd(canvas: Canvas, settings: Settings, rng: np.random.Generator) -> dict:
    """Paint a row of distant people and annotate them as one region."""
    height, width = canvas.identities.shape
    tall = rng.uniform(0.1, 0.16) * height
    base = rng.uniform(0.15, 0.5) * height
    start, length = rng.uniform(0, 0.5) * width, rng.uniform(0.3, 0.5) * width
    mask = np.zeros((height, width), np.uint16)
    for x in np.arange(start, start + length, 0.3 * tall):
        center = (x, base + rng.normal(0, 0.15 * tall))
        figure = Figure(sample_pose(rng), sample_clothing(rng), tall, center)
        figure.paint(Canvas(canvas.image, np.zeros_like(mask)), 1)
        mask |= figure.silhouette((width, height))
    region = cv2.dilate((mask > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    rle = coco_mask.encode(np.asfortranarray(region))
    rle['counts'] = rle['counts'].decode()
    return dict(
        category_id=1,
        iscrowd=1,
        keypoints=[0.0] * 3 * len(KEYPOINTS[settings.keypoints]),
        num_keypoints=0,
        segmentation=rle,
        area=float(region.sum()),
        bbox=_box(region),
    )


def _box(mask: np.ndarray) -> List[float]:
    return [float(v) for v in cv2.boundingRect((mask > 0).astype(np.uint8))]


def _annotate(
    figure: Figure, person: int, identities: np.ndarray, settings: Settings, labelled: bool
) -> dict:
    """Annotate one person; None for someone outside the image."""
    silhouette = figure.silhouette(settings.size)
    area = float(silhouette.sum())
    names = KEYPOINTS[settings.keypoints]
    keypoints = np.zeros((len(names), 3))
    if labelled:
        points = np.array([figure.at(name)[:2] for name in names])
        cells = np.floor(points + 0.5)
        inside = ((cells >= 0) & (cells < settings.size)).all(1)
        for k in np.flatnonzero(inside):
            shown = figure.is_shown(names[k], identities, person)
            keypoints[k] = *np.round(points[k], 2), 2 if shown else 1
    if not area or (labelled and not keypoints[:, 2].any()):
        return None
    return dict(
        category_id=1,
        iscrowd=0,
        keypoints=keypoints.ravel().tolist(),
        num_keypoints=int((keypoints[:, 2] > 0).sum()),
        segmentation=_polygons(identities // IDS_PER_PERSON == person, silhouette),
        area=area,
        bbox=_box(silhouette),
    )


def _polygons(visible: np.ndarray, silhouette: np.ndarray) -> List[List[float]]:
    """Outlines of what is seen of a person, or of the whole person if nothing is."""
    for mask in (visible, silhouette):
        contours, _ = cv2.findContours(
            mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        polygons = [c.reshape(-1).astype(float).tolist() for c in contours if len(c) >= 3]
        if polygons:
            break
    return polygons
