"""Boosted regression trees as plain arrays: evaluated here, grown in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
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
        feature, threshold, children, roots = self._flat
        n, width = values.shape
        # a missing value compares as smaller than all where it goes left, else as NaN: right
        both = np.concatenate([values, np.where(np.isnan(values), -np.inf, values)], axis=1)
        row = 2 * width * np.arange(n)[:, None]
        column = np.where(self.missing_left.ravel(), feature + width, feature)
        node = np.broadcast_to(roots, (n, len(roots)))
        for _ in range(int(self.depth[0])):
            left = both.take(row + column.take(node)) <= threshold.take(node)
            node = children.take(2 * node + left)
        total: NDArray[np.float64] = self.value.take(node).sum(axis=1, dtype=np.float64)
        return total + float(self.start[0])

    @cached_property
    def _flat(self) -> tuple[NDArray[np.intp], Singles, NDArray[np.intp], NDArray[np.intp]]:
        """Feature and threshold of every node, its right and left child, and the roots."""
        n_trees, n_nodes = self.feature.shape
        roots = n_nodes * np.arange(n_trees)
        children = np.stack([self.right, self.left], axis=2) + roots[:, None, None]
        return self.feature.ravel().astype(np.intp), self.threshold.ravel(), children, roots

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by their names in a prior file."""
        return {f"trees_{part.name}": getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Trees:
        own: dict[str, Any] = {part.name: arrays[f"trees_{part.name}"] for part in fields(cls)}
        return cls(**own)
