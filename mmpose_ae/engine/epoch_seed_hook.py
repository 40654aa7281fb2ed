"""Random numbers that a resumed run draws as an uninterrupted one would."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner

from mmpose_ae.registry import HOOKS

EPOCHS_PER_SEED = 100_003  # a prime: seeds of neighboring runs do not share epochs
STREAMS_PER_SEED = 2_000_003  # the same where iterations are seeded, of images and of the network
PROCESSES_PER_EPOCH = 1009


def epoch_seed() -> int:
    """A number of the run's seed and the epoch or iteration, the same in all processes of the run.

    It is what :class:`EpochSeedHook` has set in this process, not in one that loads images.
    """
    return torch.initial_seed() // PROCESSES_PER_EPOCH


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seed every epoch by the run's seed and the epoch's number, or every iteration by its number.

    The second is of loops that count iterations (``by_epoch=False``), which have no epochs.

    MMEngine restores the seed of a checkpoint, not how many numbers had been drawn: after a resume
    the augmentation would start over. With this hook a run that was killed ends as if it had
    not been, to the last bit where torch is deterministic and images are loaded in the main
    process (``num_workers=0``). Loader processes keep MMEngine's seeds.
    """

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed Python, NumPy and torch for the epoch that begins, or the first iteration.

        Args:
            runner (Runner): Gives the seed and the epoch; each process draws its own numbers.
        """
        if _counts_iterations(runner):
            _seed(runner.seed * STREAMS_PER_SEED + 2 * runner.iter)
        else:
            _seed(runner.seed * EPOCHS_PER_SEED + runner.epoch)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed what the network draws; arguments as in MMEngine. The images are loaded by then."""
        if _counts_iterations(runner):
            _seed(runner.seed * STREAMS_PER_SEED + 2 * runner.iter + 1)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Seed what the next images are augmented by; arguments as in MMEngine."""
        if _counts_iterations(runner):
            _seed(runner.seed * STREAMS_PER_SEED + 2 * (runner.iter + 1))


def _counts_iterations(runner: Runner) -> bool:
    return isinstance(runner.train_loop, IterBasedTrainLoop)


def _seed(number: int) -> None:
    """Seed Python, NumPy and torch by a number; each process draws its own numbers."""
    seed = number * PROCESSES_PER_EPOCH + get_rank()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed % 2**63)
