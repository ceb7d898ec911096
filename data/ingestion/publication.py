"""When figures were published: the day a planner most likely means, and another one given.

The statistics office publishes a month's figures on about the same day; what a file does
not say of it is asked of a person, with that day proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from statistics import median_low

from data.db.store import Store
from data.ingestion.imports import Preview, previewed
from data.ingestion.rows import save_published, save_token
from data.vintages.observation import UNDATED, Observation
from models.series import Month

REMEMBERED = 12  # months from which the usual day is taken


def usual_day(month: Month, known: Iterable[Observation]) -> date:
    """The day on which a month's figures are probably published.

    Parameters
    ----------
    month : of the figures
    known : figures published before

    Returns
    -------
    date : as many months later as usual, on the median day; without figures the last day
        of the month
    """
    first: dict[Month, date] = {}
    for one in known:
        if one.published != UNDATED and one.published >= date(*one.month, 1):
            first[one.month] = min(first.get(one.month, UNDATED), one.published)
    recent = sorted(first.items())[-REMEMBERED:]
    later = Counter(Month(day.year, day.month).ordinal - of.ordinal for of, day in recent)
    if not later:
        return month.last_day
    usual = later.most_common(1)[0][0]
    days = [day for of, day in recent if Month(day.year, day.month).ordinal - of.ordinal == usual]
    last = month.plus(usual).last_day
    if all(day == Month(day.year, day.month).last_day for day in days):
        return last
    return last.replace(day=min(median_low([day.day for day in days]), last.day))


def redate(store: Store, id: str, published: date, moment: datetime | None = None) -> Preview:
    """Say on which day the figures of an upload were published; return the new preview.

    Raises
    ------
    UnknownImport, ImportConflict
        If no such upload is pending.
    """
    now = moment or datetime.now(UTC)
    previewed(store, id, now)  # or raise
    with store.writing() as connection:
        save_published(connection, id, published)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        save_token(connection, id, shown.token)
    return shown
