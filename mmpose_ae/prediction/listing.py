"""The names that a name stands for: folders, patterns, and lists of them."""

import glob
import os
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import IO, Iterable, Iterator, List, Tuple, Union

PICTURES = {
    '.avif', '.bmp', '.heic', '.heif', '.jfif', '.jp2', '.jpe', '.jpeg', '.jpg', '.png', '.ppm',
    '.tif', '.tiff', '.webp',
}  # fmt: skip
VIDEOS = {'.avi', '.gif', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm'}
ADDRESSES = ('http://', 'https://', 'rtsp://')
STANDARD_INPUT = '-'
COMMENT = '#'


class Listed(str):
    """A name that a list gave.

    Attributes:
        place (str): List and line, for messages.
    """

    place = ''

    @classmethod
    def at(cls, name: str, place: str) -> 'Listed':
        """Note where a name is from; one of a list in a list keeps its own."""
        if isinstance(name, cls):
            return name
        listed = cls(name)
        listed.place = place
        return listed


def list_names(name: str, lists: Tuple[str, ...] = ()) -> Iterator[str]:
    """Find the pictures and videos that a name stands for.

    Warns of files in a folder or pattern that are left out by their ending, and of folders in a
    folder, which are not gone into.

    Args:
        name (str): A file of a picture or video; a folder of them; a pattern with ``*``, also
            ``**``, that some have; a ``.txt`` file with one name per line, and comments in lines
            that begin with ``#``; ``'webcam:0'``; an address (``http://``, ``https://``,
            ``rtsp://``) of a picture or stream; ``'-'`` for one name per line from standard input.
        lists (tuple): Lists that the name is in, which it may not be itself.

    Yields:
        str: Names of single pictures and videos, those from lists as :class:`Listed`; of a folder
        or pattern sorted. What is not there, is empty or cannot be read stays as it is.
    """
    if name == STANDARD_INPUT:
        yield from _listed(sys.stdin, name, lists)
    elif os.path.isdir(name):
        yield from _choose(name, glob.glob(os.path.join(glob.escape(name), '*')), is_folder=True)
    elif is_list(name) and name not in lists and (data := _read(name)) is not None:
        yield from _listed(_lines(data), name, (*lists, name))
    elif is_pattern(name):
        yield from _choose(name, glob.glob(_escape_existing(name), recursive=True))
    else:
        yield name


def suffix(name: str) -> str:
    """How a name ends, in small letters."""
    return os.path.splitext(name)[1].lower()


def is_list(name: str) -> bool:
    """Tell a list of names by its ending."""
    return suffix(name) == '.txt' and os.path.isfile(name)


def is_pattern(name: str) -> bool:
    """Tell a pattern from a file, and from an address with a ``?``."""
    return glob.has_magic(name) and not os.path.lexists(name) and not name.startswith(ADDRESSES)


def describe_empty_folder(folder: str) -> str:
    """Say of a folder without a picture or video what is in it instead."""
    found = glob.glob(os.path.join(glob.escape(folder), '*'))
    folders, left_out = count_folders(found), describe_left_out(found)
    inside = f"; the pattern '{os.path.join(folder, '**', '*')}' goes into its {folders}"
    said = f'{folder} has no picture or video{inside if folders else ""}'
    return f'{said}; {left_out}' if left_out else said


def count_folders(found: Iterable[str]) -> str:
    """How many folders are among names, in words; nothing of none."""
    count = sum(map(os.path.isdir, found))
    return f'{count} folder{"" if count == 1 else "s"}' if count else ''


def describe_left_out(found: Iterable[str]) -> str:
    """Say which files are no pictures or videos by their ending; nothing of none."""
    others = [each for each in found if not os.path.isdir(each)]
    if not others:
        return ''
    endings = Counter(suffix(each) or 'no ending' for each in others)
    listed = ', '.join(f'{ending} ({count})' for ending, count in sorted(endings.items()))
    one = len(others) == 1
    files = '1 file is left out by its' if one else f'{len(others)} files are left out by their'
    return f'{files} ending: {listed}'


def _choose(name: str, found: List[str], is_folder: bool = False) -> List[str]:
    """The pictures and videos among what was found; the name itself where there are none."""
    taken = sorted(filter(_is_taken, found))
    if not taken:
        return [name]
    rest = set(found).difference(taken)
    remarks = [describe_left_out(rest)]
    if is_folder and (folders := count_folders(rest)):
        pattern = os.path.join(name, '**', '*')
        remarks.append(f"{folders} passed over, into which the pattern '{pattern}' goes")
    if any(remarks):
        warnings.warn(f'{name}: {"; ".join(filter(None, remarks))}', stacklevel=2)
    return taken


def _is_taken(name: str) -> bool:
    """By its ending; also a link to what is not there, which is to be told."""
    if suffix(name) not in PICTURES | VIDEOS:
        return False
    return os.path.isfile(name) or (os.path.islink(name) and not os.path.exists(name))


def _escape_existing(pattern: str) -> str:
    """A pattern whose beginning is taken as it is, as far as there is such a folder."""
    beginning = pattern
    while beginning and not os.path.exists(beginning):
        beginning = os.path.dirname(beginning)
    return glob.escape(beginning) + pattern[len(beginning) :]


def _read(name: str) -> Union[bytes, None]:
    try:
        return Path(name).read_bytes()
    except OSError:
        return None


def _lines(data: bytes) -> List[str]:
    """Lines of a list, whose names may be any that files have."""
    return data.decode('utf-8-sig', errors='surrogateescape').split('\n')


def _listed(lines: Union[IO[str], List[str]], source: str, lists: Tuple[str, ...]) -> Iterator[str]:
    """Names by line; one that is not there may be relative to the folder of the list.

    A source without any stays as it is.
    """
    folder, empty = os.path.dirname(source), True
    title = 'standard input' if source == STANDARD_INPUT else source
    for number, name in enumerate(map(str.strip, lines), 1):
        if not name or name.startswith(COMMENT):
            continue
        beside, empty = os.path.join(folder, name), False
        place = f'{title}, line {number}{"" if _is_text(name) else ", which is not UTF-8"}'
        for each in list_names(beside if os.path.exists(beside) else name, lists):
            yield Listed.at(each, place)
    if empty:
        yield source


def _is_text(name: str) -> bool:
    """Tell whether a name could be decoded."""
    return not any('\ud800' <= letter <= '\udfff' for letter in name)
