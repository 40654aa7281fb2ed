"""OpenCV, which is used where it is installed, and not imported before it is used."""

from contextlib import contextmanager
from types import ModuleType
from typing import Iterator, Optional, Tuple, Type


def find_opencv() -> Optional[ModuleType]:
    """Import OpenCV.

    Returns:
        module | None: None where it is not installed.
    """
    try:
        import cv2
    except ImportError:
        return None
    return cv2


def opencv_errors() -> Tuple[Type[Exception], ...]:
    """The errors of OpenCV that reading and resizing a picture may raise; none without it."""
    cv2 = find_opencv()
    return () if cv2 is None else (cv2.error,)


@contextmanager
def needs_opencv(what: str) -> Iterator[None]:
    """Say how to get OpenCV where the code within cannot be imported without it.

    Args:
        what (str): What needs it, for the error.

    Raises:
        ImportError: It is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != 'cv2':
            raise
        raise ImportError(
            f'{what} needs OpenCV, which is not installed: pip install opencv-python-headless'
        ) from error
