"""The command from results to a file, and what it refuses."""

import json
from zipfile import ZipFile

import pytest

from mmpose_ae_cli import main

PERSON = dict(image_id=7, category_id=1, keypoints=[1.0] * 51, score=0.5)


@pytest.fixture
def submit(tmp_path):
    info, results = tmp_path / 'info.json', tmp_path / 'results.json'
    info.write_text(json.dumps(dict(images=[dict(id=7, file_name='7.jpg')])))  # no annotations

    def run(entries, *options):
        results.write_text(json.dumps(entries))
        given = ['--results', str(results), '--info', str(info), '--out', str(tmp_path / 'out')]
        return main(['submit', 'coco', *given, *options])

    return run


def test_results_become_a_file_that_passes_the_check(submit, tmp_path, capsys):
    assert submit([PERSON] * 3, '--name', 'mine') == 0
    assert '3 people in 1 of 1 images' in capsys.readouterr().out
    (written,) = (tmp_path / 'out').iterdir()
    assert written.name == 'person_keypoints_test-dev2017_mine_results.zip'
    assert len(json.loads(ZipFile(written).read(f'{written.stem}.json'))) == 3
    assert main(['submit', 'coco', '--check', str(written)]) == 0
    assert '3 people in 1 images' in capsys.readouterr().out


def test_nothing_is_replaced_unasked(submit, capsys):
    assert submit([PERSON]) == 0
    assert submit([PERSON]) == 1
    assert '--overwrite' in capsys.readouterr().err
    assert submit([PERSON], '--overwrite') == 0


def test_an_image_of_another_set_is_refused(submit, tmp_path, capsys):
    assert submit([PERSON, dict(PERSON, image_id=8)]) == 1
    assert 'image_id 8 is no image of the benchmark' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


def test_contradictions_are_refused(submit, capsys):
    assert submit([PERSON], '--check', 'a.zip') == 1
    assert main(['submit', 'coco']) == 1
    assert main(['submit', 'mpii', '--results', 'a.mat']) == 1
    assert submit([PERSON], '--score-thr', '0.1') == 1
    assert main(['submit', 'posetrack', '--results', 'folder']) == 1
    assert main(['submit', 'posetrack', '--results', 'folder', '--info', 'nowhere']) == 1
    told = capsys.readouterr().err
    assert told.count('error: ') == 6 and 'nowhere is not there: --info says where' in told
