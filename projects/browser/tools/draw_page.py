"""Take a picture of the page with an exported file and a picture, for the documents."""

import re
from argparse import ArgumentParser
from pathlib import Path

from chromium import PATIENCE, open_page
from playwright.sync_api import expect

QUALITY = 85


def main() -> None:
    """Open the files as a person does, and save what is seen then."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('model', help='an exported file')
    parser.add_argument('picture', help='whose people are shown')
    parser.add_argument('out', type=Path, help='the file to write, .jpg')
    parser.add_argument('--size', type=int, nargs=2, default=[1000, 860], metavar=('W', 'H'))
    args = parser.parse_args()
    with open_page(args.size) as page:
        found = page.locator('#found')
        for path, words in ((args.model, r'^\d+ p|^Open a picture'), (args.picture, r'^\d+ p')):
            page.locator('#file').set_input_files(path)
            expect(found).to_have_text(re.compile(words), timeout=PATIENCE)
        page.evaluate("document.getElementById('times').hidden = true")  # they vary
        page.screenshot(path=args.out, type='jpeg', quality=QUALITY)


if __name__ == '__main__':
    main()
