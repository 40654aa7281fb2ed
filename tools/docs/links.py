"""Ask for every address elsewhere that the documents name: ``make links``.

That needs the network, so no test does it; and Python alone, with nothing installed. What is not
there any more is an error; who does not answer programs, or not now, is named alone.
"""

import re
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Dict, List
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ('*.md', 'docs/*.md', 'configs/*/README.md', 'projects/*/README.md')
LINK = re.compile(r'(?<=\]\()https?://[^)\s]+|(?<=\]: )https?://\S+')  # of Markdown
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
SECONDS = 20


def find_links() -> Dict[str, List[str]]:
    """The documents in which each address is."""
    links = defaultdict(list)
    for path in sorted(path for pattern in DOCUMENTS for path in ROOT.glob(pattern)):
        for address in LINK.findall(path.read_text(encoding='utf-8')):
            links[address].append(path.relative_to(ROOT).as_posix())
    return links


def ask(address: str) -> str:
    """Ask for a page.

    Args:
        address (str): Of the page.

    Returns:
        str: Nothing if it is there; ``gone`` if not; else what is in the way.
    """
    try:
        request = Request(address.split('#')[0], headers={'User-Agent': 'Mozilla/5.0'})
        with urlopen(request, timeout=SECONDS):
            return ''
    except HTTPError as error:
        return 'gone' if error.code in GONE else f'answers {error.code}'
    except OSError as error:  # no such host, no network, no answer in time
        return f'cannot be reached: {error}'


def main() -> None:
    """Name what does not answer; exit with 1 if anything is gone."""
    links = find_links()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, links))
    for (address, documents), answer in zip(links.items(), answers):
        if answer:
            print(f'{address} {answer} ({", ".join(dict.fromkeys(documents))})')
    print(f'{len(links)} addresses, {answers.count("")} are there, {answers.count("gone")} gone')
    sys.exit('gone' in answers)


if __name__ == '__main__':
    main()
