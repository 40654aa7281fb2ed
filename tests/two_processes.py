"""A function in two processes that are one group, as two ranks of a training are."""

import os
from pathlib import Path
from typing import Any, Callable, List

import torch
from torch import distributed, multiprocessing


def in_two_processes(folder: Path, function: Callable, *arguments: Any) -> List[Any]:
    """Call a function in two processes.

    Args:
        folder (Path): Empty folder for what passes between them.
        function (callable): Called with the rank and the arguments.
        *arguments: More of them; the processes are forked, so anything goes.

    Returns:
        list: What it gives in each of the two.
    """
    fork = multiprocessing.get_context('fork')
    workers = [
        fork.Process(target=_run, args=(rank, folder, function, *arguments)) for rank in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)  # a busy machine is slow, not wrong
    assert [worker.exitcode for worker in workers] == [0, 0]
    return [torch.load(folder / f'rank{rank}', weights_only=False) for rank in range(2)]


def _run(rank: int, folder: Path, function: Callable, *arguments: Any) -> None:
    store = distributed.FileStore(str(folder / 'store'), 2)
    distributed.init_process_group('gloo', store=store, rank=rank, world_size=2)
    torch.save(function(rank, *arguments), folder / f'rank{rank}')
    distributed.barrier()
    # The group ends with the process: torn down before it, beside the threads of gloo, it may wait
    # for them while they wait for Python's lock.
    os._exit(0)
