"""Checks and corrections that all datasets in COCO's format share."""

import os.path as osp
from collections import defaultdict
from typing import Dict, List, Optional, Tuple

import numpy as np
from mmengine.logging import MessageHub, print_log

from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.options import check_count

from .annotation_file import read_annotation_file
from .ledger import AnnotationError
from .unannotated import is_annotated

NOBODY = -1  # the track of somebody who is not followed


class BottomupAnnotations:
    """Mixin for MMPose's COCO-style datasets: files are checked and repaired as a whole.

    What is repaired and left out is counted in the log. Images without any annotation are left
    out of training and kept in testing, as in MMPose; so are those whose ``is_labeled`` is false.
    Images in which nobody is labelled stay in training: they have no targets, and a mask where the
    unlabelled people are.

    Frames of videos keep ``video_id`` and ``frame_id`` of the file's images, and people their
    ``track_id``, for :class:`ClipDataset`.

    ``filter_cfg=dict(max_people=N)`` leaves images with more labelled people out of training.
    """

    @classmethod
    def _load_metainfo(cls, metainfo: Optional[dict] = None) -> dict:
        metainfo = cls.METAINFO if metainfo is None else metainfo
        if not metainfo or not isinstance(metainfo, dict):
            return super()._load_metainfo(metainfo)
        return load_metainfo(metainfo)

    def _load_annotations(self) -> Tuple[List[dict], List[dict]]:
        """Read the file once, in the place of MMPose's COCO API.

        Returns:
            tuple: Annotations as :meth:`parse_data_info` gives them, and images.
        """
        content = self._read_content()
        folder = self.data_prefix['img']
        remember_image_folder(self.ann_file, folder)
        self._metainfo['CLASSES'] = content.get('categories', [])
        people: Dict[int, List[dict]] = defaultdict(list)
        for ann in content.get('annotations', []):
            people[ann['image_id']].append(ann)
        images = [i for i in content['images'] if i['id'] % self.sample_interval == 0]
        images = images if self.test_mode else self._drop_unannotated(images)
        instances = []
        for image in images:
            image['img_id'] = image['id']
            image['img_path'] = osp.join(folder, image['file_name'])
            for ann in people[image['id']]:
                instances.append(self.parse_data_info(dict(raw_ann_info=ann, raw_img_info=image)))
        return instances, images

    def _drop_unannotated(self, images: List[dict]) -> List[dict]:
        """Leave out of training what nobody has annotated, which says nothing of where people are.

        In testing it is kept, as a crowd.
        """
        kept = [image for image in images if is_annotated(image)]
        if len(kept) < len(images):
            print_log(
                f'annotation file {self.ann_file}: {len(images) - len(kept)} of {len(images)} '
                'images are not annotated (is_labeled) and are left out of training',
                'current',
            )
        return kept

    def _read_content(self) -> dict:
        """Read the annotation file, checked and repaired."""
        folder = self.data_prefix['img']
        return read_annotation_file(self.ann_file, self.metainfo['num_keypoints'], folder)

    def load_data_list(self) -> List[dict]:
        """Load the annotations.

        Returns:
            list[dict]: One per image, or per person in top-down mode.

        Raises:
            FileNotFoundError: If there is no such file.
            AnnotationError: If there is nobody to train on, nothing to test on, or something in
                the file cannot be right.
        """
        data_list = super().load_data_list()
        if self.test_mode:
            if not data_list:
                raise AnnotationError(f'annotation file {self.ann_file} has nothing to test on')
            return data_list
        if not any(np.any(data['keypoints_visible'] > 0) for data in data_list):
            raise AnnotationError(
                f'annotation file {self.ann_file} has no labelled person to train on '
                f'({len(data_list)} images with annotations, no keypoint with visibility 1 or 2)'
            )
        return data_list

    def filter_data(self) -> List[dict]:
        """Leave out what ``filter_cfg`` says, which may have ``max_people`` besides MMPose's.

        Raises:
            ValueError: If ``filter_cfg`` has other options, ``max_people`` is asked for in testing,
                where every image counts, or in top-down mode.
            AnnotationError: If no image is left.
        """
        options = self.filter_cfg or {}
        unknown = sorted(set(options) - {'bbox_score_thr', 'max_people'})
        if unknown:
            raise ValueError(
                f'filter_cfg has no option {unknown[0]!r}, only bbox_score_thr and max_people'
            )
        data_list = super().filter_data()
        if 'max_people' not in options:
            return data_list
        if self.test_mode or self.data_mode != 'bottomup':
            raise ValueError('max_people of filter_cfg is for training in bottomup mode only')
        most = options['max_people']
        check_count('max_people of filter_cfg', most)
        kept = [data for data in data_list if _count_people(data) <= most]
        outcome = (
            f'annotation file {self.ann_file}: {len(data_list) - len(kept)} of {len(data_list)} '
            f'images have more than max_people={most} labelled people'
        )
        if not kept:
            raise AnnotationError(f'{outcome}: none is left to train on')
        print_log(f'{outcome} and are left out of training', 'current')
        return kept

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """Parse one annotation.

        Args:
            raw_data_info (dict): ``raw_ann_info`` and ``raw_img_info``, as
                :func:`read_annotation_file` gives them.

        Returns:
            dict: As MMPose's.
        """
        data_info = super().parse_data_info(raw_data_info)
        if data_info['iscrowd']:  # CrowdPose labels single heads in crowd regions
            data_info['keypoints_visible'] = np.zeros_like(data_info['keypoints_visible'])
        if data_info['segmentation'] is None:  # MMPose joins those of an image: None breaks it
            data_info['segmentation'] = {}
        track = raw_data_info['raw_ann_info'].get('track_id')
        data_info['track_id'] = NOBODY if track is None else track
        return data_info

    def _get_bottomup_data_infos(
        self, instance_list: List[dict], image_list: List[dict]
    ) -> List[dict]:
        """Join the people of each image; say how large it was, and where in a video it is."""
        data_list = super()._get_bottomup_data_infos(instance_list, image_list)
        if len(data_list) < len(image_list):
            print_log(
                f'annotation file {self.ann_file}: {len(image_list) - len(data_list)} of '
                f'{len(image_list)} images have no annotation and are left out of training',
                'current',
            )
        images = {image['id']: image for image in image_list}
        return [dict(data, **_describe(images[data['img_id']])) for data in data_list]


def _describe(image: dict) -> dict:
    """Size of an image when it was annotated, and of which video it is which frame."""
    described = dict(annotated_size=(image['width'], image['height']))
    video = image.get('video_id', image.get('vid_id'))  # COCO's way, and PoseTrack18's
    if video is not None and 'frame_id' in image:
        described.update(video_id=video, frame_id=image['frame_id'])
    return described


def _count_people(data: dict) -> int:
    """Number of people in an image with a labelled keypoint."""
    return int((data['keypoints_visible'] > 0).any(axis=1).sum())


def remember_image_folder(ann_file: str, folder: str) -> None:
    """Note for metrics, which know the annotation file alone, where its images are."""
    hub = MessageHub.get_current_instance()
    hub.update_info(f'images of {osp.abspath(ann_file)}', folder, resumed=False)


def recall_image_folder(ann_file: str) -> Optional[str]:
    """Find out where the images of a file are; None if no dataset of this run has read it."""
    hub = MessageHub.get_current_instance()
    return hub.get_info(f'images of {osp.abspath(ann_file)}', None)
