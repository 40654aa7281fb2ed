"""What a folder of predictions was made with: ``run.json``, by which a run can go on."""

import json
from pathlib import Path
from typing import Any, Dict

from mmpose_ae.whole_files import write_whole

NAME = 'run.json'


class Record:
    """The record of a run in its folder.

    Args:
        folder (Path): Where the run writes.

    Attributes:
        exists (bool): Whether a run has written there.
        finished (bool): Whether it came to its end.

    Raises:
        ValueError: There is a file of that name that is no record.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.exists = self.path.exists()
        content = self._read() if self.exists else {}
        self.finished: bool = content.get('finished', False)
        self._settings: Dict[str, Any] = content.get('settings', {})

    def check_same(self, settings: Dict[str, Any]) -> None:
        """Refuse to go on with other settings than those that the run began with.

        Args:
            settings (dict): What predictions depend on, by name.

        Raises:
            ValueError: Names the settings that differ, and both values.
        """
        then, now = self._settings, json.loads(json.dumps(settings, default=str))
        differing = [
            f'{name} was {then.get(name)!r}, now {now.get(name)!r}'
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        ]
        if differing:
            raise ValueError(
                f'{self.path} is of a run with other settings, which cannot go on with these: '
                f'{"; ".join(differing)}'
            )

    def write(self, settings: Dict[str, Any], finished: bool) -> None:
        """Note what a run is made with, at its start and at its end.

        Args:
            settings (dict): What predictions depend on, by name.
            finished (bool): Whether all is done.
        """
        content = json.dumps(dict(finished=finished, settings=settings), indent=2, default=str)
        write_whole(str(self.path), f'{content}\n'.encode())

    def remove(self) -> None:
        """Forget an earlier run whose files are written over."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> Dict[str, Any]:
        try:
            content = json.loads(self.path.read_text())
            return dict(finished=content['finished'], settings=content['settings'])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{self.path} is not the record of a run: {error}') from error
