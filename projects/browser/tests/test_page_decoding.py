"""The page's decoding against the package's, on the same arrays."""

import re

import numpy as np
import pytest
import torch
from javascript import run
from mmengine.config import Config
from scipy.ndimage import gaussian_filter

from mmpose_ae.codecs import AEDecoder, Maps
from mmpose_ae.decoding import OffsetDecoding, TagDecoding, read_decoding
from mmpose_ae.frame import Grid

DECODE = """given.images.map(makeDecoder(
    given.decoding, {stride: given.stride, center_shift: given.shift}, Object.keys(given.images[0]),
))"""
KEYPOINTS = 5
PEOPLE = 4
POSE = [[0, 0], [4, 1], [-4, 1], [3, 9], [-3, 10]]
OUTPUTS = {
    'TagDecoding': ['candidates', 'heatmaps', 'tags'],
    'OffsetDecoding': ['candidates', 'regressed', 'center_scores', 'center_mask'],
    'CenterDecoding': ['cells', 'keypoint_scores', 'instance_scores', 'center_mask'],
}
POSE_OF_MANY = [[x, y] for y in (0, 3, 7, 8, 13) for x in (0, 2, 3, 7)]  # more than are asked


def hills(rng, channels, size, width):
    """Smooth maps (channels, H, W) whose values go from 0 to 1."""
    maps = gaussian_filter(rng.normal(size=(channels, *size[::-1])), (0, width, width))
    low, high = maps.min((1, 2), keepdims=True), maps.max((1, 2), keepdims=True)
    return (maps - low) / (high - low)


def crowded_maps(rng, size, tag_size, tag_dim=1, keypoints=KEYPOINTS):
    """Maps of an unsure network: more hills than people, and tags that drift between people."""
    heatmaps = hills(rng, keypoints, size, 1.5) ** 3
    tags = PEOPLE * hills(rng, tag_dim * keypoints, tag_size, 3)
    tags += rng.normal(scale=0.05, size=tags.shape)
    return Maps(*(torch.from_numpy(maps[None].astype(np.float32)) for maps in (heatmaps, tags)))


def decode_both(decoding, images, grid):
    """People of images, each a dict of arrays (1, ...): the page's as arrays, and the package's."""
    options = dict(decoding=decoding.to_dict(), stride=grid.stride, shift=grid.center_shift)
    people = run('decoding/decoding.js', 'makeDecoder', DECODE, images=images, **options)
    return people, [decoding(image, grid)[0] for image in images]


def assert_equal(people, poses):
    """The same people in the same order, to 0.01 pixels."""
    assert [len(found) for found in people] == [len(expected) for expected in poses]
    for found, expected in zip(people, poses):
        rows = [
            [[*map(p.get, ('x', 'y', 'score', 'filled'))] for p in n['keypoints']] for n in found
        ]
        rows = np.reshape(rows, (*expected.keypoint_scores.shape, 4)).astype(float)
        np.testing.assert_allclose(rows[..., :2], expected.keypoints, rtol=0, atol=0.01)
        np.testing.assert_allclose(rows[..., 2], expected.keypoint_scores, rtol=0, atol=1e-5)
        filled = np.zeros(rows.shape[:2]) if expected.filled is None else expected.filled
        np.testing.assert_array_equal(rows[..., 3], filled)
        scores = [person['score'] for person in found]
        np.testing.assert_allclose(scores, expected.instance_scores, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    'options',
    [
        dict(),
        dict(tag_dim=3, tag_size=(16, 8)),
        dict(completion='within', refinement='quarter', tag_threshold=0.7),
        dict(completion='released', refinement='released', center_shift=0.5),
        dict(completion=dict(threshold=None, score=0.5), refinement=None, tag_size=(11, 9)),
        dict(completion=None, scoring=dict(max_instances=3)),
        dict(grouping=dict(type='DensityGrouping', reach=1.0, spread=None, join_below=0.0)),
        dict(grouping=dict(type='DensityGrouping', spread=1.0, pose=POSE)),
        dict(grouping=dict(type='DensityGrouping', pose=POSE_OF_MANY), tag_dim=2),
    ],
)
def test_people_of_tags(options):
    rng, size = np.random.default_rng(0), (32, 24)
    options = dict(options)
    tag_size, tag_dim = options.pop('tag_size', size), options.pop('tag_dim', 1)
    keypoints = len(options.get('grouping', {}).get('pose', POSE))
    codec = AEDecoder(keypoint_order=[*range(keypoints)], **options)
    maps = [crowded_maps(rng, size, tag_size, tag_dim, keypoints) for _ in range(12)]
    images = [
        {name: values.numpy() for name, values in codec.outputs(codec.propose(each)).items()}
        for each in maps
    ]
    people, poses = decode_both(codec.decoding, images, Grid(size, (4.0, 2.0), codec.center_shift))
    assert min(map(len, poses)) > 2
    assert max((each.keypoint_scores > 0).sum(1).max() for each in poses) > 2  # of one person
    assert_equal(people, poses)
    if codec.completion:
        assert any(each.filled.any() for each in poses)


def test_many_people_of_few_candidates():
    """More groups than the assignment is made square for."""
    rng = np.random.default_rng(0)
    packed = np.zeros((1, 2, 300, 4), np.float32)
    packed[0, 0] = np.column_stack(
        [rng.uniform(0.2, 1, 300), rng.uniform(0, 99, (300, 2)), 3 * np.arange(300)]
    )
    packed[0, 1, :5] = packed[0, 0, 7:12] + np.float32([0, 1, 1, 0.2])
    decoding = TagDecoding(completion=None)
    people, poses = decode_both(decoding, [dict(candidates=packed)], Grid((99, 99), (4.0, 4.0)))
    assert len(poses[0]) == 300
    assert_equal(people, poses)


@pytest.mark.parametrize('keypoints', [3, 5, 8, 17])
def test_people_of_nearly_equal_scores_rank_alike(keypoints):
    """Two people have the same scores at other keypoints, which rounding tells apart or not."""
    rng = np.random.default_rng(0)
    images = []
    for _ in range(20):
        scores = rng.integers(1, 10, keypoints).astype(np.float32) / 10
        packed = np.zeros((1, keypoints, 2, 4), np.float32)
        packed[0, :, 0, 0], packed[0, :, 1, 0] = scores, np.roll(scores, 1)
        packed[0, :, :, 1:] = [10, 10, 0], [40, 40, 9]
        images.append(dict(candidates=packed))
    people, poses = decode_both(TagDecoding(completion=None), images, Grid((64, 64), (4.0, 4.0)))
    assert_equal(people, poses)
    assert len({each.keypoints[0, 0, 0] for each in poses}) == 2  # either one is first somewhere


@pytest.mark.parametrize('place, name', [(1, 'cells'), (3, 'tags')])
@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_candidates_that_are_not_finite_are_refused(place, name, value):
    packed = np.zeros((1, 1, 2, 4), np.float32)
    packed[0, 0, :, 0] = 0.9, 0.8
    packed[0, 0, :, place] = value
    decoding = TagDecoding(completion=None)
    words = f'{name} of candidates must be finite, got'
    with pytest.raises(ValueError, match=words):
        decoding(dict(candidates=packed), Grid((24, 24), (4.0, 4.0)))
    body = """(() => {
        const decode = makeDecoder(given.decoding, { stride: [4, 4] }, ['candidates']);
        try { return decode(given.image); } catch (error) { return error.message; }
    })()"""
    given = dict(decoding=decoding.to_dict(), image=dict(candidates=packed))
    assert words in run('decoding/decoding.js', 'makeDecoder', body, **given)


def test_nobody():
    packed = np.zeros((1, 2, 3, 4), np.float32)
    maps = np.zeros((1, 2, 4, 4), np.float32)
    images = [dict(candidates=packed, heatmaps=maps, tags=maps)]
    people, poses = decode_both(TagDecoding(), images, Grid((4, 4), (4.0, 4.0)))
    assert people == [[]]
    assert len(poses[0]) == 0


@pytest.mark.parametrize('by', ['center', 'heatmap'])
def test_people_of_offsets(by):
    rng, centers = np.random.default_rng(0), 6
    packed = rng.uniform(0, 24, (1, KEYPOINTS, 8, 3)).astype(np.float32)
    packed[..., 0] = rng.random(packed.shape[:-1]) * (rng.random(packed.shape[:-1]) > 0.2)
    images = [
        dict(
            candidates=packed,
            regressed=rng.uniform(0, 96, (1, centers, KEYPOINTS, 2)).astype(np.float32),
            center_scores=rng.random((1, centers)).astype(np.float32),
            center_mask=np.array([[True, True, False, True, True, False]]),
        )
    ]
    options = dict(match_distance=0.3, scoring=dict(by=by, max_instances=3))
    decoding = read_decoding(dict(type='OffsetDecoding', **options))
    assert isinstance(decoding, OffsetDecoding)
    people, poses = decode_both(decoding, images, Grid((24, 24), (4.0, 4.0)))
    assert 0 < (poses[0].keypoint_scores > 0).sum() < poses[0].keypoint_scores.size
    assert_equal(people, poses)


@pytest.mark.parametrize('suppression', [None, dict(distance=0.1, share=0.5)])
def test_people_of_chosen_keypoints(suppression):
    """The second and the fifth are the first once more."""
    rng, centers = np.random.default_rng(0), 6
    cells = rng.uniform(0, 24, (1, centers, KEYPOINTS, 2)).astype(np.float32)
    cells[:, [1, 4]] = cells[:, :1] + rng.uniform(-0.5, 0.5, (1, 2, KEYPOINTS, 2))
    images = [
        dict(
            cells=cells,
            keypoint_scores=rng.random((1, centers, KEYPOINTS)).astype(np.float32),
            instance_scores=rng.random((1, centers)).astype(np.float32),
            center_mask=np.array([[True, True, False, True, True, False]]),
        )
    ]
    options = dict(max_instances=3, suppression=suppression)
    decoding = read_decoding(dict(type='CenterDecoding', **options))
    people, poses = decode_both(decoding, images, Grid((24, 24), (4.0, 6.0)))
    assert len(poses[0]) == (2 if suppression else 3)
    assert_equal(people, poses)


def test_people_of_one_place_are_found_twice_too():
    """All keypoints of the first two lie in one, those of the third in another."""
    cells = np.repeat(np.float32([[5, 5], [5, 5], [9, 5]])[None, :, None], KEYPOINTS, axis=2)
    scores = np.float32([[0.9, 0.5, 0.7]])
    image = dict(
        cells=cells,
        keypoint_scores=np.repeat(scores[..., None], KEYPOINTS, axis=2),
        instance_scores=scores,
        center_mask=np.ones((1, 3), bool),
    )
    suppression = dict(distance=0.05, share=0.5)
    decoding = read_decoding(dict(type='CenterDecoding', suppression=suppression))
    people, poses = decode_both(decoding, [image], Grid((24, 24), (4.0, 4.0)))
    np.testing.assert_allclose(poses[0].instance_scores, [0.9, 0.7])
    assert_equal(people, poses)


def test_a_network_that_gives_poses():
    poses = np.arange(18, dtype=np.float32).reshape(1, 3, 2, 3)
    image = dict(
        poses=poses,
        instance_scores=np.array([[0.25, 0, 0.5]], np.float32),
        filled=np.array([[[False, True], [False, False], [True, False]]]),
    )
    given = dict(decoding=None, stride=[4, 4], shift=None, images=[image])
    (people,) = run('decoding/decoding.js', 'makeDecoder', DECODE, **given)
    assert [person['score'] for person in people] == [0.5, 0.25]
    assert people[1]['keypoints'][1] == dict(x=3, y=4, score=5, filled=True)
    assert people[0]['keypoints'][0] == dict(x=12, y=13, score=14, filled=True)


@pytest.mark.parametrize(
    'decoding, words',
    [
        (
            dict(type='TagDecoding', grouping=dict(type='GreedyGrouping')),
            'GreedyGrouping.*--cfg-options',
        ),
        (dict(type='NewDecoding'), 'NewDecoding, known are TagDecoding'),
        (dict(TagDecoding().to_dict(), refinement='cubic'), 'refinement is cubic'),
        (dict(TagDecoding().to_dict(), completion=dict(rule='far')), 'rule of completion is far'),
        (dict(type='CenterDecoding'), 'no output cells'),
        (dict(TagDecoding().to_dict(), learned_score='UEs='), 'learned score.*--cfg-options'),
        (dict(TagDecoding().to_dict(), prior=1), 'TagDecoding has the option prior, which'),
        (
            dict(TagDecoding().to_dict(), grouping=dict(type='DensityGrouping', speed=0)),
            'grouping has the option speed, .*: type, reach, spread, join_below, pose$',
        ),
    ],
)
def test_what_the_page_does_not_know_is_refused(decoding, words):
    assert re.search(words, refusal(decoding))


@pytest.mark.parametrize(
    'options',
    [
        dict(type='TagDecoding', tag_threshold=0),
        dict(type='TagDecoding', tag_threshold='1'),
        dict(type='TagDecoding', scoring=dict(max_instances=0)),
        dict(type='TagDecoding', scoring=dict(max_instances=1.5)),
        dict(type='TagDecoding', completion=dict(threshold='0.1')),
        dict(type='TagDecoding', grouping=dict(type='DensityGrouping', reach=-1)),
        dict(type='TagDecoding', grouping=dict(type='DensityGrouping', spread=0)),
        dict(type='TagDecoding', grouping=dict(type='DensityGrouping', join_below=-1)),
        dict(type='OffsetDecoding', match_distance=-1),
        dict(type='OffsetDecoding', scoring=dict(by='box')),
        dict(type='OffsetDecoding', scoring=dict(max_instances=-1)),
        dict(type='CenterDecoding', max_instances=0),
        dict(type='CenterDecoding', suppression=dict(distance=0, share=0.5)),
        dict(type='CenterDecoding', suppression=dict(distance=0.1, share=2)),
    ],
)
def test_values_that_python_refuses_are_refused(options):
    with pytest.raises(ValueError):
        read_decoding(options)
    written = read_decoding(dict(type=options['type'])).to_dict()
    for name, value in options.items():
        whole = written.get(name) if isinstance(value, dict) else None
        written[name] = {**whole, **value} if whole else value
    assert re.search('must be .*, got ', refusal(written, OUTPUTS[options['type']]))


def refusal(decoding, names=OUTPUTS['TagDecoding']):
    """What the page says to a decoding, '' if it knows it."""
    body = """(() => {
        try { makeDecoder(given.decoding, { stride: [4, 4] }, given.outputs); return ''; }
        catch (error) { return error.message; }
    })()"""
    given = dict(decoding=decoding, outputs=names)
    return run('decoding/decoding.js', 'makeDecoder', body, **given)


def test_its_advice_helps():
    """The option that it names is one of the config, and gives a file that it takes."""
    decoder = dict(preset='higher_hrnet', keypoint_order=[*range(KEYPOINTS)])
    cfg = Config(dict(model=dict(head=dict(decoder=decoder))))
    message = refusal(AEDecoder(**decoder).decoding.to_dict())
    name, value = re.search(r'--cfg-options (\S+)=(\S+)$', message).groups()
    cfg.merge_from_dict({name: value})
    assert refusal(AEDecoder(**cfg.model.head.decoder).decoding.to_dict()) == ''
