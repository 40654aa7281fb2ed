"""Which categories of an annotation file are people: all that have keypoints."""

from typing import List

from .annotations import name_of
from .image_entries import plain_id
from .ledger import Ledger

PERSON = 1  # predictions have this category, in MMPose and in COCO


def select_people(content: dict, ledger: Ledger) -> None:
    """Keep the annotations of people, and give all of them one category.

    People are the categories that list keypoints or have annotations with keypoints; where none
    has, all are.

    Args:
        content (dict): ``annotations`` and perhaps ``categories``; both are replaced.
        ledger (Ledger): For faults and repairs.
    """
    categories = content.get('categories', [])
    listed = {plain_id(category.get('id')): category for category in categories}
    only = next(iter(listed)) if len(listed) == 1 else None  # of annotations that name none
    given = [ann.get('category_id') for ann in content['annotations']]
    keys = [only if value is None else plain_id(value) for value in given]
    people = {key for key, category in listed.items() if category.get('keypoints')}
    people |= {key for key, ann in zip(keys, content['annotations']) if ann.get('keypoints')}
    people = people or {*listed, *keys}
    chosen = [category for key, category in listed.items() if key in people]
    _check_same_keypoints(chosen, ledger)

    kept = []
    for key, ann in zip(keys, content['annotations']):
        if key in people:
            kept.append(ann)
        elif key in listed:
            name = listed[key].get('name', key)
            ledger.repairs[f'annotations of {name!r}, which has no keypoints, left out'] += 1
        else:
            ids = [category.get('id') for category in categories]
            ledger.refuse(f'{name_of(ann)} has the category_id {key!r}, expected one of {ids}')
    content['annotations'] = kept
    _count_as_one(content, chosen, ledger)


def _count_as_one(content: dict, chosen: List[dict], ledger: Ledger) -> None:
    for ann in content['annotations']:
        if ann.get('category_id') != PERSON:
            ann['category_id'] = PERSON
            ledger.repairs[f'people whose category_id is not {PERSON}, counted like others'] += 1
    if 'categories' not in content:
        ledger.repairs['files without categories, all with keypoints are people'] += 1
    if [category.get('id') for category in content.get('categories', [])] != [PERSON]:
        content['categories'] = [dict(chosen[0] if chosen else dict(name='person'), id=PERSON)]


def _check_same_keypoints(categories: List[dict], ledger: Ledger) -> None:
    lists = [category['keypoints'] for category in categories if category.get('keypoints')]
    if not all(isinstance(keypoints, list) for keypoints in lists):
        ledger.refuse(f'a category has the keypoints {lists!r:.60}, expected a list of names')
    elif any(keypoints != lists[0] for keypoints in lists):
        ledger.refuse(f'the categories list different keypoints, expected the same: {lists}')
