"""An exported network: pictures of any sizes to poses."""

from dataclasses import replace
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from mmpose_ae.decoding import read_poses
from mmpose_ae.decoding.read_poses import POSES
from mmpose_ae.frame import Frame
from mmpose_ae.grouping import Poses
from mmpose_ae.images import read_image_array, warp_image
from mmpose_ae.options import check_choice, check_count

from .backends import BACKENDS
from .description import read_description

EXPORTED = '.onnx'  # how names of files end
IMAGES, SHOWN = 'images', 'shown'  # names of inputs


class Input(NamedTuple):
    """What the network is shown of a picture.

    Attributes:
        pixels (np.ndarray): RGB, (h, w, 3), uint8.
        frame (Frame): How the picture lies on it.
    """

    pixels: np.ndarray
    frame: Frame


class ExportedModel:
    """A network from ``mmpose-ae export``.

    Args:
        path (str | Path): The file.
        backend (str): ``'onnxruntime'`` or ``'openvino'``.
        device (str): What computes it, see :mod:`mmpose_ae.runtime.backends`.
        threads (int, optional): Of an operator. None is one for each core.
        amp (bool): Mixed precision, of OpenVINO.

    Attributes:
        description (Description): What the file says.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not such a file, or an option does not make sense.
        ImportError: The backend is not installed.
    """

    def __init__(
        self,
        path: Union[str, Path],
        backend: str = 'onnxruntime',
        device: str = 'cpu',
        threads: Optional[int] = None,
        amp: bool = False,
    ) -> None:
        check_choice('backend', backend, BACKENDS)
        if threads is not None:
            check_count('threads', threads, 1)
        self.path, self.description = path, read_description(path)
        self._network = BACKENDS[backend](path, device, threads, amp)
        self._check_names()

    def prepare(self, image: np.ndarray) -> Input:
        """Make the network's input of a picture.

        Args:
            image (np.ndarray): (H, W, 3), BGR, or gray, values in 0..255, which are rounded.

        Returns:
            Input: Of the size that pictures of this size get.

        Raises:
            ValueError: If it is not certain what the image shows.
        """
        image = read_image_array(image)
        size = image.shape[1::-1]
        box = self.description.resize.box(size)
        pixels = np.rint(image).astype(np.uint8) if image.dtype != np.uint8 else image
        warped = warp_image(pixels, box.matrix, box.input_size)
        return Input(warped[..., ::-1], box.frame(size))

    def __call__(self, batch: Sequence[Input]) -> List[Poses]:
        """Find the people in pictures.

        Args:
            batch (sequence): Inputs, which are filled up with black to one size. Who is found then
                depends on the others, a little; in batches of one size it does not.

        Returns:
            list[Poses]: Of each picture, in its pixels, best first.
        """
        if not batch:
            return []
        images = _fill_up([each.pixels for each in batch])
        found = self.decode(self.run(images, [each.frame for each in batch]), images)
        return [_to_image(poses, each.frame) for poses, each in zip(found, batch)]

    def run(self, images: np.ndarray, frames: Sequence[Frame]) -> Dict[str, np.ndarray]:
        """Compute the network.

        Args:
            images (np.ndarray): RGB, (B, h, w, 3), uint8.
            frames (sequence): How pictures lie on them.

        Returns:
            dict: Its outputs by name.

        Raises:
            ValueError: The images are not what the network takes.
        """
        self._check(images)
        given = {IMAGES: images, SHOWN: np.array([frame.edges for frame in frames], np.float32)}
        return self._network({name: given[name] for name in self._network.input_names})

    def decode(self, outputs: Dict[str, np.ndarray], images: np.ndarray) -> List[Poses]:
        """Make people of the network's outputs.

        Args:
            outputs (dict): By name, of a batch.
            images (np.ndarray): What they are of, (B, h, w, 3).

        Returns:
            list[Poses]: Of each image, in pixels of the input, best first.
        """
        decoding = self.description.decoding
        if decoding is None:
            return read_poses(**outputs)
        return decoding(outputs, self.description.grid(images.shape[2:0:-1]))

    def _check_names(self) -> None:
        """Refuse a network that is not what the file says."""
        unknown = {*self._network.input_names} - {IMAGES, SHOWN}
        if unknown:
            raise ValueError(f'{self.path} asks for {sorted(unknown)}, expected {IMAGES} alone')
        decoding, given = self.description.decoding, self._network.output_names
        kind = 'null' if decoding is None else type(decoding).__name__
        needed = POSES if decoding is None else decoding.output_names
        if not {*needed} <= {*given}:
            raise ValueError(
                f'{self.path}: decoding in its metadata, {kind}, needs outputs '
                f'{", ".join(needed)}, but the file gives {", ".join(given)}'
            )

    def _check(self, images: np.ndarray) -> None:
        step, shape = self.description.resize.step, images.shape
        fits = images.ndim == 4 and shape[3] == 3 and not any(side % step for side in shape[1:3])
        if images.dtype != np.uint8 or not fits or not images.size:
            raise ValueError(
                f'{self.path} takes images (B, h, w, 3), uint8, with sides that are multiples of '
                f'{step}, got {shape}, {images.dtype}'
            )


def _fill_up(images: Sequence[np.ndarray]) -> np.ndarray:
    """Put images into a batch, filled up with black at the right and bottom."""
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    batch = np.zeros((len(images), height, width, 3), np.uint8)
    for room, image in zip(batch, images):
        room[: image.shape[0], : image.shape[1]] = image
    return batch


def _to_image(poses: Poses, frame: Frame) -> Poses:
    return replace(poses, keypoints=frame.to_image(poses.keypoints).astype(np.float32))
