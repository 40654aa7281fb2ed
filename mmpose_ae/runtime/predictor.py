"""From any source of pictures to their people, with an exported file."""

import hashlib
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from mmpose_ae.images import read_image, read_image_array
from mmpose_ae.prediction import BasePredictor, Picture
from mmpose_ae.prediction.base import FoundPeople, choose_score
from mmpose_ae.prediction.stopwatch import Stopwatch

from .model import ExportedModel, Input

DIGITS = 12  # of a hash


class RuntimePredictor(BasePredictor):
    """Find the people in pictures: ``for prediction in RuntimePredictor('out.onnx')(SOURCE)``.

    It is used as :class:`mmpose_ae.Predictor`, and gives the same people.

    Args:
        model (str | Path): A file of ``mmpose-ae export``.
        backend (str): ``'onnxruntime'`` or ``'openvino'``.
        device (str, optional): ``'cpu'``; with onnxruntime-gpu also ``'cuda'``, ``'cuda:1'``. None
            is the CPU.
        threads (int, optional): Of the network. None is one for each core.
        amp (bool): Mixed precision, of OpenVINO: bfloat16 where the CPU has it.
        batch_size (int): Most pictures that the network sees at a time, those of them that are of
            one size for it. Cameras get 1.
        score_threshold (float, optional): Least score of a person. None is that of the file, or
            0.2.
        max_people (int, optional): Most people of a picture, the best ones.
        region (sequence[int], optional): Left, top, right and bottom, in pixels: look only there.
        track (bool | dict): Number people over the frames of videos, see :func:`follow`; a dict
            has options of :class:`mmpose_ae.tracking.Tracker`: with ``dict(colors={})`` people
            are known by their colors, too.
        smooth (bool): With ``track``: also smooth the positions of their keypoints over time.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not such a file, or an option does not make sense.
        ImportError: The backend is not installed.
    """

    def __init__(
        self,
        model: Union[str, Path],
        backend: str = 'onnxruntime',
        device: Optional[str] = None,
        threads: Optional[int] = None,
        amp: bool = False,
        batch_size: int = 1,
        score_threshold: Optional[float] = None,
        max_people: Optional[int] = None,
        region: Optional[Sequence[int]] = None,
        track: Union[bool, dict] = False,
        smooth: bool = False,
    ) -> None:
        super().__init__(batch_size, max_people, region, track, smooth)
        self.model = ExportedModel(model, backend, device or 'cpu', threads, amp)
        said = self.model.description
        self.name, self.sigmas = said.name, said.sigmas
        self.keypoint_names, self.skeleton = said.keypoint_names, said.skeleton
        self.tags_over_time = said.tags_over_time
        self.score_threshold = choose_score(score_threshold, said.score_threshold)
        self.stopwatch = Stopwatch()
        self.stopwatch.watch(self.model, 'decoding', ['decode'])

    def fingerprint(self) -> Dict[str, str]:
        """What tells this file from others.

        Returns:
            dict: ``weights``, a short hash of the file.
        """
        content = Path(self.model.path).read_bytes()
        return dict(weights=hashlib.sha256(content).hexdigest()[:DIGITS])

    def _load_image(self, picture: Picture) -> np.ndarray:
        given = picture.image
        return read_image(picture.path) if given is None else read_image_array(given)

    def _make_input(self, image: np.ndarray, path: Optional[str]) -> Input:
        return self.model.prepare(image)

    def _shape(self, inputs: Input) -> Tuple[int, ...]:
        return inputs.pixels.shape

    def _find(self, inputs: List[Input]) -> List[FoundPeople]:
        return [FoundPeople(poses) for poses in self.model(inputs)]
