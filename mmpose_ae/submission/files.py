"""Reading and writing the files of a submission."""

import io
import json
from pathlib import Path
from typing import Dict, List, Set, Union
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from mmpose_ae.whole_files import write_whole

ENDING = '_results.json'


def read_entries(path: Union[str, Path]) -> list:
    """Read a list of people from a JSON file, or from the only file in a zip file.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is something else, or a zip file that a server refuses; names the file.
    """
    path = Path(path)
    content = _unzip(path) if path.suffix == '.zip' else path.read_bytes()
    try:
        entries = json.loads(content)
    except ValueError as error:
        raise ValueError(f'{path} is not valid JSON: {error}') from error
    if not isinstance(entries, list):
        raise ValueError(f'{path}: expected a list of people, got {entries!r:.60}')
    return entries


def read_image_ids(path: Union[str, Path]) -> Set[int]:
    """Read which images a benchmark has, with annotations or without.

    Args:
        path (str | Path): In COCO's format, such as ``image_info_test-dev2017.json``.

    Returns:
        set[int]: Their ids.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it lists no images with ids; names the file.
    """
    try:
        return {image['id'] for image in json.loads(Path(path).read_bytes())['images']}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected COCO's format, with images that have an id") from error


def write_submission(path: Union[str, Path], entries: List[dict], zipped: bool) -> Path:
    """Write the file to send in, as a whole or not at all.

    Args:
        path (str | Path): The JSON file.
        entries (list[dict]): The people.
        zipped (bool): Put it into a zip file of the same name instead, without folders.

    Returns:
        Path: What was written.

    Raises:
        ValueError: If a number is not finite, which JSON does not have.
    """
    path = Path(path)
    content = json.dumps(entries, allow_nan=False, separators=(',', ':')).encode()
    if zipped:
        return write_zip(path.with_suffix('.zip'), {path.name: content})
    write_whole(path, content)
    return path


def write_zip(path: Path, contents: Dict[str, bytes]) -> Path:
    """Write a zip file without folders, as a whole or not at all.

    Args:
        path (Path): The zip file.
        contents (dict): What is in each file in it, by its name.

    Returns:
        Path: The zip file.
    """
    buffer = io.BytesIO()
    with ZipFile(buffer, 'w', ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    write_whole(path, buffer.getvalue())
    return path


def _unzip(path: Path) -> bytes:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != 1 or '/' in names[0] or not names[0].endswith(ENDING):
                raise ValueError(
                    f'{path}: expected one file *{ENDING} and no folders, got {names!r:.200}'
                )
            if Path(names[0]).stem != path.stem:
                raise ValueError(f'{path}: expected {path.stem}.json in it, got {names[0]}')
            return archive.read(names[0])
    except BadZipFile as error:
        raise ValueError(f'{path} is not a zip file: {error}') from error
