"""One image of a crowd with its COCO annotations."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import cv2
import numpy as np

from mmpose_ae.datasets.crowding import crowd_index

from .annotate import annotate_ball, annotate_crowd, annotate_person
from .background import paint_background, paint_loose_limbs
from .ball import Ball, sample_balls
from .board import Board
from .clothing import sample_clothing
from .figure import Figure
from .settings import Settings
from .skeleton import sample_pose
from .strokes import paint_strokes

PLACES = 4  # tried for somebody who does not join the others


class Scene(NamedTuple):
    """An image and what is in it.

    Attributes:
        image (np.ndarray): (H, W, 3), uint8, blue, green, red.
        annotations (list[dict]): In COCO's format, without ids: people, then the crowd region,
            then balls.
        crowd_index (float): CrowdPose's crowd index, 0 to 1.
        identities (np.ndarray): Who and which part is seen where, (H, W), uint16, 0 for background.
        figures (dict[int, Figure]): The annotated people by their number in the identity map, in
            the order of their annotations.
    """

    image: np.ndarray
    annotations: List[dict]
    crowd_index: float
    identities: np.ndarray
    figures: Dict[int, Figure]


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
    image, crowd = paint_surroundings(settings, rng)
    figures, labelled = _place_people(settings, rng)
    balls = sample_balls(settings.balls, settings.size, rng) if settings.balls else ()
    return compose(image, crowd, figures, labelled, settings.keypoint_names, balls)


def paint_surroundings(
    settings: Settings, rng: np.random.Generator
) -> Tuple[np.ndarray, np.ndarray]:
    """Paint what the people stand in front of.

    Args:
        settings (Settings): What the images have in common.
        rng (np.random.Generator): Source of randomness.

    Returns:
        tuple: The image, (H, W, 3), uint8, and where it shows a distant crowd, (H, W), uint8, 0 or
        1.
    """
    width, height = settings.size
    image = paint_background(settings.size, rng)
    paint_loose_limbs(image, int(rng.integers(0, settings.loose_limbs + 1)), rng)
    if rng.random() < settings.posters:
        _paint_poster(image, rng)
    crowd = np.zeros((height, width), np.uint8)
    if rng.random() < settings.crowd_region:
        _paint_crowd(image, crowd, rng)
    return image, crowd


def compose(
    image: np.ndarray,
    crowd: np.ndarray,
    figures: List[Figure],
    labelled: List[bool],
    names: Tuple[str, ...],
    balls: Sequence[Ball] = (),
    board: Optional[Board] = None,
) -> Scene:
    """Put people and balls into their surroundings and annotate them.

    Args:
        image (np.ndarray): The surroundings, (H, W, 3), uint8; changed.
        crowd (np.ndarray): Where they show a distant crowd, (H, W), uint8, 0 or 1; changed.
        figures (list[Figure]): The people, from far to near.
        labelled (list[bool]): Whether the keypoints of each are annotated.
        names (tuple[str]): The keypoints.
        balls (sequence[Ball]): In any order; who stands lower in the image is in front.
        board (Board, optional): In front of all of them; of whom nothing is seen is not annotated.

    Returns:
        Scene: The image and its annotations.
    """
    identities = np.zeros(crowd.shape, np.uint16)
    things = [*enumerate([*figures, *balls], start=1)]
    for number, thing in sorted(things, key=lambda t: t[1].bottom) if balls else things:
        thing.paint(image, identities, number)
    if board is not None:
        board.paint(image, identities, crowd)
    annotations, annotated = [], {}
    for person, (figure, labels) in enumerate(zip(figures, labelled), start=1):
        annotation = annotate_person(figure, person, identities, names, labels)
        if annotation is not None:
            annotations.append(annotation)
            annotated[person] = figure
    crowd[identities > 0] = 0  # people in front of the crowd are no part of it
    if crowd.any():
        annotations.append(annotate_crowd(crowd, len(names)))
    index = crowd_index(annotations)
    seen = (annotate_ball(b, n, identities) for n, b in things[len(figures) :])
    annotations += [annotation for annotation in seen if annotation is not None]
    return Scene(image, annotations, index, identities, annotated)


def draw_labels(settings: Settings, rng: np.random.Generator) -> List[bool]:
    """Draw how many people there are, and whether each is labelled."""
    low, high = settings.people
    count = 0 if rng.random() < settings.empty else int(rng.integers(low, high + 1))
    labelled = [True] * count
    if count and rng.random() < settings.unlabelled:
        labelled.append(False)
    return labelled


def draw_height(settings: Settings, labelled: List[bool], rng: np.random.Generator) -> float:
    """Draw the height of one of so many people, in pixels."""
    # More people stand farther away, but not so far that a face is a pixel.
    largest = max(0.4, 1.05 - 0.06 * sum(labelled))
    return rng.uniform(*settings.heights) * largest * min(settings.size)


def _place_people(settings: Settings, rng: np.random.Generator) -> Tuple[List[Figure], List[bool]]:
    """Draw the people from far to near, and whether each is labelled."""
    labelled = draw_labels(settings, rng)
    size = np.array(settings.size)
    figures, centers = [], []
    for _ in labelled:
        height = draw_height(settings, labelled, rng)
        if centers and rng.random() < settings.crowding:
            anchor = centers[rng.integers(len(centers))]
            spread = (0.45 - 0.3 * settings.crowding) * height
            center = anchor + rng.normal(0, spread, 2) * [1.0, 0.5]
        else:
            center = _spread_out(centers, size, rng)
        center = np.clip(center, 0.02 * size, 0.98 * size)
        centers.append(center)
        figures.append(Figure(sample_pose(rng), sample_clothing(rng), height, tuple(center)))
    order = np.argsort([f.bottom for f in figures], kind='stable')
    return [figures[i] for i in order], [labelled[i] for i in order]


def _spread_out(
    centers: List[np.ndarray], size: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Of a few random places take the one that is farthest from everybody."""
    places = rng.uniform((0.1, 0.35), (0.9, 0.7), (PLACES, 2)) * size
    if not centers:
        return places[0]
    distance = np.linalg.norm(places[:, None] - np.array(centers), axis=-1).min(1)
    return places[distance.argmax()]


def _paint_poster(image: np.ndarray, rng: np.random.Generator) -> None:
    """Paint a picture of a person, who is not annotated, changing the image."""
    height, width = image.shape[:2]
    size = np.rint(rng.uniform(0.2, 0.4, 2) * [width, height]).astype(int)
    corner = rng.integers(0, np.array([width, height]) - size + 1)
    poster = np.full((size[1], size[0], 3), rng.integers(60, 240, 3), np.uint8)
    figure = Figure(sample_pose(rng), sample_clothing(rng), 0.8 * size.min(), tuple(size / 2))
    paint_strokes(poster, figure.strokes)
    cv2.rectangle(poster, (0, 0), (int(size[0]) - 1, int(size[1]) - 1), (25, 25, 25), 2)
    image[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]] = poster


def _paint_crowd(image: np.ndarray, region: np.ndarray, rng: np.random.Generator) -> None:
    """Paint a row of distant people and set the region, (H, W), where they are to 1."""
    height, width = region.shape
    tall = rng.uniform(0.1, 0.16) * height
    base = rng.uniform(0.15, 0.5) * height
    start, length = rng.uniform(0, 0.5) * width, rng.uniform(0.3, 0.5) * width
    for x in np.arange(start, start + length, 0.3 * tall):
        center = (x, base + rng.normal(0, 0.15 * tall))
        figure = Figure(sample_pose(rng), sample_clothing(rng), tall, center)
        paint_strokes(image, figure.strokes)
        region |= figure.silhouette((width, height))
    cv2.dilate(region, np.ones((3, 3), np.uint8), dst=region)
