import pytest
from mmengine.config import Config


@pytest.fixture
def tool(load_tool):
    return load_tool('test')


@pytest.mark.parametrize('evaluator', [dict(type='A'), [dict(type='A')]])
def test_another_evaluator_joins_those_of_the_config(tool, evaluator):
    cfg = Config(dict(test_evaluator=evaluator))
    tool.add_evaluator(cfg, type='DumpResults', out_file_path='found.pkl')
    assert cfg.test_evaluator == [
        dict(type='A'),
        dict(type='DumpResults', out_file_path='found.pkl'),
    ]


def test_dump_wants_a_pickle(tool, monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['test.py', 'c.py', 'c.pth', '--dump', 'found.json'])
    with pytest.raises(SystemExit):
        tool.parse_args()
    assert 'expected .pkl or .pickle, got found.json' in capsys.readouterr().err
