"""Values of --cfg-options: read as by MMEngine, whose way with texts is another one."""

import math
import shlex

import pytest
from mmengine.config import DictAction

from mmpose_ae.cli.command_line import read_settings
from mmpose_ae.cli.settings import read_value, type_setting

AS_MMENGINE = [
    '', '1', '-1', '1e-3', '.5', '+2.', '-.5E+3', '0', '0.5', '-inf', 'inf', 'true', 'False',
    'TRUE', 'None', 'none', 'null', 'SGD', 'a=b', 'a.b', 'data/a.json', 'f(a)', 'f(1)', 'a]',
    "'a'", '"data/a"',
    'a,b', '1,2.5', '1,', 'a,', ',', '1,,2', '1, 2', ' 1 ', ' None', '[1, 2], 3',
    '[]', '()', '[ ]', '[1]', '(1)', '(1,)', '[1,2]', '(1,2)', '[a, b, c]', '[None,true,x]',
    '[(1, 2, 3), [a, b], c]', '[[1,2],[3]]', '((1,2),3)', '1,(2,3)', 'a,[b/c,d]', '[a/b,c/d]',
    '[1][2]x,3', '["a","b"]', "['a', 'b']", "'a','b'", '("a",1)',
    "'[a,b]'", '"[(1,2),(3,4)]"',
]  # fmt: skip


@pytest.mark.parametrize('text', AS_MMENGINE)
def test_values_are_read_as_by_mmengine(text):
    expected, found = DictAction._parse_iterable(text), read_value(text)
    assert (found, type(found)) == (expected, type(expected))


def test_numbers_that_are_none_are_read():
    assert math.isnan(read_value('nan'))


@pytest.mark.parametrize('text, value', [
    ('my scores/score.npz', 'my scores/score.npz'),
    ('a  b', 'a  b'),
    ('1 000', '1 000'),
    ('"my scores"', 'my scores'),
    ('[my scores, a b/c d]', ['my scores', 'a b/c d']),
    ('a b, c', ['a b', 'c']),
    ('data/a,b/', 'data/a,b/'),
    ('data\\a,b', 'data\\a,b'),
    ('data/[1,2]/a [b', 'data/[1,2]/a [b'),
    ('im [1', 'im [1'),
    ('["data/a,b", c]', ['data/a,b', 'c']),
    ("['[', ')']", ['[', ')']),
    ("it's, isn't", ["it's", "isn't"]),
    ('[1,2],[3,4]', [[1, 2], [3, 4]]),  # MMEngine never ends with these two
    ('f(a,b)', 'f(a,b)'),
    ('2017_01', '2017_01'),  # Python reads numbers in these
    ('1_000', '1_000'),
    ('0123', '0123'),
    ('-01.5', '-01.5'),
    ('1_0e5', '1_0e5'),
    ('\u0663', '\u0663'),
    ('[1, 01]', [1, '01']),
    ('"7"', '7'),
    (' "7" ', '7'),
    ("'None'", 'None'),
    ('"true"', 'true'),
    ('"1,2"', '1,2'),
    ('["7", 7]', ['7', 7]),
    ("the boys'", "the boys'"),
])  # fmt: skip
def test_texts_stay_as_they_are(text, value):
    assert read_value(text) == value


@pytest.mark.parametrize('text', ['[1,2', '[1,(2]', 'a,b]', 'a,(b', '[(1],2)', '[a', '(1,2))'])
def test_brackets_that_do_not_match_are_named_with_their_key(text):
    with pytest.raises(ValueError) as told:
        read_settings(['a=1', f'model.sizes={text}'])
    assert f'model.sizes: brackets do not match in {text}' in str(told.value)


@pytest.mark.parametrize('name', [
    'score.npz', 'my scores/score.npz', 'a,b.npz', '[1,2].npz', '[a.npz', '(x)', 'a/b, c.npz',
    '[a/b].npz', "it's.npz", '$HOME;.npz', '7', 'true', '0123', '"7"',
])  # fmt: skip
def test_what_is_suggested_names_the_file(name):
    """As a shell hands it on; a name may be written as ./name."""
    (typed,) = shlex.split(type_setting('model.a', name))
    assert read_settings([typed])['model.a'] in (name, f'./{name}')


def test_simple_names_are_suggested_as_they_are():
    assert type_setting('model.a', 'runs/score.npz') == 'model.a=runs/score.npz'
