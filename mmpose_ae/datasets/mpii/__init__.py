"""MPII Human Pose: its files, its groups of people, and which images are for what."""

from .people import KEYPOINTS, MpiiImage, MpiiPerson, to_coco
from .person_list import is_person_list, read_person_list
from .predictions import GroupPredictions, read_predictions, write_predictions
from .release import read_release
from .subsets import HELD_OUT, NOT_PUBLISHED, SUBSETS, choose_images
from .writing import write_person_list, write_release

__all__ = [
    'GroupPredictions',
    'HELD_OUT',
    'KEYPOINTS',
    'NOT_PUBLISHED',
    'SUBSETS',
    'MpiiImage',
    'MpiiPerson',
    'choose_images',
    'is_person_list',
    'read_person_list',
    'read_predictions',
    'read_release',
    'to_coco',
    'write_person_list',
    'write_predictions',
    'write_release',
]
