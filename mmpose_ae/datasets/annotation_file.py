"""One reading of an annotation file, which training, masks, metrics and checks share."""

import json
import logging
from collections import Counter
from typing import Any, List, Optional

from mmengine import fileio
from mmengine.logging import print_log

from .categories import select_people
from .image_entries import assign_images, check_images, has_size, number_images, plain_id
from .ledger import AnnotationError, Ledger
from .mpii import is_person_list, read_person_list, read_release, to_coco
from .repairs import repair_person
from .unannotated import add_crowds, drop_unannotated


def read_annotation_file(
    path: str,
    num_keypoints: Optional[int] = None,
    image_folder: Optional[str] = None,
    log: bool = True,
) -> dict:
    """Read an annotation file in COCO's format or MPII's, and repair what is certain.

    Args:
        path (str): The file.
        num_keypoints (int, optional): How many keypoints the dataset has. None is as many as most
            annotations have.
        image_folder (str, optional): Where the images are; missing sizes are read from them.
        log (bool): Say in the log what was repaired and left out.

    Returns:
        dict: The content. Images have different whole numbers as ``id``, ``file_name``, ``width``
        and ``height``; annotations are of people of one category, 1, and have all fields that
        training and metrics read. A file without ``annotations`` stays without.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If something in it cannot be right; names the file and up to ten faults.
    """
    return complete_content(load_content(path), path, num_keypoints, image_folder, log)


def complete_content(
    content: Any,
    path: str,
    num_keypoints: Optional[int] = None,
    image_folder: Optional[str] = None,
    log: bool = True,
) -> dict:
    """Check and repair what was read from an annotation file.

    Args:
        content (dict): In COCO's format; changed in place.
        path (str): The file.
        num_keypoints (int, optional): As of :func:`read_annotation_file`, like what follows.
        image_folder (str, optional): Where the images are.
        log (bool): Say in the log what was repaired and left out.

    Returns:
        dict: As :func:`read_annotation_file` gives it.

    Raises:
        ValueError: If something in it cannot be right.
    """
    ledger = Ledger(path)
    review(content, ledger, num_keypoints, image_folder)
    ledger.raise_findings()
    if log and ledger.summary():
        print_log(ledger.summary(), 'current', logging.WARNING)
    return content


def load_content(path: str) -> Any:
    """Read a JSON file, or a file of MPII, of all its images, in COCO's format.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, nor MATLAB's if its name ends with ``.mat``; names the file.
    """
    if str(path).endswith('.mat'):
        return to_coco(read_release(path))
    try:
        content = json.loads(fileio.get(path))
    except ValueError as error:  # not JSON, or not text
        raise AnnotationError(f'annotation file {path} is not valid JSON: {error}') from error
    if is_person_list(content):
        return to_coco(read_person_list(content, path))
    return content


def review(
    content: Any,
    ledger: Ledger,
    num_keypoints: Optional[int] = None,
    image_folder: Optional[str] = None,
) -> None:
    """Check the content of an annotation file as a whole, and repair what is certain.

    Args:
        content (dict): In COCO's format; changed in place.
        ledger (Ledger): For faults and repairs. With faults the content is of no use.
        num_keypoints (int, optional): How many keypoints the dataset has. None is as many as most
            annotations have.
        image_folder (str, optional): Where the images are.
    """
    if not review_images(content, ledger, image_folder) or 'annotations' not in content:
        return
    drop_unannotated(content, ledger)
    select_people(content, ledger)
    if num_keypoints is None:
        num_keypoints = count_keypoints(content)
    _review_people(content, num_keypoints, ledger)
    _number_annotations(content, ledger)
    add_crowds(content, num_keypoints, ledger)
    if not ledger.findings and _are_fractions(content['annotations']):
        ledger.refuse('all keypoints lie between 0 and 1, expected pixels of the images')


def review_images(content: Any, ledger: Ledger, image_folder: Optional[str] = None) -> bool:
    """Check images, and of which one annotations are, whatever these are of.

    Args:
        content (dict): In COCO's format; changed in place.
        ledger (Ledger): For faults and repairs.
        image_folder (str, optional): Where the images are.

    Returns:
        bool: Whether it has the lists of that format, without which nothing was checked.
    """
    if not has_lists(content, ledger):
        return False
    known = number_images(content['images'], ledger)
    check_images(content['images'], image_folder, ledger)
    if 'annotations' in content:
        content['annotations'] = assign_images(content['annotations'], known, ledger)
    return True


def has_lists(content: Any, ledger: Ledger) -> bool:
    """Tell whether there are the lists of COCO's format, with dicts in them.

    Args:
        content (object): What was read.
        ledger (Ledger): For what is wrong.

    Returns:
        bool: Whether nothing is; only images must be there.
    """
    if not isinstance(content, dict) or 'images' not in content:
        ledger.refuse("expected COCO's format, a dict with images, annotations and categories")
        return False
    for key in ('images', 'annotations', 'categories'):
        entries = content.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            ledger.refuse(f'{key} is {entries!r:.60}, expected a list of dicts')
            return False
    return True


def count_keypoints(content: dict) -> int:
    """Find out how many keypoints people have: as most annotations, or as a category lists.

    Args:
        content (dict): In COCO's format.

    Returns:
        int: How many; 1 if the file does not say.
    """
    lists = [ann['keypoints'] for ann in content.get('annotations', []) if ann.get('keypoints')]
    lists = [values for values in lists if isinstance(values, list)]
    counts = Counter(len(v) if isinstance(v[0], list) else len(v) // 3 for v in lists)
    listed = [category.get('keypoints') for category in content.get('categories', [])]
    named = [len(names) for names in listed if isinstance(names, list)]
    return counts.most_common(1)[0][0] if counts else max([1, *named])


def _review_people(content: dict, num_keypoints: int, ledger: Ledger) -> None:
    images = {image['id']: image for image in content['images']}
    for ann in content['annotations']:
        image = images[ann['image_id']]
        if not has_size(image):
            continue  # refused already
        try:
            repair_person(ann, image, num_keypoints, ledger)
        except ValueError as error:
            ledger.refuse(f'{error} (in {image.get("file_name")})')


def _number_annotations(content: dict, ledger: Ledger) -> None:
    """Give annotations different ids above 0, which evaluators take for "nobody"."""
    _drop_repeated(content, ledger)
    taken, unnumbered = set(), []
    for ann in content['annotations']:
        key = plain_id(ann.get('id'))
        if not isinstance(key, int) or key < 1 or key in taken:
            unnumbered.append(ann)
        else:
            ann['id'] = key
            taken.add(key)
    for number, ann in enumerate(unnumbered, 1 + max(taken, default=0)):
        ann['id'] = number
    if unnumbered:
        ledger.repairs['annotations with the id of another one or none, numbered'] = len(unnumbered)


def _drop_repeated(content: dict, ledger: Ledger) -> None:
    """Keep annotations that are listed several times, with the same values, once."""
    ids = [plain_id(ann.get('id')) for ann in content['annotations']]
    counts, seen, kept = Counter(ids), set(), []
    for key, ann in zip(ids, content['annotations']):
        text = json.dumps(ann, sort_keys=True) if counts[key] > 1 else None
        if text is not None and text in seen:
            ledger.repairs['annotations listed twice with the same values, once left out'] += 1
            continue
        seen.add(text)
        kept.append(ann)
    content['annotations'] = kept


def _are_fractions(annotations: List[dict]) -> bool:
    """Tell whether keypoints are given in parts of the image: none is beyond 1, some between."""
    between = False
    for ann in annotations:
        x, y, visibility = (ann['keypoints'][i::3] for i in range(3))
        places = [v for point in zip(x, y, visibility) if point[2] > 0 for v in point[:2]]
        if any(not 0 <= v <= 1 for v in places):
            return False
        between = between or any(0 < v < 1 for v in places)
    return between
