"""The metric of instance segmentation: AP^r, and COCO's evaluation of masks."""

import json
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.prediction.masks import decode_mask
from mmpose_ae.registry import METRICS
from mmpose_ae.whole_files import write_whole

from .annotated_file import AnnotatedFile
from .coco_segm import annotate, coco_segm
from .region_precision import Judged, mask_overlaps, region_precision

VOLUME = tuple(np.arange(1, 10) / 10)


@METRICS.register_module()
@refuse_unknown_options
class InstanceSegMetric(BaseMetric):
    """Evaluate masks.

    - ``AP_r_50``, ``AP_r_70``: AP^r at an overlap of more than 0.5 and 0.7, mean over categories.
    - ``AP_r_vol``: mean over the overlaps 0.1 to 0.9.
    - ``AP`` and the other numbers of COCO's evaluation of masks.

    AP^r is that of what is seen, without overlaps and without void pixels. COCO's evaluation takes
    the same, void being a crowd, or a file of annotations. Whoever is annotated without a mask is
    of no account: where the box is, is void, and wrong predictions that are mostly void do not
    count.

    Args:
        ann_file (str, optional): Annotations in COCO's format, for COCO's evaluation; read at once.
        out_file (str, optional): File in which masks are kept, in COCO's format of results: run
            lengths with image, category and score.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.

    Raises:
        FileNotFoundError: If there is no such ``ann_file``.
        ValueError: If something in it cannot be right.
    """

    default_prefix = 'segm'

    def __init__(
        self, ann_file: Optional[str] = None, out_file: Optional[str] = None, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.annotated = None if ann_file is None else AnnotatedFile(ann_file)
        self.out_file = out_file

    @property
    def dataset_meta(self) -> Optional[dict]:
        """The metainfo of the dataset."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, meta: dict) -> None:
        """Set the metainfo, and check that the annotation file goes with it."""
        if not {'category_ids', 'classes'} <= meta.keys():
            raise ValueError(
                'InstanceSegMetric is for datasets of masks, which have category_ids and classes '
                f'in their metainfo, here are {sorted(meta)}'
            )
        if self.annotated:
            self.annotated.choose(meta['category_ids'], meta['classes'])
        BaseMetric.dataset_meta.fset(self, meta)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Judge the masks of a batch.

        Args:
            data_batch (object): Not used.
            data_samples (sequence[dict]): With ``img_id``, ``read_instances``, which gives the
                image's :class:`InstanceMap`, and ``pred_instances``: ``masks``, D run
                lengths, ``labels`` (D,), the index of the category, and ``scores`` (D,).

        Raises:
            ValueError: If an image and its annotations are of different sizes, or a prediction is
                of a category that the dataset has not.
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
            self._check_labels(labels)
            overlaps = mask_overlaps(map(decode_mask, found['masks']), truth)
            annotations = [] if self.annotated else annotate(truth, sample['img_id'], self._ids)
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
            judged = Judged(scores, labels, *overlaps, truth.categories)
            self.results.append((image, annotations, predictions, judged))

    @property
    def _ids(self) -> Sequence[int]:
        """Ids of the categories, by their index."""
        return self.dataset_meta['category_ids']

    def _check_labels(self, labels: np.ndarray) -> None:
        count, classes = int(labels.max(initial=-1)) + 1, self.dataset_meta['classes']
        if count > len(self._ids):
            of_file = f' of {self.annotated.path}' if self.annotated else ''
            raise ValueError(
                f'a prediction is of category {count}, but the dataset has the {len(classes)} '
                f'categories {list(classes)}{of_file}: num_categories of the head should be '
                f'{len(classes)}'
            )

    def compute_metrics(self, results: List[tuple]) -> Dict[str, float]:
        """Compute all numbers.

        Args:
            results (list[tuple]): What :meth:`process` collects.

        Returns:
            dict: The metrics.

        Raises:
            ValueError: If ``ann_file`` lacks an image, or has another size for it.
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
        if self.annotated:
            annotations = self.annotated.of_images(images)
        numbered = [dict(annotation, id=i + 1) for i, annotation in enumerate(annotations)]
        categories = [
            dict(id=int(i), name=name) for i, name in zip(self._ids, self.dataset_meta['classes'])
        ]
        return dict(images=list(images), annotations=numbered, categories=categories)
