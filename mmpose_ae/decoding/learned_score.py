"""A score that was learned: a small network reads a pose and says how good it is."""

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Sequence, Tuple, Union
from zipfile import BadZipFile

import numpy as np

from mmpose_ae.grouping import Poses, rank_poses
from mmpose_ae.grouping.oks import check_sigmas

from .pose_features import count_features, pose_features

FORMAT = 1  # of files
Layer = Tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)  # arrays have no one truth to compare
class LearnedScore:
    """Rank people by the share of COCO's thresholds at which they are expected to be right.

    ``mmpose-ae train-score`` learns it from what a network finds on annotated images. It is of
    that network: another one is wrong in other ways.

    Attributes:
        keypoint_names (tuple): Of the people that it was learned from, K.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).
        layers (tuple): Weights (inputs, outputs) and biases (outputs,) of each layer, float32.

    Raises:
        ValueError: If these do not fit together, or are not finite.
    """

    keypoint_names: Tuple[str, ...]
    sigmas: np.ndarray
    layers: Tuple[Layer, ...]

    def __post_init__(self) -> None:
        count = len(self.keypoint_names)
        if check_sigmas(self.sigmas).shape != (count,):
            raise ValueError(f'there are {len(self.sigmas)} sigmas of {count} keypoints')
        width = count_features(count)
        for weights, biases in self.layers:
            if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
                raise ValueError(f'the layer of {width} inputs has weights that are not finite')
            if weights.shape != (width, biases.size) or biases.ndim != 1:
                raise ValueError(
                    f'a layer of {width} inputs has weights {weights.shape}, biases {biases.shape}'
                )
            width = biases.size
        if width != 1:
            raise ValueError(f'the last layer has {width} outputs, expected one')

    def rank(self, poses: Poses) -> Poses:
        """Give people this score.

        Args:
            poses (Poses): Of one image, in pixels of the input, best first.

        Returns:
            Poses: The same people with other scores, from 0 to 1, best first.

        Raises:
            ValueError: If they have another number of keypoints.
        """
        self.check_keypoints(poses.keypoints.shape[1])
        scores = self.predict(pose_features(poses, self.sigmas))
        return rank_poses(replace(poses, instance_scores=scores))

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Compute the network.

        Args:
            features (np.ndarray): Of :func:`pose_features`, (N, D).

        Returns:
            np.ndarray: Scores, (N,), float32.
        """
        *hidden, (weights, biases) = self.layers
        values = features.astype(np.float32)
        for inner, offsets in hidden:
            values = np.maximum(values @ inner + offsets, 0)
        logits = (values @ weights + biases)[:, 0]
        return np.exp(-np.logaddexp(0, -logits))

    def check_keypoints(
        self, keypoints: Union[int, Sequence[str]], name: str = 'the learned score'
    ) -> None:
        """Refuse people with other keypoints.

        Args:
            keypoints (int | sequence[str]): How many they have, or their names.
            name (str): What messages call this score.

        Raises:
            ValueError: Says which ones they should have.
        """
        own = self.keypoint_names
        if keypoints != len(own) if isinstance(keypoints, int) else tuple(keypoints) != own:
            raise ValueError(
                f'{name} is of people with the {len(own)} keypoints {list(own)}, got {keypoints}'
            )

    def to_bytes(self) -> bytes:
        """Write the content of a file, which :meth:`from_bytes` reads."""
        named = {
            f'{name}{i}': v for i, pair in enumerate(self.layers) for name, v in zip('wb', pair)
        }
        head = dict(format=FORMAT, keypoint_names=self.keypoint_names, sigmas=self.sigmas)
        file = BytesIO()
        np.savez(file, **head, **named)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, name: str) -> 'LearnedScore':
        """Read the content of a file.

        Args:
            content (bytes): As :meth:`to_bytes` gives it.
            name (str): What messages call it.

        Raises:
            ValueError: If it is not such a file, is damaged, or is of a newer version.
        """
        try:
            return _read(dict(np.load(BytesIO(content), allow_pickle=False)))
        except KeyError as error:
            raise ValueError(f'{name} is not a learned score: it has no {error}') from error
        except (BadZipFile, EOFError, TypeError, ValueError) as error:
            raise ValueError(f'{name} is not a learned score: {error}') from error

    @classmethod
    def read(cls, path: Union[str, os.PathLike]) -> 'LearnedScore':
        """Read a file.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is not one of ``mmpose-ae train-score``; names it.
        """
        return cls.from_bytes(Path(path).read_bytes(), str(path))

    def to_text(self) -> str:
        """Write the content of a file as JSON can hold it."""
        return b64encode(self.to_bytes()).decode()

    @classmethod
    def from_text(cls, text: str) -> 'LearnedScore':
        """Read what :meth:`to_text` gives."""
        return cls.from_bytes(b64decode(text), 'learned_score')


def _read(arrays: dict) -> LearnedScore:
    version = int(arrays['format'])
    if version > FORMAT:
        raise ValueError(f'it has format {version}, this version of mmpose_ae reads up to {FORMAT}')
    count = sum(name.startswith('w') for name in arrays)
    layers = tuple((arrays[f'w{i}'], arrays[f'b{i}']) for i in range(count))
    return LearnedScore(tuple(arrays['keypoint_names'].tolist()), arrays['sigmas'], layers)
