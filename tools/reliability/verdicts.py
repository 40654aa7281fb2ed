"""What becomes of a call whose result has to keep to rules."""

import warnings
from typing import Callable, Optional, Sequence

import numpy as np
from outcomes import REFUSED, RIGHT, UNNAMED, WRONG, Outcome, describe


def judge_call(call: Callable[[], Optional[str]], names: Sequence[str], where: str = '') -> Outcome:
    """Call a function and judge what comes of it.

    Args:
        call (callable): Gives what is wrong with the result, None if nothing is.
        names (sequence): Options and inputs, one of which a ValueError has to name.
        where (str): The input, for reports.

    Returns:
        Outcome: Right, refused, wrong, or an error that names nothing.
    """
    try:
        with warnings.catch_warnings(), np.errstate(all='ignore'):
            warnings.simplefilter('ignore')
            problem = call()
    except ValueError as error:
        named = any(name in str(error) for name in names)
        return Outcome(REFUSED if named else UNNAMED, f'{where} -> {describe(error)}')
    except Exception as error:
        return Outcome(UNNAMED, f'{where} -> {describe(error)}')
    return Outcome(WRONG, f'{where} -> {problem}') if problem else Outcome(RIGHT)


def first_problem(**problems: bool) -> Optional[str]:
    """Name of the first rule that is broken, None if none is."""
    return next((name.replace('_', ' ') for name, broken in problems.items() if broken), None)
