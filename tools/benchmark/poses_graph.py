"""Compare a file that gives people with one that gives candidates, on an annotated data set.

Both see every picture in turn. Times are CPU time of one thread: of each file, and of what the host
does after it.
"""

import json
import time
from argparse import ArgumentParser, Namespace
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Dict, List, Tuple

import mmpose_ae  # noqa: F401  (gives xtcocotools where it is not installed)

# isort: split
import cv2
import numpy as np
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.grouping import Poses
from mmpose_ae.runtime import ExportedModel

ALIKE = 0.1  # pixels


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('candidates', type=Path, metavar='CANDIDATES.onnx', help='of mmpose-ae export')
    add('poses', type=Path, metavar='POSES.onnx', help='of mmpose-ae export --poses')
    add('--ann', type=Path, required=True, metavar='FILE', help="annotations in COCO's format")
    add('--images', type=Path, required=True, metavar='FOLDER', help='the pictures')
    add('--count', type=int, metavar='N', help='only the first N')
    add('--json', type=Path, metavar='FILE', help='write the results to this file')
    return parser.parse_args()


def predict(model: ExportedModel, image: np.ndarray) -> Tuple[Poses, Tuple[float, float]]:
    """People of a picture, and CPU seconds of the file and of what comes after it."""
    prepared = model.prepare(image)
    images = prepared.pixels[None].copy()
    start = time.process_time()
    outputs = model.run(images, [prepared.frame])
    between = time.process_time()
    poses = model.decode(outputs, images)[0]
    seconds = between - start, time.process_time() - between
    return poses, seconds


def detections(poses: Poses, model: ExportedModel, image: np.ndarray, image_id: int) -> List[Dict]:
    """People in COCO's format, in pixels of the picture."""
    points = model.prepare(image).frame.to_image(poses.keypoints)
    rows = np.concatenate([points, poses.keypoint_scores[..., None]], axis=-1)
    return [
        dict(image_id=image_id, category_id=1, score=float(score), keypoints=row.ravel().tolist())
        for row, score in zip(rows, poses.instance_scores)
    ]


def average_precision(truth: COCO, found: List[Dict], ids: List[int], sigmas: np.ndarray) -> float:
    """AP over some images."""
    with redirect_stdout(StringIO()):
        scorer = COCOeval(truth, truth.loadRes(found), 'keypoints', sigmas)
        scorer.params.imgIds = ids
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    return float(scorer.stats[0])


def alike(poses: Poses, others: Poses) -> bool:
    """Whether there are the same people, each keypoint at the same place."""
    if len(poses) != len(others):
        return False
    return bool((np.abs(poses.keypoints - others.keypoints) < ALIKE).all())


def main() -> None:
    """Compare the two files."""
    args = parse_args()
    models = [ExportedModel(path, threads=1) for path in (args.candidates, args.poses)]
    with redirect_stdout(StringIO()):
        truth = COCO(str(args.ann))
    images = truth.loadImgs(truth.getImgIds())[: args.count]
    found: Tuple[List[Dict], List[Dict]] = ([], [])
    seconds, same = np.zeros((len(images), 2, 2)), 0
    for row, entry in zip(seconds, images):
        image = cv2.imread(str(args.images / entry['file_name']))
        people = []
        for model, into, spent in zip(models, found, row):
            poses, spent[:] = predict(model, image)
            into += detections(poses, model, image, entry['id'])
            people.append(poses)
        same += alike(*people)
    ids, sigmas = [entry['id'] for entry in images], np.array(models[0].description.sigmas)
    ap = [average_precision(truth, side, ids, sigmas) for side in found]
    graph, host = 1e3 * np.median(seconds, axis=0).T  # milliseconds of candidates and of people
    result = dict(
        images=len(images),
        ap_candidates=ap[0],
        ap_poses=ap[1],
        people_candidates=len(found[0]),
        people_poses=len(found[1]),
        same_people=same / len(images),
        candidates_ms=graph[0],
        host_ms=host[0],
        poses_ms=graph[1],
        ratio=graph[1] / graph[0],
    )
    print('\n'.join(f'{name}: {value:.4g}' for name, value in result.items()))
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    main()
