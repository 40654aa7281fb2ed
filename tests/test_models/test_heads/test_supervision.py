"""What heads are trained towards: numbers of people, masks, and the codec's own targets."""

import fakes
import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData
from mmpose.datasets.transforms import KeypointConverter
from mmpose.structures import MultilevelPixelData

from mmpose_ae.frame import Grid
from mmpose_ae.models.heads.supervision import (
    gather_instances,
    gather_test_instances,
    input_size_of,
    supervision_masks,
)
from mmpose_ae.registry import TRANSFORMS

CPU = torch.device('cpu')


def test_people_are_padded_to_the_most_of_an_image():
    """Two, nobody, one, an image without annotations, three."""
    crowd = fakes.crowd(3)
    visible = np.array([[1, 0, 2], [0, 0, 0], [2, 2, 1]])
    groups = [fakes.PEOPLE, fakes.NOBODY, fakes.PEOPLE[1:], None, crowd]
    samples = [fakes.sample(people) for people in groups[:-1]] + [fakes.sample(crowd, visible)]
    samples[0].gt_instances.bbox_scales[1] = 7, 9
    found = gather_instances(samples, 3, CPU)
    assert found.keypoints.shape == (5, 3, 3, 2)
    assert found.visible.any(2).tolist() == [
        [True, True, False],
        [False] * 3,
        [True, False, False],
        [False] * 3,
        [True, False, True],
    ]
    assert found.visible[4].tolist() == (visible > 0).tolist()
    np.testing.assert_array_equal(found.keypoints[0, :2], fakes.PEOPLE)
    np.testing.assert_array_equal(found.keypoints[2, 0], fakes.PEOPLE[1])
    np.testing.assert_array_equal(found.keypoints[4], crowd)
    assert found.sides[0, :2].tolist() == [[30, 30], [7, 9]]


def test_nobody_in_any_image():
    found = gather_instances([fakes.sample(None), fakes.sample(fakes.NOBODY)], 3, CPU)
    assert found.keypoints.shape == (2, 0, 3, 2) and found.visible.shape == (2, 0, 3)
    assert found.sides.shape == (2, 0, 2)


def test_sides_are_those_of_all_images_or_of_none():
    samples = [fakes.sample(), fakes.sample(sides=None)]
    assert gather_instances(samples, 3, CPU).sides is None


@pytest.mark.parametrize('kind', ['AEHead', 'CenterAEHead', 'CoupledEmbeddingHead'])
def test_images_of_a_batch_do_not_mix(kind):
    """The loss of a batch is the mean of those of its images, whoever fills it up."""
    head, x = fakes.head(kind), fakes.features(4)
    groups = [fakes.PEOPLE, fakes.NOBODY, fakes.crowd(5), None]
    samples = [fakes.sample(people) for people in groups]
    together = head.loss((x,), samples)
    apart = [head.loss((x[i : i + 1],), samples[i : i + 1]) for i in range(4)]
    for name, loss in together.items():
        mean = sum(losses[name] for losses in apart) / 4
        torch.testing.assert_close(loss, mean, rtol=1e-4, atol=1e-6)


def test_test_samples_are_in_pixels_of_their_images():
    """An image of 128 x 96 is halved; one of 32 x 48 lies in the middle: 16 pixels to the right."""
    people = np.array([[[10, 20], [20, 24], [14, 30]]], np.float32)
    samples = [
        fakes.sample(people, on_input=fakes.frame((128, 96))),
        fakes.sample(people, on_input=fakes.frame((32, 48))),
        fakes.sample(None, on_input=fakes.frame((32, 48))),
    ]
    found = gather_test_instances(samples, 3, CPU)
    np.testing.assert_allclose(found.keypoints[0], people / 2)
    np.testing.assert_allclose(found.keypoints[1], people + [16, 0])
    assert found.visible[:, 0].tolist() == [[True] * 3, [True] * 3, [False] * 3]


def test_the_input_is_what_the_batch_is_padded_to():
    assert input_size_of([fakes.sample()]) == (64, 48)
    assert input_size_of([fakes.sample(batch_input_shape=(96, 128))]) == (128, 96)


@pytest.mark.parametrize('size', [(24, 32), (12, 16), (6, 8), (3, 4)])
def test_masks_of_stride_2_say_what_most_of_each_cell_is(size):
    rng = np.random.default_rng(0)
    masks = rng.random((2, 24, 32)) < 0.55
    masks[:, :8, :8] = rng.random((8, 8)) < 0.9
    (found,) = supervision_masks([fakes.sample(mask=mask) for mask in masks], [size], CPU)
    assert found.shape == (2, 1, *size) and found.dtype == torch.bool
    step = 24 // size[0]
    expected = np.empty((2, *size), bool)
    for image, y, x in np.ndindex(*expected.shape):
        part = masks[image, step * y : step * (y + 1), step * x : step * (x + 1)]
        expected[image, y, x] = part.sum() > part.size / 2
    np.testing.assert_array_equal(found[:, 0], expected)
    assert 0 < expected.sum() < expected.size


def test_masks_of_the_size_of_the_heatmaps_are_taken_as_they_are():
    """As pipelines of MMPose's kind make them, one for each heatmap."""
    rng = np.random.default_rng(0)
    levels = [rng.random((1, *size)) < 0.5 for size in ((12, 16), (24, 32))]
    sample = fakes.sample()
    sample.gt_fields = MultilevelPixelData()
    sample.gt_fields.set_field([torch.from_numpy(level) for level in levels], 'heatmap_mask')
    found = supervision_masks([sample], [(12, 16), (24, 32)], CPU)
    for mask, level in zip(found, levels):
        np.testing.assert_array_equal(mask[0], level)
    one = fakes.sample(mask=levels[0][0].astype(np.uint8))  # not bool
    (found,) = supervision_masks([one], [(12, 16)], CPU)
    assert found.dtype == torch.bool
    np.testing.assert_array_equal(found[0], levels[0])


def test_without_masks_everything_is_supervised():
    masks = supervision_masks([fakes.sample(), fakes.sample()], [(12, 16), (24, 32)], CPU)
    assert [tuple(mask.shape) for mask in masks] == [(2, 1, 12, 16), (2, 1, 24, 32)]
    assert all(mask.all() for mask in masks)


def pipeline_sample(people, visible, sides, codec):
    """What a pipeline of MMPose's kind packs, targets included, and the keypoints themselves."""
    results = dict(
        img=np.zeros((48, 64, 3), np.uint8),
        img_shape=(48, 64),
        ori_shape=(48, 64),
        keypoints=people,
        keypoints_visible=visible,
        bbox_scale=sides,
    )
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        for step in (dict(type='GenerateTarget', encoder=codec), dict(type='PackPoseInputs')):
            results = TRANSFORMS.build(step)(results)
    return results['data_samples']


@pytest.mark.parametrize('rounded', [False, True])
@pytest.mark.parametrize(
    'kind',
    ['AEHead', 'CoupledEmbeddingHead', 'CenterGroupHead', 'CenterOffsetHead'],
)
def test_targets_are_those_of_the_pipeline_bit_by_bit(kind, rounded):
    """At two resolutions, of images of five, three and no people, some of them outside."""
    rng = np.random.default_rng(0)
    sizes = [(16, 12), (32, 24)]
    cfg = fakes.codec_config(
        fakes.HEADS[kind].codec, heatmap_size=sizes, targets=dict(round_centers=rounded)
    )
    samples = []
    for count in (5, 3, 0):
        people = fakes.crowd(count, seed=count) + rng.uniform(-9, 9, (count, 1, 2))
        visible = rng.integers(0, 3, (count, 3)).astype(np.float32)
        sides = rng.uniform(5, 60, (count, 2)).astype(np.float32)
        samples.append(pipeline_sample(people.astype(np.float32), visible, sides, cfg))
    head = fakes.head(kind, decoder=cfg)
    heatmaps = [torch.zeros(3, 1, *size[::-1]) for size in sizes]
    made = head._supervise(heatmaps, samples)
    offsets = None
    if kind == 'CenterOffsetHead':
        grid = Grid.over(sizes[0], (64, 48))
        offsets = head.decoder.center_offsets(made.targets, grid)
    for i, (sample, count) in enumerate(zip(samples, (5, 3, 0))):
        for ours, theirs in zip(made.targets.heatmaps, sample.gt_fields.heatmaps):
            assert torch.equal(ours[i], theirs)
        labels = sample.gt_instance_labels
        assert torch.equal(made.targets.indices[i, :count], labels.keypoint_indices)
        assert not made.targets.indices[i, count:, :, 1].any()
        assert torch.equal(made.scales[i, :count], labels.instance_scales)
        if head.predicts_centers:
            assert torch.equal(made.targets.keypoints[i, :count], labels.keypoint_positions)
        if offsets is not None:
            assert torch.equal(offsets[i, :count], labels.center_offsets)
    annotated = sum((sample.gt_instances.keypoints_visible > 0).sum() for sample in samples)
    assert 0 < made.targets.indices[:, :, :3, 1].sum().item() < annotated  # some are outside


def test_scales_need_the_sides_of_boxes():
    made = fakes.head()._supervise([torch.zeros(1, 3, 12, 16)], [fakes.sample(sides=None)])
    with pytest.raises(ValueError, match='lack the sides of boxes'):
        _ = made.scales
    boxes = fakes.sample()
    boxes.gt_instances = InstanceData(
        keypoints=fakes.PEOPLE,
        keypoints_visible=np.ones((2, 3)),
        bbox_scales=np.array([[64, 12], [16, 48]], np.float32),
    )
    made = fakes.head()._supervise([torch.zeros(1, 3, 12, 16)], [boxes])
    np.testing.assert_allclose(made.scales, [[0.5, 0.5]])  # the root of 1/4 of the input


def test_cells_are_supervised_where_more_than_half_of_them_is():
    """Cells of 2 x 2: none, one, two and three quarters of them are supervised."""
    mask = np.array([[0, 0, 1, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1, 0]], bool)
    (found,) = supervision_masks([fakes.sample(mask=mask)], [(1, 4)], torch.device('cpu'))
    assert found[0, 0, 0].tolist() == [False, False, False, True]


def converted(mapping, people=fakes.PEOPLE, **options):
    """A sample of a data set with other keypoints, as MMPose's KeypointConverter makes it."""
    results = dict(keypoints=people, flip_indices=[0, 1, 2])
    results = KeypointConverter(fakes.NUM_KEYPOINTS, mapping)(results)
    sample = fakes.sample(results['keypoints'].astype(np.float32), **options)
    sample.gt_instances.keypoints_visible = results['keypoints_visible']
    return sample


LEARNING = ['AEHead', 'CoupledEmbeddingHead', 'CenterOffsetHead', 'CIDHead', 'DEKRHead']


@pytest.mark.parametrize('kind', LEARNING)
def test_data_sets_that_have_all_keypoints_are_as_without_a_converter(kind):
    """In a batch with images that were not converted, and that have nobody."""
    head, feats = fakes.head(kind).eval(), (fakes.features(3),)
    others = [fakes.sample(), fakes.sample(None)]
    losses = []
    for first in (converted([(0, 0), (1, 1), (2, 2)]), fakes.sample()):
        torch.manual_seed(0)  # CIDHead looks at places around centers
        losses.append(head.loss(feats, [first, *others]))
    found, expected = losses
    assert found.keys() == expected.keys()
    for name, loss in expected.items():
        torch.testing.assert_close(found[name], loss)


@pytest.mark.parametrize('kind', LEARNING)
def test_keypoints_that_a_data_set_lacks_are_not_learned_to_be_nowhere(kind):
    """Of the first image type 1 is not known; of the second, and of nobody, all are."""
    head = fakes.head(kind)
    samples = [converted([(0, 0), (2, 2)]), fakes.sample(), fakes.sample(None)]
    made = head._supervise([torch.zeros(3, 3, 12, 16)], samples)
    types = fakes.NUM_KEYPOINTS + head.predicts_centers
    counts = made.masks[0].flatten(2).all(2)
    assert counts.shape == (3, types)
    expected = torch.ones(3, types, dtype=torch.bool)
    expected[0, 1] = False
    assert torch.equal(counts, expected) and torch.equal(made.masks[0].flatten(2).any(2), expected)
    assert not made.targets.indices[0, :, 1, 1].any()
    losses = head.loss((fakes.features(3),), samples)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_maps_of_keypoints_that_a_data_set_lacks_have_no_gradient():
    head = fakes.predicting_head()
    maps = fakes.features(2, channels=6).requires_grad_()
    samples = [converted([(0, 0), (2, 2)]), converted([(0, 0), (1, 1), (2, 2)])]
    sum(head.loss((maps,), samples).values()).backward()
    learned = maps.grad.flatten(2).abs().sum(-1) > 0
    assert learned.tolist() == [[True, False, True] * 2, [True] * 6]


def test_heads_that_would_learn_that_nobody_has_them_refuse():
    head = fakes.head('CenterGroupHead')
    with pytest.raises(ValueError, match='lack types of keypoints .* CenterGroupHead'):
        head.loss((fakes.features(),), [converted([(0, 0), (2, 2)])])
