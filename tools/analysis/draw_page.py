"""Take a picture of the page of `mmpose-ae web`, or of a report, for the documents.

Needs requirements/web.txt, requirements/browser.txt and Chromium, as `make test-web` does.
"""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH = 1280
QUALITY = 85
SETTLE = 2000  # milliseconds until everything is drawn


def main() -> None:
    """Open a page, drop a picture on it if it takes one, and save what is seen then."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('address', help='of the page, http://127.0.0.1:7860 or file:///...')
    parser.add_argument('out', type=Path, help='the file to write, .jpg')
    parser.add_argument('--drop', metavar='PICTURE', help='what to drop on it')
    parser.add_argument('--height', type=int, default=560, help='of what is seen, in pixels')
    args = parser.parse_args()
    with sync_playwright() as engines:
        browser = engines.chromium.launch(executable_path=shutil.which('chromium'))
        page = browser.new_page(viewport=dict(width=WIDTH, height=args.height))
        page.goto(args.address)
        if args.drop:
            page.locator('input[type=file]').set_input_files(args.drop)
            page.get_by_test_id('matplotlib').locator('img').wait_for()
        page.wait_for_timeout(SETTLE)
        page.screenshot(path=args.out, type='jpeg', quality=QUALITY)
        browser.close()


if __name__ == '__main__':
    main()
