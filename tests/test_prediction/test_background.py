"""Work beside the network: in order, with its errors, and always to an end."""

import threading
import time
from itertools import count

import pytest

from mmpose_ae.prediction.background import Behind, read_ahead

PATIENCE = 5  # seconds


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """Whatever a test does, what it started has ended."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + PATIENCE
    while set(threading.enumerate()) - before and time.monotonic() < end:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before


def failing(items, error):
    yield from items
    raise error


@pytest.mark.parametrize('depth', [1, 3])
def test_items_come_in_order_and_only_a_few_ahead(depth):
    made = []

    def make():
        for n in range(20):
            made.append(n)
            yield n

    taken = []
    for n in read_ahead(make(), depth):
        taken.append(n)
        assert len(made) <= len(taken) + depth + 1
    assert taken == made == list(range(20))


def test_items_are_made_beside_their_use():
    """The next one while the one before is used: neither would go on alone."""
    used, made = threading.Event(), threading.Event()

    def make():
        yield 0
        assert used.wait(PATIENCE)
        made.set()
        yield 1

    items = read_ahead(make(), 1)
    assert next(items) == 0
    used.set()
    assert made.wait(PATIENCE)
    assert list(items) == [1]


@pytest.mark.parametrize('error', [ValueError('broken'), KeyboardInterrupt(), SystemExit(3)])
def test_errors_of_making_are_raised_after_what_was_made_before(error):
    items = read_ahead(failing(range(2), error), 5)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(type(error)) as raised:
        next(items)
    assert raised.value is error


def test_closing_early_stops_and_closes_what_makes():
    closed = threading.Event()

    def make():
        try:
            yield from count()
        finally:
            closed.set()

    items = read_ahead(make(), 2)
    assert next(items) == 0
    items.close()
    assert closed.is_set()
    read_ahead(make(), 2).close()  # one that nobody asked


def test_what_waits_for_ever_does_not_keep_anybody(monkeypatch):
    """Like standard input that nobody closes, or a camera that hangs."""
    monkeypatch.setattr('mmpose_ae.prediction.background.PATIENCE', 0.05)
    release = threading.Event()

    def make():
        yield 0
        release.wait(PATIENCE)
        yield 1

    items = read_ahead(make(), 2)
    assert next(items) == 0
    start = time.monotonic()
    items.close()
    assert time.monotonic() - start < PATIENCE / 2
    release.set()


def test_items_are_handed_over_in_order():
    done = []
    behind = Behind(done.append, 2)
    for n in range(20):
        behind.put(n)
    behind.close()
    assert done == list(range(20))
    behind.close()  # again is no harm


def test_handing_over_waits_for_room():
    go, done = threading.Event(), []

    def slow(item):
        go.wait(PATIENCE)
        done.append(item)

    behind = Behind(slow, 1)
    behind.put(0)
    behind.put(1)
    later = threading.Thread(target=behind.put, args=(2,))
    later.start()
    later.join(0.05)
    assert later.is_alive()
    go.set()
    later.join(PATIENCE)
    behind.close()
    assert done == [0, 1, 2]


def test_errors_of_using_are_raised_where_the_next_is_handed_over():
    failed = threading.Event()
    error = OSError('the disk is full')

    def fail(item):
        failed.set()
        raise error

    behind = Behind(fail, 1)
    behind.put(0)
    assert failed.wait(PATIENCE)
    with pytest.raises(OSError) as raised:
        for n in range(3):
            behind.put(n)
    assert raised.value is error
    with pytest.raises(OSError):
        behind.close()
