"""Put the two files of onnxruntime-web that the page needs beside it, once.

They come from the npm registry, of one version, and are checked. Afterwards nothing is downloaded.
"""

import hashlib
import sys
import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import BinaryIO, Dict, Optional
from urllib.error import URLError
from urllib.request import urlopen

VERSION = '1.30.0'
ADDRESS = f'https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz'
FOLDER = Path(__file__).resolve().parent / 'page' / 'vendor'
HASHES = {  # sha256
    'ort.wasm.bundle.min.mjs': '11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90',
    'ort-wasm-simd-threaded.wasm': (
        '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2'
    ),
}
TIMEOUT = 60  # seconds without an answer


class FetchError(Exception):
    """The files cannot be had; says why."""


def fetch(address: str = ADDRESS, folder: Path = FOLDER) -> bool:
    """Put the files into a folder, unless they are there.

    Args:
        address (str): Of the package, a ``.tgz``.
        folder (Path): Where to put them.

    Returns:
        bool: Whether they were not there.

    Raises:
        FetchError: The package cannot be downloaded, or is not the one that is meant.
    """
    if all(_hash(folder / name) == value for name, value in HASHES.items()):
        return False
    try:
        with urlopen(address, timeout=TIMEOUT) as package:
            contents = _unpack(package)
    except (OSError, tarfile.TarError, EOFError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise FetchError(f'{address} cannot be downloaded: {reason}') from error
    for name, value in HASHES.items():
        if name not in contents:
            raise FetchError(f'{address} has no file dist/{name}, or was cut off')
        found = hashlib.sha256(contents[name]).hexdigest()
        if found != value:
            raise FetchError(f'{name} of {address} has sha256 {found}, expected {value}')
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return True


def _hash(path: Path) -> Optional[str]:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _unpack(package: BinaryIO) -> Dict[str, bytes]:
    """The files that are needed, by their name."""
    contents = {}
    with tarfile.open(fileobj=package, mode='r|gz') as archive:
        for member in archive:
            folder, _, name = member.name.rpartition('/')
            if folder == 'package/dist' and name in HASHES:
                contents[name] = archive.extractfile(member).read()
    return contents


def main() -> None:
    """Fetch, and say what became of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--address', default=ADDRESS, help='of the package, where it is mirrored')
    try:
        fetched = fetch(parser.parse_args().address)
    except FetchError as error:
        sys.exit(str(error))
    print(f'onnxruntime-web {VERSION} is {"now" if fetched else "already"} in {FOLDER}')


if __name__ == '__main__':
    main()
