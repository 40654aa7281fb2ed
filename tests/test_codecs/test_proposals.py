"""The two halves of every codec: tensors of fixed size on the device, people on the host."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from mmpose_ae.codecs import CenterOffsetCodec, Maps
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses
from mmpose_ae.registry import KEYPOINT_CODECS

INPUT_SIZE, SIZE, COARSE = (128, 96), (32, 24), (16, 12)
BATCH, TYPES = 2, 5
GRID = Grid.over(SIZE, INPUT_SIZE)


class Method(NamedTuple):
    """A codec and which maps it reads besides heatmaps."""

    codec: str
    options: dict
    inputs: dict  # channels of other maps, at the coarse resolution but for centers


TAGS = dict(tags=2 * TYPES)
SMALL = dict(candidates=dict(center_kernel_size=3))
METHODS = {
    'tags': Method('AEDecoder', {}, TAGS),
    'tags, released': Method('AEDecoder', dict(preset='pose_ae_train'), TAGS),
    'attention': Method('CenterGroupCodec', SMALL, dict(centers=1)),
    'offsets': Method('CenterOffsetCodec', SMALL, dict(centers=1, offsets=2 * TYPES)),
}


@pytest.fixture(params=METHODS)
def method(request):
    return METHODS[request.param]


def build(method, **options):
    cfg = dict(type=f'mmpose_ae.{method.codec}', input_size=INPUT_SIZE, heatmap_size=SIZE)
    return KEYPOINT_CODECS.build({**cfg, **method.options, **options})


def draw(method, seed, people=None):
    """Random maps of a batch; with a number of people only so many peaks on heatmaps of 0."""
    generator = torch.Generator().manual_seed(seed)

    def peaks(channels):
        heatmaps = torch.rand(BATCH, channels, SIZE[1] * SIZE[0], generator=generator)
        if people is not None:
            values = torch.rand(BATCH, channels, people, generator=generator) / 2 + 0.5
            spread = torch.arange(people) * (heatmaps.shape[2] // max(people, 1))
            heatmaps = torch.zeros_like(heatmaps)
            heatmaps[..., spread] = values
        return heatmaps.view(BATCH, channels, *SIZE[::-1])

    maps = dict(heatmaps=peaks(TYPES))
    for name, channels in method.inputs.items():
        coarse = torch.randn(BATCH, channels, *COARSE[::-1], generator=generator)
        maps[name] = peaks(1) if name == 'centers' else coarse
    return maps


class Propose(nn.Module):
    """The half of decoding that goes to the device, as a network's last step would call it."""

    def __init__(self, codec, names):
        super().__init__()
        self.codec = codec
        self.names = names

    def forward(self, *maps):
        """Give the tensors of the proposals."""
        found = self.codec.propose(Maps(**dict(zip(self.names, maps))))
        return [value for value in tree_leaves(found) if value is not None]


def test_shapes_do_not_depend_on_how_many_people_there_are(method):
    propose, shapes = Propose(build(method), ['heatmaps', *method.inputs]), []
    for people in (0, 1, 12, 80):
        found = propose(*draw(method, 0, people).values())
        shapes.append([(tuple(value.shape), value.dtype) for value in found])
    assert all(shape == shapes[0] for shape in shapes)


@pytest.mark.parametrize('how', ['export', 'compile'])
def test_proposing_is_one_graph(method, how):
    """It is traced on one input and gives the same proposals on others, also on empty maps."""
    first = draw(method, 0)
    module = Propose(build(method), list(first))
    if how == 'export':
        graph = torch.export.export(module, tuple(first.values())).module()
    else:
        torch._dynamo.reset()
        graph = torch.compile(module, fullgraph=True, backend='aot_eager')
    for maps in (first, draw(method, 1), draw(method, 2, people=7), draw(method, 3, people=0)):
        expected, traced = module(*maps.values()), graph(*maps.values())
        assert len(expected) == len(traced) >= 5
        for one, other in zip(expected, traced):
            torch.testing.assert_close(other, one, rtol=0, atol=0)


def test_proposals_of_a_batch_are_those_of_its_images(method):
    codec, maps = build(method), draw(method, 0)
    together = Propose(codec, list(maps))(*maps.values())
    for index in range(BATCH):
        alone = Propose(codec, list(maps))(*(value[index : index + 1] for value in maps.values()))
        for one, all_of_them in zip(alone, together):
            assert torch.equal(one[0], all_of_them[index])


def group(codec, maps, grid=GRID):
    """Poses of a batch; attention is replaced by each center's own rank of every type."""
    if isinstance(codec, CenterOffsetCodec):
        return codec.group(codec.propose(Maps(**maps), grid), grid)
    proposals = codec.propose(Maps(**maps))
    if hasattr(codec, 'pick'):
        count = proposals.centers.scores.shape[-1]
        members = torch.arange(TYPES) * count + torch.arange(count)[:, None]
        generator = torch.Generator().manual_seed(0)
        visibility = torch.rand(BATCH, count, TYPES, generator=generator)
        members = members.expand(BATCH, -1, -1)
        proposals = codec.pick(maps['heatmaps'], proposals, members, visibility, None)
    return codec.group(proposals, grid)


def test_people_of_every_method(method):
    """Best first, with the types of arrays that are promised, and tags where there are some."""
    images = group(build(method), draw(method, 0))
    assert len(images) == BATCH
    for poses in images:
        count = len(poses)
        assert isinstance(poses, Poses) and count > 3
        assert poses.keypoints.shape == (count, TYPES, 2)
        assert poses.keypoint_scores.shape == (count, TYPES) and poses.boxes.shape == (count, 4)
        assert (np.diff(poses.instance_scores) <= 0).all()
        dtypes = {poses.keypoints.dtype, poses.keypoint_scores.dtype, poses.instance_scores.dtype}
        assert dtypes == {np.dtype(np.float32)}
        if 'tags' in method.inputs:
            assert poses.tags.shape == (count, 2) and poses.tags.dtype == np.float32
        else:
            assert poses.tags is None


def test_the_best_are_kept(method):
    every = group(build(method), draw(method, 0))
    best = group(build(method, scoring=dict(max_instances=3)), draw(method, 0))
    for poses, kept in zip(every, best):
        assert len(kept) == 3
        np.testing.assert_array_equal(kept.instance_scores, poses.instance_scores[:3])
        np.testing.assert_array_equal(kept.keypoints, poses.keypoints[:3])


def test_nobody_is_found_on_empty_maps(method):
    for poses in group(build(method), draw(method, 0, people=0)):
        assert len(poses) == 0 and poses.keypoints.shape == (0, TYPES, 2)
        assert poses.keypoint_scores.shape == (0, TYPES) and poses.boxes.shape == (0, 4)
        assert (poses.tags is None) == ('tags' not in method.inputs)


def test_a_codec_without_sizes_is_told_the_grid(method):
    """The configured one is what it would have been told."""
    maps, sized = draw(method, 0), build(method)
    told = build(method, input_size=None, heatmap_size=None)
    for ours, theirs in zip(group(told, maps, sized.grid()), group(sized, maps, None)):
        np.testing.assert_array_equal(ours.keypoints, theirs.keypoints)
        np.testing.assert_array_equal(ours.instance_scores, theirs.instance_scores)


def test_keypoints_follow_the_grid(method):
    """On an input of twice the size: its corners stay where they are, x -> 2 * x + 0.5."""
    codec, maps = build(method, center_shift=None), draw(method, 0)
    large_maps = dict(maps)
    if 'offsets' in maps:  # which are in pixels
        large_maps['offsets'] = 2 * maps['offsets']
    twice = Grid.over(SIZE, tuple(2 * side for side in INPUT_SIZE))
    for small, large in zip(group(codec, maps), group(codec, large_maps, twice)):
        np.testing.assert_allclose(large.keypoints, 2 * small.keypoints + 0.5, atol=1e-3)
        np.testing.assert_array_equal(large.instance_scores, small.instance_scores)
