"""Pictures with people, shown as they come."""

from pathlib import Path
from typing import List, Optional

import cv2

from ..prediction import Prediction
from .output import Header

TITLE = 'mmpose-ae'


class Window:
    """A window: a video plays, a picture waits for a key.

    Args:
        folder (Path): Not written to.
        header (Header): Of the run.

    Raises:
        OSError: There is no screen, or OpenCV was built without windows.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._threshold = header.keypoint_threshold
        try:
            cv2.namedWindow(TITLE, cv2.WINDOW_KEEPRATIO)
        except cv2.error as error:
            raise OSError(
                'no window can be opened: there is no screen, or OpenCV is the headless build '
                '(pip uninstall opencv-python-headless, pip install opencv-python)'
            ) from error

    def write(self, prediction: Prediction) -> None:
        """Show a picture."""
        cv2.imshow(TITLE, prediction.draw(self._threshold))
        cv2.waitKey(1 if prediction.video else 0)

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Show nothing of a picture that could not be read."""

    def close(self) -> List[Path]:
        """Close the window."""
        cv2.destroyWindow(TITLE)
        return []
