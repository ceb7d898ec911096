"""A made-up series for the tests of the rules that watch."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.series import FigureStatus, Month, Series

START = Month(2015, 1)
FINAL: FigureStatus = "final"


def months(count: int = 72, noise: float = 0.05, seed: int = 0) -> NDArray[np.float64]:
    """Months with trend, season and noise, shape (count,)."""
    place = np.arange(count)
    drawn = np.random.default_rng(seed).standard_normal(count)
    return np.asarray(
        100 * np.exp(0.004 * place + 0.2 * np.sin(2 * np.pi * place / 12) + noise * drawn)
    )


def series(values: NDArray[np.float64]) -> Series:
    """The same as a series from January 2015."""
    status: tuple[FigureStatus, ...] = tuple([FINAL] * len(values))
    return Series("made/up", "flow", "tonnes", START, values, status, date(2021, 1, 1))
