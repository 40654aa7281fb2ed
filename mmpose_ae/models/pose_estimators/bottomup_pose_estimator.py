"""Bottom-up estimator that takes image pyramids and the checkpoints of others."""

from typing import Any, Collection, List, Optional, Tuple, Union

from mmpose.models.pose_estimators import BottomupPoseEstimator as _BottomupPoseEstimator
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.checkpoints import CheckpointError, Origin, convert_checkpoint, is_foreign
from mmpose_ae.codecs import BottomupCodec
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.models.heads import GroundTruth
from mmpose_ae.models.heads.views import nest_views
from mmpose_ae.registry import MODELS, build_own

from .single_person_refiner import SinglePersonRefiner  # noqa: F401  (registers it)

START_FROM_A_PART = (
    "\nTo start training from what fits of it, give it as model.init_cfg=dict(type='Pretrained', "
    'checkpoint=...), not as load_from'
)


@MODELS.register_module()
class BottomupPoseEstimator(_BottomupPoseEstimator):
    """MMPose's estimator, which takes pyramids and loads published weights as they are.

    MMPose's ``forward`` stacks the scales of a pyramid and fails on it. The formats of checkpoints
    are in :mod:`mmpose_ae.checkpoints`. A file must have the network's weights, no more and no
    less; ``init_cfg=dict(type='Pretrained', checkpoint=...)`` starts training from what fits of
    another network. Options of ``test_cfg`` are those of the head and

    - ``ground_truth``: ``'heatmaps'`` or ``'tags'``: what would a head predict that knows them? See
      :class:`GroundTruth`.

    Others are refused, as are options of ``train_cfg`` that the head does not know.

    Args:
        *args: As in MMPose's.
        refiner (dict, optional): A :class:`SinglePersonRefiner` that improves the people who were
            found, in testing. Its weights are not among those of the estimator.
        **kwargs: As in MMPose's.
    """

    _starting = False

    def __init__(self, *args, refiner: Optional[dict] = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        whole = refiner and {'type': 'SinglePersonRefiner', **refiner}
        self.refiner = whole and build_own(MODELS, whole)
        head, test_cfg = self._testing_head()
        if hasattr(head, 'read_test_cfg'):
            head.read_test_cfg(test_cfg)
        if hasattr(getattr(self, 'head', None), 'read_train_cfg'):
            self.head.read_train_cfg(self.train_cfg)

    def _testing_head(self) -> Tuple[Any, dict]:
        """The head that predicts, and its options."""
        test_cfg = dict(self.test_cfg)
        kind = test_cfg.pop('ground_truth', None)
        head = getattr(self, 'head', None)
        return (head if kind is None else GroundTruth(head, kind)), test_cfg

    def check_keypoints(self) -> None:
        """Refuse a learned score or a refiner of other keypoints than ``dataset_meta`` has.

        Nothing is refused where it is not known. MMPose's APIs set it, and ``DatasetMetaHook``.
        :meth:`predict` checks it, too.

        Raises:
            ValueError: Says which keypoints the score or the refiner is of.
        """
        names = keypoint_names(getattr(self, 'dataset_meta', None) or {})
        decoder = getattr(getattr(self, 'head', None), 'decoder', None)
        if names and isinstance(decoder, BottomupCodec):
            decoder.check_keypoints(names)
        if names and self.refiner:
            self.refiner.check_keypoints(names)

    def forward(
        self,
        inputs: Union[Tensor, List[Tensor]],
        data_samples: Optional[List[PoseDataSample]] = None,
        mode: str = 'tensor',
    ) -> Union[dict, list, Tensor, tuple]:
        """Run the model.

        Args:
            inputs (Tensor | list[Tensor]): Images (B, 3, H, W); to predict, also a list of them
                over the scales of a pyramid, the base first.
            data_samples (list[PoseDataSample], optional): One per image.
            mode (str): ``'loss'``, ``'predict'`` or ``'tensor'``.

        Returns:
            dict | list | Tensor | tuple: As in MMPose, by ``mode``.
        """
        if mode == 'predict' and isinstance(inputs, list):
            inputs = tuple(inputs)  # MMPose stacks lists and leaves tuples alone
        return super().forward(inputs, data_samples, mode)

    def predict(
        self, inputs: Union[Tensor, Tuple[Tensor]], data_samples: List[PoseDataSample]
    ) -> List[PoseDataSample]:
        """Predict the instances of a batch of images, or of image pyramids.

        Args:
            inputs (Tensor | tuple[Tensor]): As in :meth:`forward`.
            data_samples (list[PoseDataSample]): One per image.

        Returns:
            list[PoseDataSample]: With ``pred_instances`` in pixels of the original images.

        Raises:
            ValueError: If ``test_cfg`` and pipeline disagree about an image pyramid, or
                :meth:`check_keypoints` refuses.
        """
        self.check_keypoints()
        head, test_cfg = self._testing_head()
        scales = list(inputs) if isinstance(inputs, tuple) else [inputs]
        feats = nest_views(scales, self.extract_feat, data_samples[0].metainfo, test_cfg)
        predictions = head.predict(feats, data_samples, test_cfg)
        instances, fields = predictions if isinstance(predictions, tuple) else (predictions, None)
        predicted = self.add_pred_to_datasample(instances, fields, data_samples)
        return self.refiner(predicted, scales[0].device) if self.refiner else predicted

    def init_weights(self) -> None:
        """Initialize the weights to train; those of ``init_cfg`` may be of another network."""
        self._starting = True
        try:
            super().init_weights()
        finally:
            self._starting = False

    def _load_state_dict_pre_hook(
        self, state_dict: dict, prefix: str, local_meta: dict, *args, **kwargs
    ) -> None:
        """Convert and check weights before they are loaded, in place; MMPose registers this hook.

        What comes from a file is checked as a whole: MMEngine would load what fits. Weights from
        Python that have our names are left to ``strict`` of ``load_state_dict``.
        """
        file = local_meta.file if isinstance(local_meta, Origin) else ''
        if not prefix and (file or is_foreign(state_dict)):
            weights = self._convert(state_dict, file)
            state_dict.clear()
            state_dict.update(weights)
        super()._load_state_dict_pre_hook(state_dict, prefix, local_meta, *args, **kwargs)

    def _convert(self, state_dict: dict, file: str) -> dict:
        """The weights of a state dict under the names of this network."""
        expected = {name: value.shape for name, value in self.state_dict().items()}
        required = self._required_to_start() if self._starting else expected
        try:
            return convert_checkpoint(state_dict, expected, required, partial=self._starting)
        except CheckpointError as error:
            advice = '' if self._starting else START_FROM_A_PART
            raise CheckpointError(f'{file or "weights"}: {error}{advice}') from error

    def _required_to_start(self) -> Collection[str]:
        """Names of weights that must be in a file to start training from."""
        return ()
