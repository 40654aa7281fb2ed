"""The metric of instance segmentation: AP^r, and COCO's evaluation of masks."""

import json
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from mmpose_ae.registry import METRICS
from mmpose_ae.whole_files import write_whole
from projects.instance_segmentation.datasets.coco import read_coco
from projects.instance_segmentation.decoding.masks import decode_mask

from .coco_segm import annotate, coco_segm
from .region_precision import Judged, mask_overlaps, region_precision

VOLUME = tuple(np.arange(1, 10) / 10)


@METRICS.register_module()
class InstanceSegMetric(BaseMetric):
    """Evaluate masks.

    - ``AP_r_50``, ``AP_r_70``: AP^r at an overlap of more than 0.5 and 0.7, mean over categories.
    - ``AP_r_vol``: mean over the overlaps 0.1 to 0.9.
    - ``AP`` and the other numbers of COCO's evaluation of masks.

    AP^r is that of what is seen, without overlaps and without void pixels. COCO's evaluation takes
    the same, void being a crowd, or a file of annotations.

    Args:
        ann_file (str, optional): Annotations in COCO's format, for COCO's evaluation.
        out_file (str, optional): File in which masks are kept, in COCO's format of results: run
            lengths with image, category and score.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.
    """

    default_prefix = 'segm'

    def __init__(
        self, ann_file: Optional[str] = None, out_file: Optional[str] = None, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.ann_file = ann_file
        self.out_file = out_file

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Judge the masks of a batch.

        Args:
            data_batch (object): Not used.
            data_samples (sequence[dict]): With ``img_id``, ``read_instances``, which gives the
                image's :class:`InstanceMap`, and ``pred_instances``: ``masks``, D run
                lengths, ``labels`` (D,), the index of the category, and ``scores`` (D,).

        Raises:
            ValueError: If an image and its annotations are of different sizes.
        """
        for sample in data_samples:
            truth, found = sample['read_instances']().seen(), sample['pred_instances']
            sizes = {tuple(mask['size']) for mask in found['masks']} - {truth.labels.shape}
            if sizes:
                raise ValueError(
                    f'image {sample["img_id"]} ({sample.get("img_path")}) has masks of (H, W) = '
                    f'{sizes.pop()}, but annotated instances of {truth.labels.shape}'
                )
            labels, scores = np.asarray(found['labels']), np.asarray(found['scores'])
            overlaps = mask_overlaps(map(decode_mask, found['masks']), truth)
            annotations = [] if self.ann_file else annotate(truth, sample['img_id'], self._ids)
            predictions = [
                dict(
                    image_id=sample['img_id'],
                    category_id=int(self._ids[label]),
                    segmentation=mask,
                    score=float(score),
                )
                for mask, label, score in zip(found['masks'], labels, scores)
            ]
            height, width = truth.labels.shape
            image = dict(id=sample['img_id'], height=height, width=width)
            judged = Judged(scores, labels, overlaps, truth.categories)
            self.results.append((image, annotations, predictions, judged))

    @property
    def _ids(self) -> Sequence[int]:
        """Ids of the categories, by their index."""
        return self.dataset_meta['category_ids']

    def compute_metrics(self, results: List[tuple]) -> Dict[str, float]:
        """Compute all numbers.

        Args:
            results (list[tuple]): What :meth:`process` collects.

        Returns:
            dict: The metrics.

        Raises:
            ValueError: If ``ann_file`` lacks an image.
        """
        images, annotations, predictions, judged = zip(*results)
        judged = [Judged(*image) for image in judged]  # MMEngine makes tuples of them
        predictions = sum(predictions, [])
        if self.out_file:
            write_whole(self.out_file, json.dumps(predictions).encode())
        table = region_precision(judged, len(self._ids), VOLUME)
        table = table[:, ~np.isnan(table).any(0)]
        means = table.mean(1) if table.size else np.full(len(VOLUME), np.nan)
        metrics = dict(AP_r_50=means[4], AP_r_70=means[6], AP_r_vol=means.mean())
        metrics.update(coco_segm(self._truth(images, sum(annotations, [])), predictions))
        return {name: float(value) for name, value in metrics.items()}

    def _truth(self, images: Sequence[dict], annotations: List[dict]) -> dict:
        """What is there in COCO's format, of these images and categories alone."""
        if self.ann_file:
            content = read_coco(self.ann_file)
            known, wanted = {image['id'] for image in images}, set(self._ids)
            missing = known - {image['id'] for image in content['images']}
            if missing:
                raise ValueError(
                    f'{self.ann_file} lacks {len(missing)} of {len(known)} evaluated images, one '
                    f'has the id {min(missing)}: is it of another part of the dataset?'
                )
            annotations = [
                annotation
                for annotation in content['annotations']
                if annotation['image_id'] in known and annotation['category_id'] in wanted
            ]
        numbered = [dict(annotation, id=i + 1) for i, annotation in enumerate(annotations)]
        categories = [
            dict(id=int(i), name=name) for i, name in zip(self._ids, self.dataset_meta['classes'])
        ]
        return dict(images=list(images), annotations=numbered, categories=categories)
