"""Faults of annotation files in COCO's format, as changes of a file that has none.

``REPAIRED`` faults lose nothing: people, masks and metrics stay those of the file without them.
``DERIVED`` faults lose boxes or areas: the people stay the same. ``REFUSED`` faults have an error,
of which the pattern is a part.
"""

from typing import Any, Callable, Dict, Tuple

Change = Callable[[dict], Any]

NOWHERE = float('nan')


def each(kind: str, change: Change) -> Change:
    """Change every image or annotation of a file."""

    def change_file(content: dict) -> None:
        for entry in content[kind]:
            change(entry)

    return change_file


def annotations(**values: Any) -> Change:
    """Give every annotation some values."""
    return each('annotations', lambda ann: ann.update(values))


def without(kind: str, *keys: str) -> Change:
    """Leave fields of every image or annotation out."""
    return each(kind, lambda entry: [entry.pop(key, None) for key in keys])


def first(kind: str, **values: Any) -> Change:
    """Give the first image or annotation some values."""
    return lambda content: content[kind][0].update(values)


def first_unlabelled(**values: Any) -> Change:
    """Give the first annotation without a known keypoint some values."""

    def change(content: dict) -> None:
        next(a for a in content['annotations'] if not any(a['keypoints'][2::3])).update(values)

    return change


def all_of(*changes: Change) -> Change:
    """Make several changes."""
    return lambda content: [change(content) for change in changes]


def _rename_images(name: Callable[[int], Any]) -> Change:
    def change(content: dict) -> None:
        for image in content['images']:
            image['id'] = name(image['id'])
        for ann in content['annotations']:
            ann['image_id'] = name(ann['image_id'])

    return change


def _mixed_ids(content: dict) -> None:
    """Numbers as text in images only: they still belong to their people."""
    for image in content['images']:
        image['id'] = str(image['id'])


def _restart_ids(content: dict) -> None:
    counts: Dict[int, int] = {}
    for ann in content['annotations']:
        counts[ann['image_id']] = ann['id'] = counts.get(ann['image_id'], 0) + 1


def _categories(*ids: Any) -> Change:
    """Share people out among categories; the file lists them without their keypoints."""

    def change(content: dict) -> None:
        content['categories'] = [dict(id=i, name=f'kind {i}') for i in ids]
        for n, ann in enumerate(content['annotations']):
            ann['category_id'] = ids[n % len(ids)]

    return change


def _unlisted_keypoints(content: dict) -> None:
    content['categories'].append(dict(id=2, name='child'))
    for ann in content['annotations'][::2]:
        ann['category_id'] = 2


def add_car(content: dict) -> None:
    content['categories'].append(dict(id=7, name='car'))
    image = content['images'][0]['id']
    car = dict(id=9999, image_id=image, category_id=7, bbox=[0, 0, 40, 40], iscrowd=0, area=1600)
    content['annotations'].append(car)


def _nest(ann: dict) -> None:
    ann['keypoints'] = [ann['keypoints'][i : i + 3] for i in range(0, len(ann['keypoints']), 3)]


def _forget_unlabelled(content: dict) -> None:
    for ann in content['annotations']:
        if not any(ann['keypoints'][2::3]):
            ann['keypoints'] = []


def _blank(value: Any) -> Change:
    def change(ann: dict) -> None:
        points = ann['keypoints']
        for i in range(0, len(points), 3):
            if points[i + 2] == 0:
                points[i] = points[i + 1] = value

    return each('annotations', change)


def _shrink(ann: dict) -> None:
    ann['keypoints'] = [v if i % 3 == 2 else v / 1000 for i, v in enumerate(ann['keypoints'])]


def _repeat(kind: str, **values: Any) -> Change:
    return lambda content: content[kind].append(dict(content[kind][0], **values))


def _lose_images(content: dict) -> None:
    content['images'].pop(0)


REPAIRED: Dict[str, Change] = {
    'category 0': _categories(0),
    'category 5': _categories(5),
    'categories as text': _categories('1'),
    'two categories': _categories(1, 2),
    'categories 2 and 3': _categories(2, 3),
    'no categories': lambda content: content.pop('categories'),
    'a category that does not list its keypoints': _unlisted_keypoints,
    'category_id null': annotations(category_id=None),
    'no category_id': without('annotations', 'category_id'),
    'a category without keypoints': add_car,
    'annotation ids start again': _restart_ids,
    'annotation ids from 0': each('annotations', lambda ann: ann.update(id=ann['id'] - 1)),
    'annotation ids are text': each('annotations', lambda ann: ann.update(id=f'p{ann["id"]}')),
    'annotation ids are beyond reason': each(
        'annotations', lambda ann: ann.update(id=ann['id'] + 10**30)
    ),
    'no annotation ids': without('annotations', 'id'),
    'an annotation twice': _repeat('annotations'),
    'image ids are text': _rename_images('frame_{}'.format),
    'image ids are numbers as text': _rename_images(str),
    'image ids are floats': _rename_images(float),
    'image ids are text on one side': _mixed_ids,
    'an image twice': _repeat('images'),
    'nested keypoints': each('annotations', _nest),
    'unlabelled people without keypoints': _forget_unlabelled,
    'null for unknown keypoints': _blank(None),
    'NaN for unknown keypoints': _blank(NOWHERE),
    'no iscrowd of people': each('annotations', lambda ann: ann['iscrowd'] or ann.pop('iscrowd')),
    'no num_keypoints': without('annotations', 'num_keypoints'),
    'no sizes': without('images', 'width', 'height'),
    'sizes are text': each(
        'images', lambda i: i.update(width=str(i['width']), height=f'{i["height"]}')
    ),
    'sizes are floats': each('images', lambda i: i.update(width=float(i['width']))),
}
DERIVED: Dict[str, Change] = {
    'no boxes': without('annotations', 'bbox'),
    'empty boxes': annotations(bbox=[]),
    'boxes are null': annotations(bbox=None),
    'boxes without size': annotations(bbox=[0, 0, 0, 0]),
    'no areas': without('annotations', 'area'),
    'areas are 0': annotations(area=0),
    'areas are null': annotations(area=None),
    'areas are NaN': annotations(area=NOWHERE),
    'areas are beyond reason': annotations(area=1e300),
    'no areas and segmentations': without('annotations', 'area', 'segmentation'),
    'no boxes and areas': without('annotations', 'bbox', 'area'),
    'keypoints and image alone': all_of(
        without('annotations', 'bbox', 'area', 'segmentation', 'iscrowd', 'num_keypoints', 'id'),
        without('annotations', 'category_id'),
    ),
}
REFUSED: Dict[str, Tuple[Change, str]] = {
    'unknown image': (first('annotations', image_id=77), 'of image 77: expected the id of one of'),
    'no image_id': (first('annotations', image_id=None), 'of image None: expected the id of one'),
    'lost image': (_lose_images, 'expected the id of one of the 3 images'),
    'one image id for two files': (
        _repeat('images', file_name='other.png'),
        "that of '000001.png' and of 'other.png'",
    ),
    'image id null': (first('images', id=None), 'has the id None, expected a whole number'),
    'image id list': (first('images', id=[1]), r'has the id \[1\], expected a whole number'),
    'no file name': (without('images', 'file_name'), 'the file_name None, expected a text'),
    'width 0': (first('images', width=0), r'the width 0 .* expected whole numbers from 1'),
    'width null': (first('images', width=None), 'the width None .* expected whole num'),
    'width text': (first('images', width='wide'), "the width 'wide'"),
    'too many keypoints': (
        first('annotations', keypoints=[1, 1, 2] * 18),
        'has 54 keypoint values, but the metainfo of the dataset defines 17 keypoints',
    ),
    'keypoints are text': (first('annotations', keypoints='nose'), "has the keypoints 'nose'"),
    'keypoints are a dict': (first('annotations', keypoints=dict(nose=1)), 'expected a list of 51'),
    'keypoints are texts': (first('annotations', keypoints=['1'] * 51), 'expected a list of 51'),
    'keypoints are pairs': (first('annotations', keypoints=[[1, 2]] * 17), 'expected a list of 51'),
    'null for a known keypoint': (first('annotations', keypoints=[None, 1, 2] * 17), 'of 51 num'),
    'NaN for a known keypoint': (first('annotations', keypoints=[NOWHERE, 1, 2] * 17), 'not finit'),
    'visibility 3': (first('annotations', keypoints=[1, 1, 3] * 17), 'visibilities from 3 to 3'),
    'visibility -1': (
        first('annotations', keypoints=[1, 1, -1] * 17),
        'visibilities from -1 to -1',
    ),
    'box of three': (
        first('annotations', bbox=[1, 2, 3]),
        r'has the bbox \[1, 2, 3\], expected fo',
    ),
    'box of texts': (first('annotations', bbox=['1', '2', '3', '4']), 'expected four finite'),
    'box with NaN': (first('annotations', bbox=[1, 2, NOWHERE, 4]), 'expected four finite'),
    'iscrowd text': (first('annotations', iscrowd='no'), "iscrowd='no', expected 0 or 1"),
    'iscrowd 2': (first('annotations', iscrowd=2), 'iscrowd=2, expected 0 or 1'),
    'area text': (first('annotations', area='big'), "area 'big', expected a positive number"),
    'segmentation number': (first('annotations', segmentation=5), 'segmentation 5, expected poly'),
    'segmentation text': (
        first('annotations', segmentation='a'),
        "segmentation 'a', expected poly",
    ),
    'outline of two points': (
        first_unlabelled(segmentation=[[1, 1, 9, 9]]),
        'segmentation of annotation .* needs x and y of 3 points',
    ),
    'run lengths of another image': (
        first_unlabelled(segmentation=dict(counts=[10], size=[5, 2])),
        'segmentation of annotation .* an RLE of size',
    ),
    'unknown category': (
        all_of(add_car, lambda c: c['annotations'][-1].update(category_id=8)),
        r'has the category_id 8, expected one of \[1, 7\]',
    ),
    'categories with other keypoints': (
        lambda c: c['categories'].append(dict(id=2, name='dog', keypoints=['tail'])),
        'list different keypoints',
    ),
    'parts of the image': (each('annotations', _shrink), 'between 0 and 1, expected pixels'),
    'no images': (lambda c: c.pop('images'), "expected COCO's format"),
    'images are a dict': (
        lambda c: c.update(images={}),
        r'images is \{\}, expected a list of dict',
    ),
    'annotations are numbers': (lambda c: c.update(annotations=[3]), r'annotations is \[3\]'),
    'keypoints of a category are a number': (
        lambda c: c['categories'][0].update(keypoints=17),
        r'has the keypoints \[17\], expected a list of names',
    ),
    'a width beyond reason': (first('images', width=10**30), r'the width 10{30} .* to 1,000,000'),
    'an image id beyond reason': (first('images', id=10**30), 'expected a whole number'),
    'keypoints beyond reason': (
        first('annotations', keypoints=[1e300, 1, 2] * 17),
        'not finite, or beyond 1,000,000 pixels',
    ),
    'a box beyond reason': (first('annotations', bbox=[1e300, 1, 2, 2]), 'expected four finite'),
    'crowd index text': (first('images', crowdIndex='much'), "the crowdIndex 'much', expected a n"),
    'crowd index list': (first('images', crowdIndex=[0.5]), r'the crowdIndex \[0.5\], expected'),
    'crowd index true': (first('images', crowdIndex=True), 'the crowdIndex True, expected'),
    'crowd index -1': (first('images', crowdIndex=-1), r'1 \(000001.png\) has the crowdIndex -1'),
    'crowd index beyond reason': (first('images', crowdIndex=10**400), 'the crowdIndex 10{50}'),
    'infinite crowd index': (first('images', crowdIndex=float('inf')), 'the crowdIndex inf, exp'),
    'categories are null': (lambda c: c.update(categories=None), 'categories is None'),
}
