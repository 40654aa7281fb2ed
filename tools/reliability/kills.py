"""Kill small training runs at any moment, and go on with them: nothing that was whole may be lost.

A run is MMEngine's, with this package's hook and its choice of a checkpoint, and a network of one
layer. Runs are forked from this process.
"""

import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
import zipfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, Optional

import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.logging import MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.utils.data import Dataset

from mmpose_ae.checkpoints import resume_newest

EPOCHS = 3
FILE_EVENTS = ('open', 'os.rename', 'os.remove')
OPERATIONS = 65  # on files, in a whole run


class _Points(Dataset):
    """Four random vectors."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> dict:
        return dict(inputs=torch.full((128,), float(index)))


class _Layer(BaseModel):
    """One linear layer, large enough for a checkpoint to be written in several steps."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(128, 128)

    def forward(self, inputs: Tensor, mode: str = 'loss') -> dict:
        loss = (self.layer(inputs) - inputs).square().mean()
        return dict(loss=loss) if mode == 'loss' else [loss]


class _Runner(Runner):
    """Does not look up the environment, which would take most of a short run."""

    def _log_env(self, env_cfg: dict) -> None:
        pass


class _Epoch(BaseMetric):
    """A metric that is better in every epoch, so that each writes a best checkpoint."""

    def process(self, data_batch: dict, data_samples: list) -> None:
        self.results.append(0)

    def compute_metrics(self, results: list) -> dict:
        return dict(epoch=float(MessageHub.get_current_instance().get_info('epoch')))


def train(folder: Path) -> None:
    """Train to the last epoch, from the newest checkpoint in a folder if there is one.

    Args:
        folder (Path): The folder of the run; ``went_on_from`` in it then names the checkpoint.
    """
    cfg = Config(dict(work_dir=str(folder), model={}, load_from=None))
    resume_newest(cfg)
    (folder / 'went_on_from').write_text(Path(cfg.load_from or '').name)
    loader = dict(batch_size=2, dataset=_Points(), num_workers=0)
    loader.update(
        sampler=dict(type='DefaultSampler', shuffle=False), collate_fn=dict(type='default_collate')
    )
    checkpoint = dict(
        type='CheckpointHook', interval=1, max_keep_ckpts=1, save_best='auto', rule='greater'
    )
    _Runner(
        _Layer(),
        str(folder),
        train_dataloader=loader,
        val_dataloader=loader,
        val_evaluator=Evaluator([_Epoch()]),
        train_cfg=dict(by_epoch=True, max_epochs=EPOCHS),
        val_cfg=dict(),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        default_hooks=dict(checkpoint=checkpoint),
        load_from=cfg.load_from,
        resume=cfg.resume,
        default_scope='mmpose_ae',
        experiment_name='killed',
    ).train()


def fork(task: Callable[[], None], log: Path) -> int:
    """Start a task in a process of its own, which exits with 1 if it fails.

    Args:
        task (Callable): What to do.
        log (Path): Where its output goes.

    Returns:
        int: The process.
    """
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        task()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def at_file_event(folder: Path, number: int, action: Callable[[], None]) -> None:
    """Do something just before the n-th time this process opens, moves or removes a file.

    Args:
        folder (Path): Where the files are that count.
        number (int): Which time, from 1.
        action (Callable): What to do then.
    """
    count = 0

    def watch(event: str, arguments: tuple) -> None:
        nonlocal count
        if event in FILE_EVENTS and str(arguments[0]).startswith(str(folder)):
            count += 1
            if count == number:
                action()

    sys.addaudithook(watch)


def kill_itself() -> None:
    """End this process as an operating system that has no memory left does."""
    os.kill(os.getpid(), signal.SIGKILL)


def limit_files(size: int) -> None:
    """Have this process killed inside the write that makes a file larger.

    Args:
        size (int): Bytes.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def intact_epochs(folder: Path) -> List[int]:
    """The epochs whose checkpoints are whole, by their check sums alone.

    Args:
        folder (Path): The folder of a run.

    Returns:
        list[int]: Sorted.
    """
    return sorted(int(path.stem[6:]) for path in folder.glob('epoch_*.pth') if _is_whole(path))


def _is_whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False


def count_unresumable(kills: int, seed: int, folder: Path) -> Dict[str, int]:
    """Kill runs at random moments, before file operations and inside writes, and go on with each.

    Args:
        kills (int): How many runs.
        seed (int): Of the moments.
        folder (Path): Where the runs write; emptied between them.

    Returns:
        dict[str, int]: How many runs went on from their newest whole checkpoint (``'resumed'``),
        had none yet (``'begun anew'``), were over before they were killed (``'not killed'``), went
        on from less than they had (``'lost progress'``) or not at all (``'unresumable'``).
    """
    generator = random.Random(seed)
    outcomes = Counter(
        dict.fromkeys(['resumed', 'begun anew', 'not killed', 'lost progress', 'unresumable'], 0)
    )
    seconds = _seconds_of_a_run(folder)
    operations = generator.sample(range(1, OPERATIONS + 1), OPERATIONS)
    for number in range(kills):
        way, turn = number % 3, number // 3 % OPERATIONS
        prepare, moment = {
            0: (None, generator.uniform(0, seconds)),
            1: (kill_itself, None),
            2: (partial(limit_files, generator.randint(0, 200_000)), None),
        }[way]
        outcomes[_kill_and_go_on(_empty(folder / 'run'), moment, operations[turn], prepare)] += 1
    return dict(outcomes)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.absolute()


def _seconds_of_a_run(folder: Path) -> float:
    work_dir = _empty(folder / 'run')
    start = time.monotonic()
    _, status = os.waitpid(fork(lambda: train(work_dir), folder / 'output.txt'), 0)
    if status:
        raise RuntimeError(f'a run that is not killed fails; see {folder / "output.txt"}')
    return time.monotonic() - start


def _kill_and_go_on(
    work_dir: Path, moment: Optional[float], operation: int, prepare: Optional[Callable]
) -> str:
    """Kill a run after some seconds or at a file operation, and tell what became of it."""
    output = work_dir.parent / 'output.txt'

    def killed_run() -> None:
        if prepare is not None:
            at_file_event(work_dir, operation, prepare)
        train(work_dir)

    process = fork(killed_run, output)
    if moment is not None:
        time.sleep(moment)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if not os.WIFSIGNALED(status):
        return 'not killed'
    intact = intact_epochs(work_dir)
    _, status = os.waitpid(fork(lambda: train(work_dir), output), 0)
    return _judge(work_dir, status, intact[-1] if intact else None)


def _judge(work_dir: Path, status: int, newest: Optional[int]) -> str:
    """Tell what a run that should have gone on has done."""
    left = list(work_dir.glob('*.partial'))
    if status or left or EPOCHS not in intact_epochs(work_dir):
        return 'unresumable'
    went_on_from = (work_dir / 'went_on_from').read_text()
    if newest is None:
        return 'lost progress' if went_on_from else 'begun anew'
    return 'resumed' if went_on_from == f'epoch_{newest}.pth' else 'lost progress'
