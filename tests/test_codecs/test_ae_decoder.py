"""The codec: unbiased round trips, instances out of maps, and clear refusals."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid
from mmpose_ae.registry import KEYPOINT_CODECS

COCO = dict(from_file='configs/_base_/datasets/coco.py')
CROWDPOSE = dict(from_file='configs/_base_/datasets/crowdpose.py')


def build(input_size=(512, 384), stride=4, **kwargs):
    size = tuple(n // stride for n in input_size)
    cfg = dict(type='mmpose_ae.AEDecoder', input_size=input_size, heatmap_size=size)
    return KEYPOINT_CODECS.build({**cfg, 'targets': dict(sigma=2), **kwargs})


def build_without_sizes(**kwargs):
    return KEYPOINT_CODECS.build(dict(type='mmpose_ae.AEDecoder', targets=dict(sigma=2), **kwargs))


def people(count, num_keypoints, size, seed=0):
    """Keypoints of one type at least 40 pixels apart, sub-pixel places spread evenly, (N, K, 2)."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*(np.arange(40, n - 40, 60) for n in size)), -1).reshape(-1, 2)
    places = [rng.permutation(grid)[:count] for _ in range(num_keypoints)]
    index = np.arange(count * num_keypoints)[:, None]
    spread = index * [0.6180339, 0.7548776] % 1  # low discrepancy: no bias of the sample itself
    return np.stack(places, axis=1) + 20 * spread.reshape(count, num_keypoints, 2) - 10


def tag_maps(encoded, instance_tags, size):
    """Tag maps of a perfect network: every cell carries the tag of the nearest keypoint."""
    indices = encoded['keypoint_indices'][..., 0]  # (N, K)
    place = np.stack([indices % size[0], indices // size[0]], axis=-1)
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    cells = np.stack([x, y], axis=-1)
    distance = np.abs(cells - place[:, :, None, None]).sum(-1)  # (N, K, H, W)
    tags = np.asarray(instance_tags, np.float32)[distance.argmin(0)]  # (K, H, W, L)
    return torch.from_numpy(tags).permute(3, 0, 1, 2).flatten(0, 1)[None]


def matched_error(decoded, keypoints):
    """Signed error (x, y) of every keypoint, each person compared with the closest result."""
    assert len(decoded) == len(keypoints)
    distance = np.abs(decoded[:, None] - keypoints[None]).mean((2, 3))
    nearest = distance.argmin(0)
    assert sorted(nearest) == list(range(len(keypoints)))
    return (decoded[nearest] - keypoints).reshape(-1, 2)


OPTIONS = [
    pytest.param(options, limit, id=name)
    for name, options, limit in [
        ('continuous', {}, 0.05),
        ('stride 2', dict(stride=2), 0.05),
        ('portrait', dict(input_size=(384, 640)), 0.05),
        ('quarter shift', dict(refinement='quarter'), 1.05),
        ('measured from the corner', dict(center_shift=0.5), 0.05),
        (
            'as the releases',
            dict(targets=dict(sigma=2, round_centers=True), refinement='quarter'),
            3.1,
        ),
    ]
]


@pytest.mark.parametrize('options, limit', OPTIONS)
def test_round_trip_has_no_bias(options, limit):
    """Mean error below 0.1 pixels, largest error as fine as the option allows."""
    codec = build(**options)
    keypoints = people(20, 17, codec.input_size)
    encoded = codec.encode(keypoints)
    tags = tag_maps(encoded, np.arange(20)[:, None] * 3.0, codec.heatmap_sizes[0])
    decoded = codec.batch_decode(torch.from_numpy(encoded['heatmaps'])[None], tags)[0][0]
    error = matched_error(decoded, keypoints)
    assert np.abs(error.mean(0)).max() < 0.1
    assert np.abs(error).max() < limit


def test_mmpose_round_trip_is_biased():
    """What we fix: MMPose's stock settings are off by more than a pixel in x and y."""
    codec = KEYPOINT_CODECS.build(
        dict(
            type='mmpose.AssociativeEmbedding',
            input_size=(512, 384),
            heatmap_size=(128, 96),
            sigma=2,
            decode_center_shift=0.5,
            decode_keypoint_order=list(range(17)),
        )
    )
    keypoints = people(20, 17, (512, 384))
    encoded = codec.encode(keypoints, np.ones((20, 17)))
    tags = tag_maps(encoded, np.arange(20)[:, None] * 3.0, (128, 96))
    maps = [torch.from_numpy(encoded['heatmaps'])[None], tags]
    maps = [F.interpolate(m, size=(384, 512), mode='bilinear') for m in maps]
    codec.scale_factor = np.ones(2, np.float32)  # decoding at the size of the input
    error = matched_error(codec.batch_decode(*maps)[0][0], keypoints)
    assert error.mean(0).min() > 1.0


def test_round_trip_at_input_size():
    """Decoding maps that were brought to the size of the input has no bias either."""
    codec = build()
    keypoints = people(20, 17, codec.input_size)
    encoded = codec.encode(keypoints)
    tags = tag_maps(encoded, np.arange(20)[:, None] * 3.0, codec.heatmap_sizes[0])
    heatmaps = F.interpolate(
        torch.from_numpy(encoded['heatmaps'])[None], size=(384, 512), mode='bilinear'
    )
    error = matched_error(codec.batch_decode(heatmaps, tags, stride=1)[0][0], keypoints)
    assert np.abs(error.mean(0)).max() < 0.1 and np.abs(error).max() < 2.1


def test_resolutions_agree():
    """The targets of two resolutions show the keypoint at the same pixel; tags are coarse."""
    codec = build(heatmap_size=[(128, 96), (256, 192)])
    keypoints = people(4, 17, (512, 384))
    encoded = codec.encode(keypoints)
    assert [h.shape for h in encoded['heatmaps']] == [(17, 96, 128), (17, 192, 256)]
    assert encoded['keypoint_indices'][..., 0].max() < 96 * 128
    for level, heatmaps in enumerate(encoded['heatmaps']):
        single = build(heatmap_size=codec.heatmap_sizes[level])
        tags = torch.zeros(1, 17, 96, 128)
        found = single.batch_decode(torch.from_numpy(heatmaps)[None], tags)[0][0]
        for k in range(17):
            distance = np.abs(found[:, None, k] - keypoints[None, :, k]).max(-1)
            assert distance.min(0).max() < 0.05


def test_instances_by_hand():
    """Two people, one of them without the third keypoint."""
    codec = build((40, 40), 4, completion=None, refinement=None)
    heatmaps, tags = torch.zeros(1, 3, 10, 10), torch.zeros(1, 3, 10, 10)
    for k, x, y, score, tag in [
        (0, 2, 2, 0.5, 0.0),
        (1, 2, 5, 0.6, 0.1),
        (0, 7, 2, 0.9, 4.0),
        (1, 7, 5, 0.8, 4.2),
        (2, 7, 8, 0.7, 3.9),
    ]:
        heatmaps[0, k, y, x], tags[0, k, y, x] = score, tag
    keypoints, scores, instance_scores = (out[0] for out in codec.batch_decode(heatmaps, tags))
    assert instance_scores.tolist() == pytest.approx([2.4 / 3, 1.1 / 3])  # best first
    assert keypoints[0].tolist() == [[29.5, 9.5], [29.5, 21.5], [29.5, 33.5]]
    np.testing.assert_allclose(scores, [[0.9, 0.8, 0.7], [0.5, 0.6, 0.0]], atol=1e-6)
    assert keypoints[1, 2].tolist() == [9.5, 15.5]  # the mean of the found ones, not (0, 0)
    assert keypoints.dtype == scores.dtype == instance_scores.dtype == np.float32


def test_missing_keypoint_is_looked_for():
    codec = build((40, 40), 4, candidates=dict(threshold=0.3))
    heatmaps, tags = torch.zeros(1, 2, 10, 10), torch.zeros(1, 2, 10, 10)
    heatmaps[0, 0, 2, 2] = 0.9
    heatmaps[0, 1, 6, 6], heatmaps[0, 1, 8, 1] = 0.2, 0.25
    tags[0, 1, 8, 1] = 3.0
    keypoints, scores, instance_scores = (out[0] for out in codec.batch_decode(heatmaps, tags))
    assert keypoints[0, 1].tolist() == [25.5, 25.5] and scores[0, 1] == pytest.approx(0.02)
    assert instance_scores[0] == pytest.approx(0.45)  # before the search


@pytest.mark.parametrize('limit, scores', [(None, [1.5, 0.4]), (1.0, [1.0, 1.0, 0.4])])
def test_heatmaps_above_the_limit(limit, scores):
    """pose-ae-train clips at 1, which makes a plateau of neighbors above it."""
    codec = build((40, 40), 4, candidates=dict(max_score=limit, plateaus=True))
    heatmaps, tags = torch.zeros(1, 1, 10, 10), torch.zeros(1, 1, 10, 10)
    heatmaps[0, 0, 2, 2], heatmaps[0, 0, 2, 3], heatmaps[0, 0, 8, 8] = 1.5, 1.2, 0.4
    _, keypoint_scores, _ = codec.batch_decode(heatmaps, tags)
    assert keypoint_scores[0][:, 0].tolist() == pytest.approx(scores)


def test_the_best_are_kept_over_the_maximum():
    heatmaps, tags = torch.zeros(1, 1, 10, 10), torch.zeros(1, 1, 10, 10)
    for i, score in enumerate([0.3, 0.9, 0.5]):
        heatmaps[0, 0, 3 * i, 5], tags[0, 0, 3 * i, 5] = score, 5.0 * i
    codec = build((40, 40), 4, scoring=dict(max_instances=2))
    scores = codec.batch_decode(heatmaps, tags)[2][0]
    assert scores.tolist() == pytest.approx([0.9, 0.5])


@pytest.mark.parametrize('num_keypoints', [1, 4, 14, 17, 133])
@pytest.mark.parametrize('dim', [1, 2, 8])
def test_any_number_of_keypoints_and_tag_dimensions(num_keypoints, dim):
    codec = build((256, 192), 4)
    keypoints = people(3, num_keypoints, (256, 192), seed=dim)
    encoded = codec.encode(keypoints)
    rng = np.random.default_rng(0)
    tags = tag_maps(encoded, rng.normal(size=(3, dim)) * 20, (64, 48))
    decoded = codec.batch_decode(torch.from_numpy(encoded['heatmaps'])[None], tags)[0][0]
    assert np.abs(matched_error(decoded, keypoints)).max() < 0.05


def test_images_of_a_batch_do_not_mix():
    torch.manual_seed(0)
    codec = build((64, 48), 4)
    heatmaps, tags = torch.rand(3, 5, 12, 16) ** 4, torch.randn(3, 10, 12, 16)
    together = codec.batch_decode(heatmaps, tags)
    for b in range(3):
        for alone, batched in zip(codec.decode((heatmaps[b], tags[b])), together):
            np.testing.assert_array_equal(alone, batched[b])


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16, torch.float64])
def test_any_float_type(dtype):
    codec = build((64, 48), 4)
    heatmaps, tags = torch.rand(1, 2, 12, 16).to(dtype), torch.zeros(1, 2, 12, 16, dtype=dtype)
    keypoints, scores, _ = codec.batch_decode(heatmaps, tags)
    assert keypoints[0].dtype == scores[0].dtype == np.float32 and len(keypoints[0])


def test_nothing_to_find():
    codec = build((64, 48), 4)
    for batch in (0, 2):
        out = codec.batch_decode(torch.zeros(batch, 5, 12, 16), torch.zeros(batch, 5, 12, 16))
        assert [len(values) for values in out] == [batch] * 3
    assert out[0][0].shape == (0, 5, 2) and out[1][0].shape == (0, 5) and out[2][0].shape == (0,)


def test_maps_that_are_not_finite_give_finite_poses():
    codec = build((64, 48), 4)
    torch.manual_seed(0)
    heatmaps, tags = torch.rand(1, 3, 12, 16), torch.randn(1, 3, 12, 16)
    heatmaps[0, 0, :5, :5], heatmaps[0, 1, 3, 3], tags[0, 2, 6:] = torch.nan, torch.inf, torch.nan
    for values in codec.batch_decode(heatmaps, tags):
        assert len(values[0]) and np.isfinite(values[0]).all()
        assert values[0].max() < 64


def test_metainfo_gives_keypoints_and_order():
    """From the middle of the body outwards: shoulders and hips before ankles and wrists."""
    codec = build(metainfo=COCO)
    assert codec.num_keypoints == 17
    assert codec.keypoint_order[:4] == [5, 6, 11, 12]  # shoulders, hips
    assert set(codec.keypoint_order[-4:]) == {9, 10, 15, 16}  # wrists, ankles
    assert build(metainfo=CROWDPOSE).num_keypoints == 14
    assert sorted(build(metainfo=CROWDPOSE).keypoint_order) == list(range(14))


def test_explicit_order_wins_over_metainfo():
    order = list(range(17))[::-1]
    assert build(metainfo=COCO, keypoint_order=order).keypoint_order == order


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(heatmap_size=(100, 96)), r'heatmap_size \(100, 96\) must divide input_size'),
        (dict(keypoint_order=[0, 0, 1]), 'each of the keypoints 0 to 2 once'),
        (dict(metainfo=COCO, keypoint_order=[0, 1]), 'keypoints 0 to 16 once'),
        (dict(refinement='taylor'), "one of .*gaussian.*quarter.*got 'taylor'"),
        (dict(completion='all'), "rule of completion must be one of .*nearest.*got 'all'"),
        (dict(tag_threshold=0), 'tag_threshold must be positive and finite, got 0'),
        (dict(tag_threshold=float('nan')), 'tag_threshold must be positive and finite, got nan'),
        (dict(targets=dict(sigma=float('nan'))), 'sigma must be positive and finite, got nan'),
        (dict(targets=dict(sigma=-1)), 'sigma must be positive and finite, got -1'),
        (dict(candidates=dict(kernel_size=4)), 'kernel_size must be odd, got 4'),
        (dict(candidates=dict(max_candidates=0)), 'max_candidates must be a whole number from 1'),
        (dict(candidates=dict(max_candidates=2.5)), 'max_candidates must .* on, got 2.5'),
        (dict(candidates=dict(threshold=float('nan'))), 'threshold must be a finite number.* nan'),
        (dict(candidates=dict(threshold='x')), "threshold must be a finite number, got 'x'"),
        (dict(candidates=dict(max_score='x')), "max_score must be a finite number, got 'x'"),
        (dict(scoring=dict(max_instances=0)), 'max_instances, if .* number from 1 on, got 0'),
        (dict(scoring=dict(max_instances='1')), "max_instances, if .* number from 1 on, got '1'"),
        (dict(completion=dict(threshold='x')), 'threshold of completion must be a finite number'),
        (dict(center_shift='a'), "center_shift must be a finite number, got 'a'"),
        (dict(grouping=dict(type='DensityGrouping', reach=None)), 'reach must be positive'),
        (dict(grouping=dict(type='GreedyGrouping', max_open=1.5)), 'max_open must be a whole'),
    ],
)
def test_bad_options_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        build(**kwargs)


@pytest.mark.parametrize(
    'heatmaps, tags, message',
    [
        ((17, 4, 4), (1, 17, 4, 4), 'expected heatmaps'),
        ((2, 17, 4, 4), (1, 17, 4, 4), 'expected heatmaps'),
        ((1, 14, 4, 4), (1, 14, 4, 4), 'expects 17 keypoints, got 14'),
        ((1, 17, 4, 4), (1, 20, 4, 4), 'multiple of 17 keypoints, got 20'),
    ],
)
def test_bad_maps_are_named(heatmaps, tags, message):
    with pytest.raises(ValueError, match=message):
        build(metainfo=COCO).batch_decode(torch.zeros(heatmaps), torch.zeros(tags))


def test_wrong_number_of_annotated_keypoints_is_named():
    with pytest.raises(ValueError, match='expects 17 keypoints per instance.*has 14'):
        build(metainfo=COCO).encode(np.zeros((2, 14, 2)), np.ones((2, 14)))


def test_scales_of_instances_are_encoded_where_boxes_are_known():
    codec = build(input_size=(64, 32))
    encoded = codec.encode(np.zeros((2, 3, 2)), None, np.array([[64.0, 32.0], [16.0, 8.0]]))
    assert encoded['instance_scales'].tolist() == [1.0, 0.25]
    assert 'instance_scales' not in codec.encode(np.zeros((2, 3, 2)))


def test_without_sizes_encoding_says_what_it_needs():
    codec = build_without_sizes(metainfo=COCO)
    with pytest.raises(ValueError, match='AEDecoder needs input_size and heatmap_size to encode'):
        codec.encode(np.zeros((1, 17, 2)))
    with pytest.raises(ValueError, match='needs input_size and heatmap_size'):
        codec.batch_decode(torch.zeros(1, 17, 4, 4), torch.zeros(1, 17, 4, 4))


def test_without_sizes_maps_are_decoded_where_one_tells_their_place():
    told, sized = build_without_sizes(), build()
    keypoints = people(3, 17, (512, 384))
    encoded = sized.encode(keypoints)
    tags = tag_maps(encoded, np.arange(3)[:, None] * 3.0, (128, 96))
    heatmaps = torch.from_numpy(encoded['heatmaps'])[None]
    expected = sized.batch_decode(heatmaps, tags)
    for ours, theirs in zip(told.batch_decode(heatmaps, tags, stride=4), expected):
        np.testing.assert_array_equal(ours[0], theirs[0])
    grid = told.grid_of(heatmaps, (512, 384))
    (poses,) = told.group(told.propose(Maps(heatmaps, tags)), grid)
    np.testing.assert_array_equal(poses.keypoints, expected[0][0])


@pytest.mark.parametrize('with_sizes', [True, False])
def test_targets_take_any_grid(with_sizes):
    """Those of a batch of two images, on grids of which the codec does not know."""
    codec = build() if with_sizes else build_without_sizes()
    images = [people(2, 3, (320, 256), seed) for seed in (0, 1)]
    keypoints, visible = torch.from_numpy(np.stack(images)), torch.ones(2, 2, 3, dtype=torch.bool)
    grids = [Grid.over((40, 32), (320, 256)), Grid.over((80, 64), (320, 256))]
    made = codec.targets(keypoints, visible, grids)
    assert [level.shape for level in made.heatmaps] == [(2, 3, 32, 40), (2, 3, 64, 80)]
    assert torch.equal(made.keypoints, keypoints)
    for index, image in enumerate(images):
        alone = build((320, 256), heatmap_size=[(40, 32), (80, 64)]).encode(image)
        for ours, theirs in zip(made.heatmaps, alone['heatmaps']):
            np.testing.assert_array_equal(ours[index], theirs)
        np.testing.assert_array_equal(made.indices[index], alone['keypoint_indices'])


def test_the_default_sigma_follows_the_coarsest_grid():
    """A 64th of the side of 48 x 27 cells, that is of the root of 1296: 36 / 64."""
    codec = build(targets=None)
    grids = [Grid.over((48, 27), (192, 108)), Grid.over((96, 54), (192, 108))]
    cell = torch.tensor([[[[10.0, 8.0]]]])
    made = codec.targets(grids[0].to_pixels(cell), torch.ones(1, 1, 1, dtype=torch.bool), grids)
    beside = np.exp(-0.5 / 0.5625**2)
    assert made.heatmaps[0][0, 0, 8, 10:12].tolist() == pytest.approx([1, beside])
    # In finer cells the keypoint lies between four; the Gaussian is as wide in cells.
    expected = np.exp(-(2 * 0.5**2) / (2 * 0.5625**2))
    assert made.heatmaps[1][0, 0, 16, 20].item() == pytest.approx(expected, rel=1e-5)


def test_centers_are_one_keypoint_more():
    """The mean of what is inside the input; without any there is none."""
    codec = build()
    keypoints = torch.tensor([[[[10.0, 20], [30, 40], [999, 20]], [[-5, 2], [9, 9], [9, 9]]]])
    visible = torch.tensor([[[True, True, True], [True, False, False]]])
    made = codec.targets(keypoints, visible, [Grid.over((128, 96), (512, 384))], centers=True)
    assert made.keypoints.shape == (1, 2, 4, 2)
    assert made.keypoints[0, 0, 3].tolist() == [20, 30]
    # (20, 30) is in cell (5, 7), 128 to a row.
    assert made.indices[0, :, 3].tolist() == [[7 * 128 + 5, 1], [0, 0]]
    assert made.heatmaps[0][0, 3].argmax() == 7 * 128 + 5
