"""What the benchmarks against MMPose share: options, timing, memory, agreement and rows."""

import ctypes
import gc
import json
import platform
import re
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Sequence, Tuple

import cv2
import numpy as np
import torch

WARM_UP = 2
MEGABYTE = 2**20


class Disagreement(Exception):
    """Ours and MMPose's do not compute the same."""


def build_parser(
    description: str, people: Sequence[int] = (), tag_dims: Sequence[int] = ()
) -> ArgumentParser:
    """Make a parser of the shared options.

    Args:
        description (str): What the tool does, for its help.
        people (sequence): Numbers of people by default; empty for a tool without a choice.
        tag_dims (sequence): Tag sizes by default; empty for a tool without a choice.

    Returns:
        ArgumentParser: Takes the shared options; tools add their own.
    """
    parser = ArgumentParser(description=description)
    add = parser.add_argument
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    add('--repeats', type=int, default=20, help='timed runs of each side, after warm-up')
    add('--threads', type=_thread_count, nargs='+', default=[1, cv2.getNumberOfCPUs()],
        metavar='N', help="numbers of threads, or 'all'; 1 and all by default")  # fmt: skip
    if people:
        add('--people', type=int, nargs='+', default=list(people), metavar='N')
    if tag_dims:
        add('--tag-dim', type=int, nargs='+', default=list(tag_dims), metavar='L')
    return parser


def _thread_count(text: str) -> int:
    return cv2.getNumberOfCPUs() if text == 'all' else int(text)


def settings(args: Namespace, cuda: bool = True) -> Iterator[Dict]:
    """Set the number of threads and go through the devices, the CPU once per number of threads.

    Args:
        args (Namespace): The shared options.
        cuda (bool): Also the GPU, where there is one.

    Yields:
        dict: ``device``, ``threads`` and ``machine`` (the processor's name), for the rows.
    """
    for threads in dict.fromkeys(args.threads):
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        yield dict(device='cpu', threads=threads, machine=name_machine('cpu'))
    if cuda and torch.cuda.is_available():
        yield dict(device='cuda', threads=threads, machine=name_machine('cuda'))


def name_machine(device: str) -> str:
    """Name the processor that is ``'cpu'``, or the GPU that is ``'cuda'``."""
    if device == 'cuda':
        return torch.cuda.get_device_name()
    cpuinfo = Path('/proc/cpuinfo')
    found = re.search(r'model name\s*: (.+)', cpuinfo.read_text()) if cpuinfo.exists() else None
    return found.group(1) if found else platform.processor()


def time_in_turn(
    functions: Dict[str, Callable],
    repeats: int,
    device: str = 'cpu',
    per: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Dict:
    """Time functions in turn, so that what else the machine does meets all of them.

    Args:
        functions (dict): Two functions without arguments, by name; the first is the one whose
            speed is asked for.
        repeats (int): Timed runs of each.
        device (str): Device whose work a run waits for.
        per (int): Units of work in a run; times are those of one.
        clock (callable): Gives seconds; ``time.process_time`` counts those of the CPU alone.

    Returns:
        dict: Of each name the median ``<name>_ms`` and the quartiles ``<name>_quartiles_ms``, and
        ``ratio``, the median of the second over that of the first.
    """
    runs = [[_time(f, device, clock) for f in functions.values()] for _ in range(WARM_UP + repeats)]
    row = {}
    for name, times in zip(functions, 1e3 / per * np.array(runs[WARM_UP:]).T):
        row.update(summarize(name, '_ms', times))
    first, second = (row[f'{name}_ms'] for name in functions)
    return dict(row, ratio=round(second / first, 2))


def summarize(name: str, unit: str, values: np.ndarray) -> Dict:
    """Give the cells of a row that tell of many measurements.

    Args:
        name (str): Of what was measured.
        unit (str): ``'_ms'``, or nothing of ratios.
        values (np.ndarray): The measurements.

    Returns:
        dict: The median ``<name><unit>`` and the quartiles ``<name>_quartiles<unit>``.
    """
    low, median, high = (round(value, 4) for value in np.percentile(values, [25, 50, 75]).tolist())
    return {f'{name}{unit}': median, f'{name}_quartiles{unit}': [low, high]}


def _time(function: Callable, device: str, clock: Callable[[], float]) -> float:
    synchronize = torch.cuda.synchronize if device == 'cuda' else _nothing
    synchronize()
    start = clock()
    function()
    synchronize()
    return clock() - start


def _nothing() -> None:
    """Wait for nothing."""


def peak_memory(function: Callable, device: str = 'cpu') -> float:
    """Measure how far memory rises during a call.

    On the CPU that is the resident memory of the process, so whatever library allocates it
    counts; memory that was freed before is first handed back to the system.

    Args:
        function (callable): Called once, without arguments.
        device (str): Whose memory to measure. ``'cpu'`` needs Linux.

    Returns:
        float: Peak above the memory before the call, in MiB.
    """
    gc.collect()
    if device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        function()
        return (torch.cuda.max_memory_allocated() - before) / MEGABYTE
    ctypes.CDLL(None).malloc_trim(0)
    Path('/proc/self/clear_refs').write_text('5')  # sets the peak back to the present
    before = _resident('VmRSS')
    function()
    return (_resident('VmHWM') - before) / MEGABYTE


def _resident(field: str) -> int:
    """A field of the process's status, in bytes."""
    status = Path('/proc/self/status').read_text()
    return 1024 * int(re.search(rf'{field}:\s*(\d+) kB', status).group(1))


def check_close(what: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    """Refuse to time two sides that do not compute the same.

    Args:
        what (str): What is compared, for the message.
        ours (np.ndarray): One side, any shape.
        theirs (np.ndarray): The other side.
        tolerance (float): Largest difference allowed, absolute.

    Raises:
        Disagreement: If they differ in shape or by more; NaN differs from everything.
    """
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape:
        raise Disagreement(f'{what}: shape {ours.shape} here, {theirs.shape} in MMPose')
    worst = np.abs(ours - theirs).max(initial=0)
    if not worst <= tolerance:
        raise Disagreement(f'{what}: differs from MMPose by {worst:.3g}, more than {tolerance:g}')


def print_row(row: Dict) -> None:
    """Print a row on one line, its times as median (quartiles)."""
    cells = []
    for key, value in row.items():
        quartiles = f'{key[:-3]}_quartiles_ms'
        if key.endswith('_ms') and quartiles in row:
            low, high = row[quartiles]
            cells.append(f'{key} {value:.2f} ({low:.2f}-{high:.2f})')
        elif value is not None and key != 'machine' and not key.endswith('_quartiles_ms'):
            cells.append(f'{key} {value}')
    print(' | '.join(cells), flush=True)


def run(rows: Iterator[Dict], args: Namespace) -> List[Dict]:
    """Go through the rows of a benchmark, print each, and write them where asked for.

    Args:
        rows (iterator): The rows, each measured when it is asked for.
        args (Namespace): The shared options.

    Returns:
        list[dict]: The rows.

    Raises:
        SystemExit: If the two sides do not agree; nothing is written then.
    """
    done = []
    try:
        for row in rows:
            print_row(row)
            done.append(row)
    except Disagreement as error:
        raise SystemExit(f'error: {error}') from error
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(done, indent=1) + '\n')
    return done


def sizes(args: Namespace) -> Iterator[Tuple[int, int]]:
    """Every tag size with every number of people."""
    return ((tag_dim, people) for tag_dim in args.tag_dim for people in args.people)
