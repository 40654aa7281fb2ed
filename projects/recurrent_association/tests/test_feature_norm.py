"""Statistics of all data, in training too."""

import torch
from torch.nn import functional as F

from projects.recurrent_association.models.feature_norm import FeatureNorm


def test_statistics_of_everything_observed():
    torch.manual_seed(0)
    data = torch.randn(12, 3, 4, 5) * torch.tensor([1.0, 5.0, 0.1])[:, None, None] + 2
    norm = FeatureNorm(3)
    for batch in data.split(2):
        norm.observe(batch)
    expected = F.batch_norm(data, None, None, training=True)
    torch.testing.assert_close(norm(data), expected, atol=1e-4, rtol=1e-4)


def test_a_batch_does_not_normalize_itself():
    norm = FeatureNorm(1).train()
    norm.observe(torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1))  # mean 0, variance 1
    shifted = torch.tensor([9.0, 11.0]).view(2, 1, 1, 1)
    torch.testing.assert_close(norm(shifted), shifted, atol=1e-4, rtol=1e-4)


def test_training_is_as_testing():
    torch.manual_seed(0)
    norm = FeatureNorm(2)
    norm.observe(torch.randn(4, 2, 3, 3))
    features = torch.randn(4, 2, 3, 3)
    torch.testing.assert_close(norm.train()(features), norm.eval()(features), rtol=0, atol=0)


def test_a_constant_channel_is_finite():
    norm = FeatureNorm(1)
    norm.observe(torch.full((2, 1, 3, 3), 7.0))
    assert norm(torch.full((2, 1, 3, 3), 7.0)).abs().max() < 1


def test_statistics_are_in_the_checkpoint():
    norm, other = FeatureNorm(2), FeatureNorm(2)
    norm.observe(torch.randn(4, 2, 3, 3))
    other.load_state_dict(norm.state_dict())
    features = torch.randn(1, 2, 3, 3)
    torch.testing.assert_close(norm(features), other(features), rtol=0, atol=0)
