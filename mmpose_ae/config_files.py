"""Config files of users: what is no Python, missing or cannot be set is named with its place."""

import os
from typing import Any, Dict, List, Optional, Union

from mmengine.config import Config


class ConfigError(ValueError):
    """A config, or an option that changes it, that cannot be read or used as it is."""


def read_config_file(path: Union[str, os.PathLike]) -> Config:
    """Read a config, also one of a dataset's metainfo.

    Args:
        path (str | PathLike): The file.

    Returns:
        Config: What is in it and in its ``_base_``.

    Raises:
        ConfigError: It, one of its ``_base_`` or a module that it imports is no Python, or fails.
        OSError: It or one of its ``_base_`` is missing.
        ImportError: What it imports is not installed.
        ValueError: MMEngine refuses what is in it.
    """
    try:
        return Config.fromfile(path)
    except SyntaxError as error:  # which knows the file of a module alone
        known = os.path.isfile(error.filename or '')
        place = error.filename if known else f'config {path}, or one of its _base_'
        raise ConfigError(f'{place}: line {error.lineno} is no Python: {error.msg}') from error
    except (OSError, ImportError, ValueError):
        raise
    except Exception as error:  # whatever the code of a config raises
        raise ConfigError(
            f'config {path}, or one of its _base_, fails: {type(error).__name__}: {error}'
        ) from error


def override(cfg: Config, settings: Dict[str, Any]) -> None:
    """Override settings of a config.

    Args:
        cfg (Config): It is changed.
        settings (dict): Values by key, ``a.b.c``; a number is a place in a list.

    Raises:
        ConfigError: There is no such place, or what is there has no settings.
    """
    for key, value in settings.items():
        try:
            cfg.merge_from_dict({key: value})
        except (AttributeError, KeyError, TypeError) as error:
            reason = _list_on_the_way(cfg, key) or error
            raise ConfigError(f'{key} cannot be set in {_name(cfg)}: {reason}') from error


def config_part(cfg: Config, place: str) -> Any:
    """Find a part of a config that cannot be done without.

    Args:
        cfg (Config): The config.
        place (str): Where it is, ``a.b.c``.

    Returns:
        What is there.

    Raises:
        ConfigError: Nothing is there.
    """
    part = cfg
    for name in place.split('.'):
        part = part.get(name) if hasattr(part, 'get') else None
        if part is None:
            raise ConfigError(f'{_name(cfg)} has no {place}, which is needed here')
    return part


def find_test_pipeline(cfg: Config) -> List[dict]:
    """Find the transforms of testing; raises as :func:`config_part`."""
    return config_part(cfg, 'test_dataloader.dataset.pipeline')


def _name(cfg: Config) -> str:
    return cfg.filename or 'the config'


def _list_on_the_way(cfg: Config, key: str) -> Optional[str]:
    """Say which part of a key is a list, and how its entries are named; None without one."""
    part, names = cfg, key.split('.')
    for depth, name in enumerate(names):
        is_list = isinstance(part, (list, tuple))
        if is_list and not name.isdigit():
            place, rest = '.'.join(names[:depth]), '.'.join(names[depth:])
            return f'{place} is a list of {len(part)}, so say which of them: {place}.0.{rest}'
        try:
            part = part[int(name) if is_list else name]
        except (IndexError, KeyError, TypeError):
            return None
    return None
