"""MPII Multi-Person: average precision of joints in groups of people, and the file to send in."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from mmpose_ae.datasets.mpii import KEYPOINTS, GroupPredictions, write_predictions
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.registry import METRICS

from .joint_precision import HEAD_SIZE, PeopleOfGroup, joint_precisions
from .mpii_groups import EVALUATED, are_inside, group_region

COLUMNS = ('head', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')  # of published tables


@METRICS.register_module()
class MpiiMultiPersonMetric(BaseMetric):
    """Average precision per joint and in total, 0 to 1, as the authors' toolkit has it.

    ``AP`` is the mean over 14 joints, without pelvis and thorax. The toolkit leaves out groups in
    which nothing is predicted, people included; ``AP strict`` counts them as missed. Scores are
    those of keypoints; who belongs to a group, :func:`are_inside` says. Needs the annotations that
    :class:`MpiiDataset` reads from the authors' files.

    Args:
        format_only (bool): Only write the predictions, for images without published labels.
        outfile_prefix (str, optional): Write the predictions of all groups to the MATLAB file of
            this name and ``.mat``: what the organizers take is ``pred_keypoints_mpii_multi.mat``.
        **options: Those of MMEngine's ``BaseMetric``.

    Raises:
        ValueError: If there is nothing to do with ``format_only``.
    """

    default_prefix = 'mpii'

    def __init__(
        self, format_only: bool = False, outfile_prefix: Optional[str] = None, **options: Any
    ) -> None:
        if format_only and outfile_prefix is None:
            raise ValueError('format_only writes predictions: outfile_prefix must say where')
        super().__init__(**options)
        self.format_only = format_only
        self.outfile_prefix = outfile_prefix

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the groups of a batch, and who is predicted in each.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Predictions with ``pred_instances``, in pixels of the
                image, and ``raw_ann_info``, ``img_id``, ``img_path`` and ``ori_shape``.
        """
        self._check_keypoints()
        for sample in data_samples:
            predicted = sample['pred_instances']
            keypoints = np.asarray(predicted['keypoints'], float)
            scores = np.asarray(predicted['keypoint_scores'], float)
            groups = []
            for members in _gather_groups(sample.get('raw_ann_info') or []):
                height, width = sample['ori_shape']
                region = group_region(*_places(members, sample), (width, height))
                inside = are_inside(region, keypoints, scores > 0)
                groups.append(
                    dict(
                        members=members,
                        path=str(sample['img_path']),
                        keypoints=keypoints[inside],
                        scores=scores[inside],
                    )
                )
            self.results.append(dict(image=sample['img_id'], groups=groups))

    def _check_keypoints(self) -> None:
        names = keypoint_names(self.dataset_meta)
        if tuple(names) != KEYPOINTS:
            raise ValueError(
                f'MpiiMultiPersonMetric is of the keypoints of MPII, {KEYPOINTS}, but dataset '
                f'{self.dataset_meta.get("dataset_name")!r} has {names}'
            )

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Compute the metrics.

        Args:
            results (list[dict]): Of all images.

        Returns:
            dict: ``AP``, ``AP head``, ``AP shoulder`` and so on, and ``AP strict``; nothing with
            ``format_only``.

        Raises:
            ValueError: If there are no groups, or people have joints but no box of the head.
        """
        results = sorted(results, key=lambda result: result['image'])
        groups = [group for result in results for group in result['groups']]
        if not groups:
            raise ValueError(
                f'none of the {len(results)} images has a group of several people: groups_file of '
                'MpiiDataset must name groups_v12.mat, and ann_file the MATLAB file of MPII'
            )
        logger = MMLogger.get_current_instance()
        if self.outfile_prefix is not None:
            path = f'{self.outfile_prefix}.mat'
            write_predictions(path, [_predictions(group) for group in groups])
            logger.info(f'predictions of {len(groups)} groups are in {path}')
        if self.format_only:
            return {}
        matched = [_people(group) for group in groups]
        people = sum(len(group.annotated) for group in matched)
        logger.info(f'MPII Multi-Person: {len(groups)} groups of {people} people')
        return _summarize(joint_precisions(matched), joint_precisions(matched, strict=True))


def _gather_groups(annotations: List[dict]) -> List[List[dict]]:
    """People of each group of an image, in the order of the groups and in theirs."""
    places = {}
    for annotation in annotations:
        for group, place in annotation.get('groups', ()):
            places.setdefault(group, {})[place] = annotation
    return [[places[group][place] for place in sorted(places[group])] for group in sorted(places)]


def _places(members: List[dict], sample: dict) -> Tuple[np.ndarray, np.ndarray]:
    """Centers, (N, 2), and scales, (N,), of the people of a group who have them."""
    known = [m for m in members if 'center' in m and 'scale' in m]
    if not known:
        raise ValueError(
            f'{sample["img_path"]}: nobody of the group of rectangles '
            f'{[m["rect_id"] for m in members]} has objpos and scale, which tell where it is'
        )
    return np.array([m['center'] for m in known]), np.array([m['scale'] for m in known])


def _people(group: dict) -> PeopleOfGroup:
    members = [m for m in group['members'] if any(v > 0 for v in m['keypoints'][2::3])]
    keypoints = np.array([m['keypoints'] for m in members], float).reshape(-1, len(KEYPOINTS), 3)
    sizes = np.array([_head_size(m, group['path']) for m in members])
    return PeopleOfGroup(
        keypoints[:, EVALUATED, :2],
        keypoints[:, EVALUATED, 2] > 0,
        sizes,
        group['keypoints'][:, EVALUATED],
        group['scores'][:, EVALUATED] > 0,
        group['scores'][:, EVALUATED],
    )


def _head_size(member: dict, path: str) -> float:
    left, top, right, bottom = member.get('head_box', [0] * 4)
    size = HEAD_SIZE * float(np.hypot(right - left, bottom - top))
    if size == 0:
        raise ValueError(
            f'{path}: rectangle {member["rect_id"]} has joints but no box of the head (x1, y1, x2, '
            'y2), the unit of distances'
        )
    return size


def _predictions(group: dict) -> GroupPredictions:
    """What is written: evaluated joints that were found."""
    found = np.zeros(group['scores'].shape, bool)
    found[:, EVALUATED] = group['scores'][:, EVALUATED] > 0
    return GroupPredictions(group['path'], group['keypoints'], group['scores'], found)


def _summarize(precisions: np.ndarray, strict: np.ndarray) -> Dict[str, float]:
    """Means over joints; -1 where nobody has one."""
    names = [KEYPOINTS[i].replace('upper_neck', 'head') for i in EVALUATED]
    parts = {column: [column in name for name in names] for column in COLUMNS}
    summary = {'AP': _mean(precisions)}
    summary.update({f'AP {column}': _mean(precisions[part]) for column, part in parts.items()})
    return {**summary, 'AP strict': _mean(strict)}


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else -1.0
