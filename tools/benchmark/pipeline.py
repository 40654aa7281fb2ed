"""Time the COCO training pipeline, images per second, against one of MMPose's transforms.

With nothing random both must give the same image and keypoints. MMPose's also makes the heatmaps,
which our heads make of the keypoints: what workers hand on to the training process is timed and
weighed as it is.
"""

import pickle
import time
from argparse import Namespace
from copy import deepcopy
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Dict, Iterator, List

import numpy as np
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope
from mmpose.structures import PoseDataSample

from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, time_in_turn
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.registry import DATASETS

CONFIG = 'associative_embedding/coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'
CONFIGS = Path(__file__).resolve().parents[2] / 'configs'
STILL = dict(
    BottomupRandomAffine=dict(shift_prob=0.0, scale_prob=0.0, rotate_prob=0.0),
    RandomFlip=dict(prob=0.0),
)


def load_ours(args: Namespace) -> dict:
    """Read our dataset and pipeline from the config."""
    dataset = Config.fromfile(CONFIGS / CONFIG).train_dataloader.dataset.to_dict()
    return dict(
        dataset,
        data_root=str(args.data_root),
        ann_file=args.ann,
        data_prefix=dict(img=args.img),
        indices=args.images,
    )


def as_mmpose(dataset: dict) -> dict:
    """Take MMPose's classes of the same names, and let them make targets with its codec.

    MMPose's own config of Associative Embedding has no training pipeline.
    """
    codec = dict(
        type='mmpose.AssociativeEmbedding', input_size=(512, 512), heatmap_size=(128, 128), sigma=2
    )
    dataset = deepcopy(dataset)
    pipeline = dataset['pipeline']
    mask = [step['type'] for step in pipeline].index('BottomupGetHeatmapMask')  # of the heatmaps
    pipeline.insert(mask, dict(type='GenerateTarget', encoder=codec))
    for part in (dataset, *pipeline):
        part['type'] = f'mmpose.{part["type"]}'
    return dataset


def without_chance(dataset: dict) -> dict:
    """Take what is random out of a pipeline."""
    dataset = deepcopy(dataset)
    for transform in dataset['pipeline']:
        transform.update(STILL.get(transform['type'].split('.')[-1], {}))
    return dataset


def load(dataset: BaseDataset) -> List[dict]:
    """Run the pipeline on every image, once."""
    return [dataset[index] for index in range(len(dataset))]


def check(sides: Dict[str, dict]) -> None:
    """Compare images and keypoints of both pipelines without chance."""
    still = {name: DATASETS.build(without_chance(dataset)) for name, dataset in sides.items()}
    for ours, theirs in zip(load(still['ours']), load(still['mmpose'])):
        path = ours['data_samples'].img_path
        check_close(f'image {path}', ours['inputs'], theirs['inputs'], 0)
        keypoints = (side['data_samples'].gt_instances.keypoints for side in (ours, theirs))
        check_close(f'keypoints of {path}', *keypoints, 1e-3)


def count_people(sample: PoseDataSample) -> int:
    """How many people with a visible keypoint a sample shows."""
    return int((sample.gt_instances.keypoints_visible > 0).any(1).sum())


def weigh(samples: List[dict]) -> int:
    """Mean size of samples as they go from one process to another, without the image, in bytes."""
    pickled = [pickle.dumps(dict(sample, inputs=None), protocol=-1) for sample in samples]
    return round(np.mean([len(sample) for sample in pickled]))


def time_transforms(dataset: BaseDataset, repeats: int) -> Dict[str, float]:
    """Median over the repeats of the milliseconds per image that each transform takes."""
    transforms = dataset.pipeline.transforms
    seconds = np.zeros((repeats, len(transforms)))
    for repeat in range(repeats):
        for index in range(len(dataset)):
            results = dataset.get_data_info(index)
            for position, transform in enumerate(transforms):
                start = time.perf_counter()
                results = transform(results)
                seconds[repeat, position] += time.perf_counter() - start
    medians = 1e3 * np.median(seconds, axis=0) / len(dataset)
    return {type(t).__name__: round(ms, 3) for t, ms in zip(transforms, medians)}


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per number of threads, and one per transform where asked for."""
    ours = load_ours(args)
    sides = dict(ours=ours, mmpose=as_mmpose(ours))
    check(sides)
    datasets = {name: DATASETS.build(dataset) for name, dataset in sides.items()}
    count, samples = len(datasets['ours']), {n: load(d) for n, d in datasets.items()}
    people = np.mean([count_people(sample['data_samples']) for sample in samples['ours']])
    weights = {f'{name}_sample_bytes': weigh(packed) for name, packed in samples.items()}
    for setting in settings(args, cuda=False):
        np.random.seed(0)
        calls = {name: partial(load, dataset) for name, dataset in datasets.items()}
        row = dict(people=round(people, 2), tag_dim=None, images=count)
        row.update(time_in_turn(calls, args.repeats, per=count), **setting)
        row.update({f'{name}_images_per_s': round(1e3 / row[f'{name}_ms'], 1) for name in calls})
        yield {**row, **weights}
        if args.by_transform:
            parts = {name: time_transforms(d, args.repeats) for name, d in datasets.items()}
            for transform, ms in parts['mmpose'].items():
                ours_ms = parts['ours'].get(transform)  # None where we have no such step
                yield dict(transform=transform, ours_ms=ours_ms, mmpose_ms=ms, **setting)


def generate_images(root: Path, count: int) -> Namespace:
    """Write generated crowds of the size of COCO's images, and say where they are."""
    generate(root, dict(train=count), Settings(size=(640, 480)))
    return Namespace(data_root=root, ann='annotations/train.json', img='train/')


def main() -> None:
    """Time both pipelines, on images that are given or generated."""
    parser = build_parser(__doc__)
    parser.add_argument('--data-root', type=Path, help='data set; generated crowds by default')
    parser.add_argument('--ann', default='annotations/person_keypoints_train2017.json')
    parser.add_argument('--img', default='train2017/', help='folder of the images')
    parser.add_argument('--images', type=int, default=40, help='how many images, the first ones')
    parser.add_argument('--by-transform', action='store_true', help='also rows per transform')
    args = parser.parse_args()
    with TemporaryDirectory() as folder, DefaultScope.overwrite_default_scope('mmpose_ae'):
        if args.data_root is None:
            vars(args).update(vars(generate_images(Path(folder), args.images)))
        run(benchmark(args), args)


if __name__ == '__main__':
    main()
