"""Checks of dataset folders; merging and splitting of annotation files, drawn and real ones."""

import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mpii_people import make_images, write_files, write_release
from PIL import Image

from mmpose_ae.datasets.preparation import (
    LAYOUTS,
    AnnotationFile,
    Layout,
    find_problems,
    merge_annotations,
    right_sizes,
    split_annotations,
)

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters'
LAYOUT = Layout('its authors', (AnnotationFile('annotations/people.json', 'images', 2),))


def run_tool(monkeypatch, name, *arguments):
    monkeypatch.setattr(sys, 'argv', [name, *map(str, arguments)])
    runpy.run_path(str(TOOLS / name), run_name='__main__')


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


def test_tool_fails_and_tells_the_source(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit) as stop:
        run_tool(monkeypatch, 'check_dataset.py', 'coco', '--root', tmp_path)
    assert stop.value.code == 1
    output = capsys.readouterr().out
    assert 'person_keypoints_val2017.json is missing' in output
    assert 'https://cocodataset.org' in output


def test_tool_is_content_with_a_complete_dataset(root, monkeypatch, capsys):
    monkeypatch.setitem(LAYOUTS, 'coco', LAYOUT)
    run_tool(monkeypatch, 'check_dataset.py', 'coco', '--root', root)
    assert capsys.readouterr().out == 'coco is complete\n'


def part(*ids, **kwargs):
    return dict(
        dict(
            images=[dict(id=i, file_name=f'{i}.jpg') for i in ids],
            annotations=[dict(id=10 * i, image_id=i) for i in ids],
            categories=[dict(id=1, name='person')],
        ),
        **kwargs,
    )


def test_parts_are_joined_in_order():
    merged = merge_annotations([part(2, 1), part(3)])
    assert [image['id'] for image in merged['images']] == [2, 1, 3]
    assert [ann['id'] for ann in merged['annotations']] == [20, 10, 30]
    assert merged['categories'] == [dict(id=1, name='person')]


@pytest.mark.parametrize(
    'second, message',
    [
        (part(1), '1 image ids occur more than once, the first is 1'),
        (part(3, images=[dict(id=3, file_name='1.jpg')]), "image files .* first is '1.jpg'"),
        (part(3, annotations=[dict(id=10, image_id=3)]), 'annotation ids .* first is 10'),
        (part(3, annotations=[dict(id=30, image_id=4)]), 'no image, the first is 30'),
        (part(3, categories=[]), 'different categories'),
    ],
)
def test_parts_that_do_not_fit(second, message):
    with pytest.raises(ValueError, match=message):
        merge_annotations([part(1, 2), second])


def test_real_annotations_are_merged_back(shared, tmp_path, monkeypatch, capsys):
    whole = json.loads((shared / 'data' / 'crowdpose' / 'crowdpose_val_first500.json').read_text())
    halves = [dict(whole, images=whole['images'][:200]), dict(whole, images=whole['images'][200:])]
    for i, half in enumerate(halves):
        known = {image['id'] for image in half['images']}
        half['annotations'] = [a for a in whole['annotations'] if a['image_id'] in known]
        (tmp_path / f'{i}.json').write_text(json.dumps(half))
    files = [tmp_path / name for name in ('0.json', '1.json', 'out.json')]
    run_tool(monkeypatch, 'merge_crowdpose.py', *files)
    assert '500 images with 3220 annotations' in capsys.readouterr().out
    merged = json.loads(files[2].read_text())
    assert merged['images'] == whole['images']
    assert sorted(a['id'] for a in merged['annotations']) == sorted(
        a['id'] for a in whole['annotations']
    )


def test_a_split_keeps_every_image_with_its_annotations():
    whole = part(2, 1, 3, info=dict(year=2017))
    rest, held_out = split_annotations(whole, [3])
    assert (rest, held_out) == (part(2, 1, info=dict(year=2017)), part(3, info=dict(year=2017)))
    assert merge_annotations([rest, held_out])['annotations'] == whole['annotations']


@pytest.mark.parametrize(
    'held_out, message',
    [
        ([1, 7, 9], '2 of the 3 images to hold out are not in the file, the first is 7'),
        ([1, 2], 'all 2 images are to be held out: nothing is left'),
    ],
)
def test_splits_that_are_none(held_out, message):
    with pytest.raises(ValueError, match=message):
        split_annotations(part(1, 2), held_out)


def test_the_held_out_images_of_pose_ae_train():
    """Facts about its list: how many ids, their sum, and the smallest and the largest one."""
    read_ids = runpy.run_path(str(TOOLS / 'split_coco.py'))['read_ids']
    ids = read_ids(TOOLS / 'coco_held_out.txt')
    assert len(ids) == len(set(ids)) == 500
    assert (min(ids), max(ids), sum(ids)) == (36, 574717, 137772033)


def test_real_annotations_are_split(shared, tmp_path, monkeypatch, capsys):
    """Image 790 is one of the 500, and the only one of these 40."""
    path = shared / 'data/coco_mini/annotations/person_keypoints_train2017.json'
    (tmp_path / 'ids.txt').write_text('# one of them\n790\n')
    files = [tmp_path / 'rest.json', tmp_path / 'held_out.json']
    run_tool(monkeypatch, 'split_coco.py', path, *files, '--ids', tmp_path / 'ids.txt')
    assert 'rest.json: 39 images' in capsys.readouterr().out
    whole = json.loads(path.read_text())
    (image,) = json.loads(files[1].read_text())['images']
    assert image == next(i for i in whole['images'] if i['id'] == 790)
    with pytest.raises(ValueError, match='499 of the 500 images to hold out are not in the file'):
        run_tool(monkeypatch, 'split_coco.py', path, *files)


def test_ids_that_are_no_numbers(tmp_path):
    read_ids = runpy.run_path(str(TOOLS / 'split_coco.py'))['read_ids']
    (tmp_path / 'ids.txt').write_text('1 2x')
    with pytest.raises(ValueError, match="ids.txt: expected whole numbers, got '2x'"):
        read_ids(tmp_path / 'ids.txt')
