"""The joint order of a family's year: the shipped copula, and that of past errors alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from models.coherence import OriginKey, likeness

PAST_ONLY, SHIPPED = "past errors", "shipped"
CUTS = (0, 2, 4, 6, 8, 10)  # months known at which the joint order is scored
Row = dict[str, Any]


def joint_scores(
    rows: pd.DataFrame, errors: dict[tuple[str, int], dict[OriginKey, float]]
) -> list[Row]:
    """Log density of a year's outcomes against independence, per KPI.

    Beside the score of the shipped copula, its mean and standard deviation if outcomes were
    drawn from it (`expected`, `spread`).
    """
    found = []
    shipped = rows[rows["shape"] == SHIPPED]
    for _, group in shipped.groupby(["year", "months_known"]):
        year, known = (int(group[name].iloc[0]) for name in ("year", "months_known"))
        past: dict[str, dict[OriginKey, float]] = {}
        for (kpi, earlier), one in errors.items():
            if earlier < year:
                past.setdefault(kpi, {}).update(one)
        group = group[[any(past.get(kpi, {}).values()) for kpi in group["kpi"]]]
        if known not in CUTS or len(group) < 4:
            continue
        score = ndtri(group["place"].clip(0.005, 0.995).to_numpy(float))
        kpis = group["kpi"].tolist()
        alike = np.eye(len(kpis))
        cosine = np.eye(len(kpis))
        for i, one in enumerate(kpis):
            for j in range(i):
                alike[i, j] = alike[j, i] = likeness(past[one], past[kpis[j]])
                cosine[i, j] = cosine[j, i] = _cosine(past[one], past[kpis[j]])
        expected, spread = expected_density(alike)
        found.append(
            {
                "year": year,
                "months_known": known,
                "kpis": len(kpis),
                "expected": expected / len(kpis),
                "spread": spread / len(kpis),
                SHIPPED: log_density(alike, score) / len(kpis),
                PAST_ONLY: log_density(0.99 * cosine + 0.01 * np.eye(len(kpis)), score)
                / len(kpis),
            }
        )
    return found


def log_density(correlation: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Of a Gaussian copula at normal scores; 0 for independence."""
    _, logarithm = np.linalg.slogdet(correlation)
    return float(-0.5 * (logarithm + score @ np.linalg.solve(correlation, score) - score @ score))


def expected_density(correlation: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of `log_density` if scores are drawn from the copula itself."""
    _, logarithm = np.linalg.slogdet(correlation)
    away = correlation - np.eye(len(correlation))
    return float(-0.5 * logarithm), float(np.sqrt(0.5 * np.sum(away**2)))


def _cosine(one: dict[OriginKey, float], other: dict[OriginKey, float]) -> float:
    keys = sorted({*one, *other})
    a = np.array([one.get(key, 0.0) for key in keys])
    b = np.array([other.get(key, 0.0) for key in keys])
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
