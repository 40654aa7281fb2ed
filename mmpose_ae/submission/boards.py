"""The benchmarks: which images, how many keypoints, and what the file is called."""

from typing import NamedTuple


class Board(NamedTuple):
    """A benchmark whose predictions are a list of people in COCO's format.

    Attributes:
        num_keypoints (int): Of a person.
        dataset (str): The class of datasets whose keypoints they are.
        info (str): The file that lists the images, where docs/datasets.md puts it.
        images (str): Their folder.
        file_name (str): What the file is called, with ``{}`` for the name of the method.
        zipped (bool): Whether a server takes it, in a zip file of the same stem.
    """

    num_keypoints: int
    dataset: str
    info: str
    images: str
    file_name: str
    zipped: bool


def name_file(pattern: str, method: str) -> str:
    """Put the name of a method into the name of a file.

    Args:
        pattern (str): The name of the file, with ``{}``.
        method (str): Name of the method: letters, digits, ``-`` and ``.``.

    Returns:
        str: The name.

    Raises:
        ValueError: If the name of the method has other characters, or none.
    """
    if not method or not all(c.isascii() and (c.isalnum() or c in '-.') for c in method):
        raise ValueError(
            'name must be letters, digits, "-" and ".", without "_", which separates the '
            f'parts of the name of the file, got {method!r}'
        )
    return pattern.format(method)


BOARDS = dict(
    coco=Board(
        17,
        'CocoDataset',
        'data/coco/annotations/image_info_test-dev2017.json',
        'data/coco/test2017/',
        'person_keypoints_test-dev2017_{}_results.json',
        zipped=True,
    ),
    crowdpose=Board(
        14,
        'CrowdPoseDataset',
        'data/crowdpose/annotations/mmpose_crowdpose_test.json',
        'data/crowdpose/images/',
        'keypoints_crowdpose-test_{}_results.json',
        zipped=False,
    ),
    ochuman=Board(
        17,
        'OCHumanDataset',
        'data/ochuman/annotations/ochuman_coco_format_test_range_0.00_1.00.json',
        'data/ochuman/images/',
        'keypoints_ochuman-test_{}_results.json',
        zipped=False,
    ),
)
# Boards with files of their own.
MPII_FILE = 'pred_keypoints_mpii_multi.mat'
MPII_GROUPS = 1758
POSETRACK_FILE = 'posetrack18_{}.zip'
