"""Perfect predictions of random people, and errors to plant into them."""

from typing import Callable, Optional

import numpy as np

from mmpose_ae.report.people import ImagePeople, gather_people

NUM_KEYPOINTS = 6
MIRROR = np.array([1, 0, 3, 2, 4, 5])
SIGMAS = np.full(NUM_KEYPOINTS, 0.05)
SIDE = 100  # of a person; 2 * 0.05 * SIDE, 10 pixels, is far for a keypoint, and 2 is near
APART = 400  # pixels between people


def person(image_id: int, points: np.ndarray, score: Optional[float] = None, **more) -> dict:
    """An annotation, or with a score a prediction."""
    flat = np.insert(points, 2, 2 if score is None else 1, axis=1).ravel().tolist()
    made = dict(image_id=image_id, category_id=1, keypoints=flat)
    if score is not None:
        return dict(made, score=score, **more)
    box = [*points.min(0).tolist(), *np.ptp(points, axis=0).tolist()]
    made.update(bbox=box, area=float(SIDE**2), iscrowd=0, num_keypoints=NUM_KEYPOINTS)
    return dict(made, **more)


def scene(num_images: int = 12, fewest: int = 1, most: int = 4, seed: int = 0) -> tuple:
    """Content of an annotation file, and perfect predictions of it; the scores differ.

    Keypoints of a person are on a circle, so that none is near another one.
    """
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * np.arange(NUM_KEYPOINTS) / NUM_KEYPOINTS
    circle = SIDE / 2 * np.column_stack([np.cos(angles), np.sin(angles)])
    images = [dict(id=n, file_name=f'{n}.jpg', width=2000, height=500) for n in range(num_images)]
    annotations, entries = [], []
    for image in images:
        for n in range(rng.integers(fewest, most + 1)):
            points = circle + [APART * (n + 0.5), 250] + rng.normal(size=2)
            annotations.append(person(image['id'], points, id=len(annotations) + 1))
            entries.append(person(image['id'], points, float(rng.uniform(0.3, 1))))
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    return content, entries


def points_of(entry: dict) -> np.ndarray:
    """Keypoints of a person, (K, 2)."""
    return np.reshape(entry['keypoints'], (-1, 3))[:, :2]


def moved(entry: dict, move: Callable) -> dict:
    """A prediction with other keypoints."""
    return dict(entry, **{'keypoints': person(0, move(points_of(entry)), 0)['keypoints']})


def gather(content: dict, entries: list) -> list:
    """The people of each image."""
    return gather_people(content, entries, NUM_KEYPOINTS, use_area=True, is_crowd=False)


def truth_points(image: ImagePeople) -> np.ndarray:
    """Annotated keypoints of an image, (N, K, 2)."""
    return image.truth.keypoints
