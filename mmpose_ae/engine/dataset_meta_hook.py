"""The network learns of which people the data are that it is validated or tested on."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmpose_ae.registry import HOOKS


@HOOKS.register_module()
class DatasetMetaHook(Hook):
    """Set ``dataset_meta`` of the model to the metainfo of the dataset, as MMPose's APIs do.

    The estimators of this package then refuse a learned score of other keypoints.
    """

    def before_val(self, runner: Runner) -> None:
        """Tell the model what it is validated on.

        Args:
            runner (Runner): With a dataset, whose metainfo is told if it has some.
        """
        self._tell(runner, runner.val_dataloader)

    def before_test(self, runner: Runner) -> None:
        """Tell the model what it is tested on; argument as of :meth:`before_val`."""
        self._tell(runner, runner.test_dataloader)

    @staticmethod
    def _tell(runner: Runner, loader: DataLoader) -> None:
        meta = getattr(loader.dataset, 'metainfo', None)
        if meta is not None:
            model = runner.model.module if is_model_wrapper(runner.model) else runner.model
            model.dataset_meta = meta
