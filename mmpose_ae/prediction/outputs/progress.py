"""What an interrupted run has done: which sources are whole, and which entries of a file stay."""

from collections import Counter
from itertools import repeat
from typing import Iterable, Iterator, List, NamedTuple, Optional

from ..sources import is_live


class Entry(NamedTuple):
    """What a file holds of a picture.

    Attributes:
        path (str): File or address of the picture or video.
        frame (int, optional): Number in the video.
        failed (bool): It could not be read.
    """

    path: str
    frame: Optional[int]
    failed: bool


class Done(NamedTuple):
    """What a file holds of a source.

    Attributes:
        name (str): The picture or video, by :func:`as_text`.
        entries (int): How many there are of it, one after the other.
        whole (bool): Whether that is all of it, so that it need not be done again.
    """

    name: str
    entries: int
    whole: bool


def as_text(name: str) -> str:
    """A name as any file can hold it: Unix has names that are in no encoding."""
    return name.encode(errors='backslashreplace').decode()


def list_done(entries: Iterable[Entry], finished: bool) -> List[Done]:
    """Put entries of a file together by their source.

    Args:
        entries (iterable): In the order of the file.
        finished (bool): Whether the run came to its end. If not, a video at the end of the file may
            have been cut off; a camera or stream does not begin again, so it counts as whole.

    Returns:
        list[Done]: In the order of the file. Sources with a failure are not whole.
    """
    done: List[Done] = []
    entry = None
    for entry in entries:
        name, whole = as_text(entry.path), not entry.failed
        if entry.frame and done and done[-1].name == name:
            _, count, so_far = done.pop()
            done.append(Done(name, count + 1, so_far and whole))
        else:
            done.append(Done(name, 1, whole))
    if entry and entry.frame is not None and not finished and not is_live(entry.path):
        done[-1] = done[-1]._replace(whole=False)
    return done


def count_whole(done: Iterable[Done]) -> Counter:
    """Count how often each source is there as a whole."""
    return Counter(each.name for each in done if each.whole)


def choose_kept(done: Iterable[Done], wanted: Counter) -> Iterator[bool]:
    """Tell which entries of a file stay.

    Args:
        done (iterable): What the file holds.
        wanted (Counter): How often each source is kept.

    Yields:
        bool: Of each entry, in order.
    """
    left = Counter(wanted)
    for name, entries, whole in done:
        kept = whole and left[name] > 0
        left[name] -= kept
        yield from repeat(kept, entries)
