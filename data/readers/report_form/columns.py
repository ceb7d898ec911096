"""The meaning of a column of a department's report form, from its headings.

The words of the header, joined and accent-folded, tell it: 'ke hoach nam 2021' is the
plan, 'thuc hien thang truoc' the month before, 'uoc thuc hien thang 6' the month,
'luy ke 6 thang' the year to date, 'so voi cung ky (%)' a rate. If the heading of a
rate or a figure of last year does not tell month from year to date, the column
belongs to the nearest level on its left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from data.readers.gso.headers import Period, first_period
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.day_spans import day_span
from data.vintages.observation import PER_CENT, Form
from models.series import Month

Place = Literal["number", "name", "unit", "code", "other"]
Part = Literal["output", "sales", "stock"]  # of a product, where a form prints them apart

_SHORT = (
    (re.compile(r"(?<=\d) ?t\b"), " thang"),
    (re.compile(r"\bt\.? ?(?=\d)"), "thang "),
    (re.compile(r"(?<=\d thang)/(?=\d{4})"), " nam "),
    (re.compile(r"\bkh\b"), "ke hoach"),
    (re.compile(r"\bu(?:oc )?\.?th\b"), "uoc thuc hien"),
    (re.compile(r"\bth\b"), "thuc hien"),
    (re.compile(r"\bck\b"), "cung ky"),
    (re.compile(r"\bbc\b"), "bao cao"),
    (re.compile(r"\blk\b"), "luy ke"),
    (re.compile(r"\bcung ki\b"), "cung ky"),
    (re.compile(r"\bqui\b"), "quy"),
    (re.compile(r"\bso voi(?=[a-z])"), "so voi "),
)
_FOOTNOTE = re.compile(r"\(\s*(?:[\d*]{1,2}|[\d*]{1,2}\s*=[^)]*)\s*\)|\[\d\]|\*+")
_NAME = re.compile(
    r"(?:ten )?(?:cac )?(?:chi tieu|san pham|noi dung|hang muc|danh muc|mat hang|nhom hang|"
    r"linh vuc|dien giai)\b|(?:name|indicators?|items?|products?|description|targets?)\b"
)
_NUMBER = re.compile(r"(?:stt|tt|so tt|so thu tu|no\.?|#)$")
_UNIT = re.compile(r"(?:don vi(?: tinh)?|dvt|d\.v\.t|units?)\b")
_CODE = re.compile(r"(?:ma so|ma chi tieu|ma|code|kpi)$")
_OTHER = re.compile(r"(?:ghi chu|notes?|remarks?)$|tham khao|for reference")

_LONGEST_HEADING = 60
_COMPARED = re.compile(
    r"\bso voi\b|\bso sanh\b|\bso (?=cung ky|ke hoach|thang|nam|nam truoc)|%|ty le|tang|giam|"
    r"toc do|hoan thanh|\bdat\b|compar|against|versus|\bvs\b|growth|change|per cent|"
    r"\bon (?=the|same|last|previous)"
)
_AGAINST = re.compile(r"\bso voi\b|\bversus\b|\bvs\b|\bagainst\b|compared (?:with|to)|\bon\b")
_GROWTH = re.compile(r"tang|giam|toc do|growth|change|\+/-")
_PLAN = re.compile(r"ke hoach|muc tieu|du toan|\bplan\b|target")
_PART_PLAN = re.compile(
    r"(?:ke hoach|muc tieu|plan) (?:thang|quy|6 thang|month|quarter)|monthly plan"
)
_CUMULATIVE = re.compile(r"luy ke|cong don|dau nam|cumul|year to date|since january|\bytd\b")
_SAME_PERIOD = re.compile(r"cung ky|nam truoc|same period|last year|previous year|nam ngoai")
_MONTH_BEFORE = re.compile(r"thang truoc|(?:previous|last) month|month before")
_THIS_MONTH = re.compile(
    r"uoc|thang bao cao|trong thang|thang nay|thuc hien thang|this month|estimat|reporting month"
)
_WHOLE_YEAR = re.compile(r"ca nam|uoc (?:thuc hien )?nam|full year|whole year")
_SHARE = re.compile(r"co cau|ty trong|structure|\bshare of total")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_PART = re.compile(r"\bthang \d|\b\d{1,2} thang|\bquy [i1-4]")
_REST = re.compile(
    r"\d{1,2} thang (?:cuoi|con lai|tiep|toi|sau)|\b(?:nua|nhung thang) (?:cuoi|con lai)|"
    r"thang (?:sau|toi|tiep theo)\b|"
    r"\b(?:second|2nd|last|remaining|next) (?:half|six months|\d{1,2} months)|next month|"
    r"\brest of the year"
)
_SECOND_HALF = re.compile(
    r"\b6 thang (?:cuoi|con lai)|nua cuoi|(?:second|2nd|last) (?:half|six months|6 months)"
)
_PARTS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("stock", re.compile(r"\bton kho\b|inventor|\bstocks?\b")),
    ("sales", re.compile(r"\btieu thu\b|\bban ra\b|\bxuat kho\b|\bsales\b|\bsold\b|shipment")),
)
_UP_TO_A_DAY = re.compile(r"den (?:het )?(?:ngay )?\d{1,2}[/.-]\d{1,2}|(?:up )?to \d{1,2} [a-z]+")


@dataclass(frozen=True)
class Column:
    """The meaning of a column.

    Attributes
    ----------
    form : None if its figures are not stored
    month : of its figures
    growth : a rate is written as growth: 4,2 instead of 104,2
    open : the words do not tell the month from the year to date
    words : the header, folded and spelt out
    why : why its figures are left out, '' if they are not
    of : what of the row's product it counts
    days : the first and the last day of figures to a day
    """

    form: Form | None
    month: Month
    words: str
    growth: bool = False
    open: bool = False
    why: str = ""
    of: Part = "output"
    days: tuple[date, date] | None = None


@lru_cache(maxsize=10_000)
def _spelt_out(text: str) -> str:
    folded = " ".join(_FOOTNOTE.sub(" ", fold(text)).split())
    for short, long in _SHORT:
        folded = short.sub(long, folded)
    return folded


def header_words(texts: list[str]) -> str:
    """The words of the header over a column, from the top: folded, abbreviations spelt out."""
    words: list[str] = []
    for text in texts:
        folded = _spelt_out(text)
        if folded and folded not in words:
            words.append(folded)
    return " ".join(words)


def place_of(words: str) -> Place | None:
    """The role of a column without figures; None for a column that may have figures."""
    if _NUMBER.match(words):
        return "number"
    if _UNIT.match(words):
        return "unit"
    if _CODE.match(words):
        return "code"
    if _OTHER.match(words):
        return "other"
    if _NAME.match(words) and not (_COMPARED.search(words) or _YEAR.search(words)):
        return "name"
    return None


def names_a_column(text: str) -> bool:
    """Whether a text may be the heading of the column of names; a quick test."""
    return len(text) < _LONGEST_HEADING and bool(_NAME.match(fold(text)))


def years_in(words: str) -> set[int]:
    """The years that a header names."""
    return {int(year) for year in _YEAR.findall(words)}


def period_in(words: str) -> Period | None:
    """The months that a header names; a year that spans several columns only gives their year."""
    part = _PART.search(words)
    if part is None:
        return first_period(words)
    period, years = first_period(words[part.start() :]), years_in(words)
    if period is not None and period.year is None and len(years) == 1:
        return replace(period, year=years.pop())
    return period


def column_of(words: str, report: Month) -> Column | None:
    """The meaning of a column's words, and what of the row's product it counts."""
    part: Part = next((part for part, pattern in _PARTS if pattern.search(words)), "output")
    column = _meaning(words, report)
    if column is None and part == "stock":
        column = Column("month", report, words)
    return column and replace(column, of=part)


def _meaning(words: str, report: Month) -> Column | None:
    """The meaning of a column's words in a month's report; None if they name no figure.

    Examples
    --------
    >>> column_of("uoc thuc hien thang 6", Month(2021, 6)).form
    'month'
    >>> column_of("so voi cung ky (%)", Month(2021, 6)).open
    True
    """
    if _SHARE.search(words):
        return _left_out(words, report, "shares of a total are not kept")
    if _REST.search(words) and not _MONTH_BEFORE.search(words):
        return _rest(words, report)
    if _PLAN.search(words):
        return _plan(words, report)
    if _COMPARED.search(words):
        return _rate(words, report)
    return _level(words, report)


def settled(columns: dict[int, Column], report: Month) -> dict[int, Column]:
    """The columns, with open columns assigned to the nearest level on their left.

    Sales and stock stand apart only beside output: alone, they are what the table is of.
    """
    kinds = {column.of for column in columns.values() if column.form in ("month", "year_to_date")}
    if "output" not in kinds:
        columns = {place: replace(column, of="output") for place, column in columns.items()}
    found: dict[int, Column] = {}
    levels = {place: column.form for place, column in columns.items() if column.month == report}
    to_date = "year_to_date" in levels.values()
    for place in sorted(columns):
        own = columns[place].of == "output"
        if own and levels.get(place) in ("year_to_date", "month"):
            to_date = levels[place] == "year_to_date"
        found[place] = _of_the_year(columns[place]) if to_date else columns[place]
    return found


def _of_the_year(column: Column) -> Column:
    """An open column as one of the year to date."""
    if not column.open:
        return column
    return replace(column, form="rate_to_date" if column.form in PER_CENT else "year_to_date")


def _left_out(words: str, report: Month, why: str) -> Column:
    return Column(None, report, words, why=why)


def _rest(words: str, report: Month) -> Column:
    """A column of months still to come; after December, the second half is known."""
    known = report.month == 12 and years_in(words) <= {report.year}
    if (
        known
        and _SECOND_HALF.search(words)
        and not (_PLAN.search(words) or _COMPARED.search(words))
    ):
        return Column("half", report, words)
    return _left_out(words, report, "it is of months after the report or of another half-year")


def _plan(words: str, report: Month) -> Column | None:
    if _PART_PLAN.search(words):
        return _left_out(words, report, "plans of a part of the year are not kept")
    if _COMPARED.search(words):
        return Column("share_of_plan", report, words)
    return Column("plan", report, words)


def _rate(words: str, report: Month) -> Column | None:
    """A rate, of the month or of the year to date, on last year or on the month before."""
    growth = bool(_GROWTH.search(words))
    if growth and "%" not in words and "toc do" not in words:
        return _left_out(words, report, "differences in units are not kept")
    before, comparison, after = _split(words)
    period = period_in(before)
    base = period_in(after) if comparison else None
    on_month = bool(_MONTH_BEFORE.search(words)) and not _SAME_PERIOD.search(words)
    if base and not base.to_date and not _SAME_PERIOD.search(words):
        on_month = on_month or (
            (base.year or report.year) == report.plus(-1).year
            and (base.month == report.plus(-1).month)
        )
    if on_month:
        return Column("rate_on_month", report, words, growth=growth)
    last_year = _SAME_PERIOD.search(words) or (base and base.year == report.year - 1)
    if not last_year:
        return _left_out(words, report, "the words do not say what it compares with")
    to_date = bool(_CUMULATIVE.search(words)) or any(
        each is not None and each.to_date and each.month > 1 for each in (period, base)
    )
    month = bool(_MONTH.search(before)) or (period is not None and not period.to_date)
    month = month or (base is not None and not base.to_date)
    if to_date:
        return Column("rate_to_date", report, words, growth=growth)
    return Column("rate_on_year", report, words, growth=growth, open=not month)


_MONTH = re.compile(r"uoc|trong thang|thang bao cao|thang nay|this month|thang \d")


def _split(words: str) -> tuple[str, str, str]:
    """The words before a comparison, the comparison itself, and the words after it."""
    match = re.search(
        r"\bso voi\b|\bversus\b|\bvs\b|\bagainst\b|compared (?:with|to)|\bon\b", words
    )
    if match is None:
        return words, "", words
    return words[: match.start()], match[0], words[match.end() :]


def _level(words: str, report: Month) -> Column | None:
    if _WHOLE_YEAR.search(words) and not _SAME_PERIOD.search(words):
        years = years_in(words)
        if years == {report.year - 1}:
            return Column("year", Month(report.year - 1, 12), words)
        return _left_out(words, report, "an estimate for the year is entered by itself")
    period = period_in(words)
    before = report.plus(-1)
    if period and not period.to_date and (period.year, period.month) == before:
        return Column("month", before, words)
    if _SAME_PERIOD.search(words) or (period and period.year == report.year - 1):
        return _last_year(words, report, period)
    if _MONTH_BEFORE.search(words):
        return Column("month", report.plus(-1), words)
    if period is not None and period.year not in (None, report.year, report.plus(-1).year):
        return _left_out(words, report, "it is of another year")
    if _UP_TO_A_DAY.search(words) and period is None and not _THIS_MONTH.search(words):
        return _to_a_day(words, report)
    if period is not None and period.quarter:
        if period.month == report.month:
            return Column("quarter", report, words)
        return _left_out(words, report, "it is of a quarter that the report does not end")
    to_date = bool(_CUMULATIVE.search(words)) or bool(
        period and period.to_date and period.month > 1
    )
    if to_date:
        return _to_date(words, report, period)
    if period is not None:
        return _month(words, report, period)
    return Column("month", report, words) if _THIS_MONTH.search(words) else None


def _to_a_day(words: str, report: Month) -> Column:
    """A column of figures to a day, which are no figures of the month."""
    days = day_span(words, report.year)
    why = "it stops within the month and is no estimate of it"
    if days:
        why = f"{why}; kept as a figure from {days[0]} to {days[1]}"
    return Column(None, report, words, why=why, days=days)


def _to_date(words: str, report: Month, period: Period | None) -> Column:
    if period is not None and period.to_date and period.month != report.month:
        if period.month == report.month - 1:
            return Column("year_to_date", report.plus(-1), words)
        return _left_out(words, report, "it is of other months than the report")
    return Column("year_to_date", report, words)


def _month(words: str, report: Month, period: Period) -> Column:
    before = report.plus(-1)
    if period.month == report.month and period.year in (None, report.year):
        return Column("month", report, words)
    if period.month == before.month and period.year in (None, before.year):
        return Column("month", before, words)
    return _left_out(words, report, "it is of another month than the report")


def _last_year(words: str, report: Month, period: Period | None) -> Column:
    """A level of last year: of the same month, of the same months, or of all of it."""
    same = report.plus(-12)
    if period is not None and period.month == 12 and period.to_date and report.month < 12:
        return Column("year", Month(report.year - 1, 12), words)
    if _CUMULATIVE.search(words) or (period and period.to_date and period.month > 1):
        return Column("year_to_date", same, words)
    named = _MONTH.search(words) or (period is not None and not period.to_date)
    if period is None and not named and re.search(r"^(?:thuc hien )?nam truoc$", words):
        return Column("year", Month(report.year - 1, 12), words)
    return Column("month", same, words, open=not named)
