"""Rename the keys of a state dict by rules."""

import re
from typing import Callable, Dict, Iterable, Optional, Sequence, Tuple, Union

from torch import Tensor

Rule = Tuple[str, Union[str, Callable[[re.Match], str]]]


def rename_keys(state_dict: Dict[str, Tensor], rules: Sequence[Rule]) -> Dict[str, Tensor]:
    """Rename every key by the first rule whose pattern matches all of it.

    Args:
        state_dict (dict[str, Tensor]): Weights under foreign names.
        rules (Sequence[tuple]): Pairs of a regular expression and its replacement: a template
            with groups, or a function of the match.

    Returns:
        dict[str, Tensor]: The same tensors, in the same order, under the new names.

    Raises:
        KeyError: No rule matches a key; all such keys are named.
    """
    names = {key: _rename(key, rules) for key in state_dict}
    unknown = [key for key, name in names.items() if name is None]
    if unknown:
        raise KeyError(f'unknown key names: {", ".join(unknown)}')
    return {names[key]: value for key, value in state_dict.items()}


def require_keys(weights: Dict[str, Tensor], keys: Iterable[str]) -> None:
    """Check that keys which a conversion combines are there.

    Raises:
        KeyError: Some are missing; all of them are named.
    """
    missing = [key for key in keys if key not in weights]
    if missing:
        raise KeyError(f'missing key names: {", ".join(missing)}')


def _rename(key: str, rules: Sequence[Rule]) -> Optional[str]:
    for pattern, replacement in rules:
        match = re.fullmatch(pattern, key)
        if match:
            return replacement(match) if callable(replacement) else match.expand(replacement)
    return None
