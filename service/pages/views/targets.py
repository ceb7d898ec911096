"""The plan page: every target of a plan in one table.

It combines the figures of the report (`service.projections.facts`) and of the command
line's table (`service.projections.tables`), and adds the change since last month and a
sort key for each column.
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
from service.report.sentences import percentage_text
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
from service.wording import on_page, person

# Most urgent first; also the sort order of the status column.
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
_NOT_PRINTED = ("derived", "reconstructed")


@dataclass(frozen=True)
class SortKeys:
    """The sort key of each column; None sorts last."""

    actual: float | None
    of_plan: float | None
    on_period: float | None
    projected: float | None
    estimate: float | None
    target: float | None
    probability: float | None
    status: float
    required_pace: float | None
    change: float | None


@dataclass(frozen=True)
class TargetRow:
    """One KPI on the plan page; '–' for a missing value.

    Attributes
    ----------
    row : the cells shared with the command line
    number : position, '2.1' for a part
    of_plan, on_period : per cent, '*' if no source printed it
    estimate, estimate_state : the official estimate, approved or not
    spark : sparkline of its months
    change, change_detail : of the probability in percentage points and of the
        projected year in per cent, since the end of last month
    notes : which months were not printed as they are
    keys : sort keys of the columns
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
    notes: tuple[str, ...]
    keys: SortKeys


@dataclass(frozen=True)
class TargetTable:
    """The rows of the series, in the plan's order, and the projections of all KPIs."""

    rows: tuple[TargetRow, ...]
    projections: tuple[ProjectionView, ...]
    compared: date | None  # the day that changes are measured from; None without a projection then


@dataclass(frozen=True)
class LogShown:
    """A KPI reported in words, with its latest entry; '' without entries."""

    kpi: str
    name: str
    month: str
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class TargetsContent(PlanContent):
    """The content of the plan page.

    Attributes
    ----------
    table : None without projections
    counts : code, name and number of rows of each status
    compared : the day that changes are measured from, '' without a projection then
    """

    table: TargetTable | None = None
    counts: tuple[tuple[Status, str, int], ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    logs: tuple[LogShown, ...] = ()
    compared: str = ""


def targets_content(app_state: AppState, plan: Plan, site: Site) -> TargetsContent:
    """The content of the plan page at the requested vintage."""
    lang = site.lang
    day = vintage_of(app_state, plan, site)
    content = TargetsContent(frame=frame_of(app_state, plan, site, day))
    if day is None:
        return content
    try:
        table = target_table(app_state, plan, day, lang)
    except (NoBundle, NoObservations) as reason:
        return replace(content, problem=on_page(reason, plan, lang))
    in_words = [kpi for kpi in plan.kpis if kpi.traits.in_words]
    return replace(
        content,
        table=table,
        counts=tuple((code, STATUS[lang][code], many) for code, many in counted(table.rows)),
        tasks=tuple(task_rows(table.projections, lang)),
        logs=tuple(_newest_words(app_state, plan, kpi, day, lang) for kpi in in_words),
        compared=day_of(table.compared, lang) if table.compared else "",
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
    return LogShown(kpi.slug, name, month_name(last.month, lang), text, person(last.by, lang))


def target_table(app_state: AppState, plan: Plan, day: date, lang: Lang) -> TargetTable:
    """The plan page's rows at a vintage.

    Raises
    ------
    NoBundle, NoObservations
        If there is a series and no bundle or no figure for that day.
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
    return TargetTable(found, shown, since if before else None)


def _before(app_state: AppState, plan: Plan, since: date) -> dict[str, ProjectionView]:
    """The projections of an earlier day; empty if nothing was trained by then."""
    try:
        return {one.view.kpi: one.view for one in app_state.all_issued(plan.slug, since)}
    except (NoBundle, NoObservations):
        return {}


def _row(one: Facts, row: Row, place: str, before: ProjectionView | None, lang: Lang) -> TargetRow:
    now, target = one.projection, one.target
    change, detail, points_change = _change(now, before, lang)
    entered, year = now.official_estimate, now.projected
    required = target.required if target else None
    return TargetRow(
        row=row,
        number=place,
        of_plan=share_shown(one.of_plan, lang),
        on_period=growth_shown(one.growth_to_date, lang),
        estimate=number(entered.value, lang, one.kpi.decimals) if entered else "–",
        estimate_state=STATE[lang][entered.state] if entered else "",
        spark=_spark(one),
        change=change,
        change_detail=detail,
        notes=_notes(one, lang),
        keys=SortKeys(
            actual=one.to_date,
            of_plan=one.of_plan.value if one.of_plan else None,
            on_period=one.growth_to_date.value if one.growth_to_date else None,
            projected=year.median if year else None,
            estimate=entered.value if entered else None,
            target=one.bound,
            probability=now.probability,
            status=float(ORDER.index(now.status)),
            required_pace=required.monthly_average if required else None,
            change=points_change,
        ),
    )


def share_shown(value: Percentage | None, lang: Lang) -> str:
    """A share, with '*' if no source printed it."""
    return "–" if value is None else percentage_text(value, lang)


def growth_shown(value: Percentage | None, lang: Lang) -> str:
    """A growth with its sign, with '*' if no source printed it."""
    if value is None:
        return "–"
    return signed_percent(value.value, lang) + ("" if value.printed else "*")


def _notes(one: Facts, lang: Lang) -> tuple[str, ...]:
    """Months of the year so far that no source printed as such, and the label."""
    statuses = [month.status for month in one.months]
    found = tuple(
        TEXT[lang].count(f"row_note.{status}", statuses.count(status))
        for status in _NOT_PRINTED
        if status in statuses
    )
    shown = one.projection.projected is not None
    return (*found, TEXT[lang]["row_note.label"]) if shown and one.projection.label else found


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
    """Change of the probability in points, of the projected year, and the first as number."""
    if before is None:
        return "–", "", None
    points, points_change = "–", None
    if now.probability is not None and before.probability is not None:
        points_change = 100 * (now.probability - before.probability)
        points = TEXT[lang]["since.points"].format(points=signed(points_change, lang))
    year, then = now.projected, before.projected
    if year is None or then is None:
        return points, "", points_change
    text = TEXT[lang]["since.projected"]
    if now.traits.outcome_is_rate:
        difference = signed(year.median - then.median, lang, 1)
        change = TEXT[lang]["since.rate"].format(difference)
        return points, text.format(change=change), points_change
    if not then.median > 0:
        return points, "", points_change
    per_cent = signed_percent(100 * (year.median / then.median - 1), lang)
    return points, text.format(change=per_cent), points_change


def counted(rows: Sequence[TargetRow]) -> list[tuple[Status, int]]:
    """The number of rows of each status, most urgent first."""
    statuses = [one.row.status_code for one in rows]
    return [(status, statuses.count(status)) for status in ORDER if status in statuses]
