"""Time the evaluation behind MMPose's metrics against the original; they must agree.

That is xtcocotools with ``MMPOSE_AE_EVALUATOR=xtcocotools`` in the environment, else pycocotools.
"""

from argparse import Namespace
from contextlib import redirect_stdout
from copy import deepcopy
from functools import partial
from io import StringIO
from typing import Callable, Dict, Iterator, List, Tuple

import numpy as np
from pycocotools.coco import COCO as PyCOCO
from pycocotools.cocoeval import COCOeval as PyCOCOeval

from mmpose_ae import coco_evaluation
from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, time_in_turn

KEYPOINTS, FOUND, INVENTED, SPREAD, BOX = 14, 0.8, 0.2, 60, 0.53
SIGMAS = np.full(KEYPOINTS, 0.08)


def make_scenes(images: int, people: int) -> Tuple[Dict, List[Dict]]:
    """Draw people, and predictions: most people more or less exactly, and some strangers."""
    rng = np.random.default_rng(0)
    annotations, predictions = [], []
    for image in range(1, images + 1):
        for _ in range(people):
            points = rng.uniform(0, 500, 2) + SPREAD * rng.normal(size=(KEYPOINTS, 2))
            box = [*points.min(0).tolist(), *np.ptp(points, axis=0).tolist()]
            person = dict(bbox=box, area=BOX * box[2] * box[3], num_keypoints=KEYPOINTS, iscrowd=0)
            annotations.append(dict(person, id=len(annotations) + 1, **_pose(image, points)))
            moved = points + rng.uniform(0, 15) * rng.normal(size=points.shape)
            moved += (rng.random() < INVENTED) * 10 * SPREAD
            if rng.random() < FOUND:
                predictions.append(dict(_pose(image, moved), score=rng.random()))
    scenes = [dict(id=image) for image in range(1, images + 1)]
    return dict(images=scenes, annotations=annotations, categories=[dict(id=1)]), predictions


def _pose(image: int, points: np.ndarray) -> Dict:
    flat = np.insert(points, 2, 2, axis=1).ravel().tolist()
    return dict(image_id=image, category_id=1, keypoints=flat)


def originals() -> Tuple[str, type, Callable]:
    """The original that is there: its name, its index, and what makes an evaluation."""
    from xtcocotools.coco import COCO
    from xtcocotools.cocoeval import COCOeval

    if COCOeval is coco_evaluation.COCOeval:
        return 'pycocotools', PyCOCO, _by_pycocotools
    return 'xtcocotools', COCO, partial(COCOeval, iouType='keypoints', sigmas=SIGMAS)


def _by_pycocotools(truth: PyCOCO, found: PyCOCO) -> PyCOCOeval:
    evaluation = PyCOCOeval(truth, found, 'keypoints')
    evaluation.params.kpt_oks_sigmas = SIGMAS
    return evaluation


def index(coco_class: type, dataset: Dict, predictions: List[Dict]) -> Tuple[object, object]:
    """Index annotations and predictions, which both sides write into."""
    with redirect_stdout(StringIO()):
        truth = coco_class()
        truth.dataset = deepcopy(dataset)
        truth.createIndex()
        return truth, truth.loadRes(deepcopy(predictions))


def evaluate(build: Callable, truth: object, found: object) -> Dict:
    """Evaluate and accumulate; gives the tables."""
    with redirect_stdout(StringIO()):
        evaluation = build(truth, found)
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation.eval


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per number of people in an image; neither side uses more threads than one."""
    name, *original = originals()
    ours = coco_evaluation.COCO, partial(coco_evaluation.COCOeval, sigmas=SIGMAS)
    args.threads = [1]
    for setting in settings(args, cuda=False):
        for people in args.people:
            scenes = make_scenes(args.images, people)
            sides = dict(ours=ours, **{name: original})
            calls = {
                side: partial(evaluate, build, *index(coco_class, *scenes))
                for side, (coco_class, build) in sides.items()
            }
            first, second = (call() for call in calls.values())
            for table in ('precision', 'recall'):
                check_close(table, first[table], second[table], 1e-12)
            times = time_in_turn(calls, args.repeats)
            yield dict(images=args.images, people=people, tag_dim=None, **times, **setting)


def main() -> None:
    """Time both evaluations."""
    parser = build_parser(__doc__, people=[1, 5, 10])
    parser.add_argument('--images', type=int, default=500)
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
