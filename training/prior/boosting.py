"""The annual prior's trees: scikit-learn's histogram gradient boosting, as arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from models.prior.trees import Trees

Singles = NDArray[np.float32]


@dataclass(frozen=True)
class BoostingRecipe:
    """Arguments of scikit-learn, chosen by leaving out whole panels."""

    max_iter: int = 250
    learning_rate: float = 0.06
    max_leaf_nodes: int = 24
    max_depth: int = 8
    min_samples_leaf: int = 150
    l2_regularization: float = 5.0
    max_features: float = 0.3


def grow_trees(
    values: Singles, targets: Singles, weights: Singles, recipe: BoostingRecipe, seed: int
) -> Trees:
    """Minimise the weighted absolute error.

    Parameters
    ----------
    values : array, shape (n, n_features), NaN where a feature is missing
    targets, weights : arrays, shape (n,)
    """
    model = HistGradientBoostingRegressor(
        loss="absolute_error", early_stopping=False, random_state=seed, **asdict(recipe)
    )
    model.fit(values, targets, sample_weight=weights)
    grown = [stage[0].nodes for stage in model._predictors]
    shape = (len(grown), max(len(nodes) for nodes in grown))
    itself = np.broadcast_to(np.arange(shape[1], dtype=np.uint16), shape)
    trees = Trees(
        feature=np.zeros(shape, dtype=np.uint16),
        threshold=np.zeros(shape, dtype=np.float32),
        left=itself.copy(),
        right=itself.copy(),
        missing_left=np.zeros(shape, dtype=bool),
        value=np.zeros(shape, dtype=np.float32),
        start=np.array([float(np.ravel(model._baseline_prediction)[0])], dtype=np.float32),
        depth=np.array([max(int(nodes["depth"].max()) for nodes in grown)], dtype=np.uint16),
    )
    for number, nodes in enumerate(grown):
        leaf, places = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        split = places[~leaf]
        trees.feature[number, split] = nodes["feature_idx"][split]
        trees.threshold[number, split] = nodes["num_threshold"][split]
        trees.left[number, split] = nodes["left"][split]
        trees.right[number, split] = nodes["right"][split]
        trees.missing_left[number, split] = nodes["missing_go_to_left"][split]
        trees.value[number, places[leaf]] = nodes["value"][leaf]
    return trees
