"""CocoMetric reads files as datasets do, and says at once what an evaluation lacks."""

import json

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mmpose.evaluation.metrics import CocoMetric as MMPoseMetric
from two_processes import in_two_processes

from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import DATASETS, METRICS

ANIMALS = 'configs/_base_/datasets/four_keypoint_animals.py'
OPTIONS = dict(nms_mode='none', score_mode='bbox')


@pytest.fixture(scope='module')
def animals():
    return load_metainfo(dict(from_file=ANIMALS))


def animal(image_id, **values):
    keypoints = np.array([[8, 8, 2], [20, 10, 2], [12, 30, 1], [30, 28, 2]]) + [image_id, 0, 0]
    return dict(
        dict(
            id=image_id,
            image_id=image_id,
            category_id=1,
            iscrowd=0,
            keypoints=keypoints.ravel().tolist(),
            num_keypoints=4,
            bbox=[8 + image_id, 8, 22, 22],
            area=400.0,
        ),
        **values,
    )


@pytest.fixture
def logged(monkeypatch):
    """What the metric says."""
    lines = []
    monkeypatch.setattr(
        'mmpose_ae.evaluation.coco_metric.print_log', lambda text, *_: lines.append(text)
    )
    return lines


@pytest.fixture
def write(tmp_path):
    """Write an annotation file of two images."""

    def write_file(*annotations, **values):
        images = [dict(id=i, file_name=f'{i}.png', width=64, height=48) for i in (1, 2)]
        content = dict(images=images, annotations=list(annotations), categories=[dict(id=1)])
        content.update(values)
        (tmp_path / 'animals.json').write_text(json.dumps(content))
        return tmp_path / 'animals.json'

    return write_file


def predict(*annotations, shift=0.0):
    """Predictions that are as far from annotations as is asked for."""
    for ann in annotations:
        points = np.reshape(ann['keypoints'], (1, -1, 3))[..., :2] + shift
        instances = dict(
            keypoints=points, keypoint_scores=np.ones(points.shape[:2]), bbox_scores=np.ones(1)
        )
        ids = dict(id=[ann['id']], img_id=ann['image_id'], gt_instances={}, ori_shape=(48, 64))
        yield dict(ids, pred_instances=instances, raw_ann_info=[ann])


def evaluate(metric, samples):
    samples = list(samples)
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def test_ours_is_built_by_its_old_name(write):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        metric = METRICS.build(dict(type='CocoMetric', ann_file=str(write(animal(1)))))
    assert type(metric).__module__ == 'mmpose_ae.evaluation.coco_metric'


@pytest.mark.parametrize('use_area', [True, False])
def test_good_files_have_mmposes_numbers(write, animals, use_area):
    people = animal(1), animal(2)
    path, found = write(*people), []
    for kind in (METRICS.get('mmpose_ae.CocoMetric'), MMPoseMetric):
        metric = kind(ann_file=str(path), use_area=use_area, **OPTIONS)
        metric.dataset_meta = dict(animals)
        found.append(evaluate(metric, predict(*people, shift=1.5)))
    assert found[0] == found[1] and 0 < found[0]['coco/AP'] < 1


def test_the_file_may_come_from_the_dataset(write, animals):
    """As in MMPose: without ``ann_file`` the metric takes that of the dataset."""
    people = animal(1, category_id=3, area=0), animal(2, category_id=3, area=0)
    path = write(*people, categories=[dict(id=3, name='dog')])
    dataset = dict(type='CocoDataset', ann_file=str(path), data_mode='bottomup', test_mode=True)
    dataset = DATASETS.build(dict(dataset, metainfo=dict(from_file=ANIMALS)))
    assert dataset.metainfo['CLASSES'] == [dict(id=1, name='dog')]
    metric = METRICS.build(dict(type='CocoMetric', **OPTIONS))
    metric.dataset_meta = dataset.metainfo
    assert metric.ann_file == str(path)
    assert evaluate(metric, predict(*people))['coco/AP'] == 1


def test_samples_may_carry_the_truth(animals):
    """Without any file the annotations in the samples are it."""
    people = animal(1), animal(2)
    metric = METRICS.build(dict(type='CocoMetric', **OPTIONS))
    metric.dataset_meta = dict(animals, dataset_name='of no file', CLASSES=[dict(id=1)])
    assert evaluate(metric, predict(*people))['coco/AP'] == 1
    assert evaluate(metric, predict(*people))['coco/AP'] == 1  # as at the next validation


def test_another_number_of_keypoints_is_named_before_testing(write, animals):
    path = write(animal(1, keypoints=[5, 5, 2] * 5))
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path)))
    with pytest.raises(ValueError, match='(?s)animals.json .* has 15 keypoint values, .* 4 keyp'):
        metric.dataset_meta = dict(animals)


def test_files_in_which_nobody_is_labelled(write, animals):
    """They do not say how many keypoints there are; the metainfo does."""
    path = write(animal(1, keypoints=[]), animal(2, keypoints=[]))
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), **OPTIONS))
    metric.dataset_meta = dict(animals)
    assert [len(ann['keypoints']) for ann in metric.coco.dataset['annotations']] == [12, 12]
    assert evaluate(metric, predict(animal(1)))['coco/AP'] == -1


def test_results_can_be_written_without_annotations(write, animals, tmp_path):
    path = write()
    content = json.loads(path.read_text())
    del content['annotations']
    path.write_text(json.dumps(content))
    config = dict(type='CocoMetric', ann_file=str(path), outfile_prefix=str(tmp_path / 'found'))
    with pytest.raises(ValueError, match='(?s)animals.json has .* expected annotations, unless'):
        METRICS.build(config)
    metric = METRICS.build(dict(config, format_only=True, **OPTIONS))
    metric.dataset_meta = dict(animals)
    assert evaluate(metric, predict(animal(1))) == {}
    (result,) = json.loads((tmp_path / 'found.keypoints.json').read_text())
    assert result['image_id'] == 1 and len(result['keypoints']) == 12


def test_crowd_indices_are_asked_for_before_testing(write, animals):
    path = write(animal(1))
    config = dict(type='CocoMetric', ann_file=str(path), iou_type='keypoints_crowd')
    with pytest.raises(ValueError, match='(?s)has 2 faults.* image 1 .1.png. has no crowdIndex'):
        METRICS.build(config)


@pytest.mark.parametrize('index', [None, float('nan')])
def test_crowd_indices_that_say_nothing_are_missing(write, index):
    images = [
        dict(id=i, file_name=f'{i}.png', width=64, height=48, crowdIndex=value)
        for i, value in enumerate(['0.3', index], 1)
    ]
    path = write(animal(1), animal(2), images=images)
    config = dict(ann_file=str(path), iou_type='keypoints_crowd')
    with pytest.raises(ValueError, match='has 1 fault:\n- image 2 .2.png. has no crowdIndex'):
        METRICS.build(dict(config, type='CocoMetric'))
    metric = METRICS.build(dict(config, type='CrowdSubsetMetric'))
    assert [image['crowdIndex'] for image in metric.coco.dataset['images']] == [0.3, 0.0]


def test_sigmas_are_asked_for_before_testing(write, animals):
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(write(animal(1)))))
    with pytest.raises(ValueError, match="'four_keypoint_animals' has no sigmas"):
        metric.dataset_meta = dict(animals, sigmas=np.zeros(0))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.json'):
        METRICS.build(dict(type='CocoMetric', ann_file=str(tmp_path / 'nowhere.json')))


def test_average_precision_of_each_image(write, animals):
    """As of files with one image; an image without animals has none, and is not of the mean."""
    people, shifts = [animal(1), animal(2)], [0.5, 1.5]
    empty = dict(id=3, file_name='3.png', width=64, height=48)
    images = [dict(id=i, file_name=f'{i}.png', width=64, height=48) for i in (1, 2)]
    samples = [s for p, shift in zip(people, shifts) for s in predict(p, shift=shift)]

    def run(chosen, images, **options):
        path = write(*chosen, images=images)
        metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), **OPTIONS, **options))
        metric.dataset_meta = dict(animals)
        ids = [image['id'] for image in images]
        return evaluate(metric, [s for s in samples if s['img_id'] in ids])

    alone = [run([p], [image])['coco/AP'] for p, image in zip(people, images)]
    found = run(people, [*images, empty], worst_images=1)
    assert alone[0] > alone[1] > 0
    assert found['coco/AP per image'] == pytest.approx(np.mean(alone))
    plain = run(people, [*images, empty])
    assert {name: found[name] for name in plain} == plain and len(found) == len(plain) + 1


def test_the_worst_images_are_named(write, animals, logged):
    people = [animal(1), animal(2)]
    path = write(*people)
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), worst_images=1, **OPTIONS))
    metric.dataset_meta = dict(animals)
    evaluate(metric, [*predict(people[0]), *predict(people[1], shift=100.0)])
    assert logged == ['AP of the worst of 2 images with people:\n  0.000 2.png']
    with pytest.raises(ValueError, match='worst_images must be a whole number'):
        METRICS.build(dict(type='CocoMetric', worst_images=-1))


def test_no_image_has_a_precision(write, animals):
    path = write(animal(1, keypoints=[]))
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), worst_images=1, **OPTIONS))
    metric.dataset_meta = dict(animals)
    assert evaluate(metric, predict(animal(1)))['coco/AP per image'] == -1


def many_animals(write, **options):
    """Four images with an animal each, one with a crowd, one with an unlabelled animal, one empty.

    Gives the animals, and a metric on these images.
    """
    images = [dict(id=i, file_name=f'{i}.png', width=64, height=48) for i in range(1, 8)]
    people = [animal(i) for i in range(1, 5)]
    others = [animal(5, iscrowd=1), animal(6, keypoints=12 * [0], num_keypoints=0)]
    path = write(*people, *others, images=images)
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(path), **OPTIONS, **options))
    metric.dataset_meta = load_metainfo(dict(from_file=ANIMALS))
    return people, metric


@pytest.mark.parametrize(
    'shown, lines',
    [
        ([1], ['3 of 4 images with people were not predicted and count as missed']),
        ([1, 2, 4], ['1 of 4 images with people were not predicted and count as missed']),
        ([1, 2, 3, 4], []),  # what is in the others counts neither way
    ],
)
def test_images_that_were_not_predicted_are_counted(write, logged, shown, lines):
    people, metric = many_animals(write)
    found = evaluate(metric, predict(*(people[i - 1] for i in shown)))
    assert logged == lines
    assert found['coco/AR'] == pytest.approx(len(shown) / 4)


def test_results_that_are_only_written_miss_nothing(write, logged, tmp_path):
    people, metric = many_animals(write, format_only=True, outfile_prefix=str(tmp_path / 'found'))
    assert evaluate(metric, predict(people[0])) == {} and logged == []


def evaluate_share(rank, metric, samples, logged):
    """The images of one of two processes; gives what it has logged, too."""
    metric.process(None, samples[rank::2])
    return metric.evaluate(len(samples))['coco/AR'], logged


@pytest.mark.parametrize('count', [2, 4])
def test_two_processes_count_them_once(write, logged, tmp_path, count):
    people, metric = many_animals(write)
    samples = list(predict(*people[:count]))
    (tmp_path / 'group').mkdir()
    results = in_two_processes(tmp_path / 'group', evaluate_share, metric, samples, logged)
    line = '2 of 4 images with people were not predicted and count as missed'
    recall = pytest.approx(count / 4)
    assert results == [(recall, [line] if count == 2 else []), (recall, [])]
