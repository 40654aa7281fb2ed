"""The trained model whose predictions are drawn."""

from pathlib import Path
from typing import Any, Union

from mmengine.config import Config
from mmengine.device import get_device
from mmpose.apis import init_model
from torch import nn


def load_model(cfg: Config, checkpoint: Union[str, Path], **test_cfg: Any) -> nn.Module:
    """Build a trained model on the best device there is.

    Args:
        cfg (Config): Its config, which is not changed.
        checkpoint (str | Path): Its weights.
        **test_cfg: Options of ``test_cfg`` that are to differ from those of the config.

    Returns:
        nn.Module: Ready to predict.
    """
    model = init_model(Config(cfg.to_dict()), str(checkpoint), device=get_device())
    model.test_cfg = dict(model.test_cfg, **test_cfg)
    return model
