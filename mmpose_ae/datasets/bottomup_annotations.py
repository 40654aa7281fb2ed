"""Checks and corrections that all datasets in COCO's format share."""

import json
from typing import List, Optional, Tuple

import numpy as np

from .annotations import keypoint_array


class BottomupAnnotations:
    """Mixin for MMPose's COCO-style datasets: bad annotations are named, crowds are no people.

    Images without any annotation are left out of training and kept in testing, as in MMPose.
    Images in which nobody is labelled stay in training: they have no targets, and a mask
    where the unlabelled people are.
    """

    def _load_annotations(self) -> Tuple[List[dict], List[dict]]:
        try:
            return super()._load_annotations()
        except json.JSONDecodeError as error:
            raise ValueError(
                f'annotation file {self.ann_file} is not valid JSON: {error}'
            ) from error

    def load_data_list(self) -> List[dict]:
        """Load the annotations.

        Returns:
            list[dict]: One per image, or per person in top-down mode.

        Raises:
            ValueError: If there is nobody to train on, or an annotation is malformed.
        """
        data_list = super().load_data_list()
        if self.test_mode:
            return data_list
        if not any(np.any(data['keypoints_visible'] > 0) for data in data_list):
            raise ValueError(
                f'annotation file {self.ann_file} has no labelled person to train on '
                f'({len(data_list)} images with annotations, no keypoint with visibility 1 or 2)'
            )
        return data_list

    def parse_data_info(self, raw_data_info: dict) -> Optional[dict]:
        """Parse one annotation.

        Args:
            raw_data_info (dict): ``raw_ann_info`` and ``raw_img_info``, as read from the file.

        Returns:
            dict | None: As MMPose's; None for an annotation without keypoints or box.

        Raises:
            ValueError: If the keypoints do not fit the dataset.
        """
        ann = raw_data_info['raw_ann_info']
        if 'keypoints' in ann:
            keypoints = keypoint_array(ann, self.metainfo['num_keypoints'])
            ann.setdefault('num_keypoints', int((keypoints[:, 2] > 0).sum()))
        data_info = super().parse_data_info(raw_data_info)
        if data_info is None:
            return None
        if data_info['iscrowd']:  # CrowdPose labels single heads in crowd regions
            data_info['keypoints_visible'] = np.zeros_like(data_info['keypoints_visible'])
        if data_info['segmentation'] is None:  # MMPose joins those of an image: None breaks it
            data_info['segmentation'] = {}
        return data_info
