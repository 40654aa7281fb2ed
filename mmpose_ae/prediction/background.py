"""Work beside the network: reading ahead of it and writing behind it, a few pictures at a time."""

from queue import Full, Queue
from threading import Event, Thread
from typing import Any, Callable, Iterable, Iterator, Optional, TypeVar

Item = TypeVar('Item')
END = object()
MOMENT = 0.1  # seconds between looks at whether somebody still waits
PATIENCE = 5  # seconds for the item that is made when nobody wants more; it may never come


def read_ahead(items: Iterable[Item], depth: int) -> Iterator[Item]:
    """Go through items that a thread makes ahead of time.

    Args:
        items (iterable): Made in a thread of its own.
        depth (int): Most items that wait to be taken.

    Yields:
        Item: In order. An exception of ``items`` is raised here. When this generator is closed, the
        thread stops after the item that it makes.
    """
    queue, stopped = Queue(maxsize=depth), Event()

    def put(entry: Any) -> None:
        while not stopped.is_set():
            try:
                queue.put(entry, timeout=MOMENT)
            except Full:
                continue
            return

    def run() -> None:
        try:
            for item in items:
                put((item, None))
                if stopped.is_set():
                    return
            put((END, None))
        except BaseException as error:  # whatever it is, it belongs to whoever waits
            put((END, error))
        finally:
            close = getattr(items, 'close', None)
            if stopped.is_set() and close:
                close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            item, error = queue.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stopped.set()
        thread.join(PATIENCE)


class Behind:
    """Hand items to a function in a thread of its own, in order.

    Args:
        function (callable): Called with each item.
        depth (int): Most items that wait; :meth:`put` waits for room.
    """

    def __init__(self, function: Callable[[Any], None], depth: int) -> None:
        self._function = function
        self._queue = Queue(maxsize=depth)
        self._error: Optional[BaseException] = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, item: Any) -> None:
        """Hand over an item.

        Raises:
            BaseException: What the function raised on an earlier one.
        """
        while True:
            if self._error is not None:
                raise self._error
            try:
                self._queue.put(item, timeout=MOMENT)
            except Full:
                continue
            return

    def close(self) -> None:
        """Wait until all is done.

        Raises:
            BaseException: What the function raised.
        """
        while self._error is None and self._thread.is_alive():
            try:
                self._queue.put(END, timeout=MOMENT)
                break
            except Full:
                pass
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not END:
                self._function(item)
        except BaseException as error:  # raised where the next item is handed over
            self._error = error
