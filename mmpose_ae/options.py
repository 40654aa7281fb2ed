"""Checks of options that configs give: what is not known is refused, with a list of what is."""

import inspect
from dataclasses import fields
from difflib import get_close_matches
from functools import wraps
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, Callable, Dict, Iterable, Optional, Set, Type, TypeVar

Class = TypeVar('Class', bound=type)


class UnknownOption(TypeError):
    """An option is given that does not exist."""


def check_known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that do not exist.

    Args:
        what (str): What the options are of, for the message.
        given (iterable): Names that were given.
        known (iterable): Names that exist.

    Raises:
        UnknownOption: Names the unknown ones, the closest known ones, and all known ones.
    """
    known = sorted(known)
    unknown = [name for name in given if name not in known]
    if not unknown:
        return
    close = [match for name in unknown for match in get_close_matches(name, known, 1)]
    meant = f' (did you mean {", ".join(close)}?)' if close else ''
    raise UnknownOption(f'{what} has no option {", ".join(unknown)}{meant}; known are: {known}')


def check_choice(name: str, value: Optional[str], choices: Iterable[Optional[str]]) -> None:
    """Refuse a value that is none of the choices.

    Args:
        name (str): Name of the option, for the message.
        value (str, optional): What was given.
        choices (iterable): What may be given.

    Raises:
        ValueError: Names the option, the value and the choices.
    """
    choices = list(choices)
    if value not in choices:
        raise ValueError(f'{name} must be one of {choices}, got {value!r}')


def read_options(options: Type[Class], what: str, given: Optional[dict]) -> Any:
    """Make a dataclass of options from what a config says.

    Args:
        options (type): The dataclass.
        what (str): What the options are of, for messages.
        given (dict, optional): Some of its fields. None is none of them.

    Returns:
        object: An instance of ``options``.

    Raises:
        UnknownOption: If ``given`` has a name that is not a field.
    """
    given = given or {}
    check_known(what, given, [field.name for field in fields(options)])
    return options(**given)


def option_names(owner: type) -> Set[str]:
    """Names of the options that a class takes, those that it hands on to its parents included."""
    names: Set[str] = set()
    for parent in owner.__mro__:
        if '__init__' not in vars(parent):
            continue
        parameters = list(inspect.signature(parent.__init__).parameters.values())[1:]
        names |= {p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
        if all(p.kind != p.VAR_KEYWORD for p in parameters):
            break
    return names - set(getattr(owner, 'fixed_options', ()))


def complete_parts(owner: type, given: Dict[str, Any]) -> Dict[str, Any]:
    """Add the defaults to parts that are given without their type, so that one option is enough.

    Args:
        owner (type): The class that takes the options.
        given (dict): What a config says. A part is a dict whose default has a ``type``.

    Returns:
        dict: The same, with parts that have their type and its other defaults.
    """
    completed = dict(given)
    for name, value in given.items():
        if isinstance(value, dict) and 'type' not in value:
            default = _default_of(owner, name)
            if isinstance(default, dict) and 'type' in default:
                completed[name] = {**default, **value}
    return completed


def _default_of(owner: type, name: str) -> Any:
    """The default of an option of a class, or of the parent that it is handed on to."""
    for parent in owner.__mro__:
        parameter = inspect.signature(parent.__init__).parameters.get(name)
        if parameter is not None:
            return parameter.default
    return None


def refuse_unknown_options(owner: Class) -> Class:
    """Let a class list the options that it knows where it is given another one.

    It may have ``fixed_options``: names that it sets for its parents, which nobody else may give.
    Parts that are given without a type are those of the default, see :func:`complete_parts`.
    """
    build: Callable = owner.__init__

    @wraps(build)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        if type(self) is owner:
            check_known(owner.__name__, kwargs, option_names(owner))
        build(self, *args, **complete_parts(owner, kwargs))

    owner.__init__ = checked
    return owner


def check_number(name: str, value: Any) -> None:
    """Refuse what is no number, or not a finite one.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.

    Raises:
        ValueError: Names the option and the value.
    """
    if not (_is_number(value) and isfinite(value)):
        raise ValueError(f'{name} must be a finite number, got {value!r}')


def check_inside(name: str, value: Any, low: float, high: float) -> None:
    """Refuse a number that is out of a range without its ends.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.
        low (float): All that may be given are greater.
        high (float): All that may be given are less.

    Raises:
        ValueError: Names the option, the value and the range; also for NaN and what is no number.
    """
    if not (_is_number(value) and low < value < high):
        raise ValueError(f'{name} must be above {low} and below {high}, got {value!r}')


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def check_between(name: str, value: Any, low: float = 0, high: float = inf) -> None:
    """Refuse a number that is out of range.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.
        low (float): The least value that may be given.
        high (float): The greatest one.

    Raises:
        ValueError: Names the option, the value and the range; also for NaN and what is no number.
    """
    if not (_is_number(value) and low <= value <= high):
        raise ValueError(f'{name} must be a number between {low} and {high}, got {value!r}')


def check_positive(name: str, value: Any) -> None:
    """Refuse a number that is not above 0, or not a finite one.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.

    Raises:
        ValueError: Names the option and the value; also for NaN and what is no number.
    """
    if not (_is_number(value) and 0 < value < inf):
        raise ValueError(f'{name} must be positive and finite, got {value!r}')


def check_count(name: str, value: Any, least: int = 0) -> None:
    """Refuse what is no whole number, or a smaller one.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.
        least (int): The least value that may be given.

    Raises:
        ValueError: Names the option, the value and the least one.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not (is_whole and value >= least):
        raise ValueError(f'{name} must be a whole number from {least} on, got {value!r}')


def check_odd(name: str, value: Any) -> None:
    """Refuse what is no odd whole number from 1 on: the side of a window with a middle cell.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.

    Raises:
        ValueError: Names the option and the value.
    """
    check_count(name, value, 1)
    if value % 2 == 0:
        raise ValueError(f'{name} must be odd, got {value}')


def check_size(name: str, value: Any) -> None:
    """Refuse what is no size: width and height, both whole numbers from 1 on.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.

    Raises:
        ValueError: Names the option, what is expected and the value.
    """
    try:
        for side in value:
            check_count(name, side, 1)
        is_pair = len(value) == 2
    except (TypeError, ValueError):
        is_pair = False
    if not is_pair:
        raise ValueError(f'{name} must be (width, height), two whole numbers, got {value!r}')


def check_range(name: str, value: Any, low: float = 0) -> None:
    """Refuse what is no range: two numbers, of which the second is not less than the first.

    Args:
        name (str): Name of the option, for the message.
        value (object): What was given.
        low (float): The least value that may be given.

    Raises:
        ValueError: Names the option, what is expected and the value.
    """
    try:
        least, greatest = value
        check_between(name, least, low)
        check_between(name, greatest, least)
    except (TypeError, ValueError):
        raise ValueError(
            f'{name} must be two numbers from {low} on, the least and the greatest, got {value!r}'
        ) from None
