"""Parts of a job."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.prediction.shards import Shard


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(1, 12))
def test_every_name_is_in_exactly_one_part(names, count):
    parts = [list(Shard(number, count).take(range(names))) for number in range(1, count + 1)]
    assert sorted(sum(parts, [])) == list(range(names))
    sizes = list(map(len, parts))
    assert max(sizes) - min(sizes) <= 1
    assert all(part == sorted(part) for part in parts)


def test_parts_are_written_as_array_jobs_number_them():
    assert Shard.parse('3/8') == Shard(3, 8)
    assert Shard.parse('10/10').folder == 'shard-00010-of-00010'


@pytest.mark.parametrize('text', ['0/8', '9/8', '1/0', '3', '-1/8', '1/8/2', 'a/b', ''])
def test_what_is_no_part(text):
    with pytest.raises(ValueError, match=f'a shard is I/N, from 1/N to N/N, got {text!r}'):
        Shard.parse(text)
