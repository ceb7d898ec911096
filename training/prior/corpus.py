"""Tidy monthly panels, and the annual prior's training examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.errors import MissingExtra, UnreadableFile
from models.prior.smoothers import WIDTH, YEARS
from models.series import Month

Floats = NDArray[np.float64]
SMALLEST_BASE = 0.10  # of the median of the prior annual totals


@dataclass(frozen=True, eq=False)
class History:
    """A series of a panel: consecutive months from `start`; NaN is a gap."""

    series_id: str
    start: Month
    values: NDArray[np.float64]


def read_panel(path: Path) -> tuple[History, ...]:
    """Read a tidy panel (`series_id`, `month` as YYYY-MM, `value`), ordered by series.

    Raises
    ------
    UnreadableFile
        If a column is missing, or a series has a month twice.
    MissingExtra
        If pyarrow, which reads Parquet files, is not installed.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtra(
            f"{path.name}: expected the library pyarrow, found that it is not installed. "
            "Install the extra 'experiments': make develop."
        )
    frame = pd.read_parquet(path)
    missing = {"series_id", "month", "value"} - set(frame.columns)
    if missing:
        raise UnreadableFile(
            path.name,
            expected="the columns series_id, month, value",
            found=f"none named {', '.join(sorted(missing))}",
            advice="Rename the columns of the panel.",
        )
    frame = frame[["series_id", "month", "value"]].dropna(subset=["value"])
    frame = frame.assign(
        series_id=frame["series_id"].astype(str), month=frame["month"].astype(str)
    )
    twice = frame.duplicated(["series_id", "month"])
    if twice.any():
        row = frame[twice].iloc[0]
        raise UnreadableFile(
            path.name,
            expected="one value per series and month",
            found=f"two for series {row['series_id']} in {row['month']}",
            advice="Keep one of them.",
        )
    ordinals = {text: Month.parse(text).ordinal for text in frame["month"].unique()}
    frame = frame.assign(ordinal=frame["month"].map(ordinals))
    panel = []
    for series_id, rows in frame.groupby("series_id", sort=True):
        first, last = int(rows["ordinal"].min()), int(rows["ordinal"].max())
        values = np.full(last - first + 1, np.nan)
        values[rows["ordinal"].to_numpy() - first] = rows["value"].to_numpy(dtype=float)
        panel.append(History(str(series_id), Month.from_ordinal(first), values))
    return tuple(panel)


@dataclass(frozen=True, eq=False)
class Windows:
    """Examples: years, which may begin in any month, with their actual totals.

    Attributes
    ----------
    months : array, shape (n, WIDTH), the ten years before (NaN before the series begins)
        and the complete year
    known : array, shape (n,), months of the year before the cutoff, 0 to 11
    outcome : array, shape (n,), the year's total as a multiple of last year's
    """

    months: Floats
    known: NDArray[np.int64]
    outcome: Floats


def up_to(panel: Iterable[History], last: Month) -> tuple[History, ...]:
    """The panel truncated after `last`, without series that begin later."""
    truncated = []
    for series in panel:
        length = last.ordinal - series.start.ordinal + 1
        if length > 0:
            truncated.append(History(series.series_id, series.start, series.values[:length]))
    return tuple(truncated)


def draw_windows(panel: Sequence[History], n_windows: int, rng: np.random.Generator) -> Windows:
    """About `n_windows` years of a panel, evenly by series, each at two cutoffs.

    A year may begin in any month and has at least one full year before it. It is
    left out if last year's total is not positive or far below the usual.
    """
    places: list[tuple[int, int, int]] = []
    per_series = max(1, round(n_windows / max(len(panel), 1)))
    for number, series in enumerate(panel):
        gaps = np.flatnonzero(np.isnan(series.values))
        edges = np.concatenate([[-1], gaps, [len(series.values)]])
        own = [
            (number, int(run), begin)
            for run, end in zip(edges[:-1] + 1, edges[1:], strict=True)
            for begin in range(run + 12, end - 11)
        ]
        if len(own) > per_series:
            own = [own[i] for i in np.sort(rng.choice(len(own), per_series, replace=False))]
        places += own
    months = np.full((len(places), WIDTH), np.nan)
    for row, (number, run, begin) in enumerate(places):
        first = max(run, begin - 12 * YEARS)
        months[row, 12 * YEARS - (begin - first) :] = panel[number].values[first : begin + 12]
    months = months[has_usable_base(months)]
    return _at_two_cutoffs(months, rng)


def mirrored(windows: Windows, rng: np.random.Generator, share: float) -> Windows:
    """A share of the windows with every month inverted, so that growth turns into decline.

    Economic panels mostly grow; without these the networks always predict growth.
    Windows with a month near zero are not mirrored.
    """
    last = windows.months[:, 12 * YEARS - 12 : 12 * YEARS].sum(axis=1, keepdims=True) / 12.0
    scaled = windows.months / last
    fit = np.nanmin(scaled, axis=1) > 0.05
    fit &= rng.random(len(fit)) < share
    months = 1.0 / scaled[fit]
    return _at_two_cutoffs(months[has_usable_base(months)], rng)


def has_usable_base(months: Floats) -> NDArray[np.bool_]:
    """Which windows have a last year's total that can serve as a base."""
    totals = months[:, : 12 * YEARS].reshape(len(months), YEARS, 12).sum(axis=2)
    last = totals[:, -1]
    counted = np.sort(np.where(np.isnan(totals), np.inf, totals), axis=1)
    n_years = np.isfinite(totals).sum(axis=1)
    rows = np.arange(len(months))
    low, high = counted[rows, (n_years - 1) // 2], counted[rows, n_years // 2]
    usable: NDArray[np.bool_] = (last > 0.0) & (last >= SMALLEST_BASE * 0.5 * (low + high))
    return usable


def _at_two_cutoffs(months: Floats, rng: np.random.Generator) -> Windows:
    """Every window at two different cutoffs."""
    first = rng.integers(0, 12, len(months))
    second = (first + rng.integers(1, 12, len(months))) % 12
    both = np.concatenate([months, months])
    base = both[:, 12 * YEARS - 12 : 12 * YEARS].sum(axis=1)
    return Windows(both, np.concatenate([first, second]), both[:, -12:].sum(axis=1) / base)


def corpus_hash(panels: dict[str, tuple[History, ...]]) -> str:
    """First 16 digits of the SHA-256 of every panel, series and value used."""
    digest = hashlib.sha256()
    for name in sorted(panels):
        for series in panels[name]:
            digest.update(f"{name}|{series.series_id}|{series.start}".encode())
            digest.update(series.values.tobytes())
    return digest.hexdigest()[:16]
