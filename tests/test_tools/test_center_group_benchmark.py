"""The benchmark of groupings, in small: its rows, and that it refuses a grouping that is wrong."""

import json

import pytest
import torch

from mmpose_ae.engine.benchmark import Disagreement

SIZE = (128, 192)


@pytest.fixture
def tool(load_tool):
    with torch.no_grad():
        yield load_tool('benchmark/center_group')


def test_rows(tool, monkeypatch, tmp_path):
    options = ['--repeats', 1, '--threads', 1, '--people', 1, 3, '--size', *SIZE]
    argv = ['center_group', *options, '--json', tmp_path / 'rows.json']
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
    sides, crowd = tool.build_sides(SIZE, 'cpu'), tool.make_crowd(3, SIZE, missing=0)
    tool.check(sides, crowd)
    group = sides[name]
    with pytest.raises(Disagreement, match=message):
        tool.check({**sides, name: lambda crowd: [change(group(crowd)[0])]}, crowd)


def test_the_mirrored_view_is_put_back(tool):
    """Where it is the surer one, its keypoints are those of the mirrored image, mirrored."""
    torch.manual_seed(0)
    model, crowd = tool.AttentionGrouping().eval(), tool.make_crowd(3, SIZE, missing=0)
    found = model(crowd.heatmaps, model.embed(crowd.features)).flatten(0, 1)
    drawn = torch.from_numpy(crowd.keypoints).float().flatten(0, 1)
    assert torch.cdist(found, drawn).min(1).values.max() < 2  # each is one that was drawn


def test_room_for_people(tool):
    with pytest.raises(ValueError, match='128x192 has room for 6 people, not 7'):
        tool.make_crowd(7, SIZE)
