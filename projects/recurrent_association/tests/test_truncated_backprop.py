"""Backpropagation chunk by chunk gives the gradients it should, once, at the end."""

import pytest
import torch

from projects.recurrent_association.models.truncated_backprop import FLOAT16_SCALE, sum_chunks


def chain(weight, num_steps, chunk_size, detach=True):
    """A state that is multiplied by the weight in every step, whose values are the losses."""
    state = torch.ones(())
    for start in range(0, num_steps, chunk_size):
        values = []
        for _ in range(min(chunk_size, num_steps - start)):
            state = state * weight
            values.append(state)
        yield dict(power=sum(values), twice=2 * sum(values))
        state = state.detach() if detach else state


def gradient_of(losses, weight):
    (gradient,) = torch.autograd.grad(losses['loss'], weight)
    return gradient.item()


def test_one_chunk_is_full_backpropagation():
    """3 (w + w^2 + w^3) at w = 2: 42, its derivative 3 (1 + 2 w + 3 w^2) = 51."""
    weight = torch.tensor(2.0, requires_grad=True)
    for truncate in (False, True):
        losses = sum_chunks(chain(weight, 3, 3), [weight], truncate)
        assert {k: v.item() for k, v in losses.items()} == dict(power=14, twice=28, loss=42)
        assert not losses['power'].requires_grad
        assert gradient_of(losses, weight) == 51


def test_the_state_is_carried_over_without_its_gradient():
    """The second chunk starts at w^2 = 4, a constant: 3 (1 + 2 w) + 3 * 4 = 27; losses stay."""
    weight = torch.tensor(2.0, requires_grad=True)
    losses = sum_chunks(chain(weight, 3, 2), [weight], truncate=True)
    assert losses['loss'].item() == 42
    assert gradient_of(losses, weight) == 27


def test_gradients_scale_with_what_is_done_to_the_loss():
    weight = torch.tensor(2.0, requires_grad=True)
    losses = sum_chunks(chain(weight, 3, 2), [weight], truncate=True)
    (0.5 * losses['loss']).backward()
    assert weight.grad.item() == 13.5


def test_hooks_of_parameters_fire_once():
    """As distributed training relies on."""
    weight = torch.tensor(2.0, requires_grad=True)
    calls = []
    weight.register_post_accumulate_grad_hook(lambda p: calls.append(p.grad.item()))
    sum_chunks(chain(weight, 5, 1), [weight], truncate=True)['loss'].backward()
    assert len(calls) == 1


def test_a_parameter_without_a_part_has_gradient_zero():
    weight, unused = (torch.tensor(2.0, requires_grad=True) for _ in range(2))
    sum_chunks(chain(weight, 2, 1), [weight, unused], truncate=True)['loss'].backward()
    assert unused.grad.item() == 0


def test_a_chunk_frees_its_graph_before_the_next_one():
    weight = torch.tensor(2.0, requires_grad=True)
    freed = []

    class Watched(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            freed.append(True)
            return gradient

    def chunks():
        for number in range(3):
            assert len(freed) == number
            yield dict(value=Watched.apply(weight))

    sum_chunks(chunks(), [weight], truncate=True)


@pytest.mark.parametrize('dtype, scale', [(torch.float16, FLOAT16_SCALE), (torch.bfloat16, 1)])
def test_half_precision_scales_inside_and_not_outside(dtype, scale):
    weight = torch.tensor(2.0, requires_grad=True)
    seen = []

    def chunks():
        value = weight * 3
        value.register_hook(lambda gradient: seen.append(gradient.item()))
        yield dict(value=value)

    with torch.autocast('cpu', dtype):
        losses = sum_chunks(chunks(), [weight], truncate=True)
    losses['loss'].backward()
    assert seen == [scale]
    assert weight.grad.item() == 3


def test_without_gradients_nothing_is_backpropagated():
    weight = torch.tensor(2.0, requires_grad=True)
    with torch.no_grad():
        losses = sum_chunks(chain(weight, 3, 2), [weight], truncate=True)
    assert losses['loss'].item() == 42
    assert not losses['loss'].requires_grad
