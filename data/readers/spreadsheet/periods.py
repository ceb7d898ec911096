"""Periods as headings and cells write them: T1/2015, Tháng 1, 2014 January, Quý I/2023."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.tables import Cell
from data.vintages.observation import Form
from models.series import Month

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = {
    **dict(zip(_NAMES, range(1, 13), strict=True)),
    **{"sept": 9, "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6},
    **{"bay": 7, "tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12},
}
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_ENGLISH = (
    r"(?P<name>january|february|march|april|june|july|august|september|october|november|"
    r"december|sept|" + "|".join(_NAMES) + ")"
)
_NUMBER = r"(?P<month>0?[1-9]|1[0-2])"
_SIGN = r"[ ./\-,']*"
_WRITTEN: Mapping[Form, tuple[str, ...]] = {
    "month": (
        rf"(?:thang|thg|th|t)\.? ?{_NUMBER}(?:{_SIGN}(?:nam )?{_YEAR})?",
        rf"(?:nam )?{_YEAR}{_SIGN}(?:thang|thg|th|t|m) ?\.?{_NUMBER}",
        rf"{_NUMBER}[./\- ]{_YEAR}",
        rf"{_YEAR}[./\- ]{_NUMBER}",
        rf"(?:nam )?{_YEAR}(?P<month>0[1-9]|1[0-2])",
        rf"{_ENGLISH}\.?(?:{_SIGN}{_YEAR})?",
        rf"{_YEAR}{_SIGN}{_ENGLISH}\.?",
        rf"{_ENGLISH}{_SIGN}(?P<short>\d{{2}})",
        rf"{_YEAR}-(?P<month>\d{{2}})-\d{{2}}(?:[ t]00:00(?::00)?)?",
        r"thang (?P<word>" + "|".join(_LONG) + rf")(?: nam {_YEAR})?",
    ),
    "quarter": (
        rf"(?:quy|q|quarter) ?(?P<quarter>iv|i{{1,3}}|[1-4])(?:{_SIGN}(?:nam )?{_YEAR})?",
        rf"(?:nam )?{_YEAR}{_SIGN}(?:quy|q) ?(?P<quarter>iv|i{{1,3}}|[1-4])",
    ),
    "year_to_date": (
        rf"(?:luy ke|cong don)? ?(?P<months>[2-9]|1[0-2]) thang(?: dau nam| dau)?"
        rf"(?:{_SIGN}(?:nam )?{_YEAR})?",
    ),
    "half": (
        rf"6 thang cuoi(?: nam)?(?:{_SIGN}(?:nam )?{_YEAR})?",
        rf"h2(?:{_SIGN}{_YEAR})?",
    ),
    "year": (
        rf"(?:ca nam|nam|tong nam|tong so nam|year|annual|total)?{_SIGN}{_YEAR}"
        rf"(?:{_SIGN}(?:annual|total))?",
        r"ca nam|tong(?: cong| nam| so)?|cong(?: ca nam)?|full year|annual|total|year total",
    ),
}
_PATTERNS = tuple(
    (form, re.compile(pattern)) for form, patterns in _WRITTEN.items() for pattern in patterns
)


@dataclass(frozen=True)
class Span:
    """A period: its form, its last month from 1, its year if given."""

    form: Form
    month: int
    year: int | None

    def ends(self, year: int | None) -> Month | None:
        """The last month; `year` serves where none is given."""
        of = self.year or year
        return Month(of, self.month) if of else None


def span_of(text: str) -> Span | None:
    """The period that a text names, if it names nothing else.

    Examples
    --------
    >>> span_of("T1/2015")
    Span(form='month', month=1, year=2015)
    >>> span_of("Quý II")
    Span(form='quarter', month=6, year=None)
    >>> span_of("Thực hiện tháng 6") is None
    True
    """
    words = " ".join(fold(text).replace("(", " ").replace(")", " ").split()).strip(" :;,.")
    for form, pattern in _PATTERNS:
        found = pattern.fullmatch(words)
        if found:
            return _span(form, found.groupdict())
    return None


def _span(form: Form, found: dict[str, str | None]) -> Span:
    year = found.get("year")
    if found.get("short"):
        year = f"20{found['short']}"
    month = 12
    if found.get("month"):
        month = int(found["month"] or 0)
    elif found.get("months"):
        month = int(found["months"] or 0)
    elif found.get("quarter"):
        month = 3 * _QUARTERS[found["quarter"] or ""]
    elif name := found.get("name"):
        month = _LONG[name[:3]]
    elif word := found.get("word"):
        month = _LONG[word]
    return Span(form, month, int(year) if year else None)


def cell_span(cell: Cell) -> Span | None:
    """The period that a cell names: a date is its month."""
    if isinstance(cell.value, date):
        return Span("month", cell.value.month, cell.value.year)
    return span_of(cell.text) if cell.text and len(cell.text) < 40 else None


def year_of(text: str) -> int | None:
    """The only year that a text names; None if none or several."""
    found = {int(each) for each in re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)}
    return found.pop() if len(found) == 1 else None
