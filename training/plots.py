"""Plots of a bundle's backtest for its record in MLflow, as SVG.

Drawn from the scoreboard alone: nothing is forecast again. They are written as text: loading
Vega, which draws the charts of pages, takes longer than all else that MLflow records.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from training.backtest.scoreboard import ENSEMBLE, LEVELS, QUANTILES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 6  # KPIs beside each other in the fans
COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d", "#72b7b2", "#eeca3b", "#ff9da6")
OUTCOME, RULE = "#c33", "#ddd"
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # of a scale's numbers, times a power of ten
_MONTHS = "Months of the year known"


def plots_of(rows: pd.DataFrame) -> dict[str, bytes]:
    """The plots of a backtest by file name.

    Parameters
    ----------
    rows : of `Scoreboard.frame`, without the years that taught nothing

    Returns
    -------
    dict, 'backtest.svg', 'reliability.svg', 'fan.svg' → the picture; empty without rows
    """
    if rows.empty:
        return {}
    own = rows[rows["method"] == ENSEMBLE]
    drawn = {
        "backtest.svg": _backtest(rows),
        "reliability.svg": _reliability(own),
        "fan.svg": _fans(own),
    }
    return {name: picture.encode() for name, picture in drawn.items()}


@dataclass(frozen=True)
class Frame:
    """A rectangle of a picture, in pixels, and the numbers at its edges."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, dashes: str = "none"
    ) -> str:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in self._places(xs, ys))
        return (
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5" '
            f'stroke-dasharray="{dashes}"/>'
        )

    def dots(self, xs: Sequence[float], ys: Sequence[float], colour: str) -> str:
        return "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>'
            for x, y in self._places(xs, ys)
        )

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
        edge = [*self._places(xs, low), *reversed(self._places(xs, high))]
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in edge)
        return f'<polygon points="{places}" fill="{COLOURS[0]}" fill-opacity="0.3"/>'

    def scales(self, x_marks: Sequence[float], x_form: str = "g", count: int = 5) -> str:
        """Rules and numbers: those of x as given, those of y as shares."""
        parts = []
        right, bottom = self.left + self.width, self.top + self.height
        y_marks = scale(*self.y, count)
        digits = (
            0 if all(math.isclose(100 * y, round(100 * y), abs_tol=1e-6) for y in y_marks) else 1
        )
        for y in y_marks:
            ((_, at),) = self._places([self.x[0]], [y])
            rule = f'x1="{self.left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"'
            parts.append(f'<line {rule} stroke="{RULE}"/>')
            parts.append(words(self.left - 5, at + 3, f"{y:.{digits}%}", "end"))
        for x in x_marks:
            ((at, _),) = self._places([x], [self.y[0]])
            parts.append(words(at, bottom + 13, format(x, x_form), "middle"))
        return "".join(parts)

    def _places(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        (left, right), (low, high) = self.x, self.y
        return [
            (
                self.left + self.width * (x - left) / (right - left),
                self.top + self.height * (high - y) / (high - low),
            )
            for x, y in zip(xs, ys, strict=True)
        ]


def _backtest(rows: pd.DataFrame) -> str:
    """Annual error by months known, a line for each method."""
    means = rows.groupby(["method", "months_known"])["annual_error"].mean()
    frame = Frame(60, 40, 400, 240, (0, 11), edges([0.0, *means]))
    parts = [
        frame.scales(range(12)),
        words(60, 20, "Annual error of the backtest, mean, of last year's total", weight="bold"),
        words(260, 315, _MONTHS, "middle"),
    ]
    for place, method in enumerate(means.index.unique("method")):
        line, colour = means.loc[method], COLOURS[place % len(COLOURS)]
        parts.append(frame.line(list(line.index), list(line), colour))
        parts.append(frame.dots(list(line.index), list(line), colour))
        parts.append(
            f'<rect x="480" y="{44 + 18 * place}" width="12" height="3" fill="{colour}"/>'
        )
        parts.append(words(498, 50 + 18 * place, method))
    return picture(600, 330, parts)


def _reliability(rows: pd.DataFrame) -> str:
    """Share of outcomes at or below each quantile, against the quantile's level."""
    held = [float((rows["outcome"] <= rows[name]).mean()) for name in QUANTILES]
    frame = Frame(60, 40, 300, 300, (0, 1), (0, 1))
    return picture(
        400,
        390,
        [
            frame.scales(scale(0, 1, 5), ".0%"),
            words(60, 20, f"Reliability of the ensemble, {len(rows)} origins", weight="bold"),
            words(210, 375, "Level of the quantile; up: outcomes at or below it", "middle"),
            frame.line([0, 1], [0, 1], "#999", "4 4"),
            frame.line(LEVELS, held, COLOURS[0]),
            frame.dots(LEVELS, held, COLOURS[0]),
        ],
    )


def _fans(rows: pd.DataFrame) -> str:
    """The newest tested year of each KPI: how the 80 % interval closed in on the outcome.

    Without KPIs that had nothing last year, which have no share of it.
    """
    newest = rows[(rows["year"] == rows["year"].max()) & (rows["base"] > 0)]
    title = (
        f"{int(rows['year'].max())} as it was forecast, by months known: "
        "median and 80 % interval, outcome dashed, of last year's total"
    )
    parts = [words(10, 20, title, weight="bold")]
    groups = list(newest.groupby("kpi", sort=True))
    for place, (kpi, known) in enumerate(groups):
        down, across = divmod(place, COLUMNS)
        months = list(known["months_known"])
        low, middle, high, outcome = (
            list(known[name] / known["base"]) for name in ("q10", "q50", "q90", "outcome")
        )
        span = edges([*low, *high, *outcome])
        frame = Frame(50 + 180 * across, 60 + 130 * down, 120, 80, (0, 11), span)
        parts += [
            words(frame.left + 60, frame.top - 8, str(kpi), "middle"),
            frame.scales((0, 3, 6, 9), count=3),
            frame.band(months, low, high),
            frame.line(months, middle, COLOURS[0]),
            frame.line(months, outcome, OUTCOME, "4 2"),
        ]
    return picture(180 * COLUMNS + 20, 60 + 130 * math.ceil(len(groups) / COLUMNS), parts)


def scale(low: float, high: float, count: int) -> list[float]:
    """About so many round numbers from `low` to `high`, at least two."""
    power = 10.0 ** math.floor(math.log10((high - low) / count))
    step = power * min(_STEPS, key=lambda one: abs((high - low) / (one * power) - count))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * place for place in range(first, last + 1)]


def edges(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest value, apart by at least a thousandth."""
    low, high = min(values), max(values)
    return low, max(high, low + 0.001)


def words(x: float, y: float, text: str, anchor: str = "start", *, weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {place}>{escape(text)}</text>"


def picture(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )
