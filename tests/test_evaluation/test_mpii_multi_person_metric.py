"""The metric of MPII Multi-Person on vectors of the toolkit, and the file that it writes."""

import mpii_vectors
import numpy as np
import pytest
from scipy.io import loadmat

from mmpose_ae.datasets.mpii import KEYPOINTS
from mmpose_ae.evaluation import mpii_multi_person_metric as module
from mmpose_ae.evaluation.mpii_groups import EVALUATED
from mmpose_ae.registry import METRICS

META = dict(dataset_name='mpii', keypoint_id2name=dict(enumerate(KEYPOINTS)))
COLUMNS = ['head', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle']


def person(place, group=None, visible=2, **known):
    """An annotation with all keypoints at one place, in a group and at a place in it."""
    known = dict(center=[place, place], scale=1.0, head_box=[0, 0, 10, 0], rect_id=1, **known)
    groups = [] if group is None else [group]
    return dict(known, keypoints=[place, place, visible] * 16, groups=groups)


def predicted(places, scores=None):
    """People with all keypoints at one place each."""
    keypoints = np.tile(np.array(places, float).reshape(-1, 1, 1), (1, 16, 2))
    scores = np.ones((len(places), 16)) if scores is None else scores
    return dict(keypoints=keypoints, keypoint_scores=scores)


def sample(image, annotations, instances):
    return dict(
        img_id=image,
        img_path=f'images/{image}.jpg',
        ori_shape=(480, 640),
        raw_ann_info=annotations,
        pred_instances=instances,
    )


def evaluate(samples, meta=META, **options):
    metric = METRICS.build(dict(type='MpiiMultiPersonMetric', **options))
    metric.dataset_meta = meta
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def read_vector(vector, scores=None):
    """Groups of a vector as images with one group each; those without people cannot be."""
    for number in range(int(vector['num_images'])):
        group = mpii_vectors.group_of(vector, number, scores)
        annotations = []
        rows = zip(group['keypoints'], group['annotated'], group['head_boxes'])
        for place, (points, known, head) in enumerate(rows):
            keypoints = np.column_stack([points, known]).ravel().tolist()
            annotation = dict(person(0, [0, place]), keypoints=keypoints, head_box=head.tolist())
            annotations.insert(0, annotation)  # the group has an order of its own
        # Scores of 0 are of keypoints that were not found; what counts is the order.
        scores_found = np.where(group['found'], group['scores'] + 1, 0)
        instances = dict(keypoints=group['predicted'], keypoint_scores=scores_found)
        yield sample(number, annotations, instances)


@pytest.mark.parametrize('path', mpii_vectors.FILES)
def test_table_of_the_toolkit(path, monkeypatch):
    """In whatever order the images come."""
    monkeypatch.setattr(
        module, 'group_region', lambda *_: (np.full(2, -np.inf), np.full(2, np.inf))
    )
    vector = np.load(path)
    for prefix, scores in (('', None), ('ties_', mpii_vectors.rounded(vector['pred_score']))):
        samples = list(read_vector(vector, scores))[::-1]
        found = evaluate(samples)
        assert next(iter(found)) == 'mpii/AP'
        table = [found[f'mpii/AP {column}'] for column in COLUMNS] + [found['mpii/AP']]
        assert 100 * np.array(table) == pytest.approx(vector[prefix + 'table'], abs=1e-9)
        assert found['mpii/AP strict'] < found['mpii/AP']


def test_people_of_other_groups_do_not_count():
    """Two groups, and somebody in neither; each is found, and the one in neither is nobody's."""
    people = [person(100, [0, 0]), person(110, [0, 1]), person(400, [1, 0]), person(250)]
    everybody = predicted([100, 110, 400, 250])
    found = evaluate([sample(1, people, everybody)])
    assert found == dict.fromkeys(found, 1.0) and len(found) == 9
    with_stranger = predicted([100, 110, 112, 400], np.full((4, 16), [[0.5], [0.5], [0.9], [0.5]]))
    found = evaluate([sample(1, people, with_stranger)])
    # The wrong one ranks first, then three right ones: 3 of 4.
    assert found['mpii/AP'] == pytest.approx(3 / 4)


def test_a_group_in_which_nothing_is_found():
    samples = [
        sample(1, [person(100, [0, 0])], predicted([100])),
        sample(2, [person(100, [0, 0]), person(90, [0, 1])], predicted([])),
        sample(3, [], predicted([100])),
    ]
    found = evaluate(samples)
    assert found['mpii/AP'] == 1 and found['mpii/AP strict'] == pytest.approx(1 / 3)


def test_who_has_no_keypoints_is_not_to_be_found():
    """Nor needs a box of the head; joints that nobody has have no precision."""
    unlabelled = dict(person(102, [0, 1], visible=0))
    del unlabelled['head_box']
    found = evaluate([sample(1, [person(100, [0, 0]), unlabelled], predicted([100]))])
    assert found['mpii/AP strict'] == 1
    hidden = dict(person(100, [0, 0]))
    hidden['keypoints'][3 * 8 + 2] = hidden['keypoints'][3 * 9 + 2] = 0
    found = evaluate([sample(1, [hidden], predicted([100]))])
    assert found['mpii/AP head'] == -1 and found['mpii/AP'] == 1


def test_the_file_of_predictions(tmp_path):
    """A structure for each group, in their order; evaluated joints, counted from 1."""
    scores = np.full((2, 16), 0.25)
    scores[1, 0] = 0  # not found
    samples = [
        sample(7, [person(100, [1, 0]), person(400, [0, 0])], predicted([100, 104], scores)),
        sample(3, [person(100, [0, 0])], predicted([])),
        sample(5, [person(100)], predicted([100])),
    ]
    prefix = tmp_path / 'new' / 'pred_keypoints_mpii_multi'
    assert evaluate(samples, format_only=True, outfile_prefix=str(prefix)) == {}
    pred = loadmat(f'{prefix}.mat', struct_as_record=False)['pred'].ravel()
    assert [group.image[0, 0].name[0] for group in pred] == ['3.jpg', '7.jpg', '7.jpg']
    assert [group.annorect.size for group in pred] == [0, 0, 2]
    first, second = (
        [
            [getattr(point, name).item() for name in ('id', 'x', 'y', 'score')]
            for point in rect.annopoints[0, 0].point.ravel()
        ]
        for rect in pred[2].annorect.ravel()
    )
    assert first == [[joint, 101, 101, 0.25] for joint in EVALUATED]
    assert second == [[joint, 105, 105, 0.25] for joint in EVALUATED if joint]


def test_written_beside_the_evaluation(tmp_path):
    samples = [sample(1, [person(100, [0, 0])], predicted([100]))]
    found = evaluate(samples, outfile_prefix=str(tmp_path / 'found'))
    assert found['mpii/AP'] == 1 and (tmp_path / 'found.mat').is_file()


def test_what_cannot_be_evaluated_is_named():
    alone = [sample(1, [person(100)], predicted([100]))]
    with pytest.raises(ValueError, match='none of the 1 images has a group .* groups_v12.mat'):
        evaluate(alone)
    headless = dict(person(100, [0, 0]))
    del headless['head_box']
    with pytest.raises(ValueError, match='images/1.jpg: rectangle 1 has joints but no box of'):
        evaluate([sample(1, [headless], predicted([100]))])
    nowhere = dict(person(100, [0, 0]))
    del nowhere['center']
    with pytest.raises(ValueError, match=r'nobody of the group of rectangles \[1\] has objpos'):
        evaluate([sample(1, [nowhere], predicted([100]))])
    with pytest.raises(ValueError, match="keypoints of MPII.*dataset 'dots' has .'dot'"):
        evaluate(alone, dict(dataset_name='dots', keypoint_id2name={0: 'dot'}))
    with pytest.raises(ValueError, match='outfile_prefix must say where'):
        METRICS.build(dict(type='MpiiMultiPersonMetric', format_only=True))
