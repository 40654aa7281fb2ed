"""Clips in a batch: who is who over frames, and batches that are no clips."""

import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.models.heads.clips import align_people, frames_of_clips


def frame(place, length, tracks=(0, 1)):
    sample = fakes.sample(fakes.PEOPLE[np.arange(len(tracks)) % 2], clip=(place, length))
    sample.gt_instances.track_ids = np.array(tracks, np.int64)
    return sample


@pytest.mark.parametrize('length', [1, 2, 3])
def test_whole_clips_are_recognized(length):
    samples = [frame(place, length) for _ in range(2) for place in range(length)]
    assert frames_of_clips(samples) == length


@pytest.mark.parametrize(
    'places',
    [[None, None], [(0, 2)], [(1, 2), (0, 2)], [(0, 2), (1, 2), (0, 2)], [(0, 1), (0, 2), (1, 2)]],
)
def test_other_batches_are_refused(places):
    samples = [fakes.sample(clip=place) for place in places]
    with pytest.raises(ValueError, match='ClipDataset and collate_clips'):
        frames_of_clips(samples)


def test_everybody_has_a_row():
    """Person 7 comes first in one frame and second in the other; 9 and 3 are in one frame only."""
    samples = [frame(0, 2, (7, 9)), frame(1, 2, (3, 7)), frame(0, 2, (5,)), frame(1, 2, ())]
    indices = torch.arange(1, 9).view(4, 2, 1, 1).expand(4, 2, 3, 2)
    aligned = align_people(indices, samples, 2)[:, :, 0, 0]
    assert aligned.tolist() == [[0, 1, 2], [3, 4, 0], [5, 0, 0], [0, 0, 0]]


def test_who_is_not_annotated_takes_nobody_s_row():
    """Of three rows the last is unlabelled, with the track of the first, whose cells stay."""
    samples = [frame(0, 2, (7, 9, 7)), frame(1, 2, (7, 9))]
    indices = torch.arange(1, 7).view(2, 3, 1, 1).repeat(1, 1, 2, 2)
    indices[0, 2] = indices[1, 2] = 0
    aligned = align_people(indices, samples, 2)
    assert aligned[:, :, 0, 0].tolist() == [[1, 2], [4, 5]]
    assert (aligned[..., 1] > 0).sum() == (indices[..., 1] > 0).sum() == 8


def test_a_loss_knows_labelled_people_only():
    """An unlabelled person with the track of another one changes nothing."""
    maps = torch.cat(
        [fakes.perfect_maps('AEHead', fakes.PEOPLE, tags) for tags in ([0, 5], [2, 9])]
    )
    three = fakes.sample(fakes.PEOPLE[[0, 1, 1]], [[1] * 3, [1] * 3, [0] * 3], clip=(0, 2))
    three.gt_instances.track_ids = np.array([0, 1, 0])
    head = fakes.predicting_head(tags_over_time=True)
    losses = [head.loss((maps,), [first, frame(1, 2)]) for first in (frame(0, 2), three)]
    for name, value in losses[0].items():
        assert losses[1][name].item() == value.item()
    assert losses[0]['loss_pull'] > 0


def test_nobody_is_annotated():
    nobody = [fakes.sample(fakes.PEOPLE, np.zeros((2, 3)), clip=(place, 2)) for place in range(2)]
    for sample in nobody:
        sample.gt_instances.track_ids = np.array([4, 4])
    maps = torch.cat([fakes.perfect_maps('AEHead', fakes.NOBODY)] * 2).requires_grad_()
    losses = fakes.predicting_head(tags_over_time=True).loss((maps,), nobody)
    assert losses['loss_pull'].item() == losses['loss_push'].item() == 0
    sum(losses.values()).backward()
    assert torch.isfinite(maps.grad).all()


def test_a_head_pulls_the_tags_of_both_frames_together():
    """Perfect maps whose tags change from frame to frame: good for images, bad for clips."""
    first, second = (fakes.perfect_maps('AEHead', fakes.PEOPLE, tags) for tags in ([0, 5], [2, 5]))
    samples = [frame(0, 2, (4, 6)), frame(1, 2, (4, 6))]
    features = (torch.cat([first, second]),)
    weight = dict(type='mmpose_ae.AssociativeEmbeddingLoss')
    plain = fakes.predicting_head(tag_loss=weight).loss(features, samples)
    timed = fakes.predicting_head(tag_loss=weight, tags_over_time=True).loss(features, samples)
    assert plain['loss_pull'].item() == 0
    assert timed['loss_pull'].item() == pytest.approx(0.5)  # of tags 0 and 2 of one of two people
    assert timed['loss_kpt'] == plain['loss_kpt']


def test_order_of_people_does_not_matter():
    """Swapped in one frame, people and their maps are as before."""
    maps = torch.cat([fakes.perfect_maps('AEHead', fakes.PEOPLE, (0, 5))] * 2)
    swapped = fakes.sample(fakes.PEOPLE[::-1].copy(), clip=(1, 2))
    swapped.gt_instances.track_ids = np.array([1, 0])
    head = fakes.predicting_head(tags_over_time=True)
    assert head.loss((maps,), [frame(0, 2), swapped])['loss_pull'].item() == 0


def clip_of_two(tracks):
    """Frames with a person per track at a place and of a size of the track's own."""
    places = {4: (8, 10), 6: (40, 12), 7: (24, 30)}
    sides = {4: 10.0, 6: 40.0, 7: 25.0}
    samples = []
    for place, people in enumerate(tracks):
        keypoints = np.array([[places[track]] * 3 for track in people], np.float32)
        sample = fakes.sample(keypoints.reshape(-1, 3, 2), clip=(place, 2))
        sample.gt_instances.track_ids = np.array(people, np.int64)
        boxes = np.array([[sides[track]] * 2 for track in people], np.float32)
        sample.gt_instances.bbox_scales = boxes.reshape(-1, 2)
        samples.append(sample)
    return samples


@pytest.mark.parametrize(
    'tracks',
    [((4, 6), (6, 4)), ((4, 6), (6, 7)), ((7, 6), (4,)), ((), (6,))],
    ids=['another_order', 'three_people', 'somebody_leaves', 'somebody_comes'],
)
@pytest.mark.parametrize('kind', ['AEHead', 'CenterAEHead'])
def test_heatmaps_are_supervised_as_those_of_images(kind, tracks):
    """Scales of boxes of 10, 40 and 25 pixels stay with their people, who change rows for tags."""
    options = dict(
        heatmap_scale=dict(type='mmpose_ae.InstanceScale', source='boxes'),
        keypoint_loss=dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss'),
    )
    samples, features = clip_of_two(tracks), (fakes.features(2),)
    plain, timed = (fakes.head(kind, **options, tags_over_time=over) for over in (False, True))
    expected, scales = (
        head.heatmap_scale(head(features)[0], head._supervise([features[0]], samples))[0]
        for head in (plain, timed)
    )
    assert expected.unique().numel() > 1 and torch.equal(scales, expected)
    losses = [head.loss(features, samples)['loss_kpt'] for head in (plain, timed)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize('tracks', [((4, 6), (6, 4)), ((4, 6), (6, 7)), ((7, 6), (4,))])
def test_all_that_is_said_of_people_is_in_the_order_of_the_samples(tracks):
    """Whatever field a loss reads beside another one: row n is the same person in both."""
    samples, features = clip_of_two(tracks), [fakes.features(2)]
    plain, timed = (
        fakes.head(tags_over_time=over)._supervise(features, samples) for over in (False, True)
    )
    assert plain.clips is None and timed.clips.frames == 2
    for name in ('indices', 'keypoints'):
        assert torch.equal(getattr(timed.targets, name), getattr(plain.targets, name))
    assert torch.equal(timed.scales, plain.scales)


@pytest.mark.parametrize('kind', ['CoupledEmbeddingHead'])
def test_heads_with_other_losses_refuse_it(kind):
    with pytest.raises(TypeError, match='has no option tags_over_time'):
        fakes.head(kind, tags_over_time=True)
