"""People as MPII's files have them, for tests."""

import json

import cv2
import numpy as np
from scipy.io import savemat

from mmpose_ae.datasets.mpii import MpiiImage, MpiiPerson, to_coco, write_release
from mmpose_ae.datasets.mpii.mat_struct import cell, struct_array

SIZE = (64, 48)


def make_person(rect_id, place=20.0, labelled=True):
    """Somebody whose keypoints lie on a diagonal from a place on."""
    keypoints = np.zeros((16, 3))
    if labelled:
        keypoints[:, :2] = place + np.arange(16)[:, None]
        keypoints[:, 2] = 2
        keypoints[3, 2] = 1
        keypoints[5] = 0
    head = place + np.array([9.0, 9.0, 14.0, 15.0])
    return MpiiPerson(keypoints, np.full(2, place + 4), 0.1, head if labelled else None, rect_id)


def make_images(count=4):
    """Images of two people who are a group, and of one without keypoints; the last for testing."""
    people = [make_person(1), make_person(2, 10.0), make_person(3, 30.0, labelled=False)]
    return [
        MpiiImage(i, f'{i:03d}.jpg', people, i < count, single=[3], groups=[[2, 1], [3]])
        for i in range(1, count + 1)
    ]


def write_files(root, count=4):
    """Write these as the authors' files and their pictures; give the options of a dataset."""
    (root / 'images').mkdir()
    for image in make_images(count):
        cv2.imwrite(str(root / 'images' / image.name), np.full((SIZE[1], SIZE[0], 3), 99, np.uint8))
    write_release(root / 'mpii.mat', root / 'groups.mat', make_images(count))
    return dict(
        data_root=str(root), ann_file='mpii.mat', groups_file='groups.mat',
        data_prefix=dict(img='images/'),
    )  # fmt: skip


def write_structs(path, rects, img_train=(1,), single=((),), name='RELEASE'):
    """Write one image with rectangles as they are given, dicts of fields."""
    names = sorted({key for rect in rects for key in rect})
    rows = [{key: rect.get(key, np.zeros((0, 0))) for key in names} for rect in rects]
    image = struct_array([dict(name='a.jpg')], ['name'])
    annolist = [dict(image=image, annorect=struct_array(rows, names) if rows else np.zeros((0, 0)))]
    release = dict(
        annolist=struct_array(annolist, ['image', 'annorect']),
        img_train=np.array([img_train]),
        single_person=cell([np.array(s, float) for s in single]),
    )
    savemat(path, {name: release})


def points(*rows, names=('x', 'y', 'id')):
    """The field annopoints."""
    point = struct_array([dict(zip(names, row)) for row in rows], names)
    return struct_array([dict(point=point)], ['point'])


def write_list(path, **changes):
    """Write MMPose's list of two people in one image, and one in another; changes of the first."""
    entry = dict(
        image='a.jpg',
        center=[31, 21],
        scale=0.1,
        joints=[[11 + i, 21 + i] for i in range(15)] + [[-1, -1]],
        joints_vis=[1] * 15 + [0],
    )
    entries = [dict(entry, **changes), dict(entry, image='b.jpg'), entry]
    path.write_text(json.dumps(entries))
    return str(path)


def annotations_of(images):
    return to_coco(images)['annotations']
