"""A check of an annotation file and its images, without training."""

import json
import os.path as osp
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Union

from tqdm import tqdm

from mmpose_ae.whole_files import write_whole

from .annotation_file import load_content, review
from .annotations import is_labelled
from .image_entries import has_size
from .image_size import image_size, size_mismatch
from .ledger import Ledger


@dataclass
class Report:
    """What a check found.

    Attributes:
        content (dict): The file, repaired where that is certain.
        ledger (Ledger): Faults, and what was repaired and left out.
    """

    content: dict
    ledger: Ledger

    def verdict(self) -> str:
        """Say what a file without faults can be used for, and how many are in it."""
        use = ''
        if not any(map(is_labelled, self.content.get('annotations', []))):
            use = ' for testing only, since nobody is labelled'
        if 'annotations' not in self.content:
            use += " (it has no key 'annotations')"
        return f'can be used{use}: {self.counts()}'

    def counts(self) -> str:
        """Say how many images and people there are."""
        annotations = self.content.get('annotations', [])
        crowds = sum(bool(ann['iscrowd']) for ann in annotations)
        labelled = sum(map(is_labelled, annotations))
        return (
            f'{len(self.content["images"])} images, {labelled} people with keypoints, '
            f'{len(annotations) - labelled - crowds} without, {crowds} crowds'
        )

    def write(self, path: Union[str, Path]) -> None:
        """Write the repaired file, as a whole or not at all; its folder is made if missing.

        Raises:
            ValueError: If something has that name already.
            OSError: It cannot be written.
        """
        refuse_taken(path)
        write_whole(path, json.dumps(self.content).encode())


def refuse_taken(path: Union[str, Path]) -> None:
    """Refuse a name that is taken; ValueError says so."""
    if osp.lexists(path):
        raise ValueError(f'{path} is there already: choose another name')


def check_annotation_file(
    path: str, image_folder: Optional[str] = None, num_keypoints: Optional[int] = None
) -> Report:
    """Check an annotation file as training and metrics read it, and the images that it lists.

    Args:
        path (str): In COCO's format.
        image_folder (str, optional): Where the images are. Without it they are not looked at.
        num_keypoints (int, optional): How many keypoints the dataset has. None is as many as most
            annotations have.

    Returns:
        Report: All faults.

    Raises:
        FileNotFoundError: If there is no such annotation file.
        ValueError: If it is not JSON.
    """
    content, ledger = load_content(path), Ledger(path)
    review(content, ledger, num_keypoints, image_folder)
    if image_folder is not None and isinstance(content, dict):
        for fault in find_image_faults(content.get('images', []), image_folder):
            ledger.refuse(fault)
    return Report(content, ledger)


def find_image_faults(images: List[dict], folder: str) -> List[str]:
    """Compare images with their entries in an annotation file; only their headers are read.

    Args:
        images (list[dict]): Entries with ``file_name``, ``width`` and ``height``; others are passed
            over.
        folder (str): Where the image files are.

    Returns:
        list[str]: A sentence for each image that is missing, not an image, or of another size.
    """
    faults = []
    for image in tqdm(images, desc='images', disable=len(images) < 2):
        if not isinstance(image.get('file_name'), str) or not has_size(image):
            continue
        path = osp.join(folder, image['file_name'])
        try:
            found = image_size(path)
        except FileNotFoundError:
            faults.append(f'image file {path} is missing')
        except OSError as error:
            faults.append(f'image file {path} cannot be read: {error}')
        else:
            mismatch = size_mismatch(path, (image['width'], image['height']), found)
            faults += [mismatch] if mismatch else []
    return faults
