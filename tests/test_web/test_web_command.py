"""The command ``web`` where it cannot serve; where it can, test_page.py."""

import pytest

from mmpose_ae.web import command
from mmpose_ae.web.choices import Choice
from mmpose_ae_cli import main


def test_without_gradio_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(command, 'is_installed', lambda name: name != 'gradio')
    assert main(['web']) == 1
    assert 'pip install "gradio>=' in capsys.readouterr().err


@pytest.mark.parametrize('options, words', [
    (['--config', 'a.py'], '--config needs a --checkpoint'),
    (['--model', 'a.onnx', '--checkpoint', 'a.pth'], 'a.onnx is an exported file'),
    (['--model', 'a.onnx', '--config', 'a.py'], 'a.onnx is an exported file'),
    (['--model', 'absent.onnx'], 'absent.onnx is not there'),
    (['--config', 'absent.py', '--checkpoint', 'a.pth'], 'absent.py is not there'),
    (['--checkpoint', 'a.pth'], '--checkpoint a.pth needs the --config'),
    (['--config', 'a.py', '--checkpoint', 'a.pth', '--model', 'b'], '--config gives another one'),
    (['--model', 'zoo', '--checkpoint', 'absent.pth'], 'absent.pth is not there'),
    (['--max-frames', '0'], '--max-frames must be a whole number from 1 on, got 0'),
    (['--max-megapixels', '-1'], '--max-megapixels'),
    (['--max-megapixels', 'nan'], '--max-megapixels'),
    (['--max-megapixels', '500'], '--max-megapixels must be above 0 and below 178.9, got 500'),
])  # fmt: skip
def test_options_that_make_no_sense(options, words, monkeypatch, capsys):
    monkeypatch.setattr(command, 'is_installed', lambda name: True)
    monkeypatch.setattr(command, '_serve', lambda models, args: None)
    assert main(['web', *options]) == 1
    assert words in capsys.readouterr().err


def test_weights_of_ones_own_come_before_those_of_the_zoo(monkeypatch, tmp_path):
    """Both are of a config of the zoo whose published weights are there."""
    served, weights = [], tmp_path / 'own.pth'
    weights.touch()
    monkeypatch.setattr(command, 'is_installed', lambda name: True)
    monkeypatch.setattr(command, '_serve', lambda models, args: served.append(models))
    monkeypatch.setattr(command, 'list_choices', lambda: [Choice('zoo', 'zoo')])
    assert main(['web', '--model', 'zoo', '--checkpoint', str(weights)]) == 0
    assert main(['web', '--model', 'zoo']) == 0
    own, published = served
    assert list(own.choices) == ['zoo: own.pth', 'zoo'] and own.first == 'zoo: own.pth'
    assert own.choices[own.first] == Choice('zoo: own.pth', 'zoo', str(weights))
    assert list(published.choices) == ['zoo']
