"""The page in Chromium, without a window. Needs requirements/browser.txt and Chromium."""

import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator, Tuple

from playwright.sync_api import Page, sync_playwright

PATIENCE = 120_000  # milliseconds, on a busy computer
PAGE = Path(__file__).resolve().parents[1] / 'page'


class _Quiet(SimpleHTTPRequestHandler):
    """A handler that does not print what is asked for."""

    def log_message(self, *args: object) -> None:
        """Print nothing."""


@contextmanager
def open_page(size: Tuple[int, int] = (1280, 900)) -> Iterator[Page]:
    """Serve the page on this computer, and open it.

    Args:
        size (tuple): Of the window (w, h), in pixels.

    Yields:
        Page: Of playwright.
    """
    handler = partial(_Quiet, directory=str(PAGE))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server, sync_playwright() as engines:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = engines.chromium.launch(executable_path=shutil.which('chromium'))
        page = browser.new_page(viewport=dict(zip(('width', 'height'), size)))
        page.set_default_timeout(PATIENCE)
        page.goto(f'http://127.0.0.1:{server.server_port}')
        yield page
        browser.close()
        server.shutdown()
