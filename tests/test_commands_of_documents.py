"""Every command in the documents: shells can read it, and its program the options that it gets.

Running them takes data, weights or minutes, and tests of the tools do that. A block with another
program needs a mark, see :class:`documents.Block`.
"""

import re
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from unittest.mock import patch

import pytest
from documents import BLOCKS, COMMANDS, ROOT
from packaging.requirements import Requirement

from mmpose_ae_cli import TOOLS, _build_parser

CHECKED = [block for block in BLOCKS if block.language in COMMANDS and not block.needs]
FOLDERS = ('tools/', 'configs/', 'projects/', 'requirements/', 'examples/')
TARGETS = set(re.findall(r'^([\w-]+):', (ROOT / 'Makefile').read_text(), re.M))
SETTING = re.compile(r'\w+=.*')  # of a variable


class Found(Exception):
    """A tool is about to read its options."""


@cache
def parser_of(script: Path) -> ArgumentParser:
    """What reads the options of a tool."""

    def stop(parser: ArgumentParser, *_: object) -> None:
        raise Found(parser)

    folder = [str(script.parent), *sys.path]
    with (
        patch.object(ArgumentParser, 'parse_args', stop),
        patch.object(sys, 'path', folder),
        pytest.raises(Found) as found,
    ):
        run_path(str(script), run_name='__main__')
    return found.value.args[0]


def read_python(words: list) -> None:
    """A script or a module with its options, or ``-c`` and code."""
    if words[0] == '-c':
        compile(words[1], '-c', 'exec')
    elif words[0] == '-m':
        parser_of(Path(find_spec(words[1]).origin)).parse_args(words[2:])
    else:
        parser_of(ROOT / re.sub(r'^(\.\./)+', '', words[0])).parse_args(words[1:])


def read_mmpose_ae(words: list) -> None:
    """A command of the package; some are tools of their own."""
    if words[0] in TOOLS:
        parser_of(ROOT / 'tools' / TOOLS[words[0]][0]).parse_args(words[1:])
    else:
        _build_parser().parse_args(words)


def read_make(words: list) -> None:
    """A target."""
    assert words[0] in TARGETS


def read_pip(words: list) -> None:
    """Requirements, of this package with extras that it has; files are looked for elsewhere."""
    assert words[0] == 'install'
    for word in words[1:]:
        if word.startswith(('-', 'requirements/', 'dist/', 'https:')):
            continue
        wanted = Requirement(re.sub(r'^\.', 'mmpose_ae', word))
        for extra in wanted.extras if wanted.name == 'mmpose_ae' else ():
            assert (ROOT / f'requirements/{extra}.txt').is_file()


def read_mim(words: list) -> None:
    """What test_mim.py runs."""
    assert words[0] in ('train', 'test', 'run') and words[1] == 'mmpose_ae'


def read_bash(words: list) -> None:
    """A script of ours, which is looked for elsewhere."""
    assert words[0].startswith('tools/')


READERS = {
    'python': read_python,
    'mmpose-ae': read_mmpose_ae,
    'make': read_make,
    'pip': read_pip,
    'mim': read_mim,
    'bash': read_bash,
    'cd': list,
    'cp': list,
}


def commands(text: str) -> list:
    """The words of every command of a block, without variables that are set before it."""
    parts = []
    for line in text.replace('\\\n', ' ').splitlines():
        for part in re.split(r' &&? ', line.split(' #')[0]):
            words = shlex.split(part, comments=True)
            while words and SETTING.fullmatch(words[0]):
                del words[0]
            parts.append(words)
    return list(filter(None, parts))


@pytest.mark.parametrize('block', CHECKED, ids=str)
def test_options_are_read(block, capsys):
    for program, *words in commands(block.text):
        program = Path(program).name  # .venv-peers/bin/python
        assert program in READERS, f'{program} is not read here: mark the block'
        try:
            READERS[program](words)
        except SystemExit as end:
            assert end.code == 0, f'{program} {" ".join(words)}\n{capsys.readouterr().err}'
        for word in words:
            if word.startswith(FOLDERS) and re.fullmatch(r'[\w./-]+\.(py|sh|txt|cpp)', word):
                assert (ROOT / word).is_file(), word


def test_marks_say_what_is_needed():
    assert all(block.needs.startswith('needs ') for block in BLOCKS if block.needs)


def test_shells_can_read_all():
    script = '\n'.join(block.text for block in BLOCKS if block.language in COMMANDS)
    done = subprocess.run(['bash', '-n'], input=script, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_there_are_many():
    assert sum(len(commands(block.text)) for block in CHECKED) > 100
