"""Code in the documents that is neither a command nor Python, and messages that they quote."""

import ast
import json
import re

from documents import BLOCKS, COMMANDS, ROOT

OTHERS = ('text', 'python', 'json', 'cpp')


def texts(language):
    """The blocks of a language."""
    return [block.text for block in BLOCKS if block.language == language]


def test_every_language_has_a_test():
    """``text`` is what programs print, and how files lie."""
    assert {block.language for block in BLOCKS} == {*COMMANDS, *OTHERS}


def test_json_can_be_read():
    (annotation,) = map(json.loads, texts('json'))
    assert len(annotation['keypoints']) == 3 * 4


def test_cpp_is_that_of_the_example():
    example = re.sub(r'\s+', ' ', (ROOT / 'examples/cpp/poses.cpp').read_text())
    (block,) = texts('cpp')
    assert re.sub(r'\s+', ' ', block).strip() in example


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
