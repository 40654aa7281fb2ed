"""The figures in the documents are those of the metafiles, and those are counted right."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
TINY = 'configs/associative_embedding/synth_crowd/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
WRITTEN_BY_HAND = [
    path
    for pattern in ('README.md', 'docs/*.md', 'configs/*/README.md')
    for path in sorted(ROOT.glob(pattern))
    if path.name != 'configs.md'
]


LINK = re.compile(r'\]\(([^)#]+)')
ADDRESS = re.compile(r'\]\([^)]*\)')
FIGURE = re.compile(r'(?<![\d.])0\.\d+|^ \d+ ')  # an AP, or milliseconds before their spread


@pytest.fixture(autouse=True)
def on_path(monkeypatch):
    """The tools import each other as scripts do."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools' / 'docs'))


@pytest.mark.parametrize('name', ['docs/configs.md', 'docs/model_zoo.md'])
def test_generated_tables_are_what_the_metafiles_give(name):
    """If not, run tools/docs/tables.py."""
    tables, models = import_module('tables'), import_module('index').read_models()
    assert name in tables.DOCUMENTS
    text = (ROOT / name).read_text()
    assert tables.BLOCK.search(text)
    assert tables.write_tables(text, models) == text


def rows_by_heading(text):
    """The rows of all tables: a dictionary each, from the heading of a column to its cell."""
    for table in re.findall(r'(?:^\|.*\n?)+', text, re.M):
        head, _, *rows = [line.strip('|').split('|') for line in table.splitlines()]
        for row in rows:
            yield {heading.strip(): cell for heading, cell in zip(head, row)}


def figures(model, here):
    """All metrics of an entry of a metafile that were measured here, or elsewhere."""
    results = [each for each in model.get('Results', ()) if (each['Source'] == 'here') == here]
    return {value for each in results for value in each['Metrics'].values()}


def linked(row, folder, models):
    """The models that a row links to, and those of the published weights for their recipes."""
    paths = [(folder / link).resolve() for cell in row.values() for link in LINK.findall(cell)]
    stems = {path.stem for path in paths if path.suffix == '.py'}
    return [models[name] for stem in stems for name in (stem, f'{stem}-released') if name in models]


def known_figures(heading, of_row):
    """What the metafiles have for a column of a row; None for columns of other things."""
    if 'reported AP' in heading or heading == 'AP':
        here = heading == 'AP'
        return set().union(*(figures(model, here) for model in of_row))
    if heading == 'ms':
        return {model['Metadata']['CPU ms'] for model in of_row if 'CPU ms' in model['Metadata']}
    return None


def test_figures_written_by_hand():
    """Of rows that link to configs: what is reported, what was measured here, milliseconds."""
    models = {model['Name']: model for model in import_module('index').read_models()}
    checked = Counter()
    for path in WRITTEN_BY_HAND:
        for row in rows_by_heading(path.read_text()):
            of_row = linked(row, path.parent, models)
            for heading, cell in row.items():
                known = known_figures(heading, of_row)
                values = [value.strip() for value in re.findall(FIGURE, re.sub(ADDRESS, '', cell))]
                if of_row and known is not None and values:
                    found = values if 'reported' in heading else values[:1]  # then come spreads
                    assert set(found) <= known, f'{path}: {row}'
                    checked[heading] += len(found)
    assert checked['reported AP'] > 40 and checked['AP'] > 8 and checked['ms'] == 10


def multiplications(model, size):
    """Of the convolutions of a network, counted by what goes through them, layer by layer."""
    total = []

    def note(layer, inputs, output):
        places = output if isinstance(layer, nn.Conv2d) else inputs[0]
        total.append(layer.weight.numel() * places.shape[-2] * places.shape[-1])

    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            layer.register_forward_hook(note)
    model(torch.zeros(1, 3, *size), None, mode='tensor')
    return sum(total)


def test_counted_as_by_hand():
    with DefaultScope.overwrite_default_scope('mmpose_ae'), torch.no_grad():
        model = MODELS.build(Config.fromfile(ROOT / TINY).model).eval()
        expected = multiplications(model, (64, 128)) / 1e9
    found = import_module('complexity').count(ROOT / TINY, (128, 64))
    assert found.gmacs == pytest.approx(expected, rel=1e-6)
    assert found.parameters == pytest.approx(sum(p.numel() for p in model.parameters()) / 1e6)


def test_counted_as_published():
    """Table 3 of DEKR's paper, which counts what we count."""
    models = {model['Name']: model['Metadata'] for model in import_module('index').read_models()}
    facts = models['dekr_hrnet-w32_8xb10-140e_coco-512x512']
    assert (facts['Parameters'], facts['GMACs']) == ('29.6M', '45.4')


class TwoLayers(nn.Module):
    """A convolution keeps what it reads; so does a ReLU, in place, of what it gives."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1)

    def forward(self, image, samples, mode):
        return self.second(self.first(image).relu_())


@pytest.mark.parametrize('device', ['cpu', 'meta'])
def test_kept_for_the_way_back(device):
    """The image and the map between both layers, which the ReLU keeps too, and no weights."""
    image = torch.zeros(1, 3, 8, 6, device=device)
    kept = import_module('complexity').count_kept(TwoLayers().to(device), image)
    assert kept == 4 * (3 + 4) * 8 * 6


METAFILE = """Models:
  - Name: one
    Config: {config}
    Metadata:
      Training Data: SynthCrowd
    Weights: null
  - Name: two-128x64
    Config: {config}
    Metadata:
      Training Data: SynthCrowd
      Parameters: 9.9M
      GMACs: 9.9
    Weights: null
"""


def test_only_what_is_missing_is_counted(tmp_path, monkeypatch):
    """So that a run that was stopped goes on."""
    complexity, index = import_module('complexity'), import_module('index')
    text = METAFILE.format(config=TINY).replace('Name: one', 'Name: one-128x64')
    (tmp_path / 'metafile.yml').write_text(text)
    models = index._read(tmp_path / 'metafile.yml')['Models']
    monkeypatch.setattr(complexity, 'read_models', lambda: models)
    complexity.fill_in([tmp_path / 'metafile.yml'])
    first, second = index._read(tmp_path / 'metafile.yml')['Models']
    found = complexity.count(ROOT / TINY, (128, 64))
    assert first['Metadata']['GMACs'] == f'{found.gmacs:.1f}'
    assert first['Metadata']['Parameters'] == f'{found.parameters:.1f}M'
    assert first['Metadata']['Training MiB per image'] == f'{found.kept:.0f}'
    assert second['Metadata'] == models[1]['Metadata']
