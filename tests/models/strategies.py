"""Series for the tests of `models/`: made by hand, and drawn at random by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from models.series import FigureStatus, Month, Series

AS_OF = date(2021, 6, 30)
START = Month(2018, 1)
N_PATHS = 40


def made(values: ArrayLike, start: Month = START, **given: Any) -> Series:
    """A series of final figures, NaN for a gap; the year before comes from the months."""
    array = np.asarray(values, dtype=float)
    status: list[FigureStatus | None] = [
        "final" if finite else None for finite in np.isfinite(array)
    ]
    plain = {
        "key": "made/series",
        "kind": "flow",
        "unit": "million USD",
        "status": tuple(status),
        "as_of": AS_OF,
    }
    return Series(start=start, values=array, **{**plain, **given})


def seasonal(
    n_months: int, level: float = 100.0, growth: float = 0.005, noise: float = 0.03, seed: int = 7
) -> np.ndarray:
    """Positive months with trend, season and multiplicative noise, shape (n_months,)."""
    months = np.arange(n_months)
    shocks = noise * np.random.default_rng(seed).standard_normal(n_months)
    season = 1 + 0.2 * np.sin(2 * np.pi * months / 12)
    return level * (1 + growth) ** months * season * np.exp(shocks)


def known_paths(rest: ArrayLike, n_paths: int = 5) -> np.ndarray:
    """The same months to come on every path, shape (n_paths, horizon)."""
    return np.tile(np.asarray(rest, dtype=float), (n_paths, 1))


def generators() -> st.SearchStrategy[np.random.Generator]:
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def series(
    draw: st.DrawFn,
    kinds: Sequence[str] = ("flow", "average", "closing", "count", "growth", "ratio"),
    least: float = 0.1,
    years: tuple[int, int] = (2, 5),
    months_known: tuple[int, int] = (1, 12),
    gaps: bool = False,
    to_date: bool = True,
) -> Series:
    """Full years and a year in progress, of any kind, perhaps with a published year to date."""
    kind = draw(st.sampled_from(kinds))
    known = draw(st.integers(*months_known))
    length = 12 * draw(st.integers(*years)) + known
    rng, level = draw(generators()), draw(st.sampled_from((1.0, 300.0, 1e6)))
    values = np.maximum(level * rng.gamma(2.0, 0.5, length), least)
    given: dict[str, Any] = {"kind": kind, "start": Month(2020 - (length - known) // 12, 1)}
    if kind == "count":
        values = np.rint(values)
    if kind == "ratio":
        given["denominator"] = rng.gamma(4.0, 10.0, length)
    if gaps:
        values[draw(st.lists(st.integers(0, length - 2), max_size=4))] = np.nan
    if to_date and kind in ("flow", "count", "growth") and draw(st.booleans()):
        published = 40.0 if kind == "growth" else known * level
        given["to_date"] = np.rint(published * rng.uniform(-0.5 if kind == "growth" else 0.5, 1.5))
        given["to_date_status"] = "estimate"
    return made(values, **given)


@st.composite
def series_with_paths(draw: st.DrawFn, /, **given: Any) -> tuple[Series, np.ndarray]:
    """A series and joint paths to December of its year, around the months of the year before."""
    one = draw(series(**given))
    level = np.nanmean(one.values if one.denominator is None else one.values / one.denominator)
    return one, level * draw(generators()).gamma(4.0, 0.25, size=(N_PATHS, one.horizon))
