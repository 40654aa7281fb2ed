"""Make the notebooks of their plain code and run them: ``make notebooks``.

``notebooks/NAME.py`` is what is edited: cells begin with ``# %%``, those of text with
``# %% [markdown]``. ``notebooks/NAME.ipynb`` is made of it, with what it prints and draws.
"""

import re
from argparse import ArgumentParser
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 100_000  # of the outputs of a cell
CELL = re.compile(r'^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)', re.M | re.S)


def read_cells(text: str) -> NotebookNode:
    """Make a notebook, without outputs, of plain code.

    Args:
        text (str): The code; comments of its text cells are Markdown.

    Returns:
        NotebookNode: The notebook. Ids of cells are their numbers, so the same code gives the
        same file.
    """
    cells = []
    for number, (is_text, content) in enumerate(CELL.findall(text)):
        content = content.strip()
        if is_text:
            cell = new_markdown_cell(re.sub('^# ?', '', content, flags=re.M), id=str(number))
        else:
            cell = new_code_cell(content, id=str(number))
        cells.append(cell)
    return new_notebook(cells=cells)


def execute(notebook: NotebookNode, name: str) -> None:
    """Run a notebook in the root of the repository, its outputs in it.

    Raises:
        ValueError: If what a cell gives is too large for a repository.
    """
    NotebookClient(notebook, timeout=3600, resources={'metadata': {'path': str(ROOT)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop('execution', None)  # times of day
        if 'outputs' in cell:  # without warnings, which name folders of this machine
            cell.outputs = [each for each in cell.outputs if each.get('name') != 'stderr']
        size = len(nbformat.writes(new_notebook(cells=[cell])))
        if size > MOST_BYTES:
            raise ValueError(f'{name}: cell {cell.id} has {size} bytes, at most {MOST_BYTES}')


def main() -> None:
    """Make all notebooks, or those that are named."""
    parser = ArgumentParser(description='Make notebooks of their plain code and run them')
    parser.add_argument('names', nargs='*', help='of notebooks; all by default')
    names = parser.parse_args().names or [path.stem for path in (ROOT / 'notebooks').glob('*.py')]
    for name in sorted(names):
        path = ROOT / 'notebooks' / f'{name}.py'
        notebook = read_cells(path.read_text(encoding='utf-8'))
        execute(notebook, name)
        nbformat.write(notebook, path.with_suffix('.ipynb'))
        print(path.with_suffix('.ipynb').relative_to(ROOT))


if __name__ == '__main__':
    main()
