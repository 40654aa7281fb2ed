"""Where the time of predicting goes."""

import time
from collections import defaultdict
from contextlib import contextmanager
from functools import wraps
from typing import Callable, Dict, Iterator, Sequence


class Stopwatch:
    """Add up the seconds of named parts of the work; a part within another counts for itself alone.

    Args:
        device (str): Its queued work is waited for at the ends of a part of the network's thread.

    Attributes:
        seconds (dict): Of each part.
    """

    def __init__(self, device: str = 'cpu') -> None:
        self.seconds: Dict[str, float] = defaultdict(float)
        self._wait = _synchronize if device.startswith('cuda') else lambda: None

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        """Time what is done within.

        Args:
            part (str): Its name.
        """
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - start

    def watch(self, owner: object, part: str, methods: Sequence[str]) -> None:
        """Time methods of an object from now on, as a part of its own within ``'network'``.

        Args:
            owner (object): Whose methods.
            part (str): Name of the part.
            methods (sequence): Names; those that the object does not have are left out.
        """
        for name in methods:
            if hasattr(owner, name):
                setattr(owner, name, self._timed(getattr(owner, name), part))

    def _timed(self, method: Callable, part: str) -> Callable:
        @wraps(method)
        def timed(*args, **kwargs) -> object:
            self._wait()
            start = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self._wait()
                spent = time.perf_counter() - start
                self.seconds[part] += spent
                self.seconds['network'] -= spent

        return timed


def _synchronize() -> None:
    import torch  # not needed where there is no such device

    torch.cuda.synchronize()
