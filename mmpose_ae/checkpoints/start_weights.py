"""What a training need not load where a checkpoint has all weights of its network."""

from typing import Any

from mmengine.model import PretrainedInit


def drop_start_weights(part: Any) -> None:
    """Leave out the files that a network and its parts start from; they need not be there then.

    Args:
        part (Any): The config of the network, or a value in it; changed in place at every depth:
            each ``init_cfg`` keeps what draws weights.
    """
    if isinstance(part, dict):
        if part.get('init_cfg'):
            part['init_cfg'] = _drawn(part['init_cfg'])
        for value in part.values():
            drop_start_weights(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            drop_start_weights(value)


def _drawn(init_cfg: Any) -> Any:
    """The settings that load no file, None without any."""
    settings = init_cfg if isinstance(init_cfg, (list, tuple)) else [init_cfg]
    kept = [each for each in settings if each.get('type') not in ('Pretrained', PretrainedInit)]
    return init_cfg if len(kept) == len(settings) else kept or None
