"""Notebooks are those of their plain code, and have run; ``make notebooks`` runs them."""

import json
import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).resolve().parents[1] / 'notebooks').glob('*.py'))
MOST_BYTES = 100_000  # of the outputs of a cell


def test_there_are_notebooks():
    assert len(SOURCES) >= 2


@pytest.mark.parametrize('source', SOURCES, ids=lambda path: path.stem)
def test_a_notebook_is_that_of_its_code(source):
    text = source.read_text()
    cells = json.loads(source.with_suffix('.ipynb').read_text())['cells']
    code = [cell for cell in cells if cell['cell_type'] == 'code']
    assert len(cells) == len(re.findall('^# %%', text, re.M))
    for cell in cells:
        content = ''.join(cell['source'])
        if cell['cell_type'] == 'markdown':
            content = re.sub('^(?=.)', '# ', content, flags=re.M)
            content = re.sub('^$', '#', content, flags=re.M)
        assert content in text
    assert all(cell['execution_count'] for cell in code)
    outputs = [output for cell in code for output in cell['outputs']]
    assert not any(output['output_type'] == 'error' for output in outputs)
    assert any('image/jpeg' in output.get('data', {}) for output in outputs)
    assert all(len(json.dumps(cell['outputs'])) <= MOST_BYTES for cell in code)
