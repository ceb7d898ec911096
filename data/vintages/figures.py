"""Printed figures as of a day: which of several counts, how firm it is, how it was rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from data.vintages.observation import UNDATED, Form, Observation
from models.series import FigureStatus, Month

RANK: dict[FigureStatus, int] = {
    "final": 4,
    "restated": 3,
    "derived": 2,
    "estimate": 1,
    "reconstructed": 0,
}
SETTLED = ("final", "restated")
WEEK = 7  # days before its end from which on a month counts as over
_OF_A_MONTH: tuple[Form, ...] = ("month", "year_to_date", "rate_on_year", "rate_to_date")


@dataclass(frozen=True)
class Figure:
    """A value with its status; `printed` is the observation it stands in, None if derived."""

    value: float
    status: FigureStatus
    printed: Observation | None = None


Newest = Mapping[Form, Mapping[int, Figure]]  # form → month ordinal → figure


class Ranked(NamedTuple):
    """A figure as `newest` reads it: when it was published, and where it belongs."""

    published: date
    form: Form
    month: int  # ordinal
    figure: Figure


def ranked(observations: Iterable[Observation]) -> tuple[Ranked, ...]:
    """Figures in the order of `precedence`, in whatever order they came."""
    return tuple(
        Ranked(one.published, one.form, one.month.ordinal, Figure(one.value, one.status, one))
        for one in sorted(observations, key=precedence)
    )


def newest(figures: Iterable[Ranked], day: date) -> dict[Form, dict[int, Figure]]:
    """The figure that counts on a day, for each form and month ordinal: the last of `ranked`."""
    forms: dict[Form, dict[int, Figure]] = {}
    for published, form, month, figure in figures:
        if published <= day:
            forms.setdefault(form, {})[month] = figure
    return forms


def precedence(observation: Observation) -> tuple[date, int, float]:
    """What orders the figures of one form and month; the greatest counts.

    The one published last; of one day the firmest (final, restated, derived,
    estimate, reconstructed); of those the larger value, so that neither the order
    in which files were loaded nor their names decide. One of no known date gives
    way to all others.
    """
    return known_since(observation), RANK[observation.status], observation.value


def known_since(observation: Observation) -> date:
    """The day of publication, to tell the later of two; a figure of no known date is earlier."""
    return date.min if observation.published == UNDATED else observation.published


def unfinished_share(figures: Newest, month: Month) -> float:
    """Share of a month still to come when its newest estimate was published, 0 to 1.

    A report of a month's last week counts as one of the whole month: that is when
    statistics offices publish, and what past revisions tell of.
    """
    printed = [
        figure.printed
        for form in _OF_A_MONTH
        if (figure := figures.get(form, {}).get(month.ordinal)) is not None
        and figure.printed is not None
    ]
    if not printed:
        return 0.0
    newest_day = max(known_since(one) for one in printed)
    if newest_day > month.last_day or any(one.status in SETTLED for one in printed):
        return 0.0
    left, days = (month.last_day - newest_day).days, month.last_day.day
    return left / days if WEEK < left < days else 0.0


def worst(statuses: Iterable[FigureStatus | None]) -> FigureStatus | None:
    """The least firm of several; None where there is none."""
    known = [status for status in statuses if status is not None]
    if not known:
        return None
    least: FigureStatus = min(known, key=RANK.__getitem__)
    return least


def half_digit(value: float) -> float:
    """Half a unit of the last digit printed: how far the true figure may be from it.

    Examples
    --------
    >>> half_digit(473.4), half_digit(3180.0)
    (0.05, 0.5)
    """
    digits = f"{value:.10f}".rstrip("0").partition(".")[2]
    return 0.5 * 10.0 ** -len(digits)
