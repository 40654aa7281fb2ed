"""Take a picture of the page of `mmpose-ae web`, for the documents.

Needs requirements/web.txt, requirements/browser.txt and Chromium, as `make test-web` does.
"""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = dict(width=1280, height=560)
QUALITY = 85
SETTLE = 2000  # milliseconds until everything is drawn


def main() -> None:
    """Drop a picture on a page that is being served, and save what is seen then."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('address', help='of the page, as http://127.0.0.1:7860')
    parser.add_argument('picture', help='what to drop on it')
    parser.add_argument('out', type=Path, help='the file to write, .jpg')
    args = parser.parse_args()
    with sync_playwright() as engines:
        browser = engines.chromium.launch(executable_path=shutil.which('chromium'))
        page = browser.new_page(viewport=SIZE)
        page.goto(args.address)
        page.locator('input[type=file]').set_input_files(args.picture)
        page.get_by_test_id('matplotlib').locator('img').wait_for()
        page.wait_for_timeout(SETTLE)
        page.screenshot(path=args.out, type='jpeg', quality=QUALITY)
        browser.close()


if __name__ == '__main__':
    main()
