"""Figures published about the province, and what each says about the months.

The table (kpi, unit, period_kind, period_start, period_end, value, yoy_percent,
percent_of_plan, status, source_title, source_site, published_date, note) collects what
was printed. A row becomes the observations it states, with the day of its document, or
undated if it has none, and conditions that the drawn months meet.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.samples.lang_son.kpis import ROWS, SIX_MONTH_REPORT
from data.vintages.dated import DatedFigure
from data.vintages.observation import UNDATED, Form, Observation
from models.series import FigureStatus, Month

Row = Mapping[str, str]

FIRST, LAST = Month(2015, 1), Month(2021, 12)  # the months of the sample
REPORTED = date(2021, 6, 30)  # the six-month report: its day is not known, so the month's last
_STATUS: Mapping[str, FigureStatus] = {"actual": "final", "estimate": "estimate"}
_LEVEL: Mapping[str, tuple[Form, int | None]] = {  # form, months covered (None: since January)
    "month": ("month", 1),
    "quarter": ("quarter", 3),
    "half": ("half", 6),
    "ytd": ("year_to_date", None),
    "year": ("year", 12),
}
_RESEARCH = re.compile(  # what a finder wrote into a title: copies, numbers of pages and articles
    r" \((?:copy|page \d+|idTin=\d+)\)|, idTin=\d+(?=\))"
)
_SHORTENED = re.compile(r"(https?://[^/ ]+)/\S*\.\.\.\S*")  # an address that is not whole
_ON_MONTH = re.compile(r"([+-]\d+(?:\.\d+)?)% vs ([A-Z][a-z]{2}) (\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNCLEAR = {  # text in a note → why the period or the number is not clear
    "period wording ambiguous": "does not say which months it covers",
    "compares with the whole of": "does not say which months it covers",
    "at the excerpt cut": "the number is cut off in the excerpt",
}
CONTRADICTED = {  # (KPI, last month, form, value) → the printed figures that are met instead
    ("industrial_output", Month(2015, 12), "year", 3766.0): "4,013, printed later",
    (
        "retail_sales_and_services",
        Month(2019, 4),
        "rate_to_date",
        111.7,
    ): "levels printed",
    ("budget_revenue", Month(2019, 4), "rate_to_date", 120.2): "levels of 2018, which give 120.1",
}

# (row, value) → KPI, days, and the last day of the month of publication: no day is known
TO_A_DAY = {
    ("customs_revenue_partial", "830.6"): (
        "customs_revenue",
        date(2021, 1, 1),
        date(2021, 2, 22),
        date(2021, 2, 28),
    ),
    ("xnk_total_customs_partial", "121.65"): (
        "turnover_customs",
        date(2021, 12, 1),
        date(2021, 12, 15),
        date(2021, 12, 31),
    ),
}

SIX_MONTH_GROWTH = Observation(
    kpi="turnover",
    month=Month(2021, 6),
    form="rate_to_date",
    value=141.0,
    status="estimate",
    published=REPORTED,
    source=SIX_MONTH_REPORT,
)


@dataclass(frozen=True)
class Condition:
    """A condition on months: `span` sums to `level`, or to `ratio` times `earlier`.

    `span` and `earlier` are ordinals of months; `exact` holds for a printed level.
    """

    span: range
    level: float = 0.0
    earlier: range = range(0)
    ratio: float = 0.0
    exact: bool = False


def read_rows(*paths: Path) -> list[Row]:
    """The rows of the tables of published figures."""
    rows: list[Row] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def source_of(row: Row) -> str:
    """The title and address of a row's document, without a finder's notes.

    Of an address that was noted in part, the site is left.

    Examples
    --------
    >>> source_of({"source_title": "Báo cáo tháng 8 (copy) | https://bao.vn/...-12.html"})
    'Báo cáo tháng 8 | https://bao.vn'
    """
    return _SHORTENED.sub(r"\1", _RESEARCH.sub("", row["source_title"]))


def why_left_out(row: Row) -> str:
    """Why a row is not among the figures of the sample; '' if it is."""
    if row["period_kind"] == "plan_year":
        return "a goal, not a figure"
    if (row["kpi"], row["value"]) in TO_A_DAY:
        return ""
    if row["kpi"].endswith("_partial"):
        return "ends within a month"
    if row["kpi"] not in ROWS:
        return "no KPI of the plan"
    unclear = next((why for text, why in _UNCLEAR.items() if text in row["note"]), "")
    if unclear:
        return unclear
    if not FIRST <= Month.parse(row["period_end"]) <= LAST:
        return "outside 2015 to 2021"
    return ""


def printed_figures(rows: Iterable[Row]) -> list[Observation]:
    """What the rows state, and the growth that the six-month report prints."""
    stated = (one for row in rows if not why_left_out(row) for one in _observations(row))
    return list(dict.fromkeys([*stated, SIX_MONTH_GROWTH]))


def figures_to_a_day(rows: Iterable[Row]) -> list[DatedFigure]:
    """What the rows state of days within a month, each once."""
    found: dict[tuple[str, date], DatedFigure] = {}
    for row in rows:
        named = TO_A_DAY.get((row["kpi"], row["value"]))
        if named is not None:
            kpi, first, last, published = named
            value, status = float(row["value"]), _STATUS[row["status"]]
            figure = DatedFigure(kpi, first, last, value, status, published, source_of(row))
            found.setdefault((kpi, last), figure)
    return list(found.values())


def _observations(row: Row) -> Iterator[Observation]:
    """A row's level, its growth on last year or on the month before, its share of the plan."""
    if row["kpi"] not in ROWS:
        return
    month = Month.parse(row["period_end"])
    for form, value in _figures(row, month):
        yield Observation(
            kpi=ROWS[row["kpi"]],
            month=month,
            form=form,
            value=value,
            status=_STATUS[row["status"]],
            published=day_of(row["published_date"]),
            source=source_of(row),
        )


def _figures(row: Row, month: Month) -> Iterator[tuple[Form, float]]:
    kind = row["period_kind"]
    if row["unit"] != "%":
        yield _LEVEL[kind][0], float(row["value"])
    if row["yoy_percent"]:
        form: Form = "rate_on_year" if kind == "month" else "rate_to_date"
        yield form, round(100 + float(row["yoy_percent"]), 6)
    if row["percent_of_plan"]:
        yield "share_of_plan", float(row["percent_of_plan"])
    before = _ON_MONTH.search(row["note"])
    if before and Month(int(before[3]), _MONTHS.index(before[2]) + 1) == month.plus(-1):
        yield "rate_on_month", round(100 + float(before[1]), 6)


def day_of(text: str) -> date:
    """A full date; a document with only a year or month is undated."""
    return date.fromisoformat(text) if len(text) == len("2021-06-30") else UNDATED


def conditions(rows: Iterable[Row]) -> dict[str, list[Condition]]:
    """KPI → what was printed of its months; figures of 2022 tell of 2021 by their growth."""
    found: dict[str, list[Condition]] = {}
    for row in rows:
        month = Month.parse(row["period_end"]) if row["kpi"] in ROWS else LAST.plus(999)
        clear = not any(text in row["note"] for text in _UNCLEAR)
        if row["period_kind"] in _LEVEL and clear and FIRST <= month <= LAST.plus(12):
            mine = found.setdefault(ROWS[row["kpi"]], [])
            mine += _conditions(ROWS[row["kpi"]], row, month)
    half = range(Month(2021, 1).ordinal, Month(2021, 7).ordinal)
    found["turnover"].append(Condition(half, earlier=_before(half, 12), ratio=1.41))
    return {kpi: _without_implied(each) for kpi, each in found.items()}


def _without_implied(conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions, without growth or later implied levels where the levels were printed."""
    printed = {one.span for one in conditions if one.exact}
    return [
        one
        for one in conditions
        if one.exact or one.span not in printed or (one.earlier and one.earlier not in printed)
    ]


def _conditions(kpi: str, row: Row, month: Month) -> Iterator[Condition]:
    length = _LEVEL[row["period_kind"]][1]
    end = month.ordinal + 1
    span = range(end - (length or month.month), end)
    ours = range(FIRST.ordinal, LAST.ordinal + 1)
    for form, value in _figures(row, month):
        if form == "share_of_plan" or (kpi, month, form, value) in CONTRADICTED:
            continue
        if form == "rate_on_month" and span.stop <= ours.stop:
            single = range(end - 1, end)
            yield Condition(single, earlier=_before(single, 1), ratio=value / 100)
        elif form == "rate_on_month":
            continue
        elif form in ("rate_on_year", "rate_to_date"):
            earlier = _before(span, 12)
            if span.stop <= ours.stop and earlier.start >= ours.start:
                yield Condition(span, earlier=earlier, ratio=value / 100)
            elif ours.start <= earlier.start and row["unit"] != "%":
                yield Condition(earlier, level=float(row["value"]) / (value / 100))
        elif span.stop <= ours.stop:
            yield Condition(span, level=value, exact=True)


def _before(span: range, months: int) -> range:
    return range(span.start - months, span.stop - months)


def _kpi_of(row: Row) -> str:
    named = TO_A_DAY.get((row["kpi"], row["value"]))
    return named[0] if named else ROWS.get(row["kpi"], row["kpi"])


PRINTED_COLUMNS = (
    "kpi",
    "period_kind",
    "period_start",
    "period_end",
    "value",
    "unit",
    "growth_percent",
    "percent_of_plan",
    "published",
    "source",
    "in_the_sample",
)


def write_printed(rows: Sequence[Row], more: Sequence[Row], path: Path) -> None:
    """Write what was published, row by row, and whether the sample holds it.

    `more` has other columns (kpi, period, value, unit, source, date): figures of other
    subjects or years, which are listed only.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PRINTED_COLUMNS)
        for row in rows:
            given = (row["value"], row["unit"], row["yoy_percent"], row["percent_of_plan"])
            period = (row["period_kind"], row["period_start"], row["period_end"])
            why = why_left_out(row)
            writer.writerow(
                (
                    _kpi_of(row),
                    *period,
                    *given,
                    row["published_date"],
                    source_of(row),
                    f"no: {why}" if why else "yes",
                )
            )
        for row in more:
            source = row["source"].partition(" (shared/")[0]
            figure = (row["kpi"], "", "", row["period"], row["value"], row["unit"], "", "")
            if row["value"]:
                writer.writerow((*figure, row["date"], source, "no: listed only"))
