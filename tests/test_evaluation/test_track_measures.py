"""Measures of tracks: equal to the golden numbers of TrackEval, py-motmetrics and poseval."""

from dataclasses import replace

import golden
import numpy as np
import pytest

from mmpose_ae.datasets.posetrack18 import KEYPOINTS, SIGMAS, PoseTrackFrame, PoseTrackSequence
from mmpose_ae.evaluation.track_measures import (
    MatchedFrames,
    count_joint_errors,
    joint_mota,
    match_people,
    measure_people,
    pair_frames,
)

pytest.importorskip('trackeval', reason='TrackEval is not installed')
pytest.importorskip('motmetrics', reason='py-motmetrics is not installed')
VECTORS = golden.subject_files('tracking', '*_mot.npz')
NAMES = dict(
    MOTA='CLEAR_MOTA', MOTP='CLEAR_MOTP', IDF1='Identity_IDF1', IDSW='CLEAR_IDSW',
    Frag='CLEAR_Frag', misses='CLEAR_CLR_FN', false_positives='CLEAR_CLR_FP',
)  # fmt: skip
OVER_THRESHOLDS = dict(HOTA='HOTA_HOTA', DetA='HOTA_DetA', AssA='HOTA_AssA')


def rows(data, side, sequence, frame):
    """Rows of a frame in the arrays of one side, ``gt`` or ``pred``."""
    return (data[f'{side}_sequence'] == sequence) & (data[f'{side}_frame'] == frame)


def given_similarities(data, sequence):
    """A video of the file, in whose frames the similarities are given."""
    video = MatchedFrames([], [], [])
    for frame in range(data['num_frames'][sequence]):
        video.true_ids.append(data['gt_track'][rows(data, 'gt', sequence, frame)])
        video.ids.append(data['pred_track'][rows(data, 'pred', sequence, frame)])
        video.similarity.append(data[f'seq{sequence}_frame{frame:02d}_similarity'])
    return video


@pytest.mark.parametrize('path', VECTORS)
def test_people_as_by_trackeval(path):
    """Of each video alone and of all together."""
    data = np.load(path)
    videos = [given_similarities(data, s) for s in range(len(data['num_frames']))]
    runs = {f'seq{s}': [video] for s, video in enumerate(videos)}
    for prefix, chosen in dict(runs, combined=videos).items():
        found = measure_people(chosen)
        for name, key in NAMES.items():
            expected = data[f'{prefix}_trackeval_{key}']
            assert found[name] == pytest.approx(expected, abs=1e-6), (prefix, name)
        for name, key in OVER_THRESHOLDS.items():
            expected = data[f'{prefix}_trackeval_{key}'].mean()
            assert found[name] == pytest.approx(expected, abs=1e-6), (prefix, name)


@pytest.mark.parametrize('path', VECTORS)
def test_people_as_by_motmetrics(path):
    """IDF1 alone: TrackEval and py-motmetrics do not hold on to a match in the same way."""
    data = np.load(path)
    for sequence in range(len(data['num_frames'])):
        found = measure_people([given_similarities(data, sequence)])
        for ours, theirs in dict(IDF1='idf1', people='num_objects').items():
            expected = data[f'seq{sequence}_motmetrics_{theirs}']
            assert found[ours] == pytest.approx(expected, abs=1e-6)


def sequences(data, sequence, frames):
    """Annotations and predictions of some frames, with the 15 joints of the file."""
    names = tuple(f'joint {k}' for k in range(data['gt_xy'].shape[1]))
    sides = []
    for side in ('gt', 'pred'):
        made = []
        for frame in frames:
            chosen = rows(data, side, sequence, frame)
            keypoints = np.dstack([data[f'{side}_xy'][chosen], data[f'{side}_has'][chosen]])
            heads = data['gt_headbox'][chosen] if side == 'gt' else None
            if heads is not None:
                heads = np.concatenate([heads[:, :2], heads[:, 2:] - heads[:, :2]], axis=1)
            made.append(
                PoseTrackFrame(
                    frame, '', data[f'{side}_track'][chosen].astype(np.int64),
                    keypoints.astype(float), head_boxes=heads,
                )
            )  # fmt: skip
        sides.append(PoseTrackSequence(f'{sequence}', made, names))
    return sides


@pytest.mark.parametrize('path', VECTORS)
def test_joints_as_by_poseval(path):
    """Frames as it sees them: no frame without people, not the last one, and one error of each kind
    where nothing is predicted."""
    data, counts, empty = np.load(path), 0, 0
    for sequence, num_frames in enumerate(data['num_frames']):
        seen = [f for f in range(num_frames) if rows(data, 'gt', sequence, f).any()][:-1]
        frames = [f for f in seen if rows(data, 'pred', sequence, f).any()]
        counts = counts + count_joint_errors(*sequences(data, sequence, frames))
        empty += len(seen) - len(frames)
    counts = counts + empty * np.array([[1], [1], [1], [0]])
    mota = joint_mota(counts)
    np.testing.assert_allclose(mota, data['poseval_mota'][:-1], atol=1e-6)
    assert np.nanmean(mota) == pytest.approx(data['poseval_mota'][-1], abs=1e-6)


def make(*people, number=0, **kwargs):
    """A frame of people (id, x): 17 keypoints on a line of 160 pixels, boxes of 100 by 100."""
    keypoints = np.ones((len(people), 17, 3))
    keypoints[..., 1] = 10 * np.arange(17)
    keypoints[..., 0] = np.array([x for _, x in people]).reshape(-1, 1)
    square = np.array([[x, 0, 100, 100] for _, x in people], float).reshape(-1, 4)
    ids = np.array([person for person, _ in people], np.int64)
    return PoseTrackFrame(number, '', ids, keypoints, square, square / 5, **kwargs)


def pair(truth, predicted):
    """Sequences of frames, numbered in their order."""
    return [
        PoseTrackSequence(name, [replace(f, image_id=i) for i, f in enumerate(frames)])
        for name, frames in (('truth', truth), ('predicted', predicted))
    ]


def test_poseval_is_not_followed():
    """Three missed people are three, the last frame counts, and so do inventions among nobody."""
    truth = [make((0, 0), (1, 300), (2, 600)), make((0, 0)), make()]
    predicted = [make(), make((5, 0)), make((5, 0), (6, 300))]
    counts = count_joint_errors(*pair(truth, predicted))
    assert counts[:, 0].tolist() == [4, 3, 2, 0] and (counts == counts[:, :1]).all()
    assert joint_mota(counts)[0] == pytest.approx(100 * (1 - 5 / 4))


def test_joints_that_nobody_has():
    truth, predicted = pair([make((0, 0))], [make((0, 0))])
    truth.frames[0].keypoints[:, 3] = 0
    counts = count_joint_errors(truth, predicted)
    assert counts[:, 3].tolist() == [0, 0, 1, 0]
    mota = joint_mota(counts)
    assert np.isnan(mota[3]) and np.nanmean(mota) == 100


def test_joints_within_half_a_head():
    """The boxes of heads are 20 by 20: their size is 0.6 * 28.3 = 17."""
    for distance, misses in ((8.4, 0), (8.6, 1)):
        truth, predicted = pair([make((0, 0))], [make((0, distance))])
        truth.frames[0].head_boxes[:] = [0, 0, 20, 20]
        assert (count_joint_errors(truth, predicted)[1] == misses).all()


def test_a_switch_by_hand():
    """Two people of three frames; in the last one their ids are exchanged."""
    truth = [make((0, 0), (1, 300))] * 3
    predicted = [make((7, 0), (8, 300))] * 2 + [make((8, 0), (7, 300))]
    found = measure_people([match_people(*pair(truth, predicted), SIGMAS)])
    assert found['MOTA'] == pytest.approx(1 - 2 / 6) and found['IDSW'] == 2
    assert found['IDF1'] == pytest.approx(4 / 6) and found['people'] == 6
    assert found['MOTP'] == 1 and found['DetA'] == 1


def test_similarity_by_hand():
    """OKS of annotated keypoints alone; one that was not found is wrong."""
    truth, predicted = pair([make((0, 0))], [make((0, 10))])
    truth.frames[0].keypoints[0, 2:] = 0
    predicted.frames[0].keypoints[0, 1] = 0
    (similarity,) = match_people(truth, predicted, SIGMAS).similarity
    expected = np.exp(-(10**2) / (2 * 0.53 * 100 * 100 * (2 * SIGMAS[0]) ** 2)) / 2
    assert similarity[0, 0] == pytest.approx(expected)
    box = replace(truth.frames[0], boxes=np.full((1, 4), np.nan))
    truth = replace(truth, frames=[box])
    (similarity,) = match_people(truth, predicted, SIGMAS).similarity
    assert similarity[0, 0] == 0  # the two annotated keypoints are on a line, without an area


def test_people_in_regions_to_ignore():
    """Nobody's prediction there costs nothing; somebody's counts."""
    region = np.array([[-50.0, -50], [50, -50], [50, 250], [-50, 250]])
    truth = [make((0, 0), ignore_regions=[region]), make(ignore_regions=[region])]
    predicted = [make((0, 0), (1, 400)), make((2, 0), (1, 400))]
    found = measure_people([match_people(*pair(truth, predicted), SIGMAS)])
    assert (found['people'], found['misses'], found['false_positives']) == (1, 0, 2)


def test_frames_that_are_not_annotated():
    truth = [make((0, 0)), make(is_labeled=False)]
    predicted = [make((0, 0)), make((0, 0))]
    assert len(pair_frames(*pair(truth, predicted))) == 1
    assert measure_people([match_people(*pair(truth, predicted), SIGMAS)])['MOTA'] == 1


def test_nobody_at_all():
    found = measure_people([match_people(*pair([make()], [make()]), SIGMAS)])
    assert found['people'] == found['IDSW'] == 0


def test_other_images_and_keypoints_are_refused():
    truth, predicted = pair([make(), make()], [make()])
    with pytest.raises(ValueError, match='of the same images, image 1 is in one of them alone'):
        pair_frames(truth, predicted)
    with pytest.raises(ValueError, match='predictions have the keypoints'):
        pair_frames(truth, replace(truth, keypoint_names=KEYPOINTS[:3]))
    truth, predicted = pair([replace(make((0, 0)), head_boxes=None)], [make()])
    with pytest.raises(ValueError, match='image 0 has people without a box of the head'):
        count_joint_errors(truth, predicted)
