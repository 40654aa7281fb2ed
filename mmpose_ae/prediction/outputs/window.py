"""Pictures with people, shown as they come."""

from pathlib import Path
from typing import List, Optional

import cv2

from ..prediction import Prediction
from .output import Header

TITLE = 'mmpose-ae'
MOMENT = 30  # milliseconds between two looks at whether the window was closed
QUIT = (27, ord('q'))  # Esc


class Window:
    """A window: a video plays, a picture waits for a key; Esc, q or closing it ends the run.

    It is written to in the thread that made it, or it stays empty.

    Args:
        folder (Path): Not written to.
        header (Header): Of the run.

    Raises:
        OSError: There is no screen, or OpenCV was built without windows.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._threshold = header.keypoint_threshold
        self._open()

    @classmethod
    def check(cls) -> None:
        """Refuse to start without a screen."""
        cls._open()
        cv2.destroyAllWindows()

    @staticmethod
    def _open() -> None:
        try:
            cv2.namedWindow(TITLE, cv2.WINDOW_KEEPRATIO)
        except cv2.error as error:
            raise OSError(
                'no window can be opened: there is no screen, or OpenCV is the headless build '
                '(pip uninstall opencv-python-headless, pip install opencv-python)'
            ) from error

    def write(self, prediction: Prediction) -> None:
        """Show a picture.

        Raises:
            KeyboardInterrupt: The user has seen enough.
        """
        cv2.imshow(TITLE, prediction.draw(self._threshold))
        key = cv2.waitKey(1 if prediction.video else MOMENT)
        while key < 0 and not prediction.video and _is_open():
            key = cv2.waitKey(MOMENT)
        if key in QUIT or not _is_open():
            raise KeyboardInterrupt

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Show nothing of a picture that could not be read."""

    def close(self) -> List[Path]:
        """Close the window."""
        cv2.destroyAllWindows()  # also where the user has closed it
        return []


def _is_open() -> bool:
    return cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) > 0
