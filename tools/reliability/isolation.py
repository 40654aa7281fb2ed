"""Judge inputs in processes of their own: one that dies or hangs is an outcome like any other."""

import faulthandler
import gc
import os
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from traceback import format_exc
from typing import Callable, Dict, List, Optional, Sequence

from outcomes import CRASH, REFUSED, RIGHT, Outcome, count_kinds

Judge = Callable[[int], Outcome]
# A process that is forked has everything imported: it starts in milliseconds, not in seconds.
_PROCESSES = get_context('fork')


class _Worker:
    """A process that judges inputs one after the other, and what is left of them."""

    def __init__(self, judge: Judge, inputs: Sequence[int]) -> None:
        self.judge = judge
        self.left = list(inputs)
        self.start()

    def start(self) -> None:
        """Start with the first of the inputs that are left."""
        self.receiver, sender = _PROCESSES.Pipe(duplex=False)
        self.process = _PROCESSES.Process(
            target=_serve, args=(self.judge, self.left, sender), daemon=True
        )
        self.process.start()
        sender.close()
        self.since = monotonic()

    def next_outcome(self, limit: float) -> Optional[Outcome]:
        """The outcome of the first input, None where none has come and there is time left."""
        if self.receiver.poll():
            try:
                self.since, received = monotonic(), self.receiver.recv()
            except EOFError:
                self.process.join()
                return Outcome(CRASH, f'the process ended with {self.process.exitcode}')
            if isinstance(received, Exception):
                raise received
            return received
        if monotonic() - self.since > limit:
            return Outcome(CRASH, f'took longer than {limit} s')
        return None

    def finish_input(self, outcome: Outcome) -> None:
        """Go on with the next input, after a crash in a new process."""
        del self.left[0]
        if outcome.kind == CRASH or not self.left:
            self.stop()
            if self.left:
                self.start()

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.receiver.close()


def judge_all(
    judge: Judge, inputs: Sequence[int], limit: float = 20.0, jobs: Optional[int] = None
) -> Dict[int, Outcome]:
    """Judge inputs in several processes.

    Args:
        judge (callable): Gives the outcome of an input, from its number alone.
        inputs (sequence): Their numbers.
        limit (float): Seconds that one input may take; one that takes longer counts as a crash.
        jobs (int, optional): Number of processes. None is one per core.

    Returns:
        dict: Outcome of each input, in their order.
    """
    jobs = jobs or os.cpu_count() or 1
    workers = [_Worker(judge, inputs[first::jobs]) for first in range(min(jobs, len(inputs)))]
    outcomes = {}
    try:
        while workers:
            wait([worker.receiver for worker in workers], timeout=1.0)
            for worker in workers:
                outcome = worker.next_outcome(limit)
                if outcome is not None:
                    outcomes[worker.left[0]] = outcome
                    worker.finish_input(outcome)
            workers = [worker for worker in workers if worker.left]
    finally:
        for worker in workers:
            worker.stop()
    return {number: outcomes[number] for number in inputs}


def count_outcomes(name: str, judge: Judge, count: int, **options) -> Dict[str, int]:
    """Judge inputs and count the outcomes; what is a fault is told on standard error.

    Args:
        name (str): Of the campaign.
        judge (callable): As in :func:`judge_all`.
        count (int): Number of inputs.
        **options: As in :func:`judge_all`.

    Returns:
        dict: See :func:`outcomes.count_kinds`.
    """
    outcomes = judge_all(judge, range(count), **options)
    for number, (kind, detail) in outcomes.items():
        if kind not in (RIGHT, REFUSED):
            print(f'{name} {number}: {kind}: {detail}', file=sys.stderr)
    return count_kinds(list(outcomes.values()))


def _serve(judge: Judge, inputs: List[int], sender: Connection) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # also what libraries in C print
        os.dup2(silence, stream)
    gc.freeze()  # collecting what was imported takes MMEngine's datasets a quarter of a second
    faulthandler.disable()  # pytest's writes a crash that is expected to the terminal
    for number in inputs:
        try:
            sender.send(judge(number))
        except Exception as error:  # of the judge: not an outcome
            error.args = (f'input {number}:\n{format_exc()}',)
            sender.send(error)
