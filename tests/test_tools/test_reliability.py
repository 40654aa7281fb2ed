"""The campaigns, in small; and that they notice what they are for."""

import json
import os
import signal
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from mmpose_ae.grouping import Candidates, GreedyGrouping

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'reliability'
SEEDS = [0, 1, 2]


@pytest.fixture(autouse=True)
def on_path(monkeypatch):
    """The campaigns import each other as scripts do."""
    monkeypatch.syspath_prepend(str(TOOLS))


def faults(judge, numbers, accepted, **options):
    """Inputs that end in another way than they may, if a part of all is accepted."""
    from isolation import judge_all
    from outcomes import HARMLESS, RIGHT

    outcomes = judge_all(lambda number: judge(number, **options), numbers, jobs=1)
    right = [outcome for outcome in outcomes.values() if outcome.kind == RIGHT]
    assert len(right) >= accepted * len(numbers)  # who refuses everything has no faults either
    return {n: outcome for n, outcome in outcomes.items() if outcome.kind not in HARMLESS}


@pytest.mark.parametrize('seed', SEEDS)
def test_annotations(seed, tmp_path):
    from annotation_mutations import write_images
    from annotations import judge

    write_images(tmp_path)
    assert faults(judge, range(60), 0.25, seed=seed, folder=tmp_path) == {}


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('campaign, count', [('grouping_fuzz', 300), ('codec_fuzz', 150)])
def test_calls(campaign, count, seed):
    judge = import_module(campaign).judge
    assert faults(judge, range(count), 0.8, seed=seed) == {}


def test_memory(tmp_path):
    from decode_memory import SETTINGS, decode_for_long

    counts = decode_for_long(40, 0, tmp_path)
    assert counts['right'] == 40 == sum(counts.values()) and 40 % len(SETTINGS) == 0


def test_growing_memory_is_noticed(monkeypatch, tmp_path):
    import decode_memory

    kept = []  # 40 MB each, which no process finds among what it has freed
    monkeypatch.setattr(decode_memory, '_decode', lambda *_: kept.append(np.ones(5 * 2**20)))
    counts = decode_memory.decode_for_long(16, 0, tmp_path)
    assert counts['silently wrong'] == 16


class TestSecondReading:
    """It counts the people of a file whose people are known, and says what it cannot read."""

    @pytest.fixture
    def content(self):
        from annotation_mutations import make_content

        return make_content(np.random.default_rng(0))

    def people(self, content):
        """Number of labelled people in each file."""
        from annotation_oracle import read_truth

        return Counter(name for name, _ in read_truth(json.dumps(content)).people.elements())

    def test_file_without_faults(self, content):
        from annotation_oracle import read_truth

        assert self.people(content) == {'0.png': 2, '1.png': 1, '2.png': 1}
        truth = read_truth(json.dumps(content))
        assert truth.masked == [('1.png', (48, 25)), ('2.png', (48, 25))]  # middles of the boxes
        person = content['annotations'][0]['keypoints']
        assert ('0.png', (person[0], person[1])) in truth.supervised

    def test_people_come_and_go(self, content):
        first = content['annotations'][0]
        content['annotations'].append(dict(first))
        assert self.people(content)['0.png'] == 2  # the same entry twice is one
        content['annotations'].append(dict(first, id=70))
        assert self.people(content)['0.png'] == 3
        first['keypoints'] = []
        content['annotations'][1]['iscrowd'] = 1
        assert self.people(content)['0.png'] == 2

    @pytest.mark.parametrize('section, field, value', [
        ('images', 'width', 48),
        ('images', 'id', 11),
        ('images', 'file_name', 'else.png'),
        ('annotations', 'keypoints', [1, 2]),
        ('annotations', 'keypoints', [float('nan')] * 9),
        ('annotations', 'iscrowd', 'no'),
    ])  # fmt: skip
    def test_unreadable(self, content, section, field, value):
        from annotation_oracle import Unreadable

        content[section][0][field] = value
        with pytest.raises(Unreadable):
            self.people(content)

    def test_doubtful(self, content):
        from annotation_oracle import Doubtful

        content['annotations'][0]['image_id'] = 99
        with pytest.raises(Doubtful, match='not listed'):
            self.people(content)


class TestLossesAreNoticed:
    """Readers that lose somebody, place them elsewhere, or fail late are found out."""

    def judge(self, folder, spoil, monkeypatch):
        """Judge a file without faults, read by a dataset that spoils what it reads."""
        import annotations
        from annotation_mutations import Mutated, make_content, write_images

        write_images(folder)
        text = json.dumps(make_content(np.random.default_rng(0)))
        monkeypatch.setattr(annotations, 'mutate', lambda _: Mutated(text, set(), []))
        build = annotations._build

        def build_and_spoil(path):
            parts = build(path)
            return parts._replace(**{name: change(getattr(parts, name)) for name, change in spoil})

        monkeypatch.setattr(annotations, '_build', build_and_spoil)
        return annotations.judge(0, 0, folder)

    def test_nothing_is_lost(self, tmp_path, monkeypatch):
        assert self.judge(tmp_path, [], monkeypatch).kind == 'right'

    @pytest.mark.parametrize('change, problem', [
        (lambda items: items[1:], 'training lacks 2 people and has 0 more'),
        (lambda items: [*items, items[0]], 'training lacks 0 people and has 2 more'),
        (lambda items: [unmasked(item) for item in items], '1.png is supervised'),
        (lambda items: [hidden(item) for item in items], '0.png is not supervised'),
    ])  # fmt: skip
    def test_training(self, change, problem, tmp_path, monkeypatch):
        spoil = [('training', lambda dataset: change(list(dataset)))]
        kind, detail = self.judge(tmp_path, spoil, monkeypatch)
        assert kind == 'silently wrong' and problem in detail

    @pytest.mark.parametrize('rates, problem', [
        ([dict(AP=0.5, AR=0.5)] * 2, 'AP 0.500'),
        ([dict(AP=1.0, AR=1.0)] * 2, 'AR 1.000 of 2 of 4 people'),
    ])  # fmt: skip
    def test_ratings(self, rates, problem, tmp_path, monkeypatch):
        import annotations

        rates = iter(rates)
        monkeypatch.setattr(annotations, '_rate', lambda *_: next(rates))
        kind, detail = self.judge(tmp_path, [], monkeypatch)
        assert kind == 'silently wrong' and problem in detail

    def test_late_error(self, tmp_path, monkeypatch):
        import annotations

        def fail(*_):
            raise KeyError('area')

        monkeypatch.setattr(annotations, '_rate', fail)
        kind, detail = self.judge(tmp_path, [], monkeypatch)
        assert kind == 'unnamed error' and 'after training' in detail


def unmasked(item):
    """A sample that is supervised everywhere."""
    item['data_samples'].gt_fields.heatmap_mask[:] = True
    return item


def hidden(item):
    """A sample that is supervised nowhere."""
    item['data_samples'].gt_fields.heatmap_mask[:] = False
    return item


class TestBadGroupingsAreNoticed:
    """A strategy that gives out what it must not is found out."""

    CANDIDATES = Candidates(
        np.array([[0.9, 0.5], [0.8, 0]], np.float32),
        np.zeros((2, 2, 2), np.float32),
        np.zeros((2, 2, 1), np.float32),
    )

    @pytest.mark.parametrize('members, problem', [
        ([[0, 0], [1, -1]], None),
        ([[0, 0], [0, -1]], 'a candidate in two groups'),
        ([[0, 1]], 'something that is no candidate'),
        ([[0, 5]], 'members that do not exist'),
        ([[0, 0], [-1, -1]], 'an empty group'),
    ])  # fmt: skip
    def test_members(self, members, problem):
        from grouping_fuzz import _check_members

        assert _check_members(self.CANDIDATES, np.array(members)) == problem

    @pytest.mark.parametrize('error, kind', [
        (None, 'right'),
        (ValueError('reach must be positive'), 'refused by name'),
        (ValueError('array of wrong shape'), 'unnamed error'),
        (KeyError('reach'), 'unnamed error'),
    ])  # fmt: skip
    def test_errors(self, error, kind):
        from verdicts import judge_call

        def call():
            if error:
                raise error

        assert judge_call(call, ['reach', 'spread']).kind == kind

    def test_poses(self):
        from codec_fuzz import Scene, _check_poses

        from mmpose_ae.grouping import Poses

        scene = Scene(1, 1, (8, 8), 'AEDecoder', {})
        points, scores = np.zeros((2, 1, 2), np.float32), np.ones((2, 1), np.float32)
        ranks = np.array([0.2, 0.9], np.float32)
        assert _check_poses(Poses(points, scores, ranks), scene) == 'not best first'
        assert _check_poses(Poses(points, scores, ranks[::-1]), scene) is None
        far = Poses(points + 100, scores, ranks[::-1])
        assert _check_poses(far, scene) == 'found outside the map'


def _end(number):
    from outcomes import Outcome

    if number == 1:
        os.kill(os.getpid(), signal.SIGSEGV)
    if number == 2:
        time.sleep(60)
    return Outcome('right')


def test_crashes_and_endless_loops_are_outcomes():
    from isolation import judge_all

    outcomes = judge_all(_end, range(5), limit=1.0, jobs=2)
    assert list(outcomes) == list(range(5))
    assert [o.kind for o in outcomes.values()] == ['right', 'crash', 'crash', 'right', 'right']
    assert f'ended with -{signal.SIGSEGV}' in outcomes[1].detail and 'longer' in outcomes[2].detail


def test_a_broken_judge_is_no_outcome():
    from isolation import judge_all

    with pytest.raises(ZeroDivisionError, match='input 3'):
        judge_all(lambda number: 1 // (number - 3), range(3, 5), jobs=1)


class TestCommand:
    """run.py counts, prints and exits as it should."""

    def run(self, load_tool, monkeypatch, *options):
        monkeypatch.setattr(sys, 'argv', ['run.py', *map(str, options)])
        load_tool('reliability/run').main()

    def test_rows(self, load_tool, monkeypatch, capsys, tmp_path):
        path = tmp_path / 'counts.json'
        options = ['--only', 'grouping', '--scale', 0.001, '--seed', 3, '--json', path]
        self.run(load_tool, monkeypatch, *options)
        kinds = json.loads(path.read_text())['rows']['grouping']
        assert sum(kinds.values()) == 30 == kinds['right'] + kinds['refused by name']
        *_, row, total = capsys.readouterr().out.splitlines()
        assert row.startswith(f'| grouping | 30 | 0 | right: {kinds["right"]}, refused by name')
        assert total.startswith('| sum | 30 | 0 |')

    def test_faults(self, load_tool, monkeypatch, capsys):
        monkeypatch.setattr(GreedyGrouping, '__call__', lambda *_: 1 / 0)
        with pytest.raises(SystemExit) as exit_:
            self.run(load_tool, monkeypatch, '--only', 'grouping', '--scale', 0.001)
        assert exit_.value.code == 1
        captured = capsys.readouterr()
        assert 'ZeroDivisionError' in captured.err and 'unnamed error: 0' not in captured.out
