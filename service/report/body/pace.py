"""Progress on the plan beside the time gone (linear pace) and the season's usual share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.series import Month
from service.projections.facts import Facts, numbers_of
from service.report import sentences
from service.report.cells import percentage_cell
from service.report.document import NONE, Column, Number, Table, share
from service.texts import TEXT, Lang, percent, signed


@dataclass(frozen=True)
class Pace:
    """Per cent of the plan done, and where time and season would have it.

    `usual` is None without two full past years.
    """

    done: float
    linear: float
    usual: float | None

    @property
    def behind_linear(self) -> float:
        """Percentage points behind the time gone; negative ahead."""
        return self.linear - self.done

    @property
    def behind_usual(self) -> float | None:
        return None if self.usual is None else self.usual - self.done


def pace_of(one: Facts) -> Pace | None:
    """The pace of a target that months add up to; None for others."""
    if one.of_plan is None or one.cutoff is None:
        return None
    month = one.cutoff.month
    usual = None if one.usual is None else 100 * one.usual[month - 1]
    return Pace(one.of_plan.value, 100 * month / 12, usual)


def behind_since(one: Facts) -> Month | None:
    """The first month of the unbroken run, up to the cutoff, behind the seasonal pace."""
    if one.usual is None or not one.bound or one.cutoff is None or one.to_date is None:
        return None
    since, total = None, 0.0
    for month in one.months[: one.cutoff.month]:
        total = one.to_date if month.month == one.cutoff else total + month.value
        if total < one.bound * one.usual[month.month.month - 1]:
            since = since or month.month
        else:
            since = None
    return since


def pace_table(facts: Sequence[Facts], lang: Lang) -> Table | None:
    """A row per target: share of the plan, time gone and seasonal pace, each with its gap."""
    known = [(one, pace) for one in facts if (pace := pace_of(one)) is not None]
    if not known:
        return None
    text = TEXT[lang]
    columns = (
        Column(text["report.column.number"], 0.5),
        Column(text["kpi"], 3.0),
        Column(text["report.column.of_plan"], 1.0, True),
        Column(text["report.column.linear"], 1.0, True),
        Column(text["report.column.linear_gap"], 1.0, True),
        Column(text["report.column.usual"], 1.0, True),
        Column(text["report.column.linear_gap"], 1.0, True),
    )
    numbers = numbers_of([one for one, _ in known])
    rows = tuple(
        (
            place,
            sentences.name_of(one, lang),
            percentage_cell(one.of_plan, lang),
            share(pace.linear, lang),
            _points(pace.behind_linear, lang),
            NONE if pace.usual is None else share(pace.usual, lang),
            NONE if pace.behind_usual is None else _points(pace.behind_usual, lang),
        )
        for place, (one, pace) in zip(numbers, known, strict=True)
    )
    return Table(text["report.table.pace"], columns, rows)


def behind_sentence(one: Facts, pace: Pace, lang: Lang, *, named: bool = True) -> str:
    """Progress, and the distance to both paces, in points; without the KPI's name if asked."""
    text = TEXT[lang]
    seasonal = ""
    if pace.usual is not None and pace.behind_usual is not None:
        if pace.behind_usual > 0:
            clause = text["report.behind.seasonal_behind"]
        else:
            clause = text["report.behind.seasonal_ahead"]
        points = percent(abs(pace.behind_usual), lang).rstrip("%")
        seasonal = clause.format(points=points, usual=percent(pace.usual, lang))
    pattern = text["report.behind"] if named else text["report.behind.own"]
    return pattern.format(
        name=sentences.name_of(one, lang),
        share=percent(pace.done, lang),
        points=percent(pace.behind_linear, lang).rstrip("%"),
        linear=percent(pace.linear, lang),
        seasonal=seasonal,
    )


def _points(behind: float, lang: Lang) -> Number:
    return Number(-behind, signed(-behind, lang, 1), 1, signed=True)
