"""All that a report says of one network, in numbers."""

from itertools import repeat
from typing import Dict, List, NamedTuple, Optional, Union

import numpy as np

from mmpose_ae.datasets.crowding import file_crowding

from .corrections import ERRORS, correct
from .diagnosis import LOST, MIRRORED, MIXED, PLACED, UNLABELLED, Diagnosis, diagnose
from .people import ImagePeople
from .precision import Records
from .predicting import Timing
from .scores import Scores, read_scores
from .slices import by_crowding, by_keypoint, by_number, by_sigmas, by_size, match_all
from .task import CLOSE, Task, evaluate

KINDS = {'placed': PLACED, 'mirrored': MIRRORED, 'mixed': MIXED, 'lost': LOST}


class Analysis(NamedTuple):
    """What a network does.

    Attributes:
        name (str): Of it.
        metrics (dict): What the config's metric says, by name.
        records (Records): Matches of all people.
        corrected (dict): Matches without each kind of error, by its name in ``ERRORS``.
        counts (dict): How often there is each kind of error that is counted.
        slices (dict): Matches of keypoints, people or images, by what tells them apart.
        keypoints (dict): Parts of the labelled keypoints of who was found by their kind, (K,) each.
        sigmas (dict): AP by factors of the sigmas.
        scores (Scores): Of the people.
        images (list[ImagePeople]): All of them.
        people (list[int]): How many labelled people each image has.
        timing (Timing, optional): How long it took, if it was run.
        oracles (dict): AP with the truth in place of some maps, or why there is none.
    """

    name: str
    metrics: Dict[str, float]
    records: Records
    corrected: Dict[str, Records]
    counts: Dict[str, int]
    slices: Dict[str, Dict[str, Records]]
    keypoints: Dict[str, np.ndarray]
    sigmas: Dict[float, float]
    scores: Scores
    images: List[ImagePeople]
    people: List[int]
    timing: Optional[Timing]
    oracles: Dict[str, Union[float, str]]

    @property
    def losses(self) -> Dict[str, float]:
        """What AP each kind of error costs, most first."""
        ap = self.records.ap
        losses = {kind: records.ap - ap for kind, records in self.corrected.items()}
        return dict(sorted(losses.items(), key=lambda item: -round(item[1], 9)))


def analyze(
    task: Task,
    name: str,
    entries: List[dict],
    timing: Optional[Timing] = None,
    oracles: Optional[Dict[str, Union[float, str]]] = None,
) -> Analysis:
    """Analyze people that were found.

    Args:
        task (Task): On what.
        name (str): Of who found them.
        entries (list[dict]): The people, in COCO's format.
        timing (Timing, optional): How long it took.
        oracles (dict, optional): AP with the truth in place of some maps.

    Returns:
        Analysis: In numbers.

    Raises:
        ValueError: If the metric does not count as this analysis does.
    """
    images, sigmas = task.gather(entries), task.sigmas
    records, metrics = match_all(images, sigmas), evaluate(task, entries)
    _check(records, metrics)
    diagnoses = [diagnose(image, sigmas, task.mirror) for image in images]
    corrected = (map(correct, images, diagnoses, repeat(kind)) for kind in ERRORS)
    by_image = file_crowding(task.content)
    crowding = [by_image[image.image_id] for image in images]
    return Analysis(
        name=name,
        metrics=metrics,
        records=records,
        corrected={kind: match_all(each, sigmas) for kind, each in zip(ERRORS, corrected)},
        counts={kind: sum(map(e.count, diagnoses)) for kind, e in ERRORS.items() if e.count},
        slices=dict(
            keypoint=by_keypoint(images, sigmas, task.names),
            size=by_size(images, sigmas),
            number=by_number(records, crowding),
            crowding=by_crowding(records, crowding),
        ),
        keypoints=_keypoint_kinds(diagnoses),
        sigmas=by_sigmas(images, sigmas),
        scores=read_scores(images, records, sigmas),
        images=images,
        people=[image.people for image in crowding],
        timing=timing,
        oracles=oracles or {},
    )


def _check(records: Records, metrics: Dict[str, float]) -> None:
    """Be sure that what is taken apart here is the metric's number."""
    ap = -1.0 if np.isnan(records.ap) else records.ap
    if not abs(metrics['AP'] - ap) < CLOSE:
        raise ValueError(
            f'AP is {metrics["AP"]:.6f} by the metric and {ap:.6f} by the matches of single '
            'images: it has rules that a report does not know'
        )


def _keypoint_kinds(diagnoses: List[Diagnosis]) -> Dict[str, np.ndarray]:
    kinds = np.concatenate([each.kinds for each in diagnoses])  # (M, K)
    labelled = np.maximum((kinds > UNLABELLED).sum(0), 1)
    return {name: (kinds == kind).sum(0) / labelled for name, kind in KINDS.items()}
