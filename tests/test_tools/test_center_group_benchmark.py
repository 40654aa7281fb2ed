"""The benchmark of groupings, in small: its rows, and that it refuses a grouping that is wrong."""

import json

import pytest
import torch

from mmpose_ae.cli.benchmark import Disagreement

SIZE = (128, 192)


@pytest.fixture
def tool(load_tool):
    with torch.no_grad():
        yield load_tool('benchmark/center_group')


@pytest.mark.parametrize('more', [[], ['--finest']])
def test_rows(tool, monkeypatch, tmp_path, more):
    options = ['--repeats', 1, '--threads', 1, '--people', 1, 3, '--size', *SIZE]
    argv = ['center_group', *options, *more, '--json', tmp_path / 'rows.json']
    monkeypatch.setattr('sys.argv', list(map(str, argv)))
    tool.main()
    rows = [r for r in json.loads((tmp_path / 'rows.json').read_text()) if r['device'] == 'cpu']
    assert [row['people'] for row in rows] == [1, 3]
    for row in rows:
        assert row['threads'] == 1 and row['machine']
        assert row['ratio'] == pytest.approx(row['ae_ms'] / row['center_group_ms'], abs=0.01)
        assert row['attention_ms'] > 0 and row['embeddings_ms'] > 0
        for side in ('center_group', 'ae', 'offsets'):
            whole = row['network_ms'] + row[f'{side}_ms']
            assert row[f'{side}_whole_ms'] == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize(
    'name, change, message',
    [
        ('ae', lambda k: k + 5, 'keypoints of ae'),
        ('offsets', lambda k: k[[0, 0, 1]], 'people of offsets'),
        ('center_group', lambda k: k[:2], 'people found by center_group'),
    ],
)
def test_wrong_poses_are_refused(tool, name, change, message):
    heads, crowd = tool.build_heads(SIZE, 'cpu'), tool.make_crowd(3, SIZE, missing=0)
    calls = {name: tool.group(name, head, crowd, SIZE) for name, head in heads.items()}
    tool.check(calls, crowd)
    found = calls[name]()
    with pytest.raises(Disagreement, match=message):
        tool.check({**calls, name: lambda: change(found)}, crowd)


def test_room_for_people(tool):
    with pytest.raises(ValueError, match='128x192 has room for 6 people, not 7'):
        tool.make_crowd(7, SIZE)
