"""A predictor without a network: whatever a source is, what is found depends on its name alone."""

import zlib
from argparse import Namespace
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import cv2
import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Failure, Prediction, open_source
from mmpose_ae.prediction.stopwatch import Stopwatch

NAMES, SKELETON = ('left', 'right', 'top'), ((0, 2), (1, 2))


class FakePredictor:
    """Finds none to three people; is interrupted before a picture if told so.

    Args:
        interrupt (int, optional): How many pictures come before Ctrl-C.
        weights (str): What it says that its weights are.
    """

    name, keypoint_names, skeleton, score_threshold = 'fake', NAMES, SKELETON, 0.2

    def __init__(self, interrupt: Optional[int] = None, weights: str = 'w') -> None:
        self.interrupt, self.weights, self.left_out = interrupt, weights, 0
        self.stopwatch = Stopwatch('cpu')

    def fingerprint(self) -> dict:
        """As :meth:`Predictor.fingerprint`."""
        return dict(config='c', weights=self.weights)

    def __call__(self, source: Any, on_failure: Callable) -> Iterator[Prediction]:
        """As :meth:`Predictor.__call__`, in order and without a thread."""
        done = 0
        for picture in open_source(source):
            image = picture.image if picture.image is not None else _read(picture.path)
            if image is None:
                on_failure(Failure(picture.path, picture.frame, f'no picture: {picture.path}'))
                continue
            if done == self.interrupt:
                raise KeyboardInterrupt
            done += 1
            yield Prediction(
                _find(f'{picture.path} {picture.frame}'), image.shape[1::-1], NAMES, SKELETON,
                picture.path, picture.frame, picture.video, image=image,
            )  # fmt: skip


def options(*sources: Path, **given: Any) -> Namespace:
    """Options of ``mmpose-ae predict`` as its parser gives them; off where left out."""
    off = dict(kpt_thr=0.3, show=False, shard=None, resume=False, overwrite=False, out=None)
    return Namespace(**{**off, 'source': list(map(str, sources)), 'command': 'predict', **given})


def _read(path: str) -> Optional[np.ndarray]:
    data = Path(path).read_bytes() if Path(path).exists() else b''
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None


def _find(name: str) -> Poses:
    rng = np.random.default_rng(zlib.crc32(name.encode(errors='surrogateescape')))
    count = rng.integers(4)
    points = rng.uniform(0, 16, (count, 3, 2)).astype(np.float32)
    scores = np.sort(rng.uniform(0.2, 1, count).astype(np.float32))[::-1]
    return Poses(points, rng.uniform(size=(count, 3)).astype(np.float32), scores)
