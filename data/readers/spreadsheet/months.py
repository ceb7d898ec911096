"""Months and days as people write them."""

from __future__ import annotations

import calendar
import re
from datetime import date

from data.readers.spreadsheet.cells import fold
from models.errors import InvalidMonth
from models.series import Month

EXPECTED_MONTH = "a month such as 2021-06, 06/2021 or Tháng 6/2021"
EXPECTED_DAY = "a date such as 2021-06-29 or 29/06/2021"

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_FIRST = re.compile(r"(?:thang|thg|t)?\.? ?(\d{1,2}) ?(?:[-/.]| nam |,| ) ?(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"(?:ngay )?(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: 00:00(?::00)?)?")


def read_month(value: str | float | date | None) -> Month:
    """A month from a cell.

    A full date counts as its month only on the month's first or last day; on other
    days it is not certain whether day or month comes first.

    Raises
    ------
    InvalidMonth
        If the value is not a month.

    Examples
    --------
    >>> str(read_month("Tháng 6/2021"))
    '2021-06'
    """
    if isinstance(value, date):
        return Month(value.year, value.month)
    text = fold(_text(value)) if not _has_decimals(value) else ""
    for pattern, year, month in ((_YEAR_FIRST, 1, 2), (_MONTH_FIRST, 2, 1), (_COMPACT, 1, 2)):
        match = pattern.fullmatch(text)
        if match and 1 <= int(match[month]) <= 12 and 1900 <= int(match[year]) <= 2200:
            return Month(int(match[year]), int(match[month]))
    try:
        day = read_day(value)
    except InvalidMonth:
        day = None
    if day and day.day in (1, calendar.monthrange(day.year, day.month)[1]):
        return Month(day.year, day.month)
    raise InvalidMonth(f"expected {EXPECTED_MONTH}, found '{_text(value)}'.")


def read_day(value: str | float | date | None) -> date:
    """A day from a cell: ISO, or day first as in Vietnam; raise `InvalidMonth`."""
    if isinstance(value, date):
        return value
    text = fold(_text(value))
    iso, day_first = _ISO_DAY.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass
    raise InvalidMonth(f"expected {EXPECTED_DAY}, found '{_text(value)}'.")


def _has_decimals(value: str | float | None) -> bool:
    """Whether Excel may have stored '2021.10' as the number 2021.1, an ambiguous month."""
    return isinstance(value, float) and not value.is_integer()


def _text(value: str | float | date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
