"""Clips of videos and of single images: who is in them, and what their frames have in common."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope

from mmpose_ae.datasets import collate_clips
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.models.heads.clips import align_people
from mmpose_ae.registry import DATASETS, FUNCTIONS

AUGMENT = [
    dict(type='BottomupRandomAffine', input_size=(64, 64)),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='PackPoseInputs', meta_keys=('clip', 'img_path', 'frame', 'flip')),
]
SETTINGS = Settings((64, 64), people=(2, 3), empty=0.0, crowd_region=0.0)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    """Two videos of six frames, and four images."""
    folder = tmp_path_factory.mktemp('clips')
    generate(folder / 'videos', dict(train=2), SETTINGS, frames=6)
    generate(folder / 'images', dict(train=4), SETTINGS)
    return folder


def describe(folder, kind='ClipDataset', steps=(), **options):
    frames = dict(
        type='CocoDataset',
        data_mode=options.pop('data_mode', 'bottomup'),
        data_root=str(folder),
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
        pipeline=[dict(type='LoadImage'), *steps],
    )
    return dict(type=kind, dataset=frames, pipeline=AUGMENT, **options)


def build(*args, **options):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return DATASETS.build(describe(*args, **options))


def number_of(sample):
    """Video and frame, as the name of the file says."""
    *_, video, frame = sample.img_path.split('/')
    return video, int(frame.split('.')[0])


def test_clips_are_near_frames_of_one_video(root):
    dataset = build(root / 'videos', frames=3, within=2)
    assert len(dataset) == 12 and dataset.metainfo['num_keypoints'] == 17
    for index in range(12):
        clip = [frame['data_samples'] for frame in dataset[index]]
        assert [sample.clip for sample in clip] == [(0, 3), (1, 3), (2, 3)]
        videos, numbers = zip(*map(number_of, clip))
        assert len(set(videos)) == 1 and len(set(numbers)) == 3
        assert list(numbers) == sorted(numbers) and index % 6 in numbers
        assert max(abs(number - index % 6) for number in numbers) <= 2


def test_one_augmentation_for_a_clip_and_another_for_the_next(root):
    dataset = build(root / 'videos', within=5)
    maps = []
    for _ in range(4):
        first, second = (frame['data_samples'] for frame in dataset[0])
        assert np.array_equal(first.frame.matrix, second.frame.matrix)
        maps.append(first.frame.matrix.tolist())
    assert len({str(matrix) for matrix in maps}) == 4


def test_tracks_are_those_of_the_file(root):
    """SynthCrowd numbers everybody, the same in all frames; whom they are is who wears the same."""
    for frame in build(root / 'videos')[3]:
        tracks = frame['data_samples'].gt_instances.track_ids
        assert len(set(tracks.tolist())) == len(tracks) >= 2 and tracks.min() >= 1


def test_more_frames_than_there_are(root):
    assert len(build(root / 'videos', frames=9, within=1)[0]) == 9


def test_batches_are_flat(root):
    dataset = build(root / 'videos')
    batch = collate_clips([dataset[0], dataset[7]])
    assert [sample.clip[0] for sample in batch['data_samples']] == [0, 1, 0, 1]
    assert len(batch['inputs']) == 4
    assert FUNCTIONS.parent.get('mmpose_ae.collate_clips') is collate_clips  # as MMEngine asks


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(frames=0), 'frames must be a whole number from 1 on'),
        (dict(within=0), 'within must be a whole number from 1 on'),
        (dict(data_mode='topdown'), "data_mode='bottomup'"),
    ],
)
def test_bad_options(root, options, message):
    with pytest.raises(ValueError, match=message):
        build(root / 'videos', **options)


def test_images_are_no_video(root):
    with pytest.raises(ValueError, match='000001.jpg has no video_id .* StillClipDataset'):
        build(root / 'images')


@pytest.fixture
def change(root, tmp_path):
    """A copy of the videos whose annotation file a function has changed."""

    def change_file(edit):
        content = json.loads((root / 'videos/annotations/train.json').read_text())
        edit(content)
        (tmp_path / 'annotations').mkdir()
        (tmp_path / 'annotations/train.json').write_text(json.dumps(content))
        (tmp_path / 'train').symlink_to(root / 'videos/train')
        return tmp_path

    return change_file


@pytest.mark.parametrize('track', ['left out', None, -1])
def test_people_without_tracks_are_refused(change, track):
    def edit(content):
        for annotation in content['annotations']:
            annotation.pop('track_id')
            annotation.update({} if track == 'left out' else dict(track_id=track))

    with pytest.raises(ValueError, match='everybody needs a track_id of their own, got \\[-1'):
        build(change(edit))


def unlabelled_copy(annotation, **changes):
    """Somebody in the same place, of whom no keypoint is known."""
    return dict(annotation, id=999, keypoints=[0] * 51, num_keypoints=0, **changes)


@pytest.mark.parametrize('value', ['7', 'left', '', 1.5, True, float('nan'), 2**70])
@pytest.mark.parametrize('labelled', [True, False])
def test_tracks_that_are_no_whole_numbers_are_refused(change, labelled, value):
    def edit(content):
        annotation = content['annotations'][0]
        if labelled:
            annotation['track_id'] = value
        else:
            content['annotations'].append(unlabelled_copy(annotation, track_id=value))

    with pytest.raises(ValueError) as caught:
        build(change(edit))
    message = str(caught.value)
    assert (
        'annotations/train.json: ' in message
        and '/000001_mpii_synth/000000.jpg has the ' in message
    )
    assert f'track_id {value!r}, expected a whole number' in message


def test_frames_that_are_no_whole_numbers_are_refused(change):
    def edit(content):
        content['images'][3]['frame_id'] = 'last'

    message = "000003.jpg has the frame_id 'last', expected a whole number"
    with pytest.raises(ValueError, match=message):
        build(change(edit))


def test_whole_numbers_may_be_written_as_fractions(root, change):
    def edit(content):
        for annotation in content['annotations']:
            annotation['track_id'] = float(annotation['track_id'])
        for image in content['images']:
            image['frame_id'] = float(image['frame_id'])

    written, plain = build(change(edit)), build(root / 'videos')
    for index in (0, 7):
        np.random.seed(index)
        found = written[index]
        np.random.seed(index)
        for one, other in zip(found, plain[index]):
            tracks = [each['data_samples'].gt_instances.track_ids for each in (one, other)]
            assert tracks[0].dtype == np.int64
            np.testing.assert_array_equal(*tracks)


@pytest.mark.parametrize('labelled', [True, False])
def test_two_people_of_one_track(change, labelled):
    """Two labelled ones are a fault; somebody unlabelled is nobody to learn from."""

    def edit(content):
        first = content['annotations'][0]
        more = dict(first, id=999) if labelled else unlabelled_copy(first)
        more['bbox'] = [value + 1 for value in more['bbox']]
        content['annotations'].append(more)

    if labelled:
        with pytest.raises(ValueError, match='a track_id of their own, got'):
            build(change(edit))
        return
    samples = [frame['data_samples'] for frame in build(change(edit))[0]]
    (first,) = [
        sample.gt_instances
        for sample in samples
        if sample.img_path.endswith('000001_mpii_synth/000000.jpg')
    ]
    tracks = first.track_ids.tolist()
    assert len(set(tracks)) == len(tracks) - 1
    indices = torch.zeros(2, max(len(s.gt_instances.keypoints) for s in samples), 17, 2).long()
    for row, sample in enumerate(samples):
        seen = torch.as_tensor(sample.gt_instances.keypoints_visible > 0).long()
        indices[row, : len(seen)] = seen[..., None]
    aligned = align_people(indices, samples, 2)
    assert aligned.sum() == indices.sum() > 0


def test_stills_are_copies(root):
    """Without anything that differs between them, they are equal."""
    first, second = build(root / 'images', 'StillClipDataset')[2]
    assert np.array_equal(first['inputs'], second['inputs'])
    assert first['data_samples'].img_path == second['data_samples'].img_path
    for name in ('keypoints', 'track_ids'):
        one, other = (frame['data_samples'].gt_instances[name] for frame in (first, second))
        assert np.array_equal(one, other)


def test_stills_differ_in_what_is_drawn_for_each(root):
    shift = dict(type='BottomupRandomAffine', input_size=(64, 64))
    dataset = build(root / 'images', 'StillClipDataset', [shift])
    first, second = (frame['data_samples'] for frame in dataset[0])
    assert first.flip == second.flip
    assert not np.allclose(first.frame.matrix, second.frame.matrix)
    one, other = (
        sample.frame.to_image(sample.gt_instances.keypoints) for sample in (first, second)
    )
    seen = first.gt_instances.keypoints_visible > 0
    np.testing.assert_allclose(one[seen], other[seen], atol=1e-2)


def test_videos_and_images_are_one_dataset(root):
    """Twelve clips of videos, then four of images, all of one length."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        parts = [describe(root / 'videos'), describe(root / 'images', 'StillClipDataset')]
        both = DATASETS.build(dict(type='ConcatDataset', datasets=parts))
    assert len(both) == 16 and both.metainfo['num_keypoints'] == 17
    names = [{frame['data_samples'].img_path for frame in both[index]} for index in (11, 12)]
    assert ['videos/' in name for name in names[0]] == [True, True]
    assert len(names[1]) == 1 and 'images/' in names[1].pop()


def test_the_neighbor_is_the_same_in_all_copies(root):
    paste = dict(type='PasteNeighbor', prob=1.0)
    dataset = build(root / 'images', 'StillClipDataset', [paste], frames=3)
    plain = build(root / 'images', 'StillClipDataset')
    for index in range(4):
        tracks = [frame['data_samples'].gt_instances.track_ids.tolist() for frame in dataset[index]]
        before = plain[index][0]['data_samples'].gt_instances.track_ids.tolist()
        assert tracks[0] == tracks[1] == tracks[2] == [*before, len(before)]


class _NoteNeighbor:
    """A step of a pipeline that writes down whose neighbor is drawn, instead of pasting them."""

    def __init__(self, log):
        self.log = log

    def __call__(self, results):
        neighbor = results['neighbor']
        self.log.append((results['img_path'], neighbor and neighbor['img_path']))
        return results


def draw_neighbors(dataset, count):
    """Which image each neighbor is of, of so many clips of each image."""
    log = []
    dataset.dataset.pipeline.transforms.insert(0, _NoteNeighbor(log))
    np.random.seed(0)
    for index in count * list(range(len(dataset))):
        dataset[index]
    return log


def test_neighbors_are_of_all_other_images(root):
    drawn = draw_neighbors(build(root / 'images', 'StillClipDataset'), 30)
    names = {image for image, _ in drawn}
    assert len(names) == 4
    assert set(drawn) == {(one, other) for one in names for other in names if one != other}
    assert all(drawn[i] == drawn[i + 1] for i in range(0, len(drawn), 2))  # in both copies


def test_a_single_image_has_no_neighbors(root):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        single = describe(root / 'images', 'StillClipDataset')
        single['dataset']['indices'] = 1
        dataset = DATASETS.build(single)
    assert len(dataset) == 1
    assert {other for _, other in draw_neighbors(dataset, 2)} == {None}


def test_a_frame_that_is_read_stays_as_it_is(root):
    """Pasting changes copies, never the data set."""
    paste = dict(type='PasteNeighbor', prob=1.0)
    dataset = build(root / 'images', 'StillClipDataset', [paste])
    before = dataset.dataset.get_data_info(0)
    file = cv2.imread(before['img_path'])
    dataset[0]
    after = dataset.dataset.get_data_info(0)
    assert np.array_equal(before['keypoints_visible'], after['keypoints_visible'])
    assert np.array_equal(file, cv2.imread(after['img_path']))
