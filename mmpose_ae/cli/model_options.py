"""Options of the command line that name a model."""

from argparse import Namespace


def check_named(args: Namespace) -> None:
    """Refuse options that name no model, or more than one.

    Args:
        args (Namespace): ``model``, ``config`` and ``checkpoint`` of the command line; ``model`` is
            no exported file.

    Raises:
        ValueError: Says which.
    """
    if args.model and args.config:
        raise ValueError('--model names a config and its weights; --config gives another one')
    if args.config and not args.checkpoint:
        raise ValueError('--config needs a --checkpoint')
    if args.checkpoint and not (args.model or args.config):
        raise ValueError(
            f'--checkpoint {args.checkpoint} needs the --config that it was trained with'
        )
