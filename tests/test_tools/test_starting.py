"""Scripts import nothing of MMPose that needs mmpose_ae's stand-ins before mmpose_ae is there."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted({*ROOT.glob('tools/**/*.py'), *ROOT.glob('projects/*/tools/*.py')})
# Packages that MMPose imports, and mmpose_ae stands in for where they are not installed.
ABSENT = ('xtcocotools',)


def imported(path):
    """The modules that a script imports at its top, in their order, and those of its siblings."""
    for node in ast.parse(path.read_text()).body:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        for name in names:
            sibling = path.with_name(f'{name}.py')
            yield from imported(sibling) if sibling.is_file() else [name]


def before_ours(path):
    """Modules of MMPose that a script imports before any of mmpose_ae."""
    for name in imported(path):
        if name.split('.')[0] == 'mmpose_ae':
            return
        if name.split('.')[0] == 'mmpose':
            yield name


def start(modules):
    """Import modules in a process that has nothing else; gives how it ended."""
    absent = ''.join(f'sys.modules[{name!r}] = None; ' for name in ABSENT)
    command = f'import sys; {absent}import {", ".join(modules)}'
    return subprocess.run([sys.executable, '-c', command], capture_output=True, text=True)


def test_scripts_start():
    early = {name: path for path in SCRIPTS for name in before_ours(path)}
    done = start(sorted(early))
    assert done.returncode == 0, f'{early}\n{done.stderr[-2000:]}'


def test_what_comes_before_ours_is_found(tmp_path):
    (tmp_path / 'sibling.py').write_text('import mmpose.apis\nfrom mmpose_ae import registry\n')
    script = tmp_path / 'script.py'
    script.write_text('from mmpose.structures import A\nimport sibling\nimport mmpose.codecs\n')
    assert list(before_ours(script)) == ['mmpose.structures', 'mmpose.apis']
