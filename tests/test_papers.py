"""docs/papers.md: what it names is there, and its settings can be given."""

import re
from functools import cache
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

import projects.recurrent_association.models  # noqa: F401  (registers its heads)
from mmpose_ae.cli.settings import read_value
from mmpose_ae.registry import MODELS

DOCS = Path(__file__).resolve().parents[1] / 'docs'
PAGE = (DOCS / 'papers.md').read_text()
TABLES, _, DEFINITIONS = PAGE.partition('\n[`')
FILES = dict(re.findall(r'^\[(.+?)\]: (\S+)$', f'[`{DEFINITIONS}', re.M))
# The config that the rows of a paper are about where they name none.
CONFIGS = {
    'Associative Embedding': 'hourglass',
    'HigherHRNet': 'higherhrnet w32',
    'Coupled Embedding': 'ce w32 crowdpose',
    'SWAHR': 'swahr w32 coco',
    'CID': 'cid w32 coco',
    'DEKR': 'dekr w32 coco',
    'CenterGroup': 'center-group w32',
    'Recurrent association': 'recurrent',
}


def rows():
    """The cells of every row, with the title of its table."""
    for section in TABLES.split('\n## ')[1:]:
        title, *lines = section.splitlines()
        for line in lines:
            if line.startswith('|') and not line.startswith(('| paper', '|---')):
                yield title, [cell.strip() for cell in line.strip('|').split('|')]


def labels(text):
    """The labels of the links in a text that have their files at the end of the page."""
    found = re.findall(r'\[([^\]]+)\](?:\[([^\]]+)\])?(?!\()', re.sub(r'="\[.*?\]"', '', text))
    return [label or title for title, label in found]


def test_every_row_has_four_cells_and_every_paper_a_table():
    assert {title for title, _ in rows()} == set(CONFIGS)
    assert {len(cells) for _, cells in rows()} == {4}


def test_every_label_has_its_file_and_is_used():
    assert set(labels(TABLES)) == set(FILES)
    missing = [path for path in FILES.values() if not (DOCS / path).is_file()]
    assert not missing


def test_every_link_goes_somewhere():
    for target in re.findall(r'\]\(([^)]+)\)', TABLES):
        path, _, anchor = target.partition('#')
        if not path.startswith('http'):
            text = (DOCS / path).read_text()
            titles = re.findall(r'^#+ (.+)$', text, re.M)
            assert not anchor or anchor in {t.lower().replace(' ', '-') for t in titles}


def test_every_name_is_defined_in_its_file():
    names = {label: path for label, path in FILES.items() if label.startswith('`')}
    assert len(names) > 50
    for label, path in names.items():
        name = label.strip('`')
        assert re.search(rf'^(class|def) {name}\b', (DOCS / path).read_text(), re.M), label


@cache
def read(label):
    return Config.fromfile(DOCS / FILES[label])


def settings():
    """The settings of each row, with the config before "with", or the first one."""
    for title, (_, _, commands, differs) in rows():
        words = ' '.join(re.findall('`([^`]+)`', f'{commands} {differs}')).split()
        given = [word for word in words if re.match(r'(model|test_\w+)\.\S+=', word)]
        first, with_settings, _ = commands.partition('with `')
        named = [x for x in labels(first) if re.search(r'/configs/(?!_base_|.*/_base_)', FILES[x])]
        if given:
            named = named or [CONFIGS[title]]
            yield named[-1 if with_settings else 0], given


def parse(word):
    """Key and value of a setting, as the tools read it."""
    key, _, value = word.partition('=')
    return key, read_value(value)


@pytest.mark.parametrize('config, given', list(settings()))
def test_settings_can_be_given(config, given):
    """Heads and options of testing refuse what they do not know."""
    cfg = Config(read(config).to_dict())
    cfg.merge_from_dict(dict(parse(word) for word in given))
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        head = MODELS.build(cfg.model.head)
    options = {key: value for key, value in cfg.model.test_cfg.items() if key != 'ground_truth'}
    head.read_test_cfg(options)
