"""Config files of users: what is no Python is named with its place."""

import os
from typing import Union

from mmengine.config import Config


class ConfigError(ValueError):
    """A config that cannot be read."""


def read_config_file(path: Union[str, os.PathLike]) -> Config:
    """Read a config, also one of a dataset's metainfo.

    Args:
        path (str | PathLike): The file.

    Returns:
        Config: What is in it and in its ``_base_``.

    Raises:
        ConfigError: It, one of its ``_base_`` or a module that it imports is no Python.
    """
    try:
        return Config.fromfile(path)
    except SyntaxError as error:  # which knows the file of a module alone
        known = os.path.isfile(error.filename or '')
        place = error.filename if known else f'config {path}, or one of its _base_'
        raise ConfigError(f'{place}: line {error.lineno} is no Python: {error.msg}') from error
