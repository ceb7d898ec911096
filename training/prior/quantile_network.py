"""Training of the annual prior's networks: plain numpy, Adam, the pinball loss."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.prior.annual import LEAK, LEVELS, MEDIAN, Network, ordered

Singles = NDArray[np.float32]

_LEVELS = np.array(LEVELS, dtype=np.float32)
_MEDIAN_WEIGHT = 4.0  # weight of the median relative to another level


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of a network, chosen by leaving out whole panels."""

    hidden: tuple[int, ...] = (192, 96)
    epochs: int = 8
    batch: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    dropout: float = 0.1  # of the inputs


def train_network(
    inputs: Singles, targets: Singles, weights: Singles, recipe: Recipe, seed: int
) -> Network:
    """Minimise the weighted pinball loss over all levels.

    Parameters
    ----------
    inputs : array, shape (n, n_inputs), standardised
    targets : array, shape (n,)
    weights : array, shape (n,), mean about 1
    seed : int; the same seed, data and BLAS give the same digits
    """
    rng = np.random.default_rng(seed)
    parameters = _initial(inputs.shape[1], recipe.hidden, rng)
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    batches = max(len(targets) // recipe.batch, 1)
    steps, step = recipe.epochs * batches, 0
    for _ in range(recipe.epochs):
        order = rng.permutation(len(targets))
        for batch in range(batches):
            rows = order[batch * recipe.batch : (batch + 1) * recipe.batch]
            kept = rng.random((len(rows), inputs.shape[1]), dtype=np.float32) > recipe.dropout
            gradients = _gradients(parameters, inputs[rows] * kept, targets[rows], weights[rows])
            size = np.sqrt(sum(float((g * g).sum()) for g in gradients))
            shrink = np.float32(min(1.0, 1.0 / (size + 1e-9)))
            step += 1
            done = step / steps
            rate = np.float32(
                recipe.learning_rate * min(1.0, done / 0.05) * 0.5 * (1.0 + np.cos(np.pi * done))
            )
            for i, raw in enumerate(gradients):
                gradient = raw * shrink
                first[i] = np.float32(0.9) * first[i] + np.float32(0.1) * gradient
                second[i] = np.float32(0.99) * second[i] + np.float32(0.01) * gradient**2
                mean = first[i] / np.float32(1.0 - 0.9**step)
                root = np.sqrt(second[i] / np.float32(1.0 - 0.99**step)) + np.float32(1e-8)
                decay = np.float32(recipe.weight_decay if parameters[i].ndim == 2 else 0.0)
                parameters[i] = parameters[i] - rate * (mean / root + decay * parameters[i])
    return Network(tuple(zip(parameters[::2], parameters[1::2], strict=True)))


def _initial(n_inputs: int, hidden: tuple[int, ...], rng: np.random.Generator) -> list[Singles]:
    sizes = (n_inputs, *hidden)
    parameters: list[Singles] = []
    for before, after in pairwise(sizes):
        weights = rng.normal(0.0, np.sqrt(2.0 / before), (before, after))
        parameters += [weights.astype(np.float32), np.zeros(after, dtype=np.float32)]
    last = rng.normal(0.0, 0.02, (sizes[-1], len(LEVELS))).astype(np.float32)
    offset = np.full(len(LEVELS), -0.6, dtype=np.float32)
    offset[MEDIAN] = 0.0
    return [*parameters, last, offset]


def _gradients(
    parameters: list[Singles], inputs: Singles, targets: Singles, weights: Singles
) -> list[Singles]:
    """Gradient of the mean weighted pinball loss with respect to each parameter."""
    activations = [inputs]
    for i in range(0, len(parameters) - 2, 2):
        hidden = activations[-1] @ parameters[i] + parameters[i + 1]
        activations.append(np.maximum(hidden, np.float32(LEAK) * hidden))
    outputs = activations[-1] @ parameters[-2] + parameters[-1]
    quantiles = ordered(outputs)
    importance = np.ones(len(LEVELS), dtype=np.float32)
    importance[MEDIAN] = _MEDIAN_WEIGHT
    importance /= importance.sum()
    slope = np.where(targets[:, None] > quantiles, -_LEVELS, 1.0 - _LEVELS)
    slope = (slope * weights[:, None] * importance / len(targets)).astype(np.float32)
    rise = np.float32(1.0) / (np.float32(1.0) + np.exp(-outputs))
    above, below = slice(MEDIAN + 1, None), slice(None, MEDIAN)
    error = np.empty_like(outputs)
    error[:, MEDIAN] = slope.sum(axis=1)
    error[:, above] = np.cumsum(slope[:, above][:, ::-1], axis=1)[:, ::-1] * rise[:, above]
    error[:, below] = -np.cumsum(slope[:, below], axis=1) * rise[:, below]
    gradients: list[Singles] = [activations[-1].T @ error, error.sum(axis=0)]
    for layer in range(len(activations) - 1, 0, -1):
        back = error @ parameters[2 * layer].T
        error = back * np.where(activations[layer] > 0, np.float32(1.0), np.float32(LEAK))
        gradients = [activations[layer - 1].T @ error, error.sum(axis=0), *gradients]
    return gradients
