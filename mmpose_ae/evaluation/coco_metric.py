"""COCO's average precision, of the people that training sees."""

import logging
from typing import Any, Dict, Hashable, List, Optional, Set, Tuple

from mmengine.logging import MessageHub, print_log
from mmpose.evaluation.metrics import CocoMetric as _CocoMetric
from xtcocotools.coco import COCO

from mmpose_ae.datasets.annotation_file import count_keypoints, read_annotation_file
from mmpose_ae.datasets.bottomup_annotations import recall_image_folder
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.options import check_count
from mmpose_ae.registry import METRICS

from .subset_precision import subset_precisions


@METRICS.register_module()
class CocoMetric(_CocoMetric):
    """MMPose's metric on an annotation file that is read as datasets read it.

    Args:
        ann_file (str, optional): Annotation file in COCO's format. None is that of the dataset.
        worst_images (int): Compute the AP of each image by itself, too: ``AP per image`` is the
            mean over the images with people, and the log names so many of the worst. 0 does not.
        **options: MMPose's.

    Raises:
        ValueError: If the file lacks what this evaluation needs; names the file.
    """

    def __init__(
        self, ann_file: Optional[str] = None, worst_images: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        check_count('worst_images', worst_images)
        self.ann_file = ann_file
        self.worst_images = worst_images
        if ann_file is not None:
            self.coco = self._read_truth()

    @property
    def dataset_meta(self) -> Optional[dict]:
        """The metainfo of the dataset."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, meta: Dict) -> None:
        """Set the metainfo, and check that the annotation file goes with it."""
        count = meta.get('num_keypoints')
        if self.coco is None:
            hub = MessageHub.get_current_instance()
            self.ann_file = hub.get_info(f'{meta.get("dataset_name")}_ann_file', None)
            self.coco = None if self.ann_file is None else self._read_truth(count)
        elif self._has_other_count(count):
            self.coco = self._read_truth(count)  # raises, unless nobody is labelled
        if not self.format_only and not len(meta.get('sigmas', [0])):
            raise ValueError(f'metainfo {meta.get("dataset_name")!r} has no sigmas to compute OKS')
        _CocoMetric.dataset_meta.fset(self, meta)

    def _has_other_count(self, num_keypoints: Optional[int]) -> bool:
        if self.ann_file is None or self.gt_converter is not None or num_keypoints is None:
            return False
        return num_keypoints != count_keypoints(self.coco.dataset)

    def _read_truth(self, num_keypoints: Optional[int] = None) -> COCO:
        folder = recall_image_folder(self.ann_file)
        # A dataset that has read the file has also said what was repaired.
        content = read_annotation_file(self.ann_file, num_keypoints, folder, log=folder is None)
        if not self.format_only:
            self._check_truth(content)
        coco = COCO()
        coco.anno_file = [self.ann_file]  # where xtcocotools reads crowd indices
        coco.dataset = content
        coco.createIndex()
        return coco

    def _check_truth(self, content: dict) -> None:
        ledger = Ledger(self.ann_file)
        if 'annotations' not in content:
            ledger.refuse('expected annotations, unless results are to be written only')
        if self.iou_type == 'keypoints_crowd':
            for image in content['images']:
                if 'crowdIndex' not in image:
                    ledger.refuse(
                        f'image {image["id"]} ({image["file_name"]}) has no crowdIndex, which '
                        "iou_type='keypoints_crowd' needs; CrowdSubsetMetric computes it, and "
                        "'keypoints' does without"
                    )
        ledger.raise_findings()

    def compute_metrics(self, results: list) -> Dict[str, float]:
        """Compute the metrics of all processes' results, and log how many images have none.

        Args:
            results (list): A prediction and a truth of each sample, as MMPose's metric keeps them.

        Returns:
            dict: Values by name.
        """
        metrics = super().compute_metrics(results)
        if self.ann_file is not None and not self.format_only:  # else the results carry the truth
            self._tell_unpredicted({prediction['img_id'] for prediction, _ in results})
        return metrics

    def _tell_unpredicted(self, predicted: Set[int]) -> None:
        """Log how many images with people who count have no prediction, if any."""
        wanted = {
            ann['image_id']
            for ann in self.coco.dataset['annotations']
            if not ann['iscrowd'] and ann['num_keypoints'] > 0
        }
        absent = len(wanted - predicted)
        if absent:
            print_log(
                f'{absent} of {len(wanted)} images with people were not predicted and count as '
                'missed',
                'current',
                logging.WARNING,
            )

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> List[Tuple[str, float]]:
        whole = super()._do_python_keypoint_eval(outfile_prefix)
        if not self.worst_images:
            return whole
        images = {image: [image] for image in self.coco.getImgIds()}
        found = self._precisions(outfile_prefix, images)
        known = {image: value for image, value in found.items() if value > -1}
        if not known:
            return [*whole, ('AP per image', -1.0)]
        worst = sorted(known, key=known.get)[: self.worst_images]
        names = [self.coco.imgs[image].get('file_name', image) for image in worst]
        lines = [f'{known[image]:.3f} {name}' for image, name in zip(worst, names)]
        head = f'AP of the worst of {len(known)} images with people:'
        print_log('\n  '.join([head, *lines]), 'current')
        return [*whole, ('AP per image', sum(known.values()) / len(known))]

    def _precisions(
        self, outfile_prefix: str, subsets: Dict[Hashable, List[int]]
    ) -> Dict[Hashable, float]:
        """AP on subsets of the images, of the results that were written."""
        detections = self.coco.loadRes(f'{outfile_prefix}.keypoints.json')
        options = dict(
            iouType=self.iou_type, sigmas=self.dataset_meta['sigmas'], use_area=self.use_area
        )
        return subset_precisions(self.coco, detections, subsets, **options)
