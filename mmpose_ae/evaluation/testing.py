"""What a config tests: its metric, and a runner for it."""

from pathlib import Path
from typing import Union

from mmengine.config import Config
from mmengine.runner import Runner

from mmpose_ae.config_files import config_part


def find_metric(cfg: Config, kind: str) -> dict:
    """Find the metric of a config.

    Args:
        cfg (Config): With a ``test_evaluator``.
        kind (str): ``'coco'``, of COCO's format, or ``'mpii'``.

    Returns:
        dict: Its config.

    Raises:
        ValueError: If there is none.
    """
    given = config_part(cfg, 'test_evaluator')
    metrics = given if isinstance(given, (list, tuple)) else [given]
    kinds = dict(coco=('CocoMetric', 'CrowdSubsetMetric'), mpii=('MpiiMultiPersonMetric',))[kind]
    for metric in metrics:
        if metric['type'].rpartition('.')[2] in kinds:
            return dict(metric)
    raise ValueError(
        f'test_evaluator of the config has {[metric["type"] for metric in metrics]}, expected '
        f'{" or ".join(kinds)}'
    )


def build_tester(cfg: Config, checkpoint: Union[str, Path], work_dir: str) -> Runner:
    """Build a runner that tests, and that says how far it is but not all of its config.

    Args:
        cfg (Config): What to test, and on what; it is changed.
        checkpoint (str | Path): Weights.
        work_dir (str): Folder of its log.

    Returns:
        Runner: Draws nothing.
    """
    cfg.load_from, cfg.work_dir = str(checkpoint), work_dir
    # MMEngine keeps loggers and visualizers by name, of earlier runs in the same second, too.
    cfg.experiment_name = work_dir
    cfg.visualizer = dict(type='Visualizer', name=work_dir, vis_backends=[])
    runner = Runner.from_cfg(Config(dict(cfg, log_level='WARNING'), filename=cfg.filename))
    for handler in runner.logger.handlers:
        handler.setLevel('INFO')
    return runner
