"""Images and annotations: visibility against the identity map, crowd index by hand, masks."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mmpose_ae.datasets.synth_crowd import Settings, crowd_index, make_scene
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON, Figure, sample_clothing
from mmpose_ae.datasets.synth_crowd.scene import KEYPOINTS
from mmpose_ae.datasets.synth_crowd.skeleton import sample_pose

PEOPLE_ONLY = dict(empty=0.0, crowd_region=0.0, unlabelled=0.0, posters=0.0, loose_limbs=0)


def keypoints_of(annotation):
    return np.reshape(annotation['keypoints'], (-1, 3))


def test_arguments_alone_decide():
    first, again = (make_scene(3, 7, Settings()) for _ in range(2))
    assert np.array_equal(first.image, again.image) and first.annotations == again.annotations
    other = make_scene(4, 7, Settings())
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize('keypoints', ['coco', 'crowdpose'])
@pytest.mark.parametrize('index', range(8))
def test_visibility(index, keypoints):
    """2 on a pixel of one's own, 0 outside the frame; 1 on somebody else or a part in front."""
    scene = make_scene(0, index, Settings(keypoints=keypoints, people=(4, 8), **PEOPLE_ONLY))
    height, width = scene.identities.shape
    names = KEYPOINTS[keypoints]
    people = 0
    for figure, annotation in zip(scene.figures, scene.annotations):
        points = np.array([figure.at(name)[:2] for name in names])
        values = keypoints_of(annotation)
        inside = (np.rint(points) >= 0).all(1) & (np.rint(points) < (width, height)).all(1)
        assert (values[~inside] == 0).all() and (values[inside, 2] > 0).all()
        np.testing.assert_allclose(values[inside, :2], points[inside], atol=0.006)
        shown = values[:, 2] == 2
        x, y = np.rint(points[shown]).astype(int).T
        owners = np.unique(scene.identities[y, x] // IDS_PER_PERSON)
        assert len(owners) <= 1 and 0 not in owners
        people += 1
    assert people == len(scene.annotations) > 0


def test_a_person_behind_another_is_hidden():
    rng = np.random.default_rng(0)
    pose, identities = sample_pose(rng), np.zeros((100, 100), np.uint16)
    figure = Figure(pose, sample_clothing(rng), 60, (50, 50))
    identities[:] = 2 * IDS_PER_PERSON  # the second person fills the image
    assert not any(figure.is_shown(name, identities, 1) for name in KEYPOINTS['coco'])


def test_boxes_and_areas_follow_the_figures():
    for index in range(6):
        scene = make_scene(1, index, Settings(**PEOPLE_ONLY))
        for figure, annotation in zip(scene.figures, scene.annotations):
            silhouette = figure.silhouette((256, 256)) > 0
            rows, columns = np.nonzero(silhouette)
            x, y, width, height = annotation['bbox']
            assert (x, y) == (columns.min(), rows.min())
            assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
            assert annotation['area'] == silhouette.sum()
            labelled = keypoints_of(annotation)[:, 2] > 0
            assert annotation['num_keypoints'] == labelled.sum() > 0


def test_crowd_region_is_a_valid_rle():
    scene = make_scene(0, 0, Settings(**{**PEOPLE_ONLY, 'crowd_region': 1.0}))
    (crowd,) = [a for a in scene.annotations if a['iscrowd']]
    mask = coco_mask.decode(crowd['segmentation'])
    assert mask.shape == (256, 256) and mask.sum() == crowd['area'] > 100
    assert coco_mask.area(crowd['segmentation']) == crowd['area']
    assert crowd['bbox'] == coco_mask.toBbox(crowd['segmentation']).tolist()
    assert not any(crowd['keypoints']) and len(crowd['keypoints']) == 51


def test_unlabelled_people_have_a_segmentation_and_no_keypoints():
    settings = Settings(**{**PEOPLE_ONLY, 'unlabelled': 1.0})
    annotations = [a for i in range(10) for a in make_scene(0, i, settings).annotations]
    unlabelled = [a for a in annotations if a['num_keypoints'] == 0]
    assert unlabelled and all(a['segmentation'] and not a['iscrowd'] for a in unlabelled)
    assert not any(v for a in unlabelled for v in a['keypoints'])


def test_empty_images_and_number_of_people():
    assert make_scene(0, 0, Settings(**{**PEOPLE_ONLY, 'empty': 1.0})).annotations == []
    counts = [
        len(make_scene(0, i, Settings(people=(2, 3), **PEOPLE_ONLY)).annotations) for i in range(20)
    ]
    assert max(counts) == 3 and np.mean(counts) > 2  # a few stand outside the frame


def person(box, *points):
    return dict(bbox=box, keypoints=[v for x, y in points for v in (x, y, 2)])


def test_crowd_index_by_hand():
    # The first box holds two keypoints of its own and one of the second: 1 / 2. The second: 0.
    first = person([0, 0, 10, 10], (1, 1), (9, 9))
    second = person([8, 8, 30, 30], (9.5, 9.5), (30, 30))
    second['bbox'] = [9.2, 9.2, 30, 30]
    assert crowd_index([first, second]) == pytest.approx((1 / 2 + 0) / 2)
    assert crowd_index([first]) == crowd_index([]) == 0.0
    # Six keypoints of three others against two of one's own count as 1; in their boxes is nobody.
    others = [person([50 + i, 50, 1, 1], (5, 5), (6, 6)) for i in range(3)]
    assert crowd_index([first, *others]) == pytest.approx((1 + 0 + 0 + 0) / 4)


def test_crowding_raises_the_crowd_index():
    means = [
        np.mean(
            [
                make_scene(0, i, Settings((96, 96), crowding=c, people=(3, 5))).crowd_index
                for i in range(80)
            ]
        )
        for c in (0.0, 0.5, 1.0)
    ]
    assert means[0] + 0.05 < means[1] < means[2] - 0.05


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(keypoints='mpii'), "keypoints must be one of .*'mpii'"),
        (dict(size=(16, 64)), 'at least 32x32'),
        (dict(people=(3, 2)), 'ascending range'),
        (dict(crowding=1.5), 'crowding must lie between 0 and 1, got 1.5'),
        (dict(loose_limbs=-1), 'loose_limbs must not be negative'),
    ],
)
def test_bad_settings_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Settings(**kwargs)
