"""Which files the published datasets consist of, and whether they are there."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple, Union

from .annotation_file import load_content
from .image_entries import has_size
from .image_size import image_size, size_mismatch
from .mpii import NOT_PUBLISHED

SIZES_READ = 20  # images of a file, spread over it, whose sizes are compared


@dataclass(frozen=True)
class AnnotationFile:
    """One annotation file and the images it lists.

    Attributes:
        path (str): File under the dataset's folder.
        folder (str): Folder of the images, under the dataset's folder.
        count (int): Images in the file; in lists of people, as MMPose has them of MPII, people.
    """

    path: str
    folder: str
    count: int


@dataclass(frozen=True)
class Layout:
    """The files of a dataset, and where its authors publish them.

    Attributes:
        source (str): Where to get them.
        files (tuple[AnnotationFile]): Annotations, and the images that they list.
        others (tuple[str]): Further files under the dataset's folder.
    """

    source: str
    files: Tuple[AnnotationFile, ...]
    others: Tuple[str, ...] = ()


LAYOUTS: Dict[str, Layout] = dict(
    coco=Layout(
        'https://cocodataset.org/#download (2017 Train and Val images, Train/Val annotations)',
        (
            AnnotationFile('annotations/person_keypoints_train2017.json', 'train2017', 118287),
            AnnotationFile('annotations/person_keypoints_val2017.json', 'val2017', 5000),
        ),
    ),
    crowdpose=Layout(
        'https://github.com/Jeff-sjtu/CrowdPose (images and annotations; then merge train and '
        'val with tools/dataset_converters/merge_crowdpose.py)',
        (
            AnnotationFile('annotations/mmpose_crowdpose_trainval.json', 'images', 12000),
            AnnotationFile('annotations/mmpose_crowdpose_test.json', 'images', 8000),
        ),
    ),
    ochuman=Layout(
        'https://github.com/liruilong940607/OCHumanApi (images and COCO-style annotations)',
        (
            AnnotationFile(
                'annotations/ochuman_coco_format_val_range_0.00_1.00.json', 'images', 2500
            ),
            AnnotationFile(
                'annotations/ochuman_coco_format_test_range_0.00_1.00.json', 'images', 2231
            ),
        ),
    ),
    mpii=Layout(
        'http://human-pose.mpi-inf.mpg.de (images, annotations, and groups_v12.mat of the '
        'evaluation toolkit)',
        (AnnotationFile('annotations/mpii_human_pose_v1_u12_1.mat', 'images', 24987),),
        ('annotations/groups_v12.mat',),
    ),
)


def find_problems(layout: Layout, root: Union[str, Path]) -> List[str]:
    """Look for the files of a dataset.

    Args:
        layout (Layout): What there should be.
        root (str | Path): The dataset's folder.

    Returns:
        list[str]: A sentence for each thing that is missing, unreadable or incomplete, and for
        images of another size than annotated, by some of them.
    """
    root = Path(root)
    problems = [problem for file in layout.files for problem in _check_file(file, root)]
    others = [root / path for path in layout.others]
    return problems + [f'{path} is missing' for path in others if not path.is_file()]


def _check_file(file: AnnotationFile, root: Path) -> List[str]:
    path, folder = root / file.path, root / file.folder
    if not path.is_file():
        return [f'{path} is missing']
    try:
        content = _read(path)
        listed = _listed_images(content)
    except (ValueError, KeyError, TypeError) as error:
        return [f'{path} is not an annotation file: {error!r}']
    problems = []
    if len(listed) != file.count:
        problems.append(f'{path} has {len(listed)} entries instead of {file.count}')
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    missing = sorted(set(listed) - present - set(NOT_PUBLISHED))
    if missing:
        problems.append(
            f'{folder} lacks {len(missing)} of the {len(set(listed))} images of {path.name}, '
            f'the first is {missing[0]}'
        )
    sized = [] if isinstance(content, list) else [i for i in content['images'] if has_size(i)]
    return problems + _check_sizes([i for i in sized if i['file_name'] in present], folder)


def _check_sizes(images: List[dict], folder: Path) -> List[str]:
    """Compare the sizes of some images with what is said of them, up to the first that differs."""
    for image in images[:: len(images) // SIZES_READ + 1]:
        path = str(folder / image['file_name'])
        try:
            problem = size_mismatch(path, (image['width'], image['height']), image_size(path))
        except OSError as error:
            problem = f'{path} is not an image: {error}'
        if problem:
            return [problem]
    return []


def _read(path: Path) -> Union[dict, list]:
    """Content of an annotation file; that of the authors of MPII in COCO's format."""
    return load_content(str(path)) if path.suffix == '.mat' else json.loads(path.read_text())


def _listed_images(content: Union[dict, list]) -> List[str]:
    """File names in the order of the file: COCO's format, or MMPose's list of people."""
    if isinstance(content, list):
        return [person['image'] for person in content]
    return [image['file_name'] for image in content['images']]
