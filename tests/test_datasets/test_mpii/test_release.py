"""The authors' files of MPII: everything that they say, and fields that are empty or missing."""

import json

import golden
import mpii_people
import numpy as np
import pytest
from mpii_people import make_images, points, write_structs
from scipy.io import savemat

from mmpose_ae.datasets.mpii import MpiiImage, read_release, to_coco, write_release

GROUPS = golden.subject_files('mpii_multi', '*_groups.json')


def test_written_and_read(tmp_path):
    write_release(tmp_path / 'mpii.mat', tmp_path / 'groups.mat', make_images())
    found = read_release(str(tmp_path / 'mpii.mat'), str(tmp_path / 'groups.mat'))
    assert to_coco(found) == to_coco(make_images())
    assert [image.is_train for image in found] == [True, True, True, False]
    assert found[0].groups == [[2, 1], [3]] and found[0].single == [3]
    without = read_release(str(tmp_path / 'mpii.mat'))
    assert [image.groups for image in without] == [[]] * 4


@pytest.mark.parametrize('path', GROUPS)
def test_groups_are_the_toolkits(path, tmp_path):
    """Of both splits, through the files: image numbers within the split, and rectangles."""
    vector = json.loads(path.read_text())
    rows = zip(vector['img_train'], vector['groups'], vector['single_person'])
    people = [mpii_people.make_person(i, labelled=False) for i in range(1, 31)]
    images = [
        MpiiImage(i, f'{i}.jpg', people, bool(train), single, groups)
        for i, (train, groups, single) in enumerate(rows, 1)
    ]
    write_release(tmp_path / 'mpii.mat', tmp_path / 'groups.mat', images)
    images = read_release(str(tmp_path / 'mpii.mat'), str(tmp_path / 'groups.mat'))
    for split in (0, 1):
        chosen = [image for image in images if image.is_train == bool(split)]
        found = [(i, g) for i, image in enumerate(chosen, 1) for g in image.crowded_groups()]
        assert [i for i, _ in found] == vector[f'image_index_train{split}']
        assert [group for _, group in found] == vector[f'rects_train{split}']


def test_fields_of_all_kinds(tmp_path):
    """Visibility as a number, as text, empty or not there; rectangles without this or that."""
    path = str(tmp_path / 'mpii.mat')
    names = ('x', 'y', 'id', 'is_visible')
    rows = [(1, 2, 0, 1), (3, 4, 1, 0), (5, 6, 2, '1'), (7, 8, 3, '0'), (9, 9, 9, np.zeros((0, 0)))]
    rects = [
        dict(x1=1, y1=2, x2=4, y2=6, annopoints=points(*rows, names=names)),
        dict(annopoints=points((11, 12, 6.0))),
        dict(scale=2, objpos=mpii_people.struct_array([dict(x=21, y=31)], ['x', 'y'])),
        dict(x1=1, y1=2, x2=4),
    ]
    write_structs(path, rects)
    ((first, second, third, fourth),) = [image.people for image in read_release(path)]
    assert first.keypoints[[0, 1, 2, 3, 9]].tolist() == [
        [0, 1, 2], [2, 3, 1], [4, 5, 2], [6, 7, 1], [8, 8, 2]
    ]  # fmt: skip
    assert (first.keypoints[[4, 5, 15]] == 0).all() and first.head_box.tolist() == [0, 1, 3, 5]
    assert second.keypoints[6].tolist() == [10, 11, 2] and second.scale is second.center is None
    assert third.center.tolist() == [20, 30] and third.scale == 2 and third.rect_id == 3
    assert fourth.head_box is None and not fourth.keypoints.any()


def test_boxes(tmp_path):
    """Of keypoints and head; of who has no keypoints a square as high as the person."""
    labelled, _, unlabelled, *_ = mpii_people.annotations_of(make_images())
    assert labelled['bbox'] == [20, 20, 15, 15]
    assert unlabelled['bbox'] == [34 - 10, 34 - 10, 20, 20] and not any(unlabelled['keypoints'])
    assert labelled['groups'] == [[0, 1]] and unlabelled['groups'] == []


def test_an_image_without_people(tmp_path):
    write_structs(tmp_path / 'mpii.mat', [])
    (image,) = read_release(str(tmp_path / 'mpii.mat'))
    assert image.people == [] and image.name == 'a.jpg'


@pytest.mark.parametrize(
    'rect, message',
    [
        (
            dict(annopoints=points((1, 2, 16))),
            r'image 1 \(a.jpg\), rectangle 1: .* id 16.0, expected',
        ),
        (dict(annopoints=points((1, 2), names=('x', 'y'))), 'id None, expected 0 to 15'),
        (dict(annopoints=points((1, 2), names=('x', 'id'))), 'the point of id 2 has no x or y'),
    ],
)
def test_points_that_cannot_be_right_are_named(rect, message, tmp_path):
    write_structs(tmp_path / 'mpii.mat', [rect])
    with pytest.raises(ValueError, match=message):
        read_release(str(tmp_path / 'mpii.mat'))


def test_files_that_are_something_else_are_named(tmp_path):
    path = str(tmp_path / 'mpii.mat')
    with pytest.raises(FileNotFoundError):
        read_release(path)
    (tmp_path / 'mpii.mat').write_text('{"images": []}')
    with pytest.raises(ValueError, match='mpii.mat is not a MATLAB file up to version 7'):
        read_release(path)
    write_structs(path, [], name='annolist')
    with pytest.raises(ValueError, match="mpii.mat has no variable 'RELEASE'"):
        read_release(path)
    savemat(path, dict(RELEASE=dict(act=1)))
    with pytest.raises(ValueError, match='RELEASE has no annolist'):
        read_release(path)
    write_structs(path, [], img_train=(1, 0))
    with pytest.raises(ValueError, match='img_train is of 2 images, but annolist has 1'):
        read_release(path)


def test_groups_of_another_release_are_named(tmp_path):
    path, groups = tmp_path / 'mpii.mat', tmp_path / 'groups.mat'
    write_release(path, groups, make_images(2))
    write_structs(path, [dict(scale=1)])
    with pytest.raises(ValueError, match='groups is of 2 images, but annolist has 1'):
        read_release(str(path), str(groups))
    write_release(path, groups, make_images(2)[:1])
    write_structs(path, [dict(scale=1)])
    with pytest.raises(ValueError, match='groups.mat: image 1 .* rectangle 2, but the image has 1'):
        read_release(str(path), str(groups))
