"""Pictures of predictions while a model is validated or tested."""

from pathlib import Path
from typing import Optional, Sequence

import mmcv
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.engine.hooks import PoseVisualizationHook as _PoseVisualizationHook
from mmpose.structures import PoseDataSample, merge_data_samples

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.options import check_count
from mmpose_ae.registry import HOOKS


@HOOKS.register_module()
class PoseVisualizationHook(_PoseVisualizationHook):
    """MMPose's hook, with pictures where they were asked for and of the samples that were.

    MMPose's puts them below the work dir, each batch in a folder of its own, draws all test samples
    whatever ``interval`` says, and saves none of validation to ``out_dir``.

    Args:
        enable (bool): Whether to draw at all.
        interval (int): Draw the first of every so many samples, counted in each process.
        out_dir (str, optional): Folder of the pictures; each validation has one of its own in it,
            ``iter_<iterations so far>``. None hands pictures to the visualizer's backends.
        **kwargs: As in MMPose's hook.
    """

    def __init__(self, enable: bool = False, interval: int = 50, **kwargs) -> None:
        check_count('interval of pictures', interval, 1)
        super().__init__(enable, interval, **kwargs)
        self._seen = 0

    def before_val_epoch(self, runner: Runner) -> None:
        """Count the samples from the start."""
        self._seen = 0

    before_test_epoch = before_val_epoch

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Sequence[PoseDataSample]
    ) -> None:
        """Draw what was predicted for a batch of validation; arguments as in MMPose."""
        folder = self.out_dir and Path(self.out_dir) / f'iter_{runner.iter}'
        self._draw(runner, outputs, runner.val_evaluator, folder, 'val_img', runner.iter)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Sequence[PoseDataSample]
    ) -> None:
        """Draw what was predicted for a batch of testing; arguments as in MMPose."""
        folder = self.out_dir and Path(self.out_dir)
        self._draw(runner, outputs, runner.test_evaluator, folder, 'test_img', 0)

    def _draw(
        self,
        runner: Runner,
        samples: Sequence[PoseDataSample],
        evaluator: Evaluator,
        folder: Optional[Path],
        name: str,
        first_step: int,
    ) -> None:
        if not self.enable:
            return
        self._visualizer = runner.visualizer  # MMPose's is whatever was built last before the hook
        self._visualizer.set_dataset_meta(evaluator.dataset_meta)
        for sample in samples:
            if self._seen % self.interval == 0:
                self._draw_sample(sample, folder, name, first_step + self._seen)
            self._seen += 1

    def _draw_sample(
        self, sample: PoseDataSample, folder: Optional[Path], name: str, step: int
    ) -> None:
        path = Path(sample.img_path)
        image = whole_image(sample.metainfo, self.backend_args)
        out_file = folder and folder / f'{path.stem}_{sample.img_id}{path.suffix}'
        self._visualizer.add_datasample(
            path.name if self.show else name,
            mmcv.bgr2rgb(image),
            data_sample=merge_data_samples([sample]),
            draw_gt=False,
            draw_bbox=True,
            draw_heatmap=True,
            show=self.show,
            wait_time=self.wait_time,
            kpt_thr=self.kpt_thr,
            out_file=out_file and str(out_file),
            step=step,
        )
