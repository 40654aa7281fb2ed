"""Who may import whom: a module imports what is below it, and modules of one row not each other."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'mmpose_ae'
PLAN = [
    ['version', 'environment', 'frame', 'options', 'coco_evaluation', 'whole_files'],
    ['compat', 'config_files'],
    ['grouping', 'images', 'metainfo', 'registry'],
    ['decoding', 'ops', 'tracking'],
    ['codecs', 'single_person'],
    ['datasets'],
    ['engine'],
    ['checkpoints'],
    ['models', 'evaluation'],
    ['pictures', 'cli'],
    ['prediction'],
    ['runtime'],
    ['export', 'submission'],
    ['report'],
    ['score_learning'],
    ['commands', 'web'],
]
PLAN_OF_MODELS = [
    ['modules'],
    ['backbones', 'data_preprocessors', 'losses', 'necks'],
    ['heads'],
    ['scale_adaptation'],
    ['center_group', 'cid', 'coupled_embedding', 'dekr', 'pose_estimators'],
]
LIGHT = [
    'version', 'environment', 'frame', 'options', 'compat', 'whole_files', 'grouping', 'images',
    'decoding', 'tracking',
]  # fmt: skip
HEAVY = {'torch', 'mmcv', 'mmengine', 'mmpose', 'mmdet', 'matplotlib', 'cv2'}


def sources(folder):
    """Files of Python in a folder, and the parts of the names of their modules."""
    for path in sorted(folder.rglob('*.py')):
        if '.mim' not in path.parts:
            yield path, path.relative_to(PACKAGE.parent).with_suffix('').parts


def imported(path, module, nodes):
    """Parts of the names of what import statements import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split('.') for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(module[: len(module) - node.level]) if node.level else []
            base += node.module.split('.') if node.module else []
            yield from ([*base, alias.name] for alias in node.names)


def upward(plan, folder):
    """Imports within a folder of what a plan does not have below the module."""
    row = {name: i for i, names in enumerate(plan) for name in names}
    depth = len(folder.relative_to(PACKAGE.parent).parts)
    prefix = list(folder.relative_to(PACKAGE.parent).parts)
    found = []
    for path, module in sources(folder):
        own = module[depth]
        if own == '__init__':
            continue
        assert own in row, f'{own} has no place in the plan'
        for name in imported(path, module, ast.walk(ast.parse(path.read_text()))):
            if name[:depth] != prefix or len(name) <= depth or name[depth] == own:
                continue
            if row.get(name[depth], len(plan)) >= row[own]:
                found.append(f'{".".join(module)} imports {".".join(name)}')
    return found


def test_no_module_imports_upward():
    assert upward(PLAN, PACKAGE) == []


def test_no_model_imports_upward():
    assert upward(PLAN_OF_MODELS, PACKAGE / 'models') == []


def test_another_plan_is_noticed():
    """Heads do import codecs, and codecs operations."""
    high = next(row for row in PLAN if 'pictures' in row)
    found = upward([high, *(row for row in PLAN if row is not high)], PACKAGE)
    assert any('pictures' in line for line in found)
    assert any('codecs.maps imports' in line for line in upward(PLAN[::-1], PACKAGE))


@pytest.mark.parametrize('name', LIGHT)
def test_the_light_core_imports_nothing_heavy(name):
    """At least not before a function is called that needs it."""
    paths = [PACKAGE / f'{name}.py', *(PACKAGE / name).glob('*.py')]
    paths = [path for path in paths if path.is_file()]
    assert paths
    for path in paths:
        module = path.relative_to(PACKAGE.parent).with_suffix('').parts
        for parts in imported(path, module, ast.parse(path.read_text()).body):
            assert parts[0] not in HEAVY, f'{path} imports {".".join(parts)}'


def test_projects_are_not_imported():
    for path, module in sources(PACKAGE):
        names = imported(path, module, ast.walk(ast.parse(path.read_text())))
        assert all(parts[0] != 'projects' for parts in names), path
