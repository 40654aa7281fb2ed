"""The blocks of code in the documents, for tests of what they print."""

import re
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    path
    for pattern in ('*.md', 'docs/*.md', 'configs/*/README.md', 'projects/*/README.md')
    for path in sorted(ROOT.glob(pattern))
]
MARK = r'(?:<!-- not tested: ([^>]+?) -->\n)?'
BLOCK = re.compile(rf'^{MARK}( *)```(\w*)\n(.*?)^ *```$', re.M | re.S)
COMMANDS = ('', 'bash')


class Block(NamedTuple):
    """Code between fences.

    Attributes:
        document (str): Path below the repository.
        language (str): After the first fence: none or ``bash`` is commands, ``text`` no code.
        text (str): What is printed.
        needs (str, optional): What is not here, by a comment before the fence,
            ``<!-- not tested: needs the network -->``; for each line of commands there is a check
            else, and other code is run.
    """

    document: str
    language: str
    text: str
    needs: Optional[str]

    def __str__(self) -> str:
        return f'{self.document}: {self.text.splitlines()[0]}'


def read_blocks(path: Path) -> Iterator[Block]:
    """The blocks of a document."""
    for needs, indent, language, text in BLOCK.findall(path.read_text(encoding='utf-8')):
        text = re.sub(f'^{indent}', '', text, flags=re.M)
        yield Block(path.relative_to(ROOT).as_posix(), language, text, needs or None)


BLOCKS: List[Block] = [block for path in DOCUMENTS for block in read_blocks(path)]
# Pages whose code has tests of its own: test_how_it_works.py and so on.
TESTED = ('docs/how_it_works.md', 'docs/custom_dataset.md', 'docs/train.md')


def is_python(block: Block) -> bool:
    """Whether a block is Python of a page without tests of its own."""
    return block.language == 'python' and block.document not in TESTED


def is_script(block: Block) -> bool:
    """Whether it imports or defines something; other Python is lines of a config."""
    return is_python(block) and bool(re.search(r'^(import|from|class) ', block.text, re.M))
