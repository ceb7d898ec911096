"""Every target of a plan on one screen: the rows of the plan page, in words and figures.

The figures are those of the report (`service.projections.facts`) and of the table of
the command line (`service.projections.tables`); here they are put side by side, with what
changed since last month and with a key to sort each column by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from markupsafe import Markup

from data.plans.entries import log_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from models.targets.target import Status
from service.charts.sparkline import sparkline
from service.pages.site import Site
from service.pages.views.frame import PlanContent, frame_of, vintage_of
from service.projections.facts import Facts, Percentage, numbers_of
from service.projections.tables import Row, TaskRow, table_rows, task_rows
from service.projections.view import ProjectionView
from service.report.sentences import marked
from service.state.app_state import AppState
from service.texts import (
    STATE,
    STATUS,
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    signed_percent,
    words_of,
)

# The order in which a planner looks at them; also how the column of the status is sorted.
ORDER: tuple[Status, ...] = (
    "missed",
    "off_track",
    "at_risk",
    "on_track",
    "achieved",
    "no_basis",
    "no_target",
)
SIGNS: Mapping[str, str] = {
    "achieved": "✓",
    "on_track": "●",
    "at_risk": "▲",
    "off_track": "▼",
    "missed": "✕",
    "no_basis": "?",
    "no_target": "–",
}
_GUESSED = ("derived", "reconstructed")


@dataclass(frozen=True)
class SortKeys:
    """What each column of a row is sorted by; None sorts last."""

    actual: float | None
    of_plan: float | None
    on_period: float | None
    projected: float | None
    estimate: float | None
    target: float | None
    probability: float | None
    status: float
    pace: float | None
    change: float | None


@dataclass(frozen=True)
class BoardRow:
    """One KPI on the plan page; '–' where a thing does not exist.

    Attributes
    ----------
    row : what the command line shows of it too
    number : its place, '2.1' for a part
    of_plan, on_period : per cent, '*' where no source printed it
    estimate, estimate_state : the official estimate, approved or not
    spark : its months, drawn
    change, change_detail : of the probability in percentage points and of the
        projected year in per cent, since the end of last month
    marks : what its months are where they were not printed as they stand
    keys : to sort by, per column
    """

    row: Row
    number: str
    of_plan: str
    on_period: str
    estimate: str
    estimate_state: str
    spark: Markup
    change: str
    change_detail: str
    marks: tuple[str, ...]
    keys: SortKeys


@dataclass(frozen=True)
class Board:
    """The rows of the series, in the plan's order, and the projections of all KPIs."""

    rows: tuple[BoardRow, ...]
    projections: tuple[ProjectionView, ...]
    compared: date | None  # the day that changes are since; None without any answer then


@dataclass(frozen=True)
class LogShown:
    """A KPI kept in words, with what was said last; '' where nobody said anything."""

    kpi: str
    name: str
    month: str
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class BoardContent(PlanContent):
    """What the plan page shows.

    Attributes
    ----------
    board : None where nothing answers
    counts : code and name of each status, and how many rows have it
    compared : the day that changes are since, '' without any answer then
    """

    board: Board | None = None
    counts: tuple[tuple[Status, str, int], ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    logs: tuple[LogShown, ...] = ()
    compared: str = ""


def board_content(app_state: AppState, plan: Plan, site: Site) -> BoardContent:
    """What the plan page says at the vintage that is asked for."""
    lang = site.lang
    day = vintage_of(app_state, plan, site)
    content = BoardContent(frame=frame_of(app_state, plan, site, day))
    if day is None:
        return content
    try:
        board = board_of(app_state, plan, day, lang)
    except (NoBundle, NoObservations) as reason:
        return replace(content, problem=str(reason))
    kept = [kpi for kpi in plan.kpis if kpi.traits.in_words]
    return replace(
        content,
        board=board,
        counts=tuple((code, STATUS[lang][code], many) for code, many in counted(board.rows)),
        tasks=tuple(task_rows(board.projections, lang)),
        logs=tuple(_newest_words(app_state, plan, kpi, day, lang) for kpi in kept),
        compared=day_of(board.compared, lang) if board.compared else "",
    )


def _newest_words(app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang) -> LogShown:
    written = [
        one for one in log_of(app_state.store, plan.slug) if one.kpi == kpi.slug and one.day <= day
    ]
    name = name_of(kpi, lang)
    if not written:
        return LogShown(kpi.slug, name, "", "", "")
    last = sorted(written, key=lambda entry: (entry.month, entry.day))[-1]
    text = words_of({"vi": last.text_vi, "en": last.text_en}, lang)
    return LogShown(kpi.slug, name, month_name(last.month, lang), text, last.by)


def board_of(app_state: AppState, plan: Plan, day: date, lang: Lang) -> Board:
    """The plan page's rows at a vintage.

    Raises
    ------
    NoBundle, NoObservations
        If there is a series and nothing answers for that day.
    """
    facts = app_state.facts(plan.slug, day)
    since = day.replace(day=1) - timedelta(days=1)
    before = _before(app_state, plan, since)
    series = [one for one in facts if one.projection.task is None and not one.kpi.traits.in_words]
    rows = table_rows([one.projection for one in series], plan, lang)
    found = tuple(
        _row(one, row, number_, before.get(one.kpi.slug), lang)
        for one, row, number_ in zip(series, rows, numbers_of(series), strict=True)
    )
    shown = tuple(one.projection for one in facts)
    return Board(found, shown, since if before else None)


def _before(app_state: AppState, plan: Plan, since: date) -> dict[str, ProjectionView]:
    """The projections of an earlier day; none where nothing was trained up to then."""
    try:
        return {one.view.kpi: one.view for one in app_state.all_issued(plan.slug, since)}
    except (NoBundle, NoObservations):
        return {}


def _row(one: Facts, row: Row, place: str, before: ProjectionView | None, lang: Lang) -> BoardRow:
    now, target = one.projection, one.target
    change, detail, moved = _change(now, before, lang)
    entered, year = now.official_estimate, now.projected
    required = target.required if target else None
    return BoardRow(
        row=row,
        number=place,
        of_plan=share_shown(one.of_plan, lang),
        on_period=growth_shown(one.growth_to_date, lang),
        estimate=number(entered.value, lang, one.kpi.decimals) if entered else "–",
        estimate_state=STATE[lang][entered.state] if entered else "",
        spark=_spark(one),
        change=change,
        change_detail=detail,
        marks=_marks(one, lang),
        keys=SortKeys(
            actual=one.to_date,
            of_plan=one.of_plan.value if one.of_plan else None,
            on_period=one.growth_to_date.value if one.growth_to_date else None,
            projected=year.median if year else None,
            estimate=entered.value if entered else None,
            target=one.bound,
            probability=now.probability,
            status=float(ORDER.index(now.status)),
            pace=required.monthly_average if required else None,
            change=moved,
        ),
    )


def share_shown(value: Percentage | None, lang: Lang) -> str:
    """A share, '*' where no source printed it."""
    return "–" if value is None else marked(value, lang)


def growth_shown(value: Percentage | None, lang: Lang) -> str:
    """A growth with its sign, '*' where no source printed it."""
    if value is None:
        return "–"
    return signed_percent(value.value, lang) + ("" if value.printed else "*")


def _marks(one: Facts, lang: Lang) -> tuple[str, ...]:
    """Months of the year so far that nobody printed as they stand, and a demonstration."""
    statuses = [month.status for month in one.months]
    found = tuple(
        TEXT[lang].count(f"marks.{status}", statuses.count(status))
        for status in _GUESSED
        if status in statuses
    )
    shown = one.projection.projected is not None
    return (*found, TEXT[lang]["marks.label"]) if shown and one.projection.label else found


def _spark(one: Facts) -> Markup:
    known = [month for month in one.months if month.status != "projected"]
    ahead = [month for month in one.months if month.status == "projected"]
    return sparkline(
        [month.last_year for month in one.months],
        [month.value for month in known],
        [month.value for month in ahead],
    )


def _change(
    now: ProjectionView, before: ProjectionView | None, lang: Lang
) -> tuple[str, str, float | None]:
    """The probability's change in points, the year's in words, and the former as a number."""
    if before is None:
        return "–", "", None
    points, moved = "–", None
    if now.probability is not None and before.probability is not None:
        moved = 100 * (now.probability - before.probability)
        points = TEXT[lang]["since.points"].format(points=signed(moved, lang))
    year, then = now.projected, before.projected
    if year is None or then is None:
        return points, "", moved
    text = TEXT[lang]["since.projected"]
    if now.traits.outcome_is_rate:
        difference = signed(year.median - then.median, lang, 1)
        return points, text.format(change=TEXT[lang]["since.rate"].format(difference)), moved
    if not then.median > 0:
        return points, "", moved
    per_cent = signed_percent(100 * (year.median / then.median - 1), lang)
    return points, text.format(change=per_cent), moved


def counted(rows: Sequence[BoardRow]) -> list[tuple[Status, int]]:
    """How many rows there are of each status, the ones to look at first."""
    statuses = [one.row.status_code for one in rows]
    return [(status, statuses.count(status)) for status in ORDER if status in statuses]
