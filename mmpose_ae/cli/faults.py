"""What is wrong with a config or a file that a user names, as one line."""

import re
from contextlib import contextmanager
from typing import Any, Iterator

from mmengine.config import Config

UNKNOWN = re.compile(r'(\S+) is not in the \S+ registry')  # MMEngine's words


class UnknownType(ValueError):
    """A config names something that nobody has registered."""


@contextmanager
def naming_types(cfg: Config) -> Iterator[None]:
    """Say where in a config a type stands that MMEngine cannot find while things are built.

    Args:
        cfg (Config): What is built.

    Raises:
        UnknownType: It names the file, the key and the type.
    """
    try:
        yield
    except KeyError as error:
        unknown = UNKNOWN.search(str(error.args[0]))
        name = unknown and unknown[1].strip('\'"')
        places = [key for key, value in _types(cfg.to_dict()) if value == name]
        if not places:
            raise
        raise UnknownType(
            f'{cfg.filename}: {", ".join(places)} is {name}, which nobody has registered; '
            'custom_imports names the modules that register what is used'
        ) from error


def _types(part: Any, key: str = '') -> Iterator[tuple]:
    """Each ``type`` below a part of a config: its key and value."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in pairs:
        place = f'{key}.{name}' if key else str(name)
        if name == 'type':
            yield place, value
        elif isinstance(value, (dict, list, tuple)):
            yield from _types(value, place)


@contextmanager
def in_one_line() -> Iterator[None]:
    """End a tool with a line, without a traceback, where a file or a type is not there.

    Raises:
        SystemExit: It says what is missing.
    """
    try:
        yield
    except (FileNotFoundError, UnknownType) as error:
        raise SystemExit(f'error: {error}') from error
