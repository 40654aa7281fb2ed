"""Whole annotation files: odd ones give the same people everywhere, or an error that says why."""

import copy
import json
from pathlib import Path
from typing import Dict, NamedTuple

import annotation_faults as faults
import cases
import mmpose
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.annotation_file import count_keypoints, read_annotation_file, review
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import DATASETS, METRICS

METAINFO = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets'
RAW = Config.fromfile(METAINFO / 'coco.py').dataset_info.to_dict()
COCO = load_metainfo(RAW)


class Seen(NamedTuple):
    """What training, masks and metrics see of a file, by name of the image."""

    people: Dict[str, np.ndarray]  # (N, K, 3), those with a known keypoint
    masks: Dict[str, np.ndarray]
    metrics: Dict[str, float]


@pytest.fixture
def write(drawn, tmp_path):
    """Write the drawn people with a fault."""

    def write_file(change):
        content = copy.deepcopy(drawn[1])
        change(content)
        path = tmp_path / 'people.json'
        path.write_text(json.dumps(content))
        return path

    return write_file


def look(path, folder) -> Seen:
    """Train, mask and evaluate; the predictions are the known keypoints, moved a little."""
    config = dict(
        type='CocoDataset',
        ann_file=str(path),
        data_mode='bottomup',
        serialize_data=False,  # which collects garbage for half a second
        metainfo=RAW,
        data_prefix=dict(img=str(folder)),
        pipeline=[dict(type='LoadImage'), dict(type='BottomupGetHeatmapMask', stride=1)],
    )
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        trained = list(DATASETS.build(config))
        tested = DATASETS.build(dict(config, test_mode=True))
        options = dict(nms_mode='none', score_mode='bbox')
        metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), **options))
    metric.dataset_meta = tested.metainfo
    people, masks = {}, {}
    for data in trained:
        (name,) = cases.names([data['img_path']])
        found = np.dstack([data['keypoints'], data['keypoints_visible']])
        people[name] = found[found[..., 2].max(1) > 0]
        masks[name] = data['heatmap_mask']
    rng = np.random.default_rng(0)
    for data in tested:
        points = people.get(*cases.names([data['img_path']]), np.zeros((0, 17, 3)))[..., :2]
        moved = points + rng.normal(scale=2, size=points.shape)
        instances = dict(
            keypoints=moved,
            keypoint_scores=np.ones(moved.shape[:2]),
            bbox_scores=np.linspace(1, 0.5, len(moved)),
        )
        sample = dict(id=data['id'], img_id=data['img_id'], pred_instances=instances)
        metric.process(None, [dict(sample, gt_instances={})])
    return Seen(people, masks, metric.evaluate(len(tested)))


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


@pytest.fixture(scope='module')
def right(drawn, tmp_path_factory):
    """What is seen of the file without a fault."""
    root, content = drawn
    path = tmp_path_factory.mktemp('right') / 'people.json'
    path.write_text(json.dumps(content))
    seen = look(path, root / 'img')
    assert 0.2 < seen.metrics['coco/AP'] < 0.98
    assert sum(map(len, seen.people.values())) == sum(
        any(a['keypoints'][2::3]) for a in content['annotations']
    )
    assert not all(mask.all() for mask in seen.masks.values())
    assert any(a['iscrowd'] for a in content['annotations'])
    return seen


@pytest.mark.parametrize('fault', faults.REPAIRED)
def test_repaired_files_lose_nothing(write, drawn, right, fault):
    found = look(write(faults.REPAIRED[fault]), drawn[0] / 'img')
    assert_same(found.people, right.people)
    assert_same(found.masks, right.masks)
    assert found.metrics == right.metrics


@pytest.mark.parametrize('fault', faults.DERIVED)
def test_people_stay_without_boxes_and_areas(write, drawn, right, fault):
    found = look(write(faults.DERIVED[fault]), drawn[0] / 'img')
    assert_same(found.people, right.people)
    assert abs(found.metrics['coco/AP'] - right.metrics['coco/AP']) < 0.3
    assert found.metrics['coco/AP'] > 0.1


@pytest.mark.parametrize('fault', faults.REFUSED)
def test_other_faults_are_named(write, drawn, fault):
    change, pattern = faults.REFUSED[fault]
    path = write(change)
    with pytest.raises(ValueError, match=f'(?s)people.json has .*{pattern}'):
        read_annotation_file(str(path), 17, str(drawn[0] / 'img'))
    config = dict(type='CocoDataset', ann_file=str(path), data_mode='bottomup', metainfo=RAW)
    with pytest.raises(ValueError, match=pattern):
        DATASETS.build(dict(config, data_prefix=dict(img=str(drawn[0] / 'img'))))
    with pytest.raises(ValueError, match=pattern):
        METRICS.build(dict(type='CocoMetric', ann_file=str(path))).dataset_meta = COCO


def test_findings_name_annotation_and_image(write):
    path = write(faults.first('annotations', bbox=[1], id=12))
    with pytest.raises(ValueError, match='- annotation 12 of image 1 has .* [(]in 000001.png[)]'):
        read_annotation_file(str(path))


def test_ten_findings_are_listed_and_the_others_counted(write):
    path = write(lambda c: c.update(images=[], annotations=c['annotations'] * 4))
    with pytest.raises(ValueError) as caught:
        read_annotation_file(str(path))
    lines = str(caught.value).splitlines()
    count = int(lines[0].split()[-2])
    assert len(lines) == 12 and count > 20
    assert lines[-1].startswith(f'and {count - 10} more')


@pytest.mark.parametrize('content', ['[]', '3', '"a"', 'null', '[[{}]]'])
def test_other_json_is_named(tmp_path, content):
    (tmp_path / 'list.json').write_text(content)
    with pytest.raises(ValueError, match="list.json has 1 fault:\n- expected COCO's format"):
        read_annotation_file(str(tmp_path / 'list.json'))


def test_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / 'bytes.json').write_bytes(b'\xff\xfe\xfd{}')
    with pytest.raises(ValueError, match='bytes.json is not valid JSON'):
        read_annotation_file(str(tmp_path / 'bytes.json'))


def test_sizes_cannot_be_guessed(write):
    path = write(faults.without('images', 'width'))
    with pytest.raises(ValueError, match='000001.png[)] has no width and height, .* not known'):
        read_annotation_file(str(path))
    with pytest.raises(ValueError, match='cannot be read from the file: .*000001.png'):
        read_annotation_file(str(path), image_folder='nowhere')


def test_a_side_that_is_given_must_be_that_of_the_file(write, drawn):
    path = write(
        faults.all_of(
            lambda content: content['images'][0].pop('height'), faults.first('images', width=99)
        )
    )
    with pytest.raises(ValueError, match=r'image 1 \(.*\) has the width 99, but its file 96'):
        read_annotation_file(str(path), image_folder=str(drawn[0] / 'img'))
    path = write(lambda content: content['images'][0].pop('height'))
    (image, *_) = read_annotation_file(str(path), image_folder=str(drawn[0] / 'img'))['images']
    assert (image['width'], image['height']) == (96, 96)


@pytest.mark.parametrize('other', ['./{}', 'a/../{}', './/{}'])
def test_other_spellings_of_a_file_are_noticed(drawn, other):
    content, ledger = copy.deepcopy(drawn[1]), Ledger('a.json')
    first = content['images'][0]
    content['images'].append(dict(first, id=77, file_name=other.format(first['file_name'])))
    review(content, ledger)
    assert ledger.remarks['images of the same file as another one, people not joined'] == 1


@pytest.mark.parametrize('ids', [[1, 1, 1, 1], [None] * 4, [1, 2, 1, 1]])
def test_the_same_annotation_twice_is_one(drawn, ids):
    """Also where its id is another one's, too: the first, the second, and the second again."""
    content, ledger = copy.deepcopy(drawn[1]), Ledger('a.json')
    one, two = content['annotations'][:2]
    people = [one, two, copy.deepcopy(two), dict(two, area=two['area'] + 1)]
    content['annotations'] = [dict(ann, id=i) for ann, i in zip(people, ids)]
    twice = sum(a == b for a, b in zip(content['annotations'], content['annotations'][1:]))
    review(content, ledger)
    assert len(content['annotations']) == 4 - twice
    assert ledger.repairs['annotations listed twice with the same values, once left out'] == twice
    assert len({ann['id'] for ann in content['annotations']}) == 4 - twice


def test_repairs_are_logged_once_by_reason(write, drawn, right, monkeypatch):
    logged = []
    for module in ('annotation_file', 'bottomup_annotations'):
        monkeypatch.setattr(
            f'mmpose_ae.datasets.{module}.print_log', lambda text, *_: logged.append(text)
        )
    count = len(drawn[1]['annotations'])
    path = write(faults.annotations(area=0, iscrowd=None))
    look(path, drawn[0] / 'img')
    told = [text for text in logged if 'repaired' in text]
    assert told[0].splitlines() == [
        f'annotation file {path}, repaired:',
        f'- people without iscrowd, taken for no crowds: {count}',
        f'- people without an area, taken from their segmentation: {count}',
    ]
    assert len(told) == 2  # the datasets of training and testing; the metric has nothing to add


def test_images_left_out_of_training_are_logged(write, drawn, monkeypatch):
    logged = []
    monkeypatch.setattr(
        'mmpose_ae.datasets.bottomup_annotations.print_log', lambda text, *_: logged.append(text)
    )
    path = write(
        lambda c: c.update(annotations=[a for a in c['annotations'] if a['image_id'] == 2])
    )
    config = dict(type='CocoDataset', ann_file=str(path), data_mode='bottomup', metainfo=RAW)
    prefix = dict(img=str(drawn[0] / 'img'))
    assert len(DATASETS.build(dict(config, data_prefix=prefix))) == 1
    assert '3 of 4 images have no annotation and are left out of training' in logged[0]


def test_a_car_is_counted_as_left_out(drawn):
    content, ledger = copy.deepcopy(drawn[1]), Ledger('a.json')
    faults.add_car(content)
    review(content, ledger)
    assert ledger.repairs == {"annotations of 'car', which has no keypoints, left out": 1}
    assert [category['id'] for category in content['categories']] == [1]


def test_crowd_indices_are_numbers_or_missing(write):
    given = [None, faults.NOWHERE, 'nan', '0.25', ' 1e-1 ', '1', 0, 0.5]
    path = write(
        lambda c: c.update(
            images=[dict(c['images'][0], id=n, crowdIndex=v) for n, v in enumerate(given)],
            annotations=[],
        )
    )
    ledger, content = Ledger('a.json'), json.loads(path.read_text())
    review(content, ledger)
    found = [image.get('crowdIndex', 'none') for image in content['images']]
    assert found == ['none', 'none', 'none', 0.25, 0.1, 1.0, 0, 0.5]
    assert ledger.repairs == {
        'images whose crowdIndex is null or NaN, taken for none': 3,
        'images whose crowdIndex is text, read as number': 3,
    }


def test_a_file_without_annotations_stays_without(drawn):
    content, ledger = copy.deepcopy(drawn[1]), Ledger('a.json')
    del content['annotations']
    expected = copy.deepcopy(content)
    review(content, ledger)
    assert content == expected and not ledger.findings


def test_counting_keypoints(drawn):
    assert count_keypoints(drawn[1]) == 17
    assert count_keypoints(dict(categories=[dict(keypoints=['a', 'b'])])) == 2
    assert count_keypoints(dict(annotations=[dict(keypoints=[])])) == 1
    nested = [dict(keypoints=[[1, 2, 2]] * 4), dict(keypoints=[1, 2, 2])]
    assert count_keypoints(dict(annotations=[*nested, nested[0]])) == 4


@pytest.mark.parametrize(
    'name',
    [
        'coco_mini/annotations/person_keypoints_train2017.json',
        'samples/coco/test_coco.json',
        'samples/ochuman/test_ochuman.json',
        'crowdpose/crowdpose_val_first500.json',
    ],
)
def test_published_files_stay_as_they_are(shared, name):
    """Those of CrowdPose have no areas: they are what MMPose takes for them."""
    content, ledger = json.loads((shared / 'data' / name).read_text()), Ledger(name)
    expected = copy.deepcopy(content)
    review(content, ledger)
    assert not ledger.findings
    for ann, before in zip(content['annotations'], expected['annotations']):
        if 'area' not in before:
            x, y, width, height = before['bbox']
            image = next(i for i in content['images'] if i['id'] == ann['image_id'])
            right, bottom = image['width'] - 1, image['height'] - 1
            x1, x2 = np.clip([x, x + width], 0, right)
            y1, y2 = np.clip([y, y + height], 0, bottom)
            assert ann.pop('area') == np.clip((x2 - x1) * (y2 - y1) * 0.53, 1, None)
    assert content == expected


def ok_people(path):
    """Known keypoints by image file, read off the JSON itself."""
    content = json.loads((path.parent / 'ok.json').read_text())
    images = {image['id']: image['file_name'] for image in content['images']}
    people = {name: [] for name in images.values()}
    for ann in content['annotations']:
        keypoints = np.reshape(ann['keypoints'], (-1, 3))
        if keypoints[:, 2].any() and not ann['iscrowd']:
            people[images[ann['image_id']]].append(keypoints[:, :2].tolist())
    return people


@pytest.mark.parametrize('path', cases.files('*.json'))
def test_cases(path):
    """Everybody is on the right image, but for people whose keypoints a case takes away."""
    found = look(path, path.parent / 'img')
    expected = look(path.parent / 'ok.json', path.parent / 'img')
    whole = ok_people(path)
    empty = [not ann['keypoints'] for ann in json.loads(path.read_text())['annotations']]
    count = sum(map(len, whole.values())) - sum(empty)
    assert sum(map(len, found.people.values())) == count
    for name, people in found.people.items():
        known = np.array(whole[name])
        for person in people:
            assert (np.abs(known - person[:, :2]).max((1, 2)) < 1e-4).any()
    if any(empty):
        assert found.metrics['coco/AP'] > 0
    elif 'area' in path.stem:
        assert found.metrics['coco/AP'] == pytest.approx(expected.metrics['coco/AP'], abs=0.1)
    else:
        assert found.metrics == expected.metrics


def test_ids_that_are_text_are_numbered_after_the_others(drawn):
    content, ledger = copy.deepcopy(drawn[1]), Ledger('a.json')
    names = {1: 'one', 2: 2, 3: '3', 4: 'four'}
    for image in content['images']:
        image['id'] = names[image['id']]
    for ann in content['annotations']:
        ann['image_id'] = names[ann['image_id']]
    review(content, ledger)
    assert [image['id'] for image in content['images']] == [4, 2, 3, 5]
    numbers = {1: 4, 2: 2, 3: 3, 4: 5}
    expected = [numbers[ann['image_id']] for ann in drawn[1]['annotations']]
    assert [ann['image_id'] for ann in content['annotations']] == expected
    assert sum(ledger.repairs.values()) == 3


@pytest.mark.parametrize('fault', ['annotation ids from 0', 'annotation ids start again'])
def test_annotations_have_different_ids_above_0(drawn, fault):
    """COCO's evaluation takes a match with 0 for none."""
    content = copy.deepcopy(drawn[1])
    faults.REPAIRED[fault](content)
    review(content, Ledger('a.json'))
    ids = [ann['id'] for ann in content['annotations']]
    assert min(ids) == 1 and len(set(ids)) == len(drawn[1]['annotations'])
