"""Measure AP over the codec's tag threshold: the network runs once, grouping for each threshold."""

from argparse import Namespace
from contextlib import redirect_stdout
from copy import deepcopy
from io import StringIO
from typing import Dict, Iterator, List, Sequence

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmengine.runner import Runner, load_checkpoint
from mmpose.structures import PoseDataSample
from torch import nn
from tqdm import tqdm

from mmpose_ae.cli.command_line import config_parser, read_config
from mmpose_ae.models.heads.views import nest_views
from mmpose_ae.registry import MODELS

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)


def parse_args() -> Namespace:
    """Read the command line."""
    parser = config_parser(__doc__)
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--thresholds', type=float, nargs='+', default=THRESHOLDS, metavar='T')
    return parser.parse_args()


def build_model(cfg: Config, checkpoint: str) -> nn.Module:
    """Build the network with its weights.

    Raises:
        ValueError: If it does not group by tags.
    """
    model = MODELS.build(cfg.model).eval()
    codec = model.head.decoder
    if not hasattr(codec, 'tag_threshold'):
        raise ValueError(f'{cfg.filename}: {type(codec).__name__} does not group by tags')
    load_checkpoint(model, checkpoint, map_location='cpu')
    return model


@torch.no_grad()
def predict(
    model: nn.Module, batch: dict, thresholds: Sequence[float]
) -> Iterator[List[PoseDataSample]]:
    """Give the samples of a batch with the people of each threshold."""
    batch = model.data_preprocessor(batch)
    inputs, samples, head = batch['inputs'], batch['data_samples'], model.head
    scales = inputs if isinstance(inputs, list) else [inputs]
    features = nest_views(scales, model.extract_feat, samples[0].metainfo, model.test_cfg)
    options = head.read_test_cfg(dict(model.test_cfg, output_heatmaps=False))
    maps = head.predict_maps(features, samples, options)
    for threshold in thresholds:
        head.decoder.tag_threshold = threshold
        people = head.decode_maps(maps, options)
        yield model.add_pred_to_datasample(people, None, deepcopy(samples))


def measure(cfg: Config, checkpoint: str, thresholds: Sequence[float]) -> Dict[float, float]:
    """Give the AP of each threshold, by the first metric of the config's test."""
    model, loader = build_model(cfg, checkpoint), Runner.build_dataloader(cfg.test_dataloader)
    metrics = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    evaluators = {threshold: Evaluator(metrics[:1]) for threshold in thresholds}
    for evaluator in evaluators.values():
        evaluator.dataset_meta = loader.dataset.metainfo
    for batch in tqdm(loader, disable=None):
        for evaluator, samples in zip(evaluators.values(), predict(model, batch, thresholds)):
            evaluator.process(samples)
    precision = {}
    for threshold, evaluator in evaluators.items():
        with redirect_stdout(StringIO()):
            values = evaluator.evaluate(len(loader.dataset))
        precision[threshold] = next(v for name, v in values.items() if name.endswith('/AP'))
    return precision


def main() -> None:
    """Measure, and print a row of a table."""
    args = parse_args()
    cfg = read_config(args.config, args.cfg_options)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        found = measure(cfg, args.checkpoint, args.thresholds)
    print('| threshold | ' + ' | '.join(f'{threshold:g}' for threshold in found) + ' |')
    print('| AP | ' + ' | '.join(f'{precision:.3f}' for precision in found.values()) + ' |')


if __name__ == '__main__':
    main()
