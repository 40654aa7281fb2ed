"""A local server of a folder, for what is read or downloaded by address."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator, List, Tuple


@contextmanager
def serve(folder: Path) -> Iterator[Tuple[str, List[str]]]:
    """Serve a folder.

    A file of a name with ``cut`` is sent as if twice as much came; what is asked for with
    ``?type=T`` as of type T, and with ``?type=`` without saying the type.

    Args:
        folder (Path): Made if it is missing.

    Yields:
        tuple: The address, and a list of what was asked for, which grows.
    """
    folder.mkdir(exist_ok=True)
    asked = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args) -> None:
            asked.append(self.path)

        def send_header(self, name: str, value: str) -> None:
            _, is_told, kind = self.path.partition('?type=')
            if name == 'Content-type' and is_told:
                if not kind:
                    return
                value = kind
            if name == 'Content-Length' and 'cut' in self.path:
                value = str(2 * int(value))
            super().send_header(name, value)

    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}', asked
    server.shutdown()
    server.server_close()
