"""Score grouping strategies and MMPose's on maps drawn from annotations, with a network's errors.

Every keypoint becomes a Gaussian peak and a disc of its person's tag. Peaks vary in height, drop
out or are false; tags are noisy. What the strategies make of the same maps is scored by AP.
"""

import json
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from contextlib import redirect_stdout
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Tuple

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import numpy as np
import torch
from mmengine.config import Config
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from torch import Tensor
from tqdm import tqdm
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.codecs.keypoint_order import order_from_metainfo
from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.frame import Grid
from mmpose_ae.registry import KEYPOINT_CODECS

PARTS = Path(__file__).resolve().parents[2] / 'configs/_base_/datasets'
STRIDE, SHORT_SIDE, SIDE_FACTOR = 4, 512, 64  # pixels of the network's input
SIGMA, TAG_RADIUS = 2.0, 3  # cells
TAG_MARGIN = 2.0  # distance between the tags of people, and from 0, the background
DROPPED = 0.05  # part of the height that is left of a peak that drops out
DATASETS = {17: 'coco', 14: 'crowdpose'}  # by the number of keypoints
CODECS = {
    'mmpose': dict(type='mmpose.AssociativeEmbedding'),
    'greedy': dict(
        type='mmpose_ae.AEDecoder',
        grouping=dict(type='GreedyGrouping'),
        completion=dict(rule='released', threshold=None),
    ),
    'tags only': dict(
        type='mmpose_ae.AEDecoder', grouping=dict(type='DensityGrouping', spread=None)
    ),
    'default': dict(type='mmpose_ae.AEDecoder'),
    'pose': dict(type='mmpose_ae.AEDecoder', grouping=dict(type='DensityGrouping')),
}


class Peaks(NamedTuple):
    """What is drawn: peaks of N people or false ones, at most one per keypoint type each."""

    cells: np.ndarray  # (N, K, 2)
    heights: np.ndarray  # (N, K), 0 where there is none
    tags: np.ndarray  # (N, K, L)


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add('ann', type=Path, help='annotations in the format of COCO or CrowdPose')
    add('--images', type=int, default=300, help='how many images with people, by id')
    add('--tag-dim', type=int, default=1, metavar='L')
    add('--tag-noise', type=float, default=0.5, help='length of the noise of a tag, RMS')
    add('--height', type=float, nargs=2, default=[1, 1], metavar=('LOW', 'HIGH'))
    add('--drop', type=float, default=0, help='part of the peaks that drop out')
    add('--false-peaks', type=float, default=0, help='mean number per keypoint type')
    add('--seeds', type=int, nargs='+', default=[0])
    add('--codecs', nargs='+', choices=CODECS, default=list(CODECS), help='what is compared')
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    return parser.parse_args()


def load(path: Path, count: int) -> Dict:
    """Read the first images that show people, and their annotations."""
    content = json.loads(path.read_text())
    shown = {a['image_id'] for a in content['annotations'] if is_labelled(a)}
    images = sorted((i for i in content['images'] if i['id'] in shown), key=lambda i: i['id'])
    kept = {image['id'] for image in images[:count]}
    return dict(
        images=images[:count],
        categories=content['categories'],
        annotations=[a for a in content['annotations'] if a['image_id'] in kept],
    )


def person_tags(people: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """Tags (N, L), the closest two the margin apart: a ladder, or random directions."""
    if dim == 1:
        return TAG_MARGIN * (1 + rng.permutation(people))[:, None]
    tags = rng.normal(size=(people, dim))
    apart = np.linalg.norm(tags[:, None] - tags, axis=-1)[~np.eye(people, dtype=bool)]
    return tags * TAG_MARGIN / apart.min(initial=np.linalg.norm(tags, axis=-1).max())


def make_peaks(
    keypoints: np.ndarray, grid: Grid, args: Namespace, rng: np.random.Generator
) -> Peaks:
    """Turn keypoints (N, K, 3) in pixels of the input into peaks with errors."""
    size, (count, num_keypoints) = grid.input_size, keypoints.shape[:2]
    inside = ((keypoints[..., :2] >= 0) & (keypoints[..., :2] < size)).all(-1)
    heights = (keypoints[..., 2] > 0) * inside * rng.uniform(*args.height, (count, num_keypoints))
    heights = np.where(rng.random(heights.shape) < args.drop, DROPPED * heights, heights)
    noise = rng.normal(
        scale=args.tag_noise / args.tag_dim**0.5, size=(*heights.shape, args.tag_dim)
    )
    tags = person_tags(count, args.tag_dim, rng)[:, None] + noise

    false = rng.poisson(args.false_peaks, num_keypoints)
    rows = (false.max(), num_keypoints)
    places = rng.uniform(0, size, (*rows, 2))
    false_heights = (np.arange(rows[0])[:, None] < false) * rng.uniform(0.1, 0.5, rows)
    false_tags = rng.uniform(tags.min((0, 1)), tags.max((0, 1)), (*rows, args.tag_dim))
    return Peaks(
        grid.to_cells(np.concatenate([keypoints[..., :2], places])),
        np.concatenate([heights, false_heights]),
        np.concatenate([tags, false_tags]),
    )


def draw(peaks: Peaks, size: Tuple[int, int]) -> Tuple[Tensor, Tensor]:
    """Draw heatmaps (1, K, H, W) and tags (1, L * K, H, W); the closest peak's tag counts."""
    num_keypoints, dim = peaks.tags.shape[1:]
    x, y = np.arange(size[0]), np.arange(size[1])[:, None]
    heatmaps = np.zeros((num_keypoints, size[1], size[0]), np.float32)
    closest = np.full(heatmaps.shape, float(TAG_RADIUS**2))
    tags = np.zeros((dim, *heatmaps.shape), np.float32)
    for n, k in zip(*peaks.heights.nonzero()):
        squared = (x - peaks.cells[n, k, 0]) ** 2 + (y - peaks.cells[n, k, 1]) ** 2
        gaussian = peaks.heights[n, k] * np.exp(squared / (-2 * SIGMA**2))
        np.maximum(heatmaps[k], gaussian, out=heatmaps[k], casting='same_kind')
        near = squared <= closest[k]
        closest[k][near] = squared[near]
        tags[:, k, near] = peaks.tags[n, k, :, None]
    return torch.from_numpy(heatmaps)[None], torch.from_numpy(tags).flatten(0, 1)[None]


def build(name: str, metainfo: Dict, pose: List) -> Callable:
    """Build a codec for maps whose cells are its pixels."""
    codec = deepcopy(CODECS[name])
    if name == 'pose':
        codec['grouping']['pose'] = pose
    codec.update(
        input_size=(512, 512),
        heatmap_size=(512, 512),
        decode_keypoint_order=order_from_metainfo(metainfo),
        decode_topk=30,
        decode_max_instances=30,
    )
    return KEYPOINT_CODECS.build(codec).batch_decode


def decode_image(
    image: Dict, people: List[Dict], decoders: Dict[str, Callable], seed: int, args: Namespace
) -> Dict[str, List[Dict]]:
    """Detections of each codec on the maps of one image."""
    scale = SHORT_SIDE / min(image['width'], image['height'])
    factors = [int(np.ceil(image[side] * scale / SIDE_FACTOR)) for side in ('width', 'height')]
    size = tuple(factor * SIDE_FACTOR // STRIDE for factor in factors)
    grid = Grid(size, (STRIDE, STRIDE))
    keypoints = np.array([p['keypoints'] for p in people], float).reshape(len(people), -1, 3)
    keypoints[..., :2] *= scale
    rng = np.random.default_rng([seed, image['id']])
    maps = draw(make_peaks(keypoints, grid, args, rng), grid.size)
    detections = {}
    for name, decode in decoders.items():
        found, scores, instance_scores, *_ = (values[0] for values in decode(*maps))
        found = grid.to_pixels(found) / scale
        rows = np.concatenate([found, scores[..., None]], axis=-1).reshape(len(found), -1)
        detections[name] = [
            dict(image_id=image['id'], category_id=1, score=float(score), keypoints=row.tolist())
            for row, score in zip(rows, instance_scores)
        ]
    return detections


def average_precision(content: Dict, detections: List[Dict], metainfo: Dict) -> float:
    """AP by the API that both data sets are scored with."""
    if not detections:
        return 0.0
    with redirect_stdout(StringIO()):
        truth = COCO()
        truth.dataset = deepcopy(content)
        truth.createIndex()
        use_area = all('area' in a for a in content['annotations'])
        found = truth.loadRes(detections)
        scorer = COCOeval(truth, found, 'keypoints', np.array(metainfo['sigmas']), use_area)
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    return float(scorer.stats[0])


def main() -> None:
    """Compare the strategies."""
    args = parse_args()
    torch.set_num_threads(1)
    content = load(args.ann, args.images)
    people: Dict[int, List[Dict]] = {}
    for annotation in content['annotations']:
        if is_labelled(annotation):
            people.setdefault(annotation['image_id'], []).append(annotation)
    num_keypoints = len(people[content['images'][0]['id']][0]['keypoints']) // 3
    if num_keypoints not in DATASETS:
        raise ValueError(f'{args.ann}: expected 17 or 14 keypoints, found {num_keypoints}')
    dataset = DATASETS[num_keypoints]
    metainfo = parse_pose_metainfo(dict(from_file=str(PARTS / f'{dataset}.py')))
    pose = Config.fromfile(PARTS / f'{dataset}_bottomup.py').standing_pose
    decoders = {name: build(name, metainfo, pose) for name in args.codecs}
    rows = []
    for seed in args.seeds:
        detections: Dict[str, List[Dict]] = {name: [] for name in decoders}
        for image in tqdm(content['images'], desc=f'seed {seed}'):
            found = decode_image(image, people[image['id']], decoders, seed, args)
            for name in decoders:
                detections[name] += found[name]
        for name, instances in detections.items():
            precision = average_precision(content, instances, metainfo)
            rows.append(dict(codec=name, seed=seed, ap=precision, detections=len(instances)))
            print(
                f'{name:10} seed {seed}: AP {precision:.4f}, {len(instances)} detections',
                flush=True,
            )
    print(f'{sum(map(len, people.values()))} people in {len(content["images"])} images')
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + '\n')


if __name__ == '__main__':
    main()
