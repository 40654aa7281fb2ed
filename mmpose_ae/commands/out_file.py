"""The file or folder that a command writes, looked at before minutes or hours of work."""

from pathlib import Path

from mmpose_ae.prediction.folders import check_folder


def refuse_taken(path: Path, overwrite: bool) -> None:
    """Refuse a name that is taken, or at which no file can be written.

    Raises:
        ValueError: If the file is there, and is not to be overwritten; if it is a folder, or its
            own folder cannot be made or written to.
    """
    check_folder(path.parent)
    if path.is_dir():
        raise ValueError(f'{path} is to be a file, but is there already as a folder')
    if path.exists() and not overwrite:
        raise ValueError(f'{path} is there already: --overwrite replaces it')


def refuse_filled(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that has something in it.

    Raises:
        ValueError: If it has, and its files are not to be overwritten, or if it is no folder.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f'{folder} is to be a folder, but is there already as something else')
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ValueError(f'{folder} has files already: --overwrite replaces them')


def check_ending(path: Path, ending: str) -> None:
    """Refuse a name that says that the file is of another kind.

    Raises:
        ValueError: If it does not end so.
    """
    if path.suffix != ending:
        raise ValueError(f'{path}: the name of the file must end in {ending}')
