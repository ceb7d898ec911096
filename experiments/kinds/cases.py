"""Histories of each kind, cut from public series: figures as an office would publish them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.kinds import Kind
from models.series import Month
from training.prior.corpus import read_panel

Floats = NDArray[np.float64]

YEARS, SERIES, SEED = 10, 12, 1
DELAY = timedelta(days=20)  # from the end of a month to its publication
SMALL = (0.2, 20.0)  # mean of a small count a month


@dataclass(frozen=True, eq=False)
class Truth:
    """What really happened: `months` from `start`, of a ratio the quotients.

    `per_year` is 4 if only quarters were published; `divisors` are a ratio's denominators.
    """

    kind: Kind
    start: Month
    months: Floats
    per_year: int = 12
    divisors: Floats | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """A family of one kind."""

    name: str
    source: str
    panel: Panel
    day: date
    truths: Mapping[str, Truth]


Drawn = Sequence[tuple[str, Month, Floats]]  # name, January of the first year, whole years
Printed = Sequence[tuple[Form, int, float]]  # form, place of the month, value


def cases(folder: Path, only: Sequence[str] = ()) -> list[Case]:
    """The cases, or those named."""
    made: Mapping[str, Callable[[Path], Case]] = {
        "average": lambda f: _of("average", "us_employment", f, "average", _months),
        "closing": lambda f: closing_of("us_employment", f, SERIES),
        "ratio": _ratios,
        "growth": lambda f: _of("growth", "france_ipi_nace4", f, "growth", _rates),
        "count": lambda f: _of("count", "aus_pbs", f, "count", _months, kept=_small),
        "quarters": lambda f: quarters_of("aus_retail", f),
        "cumulative": lambda f: _of("cumulative", "belgium_imports", f, "flow", _to_date),
    }
    return [made[name](folder) for name in only or made]


def quarters_of(source: str, folder: Path, skip: int = 0) -> Case:
    """Quarters alone of twelve series of a panel, after the first `skip` of those drawn."""
    return _of("quarters", source, folder, "flow", _quarters, skip=skip, per_year=4)


def closing_of(source: str, folder: Path, skip: int = 0) -> Case:
    """Levels of twelve series of a panel, after the first `skip` of those drawn."""
    return _of("closing", source, folder, "closing", _months, skip=skip)


def _of(
    name: str,
    source: str,
    folder: Path,
    kind: Kind,
    printed: Callable[[Floats], Printed],
    kept: Callable[[Floats], bool] | None = None,
    skip: int = 0,
    per_year: int = 12,
) -> Case:
    drawn = _drawn(folder / f"{source}.parquet", kept or _positive)[skip : skip + SERIES]
    kpis, figures, truths = [], [], {}
    for place, (series, start, values) in enumerate(drawn):
        slug = f"{name}{place:02d}"
        kpis.append(Kpi(slug=slug, name_vi=series, name_en=series, unit="", kind=kind))
        figures += _figures(slug, start, printed(values))
        truths[slug] = Truth(kind, start, values, per_year)
    return _case(name, source, kpis, figures, truths)


def _ratios(folder: Path) -> Case:
    """Revenue ÷ sales of electricity, by state and sector."""
    source = "us_eia_electricity_states"
    every = {one[0]: one for one in _drawn(folder / f"{source}.parquet", _positive)}
    cells = [name for name in every if name.endswith("|Revenue")]
    kpis, figures, truths = [], [], {}
    for place, name in enumerate(cells[:SERIES]):
        other = name.replace("|Revenue", "|Sales")
        if other not in every:
            continue
        _, start, above = every[name]
        _, _, below = every[other]
        slug, parts = f"ratio{place:02d}", (f"revenue{place:02d}", f"sales{place:02d}")
        for part, values in zip(parts, (above, below), strict=True):
            kpis.append(Kpi(slug=part, name_vi=part, name_en=part, unit=""))
            figures += _figures(part, start, _months(values))
        kpis.append(
            Kpi(
                slug=slug,
                name_vi=name,
                name_en=name,
                unit="",
                kind="ratio",
                numerator=parts[0],
                denominator=parts[1],
            )
        )
        truths[slug] = Truth("ratio", start, above / below, divisors=below)
    return _case("ratio", source, kpis, figures, truths)


def _case(
    name: str,
    source: str,
    kpis: Sequence[Kpi],
    figures: Sequence[Observation],
    truths: Mapping[str, Truth],
) -> Case:
    day = max(one.published for one in figures)
    return Case(name, source, Panel.of(name, kpis, figures), day, truths)


def _drawn(file: Path, kept: Callable[[Floats], bool]) -> Drawn:
    """The last ten full years of the panel's series without gaps, in an order drawn once."""
    panel = read_panel(file)
    ends = sorted((one.start.ordinal + len(one.values)) // 12 for one in panel)
    last = ends[len(ends) // 2]  # first year that is not full, of the median series
    start, length, found = Month(last - YEARS, 1), 12 * YEARS, []
    for one in sorted(panel, key=lambda one: one.series_id):
        first = start.ordinal - one.start.ordinal
        values = one.values[max(first, 0) : first + length] if first >= 0 else np.empty(0)
        if len(values) == length and np.isfinite(values).all() and kept(values):
            found.append((one.series_id, start, values))
    order = np.random.default_rng(SEED).permutation(len(found))
    return [found[place] for place in order]


def _positive(values: Floats) -> bool:
    return bool((values > 0).all())


def _small(values: Floats) -> bool:
    """Whether whole numbers, few a month but some in every year."""
    low, high = SMALL
    years = values.reshape(-1, 12).sum(axis=1)
    return bool(low <= values.mean() <= high and (years > 0).all() and (values % 1 == 0).all())


def _figures(slug: str, start: Month, printed: Printed) -> list[Observation]:
    return [
        Observation(
            slug,
            start.plus(place),
            form,
            float(value),
            "final",
            start.plus(place).last_day + DELAY,
            "cut from a public series",
        )
        for form, place, value in printed
    ]


def _months(values: Floats) -> Printed:
    return [("month", place, value) for place, value in enumerate(values)]


def _quarters(values: Floats) -> Printed:
    sums = values.reshape(-1, 3).sum(axis=1)
    return [("quarter", 3 * place + 2, value) for place, value in enumerate(sums)]


def _to_date(values: Floats) -> Printed:
    """Cumulative figures of five digits."""
    sums = values.reshape(-1, 12).cumsum(axis=1).ravel()
    digits = 4 - int(np.floor(np.log10(sums.max())))
    return [("year_to_date", place, round(value, digits)) for place, value in enumerate(sums)]


def _rates(values: Floats) -> Printed:
    """Rates as a statistics office prints an index: on the month before in the first year,
    then on the same month and the same months of last year; one decimal."""
    found: list[tuple[Form, int, float]] = [
        ("rate_on_month", place, 100 * values[place] / values[max(place - 1, 0)])
        for place in range(12)
    ]
    sums = values.reshape(-1, 12).cumsum(axis=1).ravel()
    for place in range(12, len(values)):
        found.append(("rate_on_year", place, 100 * values[place] / values[place - 12]))
        found.append(("rate_to_date", place, 100 * sums[place] / sums[place - 12]))
    return [(form, place, round(value, 1)) for form, place, value in found]
