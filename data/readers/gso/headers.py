"""The meaning of a column of a monthly annex, from its headings.

The words of all header rows over a column, joined and accent-folded, tell
whether it is a level, a rate, a share or a percentage of the plan, and of which
period: 'uoc tinh thang 6 nam 2021' is a level of June, 'cong don 6 thang nam
2021' one of January to June, '6 thang nam 2021 so voi cung ky nam truoc (%)' a
rate of the latter. Vietnamese and English, with the spellings found in print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from data.vintages.observation import Form
from models.series import Month

Figure = Literal["level", "rate_on_year", "rate_on_month", "share_of_plan", "plan", "share"]

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ENGLISH_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_QUARTER_END = {"i": 3, "ii": 6, "iii": 9, "iv": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_COUNTED = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_COUNTED |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12}

# A header cell that names the kind of figure below it.
ROLE = re.compile(
    r"thuc hien|uoc tinh|so bo|cong don|luy ke|so (voi|nam)|ke hoach|co cau|tong muc|"
    r"perform|realiz|execut|implement|estimat|cumulat|accumul|compar|against|versus|\bplan\b|structure"
)
# A header cell under a cell that spans several columns: a period, a quantity.
UNDER = re.compile(
    r"\bluong\b|tri gia|thang|\bqu[yi] [i1-4]|\bnam\b|volume|quantity|value|month|quarter|"
    + "|".join(_ENGLISH_MONTHS)
)
# A unit in a corner of the header.
UNIT = re.compile(
    r"don vi|\bunit|nghin|ngan tan|trieu|ty dong|\bbill|\bmill|1000 |^\(?%\)?$|chiec"
)
_QUANTITY = re.compile(r"\bluong\b|volume|quantity")
_COMPARED = re.compile(r"\bso voi|\bso (?=nam)|compar\w*( with| to)?|\bagainst\b|\bversus\b")
_PLAN = re.compile(r"ke hoach|\b(plan|paln)\b")
_OF_A_PLAN = re.compile(r"(?:ke hoach|\bplan\b)(?: nam| of| for| in)?(?: \d{4})?")
_SHARE = re.compile(r"co cau|ty trong|structure|\bshare\b")
_BASE = re.compile(
    r"^\s*(cung ky( nam)?( truoc| \d{4})?|thang truoc|nam truoc|"
    r"the same period( of)?( last year| \d{4})?|(the )?(previous|last) month)"
)
_MONTH_BEFORE = re.compile(r"thang truoc|(previous|last) month")
_SAME_PERIOD = re.compile(r"cung ky|same period")


@dataclass(frozen=True)
class Period:
    """A month, or January to that month (`to_date`); `year` None if not printed.

    A quarter other than the first is neither; it has `quarter` set.
    """

    month: int
    year: int | None
    to_date: bool = False
    quarter: bool = False


@dataclass(frozen=True)
class Column:
    """The meaning of a column; `period` is None if the words name none."""

    figure: Figure
    period: Period | None
    quantity: str  # 'qty' or 'value'
    words: str


def column_of(words: str) -> Column | None:
    """The meaning of joined header words (accent-folded); None if they name no figure.

    Examples
    --------
    >>> column_of("cong don 6 thang nam 2021 tri gia").period
    Period(month=6, year=2021, to_date=True, quarter=False)
    >>> column_of("thang 6 nam 2021 so voi thang truoc (%)").figure
    'rate_on_month'
    """
    words = re.sub(r"so voi(?=[a-z])", "so voi ", words)
    words = words.replace("cung ki", "cung ky").replace("qui ", "quy ")
    quantity = "qty" if _QUANTITY.search(words) else "value"
    if _SHARE.search(words):
        return Column("share", None, quantity, words)
    compared = _COMPARED.search(words)
    if _PLAN.search(words):
        if compared or "%" in words:
            before = words[: compared.start()] if compared else words
            return Column(
                "share_of_plan", first_period(before) or first_period(words), quantity, words
            )
        return Column("plan", None, quantity, words)
    if compared:
        return _rate(words[: compared.start()], words[compared.end() :], quantity, words)
    period = first_period(words)
    return Column("level", period, quantity, words) if period else None


def form_of(column: Column, report_month: Month) -> tuple[Form | None, Month] | None:
    """The form and month of a column's figures; None if they do not belong to the month's report.

    The form is None for shares of a total, which are read but not stored.
    """
    if column.figure == "share":
        return None, report_month
    if column.figure == "plan":
        return column.figure, report_month
    if column.figure == "share_of_plan":
        of = first_period(_OF_A_PLAN.sub(" ", column.words))
        of_a_month = of is not None and not of.to_date and of.month > 1
        return None if of_a_month else (column.figure, report_month)  # shares are to date
    before = report_month.plus(-1)
    period = column.period
    if period is None or period.quarter or period.month not in (report_month.month, before.month):
        return None
    month = report_month if period.month == report_month.month else before
    if period.year is not None and period.year != month.year:
        return None
    if column.figure == "rate_on_month":
        return None if period.to_date or month == before else ("rate_on_month", month)
    if column.figure == "level":
        return "year_to_date" if period.to_date else "month", month
    return "rate_to_date" if period.to_date else "rate_on_year", month


def _rate(before: str, after: str, quantity: str, words: str) -> Column | None:
    """A rate whose period is printed before the comparison, else after its base."""
    period = first_period(before)
    if period is not None:
        base = first_period(after)
        on_month = bool(_MONTH_BEFORE.search(after)) or (
            base is not None
            and not _SAME_PERIOD.search(after)
            and not (period.to_date or base.to_date)
            and base.month == (period.month - 2) % 12 + 1
        )
    else:
        on_month = bool(_MONTH_BEFORE.search(after))
        period = first_period(_BASE.sub("", after))
    if period is None:
        return None
    return Column("rate_on_month" if on_month else "rate_on_year", period, quantity, words)


_PERIODS = (
    # '6 thang [dau] nam 2021': January to June
    (
        re.compile(
            r"(?<![\d/])(?<!thang )(\d{1,2}) thang(?! (?:cuoi|con lai|tiep|toi|sau))"
            r"(?: dau)?(?: nam)?(?: (\d{4}))?"
        ),
        "to_date",
    ),
    # 'thang 6 nam 2021', 'thang 6/2021'
    (re.compile(r"thang (\d{1,2})(?!\d)(?:[/ -]*(?:nam )*(\d{4}))?"), "month"),
    (re.compile(r"quy (i{1,3}|iv|[1-4])(?![a-z\d])(?: nam)?(?: (\d{4}))?"), "quarter"),
    (
        re.compile(r"(\d{1,2}|" + "|".join(_COUNTED) + r") months?(?: (?:in|of))?(?: (\d{4}))?"),
        "to_date",
    ),
    (re.compile("(" + "|".join(_ENGLISH_MONTHS) + r")(?: (?:in|of))?(?: (\d{4}))?"), "month"),
    (re.compile(r"quarter (i{1,3}|iv)(?![a-z])(?: (?:in|of))?(?: (\d{4}))?"), "quarter"),
    (re.compile(r"(?:ca )?nam()(?: nam)? (\d{4})"), "year"),
)


def first_period(words: str) -> Period | None:
    """The first period in folded words; of two overlapping readings, use the longer."""
    found: list[tuple[int, int, Period]] = []
    for pattern, kind in _PERIODS:
        for match in pattern.finditer(words):
            if any(start < match.end() and match.start() < end for start, end, _ in found):
                continue
            year = int(match[2]) if match[2] else None
            period = _period(kind, match[1], year)
            if period is not None:
                found.append((match.start(), match.end(), period))
    return min(found, key=lambda place: place[0])[2] if found else None


def _period(kind: str, text: str, year: int | None) -> Period | None:
    if kind == "quarter":
        month = _QUARTER_END[text]
        return Period(month, year, to_date=month == 3, quarter=month != 3)
    if kind == "year":
        return Period(12, year, to_date=True)
    month = _ENGLISH_MONTHS.get(text) or _COUNTED.get(text) or int(text)
    return Period(month, year, to_date=kind == "to_date") if 1 <= month <= 12 else None
