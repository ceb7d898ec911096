"""Months that were not printed, reconstructed from the figures that cover them.

Months that were printed, or follow by rule (`data.vintages.derive`), stay as they are.
The others are found from `data.vintages.conditions` by
`models.disaggregation.related_series`, with the KPI's indicator; without one with its
own season (the mean shape of its complete years), else evenly. With an indicator,
months between the figures that no figure covers are found too; without, they stay
gaps. A month to which the figures leave no choice is `derived`, any other
`reconstructed`, with a doubt that forecasts carry on (`models.disaggregation.reconstruction`).

Trust, where conditions contradict each other (`models.disaggregation.totals`): months, then
levels, then rates; of each the firmer status, then the later publication, then
the shorter span. Only what was published up to the day of the view comes in here.
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
Indicator = Callable[[], Series | None]  # asked only when a month may have to be found


@dataclass(frozen=True)
class Contradiction:
    """A printed figure that does not agree with those trusted more.

    Attributes
    ----------
    printed : the figure
    found : what the months give in its place, in its unit
    kept : it is met within its rounding (of rates not worth telling); otherwise it
        was set aside
    """

    printed: Observation
    found: float
    kept: bool


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """The months found.

    Attributes
    ----------
    months : month ordinal → figure, of those that were not known
    start : ordinal of the first row of `doubt`
    doubt : array, shape (n_months, n_directions), see `models.disaggregation.related_series`
    contradictions : among the figures that speak of a month found
    """

    months: Mapping[int, Figure]
    start: int
    doubt: Array
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, eq=False)
class _Row:
    """A condition on the months of a window: `weights @ months` is `value`, give or take."""

    weights: Array
    value: float
    rounding: float
    condition: Condition | None  # None: a month that is known


def reconstruct(
    known: Mapping[int, Figure],
    figures: Newest,
    kind: Kind,
    indicator: Indicator | None = None,
    whole: bool = False,
) -> Reconstruction | None:
    """Find the months that printed figures cover but do not tell.

    Parameters
    ----------
    known : month ordinal → figure, as printed or by rule
    figures : the newest of each form and month at the vintage
    kind : only sums and averages are spread over months
    indicator : gives the series of the indicator at the vintage, None while it has
        no figures; None without one
    whole : find every month of the indicator, covered or not, from January of the
        year before the first that is

    Returns
    -------
    Reconstruction; None where there is nothing to find
    """
    traits = traits_of(kind)
    if not traits.spread_over_months or (not whole and all_known(known, figures)):
        return None
    covered = covered_months(known, figures)
    if not covered:
        return None
    helper = indicator() if indicator is not None else None
    window = _window(covered, helper, whole)
    wanted = set(covered if helper is None else window).intersection(window).difference(known)
    if not wanted:
        return None
    related = _own_season(known, window) if helper is None else _values(helper, window)
    start = window.start
    conditions = conditions_of(figures)
    levels = {one.span: one.printed for one in reversed(conditions) if one.ratio is None}
    system = _System(window, known, frozenset(wanted), levels, related, traits.is_mean)
    rows, disbelieved = system.rows(conditions)
    if all((row.weights < 0).any() for row in rows):  # rates alone say nothing of the level
        return None
    path, disputed = _solved(rows, related)
    if helper is None:
        lost = {condition for condition, kept in disputed if not kept}
        told = np.any([row.weights for row in rows if row.condition not in lost], axis=0)
        wanted = wanted.intersection((start + np.flatnonzero(told)).tolist())
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
        Contradiction(condition.printed, system.told(condition, months), kept)
        for condition, kept in [*disputed, *((one, False) for one in disbelieved)]
        if not (kept and condition.ratio is not None)
    )
    return Reconstruction(found, start, path.doubt, contradictions)


def _solved(
    rows: Sequence[_Row], related: Array
) -> tuple[MonthlyPath, list[tuple[Condition, bool]]]:
    """Months that meet the rows; the conditions in dispute, and whether they are met."""
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
    disputed = [(left[one.total].condition, one.kept) for one in agreed.disputes]
    return path, aside + [(one, kept) for one, kept in disputed if one is not None]


def _impossible(rows: Sequence[_Row], path: MonthlyPath) -> _Row | None:
    """The least trusted condition on a month that would have to be below zero, if none may be."""
    if path.values.min() >= 0 or any(row.value < 0 for row in rows):
        return None
    least = int(np.argmin(path.values))
    levels = [row for row in rows if (row.weights >= 0).all()]
    spare = [row for row in rows if row.condition and row.weights[least] and [row] != levels]
    return spare[-1] if spare else None


def _window(covered: Collection[int], helper: Series | None, whole: bool) -> range:
    """The months to look at: those covered and between, as far as there is an indicator."""
    first, stop = min(covered), max(covered) + 1
    if helper is None:
        return range(first, stop)
    begins, ends = helper.start.ordinal, helper.cutoff.ordinal + 1
    if whole:
        return range(max(begins, 12 * (first // 12 - 1)), ends)
    return range(max(begins, first), min(stop, ends))


def _values(helper: Series, window: range) -> Array:
    """The indicator over a window that it has, gaps filled."""
    first = window.start - helper.start.ordinal
    return filled(helper.values)[first : first + len(window)]


def _own_season(known: Mapping[int, Figure], window: range) -> Array:
    """The mean shape of the KPI's complete years; without any, every month alike."""
    shapes = []
    for year in sorted({month // 12 for month in known}):
        months = [known[m].value for m in range(12 * year, 12 * year + 12) if m in known]
        if len(months) == 12 and sum(months) > 0:
            shapes.append(np.array(months) / np.mean(months))
    season = np.mean(shapes, axis=0) if shapes else np.ones(12)
    return np.asarray(season[np.array(window) % 12], dtype=float)


@dataclass(frozen=True, eq=False)
class _System:
    """A window of months and what is known of them; turns conditions into rows.

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
        """Rows of the months known and of the conditions that speak of a month wanted.

        Also the conditions that are not believed (see `_believable`).
        """
        disbelieved = []
        rows = [
            _Row(self._weights(range(month, month + 1)), self.known[month].value, 0.0, None)
            for month in self.window
            if month in self.known
        ]
        for one in conditions:
            if one.ratio is None:
                value = one.printed.value
                row = self._level(one, one.span, value, half_digit(value))
            elif self._holds(one.span) and self._holds(one.earlier):
                row = self._rate(one, one.ratio, rows)
            else:
                row = self._implied(one, one.ratio)
            if row is not None and self._believable(row):
                rows.append(row)
            elif row is not None:
                disbelieved.append(one)
        return rows, disbelieved

    def told(self, condition: Condition, months: Mapping[int, float]) -> float:
        """What the months give in the place of a printed figure."""
        level = self._total(condition.span, months)
        if condition.ratio is None:
            return level
        return 100.0 * level / self._total(condition.earlier, months)

    def _level(
        self, condition: Condition, span: range, value: float, rounding: float
    ) -> _Row | None:
        """A span's level; what it says of known months outside the window is taken off."""
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
        """The level of one span by a rate on the other's, which is not in the window."""
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
        """A span's figure and its rounding, printed or of months that are known."""
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
        """Whether what a condition leaves to the months wanted can be theirs.

        Cumulative figures revise months without printing them again. Where such
        months are taken off, their revisions fall on the few that are left, and may
        leave less than nothing to months that are never below zero.
        """
        spoken = np.flatnonzero(row.weights).tolist()
        taken = [place for place in spoken if self.window[place] in self.known]
        values = np.array([self.known[self.window[place]].value for place in taken])
        left = row.value - float(row.weights[taken] @ values)
        signs = np.sign(row.weights[[place for place in spoken if place not in taken]])
        if (signs != signs[0]).any() or not taken or (values < 0).any():
            return True
        return bool(left * signs[0] >= -row.rounding)

    def _weights(self, span: range) -> Array:
        """What each month of the window counts in a span's figure, shape (n_window,)."""
        weights = np.zeros(len(self.window))
        for month in span:
            if month in self.window:
                weights[month - self.window.start] = 1 / len(span) if self.averaged else 1.0
        return weights

    def _holds(self, span: range) -> bool:
        return span.start in self.window and span[-1] in self.window

    def _total(self, span: range, months: Mapping[int, float]) -> float:
        present = [months[month] for month in span if month in months]
        if len(present) < len(span):
            known = self._known_level(span)
            return known[0] if known else float("nan")
        return float(np.mean(present) if self.averaged else np.sum(present))
