"""The network that ships with the page."""

import json
import zlib

import pytest
from javascript import PAGE

from mmpose_ae.images import read_image
from mmpose_ae.runtime import ExportedModel
from mmpose_ae.runtime.onnx_file import read_metadata

pytest.importorskip('onnxruntime', reason='onnxruntime is not installed (requirements/export.txt)')
NETWORK = PAGE / 'demo.onnx'
MOST = 7e6  # bytes of the page, compressed
RUNTIME = 3.7e6  # of these onnxruntime-web's, see fetch.py


def test_it_says_that_it_knows_drawn_people_only():
    about = json.loads(read_metadata(NETWORK)['mmpose_ae'])
    assert 'synth_crowd' in about['name']  # by which app.js knows it
    assert (about['precision'], about['flip']) == ('int8', False)


@pytest.mark.parametrize('name, people', [('000024', 4), ('000034', 3), ('000053', 6)])
def test_it_finds_the_people_of_the_examples(name, people):
    """As many as SynthCrowd drew."""
    model = ExportedModel(NETWORK, threads=1)
    (poses,) = model([model.prepare(read_image(PAGE / 'examples' / f'{name}.jpg'))])
    assert (poses.instance_scores >= 0.2).sum() == people


def test_all_of_the_page_is_small():
    files = [path for path in PAGE.rglob('*') if path.is_file() and 'vendor' not in path.parts]
    assert NETWORK in files
    assert sum(len(zlib.compress(path.read_bytes())) for path in files) < MOST - RUNTIME
