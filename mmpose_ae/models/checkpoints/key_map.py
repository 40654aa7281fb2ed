"""Rename the keys of a state dict by rules."""

import re
from typing import Callable, Dict, Sequence, Tuple, Union

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
        KeyError: No rule matches a key.
    """
    return {_rename(key, rules): value for key, value in state_dict.items()}


def _rename(key: str, rules: Sequence[Rule]) -> str:
    for pattern, replacement in rules:
        match = re.fullmatch(pattern, key)
        if match:
            return replacement(match) if callable(replacement) else match.expand(replacement)
    raise KeyError(f'unknown key {key!r}: none of {[pattern for pattern, _ in rules]} matches it')
