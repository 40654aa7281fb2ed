"""Convert a published checkpoint: ``python tools/model_converters/convert_checkpoint.py ...``.

Not needed to test or train: ``load_from`` and ``init_model`` take such checkpoints as they are. The
converted file holds the weights alone, checked against the network of a config.
"""

import io
from argparse import ArgumentParser, Namespace

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import CheckpointError, convert_checkpoint, load_from_local
from mmpose_ae.engine import write_whole
from mmpose_ae.registry import MODELS


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description='Convert a published checkpoint for a config')
    parser.add_argument('config', help='config of the network')
    parser.add_argument('checkpoint', help='published checkpoint, of any known format')
    parser.add_argument('out', help='file to write')
    return parser.parse_args()


def main() -> None:
    """Convert, check against the network and write."""
    args = parse_args()
    cfg = Config.fromfile(args.config)
    with DefaultScope.overwrite_default_scope(cfg.default_scope), torch.device('meta'):
        network = MODELS.build(cfg.model)
    expected = {name: value.shape for name, value in network.state_dict().items()}
    checkpoint = load_from_local(args.checkpoint, map_location='cpu')
    try:
        weights = convert_checkpoint(checkpoint, expected)
    except CheckpointError as error:
        raise CheckpointError(f'{args.checkpoint}: {error}') from error
    content = io.BytesIO()
    torch.save(dict(state_dict=weights), content)
    write_whole(args.out, content.getvalue())


if __name__ == '__main__':
    main()
