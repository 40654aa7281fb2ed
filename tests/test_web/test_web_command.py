"""The command ``web`` where it cannot serve; where it can, test_page.py."""

import pytest

from mmpose_ae.web import command
from mmpose_ae_cli import main


def test_without_gradio_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(command, 'is_installed', lambda name: name != 'gradio')
    assert main(['web']) == 1
    assert 'pip install "gradio>=' in capsys.readouterr().err


@pytest.mark.parametrize('options, words', [
    (['--config', 'a.py'], '--config needs a --checkpoint'),
    (['--model', 'a.onnx', '--checkpoint', 'a.pth'], 'a.onnx is an exported file'),
    (['--model', 'absent.onnx'], 'absent.onnx is not there'),
    (['--max-frames', '0'], '--max-frames'),
    (['--max-megapixels', '-1'], '--max-megapixels'),
])  # fmt: skip
def test_options_that_make_no_sense(options, words, monkeypatch, capsys):
    monkeypatch.setattr(command, 'is_installed', lambda name: True)
    assert main(['web', *options]) == 1
    assert words in capsys.readouterr().err
