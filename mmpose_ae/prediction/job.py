"""Where a run writes, whether it goes on where an earlier one was, and what is left to do."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence

from .folders import check_folder
from .listing import list_names
from .outputs import Header, Output, check_outputs, open_outputs, resume_outputs
from .outputs.progress import as_text
from .record import Record
from .shards import Shard
from .sources import Picture, open_name

FOLDER = 'predictions'


class Job:
    """One run in its folder. Nothing is written before :meth:`open`.

    Args:
        outputs (sequence): Names of the outputs.
        out (Path, optional): The folder. None is ``predictions``, or the first of
            ``predictions-2`` and so on where no run has written; to resume the last that is there.
        shard (Shard, optional): Do only this part of the names, in a folder of its own below.
        resume (bool): Go on where the run in the folder was. Where there is none, begin.
        overwrite (bool): Write over the files of an earlier run.

    Attributes:
        folder (Path): Where outputs are.
        skipped (int): Pictures and videos that were done before.

    Raises:
        ValueError: An output is unknown or cannot go on, or the folder has an earlier run, or
            cannot be made or written to.
        ImportError, OSError: What an output needs is not there.
    """

    def __init__(
        self,
        outputs: Sequence[str],
        out: Optional[Path] = None,
        shard: Optional[Shard] = None,
        resume: bool = False,
        overwrite: bool = False,
    ) -> None:
        check_outputs(outputs, resume)
        self.skipped = 0
        self._outputs, self._shard = outputs, shard
        self.folder = out or (_choose_folder(resume) if shard is None else Path(FOLDER))
        if shard is not None:
            self.folder /= shard.folder
        check_folder(self.folder)
        self._record = Record(self.folder)
        self._resume = resume and self._record.exists
        self._done: Counter = Counter()
        self._settings: Dict[str, Any] = {}
        if self._record.exists and not (resume or overwrite):
            raise ValueError(
                f'{self.folder} has the predictions of an earlier run: --resume goes on with it, '
                '--overwrite writes over it, --out names another folder'
            )

    @property
    def shows(self) -> bool:
        """Whether a window is among the outputs."""
        return 'window' in self._outputs

    def open(self, header: Header, settings: Dict[str, Any]) -> List[Output]:
        """Make the outputs.

        Args:
            header (Header): Of the run.
            settings (dict): What predictions depend on, by name.

        Returns:
            list[Output]: As :func:`open_outputs`.

        Raises:
            ValueError: The earlier run had other settings, or its files cannot be read.
            OSError: The folder cannot be written to.
        """
        self._settings = dict(settings, save=sorted(set(self._outputs)))
        if self._resume:
            self._record.check_same(self._settings)
            outputs, self._done = resume_outputs(
                self._outputs, self.folder, header, self._record.finished
            )
        else:
            self._record.remove()
            outputs = open_outputs(self._outputs, self.folder, header)
        self._record.write(self._settings, finished=False)
        return outputs

    def pictures(self, sources: Iterable[str]) -> Iterator[Picture]:
        """Go through what is to do: this part of the pictures, without what was done before.

        Args:
            sources (iterable): Names, see :func:`list_names`.

        Yields:
            Picture: In order.
        """
        for name in self._names(sources):
            yield from open_name(name)

    def finish(self) -> None:
        """Note that all was done."""
        self._record.write(self._settings, finished=True)

    def _names(self, sources: Iterable[str]) -> Iterator[str]:
        names = (name for source in sources for name in list_names(source))
        left = Counter(self._done)
        for name in names if self._shard is None else self._shard.take(names):
            if left[as_text(name)]:
                left[as_text(name)] -= 1
                self.skipped += 1
            else:
                yield name


def _choose_folder(resume: bool) -> Path:
    """The first folder without a run; to resume the one before it."""
    last = folder = Path(FOLDER)
    number = 1
    while Record(folder).exists:
        number += 1
        last, folder = folder, Path(f'{FOLDER}-{number}')
    return last if resume else folder
