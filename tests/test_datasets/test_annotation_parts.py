"""Merging and splitting of annotation files, drawn and real ones."""

import json
import runpy
from pathlib import Path

import pytest

from mmpose_ae.datasets.annotation_parts import merge_annotations, split_annotations

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters'


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


@pytest.mark.parametrize('other, fault', [
    ([], "expected COCO's format"),
    (dict(annotations=[], categories=[]), "expected COCO's format"),
    (dict(part(3), annotations=None), 'annotations is None, expected a list of dicts'),
    (dict(images=[], annotations=[]), 'it has no categories'),
])  # fmt: skip
@pytest.mark.parametrize('name', ['merge_crowdpose.py', 'split_coco.py'])
def test_other_files_are_named(other, fault, name, tmp_path, run_converter):
    files = [tmp_path / f'{stem}.json' for stem in ('a', 'b', 'c')]
    for path in files[:2]:
        path.write_text(json.dumps(other))
    with pytest.raises(SystemExit, match=rf'annotation file {files[0]} has 1 fault:\n- {fault}'):
        run_converter(name, *files)
    assert not files[2].exists()


def test_real_annotations_are_merged_back(shared, tmp_path, run_converter, capsys):
    whole = json.loads((shared / 'data' / 'crowdpose' / 'crowdpose_val_first500.json').read_text())
    halves = [dict(whole, images=whole['images'][:200]), dict(whole, images=whole['images'][200:])]
    for i, half in enumerate(halves):
        known = {image['id'] for image in half['images']}
        half['annotations'] = [a for a in whole['annotations'] if a['image_id'] in known]
        (tmp_path / f'{i}.json').write_text(json.dumps(half))
    files = [tmp_path / name for name in ('0.json', '1.json', 'out.json')]
    run_converter('merge_crowdpose.py', *files)
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


def test_real_annotations_are_split(shared, tmp_path, run_converter, capsys):
    """Image 790 is one of the 500, and the only one of these 40."""
    path = shared / 'data/coco_mini/annotations/person_keypoints_train2017.json'
    (tmp_path / 'ids.txt').write_text('# one of them\n790\n')
    files = [tmp_path / 'rest.json', tmp_path / 'held_out.json']
    run_converter('split_coco.py', path, *files, '--ids', tmp_path / 'ids.txt')
    assert 'rest.json: 39 images' in capsys.readouterr().out
    whole = json.loads(path.read_text())
    (image,) = json.loads(files[1].read_text())['images']
    assert image == next(i for i in whole['images'] if i['id'] == 790)
    with pytest.raises(
        SystemExit, match='^error: 499 of the 500 images to hold out are not in the'
    ):
        run_converter('split_coco.py', path, *files)


@pytest.mark.parametrize('name', ['merge_crowdpose.py', 'split_coco.py'])
def test_a_wrong_file_ends_a_tool_in_one_line(tmp_path, run_converter, name):
    files = [tmp_path / name for name in ('train.json', 'second.json', 'third.json')]
    with pytest.raises(SystemExit, match='^error: .*train.json'):
        run_converter(name, *files)
    files[0].write_text('{"images": [')
    with pytest.raises(SystemExit, match='^error: .*train.json is not valid JSON'):
        run_converter(name, *files)
    assert list(tmp_path.iterdir()) == files[:1]


def test_files_that_do_not_fit_end_a_tool_in_one_line(tmp_path, run_converter):
    path = tmp_path / 'train.json'
    path.write_text(json.dumps(part(1)))
    with pytest.raises(SystemExit, match='^error: 1 image ids occur more than once'):
        run_converter('merge_crowdpose.py', path, path, tmp_path / 'out.json')


def test_ids_that_are_no_numbers(tmp_path):
    read_ids = runpy.run_path(str(TOOLS / 'split_coco.py'))['read_ids']
    (tmp_path / 'ids.txt').write_text('1 2x')
    with pytest.raises(ValueError, match="ids.txt: expected whole numbers, got '2x'"):
        read_ids(tmp_path / 'ids.txt')
