"""The graph of every method gives what its estimator gives, also as a file, at any size."""

import fakes
import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.export import checking, poses_checking
from mmpose_ae.export.checking import LIMIT, Difference, look, open_session, run
from mmpose_ae.export.differences import differences
from mmpose_ae.export.exporting import to_onnx, trace
from mmpose_ae.export.graph import PoseGraph
from mmpose_ae.export.poses import DecodingInGraph
from mmpose_ae.frame import Frame
from mmpose_ae.registry import MODELS

STEP = 16
EXPORTED = [*fakes.HEADS, *fakes.PERSON_HEADS]
PADDED = Frame.of_box((20, 24), (64, 48), (64, 48), (40, 48))  # padded at the left and right


@MODELS.register_module()
class OneConvolution(nn.Module):
    """Features of eight channels at a quarter of the input."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Conv2d(3, 8, 7, stride=4, padding=2)

    def forward(self, x):
        """A feature map."""
        return (self.layer(x),)


def estimator(kind, **normalization):
    """An estimator of three keypoints whose maps have peaks everywhere."""
    cfg = dict(
        type='BottomupPoseEstimator',
        backbone=dict(type='OneConvolution'),
        data_preprocessor=dict(type='PoseDataPreprocessor', **normalization),
        head=dict(type='AEHead', in_channels=8, decoder=fakes.codec_config()),  # replaced below
        test_cfg=dict(flip_test=True),
    )
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        built = MODELS.build(cfg)
    built.head = fakes.head(kind)
    if not normalization:  # pixels as they are: a sigmoid would be flat
        built.backbone.layer.weight.data /= 100
    built.eval().dataset_meta = dict(flip_indices=fakes.FLIP_INDICES)
    return built


RGB = dict(mean=[120, 110, 100], std=[50, 60, 70], bgr_to_rgb=True)


def pictures(count, size):
    """Smooth noise, RGB, and what part of it is a picture."""
    stack = [np.roll(fakes.spots(size), shift, axis=1) for shift in range(count)]
    return torch.from_numpy(np.stack(stack))


def other_inputs(graph):
    """Batches of other sizes than the example's."""
    for count, size in ((1, (64, 48)), (3, (32, 80))):
        yield graph.inputs(pictures(count, size))


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


@pytest.mark.parametrize('kind', EXPORTED)
@pytest.mark.parametrize('normalization', [RGB, {}], ids=['RGB', 'BGR'])
def test_graph_is_the_estimator(kind, normalization):
    """From pixels to poses, on a picture that is padded."""
    model = estimator(kind, **normalization)
    graph = PoseGraph(model, STEP, flip_test=True)
    # Rolled, so that no peak is at a border, where upsampling makes cells equal but for rounding.
    image = pictures(1, fakes.INPUT_SIZE).roll(24, 1)
    samples = [fakes.sample(None, on_input=PADDED)]
    inputs = image[0].flip(-1).permute(2, 0, 1)  # as pipelines give it, BGR
    (expected,) = model.test_step(dict(inputs=[inputs], data_samples=samples))
    shown = torch.tensor([[11.5, -0.5, 51.5, 47.5]])  # 40 pixels of width in the middle
    (found,) = model.head.decoder.group(*graph.propose(*graph.inputs(image, shown)))
    on_image = PADDED.to_image(found.keypoints)
    assert len(found.keypoints) > 0
    np.testing.assert_allclose(on_image, expected.pred_instances.keypoints, atol=1e-3)
    scores = expected.pred_instances.bbox_scores
    np.testing.assert_allclose(found.instance_scores, scores, atol=1e-5, rtol=1e-6)


def moved(outputs, scores, positions):
    """Outputs of a file whose scores are too high and whose positions are too far right."""
    outputs = {name: value.numpy().copy() for name, value in outputs.items()}
    for name in outputs.keys() & {'keypoint_scores', 'instance_scores', 'center_scores'}:
        outputs[name] += scores
    if 'candidates' in outputs:
        outputs['candidates'][..., 0] += scores * (outputs['candidates'][..., 0] > 0)
        outputs['candidates'][..., 1] += positions
    for name in outputs.keys() & {'cells', 'regressed'}:
        outputs[name][..., 0] += positions
    return outputs


@pytest.mark.parametrize('kind', EXPORTED)
def test_the_check_knows_the_outputs_of_every_method(kind, monkeypatch):
    """A file that gives what the graph gives passes; one that moves positions or scores does not.

    A score is at most 1, so that 0.01 is too much, however large positions are.
    """
    graph = PoseGraph(estimator(kind, **RGB), STEP, flip_test=False)
    monkeypatch.setattr(checking, 'open_session', lambda content: None)
    for by in ((0, 0), (0, 1), (0.01, 0)):

        def run_file(session, inputs, by=by):
            return moved(graph(*inputs), *by)

        monkeypatch.setattr(checking, 'run', run_file)
        if by == (0, 0):
            assert checking.check_equal(graph, b'', (64, 48)) == (0, 0)
            continue
        with pytest.raises(Difference, match='differs from the network by'):
            checking.check_equal(graph, b'', (64, 48))


@pytest.mark.parametrize('positions, scores, people, agrees', [
    (0, 0, 0, True), (2, 0, 0, False), (0, 0.01, 0, False), (0, 0, 0.01, False),
])  # fmt: skip
def test_the_check_knows_people(positions, scores, people, agrees, monkeypatch):
    """Of a file that makes them by itself, of eight tags and both views: moved, or with scores
    of keypoints or of people that are too high."""
    model = estimator('CoupledEmbeddingHead', **RGB)
    decoding = DecodingInGraph(model.head.decoder.decoding, max_people=3, max_candidates=4)
    graph = PoseGraph(model, STEP, True, decoding)

    def run_file(session, inputs):
        outputs = {name: value.numpy() for name, value in graph(*inputs).items()}
        moved = outputs['poses'] + np.float32([positions, positions, scores])
        return {**outputs, 'poses': moved, 'instance_scores': outputs['instance_scores'] + people}

    monkeypatch.setattr(poses_checking, 'PICTURES', 2)
    monkeypatch.setattr(poses_checking, 'COUNTED', 0)  # everybody
    monkeypatch.setattr(poses_checking, 'open_session', lambda content: None)
    monkeypatch.setattr(poses_checking, 'run', run_file)
    if agrees:
        comparison = poses_checking.compare_poses(graph, b'', (64, 48))
        assert (comparison.pictures, comparison.as_torch) == (4, 4)
        assert comparison.same_people == 4 * 3 < comparison.people
        return
    with pytest.raises(Difference, match='those of PyTorch on 0 of 4 pictures'):
        poses_checking.compare_poses(graph, b'', (64, 48))


def test_scores_in_doubt_excuse_no_other_places(monkeypatch):
    """The network's scores are others when it looks again, and its people are where they were."""
    model = estimator('AEHead', **RGB)
    decoding = DecodingInGraph(model.head.decoder.decoding, max_people=3, max_candidates=4)
    graph = PoseGraph(model, STEP, False, decoding)

    def run_file(session, inputs):
        outputs = {name: value.numpy() for name, value in graph(*inputs).items()}
        return {**outputs, 'poses': outputs['poses'] + np.float32(moved)}

    def look(graph, inputs):
        outputs = {name: value.numpy() for name, value in graph(*inputs).items()}
        return [outputs, {**outputs, 'instance_scores': outputs['instance_scores'] + 0.01}]

    monkeypatch.setattr(poses_checking, 'PICTURES', 2)
    monkeypatch.setattr(poses_checking, 'open_session', lambda content: None)
    monkeypatch.setattr(poses_checking, 'run', run_file)
    monkeypatch.setattr(poses_checking, 'look', look)
    moved = [0, 0, 0.01]
    assert poses_checking.compare_poses(graph, b'', (64, 48)).as_torch == 0
    moved = [2, 2, 0]
    with pytest.raises(Difference, match='those of PyTorch on 0 of 4 pictures'):
        poses_checking.compare_poses(graph, b'', (64, 48))


@pytest.mark.parametrize(
    'kind, flip_test',
    [
        ('CenterGroupHead', False),
        pytest.param('CenterOffsetHead', True, marks=pytest.mark.slow),
        pytest.param('DEKRHead', True, marks=pytest.mark.slow),
        pytest.param('CIDHead', True, marks=pytest.mark.slow),
    ],
)
def test_what_is_traced_is_the_graph(kind, flip_test):
    """At sizes, and of numbers of pictures, that it was not traced with."""
    graph = PoseGraph(estimator(kind, **RGB), STEP, flip_test)
    traced = trace(graph).module()
    for inputs in other_inputs(graph):
        expected, found = graph(*inputs), traced(*inputs)
        for name in expected:
            torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize('kind', EXPORTED)
def test_file_is_the_graph(kind):
    """The same in ONNX Runtime."""
    graph = PoseGraph(estimator(kind, **RGB), STEP, flip_test=True)
    session = open_session(to_onnx(graph).SerializeToString())
    for inputs in other_inputs(graph):
        found = list(differences(look(graph, inputs), run(session, inputs)))
        assert all(apart.beyond < LIMIT for apart in found), found


def test_half_precision_is_of_features_alone():
    graph = PoseGraph(estimator('AEHead', **RGB), STEP, flip_test=True)
    half = graph.halved()
    inputs = graph.inputs(pictures(1, fakes.INPUT_SIZE))
    exact, found = graph(*inputs)['heatmaps'], half(*inputs)['heatmaps']
    assert found.dtype == torch.float32
    assert 0 < (found - exact).abs().max() < 0.01 * exact.abs().max()
    kinds = {part: {p.dtype for p in part.parameters()} for part in half.model.children()}
    assert kinds[half.model.backbone] == {torch.float16}
    assert kinds[half.model.head] == {torch.float32}
    assert {p.dtype for p in graph.parameters()} == {torch.float32}
