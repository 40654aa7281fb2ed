"""check_dataset on one's own annotation file: all of its faults, and the repaired file."""

import copy
import json
import runpy
import shutil
import sys
from pathlib import Path

import annotation_faults as faults
import cases
import cv2
import numpy as np
import pytest

from mmpose_ae.datasets.checking import check_annotation_file, find_image_faults

TOOL = Path(__file__).resolve().parents[2] / 'tools/dataset_converters/check_dataset.py'
ANIMALS = 'configs/_base_/datasets/four_keypoint_animals.py'


@pytest.fixture
def write(drawn, tmp_path):
    """Write the drawn people with a fault, and their images beside them."""

    def write_file(change):
        content = copy.deepcopy(drawn[1])
        change(content)
        (tmp_path / 'people.json').write_text(json.dumps(content))
        shutil.copytree(drawn[0] / 'img', tmp_path / 'img', dirs_exist_ok=True)
        return tmp_path

    return write_file


@pytest.fixture
def run(monkeypatch, capsys):
    """Call the tool; give its exit status and what it prints."""

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', [str(TOOL), *map(str, arguments)])
        status = 0
        try:
            runpy.run_path(str(TOOL), run_name='__main__')
        except SystemExit as stop:
            status = stop.code
        return status, capsys.readouterr()

    return call


def test_a_file_without_faults(write, run):
    root = write(lambda content: None)
    status, printed = run('--ann', root / 'people.json', '--images', root / 'img')
    content = json.loads((root / 'people.json').read_text())
    crowds = sum(a['iscrowd'] for a in content['annotations'])
    labelled = sum(any(a['keypoints'][2::3]) for a in content['annotations'])
    others = len(content['annotations']) - labelled - crowds
    expected = f'4 images, {labelled} people with keypoints, {others} without, {crowds} crowds'
    assert status == 0 and printed.out.endswith(f'can be used: {expected}\n')
    assert '4/4' in printed.err  # the progress bar


@pytest.mark.parametrize(
    'change, reason, counts',
    [
        (lambda content: content['annotations'].clear(), '', '4 images, 0 people with keypoints'),
        (
            lambda content: content.update(annotation=content.pop('annotations')),
            " (it has no key 'annotations')",
            '4 images, 0 people with keypoints, 0 without, 0 crowds',
        ),
    ],
)
def test_a_file_in_which_nobody_is_labelled_is_for_testing_only(write, run, change, reason, counts):
    root = write(change)
    status, printed = run('--ann', root / 'people.json')
    expected = f'can be used for testing only, since nobody is labelled{reason}: {counts}'
    assert status == 0 and expected in printed.out


@pytest.mark.parametrize('fault', [*faults.REPAIRED, *faults.DERIVED])
def test_fixed_files_are_clean(write, fault):
    root = write({**faults.REPAIRED, **faults.DERIVED}[fault])
    report = check_annotation_file(str(root / 'people.json'), str(root / 'img'))
    assert not report.ledger.findings and report.ledger.repairs
    report.write(root / 'fixed.json')
    fixed = check_annotation_file(str(root / 'fixed.json'), str(root / 'img'))
    assert not fixed.ledger.findings and not fixed.ledger.repairs
    assert fixed.content == report.content
    assert (root / 'people.json').read_text() != (root / 'fixed.json').read_text()


def test_the_fixed_file_is_written(write, run):
    root = write(faults.annotations(area=0))
    arguments = ('--ann', root / 'people.json', '--images', root / 'img')
    status, printed = run(*arguments, '--fix', root / 'fixed.json')
    assert status == 0 and 'taken from their segmentation' in printed.out
    assert 'fixed.json is written' in printed.out
    fixed = json.loads((root / 'fixed.json').read_text())
    assert min(ann['area'] for ann in fixed['annotations']) > 0
    status, printed = run('--ann', root / 'fixed.json', '--images', root / 'img')
    assert status == 0 and 'repaired' not in printed.out


def test_the_folder_of_the_fixed_file_is_made(write, run):
    root = write(faults.annotations(area=0))
    fixed = root / 'new' / 'folder' / 'fixed.json'
    status, _ = run('--ann', root / 'people.json', '--fix', fixed)
    assert status == 0 and fixed.is_file()
    status, printed = run('--ann', root / 'people.json', '--fix', fixed / 'fixed.json')
    assert status == 1 and str(fixed) in printed.out and 'is written' not in printed.out


def test_a_file_that_is_there_is_no_fixed_file(write, run):
    """Nor is the checked file itself; that is said before anything is looked at."""
    root = write(faults.annotations(area=0))
    before = (root / 'people.json').read_bytes()
    status, printed = run('--ann', root / 'people.json', '--fix', root / 'people.json')
    assert status == 1 and (root / 'people.json').read_bytes() == before
    assert printed.out == f'{root / "people.json"} is there already: choose another name\n'
    report = check_annotation_file(str(root / 'people.json'))
    (root / 'link.json').symlink_to('nowhere.json')
    for name in ('people.json', 'link.json', 'img'):
        with pytest.raises(ValueError, match=f'{name} is there already: choose another name'):
            report.write(root / name)
    assert (root / 'people.json').read_bytes() == before and not (root / 'nowhere.json').exists()


def test_a_fixed_file_is_a_whole_file(write, monkeypatch):
    root = write(faults.annotations(area=0))
    report = check_annotation_file(str(root / 'people.json'))

    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', fail)
    with pytest.raises(OSError, match='No space left on device.*fixed.json'):
        report.write(root / 'fixed.json')
    assert sorted(path.name for path in root.iterdir()) == ['img', 'people.json']


def test_all_faults_are_listed_and_nothing_is_written(write, run):
    root = write(faults.annotations(bbox=[1]))
    (root / 'img' / '000001.png').unlink()
    (root / 'img' / '000002.png').write_bytes(b'nothing')
    cv2.imwrite(str(root / 'img' / '000003.png'), np.zeros((48, 48, 3), np.uint8))
    arguments = ('--ann', root / 'people.json', '--images', root / 'img')
    status, printed = run(*arguments, '--fix', root / 'fixed.json')
    assert status == 1 and not (root / 'fixed.json').exists()
    count = len(json.loads((root / 'people.json').read_text())['annotations']) + 3
    assert f'people.json has {count} faults:' in printed.out
    assert sum(line.startswith('- ') for line in printed.out.splitlines()) == count > 10
    assert '000001.png is missing' in printed.out
    assert '000002.png cannot be read' in printed.out
    assert '000003.png is 48x48, but its annotations are for 96x96' in printed.out
    assert 'fixed.json is not written' in printed.out


def test_metainfo_says_how_many_keypoints(write, run):
    root = write(lambda content: None)
    status, printed = run('--ann', root / 'people.json', '--metainfo', ANIMALS)
    assert status == 1 and 'has 51 keypoint values' in printed.out
    assert 'defines 4 keypoints' in printed.out


@pytest.mark.parametrize('path', cases.files('*swap*.py'))
def test_metainfo_is_checked(write, run, path):
    root = write(lambda content: None)
    status, printed = run('--ann', root / 'people.json', '--metainfo', path)
    assert status == 1 and f'{path.name}: keypoint_info 4' in printed.out


def test_missing_and_broken_files_are_named(tmp_path, run):
    status, printed = run('--ann', tmp_path / 'nowhere.json')
    assert status == 1 and 'nowhere.json' in printed.out
    (tmp_path / 'half.json').write_text('{"images": [')
    status, printed = run('--ann', tmp_path / 'half.json')
    assert status == 1 and 'half.json is not valid JSON' in printed.out
    (tmp_path / 'list.json').write_text('[]')
    status, printed = run('--ann', tmp_path / 'list.json', '--images', tmp_path)
    assert status == 1 and "expected COCO's format" in printed.out


@pytest.mark.parametrize(
    'arguments, message',
    [
        ((), 'give the name of a published dataset, or an annotation file'),
        (('coco', '--ann', 'a.json'), 'give the name of a published dataset, or an annotation'),
        (('coco', '--fix', 'a.json'), 'belong to --ann'),
        (('--ann', 'a.json', '--root', 'data'), '--root belongs to the name of a published'),
        (
            ('--ann', 'a.json', '--estimate-sigmas', 'b.json', '--fix', 'c.json'),
            'takes neither --images nor --fix',
        ),
        (
            ('--ann', 'a.json', '--estimate-sigmas', 'b.json', '--images', 'img'),
            'takes neither --images nor --fix',
        ),
    ],
)
def test_arguments_that_do_not_fit(run, arguments, message):
    status, printed = run(*arguments)
    assert status == 2 and message in printed.err


def test_entries_without_name_or_size_are_passed_over(tmp_path):
    """The review of the file has named them."""
    assert find_image_faults([dict(), dict(file_name='a.png', width=0)], str(tmp_path)) == []


@pytest.mark.parametrize('path', cases.files('*.json'))
def test_cases_are_clean_when_fixed(path, tmp_path):
    report = check_annotation_file(str(path), str(path.parent / 'img'))
    assert not report.ledger.findings
    assert bool(report.ledger.repairs) == (path.stem != 'ok')
    report.write(tmp_path / 'fixed.json')
    fixed = check_annotation_file(str(tmp_path / 'fixed.json'), str(path.parent / 'img'))
    assert not fixed.ledger.findings and not fixed.ledger.repairs


def test_sigmas_of_two_annotators(write, run):
    """The second is 3 pixels to the right of the first, everywhere."""

    def shift(content):
        for annotation in content['annotations']:
            annotation['keypoints'][::3] = [x + 3 for x in annotation['keypoints'][::3]]

    root = write(lambda content: None)
    shutil.copy(root / 'people.json', root / 'first.json')
    write(shift)
    arguments = ('--ann', root / 'first.json', '--estimate-sigmas', root / 'people.json')
    status, printed = run(*arguments, '--metainfo', 'configs/_base_/datasets/coco.py')
    people = [
        annotation
        for annotation in json.loads((root / 'first.json').read_text())['annotations']
        if annotation['keypoints'][2] and not annotation['iscrowd']
    ]
    sigma = np.sqrt(np.mean([9 / 2 / person['area'] for person in people]))
    assert status == 0 and f'nose: {sigma:.4f} ({len(people)})\n' in printed.out

    status, printed = run(*arguments, '--metainfo', ANIMALS)
    assert status == 1 and 'first.json' in printed.out and '4' in printed.out


def test_sigmas_need_a_file(run):
    status, printed = run('coco', '--estimate-sigmas', 'other.json')
    assert status == 2 and '--estimate-sigmas belong to --ann' in printed.err


def test_a_metainfo_that_is_no_python_is_named(write, run, tmp_path):
    root, metainfo = write(lambda content: None), tmp_path / 'own_metainfo.py'
    metainfo.write_text('dataset_info = dict(\n')
    status, printed = run('--ann', root / 'people.json', '--metainfo', metainfo)
    assert status == 1
    assert printed.out.startswith(f'config {metainfo}, or one of its _base_: line 1 is no Python')


def test_ctrl_c_ends_the_check_with_a_line(write, run, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('mmpose_ae.datasets.checking.check_annotation_file', stop)
    root = write(lambda content: None)
    status, printed = run('--ann', root / 'people.json')
    assert (status, printed.err) == (130, '\nstopped\n')
