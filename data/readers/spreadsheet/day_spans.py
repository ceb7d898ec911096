"""Days as headings and cells write them: "đến ngày 22/02", "1 to 15 December 2021"."""

from __future__ import annotations

import calendar
import re
from datetime import date

from data.readers.spreadsheet.cells import fold

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_NAME = r"(?P<name>" + "|".join(_MONTHS) + ")"
_DAY, _MONTH, _YEAR = r"(?P<to>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
_FROM = r"(?P<from>\d{1,2})(?:[/.](?P<first>\d{1,2}))?(?:[/.]\d{4})?"
_UNTIL = r" ?(?:-|–|den|to|through|until)(?: het)?(?: ngay)? ?"
_END = rf"{_DAY}(?:[/.\-]| thang ){_MONTH}(?:(?:[/.\-]| nam ){_YEAR})?"
_ENGLISH_END = rf"{_DAY} {_NAME}(?:,? {_YEAR})?"
_RANGES = tuple(
    re.compile(rf"(?:\btu |\bfrom )?(?:ngay )?(?<!\d){_FROM}{_UNTIL}{end}")
    for end in (_END, _ENGLISH_END)
)
_TO_A_DAY = (
    re.compile(rf"(?:\bden|\bchot)(?: so lieu)?(?: het)?(?: ngay)? {_END}(?!\d)"),
    re.compile(rf"\b(?:up to|to|until|as of|through) {_ENGLISH_END}"),
)


def day_span(text: str, year: int | None = None) -> tuple[date, date] | None:
    """The first and the last day that a text names; None without days.

    Whole months and January to the end of a month are no spans of days: they are the
    month and the year to date. Without a first day it is 1 January.

    Parameters
    ----------
    year : where the text gives none

    Examples
    --------
    >>> day_span("lũy kế đến ngày 22/02/2021")
    (datetime.date(2021, 1, 1), datetime.date(2021, 2, 22))
    >>> day_span("1 to 15 December", 2021)
    (datetime.date(2021, 12, 1), datetime.date(2021, 12, 15))
    """
    words = fold(text)
    for pattern in (*_RANGES, *_TO_A_DAY):
        match = pattern.search(words)
        if match is None:
            continue
        found = match.groupdict()
        of = int(found["year"]) if found["year"] else year
        month = _MONTHS.get(found.get("name") or "") or int(found.get("month") or 0)
        if of is None:
            return None
        try:
            last = date(of, month, int(found["to"]))
            first = date(of, 1, 1)
            if found.get("from"):
                first = date(of, int(found.get("first") or month), int(found["from"]))
        except ValueError:
            return None
        whole = last.day == calendar.monthrange(of, month)[1] and first.day == 1
        return None if whole or first > last else (first, last)
    return None
