"""Steps, chunks and states of the recurrent networks, and when they end."""

import pytest
import torch
from torch import nn

from projects.recurrent_association.models import InstanceUnroller
from projects.recurrent_association.models.conv_lstm import detach
from projects.recurrent_association.models.instance_lstm import StopClassifier
from projects.recurrent_association.models.orderings import order_steps
from projects.recurrent_association.models.unrolling import STOP_THRESHOLD, join

K, CHANNELS = 3, 4


def build(chunk_size=None, second=None, max_instances=6, **lstm):
    torch.manual_seed(0)
    return InstanceUnroller(
        CHANNELS,
        K,
        dict(hidden_channels=8, num_layers=2, **lstm),
        second,
        chunk_size=chunk_size,
        max_instances=max_instances,
    )


def features(batch=2, seed=0):
    torch.manual_seed(seed)
    return torch.randn(batch, CHANNELS, 5, 6)


class Script(nn.Module):
    """A stop classifier that says what it is told, step by step, image by image."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)  # (B, P)
        self.step = 0

    def forward(self, states):
        self.step += 1
        return self.logits[:, self.step - 1]


def script(unroller, logits):
    unroller.stop = Script(logits)
    return unroller


def test_threshold_of_the_paper():
    assert torch.tensor(STOP_THRESHOLD).logit().item() == pytest.approx(-1)


def test_until_all_images_have_stopped():
    unroller = script(build().eval(), [[0.0, -0.9, -1.1, 5.0], [-2.0, 5.0, 5.0, 5.0]])
    steps = join(unroller(features()))
    assert steps.accepted.tolist() == [[True, True, False], [False, False, False]]
    assert steps.running.tolist() == [[True, True, True], [True, False, False]]


def test_in_training_one_step_more_than_there_are_instances():
    logits = [[5.0, -5.0, 5.0, 5.0, -5.0], [5.0, 5.0, 5.0, 5.0, -5.0]]
    steps = join(script(build(), logits)(features(), torch.tensor([2, 0])))
    # The first image stops early but has two instances; the second one has none but goes on.
    assert steps.running.tolist() == [[True, True, True, False, False], [True] * 5]
    assert steps.accepted.tolist() == [[True] + [False] * 4, [True] * 4 + [False]]


def test_at_most_the_maximum():
    steps = join(script(build(max_instances=2).eval(), [[5.0] * 9] * 2)(features()))
    assert steps.accepted.tolist() == [[True, True, False]] * 2
    steps = join(script(build(max_instances=2), [[5.0] * 9] * 2)(features(), torch.tensor([9, 9])))
    assert steps.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize('second', [None, dict(hidden_channels=4, num_layers=1)])
@pytest.mark.parametrize('chunk_size', [1, 2, 3])
def test_chunks_change_nothing_but_the_graph(chunk_size, second):
    counts, batch = torch.tensor([4, 2]), features()
    whole = join(build(None, second, num_loops=0)(batch, counts))
    chunks = list(build(chunk_size, second, num_loops=0)(batch, counts))
    assert [len(chunk.index) for chunk in chunks[:-1]] == [chunk_size] * (len(chunks) - 1)
    torch.testing.assert_close(join(chunks)._asdict(), whole._asdict(), atol=1e-6, rtol=1e-5)


def test_a_chunk_starts_from_the_state_as_a_constant():
    """Against two steps by hand: heatmaps, and gradients with the state cut off between them."""
    unroller = build(chunk_size=1, num_loops=0).eval()
    batch, parameters = features(), list(unroller.first.parameters())
    _, second, *_ = unroller(batch, torch.tensor([2, 2]))

    def by_hand(cut):
        projected = unroller.first.lstm.project(unroller.norm(batch))
        states = unroller.first.lstm.initial_state(batch)
        _, states = unroller.first(projected, states)
        return unroller.first(projected, detach(states) if cut else states)[0]

    torch.testing.assert_close(second.heatmaps[:, 0], by_hand(cut=True))
    found, cut, whole = (
        torch.cat([g.flatten() for g in torch.autograd.grad(maps.square().sum(), parameters)])
        for maps in (second.heatmaps, by_hand(cut=True), by_hand(cut=False))
    )
    torch.testing.assert_close(found, cut)
    assert (found - whole).norm() > 0.01 * whole.norm()


@pytest.mark.parametrize('ends_at_stop', [True, False])
def test_a_chunk_ends_where_an_image_stops(ends_at_stop):
    """The first image is unsure in its first step, and goes on: nothing flows back over it."""
    unroller = script(build(num_loops=0), [[-5.0, 5.0, -5.0], [5.0, 5.0, -5.0]])
    unroller.ends_at_stop = ends_at_stop
    made = []
    unroller.first.lstm.register_forward_hook(lambda *args: made.append(args[2][0].memory))
    steps = join(unroller(features(), torch.tensor([2, 2])))
    (gradient,) = torch.autograd.grad(steps.heatmaps[:, 1].sum(), made[0])
    assert gradient.flatten(1).any(1).tolist() == [not ends_at_stop, True]
    if ends_at_stop:
        assert steps.ends.tolist() == [[True, False, True], [False, False, True]]
    else:
        assert steps.ends is None


def test_no_ends_in_testing():
    steps = join(script(build().eval(), [[-5.0]] * 2)(features()))
    assert steps.ends is None and steps.earlier is None


@pytest.mark.parametrize('num_loops, passes', [(0, 1), (1, 1), (2, 2), (3, 3)])
def test_passes_per_instance(num_loops, passes):
    unroller = script(build(num_loops=num_loops).eval(), [[-5.0]] * 2)
    calls = []
    unroller.first.lstm.register_forward_hook(lambda *args: calls.append(args[1][1]))
    join(unroller(features()))
    assert len(calls) == passes
    if num_loops == 0:
        assert calls == [None]
    else:
        assert (calls[0] == 0.05).all()  # the mean of the uniform distribution


def test_the_first_guess_of_training():
    unroller = script(build(), [[-5.0]] * 2)
    seen = []
    unroller.first.lstm.register_forward_hook(lambda *args: seen.append(args[1][1]))
    join(unroller(features(), torch.tensor([0, 0])))
    assert 0 <= seen[0].min() < 0.02 and 0.08 < seen[0].max() <= 0.1


def test_what_is_fed_back_is_what_was_predicted():
    unroller = script(build().eval(), [[-5.0]] * 2)
    inputs, outputs = [], []
    unroller.first.lstm.register_forward_hook(lambda *args: inputs.append(args[1][1]))
    unroller.first.to_heatmaps.register_forward_hook(lambda *args: outputs.append(args[2]))
    steps = join(unroller(features()))
    torch.testing.assert_close(inputs[1], outputs[0])
    torch.testing.assert_close(steps.heatmaps[:, 0], outputs[1])


@pytest.mark.parametrize('residual, known', [(False, False), (True, False), (True, True)])
def test_what_a_pass_adds(residual, known):
    """By its last layer 1 in the first pass and 10 in the second; what is known is 100."""
    unroller = script(build(residual=residual).eval(), [[-5.0]] * 2)
    added = iter([1.0, 10.0])
    unroller.first.to_heatmaps.register_forward_hook(
        lambda *args: torch.full_like(args[2], next(added))
    )
    hint = (lambda step, shown: torch.full((2, K, 5, 6), 100.0)) if known else None
    steps = join(unroller(features(), hint=hint))
    expected = 10 + residual * 1 + known * 100
    assert (steps.heatmaps == expected).all()


def test_what_a_hint_is_made_from():
    """The number of the step, and the heatmaps of the one before."""
    unroller = script(build(chunk_size=2).eval(), [[5.0, 5.0, -5.0]] * 2)
    asked = []
    steps = join(unroller(features(), hint=lambda *args: asked.append(args)))
    assert [step for step, _ in asked] == [0, 1, 2]
    assert asked[0][1] is None
    for (_, shown), heatmaps in zip(asked[1:], steps.heatmaps.unbind(1)):
        torch.testing.assert_close(shown, heatmaps)


def test_an_image_has_one_result_in_any_batch():
    unroller = build(2, dict(hidden_channels=4, ordering='inverse'), max_instances=5).eval()
    with torch.no_grad():
        batch = features(6)
        nn.init.constant_(unroller.stop.linear.weight, -5)  # the maxima grow with the steps
        nn.init.constant_(unroller.stop.linear.bias, 99)
        logits = join(unroller(batch)).logits
        between = logits[:, 1:4].flatten().sort().values[8:10].mean()  # no logit at the threshold
        unroller.stop.linear.bias -= between + 1
        together = join(unroller(batch))
        assert len(together.accepted.sum(1).unique()) > 2
        for image in range(6):
            alone = join(unroller(batch[image : image + 1]))
            accepted = alone.accepted[0]
            maps = together.best_heatmaps[image, together.accepted[image]]
            torch.testing.assert_close(maps, alone.best_heatmaps[0, accepted])


def test_orders():
    """Three steps whose peaks are at rows 2, 0 and 1, and one that is over."""
    heatmaps = torch.zeros(1, 4, 2, 3, 3)
    for step, row in enumerate([2, 0, 1, 0]):
        heatmaps[0, step, :, row, 1] = 1
    logits = torch.tensor([[0.1, 0.3, 0.2, 9.0]])
    running = torch.tensor([[True, True, True, False]])
    expected = dict(
        learned=[0, 1, 2, 3], inverse=[2, 1, 0, 3], confidence=[1, 2, 0, 3], canonical=[1, 2, 0, 3]
    )
    for name, order in expected.items():
        assert order_steps(name, heatmaps, logits, running).tolist() == [order]
    torch.manual_seed(0)
    drawn = {tuple(*order_steps('random', heatmaps, logits, running).tolist()) for _ in range(40)}
    assert len(drawn) == 6 and {order[3] for order in drawn} == {3}


@pytest.mark.parametrize('ordering', ['learned', 'random', 'confidence', 'inverse', 'canonical'])
def test_the_second_network_answers_in_the_order_of_the_first(ordering):
    """One that copies what it is given gives back the heatmaps of the first, step by step."""
    unroller = build(second=dict(hidden_channels=4, num_layers=1, ordering=ordering))

    def copy(projected, states, given):
        return given, states

    unroller.second.forward = copy
    steps = join(unroller(features(), torch.tensor([3, 5])))
    torch.testing.assert_close(steps.refined, steps.heatmaps)


def test_the_second_network_sees_the_order():
    unroller = build(second=dict(hidden_channels=4, num_layers=1, ordering='inverse')).eval()
    script(unroller, [[5.0, 5.0, -5.0]])
    seen = []
    unroller.second.register_forward_hook(lambda *args: seen.append(args[1][2]))
    steps = join(unroller(features(1)))
    for given, step in zip(seen, [1, 0, 2]):  # the step that stopped comes last
        torch.testing.assert_close(given, steps.heatmaps[:, step])


def test_unknown_ordering():
    with pytest.raises(ValueError, match="ordering must be one of .*'canonical'.*, got 'size'"):
        build(second=dict(ordering='size'))


def test_stop_classifier_by_hand():
    """Maxima 1 and 0 of two maps, weights 2 and 3, bias 0.5."""
    stop = StopClassifier(2)
    with torch.no_grad():
        stop.linear.weight[:] = torch.tensor([2.0, 3.0])
        stop.linear.bias[:] = 0.5
    hidden = torch.tensor([[[[1.0, -1.0]], [[-4.0, 0.0]]]])

    class State:
        pass

    state = State()
    state.hidden = hidden
    assert stop([state]).tolist() == [2.5]
