"""What the benchmarks share: turns, ratios, peaks of memory, and what counts as agreement."""

import json
import sys
from argparse import Namespace

import numpy as np
import pytest
import torch

from mmpose_ae.cli import benchmark
from mmpose_ae.cli.benchmark import (
    Disagreement,
    build_parser,
    check_close,
    peak_memory,
    run,
    settings,
    time_in_turn,
)


def test_sides_take_turns_and_times_are_per_unit():
    """By a clock that only the functions move: 2 s for ours, 6 s for the other side."""
    now, calls = [0.0], []

    def work(name, seconds):
        calls.append(name)
        now[0] += seconds

    sides = dict(ours=lambda: work('ours', 2), mmpose=lambda: work('mmpose', 6))
    row = time_in_turn(sides, repeats=3, per=4, clock=lambda: now[0])
    assert calls == ['ours', 'mmpose'] * (3 + benchmark.WARM_UP)
    assert row['ours_ms'] == 500 and row['mmpose_ms'] == 1500 and row['ratio'] == 3
    assert row['ours_quartiles_ms'] == [500, 500]


def test_warm_up_does_not_count_and_the_spread_is_that_of_the_rest():
    now = [0.0]
    seconds = iter([99] * benchmark.WARM_UP + [1, 2, 3, 4, 5])

    def ours():
        now[0] += next(seconds)

    def mmpose():
        now[0] += 6

    row = time_in_turn(dict(ours=ours, mmpose=mmpose), repeats=5, clock=lambda: now[0])
    assert row['ours_ms'] == 3000 and row['ours_quartiles_ms'] == [2000, 4000]
    assert row['ratio'] == 2


@pytest.mark.skipif(sys.platform != 'linux', reason='reads /proc')
def test_peak_memory_counts_what_is_freed_again():
    def work(megabytes):
        np.ones(megabytes << 17).sum()  # 8 bytes each
        torch.ones(megabytes << 18).sum()  # 4 bytes each, after the array is gone

    work(200)  # a higher peak before does not count
    assert 63 <= peak_memory(lambda: work(64)) < 80


@pytest.mark.parametrize(
    'ours, theirs, message',
    [
        ([1.0, 2.0], [1.0, 2.2], 'maps: differs from MMPose by 0.2, more than 0.1'),
        ([1.0, np.nan], [1.0, np.nan], 'maps: differs from MMPose by nan'),
        ([1.0], [1.0, 1.0], r'maps: shape \(1,\) here, \(2,\) in MMPose'),
    ],
)
def test_disagreement(ours, theirs, message):
    with pytest.raises(Disagreement, match=message):
        check_close('maps', ours, theirs, 0.1)


def test_agreement():
    check_close('maps', [1.0, 2.0], [1.0, 2.09], 0.1)
    check_close('nothing', np.zeros((0, 2)), np.zeros((0, 2)), 0)


def test_rows_are_written_only_if_all_agree(tmp_path, capsys):
    args = Namespace(json=tmp_path / 'new' / 'rows.json')
    row = dict(people=3, ours_ms=1.0, ours_quartiles_ms=[0.5, 1.5], ratio=2.0)

    def rows():
        yield row
        check_close('poses', 1, 2, 0)

    with pytest.raises(SystemExit, match='error: poses: differs'):
        run(rows(), args)
    assert not args.json.exists()
    assert run([row], args) == json.loads(args.json.read_text()) == [row]
    assert 'people 3 | ours_ms 1.00 (0.50-1.50) | ratio 2.0' in capsys.readouterr().out


def test_threads(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    monkeypatch.setattr(benchmark.cv2, 'getNumberOfCPUs', lambda: 3)
    args = build_parser('x').parse_args(['--threads', '1', 'all', '3'])
    try:
        seen = [(s['threads'], torch.get_num_threads()) for s in settings(args)]
    finally:
        torch.set_num_threads(1)
    assert seen == [(1, 1), (3, 3)]
