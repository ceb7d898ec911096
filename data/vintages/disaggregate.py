"""Months that were not printed, reconstructed from the figures that cover them.

Months that were printed, or follow by rule (`data.vintages.derive`), stay as they are.
The others follow from `data.vintages.conditions` by
`models.disaggregation.related_series`: along the KPI's indicator; without an indicator
along its own season (the mean shape of its complete years), else evenly. With an
indicator, months between the figures are found even if no figure covers them; without,
they stay gaps. A month that the figures determine is `derived`, any other
`reconstructed`, with a doubt that forecasts take over
(`models.disaggregation.reconstruction`).

Order of trust if conditions contradict each other (`models.disaggregation.totals`):
months, then levels, then rates; within each the firmer status, then the later
publication, then the shorter span. Only figures published up to the day of the view
are used here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.vintages.conditions import Condition, all_known, conditions_of, covered_months
from data.vintages.figures import Figure, Newest, half_digit
from data.vintages.observation import Observation
from models.disaggregation.related_series import MonthlyPath, disaggregate
from models.disaggregation.totals import agree
from models.kinds import Kind, traits_of
from models.scale import filled
from models.series import Series

Array = NDArray[np.float64]
Indicator = Callable[[], Series | None]  # called only if a month may have to be reconstructed


@dataclass(frozen=True)
class Contradiction:
    """A printed figure that contradicts more trusted figures.

    Attributes
    ----------
    printed : the figure
    found : its value according to the months, in its unit
    kept : met within its rounding (not reported for rates); otherwise set aside
    """

    printed: Observation
    found: float
    kept: bool


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """The reconstructed months.

    Attributes
    ----------
    months : month ordinal → figure, of the months that were not known
    start : ordinal of the first row of `doubt`
    doubt : array, shape (n_months, n_directions), see `models.disaggregation.related_series`
    contradictions : among the figures that cover a reconstructed month
    """

    months: Mapping[int, Figure]
    start: int
    doubt: Array
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, eq=False)
class _Row:
    """A condition on a window's months: `weights @ months` is `value` ± `rounding`."""

    weights: Array
    value: float
    rounding: float
    condition: Condition | None  # None: a known month


def reconstruct(
    known: Mapping[int, Figure],
    figures: Newest,
    kind: Kind,
    indicator: Indicator | None = None,
    whole: bool = False,
) -> Reconstruction | None:
    """Find the months that printed figures cover but do not state.

    Parameters
    ----------
    known : month ordinal → figure, as printed or by rule
    figures : the newest of each form and month at the vintage
    kind : only sums and averages are spread over months
    indicator : returns the indicator's series at the vintage, None while it has no
        figures; None for a KPI without an indicator
    whole : find every month of the indicator, covered or not, from January of the
        year before the first covered month

    Returns
    -------
    Reconstruction; None if there is nothing to find
    """
    traits = traits_of(kind)
    if not traits.spread_over_months or (not whole and all_known(known, figures)):
        return None
    covered = covered_months(known, figures)
    if not covered:
        return None
    series = indicator() if indicator is not None else None
    window = _window(covered, series, whole)
    wanted = set(covered if series is None else window).intersection(window).difference(known)
    if not wanted:
        return None
    related = _own_season(known, window) if series is None else _values(series, window)
    start = window.start
    conditions = conditions_of(figures)
    levels = {level.span: level.printed for level in reversed(conditions) if level.ratio is None}
    system = _System(window, known, frozenset(wanted), levels, related, traits.is_mean)
    rows, disbelieved = system.rows(conditions)
    if all((row.weights < 0).any() for row in rows):  # rates alone do not give the level
        return None
    path, disputed = _solved(rows, related)
    if series is None:
        dropped = {condition for condition, kept in disputed if not kept}
        used = np.any([row.weights for row in rows if row.condition not in dropped], axis=0)
        wanted = wanted.intersection((start + np.flatnonzero(used)).tolist())
    doubtful = np.abs(path.doubt).sum(axis=1)
    found = {
        month: Figure(
            float(path.values[month - start]),
            "reconstructed" if doubtful[month - start] else "derived",
        )
        for month in sorted(wanted)
    }
    months = {month: figure.value for month, figure in {**known, **found}.items()}
    contradictions = tuple(
        Contradiction(condition.printed, system.implied_figure(condition, months), kept)
        for condition, kept in [*disputed, *((condition, False) for condition in disbelieved)]
        if not (kept and condition.ratio is not None)
    )
    return Reconstruction(found, start, path.doubt, contradictions)


def _solved(
    rows: Sequence[_Row], related: Array
) -> tuple[MonthlyPath, list[tuple[Condition, bool]]]:
    """Months that satisfy the rows; the disputed conditions, and whether they are met."""
    left, aside = list(rows), list[tuple[Condition, bool]]()
    while True:
        weights = np.stack([row.weights for row in left])
        values = np.array([row.value for row in left])
        agreed = agree(weights, values, np.array([row.rounding for row in left]))
        chosen = list(agreed.independent)
        path = disaggregate(related, weights[chosen], agreed.values[chosen])
        spare = _impossible([left[place] for place in chosen], path)
        if spare is None or spare.condition is None:
            break
        left.remove(spare)
        aside.append((spare.condition, False))
    disputed = [(left[dispute.total].condition, dispute.kept) for dispute in agreed.disputes]
    return path, aside + [(each, kept) for each, kept in disputed if each is not None]


def _impossible(rows: Sequence[_Row], path: MonthlyPath) -> _Row | None:
    """The least trusted condition that makes a month negative; None if months may be negative."""
    if path.values.min() >= 0 or any(row.value < 0 for row in rows):
        return None
    least = int(np.argmin(path.values))
    levels = [row for row in rows if (row.weights >= 0).all()]
    spare = [row for row in rows if row.condition and row.weights[least] and [row] != levels]
    return spare[-1] if spare else None


def _window(covered: Collection[int], indicator: Series | None, whole: bool) -> range:
    """The months to solve for: from the first to the last covered, within the indicator."""
    first, stop = min(covered), max(covered) + 1
    if indicator is None:
        return range(first, stop)
    begins, ends = indicator.start.ordinal, indicator.cutoff.ordinal + 1
    if whole:
        return range(max(begins, 12 * (first // 12 - 1)), ends)
    return range(max(begins, first), min(stop, ends))


def _values(indicator: Series, window: range) -> Array:
    """The indicator over a window within it, gaps filled."""
    first = window.start - indicator.start.ordinal
    return filled(indicator.values)[first : first + len(window)]


def _own_season(known: Mapping[int, Figure], window: range) -> Array:
    """The mean shape of the KPI's complete years; flat without any."""
    shapes = []
    for year in sorted({month // 12 for month in known}):
        months = [known[m].value for m in range(12 * year, 12 * year + 12) if m in known]
        if len(months) == 12 and sum(months) > 0:
            shapes.append(np.array(months) / np.mean(months))
    season = np.mean(shapes, axis=0) if shapes else np.ones(12)
    return np.asarray(season[np.array(window) % 12], dtype=float)


@dataclass(frozen=True, eq=False)
class _System:
    """A window of months with the known figures; turns conditions into rows.

    Attributes
    ----------
    window : ordinals
    known, wanted : months that stay as they are, months to be found
    levels : span → the most trusted figure printed for it
    related : array, shape (n_window,), the indicator
    averaged : a figure of several months is their mean, not their sum
    """

    window: range
    known: Mapping[int, Figure]
    wanted: frozenset[int]
    levels: Mapping[range, Observation]
    related: Array
    averaged: bool

    def rows(self, conditions: Sequence[Condition]) -> tuple[list[_Row], list[Condition]]:
        """Rows of the known months and of the conditions on wanted months.

        Also returns the conditions that are not believed (see `_believable`).
        """
        disbelieved = []
        rows = [
            _Row(self._weights(range(month, month + 1)), self.known[month].value, 0.0, None)
            for month in self.window
            if month in self.known
        ]
        for condition in conditions:
            if condition.ratio is None:
                value = condition.printed.value
                row = self._level(condition, condition.span, value, half_digit(value))
            elif self._contains(condition.span) and self._contains(condition.earlier):
                row = self._rate(condition, condition.ratio, rows)
            else:
                row = self._implied(condition, condition.ratio)
            if row is not None and self._believable(row):
                rows.append(row)
            elif row is not None:
                disbelieved.append(condition)
        return rows, disbelieved

    def implied_figure(self, condition: Condition, months: Mapping[int, float]) -> float:
        """The value of a printed figure according to the months."""
        level = self._total(condition.span, months)
        if condition.ratio is None:
            return level
        return 100.0 * level / self._total(condition.earlier, months)

    def _level(
        self, condition: Condition, span: range, value: float, rounding: float
    ) -> _Row | None:
        """A span's level, less the known months outside the window."""
        outside = [month for month in span if month not in self.window]
        if self.wanted.isdisjoint(span) or any(month not in self.known for month in outside):
            return None
        weights = self._weights(span)
        share = 1 / len(span) if self.averaged else 1.0
        left = value - share * sum(self.known[month].value for month in outside)
        return _Row(weights, left, rounding, condition)

    def _rate(self, condition: Condition, ratio: float, rows: Sequence[_Row]) -> _Row | None:
        """A rate between two spans of the window; its rounding is that of the rate."""
        if self.wanted.isdisjoint({*condition.span, *condition.earlier}):
            return None
        earlier = self._weights(condition.earlier)
        scale = [row.value / (row.weights @ self.related) for row in rows if row.value > 0]
        size = float(np.median(scale) * (earlier @ self.related)) if scale else 0.0
        rounding = half_digit(condition.printed.value) / 100 * size
        return _Row(self._weights(condition.span) - ratio * earlier, 0.0, rounding, condition)

    def _implied(self, condition: Condition, ratio: float) -> _Row | None:
        """The level of a span from a rate and the level of the other span, outside the window."""
        error = half_digit(condition.printed.value) / 100
        now, before = self._known_level(condition.span), self._known_level(condition.earlier)
        if now is not None:
            value, rounding = now
            reach = (rounding + error * abs(value) / ratio) / ratio
            return self._level(condition, condition.earlier, value / ratio, reach)
        if before is not None:
            value, rounding = before
            reach = rounding * ratio + error * abs(value)
            return self._level(condition, condition.span, value * ratio, reach)
        return None

    def _known_level(self, span: range) -> tuple[float, float] | None:
        """A span's figure and its rounding: as printed, or from known months."""
        if span in self.levels:
            value = self.levels[span].value
            return value, half_digit(value)
        months = [self.known[month] for month in span if month in self.known]
        if len(months) < len(span):
            return None
        values = [figure.value for figure in months]
        rounding = sum(half_digit(figure.value) for figure in months if figure.printed)
        return float(np.mean(values) if self.averaged else np.sum(values)), rounding

    def _believable(self, row: _Row) -> bool:
        """Whether the remainder that a condition leaves to the wanted months is possible.

        Cumulative figures revise months without printing them again. If such months
        are subtracted, their revisions fall on the few months that are left, and may
        make months negative that never are.
        """
        weighted = np.flatnonzero(row.weights).tolist()
        subtracted = [place for place in weighted if self.window[place] in self.known]
        values = np.array([self.known[self.window[place]].value for place in subtracted])
        left = row.value - float(row.weights[subtracted] @ values)
        signs = np.sign(row.weights[[place for place in weighted if place not in subtracted]])
        if (signs != signs[0]).any() or not subtracted or (values < 0).any():
            return True
        return bool(left * signs[0] >= -row.rounding)

    def _weights(self, span: range) -> Array:
        """The weight of each month of the window in a span's figure, shape (n_window,)."""
        weights = np.zeros(len(self.window))
        for month in span:
            if month in self.window:
                weights[month - self.window.start] = 1 / len(span) if self.averaged else 1.0
        return weights

    def _contains(self, span: range) -> bool:
        return span.start in self.window and span[-1] in self.window

    def _total(self, span: range, months: Mapping[int, float]) -> float:
        present = [months[month] for month in span if month in months]
        if len(present) < len(span):
            known = self._known_level(span)
            return known[0] if known else float("nan")
        return float(np.mean(present) if self.averaged else np.sum(present))
