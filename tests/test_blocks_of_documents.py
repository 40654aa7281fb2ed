"""Every block of code in the documents: what can be known of it without running it.

Those that print configs and parts of one's own are run in test_documents.py and
test_how_it_works.py; commands need data, weights or minutes.
"""

import ast
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from mmpose_ae_cli import TOOLS, _build_parser

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    path
    for pattern in ('*.md', 'docs/*.md', 'configs/*/README.md', 'projects/*/README.md')
    for path in sorted(ROOT.glob(pattern))
]
BLOCK = re.compile(r'^( *)```(\w*)\n(.*?)^ *```', re.M | re.S)
SHARED_OPTIONS = [*ROOT.glob('mmpose_ae/cli/*.py'), *ROOT.glob('mmpose_ae/compat.py')]
NOT_HERE = {'my_parts', 'pyarrow'}  # what the reader writes, and what an extra brings


def blocks(language):
    """The blocks of a language, each with its document."""
    for path in DOCUMENTS:
        for indent, name, text in BLOCK.findall(path.read_text()):
            if name in language:
                yield path.relative_to(ROOT), re.sub(f'^{indent}', '', text, flags=re.M)


def commands():
    """The words of every command, without what comes behind a pipe, ``&&`` or ``#``."""
    for path, text in blocks(('', 'bash', 'sh', 'console')):
        for line in text.replace('\\\n', ' ').splitlines():
            for part in re.split(r' [|&;]+ |;', line.split(' #')[0]):
                try:
                    yield path, shlex.split(part)
                except ValueError:  # a quotation over several lines is no command of ours
                    continue


def root(module):
    """The package of a module."""
    return module.split('.')[0]


PYTHON = list(blocks(('python', 'py')))


@pytest.mark.parametrize('path, text', PYTHON, ids=lambda value: getattr(value, 'stem', ''))
def test_python_compiles_and_its_imports_are_there(path, text):
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in getattr(node, 'names', ())]
        if isinstance(node, ast.Import):
            assert all(find_spec(name) for name in names if root(name) not in NOT_HERE), path
        elif isinstance(node, ast.ImportFrom) and root(node.module) not in NOT_HERE:
            module = __import__(node.module, fromlist=names)
            assert all(hasattr(module, name) for name in names), path


def options_of(words):
    """The options that a command of the package gives, and its text, in which they must be."""
    program, *rest = words
    if program == 'mmpose-ae' and rest and rest[0] in TOOLS:
        return rest[1:], (ROOT / 'tools' / TOOLS[rest[0]][0]).read_text()
    scripts = [ROOT / word for word in words if word.startswith('tools/') and word.endswith('.py')]
    if scripts:
        return rest, ''.join(
            path.read_text() for path in [scripts[0], *scripts[0].parent.glob('*.py')]
        )
    return None


def test_commands_have_the_options_that_they_are_given():
    checked = 0
    for path, words in commands():
        given = options_of(words) if words else None
        if given is None:
            continue
        text = given[1] + ''.join(file.read_text() for file in SHARED_OPTIONS)
        for option in (word.split('=')[0] for word in given[0] if word.startswith('--')):
            assert f"'{option}'" in text, f'{path}: {" ".join(words)}'
            checked += 1
    assert checked > 60


def test_commands_of_mmpose_ae_are_read_by_its_parser(capsys):
    """With the options and as many arguments as are printed."""
    parser, checked = _build_parser(), 0
    for path, words in commands():
        if words[:1] == ['mmpose-ae'] and len(words) > 1 and words[1] not in TOOLS:
            try:
                parser.parse_args(words[1:])
            except SystemExit as end:
                assert end.code == 0, f'{path}: {" ".join(words)}\n{capsys.readouterr().err}'
            checked += 1
    assert checked > 20


def test_files_named_in_commands_are_there():
    folders = ('tools/', 'configs/', 'projects/', 'requirements/', 'examples/')
    for path, words in commands():
        for word in words:
            if word.startswith(folders) and re.fullmatch(r'[\w./-]+\.(py|sh|txt|cpp)', word):
                assert (ROOT / word).is_file(), f'{path}: {word}'


def test_targets_of_make_are_there():
    targets = set(re.findall(r'^([\w-]+):', (ROOT / 'Makefile').read_text(), re.M))
    named = {words[1] for _, words in commands() if words[:1] == ['make'] and len(words) > 1}
    assert {'demo', 'venv', 'test'} <= named <= targets


def texts_of_the_package():
    """The texts in the code, those that stand in several lines as one."""
    for path in [*ROOT.glob('mmpose_ae/**/*.py'), ROOT / 'mmpose_ae_cli.py']:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_our_messages_are_quoted_as_they_are():
    theirs, ours = (ROOT / 'docs/troubleshooting.md').read_text().split('\n## Installing\n')
    messages = [
        quote
        for line in re.findall('^### (.*)', ours, re.M)
        for quote in re.findall('`(.+?)`', line)
    ]
    known = '\n'.join(texts_of_the_package())
    for message in messages:
        for part in filter(None, map(str.strip, message.split('…'))):
            assert part in known, part
    assert len(messages) > 15 and "KeyError: 'inputs'" in theirs
