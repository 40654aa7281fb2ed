"""A small annotation file in COCO's format, and the ways in which people's files differ from it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import cv2
import numpy as np

WIDTH, HEIGHT = 64, 48
NUM_KEYPOINTS = 3
NUM_IMAGES = 4
METAINFO = dict(
    dataset_name='three_points',
    keypoint_info={
        0: dict(name='nose', id=0, color=[255, 0, 0], type='upper', swap=''),
        1: dict(name='left_eye', id=1, color=[0, 255, 0], type='upper', swap='right_eye'),
        2: dict(name='right_eye', id=2, color=[0, 0, 255], type='upper', swap='left_eye'),
    },
    skeleton_info={0: dict(link=('left_eye', 'right_eye'), id=0, color=[0, 0, 255])},
    joint_weights=[1.0] * NUM_KEYPOINTS,
    sigmas=[0.1] * NUM_KEYPOINTS,
)

Content = Dict[str, Any]
Mutation = Callable[[Content, np.random.Generator], None]
DROPPED = object()
NAN, INFINITE = float('nan'), float('inf')
NUMBERS = [0, 1, 2, -1, 0.5, -2.5, 1e300, 10**20, NAN, INFINITE]
OTHERS = [None, True, False, '', 'x', '7', [], {}, [[]], [None], ['1'], [NAN], {'a': 1}]
STRANGE = [DROPPED, *NUMBERS, *OTHERS]

BOXES = [
    [1, 2, 3], [1, 2, 3, 4, 5], [NAN] * 4, [4, 4, NAN, 9], [4, 4, INFINITE, 9], [40, 40, -20, -20],
    [4, 4, -9, 9], [0, 0, 0, 0], [4, 4, 0, 9], ['4', '4', '9', '9'], [[4, 4], [9, 9]],
    [-900, -900, 9, 9], [4, 4, 1e300, 9], [4, 4, None, 9], {'x': 4, 'y': 4, 'w': 9, 'h': 9},
]  # fmt: skip
KEYPOINTS = [
    [0] * 9, [5, 5], [5, 5, 2], [5, 5, 2] * 4, [5, 5, 2] * 2, [[5, 5, 2], [9, 9, 2], [7, 7, 0]],
    [[5, 5], [9, 9], [7, 7]], [NAN] * 9, [5, 5, 2, NAN, 5, 2, 7, 7, 2], [5, 5, NAN] * 3,
    [5, 5, INFINITE] * 3, ['5', '5', '2'] * 3, ['a'] * 9, [None] * 9, [5, 5, 2, None, None, 0] * 2,
    [5, 5, 3] * 3, [5, 5, -1] * 3, [5, 5, 0.5] * 3, [5, 5, True] * 3, [900, 900, 2] * 3,
    [-9, -9, 2] * 3, [1e30, 5, 2] * 3, [1e300, 5, 2] * 3, [5, 5, 2] * 3, '5 5 2 5 5 2 5 5 2',
    {'nose': [5, 5, 2]}, [[[5, 5, 2], [9, 9, 2], [7, 7, 2]]], [[5, 5, 2], [9, 9]],
    [0, 0, 0, 0, 0, 0, 9, 9, 1], [NAN, NAN, 0, 9, 9, 2, 9, 12, 2],
]  # fmt: skip
SEGMENTATIONS = [
    5, [[4, 4, 9, 9, 4]], [[4, 4, 9, 9]], [4, 4, 9, 4, 9, 9], [[4, 4, 9, NAN, 9, 9]],
    [[4, 4, 1e9, 4, 9, 9]], [['a'] * 6], [[]], {'counts': [5], 'size': [HEIGHT, WIDTH]},
    {'counts': [-5, 3077], 'size': [HEIGHT, WIDTH]}, {'counts': 'zz', 'size': [HEIGHT, WIDTH]},
    {'counts': [3072], 'size': [WIDTH, HEIGHT]}, {'counts': [3072]}, {'size': [HEIGHT, WIDTH]},
    {'counts': '', 'size': [HEIGHT, WIDTH]}, {'counts': 5, 'size': 5}, 'polygon', [None],
    {'counts': [1e300, 1], 'size': [HEIGHT, WIDTH]}, {'counts': [0.5] * 6144, 'size': [48, 64]},
]  # fmt: skip
FIELDS: Dict[Tuple[str, str], list] = {
    ('annotations', 'id'): [1, 2, 6, 10**18, 'a7'],
    ('annotations', 'image_id'): [10, 11, 12, 13, 99, '10', 10.0],
    ('annotations', 'category_id'): [0, 2, 3, '1', 1.0],
    ('annotations', 'iscrowd'): [0, 1, 2, '0', '1', 1.0],
    ('annotations', 'num_keypoints'): [0, 1, 3, 17, -1],
    ('annotations', 'area'): [0, 1e-9, 400, '400', 1e12],
    ('annotations', 'bbox'): BOXES,
    ('annotations', 'keypoints'): KEYPOINTS,
    ('annotations', 'segmentation'): SEGMENTATIONS,
    ('images', 'id'): [10, 11, 13, 99, '10', 'a.png', 10**18],
    ('images', 'width'): [HEIGHT, WIDTH, 128, '64', 64.0],
    ('images', 'height'): [WIDTH, HEIGHT, 96, '48', 48.0],
    ('images', 'file_name'): ['0.png', '1.png', 'missing.png', './0.png', 'images/0.png', '.'],
    ('categories', 'id'): [0, 2, 90, '1'],
    ('categories', 'name'): ['human', 7],
    ('categories', 'keypoints'): [['nose'], ['a', 'b', 'c', 'd'], ['nose', 'nose', 'nose']],
    ('categories', 'skeleton'): [[[0, 1]], [[9, 9]]],
}


class Mutated(NamedTuple):
    """A mutated file.

    Attributes:
        text (str): What it holds.
        where (set): 'annotation' or 'image' where one of them alone was touched: an error should
            then say which.
        names (list): The mutations, for reports.
    """

    text: str
    where: set
    names: List[str]


def write_images(folder: Path) -> None:
    """Write the images that the file lists, noise."""
    rng = np.random.default_rng(0)
    for index in range(NUM_IMAGES):
        image = rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f'{index}.png'), image)


def make_content(rng: np.random.Generator) -> Content:
    """A file without faults: five people, one of them unlabelled, a crowd, and an empty image."""
    images = [
        dict(id=10 + index, file_name=f'{index}.png', width=WIDTH, height=HEIGHT)
        for index in range(NUM_IMAGES)
    ]
    places = [(10, 4), (10, 36), (11, 4), (11, 36), (12, 4), (12, 36)]
    people = [_person(1 + i, *place, rng) for i, place in enumerate(places)]
    people[3].update(keypoints=[0] * 3 * NUM_KEYPOINTS, num_keypoints=0)
    people[5].update(keypoints=[0] * 3 * NUM_KEYPOINTS, num_keypoints=0, iscrowd=1)
    people[5]['segmentation'] = run_lengths(people[5]['bbox'])
    categories = [dict(id=1, name='person', keypoints=['nose', 'left_eye', 'right_eye'])]
    return dict(info={}, images=images, annotations=people, categories=categories)


def _person(number: int, image: int, left: int, rng: np.random.Generator) -> dict:
    points = np.array([left, 6]) + rng.integers(4, [80, 130], (NUM_KEYPOINTS, 2)) / 4
    visible = np.append(2, rng.integers(0, 3, NUM_KEYPOINTS - 1))
    right, bottom = left + 24, 44
    return dict(
        id=number,
        image_id=image,
        category_id=1,
        iscrowd=0,
        num_keypoints=int((visible > 0).sum()),
        keypoints=np.column_stack([points, visible]).ravel().tolist(),
        bbox=[left, 6, 24, 38],
        area=500.0,
        segmentation=[[left, 6, right, 6, right, bottom, left, bottom]],
    )


def run_lengths(box: List[int]) -> dict:
    """Outline of a box (x, y, w, h) as COCO writes those of crowds."""
    left, top, width, height = box
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + height, left : left + width] = True
    changes = np.flatnonzero(np.diff(mask.ravel(order='F'), prepend=False))
    runs = np.diff(np.concatenate([[0], changes, [mask.size]]))
    return dict(counts=runs.tolist(), size=[HEIGHT, WIDTH])


def mutate(rng: np.random.Generator) -> Mutated:
    """Make a file with one mutation, or with a few."""
    content = make_content(rng)
    count = 1 if rng.random() < 0.7 else int(rng.integers(2, 5))
    where, names = set(), []
    for _ in range(count):
        kind = _pick(rng, [set_field, set_field, set_field, *STRUCTURAL])
        try:
            level, name = kind(content, rng)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            continue  # an earlier mutation has left nothing that this one could change
        where.add(level)
        names.append(name)
    text = json.dumps(content)
    if rng.random() < 0.03:
        text, where = _spoil_text(text, rng), {'file'}
        names.append('text')
    return Mutated(text, where if count == 1 else set(), names)


def _pick(rng: np.random.Generator, options: list) -> Any:
    return options[rng.integers(len(options))]


def _level(section: str) -> str:
    return {'annotations': 'annotation', 'images': 'image'}.get(section, 'file')


def set_field(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Give a field of one item, or of all, another value, or drop or rename it."""
    section, field = _pick(rng, list(FIELDS))
    value = _pick(rng, FIELDS[section, field] + (STRANGE if rng.random() < 0.5 else []))
    everywhere = rng.random() < 0.25
    items = content[section] if everywhere else [_pick(rng, content[section])]
    renamed = rng.random() < 0.05
    for item in items:
        if renamed:
            item[field.upper()] = item.pop(field)
        elif value is DROPPED:
            del item[field]
        else:
            item[field] = deepcopy(value)
    change = 'renamed' if renamed else 'dropped' if value is DROPPED else repr(value)[:60]
    return _level(section), f'{field} of {"all " * everywhere}{section}: {change}'


def set_top(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Drop, empty or retype a whole section."""
    section = _pick(rng, ['images', 'annotations', 'categories', 'info'])
    value = _pick(rng, [DROPPED, *OTHERS, 5])
    if value is DROPPED:
        del content[section]
    else:
        content[section] = deepcopy(value)
    return 'file', f'{section}: {"dropped" if value is DROPPED else value!r}'


def set_item(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Put something strange where an image, an annotation or a category is expected."""
    section, value = _pick(rng, ['images', 'annotations', 'categories']), _pick(rng, OTHERS)
    content[section][int(rng.integers(len(content[section])))] = deepcopy(value)
    return 'file', f'an item of {section}: {value!r}'


def set_leaf(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Change one number within keypoints, box or segmentation of an annotation."""
    annotation = _pick(rng, content['annotations'])
    field = _pick(rng, ['keypoints', 'bbox', 'segmentation'])
    values = annotation[field]
    while isinstance(values[0], list):
        values = values[0]
    value = _pick(rng, NUMBERS + OTHERS)
    values[int(rng.integers(len(values)))] = deepcopy(value)
    return 'annotation', f'a value of {field}: {value!r}'


def repeat_item(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """List an item twice."""
    section = _pick(rng, ['images', 'annotations', 'categories'])
    content[section].append(deepcopy(_pick(rng, content[section])))
    return 'file', f'an item of {section} twice'


def remove_item(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Take an item out: annotations may lose their image or category."""
    section = _pick(rng, ['images', 'annotations', 'categories'])
    del content[section][int(rng.integers(len(content[section])))]
    return 'file', f'one of {section} removed'


def shuffle_items(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Another order, which means nothing."""
    section = _pick(rng, ['images', 'annotations'])
    content[section] = [content[section][i] for i in rng.permutation(len(content[section]))]
    return 'file', f'{section} shuffled'


def restart_ids(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Ids of annotations that start again in each image."""
    seen: Dict[Any, int] = {}
    for annotation in content['annotations']:
        seen[annotation['image_id']] = seen.get(annotation['image_id'], 0) + 1
        annotation['id'] = seen[annotation['image_id']]
    return 'file', 'ids start again in each image'


def renumber_images(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Other ids of images, in images and annotations alike."""
    forms: List[Callable] = [
        str, float, lambda i: -i, lambda i: i + 10**12, lambda i: f'{i}.png', lambda i: i + 0.5,
        lambda i: i - 10, lambda i: [i], lambda i: 10,
    ]  # fmt: skip
    chosen = int(rng.integers(len(forms)))
    for item, field in [
        *[(image, 'id') for image in content['images']],
        *[(annotation, 'image_id') for annotation in content['annotations']],
    ]:
        item[field] = forms[chosen](item[field])
    return 'file', f'form {chosen} of image ids'


def change_category(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """One category of another number, or a second one that some of the people have."""
    number = _pick(rng, [0, 2, 7, 90])
    if rng.random() < 0.5:
        content['categories'][0]['id'] = number
        people = content['annotations']
    else:
        second = dict(content['categories'][0], id=number, name='child')
        content['categories'].insert(int(rng.integers(2)), second)
        people = content['annotations'][:: int(rng.integers(1, 3))]
    for person in people:
        person['category_id'] = number
    return 'file', f'category {number}'


def swap_sizes(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Width and height of one image or of all mixed up."""
    for image in content['images'][: _pick(rng, [1, None])]:
        image['width'], image['height'] = image['height'], image['width']
    return 'image', 'width and height swapped'


def resize_images(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """Sizes of the images before somebody has shrunk them."""
    factor = _pick(rng, [0.5, 2, 3.75])
    for image in content['images']:
        image['width'], image['height'] = image['width'] * factor, image['height'] * factor
    return 'image', f'sizes times {factor}'


def move_section(content: Content, rng: np.random.Generator) -> Tuple[str, str]:
    """A section under another name, or everything one level deeper."""
    section = _pick(rng, ['images', 'annotations', 'categories'])
    if rng.random() < 0.5:
        content[section.upper()] = content.pop(section)
        return 'file', f'{section} renamed'
    inner = dict(content)
    content.clear()
    content['data'] = inner
    return 'file', 'one level deeper'


STRUCTURAL: List[Mutation] = [
    set_top, set_item, set_leaf, repeat_item, remove_item, shuffle_items, restart_ids,
    renumber_images, change_category, swap_sizes, resize_images, move_section,
]  # fmt: skip


def _spoil_text(text: str, rng: np.random.Generator) -> str:
    where = int(rng.integers(len(text)))
    return _pick(
        rng,
        [
            text[:where],
            text[where:],
            text[:where] + text[where + 1 :],
            f'[{text}]',
            '',
            'null',
            '17',
            '"people"',
            f'\ufeff{text}',
            text.replace('"', "'"),
            text + text,
            text.replace('[', '{'),
            '\x00' * 100,
        ],
    )
