"""Which files datasets consist of, and what is missing."""

import json
from dataclasses import replace

import pytest
from mpii_people import make_images, write_files, write_release
from PIL import Image

from mmpose_ae.datasets.image_size import right_sizes
from mmpose_ae.datasets.layouts import LAYOUTS, AnnotationFile, Layout, find_problems

LAYOUT = Layout('its authors', (AnnotationFile('annotations/people.json', 'images', 2),))


@pytest.fixture
def root(tmp_path):
    """A complete dataset of two images."""
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'images').mkdir()
    names = ['a.jpg', 'b.jpg']
    for name in names:
        (tmp_path / 'images' / name).touch()
    content = dict(images=[dict(file_name=name) for name in names])
    (tmp_path / 'annotations' / 'people.json').write_text(json.dumps(content))
    return tmp_path


def test_complete_dataset(root):
    assert find_problems(LAYOUT, root) == []


def test_list_of_people(root):
    people = [dict(image='a.jpg'), dict(image='a.jpg')]
    (root / 'annotations' / 'people.json').write_text(json.dumps(people))
    assert find_problems(LAYOUT, root) == []


def test_exchanged_sizes_are_told_and_righted(root):
    """Of images that are wider than high, as Pillow wrote them."""
    content = dict(images=[dict(file_name=n, width=4, height=6) for n in ('a.jpg', 'b.jpg')])
    (root / 'annotations' / 'people.json').write_text(json.dumps(content))
    (problem,) = find_problems(LAYOUT, root)
    assert problem.startswith(f'{root}/images/a.jpg is not an image: ')
    for name in ('a.jpg', 'b.jpg'):
        Image.new('RGB', (6, 4)).save(root / 'images' / name)
    (problem,) = find_problems(LAYOUT, root)
    assert 'a.jpg is 6x4, but its annotations are for 4x6' in problem
    content['images'].append(dict(file_name='a.jpg', width=6, height=4))
    assert right_sizes(content, root / 'images') == 2
    assert [(image['width'], image['height']) for image in content['images']] == 3 * [(6, 4)]
    del content['images'][2]
    (root / 'annotations' / 'people.json').write_text(json.dumps(content))
    assert find_problems(LAYOUT, root) == []


def test_files_of_matlab(tmp_path):
    """Three images of MPII are in the annotations alone."""
    write_files(tmp_path)
    layout = Layout('its authors', (AnnotationFile('mpii.mat', 'images', 4),), ('groups.mat',))
    assert find_problems(layout, tmp_path) == []
    images = [replace(image, name='040348287.jpg') for image in make_images(1)]
    write_release(tmp_path / 'mpii.mat', tmp_path / 'groups.mat', images)
    (problem,) = find_problems(layout, tmp_path)
    assert problem == f'{tmp_path}/mpii.mat has 1 entries instead of 4'
    (tmp_path / 'mpii.mat').write_text('images')
    (problem,) = find_problems(layout, tmp_path)
    assert problem.startswith(f'{tmp_path}/mpii.mat is not an annotation file')


def test_missing_annotations(root):
    (root / 'annotations' / 'people.json').unlink()
    assert find_problems(LAYOUT, root) == [f'{root}/annotations/people.json is missing']


@pytest.mark.parametrize('content', ['{"images": [', '{}', '[3]', '3', '{"images": 3}'])
def test_unreadable_annotations(root, content):
    (root / 'annotations' / 'people.json').write_text(content)
    (problem,) = find_problems(LAYOUT, root)
    assert problem.startswith(f'{root}/annotations/people.json is not an annotation file')


def test_wrong_count_and_missing_images(root):
    names = ['a.jpg', 'c.jpg', 'd.jpg']
    content = dict(images=[dict(file_name=name) for name in names])
    (root / 'annotations' / 'people.json').write_text(json.dumps(content))
    assert find_problems(LAYOUT, root) == [
        f'{root}/annotations/people.json has 3 entries instead of 2',
        f'{root}/images lacks 2 of the 3 images of people.json, the first is c.jpg',
    ]


@pytest.mark.parametrize('name', sorted(LAYOUTS))
def test_everything_is_missing_in_an_empty_folder(name, tmp_path):
    layout = LAYOUTS[name]
    paths = [*(file.path for file in layout.files), *layout.others]
    assert find_problems(layout, tmp_path) == [f'{tmp_path}/{path} is missing' for path in paths]


def test_tool_fails_and_tells_the_source(tmp_path, run_converter, capsys):
    with pytest.raises(SystemExit) as stop:
        run_converter('check_dataset.py', 'coco', '--root', tmp_path)
    assert stop.value.code == 1
    output = capsys.readouterr().out
    assert 'person_keypoints_val2017.json is missing' in output
    assert 'https://cocodataset.org' in output


def test_tool_is_content_with_a_complete_dataset(root, monkeypatch, run_converter, capsys):
    monkeypatch.setitem(LAYOUTS, 'coco', LAYOUT)
    run_converter('check_dataset.py', 'coco', '--root', root)
    assert capsys.readouterr().out == 'coco is complete\n'
