"""The strategies that this package ships, by name."""

from typing import Any, Callable

from mmpose_ae.options import check_choice, check_known, option_names

from .density import DensityGrouping
from .greedy import GreedyGrouping

Strategy = Callable[..., Any]
STRATEGIES = {cls.__name__: cls for cls in (DensityGrouping, GreedyGrouping)}


def build_strategy(cfg: dict) -> Strategy:
    """Make a strategy from its type and options.

    Args:
        cfg (dict): ``type``, a name of :data:`STRATEGIES`, and options of that class.

    Returns:
        callable: The strategy.

    Raises:
        ValueError: If the type or a value is none of those that there are.
        TypeError: If an option is unknown.
    """
    options = dict(cfg)
    kind = options.pop('type', None)
    check_choice('type of grouping', kind, STRATEGIES)
    check_known(kind, options, option_names(STRATEGIES[kind]))
    return STRATEGIES[kind](**options)


def describe_strategy(strategy: Strategy) -> dict:
    """Write a strategy down, so that :func:`build_strategy` can make another one.

    Args:
        strategy (callable): One of this package.

    Returns:
        dict: ``type`` and all options.

    Raises:
        ValueError: If it is not of this package: whoever reads the file would not have it.
    """
    kind = type(strategy)
    if kind not in STRATEGIES.values():
        raise ValueError(
            f'grouping by {kind.__name__} cannot be written to a file, '
            f'only by one of {sorted(STRATEGIES)}'
        )
    options = {name: getattr(strategy, name) for name in sorted(option_names(kind))}
    return dict(type=kind.__name__, **options)
