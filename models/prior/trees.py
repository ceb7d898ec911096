"""Boosted regression trees as plain arrays: evaluated here, grown in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trees:
    """A sum of trees; all arrays have shape (n_trees, n_nodes), node 0 is the root.

    Attributes
    ----------
    feature : array of int, the feature that a node splits on
    threshold : array; values up to it go to `left`, larger values to `right`
    left, right : arrays of int, the next node; of a leaf the leaf itself
    missing_left : array of bool, where a missing value goes
    value : array, of a leaf
    start : array, shape (1,), initial value of the sum
    depth : array, shape (1,), steps from a root to the deepest leaf
    """

    feature: NDArray[np.uint16]
    threshold: Singles
    left: NDArray[np.uint16]
    right: NDArray[np.uint16]
    missing_left: NDArray[np.bool_]
    value: Singles
    start: Singles
    depth: NDArray[np.uint16]

    def predict(self, values: Singles) -> NDArray[np.float64]:
        """The sum of the leaves reached, shape (n,); `values` has shape (n, n_features)."""
        tree = np.arange(len(self.feature))[None, :]
        rows = np.arange(len(values))[:, None]
        node = np.zeros((len(values), len(self.feature)), dtype=np.uint16)
        for _ in range(int(self.depth[0])):
            tested = values[rows, self.feature[tree, node]]
            left = np.where(
                np.isnan(tested),
                self.missing_left[tree, node],
                tested <= self.threshold[tree, node],
            )
            node = np.where(left, self.left[tree, node], self.right[tree, node])
        total: NDArray[np.float64] = self.value[tree, node].sum(axis=1, dtype=np.float64)
        return total + float(self.start[0])

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by their names in a prior file."""
        return {f"trees_{part.name}": getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Trees:
        own: dict[str, Any] = {part.name: arrays[f"trees_{part.name}"] for part in fields(cls)}
        return cls(**own)
