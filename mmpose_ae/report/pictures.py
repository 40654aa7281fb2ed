"""The images where most is wrong: the truth beside predictions."""

import base64
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import cv2
import mmcv
import numpy as np
from mmengine.structures import InstanceData

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.pictures.colors import match_instances
from mmpose_ae.pictures.skeletons import draw_instances

from .analysis import Analysis
from .corrections import ERRORS
from .diagnosis import Diagnosis, diagnose
from .markup import Markup, text
from .people import ImagePeople
from .scores import count_wrong, worst_images
from .task import Task

WORST = 20
SIDE = 420  # pixels of a picture
QUALITY = 82  # of JPEG


def draw_worst(task: Task, analyses: Sequence[Analysis]) -> List[Markup]:
    """Draw the images where most is wrong with the first network.

    Args:
        task (Task): Where the images are.
        analyses (sequence[Analysis]): Of one network or more, on the same images.

    Returns:
        list[Markup]: A figure for each image, worst first; without pictures where the image is
        not there.
    """
    first = analyses[0]
    least = _least_score(first)
    wrong = count_wrong(first.records, least)
    entries = {image['id']: image for image in task.content['images']}
    figures = []
    for i in worst_images(first.records, least, WORST):
        entry = entries[first.images[i].image_id]
        path = Path(task.image_folder, entry['file_name'])
        panels = _panels(task, analyses, i, path)
        people = f'{first.people[i]} people, {wrong[i]:.1f} missed or wrong'
        seen = diagnose(_seen(first, i), task.sigmas, task.mirror)
        details = ', '.join([f'{entry["file_name"]}: {people}', *_describe(seen)])
        figures.append(_figure(panels, f'{details}.'))
    return figures


def _least_score(analysis: Analysis) -> float:
    """Of the people who are looked at: all of them where no threshold could be chosen."""
    return -np.inf if analysis.scores.best is None else analysis.scores.best.score


def _seen(analysis: Analysis, i: int) -> ImagePeople:
    """An image with the people who are looked at."""
    image = analysis.images[i]
    return image._replace(found=image.found.take(image.found.scores >= _least_score(analysis)))


def _panels(
    task: Task, analyses: Sequence[Analysis], i: int, path: Path
) -> List[Tuple[str, np.ndarray]]:
    """Pictures of an image and what they are called; none where it is not there."""
    if not path.is_file():
        return []
    given = whole_image(dict(img_path=str(path), image_reading=task.image_reading))
    image = mmcv.bgr2rgb(given)
    truth = analyses[0].images[i].truth
    points, labelled = truth.keypoints[~truth.ignored], truth.labelled[~truth.ignored]
    panels = [('truth', _draw(task, image, points, labelled))]
    for analysis in analyses:
        shown = _seen(analysis, i).found.keypoints
        colors = match_instances(shown, points, labelled)
        name = analysis.name if len(analyses) > 1 else 'prediction'
        panels.append((name, _draw(task, image, shown, None, colors)))
    return panels


def _draw(
    task: Task,
    image: np.ndarray,
    points: np.ndarray,
    labelled: Optional[np.ndarray],
    colors: Optional[np.ndarray] = None,
) -> np.ndarray:
    people = InstanceData(keypoints=points)
    if labelled is not None:
        people.keypoints_visible = labelled.astype(float)
    if colors is not None:
        people.color_ids = colors
    return draw_instances(image, people, task.metainfo, SIDE)


def _figure(panels: List[Tuple[str, np.ndarray]], caption: str) -> Markup:
    pictures = ''.join(
        f'<div><img loading="lazy" alt="{text(name)}" src="{_encode(panel)}">{text(name)}</div>'
        for name, panel in panels
    )
    missing = '' if panels else '<div>The image is not there.</div>'
    return Markup(
        f'<figure><div class="panels">{pictures}{missing}</div>'
        f'<figcaption>{text(caption)}</figcaption></figure>'
    )


def _describe(diagnosis: Diagnosis) -> List[str]:
    """What is wrong, most frequent first."""
    counts = {e.name: e.count(diagnosis) for e in ERRORS.values() if e.count}
    counts = sorted(counts.items(), key=lambda item: -item[1])
    return [f'{name} {count}' for name, count in counts if count]


def _encode(picture: np.ndarray) -> str:
    _, content = cv2.imencode('.jpg', picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return f'data:image/jpeg;base64,{base64.b64encode(content.tobytes()).decode()}'
