"""The benchmarks: which images, how many keypoints, and what the file is called."""

from typing import NamedTuple


class Board(NamedTuple):
    """A benchmark whose predictions are a list of people in COCO's format.

    Attributes:
        num_keypoints (int): Of a person.
        info (str): The file that lists the images, where docs/datasets.md puts it.
        images (str): Their folder.
        file_name (str): What the file is called, with ``{}`` for the name of the method.
        zipped (bool): Whether a server takes it, in a zip file of the same name.
    """

    num_keypoints: int
    info: str
    images: str
    file_name: str
    zipped: bool

    def stem(self, method: str) -> str:
        """Name the file, without its suffix.

        Args:
            method (str): Name of the method: letters, digits, ``-`` and ``.``.

        Returns:
            str: The name.

        Raises:
            ValueError: If the name of the method has other characters, or none.
        """
        if not method or not all(c.isascii() and (c.isalnum() or c in '-.') for c in method):
            raise ValueError(
                f'name must be letters, digits, "-" and ".", without "_", which separates the '
                f'parts of the name of the file, got {method!r}'
            )
        return self.file_name.format(method)


BOARDS = dict(
    coco=Board(
        17,
        'data/coco/annotations/image_info_test-dev2017.json',
        'data/coco/test2017/',
        'person_keypoints_test-dev2017_{}_results',
        zipped=True,
    ),
    crowdpose=Board(
        14,
        'data/crowdpose/annotations/mmpose_crowdpose_test.json',
        'data/crowdpose/images/',
        'keypoints_crowdpose-test_{}_results',
        zipped=False,
    ),
    ochuman=Board(
        17,
        'data/ochuman/annotations/ochuman_coco_format_test_range_0.00_1.00.json',
        'data/ochuman/images/',
        'keypoints_ochuman-test_{}_results',
        zipped=False,
    ),
)
# Boards with files of their own.
MPII_FILE = 'pred_keypoints_mpii_multi.mat'
OTHER_BOARDS = ('mpii', 'posetrack')
