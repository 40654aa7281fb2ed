"""The command ``models``."""

from argparse import Namespace

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.prediction.zoo import list_models


def models(args: Namespace) -> int:
    """List the models that have a name.

    Args:
        args (Namespace): ``all``: also those without published weights.

    Returns:
        int: Exit status.
    """
    rows = [('NAME', 'DATA', 'INPUT', 'PARAMETERS', 'AP', 'LICENSE', 'WEIGHTS')]
    for model in list_models():
        if model.weights or args.all:
            place = model.weights and cache_path(model.weights)
            state = 'cached' if place and place.exists() else 'to download' if place else 'none'
            terms = model.license or ('not stated' if place else '')
            known = (model.name, model.data, model.size, model.parameters, model.reported)
            rows.append((*known, terms, state))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print('  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 0
