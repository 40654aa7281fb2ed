"""The values of ``--cfg-options``: numbers, lists and texts, as they are typed."""

import re
import shlex
from typing import Any, List, Optional

CLOSING = {'(': ')', '[': ']'}
# What divides a value: commas and brackets, but not those in a part that is in quotes.
MARK = re.compile(r"""(?:^|(?<=[,(\[]))\s*(['"]).*?\1(?=\s*(?:[,)\]]|$))|[,()\[\]]""", re.S)
QUOTED = re.compile(r"""\s*(['"])((?:(?!\1).)*)\1\s*""", re.S)
BEGINS_AS_PATH = re.compile(r'[^()\[\]]*[/\\]')
INTEGER = r'[+-]?(?:0|[1-9][0-9]*)'  # 0123 and 1_000 are texts
NUMBERS = (
    (int, re.compile(INTEGER)),
    (float, re.compile(rf'(?:{INTEGER}(?:\.[0-9]*)?|[+-]?\.[0-9]+)(?:e[+-]?[0-9]+)?', re.I)),
    (float, re.compile(r'[+-]?(?:inf|infinity|nan)', re.I)),
)
WORDS = dict(true=True, false=False)


def read_value(text: str) -> Any:
    """Read a value as MMEngine's ``DictAction`` does, but leave texts as they are.

    Numbers, ``true``, ``false`` and ``None`` are those; ``[a,b]`` and ``a,b`` are lists, ``(a,b)``
    is a tuple. All others are texts, also ``1_000`` and ``007``: blanks in them stay, and commas
    after a ``/``, too, unless they are in brackets. What is in quotes is a text without them,
    but for a list in brackets, as of MMEngine; in a list they keep the commas of a text.

    Args:
        text (str): What was typed.

    Returns:
        object: The value.

    Raises:
        ValueError: If brackets do not match.
    """
    bare = text.strip()
    quoted = QUOTED.fullmatch(bare)
    if quoted and quoted[2].strip()[:1] in CLOSING:
        return read_value(quoted[2])
    if bare[:1] not in CLOSING and (',' not in bare or BEGINS_AS_PATH.match(bare)):
        return _read_word(text)
    parts = _split(bare)
    if parts is None:
        raise ValueError(f'brackets do not match in {text}')
    if len(parts) == 1 and not bare.endswith(','):
        return _read_part(bare)
    return [_read_part(part) for part in parts]


def type_setting(key: str, text: str) -> str:
    """Say how to type a text as a value of ``--cfg-options``.

    Args:
        key (str): Of the config.
        text (str): Name of a file.

    Returns:
        str: For a shell; what it hands on is read as this file.
    """
    plain = BEGINS_AS_PATH.match(text) or not MARK.search(text)
    path = text if plain and read_value(text) == text else f'./{text}'
    return shlex.quote(f'{key}={path}')


def _read_part(part: str) -> Any:
    """Read an element of a list, or a whole value without the blanks around it."""
    part = part.strip()
    inner = _split(part[1:-1]) if part[-1:] == CLOSING.get(part[:1]) else None
    if inner is None:
        return _read_word(part)
    values = map(_read_part, inner)
    return tuple(values) if part[0] == '(' else list(values)


def _split(text: str) -> Optional[List[str]]:
    """Split at the commas outside of brackets and quotes; None where brackets do not match."""
    parts, start, expected = [], 0, []
    for found in MARK.finditer(text):
        mark = found[0]
        if mark in CLOSING:
            expected.append(CLOSING[mark])
        elif mark in CLOSING.values():
            if not expected or expected.pop() != mark:
                return None
        elif mark == ',' and not expected:
            parts.append(text[start : found.start()])
            start = found.end()
    last = [text[start:]] if text[start:].strip() else []
    return None if expected else parts + last


def _read_word(text: str) -> Any:
    """Read what is no list."""
    quoted, bare = QUOTED.fullmatch(text), text.strip()
    if quoted:
        return quoted[2]
    for kind, form in NUMBERS:
        if form.fullmatch(bare):
            return kind(bare)
    return None if bare == 'None' else WORDS.get(bare.lower(), text)
