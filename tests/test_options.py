"""Options of configs: what is not known is refused, and the message helps."""

from dataclasses import dataclass
from typing import Optional

import numpy as np
import pytest

from mmpose_ae.options import (
    UnknownOption,
    check_between,
    check_choice,
    check_count,
    check_inside,
    check_known,
    check_number,
    check_odd,
    check_positive,
    check_range,
    check_size,
    option_names,
    read_options,
    refuse_unknown_options,
)


@dataclass(frozen=True)
class Window:
    """Two options."""

    side: int = 5
    shape: Optional[str] = None


def test_options_of_a_part():
    assert read_options(Window, 'a window', dict(side=3)) == Window(3)
    assert (
        read_options(Window, 'a window', None) == read_options(Window, 'a window', {}) == Window()
    )


def test_an_unknown_option_is_named_with_all_that_are_known():
    message = (
        r"a window has no option sides \(did you mean side\?\); known are: \['shape', 'side'\]"
    )
    with pytest.raises(UnknownOption, match=message):
        read_options(Window, 'a window', dict(sides=3))
    assert issubclass(UnknownOption, TypeError)  # as Python says of an unknown argument


def test_nothing_close_is_suggested_where_nothing_is():
    with pytest.raises(TypeError, match=r"^it has no option qqq; known are: \['a', 'b'\]$"):
        check_known('it', ['b', 'qqq', 'a'], {'b', 'a'})
    check_known('it', [], [])


@pytest.mark.parametrize('value', ['c', None, 0])
def test_a_choice_that_is_none(value):
    with pytest.raises(ValueError, match=rf"rule must be one of \['a', 'b'\], got {value!r}"):
        check_choice('rule', value, ('a', 'b'))


def test_none_may_be_a_choice():
    check_choice('rule', None, [None, 'a'])
    check_choice('rule', 'a', dict(a=1))


class Base:
    """Takes one option."""

    def __init__(self, width: int) -> None:
        self.width = width


@refuse_unknown_options
class Middle(Base):
    """Sets one option itself and hands the others on."""

    def __init__(self, *args, height: int = 1, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.height = height


@refuse_unknown_options
class Square(Middle):
    """May not be given the height."""

    fixed_options = ('height',)

    def __init__(self, width: int, name: str = '', **kwargs) -> None:
        super().__init__(width, height=width, **kwargs)
        self.name = name


@refuse_unknown_options
class Whole(Base):
    """Has a part, with defaults of its own."""

    def __init__(self, width: int, part: dict = dict(type='A', side=3), **kwargs) -> None:  # noqa: B006
        super().__init__(width, **kwargs)
        self.part = part


@refuse_unknown_options
class Child(Whole):
    """Hands the part on."""

    def __init__(self, *args, layer: dict = dict(size=1), **kwargs) -> None:  # noqa: B006
        super().__init__(*args, **kwargs)
        self.layer = layer


class Quiet(Base):
    """Has no options but those of its parent."""


def test_names_of_options_go_up_as_far_as_they_are_handed_on():
    assert option_names(Base) == option_names(Quiet) == {'width'}
    assert option_names(Middle) == {'width', 'height'}
    assert option_names(Square) == {'width', 'name'}


def test_classes_refuse_what_none_of_their_parents_takes():
    square = Square(width=3, name='a')
    assert (square.width, square.height, square.name) == (3, 3, 'a')
    assert Middle(2, height=5).height == 5
    with pytest.raises(TypeError, match=r"Square has no option wide.*width\?.*\['name', 'width'\]"):
        Square(wide=3)
    with pytest.raises(TypeError, match='Square has no option height'):
        Square(3, height=4)
    with pytest.raises(TypeError, match='Middle has no option name'):
        Middle(2, name='a')


def test_a_subclass_outside_may_have_options_of_its_own():
    class Named(Square):
        def __init__(self, label: str, **kwargs) -> None:
            super().__init__(**kwargs)
            self.label = label

    named = Named(label='b', width=2)
    assert (named.label, named.width) == ('b', 2)


@pytest.mark.parametrize('owner', [Whole, Child])
def test_a_part_without_a_type_is_the_default_one(owner):
    assert owner(1, part=dict(side=5)).part == dict(type='A', side=5)
    assert owner(1, part=dict(weight=2)).part == dict(type='A', side=3, weight=2)
    assert owner(1).part == dict(type='A', side=3)


def test_other_parts_are_as_they_are_given():
    """One with a type replaces the default; one whose default has none is not a part."""
    assert Whole(1, part=dict(type='B')).part == dict(type='B')
    assert Child(1, layer=dict(height=2)).layer == dict(height=2)
    assert Whole(1, part=None).part is None


@pytest.mark.parametrize('value', [-0.1, 1.1, float('nan'), '0.5', True, None])
def test_numbers_out_of_range(value):
    with pytest.raises(ValueError, match=r'^share must be a number between 0 and 1, got '):
        check_between('share', value, 0, 1)


@pytest.mark.parametrize('value', [1, 2.0, '3', True, None])
def test_counts_that_are_none(value):
    with pytest.raises(ValueError, match=r'^frames must be a whole number from 2 on, got '):
        check_count('frames', value, 2)


@pytest.mark.parametrize(
    'value', [1.0, None, '12', (), (1,), (1, 2, 3), (2, 1), (-1, 1), (0, float('nan')), (None, 1)]
)
def test_what_is_no_range(value):
    with pytest.raises(ValueError) as caught:
        check_range('sizes', value)
    assert str(caught.value) == (
        f'sizes must be two numbers from 0 on, the least and the greatest, got {value!r}'
    )


@pytest.mark.parametrize('value', [64, None, 'ab', (64,), (64, 64, 3), (64, 0), (64, 64.5)])
def test_what_is_no_size(value):
    with pytest.raises(ValueError, match=r'side must be \(width, height\), two whole numbers, got'):
        check_size('side', value)


def test_sizes():
    for size in ((1, 64), [64, 1]):
        check_size('side', size)


def test_ranges():
    for value in ((1, 1), [0, 2.5], np.array([0.5, 1.5]), (0, float('inf'))):
        check_range('sizes', value)
    check_range('angles', (-30, 30), -180)


def test_numbers_in_range():
    for value in (0, 1, 0.5, np.float32(0.5), np.int64(1)):
        check_between('share', value, 0, 1)
    check_between('weight', float('inf'))
    check_count('frames', np.int64(2), 2)


@pytest.mark.parametrize('value', [None, 'x', True, float('nan'), float('inf'), -float('inf')])
def test_what_is_no_finite_number(value):
    with pytest.raises(ValueError, match=f'threshold must be a finite number, got {value!r}'):
        check_number('threshold', value)


@pytest.mark.parametrize('value', [None, 'x', True, float('nan'), 0, 1])
def test_numbers_that_are_not_inside(value):
    with pytest.raises(ValueError, match=f'prior must be above 0 and below 1, got {value!r}'):
        check_inside('prior', value, 0, 1)


@pytest.mark.parametrize('value', [None, 'x', True, float('nan'), float('inf'), 0, -1])
def test_what_is_not_positive_and_finite(value):
    with pytest.raises(ValueError, match=f'sigma must be positive and finite, got {value!r}'):
        check_positive('sigma', value)


def test_positive_numbers():
    for value in (1e-9, 2, np.float32(0.5), np.int64(3)):
        check_positive('sigma', value)


@pytest.mark.parametrize('value', [-1, 0, 3.0, '3', True, None])
def test_sides_that_are_no_counts(value):
    with pytest.raises(ValueError, match=f'kernel must be a whole number from 1 on, got {value!r}'):
        check_odd('kernel', value)


def test_odd_sides():
    for value in (1, 3, np.int64(5)):
        check_odd('kernel', value)
    with pytest.raises(ValueError, match='kernel must be odd, got 4'):
        check_odd('kernel', 4)


def test_finite_numbers_and_those_inside():
    for value in (-2, 0, np.float32(0.5), np.int64(3)):
        check_number('threshold', value)
    for value in (1e-9, 0.5, 1 - 1e-9):
        check_inside('prior', value, 0, 1)
