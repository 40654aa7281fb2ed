"""Convert a published checkpoint: ``python tools/model_converters/convert_checkpoint.py ...``.

Not needed to test or train: ``load_from`` and ``init_model`` take such checkpoints as they are. The
converted file holds the weights alone, checked against the network of a config. With
``--keypoints-of`` they are for the keypoints of another config, which starts training from them.
"""

import io
from argparse import ArgumentParser, Namespace
from typing import Dict, List

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.apis.inference import dataset_meta_from_config
from torch import Tensor, nn

from mmpose_ae.checkpoints import (
    CheckpointError,
    convert_checkpoint,
    load_from_local,
    transfer_keypoints,
)
from mmpose_ae.cli.command_line import read_config
from mmpose_ae.cli.faults import in_one_line
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.registry import MODELS
from mmpose_ae.whole_files import write_whole


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description='Convert a published checkpoint for a config')
    parser.add_argument('config', help='config of the network')
    parser.add_argument('checkpoint', help='published checkpoint, of any known format')
    parser.add_argument('out', help='file to write')
    parser.add_argument(
        '--keypoints-of',
        metavar='CONFIG',
        help='bring the weights to the keypoints of this config; its network is the same otherwise',
    )
    return parser.parse_args()


def build_network(cfg: Config) -> nn.Module:
    """Build the network of a config without memory."""
    with DefaultScope.overwrite_default_scope(cfg.default_scope), torch.device('meta'):
        return MODELS.build(cfg.model)


def convert_for(network: nn.Module, weights: dict) -> Dict[str, Tensor]:
    """Convert weights, and check that they are those of a network."""
    expected = {name: value.shape for name, value in network.state_dict().items()}
    return convert_checkpoint(weights, expected)


def trained_keypoints(cfg: Config) -> List[str]:
    """Names of the keypoints that a config trains."""
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        return keypoint_names(dataset_meta_from_config(cfg))


def main() -> None:
    """Convert as the command line says."""
    args = parse_args()
    with in_one_line():
        convert(args)


def convert(args: Namespace) -> None:
    """Convert, check against the network and write."""
    cfg = read_config(args.config, {})
    network = build_network(cfg)
    checkpoint = load_from_local(args.checkpoint, map_location='cpu')
    try:
        weights = convert_for(network, checkpoint)
        if args.keypoints_of:
            other = read_config(args.keypoints_of, {})
            target = build_network(other)
            names = trained_keypoints(cfg), trained_keypoints(other)
            weights = transfer_keypoints(weights, network.head, target.head, *names)
            weights = convert_for(target, weights)
    except CheckpointError as error:
        raise CheckpointError(f'{args.checkpoint}: {error}') from error
    content = io.BytesIO()
    torch.save(dict(state_dict=weights), content)
    write_whole(args.out, content.getvalue())


if __name__ == '__main__':
    main()
