"""Where the time goes, with a clock by hand."""

import pytest

from mmpose_ae.prediction.stopwatch import Stopwatch


class Worker:
    """Works for ten seconds, or fails after five."""

    def __init__(self, clock):
        self.clock = clock

    def work(self, seconds=10.0):
        self.clock.now += seconds
        return seconds

    def fail(self):
        self.clock.now += 5
        raise ValueError


class Clock:
    now = 100.0


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr('time.perf_counter', lambda: clock.now)
    return clock


def test_parts_add_up_and_what_is_within_the_network_counts_alone(clock):
    watch, worker = Stopwatch('cpu'), Worker(clock)
    watch.watch(worker, 'decoding', ['work', 'fail', 'absent'])
    with watch('network'):
        clock.now += 1
        assert worker.work() == 10
        assert worker.work(seconds=2) == 2
    with pytest.raises(ValueError), watch('network'):
        worker.fail()
    with watch('reading'):
        clock.now += 3
    assert watch.seconds == dict(network=1, decoding=17, reading=3)


def test_work_queued_on_a_gpu_is_waited_for(clock, monkeypatch):
    """Before decoding, whose time it is not, and after it."""
    pending = [4.0, 2.0]

    def synchronize():
        clock.now += pending.pop(0)

    monkeypatch.setattr('torch.cuda.synchronize', synchronize)
    watch, worker = Stopwatch('cuda:0'), Worker(clock)
    watch.watch(worker, 'decoding', ['work'])
    with watch('network'):
        worker.work()
    assert watch.seconds == dict(network=4, decoding=12)
