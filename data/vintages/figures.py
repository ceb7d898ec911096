"""Printed figures as of a day: the one in force, its status and its rounding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from data.vintages.observation import UNDATED, Form, Observation
from models.series import SETTLED, FigureStatus, Month

RANK: dict[FigureStatus, int] = {
    "final": 4,
    "restated": 3,
    "derived": 2,
    "estimate": 1,
    "reconstructed": 0,
    "illustrative": -1,
    "illustrative_first": -2,
}
WEEK = 7  # a month counts as over this many days before its end
_OF_A_MONTH: tuple[Form, ...] = ("month", "year_to_date", "rate_on_year", "rate_to_date")


@dataclass(frozen=True)
class Figure:
    """A value with its status; `printed` is its observation, None if derived."""

    value: float
    status: FigureStatus
    printed: Observation | None = None


Newest = Mapping[Form, Mapping[int, Figure]]  # form → month ordinal → figure


class Ranked(NamedTuple):
    """A figure with its publication date, form and month, as `newest` reads it."""

    published: date
    form: Form
    month: int  # ordinal
    figure: Figure


def ranked(observations: Iterable[Observation]) -> tuple[Ranked, ...]:
    """Figures in the order of `precedence`, whatever their order of entry."""
    return tuple(
        Ranked(
            printed.published,
            printed.form,
            printed.month.ordinal,
            Figure(printed.value, printed.status, printed),
        )
        for printed in sorted(observations, key=precedence)
    )


def newest(figures: Iterable[Ranked], day: date) -> dict[Form, dict[int, Figure]]:
    """The figure in force on a day, by form and month ordinal: the last of `ranked`."""
    forms: dict[Form, dict[int, Figure]] = {}
    for published, form, month, figure in figures:
        if published <= day:
            forms.setdefault(form, {})[month] = figure
    return forms


def precedence(observation: Observation) -> tuple[date, int, float]:
    """Sort key of the figures of a form and month; the greatest is in force.

    The latest publication; on the same day the firmest status (final, restated,
    derived, estimate, reconstructed, illustrative); then the larger value, so that
    neither the order in which files were loaded nor their names matter. Undated figures come
    before all others.
    """
    return known_since(observation), RANK[observation.status], observation.value


def known_since(observation: Observation) -> date:
    """The publication date for sorting; an undated figure sorts before all others."""
    return date.min if observation.published == UNDATED else observation.published


def unfinished_share(figures: Newest, month: Month) -> float:
    """Share of a month still to come when its newest estimate was published, 0 to 1.

    0 for an estimate published in the month's last week: that is when statistics
    offices publish, and past revisions are measured against such estimates.
    """
    printed = [
        figure.printed
        for form in _OF_A_MONTH
        if (figure := figures.get(form, {}).get(month.ordinal)) is not None
        and figure.printed is not None
    ]
    if not printed:
        return 0.0
    newest_day = max(known_since(figure) for figure in printed)
    if newest_day > month.last_day or any(figure.status in SETTLED for figure in printed):
        return 0.0
    left, days = (month.last_day - newest_day).days, month.last_day.day
    return left / days if WEEK < left < days else 0.0


def worst(statuses: Iterable[FigureStatus | None]) -> FigureStatus | None:
    """The least firm of several statuses; None without any."""
    known = [status for status in statuses if status is not None]
    if not known:
        return None
    least: FigureStatus = min(known, key=RANK.__getitem__)
    return least


def half_digit(value: float) -> float:
    """Half a unit of the last printed digit: the rounding error of a figure.

    Examples
    --------
    >>> half_digit(473.4), half_digit(3180.0)
    (0.05, 0.5)
    """
    digits = f"{value:.10f}".rstrip("0").partition(".")[2]
    return 0.5 * 10.0 ** -len(digits)
