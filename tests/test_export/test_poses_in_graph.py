import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch.export import Dim

from mmpose_ae.cli.benchmark_scenes import make_scene
from mmpose_ae.codecs import Maps
from mmpose_ae.decoding import Completion, MeanScoring, OffsetDecoding, TagDecoding, read_poses
from mmpose_ae.export.poses import DecodingInGraph, completion
from mmpose_ae.export.poses.grouping import GroupingInRounds
from mmpose_ae.export.poses.people import People
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import DensityGrouping, GreedyGrouping
from mmpose_ae.registry import KEYPOINT_CODECS

GRID = Grid((64, 48), (4, 4))
CONTROL_FLOW = {'Loop', 'Scan', 'If', 'SequenceMap'}


def scene_outputs(people, tag_dim=1, size=(256, 192), **codec):
    codec = KEYPOINT_CODECS.build(dict(type='AEDecoder', **codec))
    scene = make_scene(people, tag_dim, size)
    return codec, codec.outputs(codec.propose(Maps(scene.heatmaps, scene.tags)))


def decode(outputs, grid=GRID, decoding=None, **limits):
    found = DecodingInGraph(decoding or TagDecoding(), **limits)(outputs, grid)
    return {name: value.numpy() for name, value in found.items()}


def few_candidates(*rows):
    """Outputs of an image with candidates (type, score, x, y, tag) of three types, maps empty."""
    candidates = torch.zeros(1, 3, 4, 4)
    counts = [0, 0, 0]
    for kind, *values in rows:
        candidates[0, kind, counts[kind]] = torch.tensor(values)
        counts[kind] += 1
    maps = torch.zeros(1, 3, 48, 64)
    return dict(candidates=candidates, heatmaps=maps, tags=maps.clone())


@pytest.mark.parametrize('people, tag_dim', [(1, 1), (6, 1), (6, 2), (6, 8)])
@pytest.mark.parametrize('rule', ['nearest', 'within', 'released', None])
def test_people_are_those_of_the_host(people, tag_dim, rule):
    search = rule and dict(rule=rule)
    codec, outputs = scene_outputs(people, tag_dim, completion=search)
    expected = codec.decoding({name: value.numpy() for name, value in outputs.items()}, GRID)[0]
    found = read_poses(**decode(outputs, decoding=codec.decoding))[0]
    assert len(found) == len(expected) >= people
    assert np.allclose(found.keypoints, expected.keypoints, atol=1e-3)
    assert np.allclose(found.keypoint_scores, expected.keypoint_scores, atol=1e-5)
    assert np.allclose(found.instance_scores, expected.instance_scores, atol=1e-5)
    assert (found.filled == expected.filled).all()


def test_tags_may_be_coarser_than_heatmaps():
    codec, outputs = scene_outputs(4, 2)
    outputs['tags'] = outputs['tags'][..., ::2, ::2]
    expected = codec.decoding({name: value.numpy() for name, value in outputs.items()}, GRID)[0]
    found = read_poses(**decode(outputs))[0]
    assert np.allclose(found.keypoints, expected.keypoints, atol=1e-2)


def test_a_batch_is_decoded_image_by_image():
    one, two = scene_outputs(2)[1], scene_outputs(5)[1]
    both = decode({name: torch.cat([one[name], two[name]]) for name in one})
    for index, outputs in enumerate((one, two)):
        for name, value in decode(outputs).items():
            assert np.allclose(both[name][index], value[0], atol=1e-4)


def test_nobody():
    found = decode(few_candidates())
    assert not found['instance_scores'].any()
    assert not found['poses'].any()
    assert not found['filled'].any()


def test_who_misses_nothing_gets_nothing():
    """The search is never over nothing, which older runtimes reduce wrongly: it looks once more."""
    whole = torch.ones(1, 2, 3, dtype=torch.bool)
    people = People(torch.zeros(1, 2, 3, 2), torch.ones(1, 2, 3), torch.zeros(1, 2, 1), whole)
    heatmaps = torch.ones(1, 3, 4, 5)
    looked_at = []
    rule = completion.RULES['nearest']
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            completion.RULES, 'nearest', lambda *maps: looked_at.append(maps) or rule(*maps)
        )
        _, scores = completion.find_missing(TagDecoding(), heatmaps, 0 * heatmaps, people)
    assert looked_at[0][0].shape == (1, 4, 5)
    assert not scores.any()


def test_one_candidate_is_a_person():
    found = decode(few_candidates((1, 0.6, 10.0, 20.0, 3.0)))
    assert found['instance_scores'][0, :2].tolist() == pytest.approx([0.2, 0])
    # The center of cell 10 is the pixel 41.5; the missing keypoints lie where the only one does.
    assert found['poses'][0, 0, :, :2].tolist() == [[41.5, 81.5]] * 3
    assert found['poses'][0, 0, :, 2].tolist() == pytest.approx([0, 0.6, 0])


def test_the_first_of_equal_candidates_comes_first():
    rows = [(kind, 0.5, 10.0 * place, 5.0, 9.0 * place) for place in range(3) for kind in range(3)]
    found = decode(few_candidates(*rows))
    assert found['poses'][0, :3, 0, 0].tolist() == [1.5, 41.5, 81.5]
    assert found['instance_scores'][0, :4].tolist() == pytest.approx([0.5, 0.5, 0.5, 0])


def test_every_place_may_be_taken():
    generator = torch.Generator().manual_seed(0)
    full = torch.rand(2, 17, 30, 4, generator=generator) * torch.tensor([1.0, 60, 40, 20])
    full[..., 0] += 0.1
    found = decode(dict(candidates=full), decoding=TagDecoding(completion=None))
    assert np.isfinite(found['poses']).all()
    assert (found['instance_scores'] > 0).all()
    assert (np.diff(found['instance_scores']) <= 0).all()


def test_tags_that_are_no_numbers_attract_nobody():
    codec, outputs = scene_outputs(3)
    outputs['tags'] = torch.full_like(outputs['tags'], torch.nan)
    found = decode(outputs)
    assert np.isfinite(found['poses']).all()
    assert not found['filled'].any()


def test_limits():
    outputs = scene_outputs(6)[1]
    everybody = decode(outputs)
    best = decode(outputs, max_people=2)
    assert np.allclose(best['instance_scores'], everybody['instance_scores'][:, :2])
    scoring = MeanScoring(max_instances=3)
    assert decode(outputs, decoding=TagDecoding(scoring=scoring))['poses'].shape[1] == 3
    assert (decode(outputs, max_candidates=1)['instance_scores'] > 0).sum() < 6


@pytest.mark.parametrize(
    'decoding, options, message',
    [
        (OffsetDecoding(), {}, 'grouped by tags, but this network needs OffsetDecoding'),
        (TagDecoding(grouping=GreedyGrouping()), {}, 'the config has GreedyGrouping'),
        (TagDecoding(grouping=DensityGrouping(pose=[(0, 0), (0, 1)])), {}, 'grouping.pose'),
        (TagDecoding(), dict(max_people=0), 'max_people'),
        (TagDecoding(), dict(max_candidates=0), 'max_candidates'),
    ],
)
def test_what_only_the_host_can_do_is_refused(decoding, options, message):
    with pytest.raises(ValueError, match=message):
        DecodingInGraph(decoding, **options)


class Decoder(torch.nn.Module):
    """Few rounds, which are exported faster."""

    def __init__(self):
        super().__init__()
        self.decoding = DecodingInGraph(TagDecoding(completion=Completion()), max_people=8)
        self.decoding.group = GroupingInRounds(DensityGrouping(), 8, 64, 1, 1, 3)

    def forward(self, candidates, heatmaps, tags):
        grid = Grid(tuple(heatmaps.shape[:-3:-1]), (4.0, 4.0))
        return self.decoding(dict(candidates=candidates, heatmaps=heatmaps, tags=tags), grid)


@pytest.mark.slow
def test_exported_it_has_no_control_flow_and_takes_any_size():
    decoder, example = Decoder(), scene_outputs(3)[1]
    batch, rows, columns = Dim('batch', min=1, max=64), Dim('rows', max=64), Dim('columns', max=64)
    maps = {0: batch, 2: 16 * rows, 3: 16 * columns}
    inputs = tuple(value.repeat(2, 1, 1, 1) for value in example.values())
    program = torch.export.export(decoder, inputs, dynamic_shapes=({0: batch}, maps, maps))
    model = torch.onnx.export(program, dynamo=True, opset_version=18, verbose=False).model_proto
    assert not CONTROL_FLOW & {node.op_type for node in model.graph.node}
    assert {node.domain for node in model.graph.node} == {''}
    assert not model.functions
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for people, size, count in ((3, (256, 192), 1), (5, (192, 320), 3)):
        outputs = [
            value.repeat(count, 1, 1, 1) for value in scene_outputs(people, 1, size)[1].values()
        ]
        given = {entry.name: value.numpy() for entry, value in zip(session.get_inputs(), outputs)}
        for found, expected in zip(session.run(None, given), decoder(*outputs).values()):
            assert np.allclose(found, expected.numpy(), atol=1e-3)
