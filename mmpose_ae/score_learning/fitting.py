"""Fitting the network of a learned score."""

from typing import Tuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from mmpose_ae.decoding.learned_score import Layer

HIDDEN = (128, 64)
DROPOUT = 0.2
RATE, DECAY = 1e-3, 1e-2  # of AdamW
EPOCHS, BATCH = 60, 256
CONSTANT = 1e-6  # a feature that varies less is one


def fit(features: np.ndarray, targets: np.ndarray, seed: int) -> Tuple[Layer, ...]:
    """Fit a network to what it should say of people.

    Args:
        features (np.ndarray): Of all people, (P, D).
        targets (np.ndarray): (P,), from 0 to 1.
        seed (int): Of first weights and order.

    Returns:
        tuple: Weights (inputs, outputs) and biases (outputs,) of each layer, float32, for features
        as they are given; between them negative values become 0, and a sigmoid is at the end.
    """
    mean, spread = features.mean(0), features.std(0)
    spread = np.where(spread > CONSTANT, spread, 1)
    inputs = torch.from_numpy((features - mean) / spread).float()
    wanted = torch.from_numpy(targets).float()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _build(inputs.shape[1])
        _train(network, inputs, wanted)
    layers = [each for each in network if isinstance(each, nn.Linear)]
    (first, bias), *rest = [(m.weight.detach().T.numpy(), m.bias.detach().numpy()) for m in layers]
    scaled = first / spread[:, None]
    first = scaled.astype(np.float32), (bias - mean @ scaled).astype(np.float32)
    return (first, *rest)


def _build(width: int) -> nn.Sequential:
    layers = []
    for hidden in HIDDEN:
        layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(DROPOUT)]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(width, 1))


def _train(network: nn.Sequential, inputs: torch.Tensor, wanted: torch.Tensor) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH):
            logits = network(inputs[batch])[:, 0]
            loss = binary_cross_entropy_with_logits(logits, wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
