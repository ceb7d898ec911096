"""The plan page: every target of a plan in one table, the most urgent first.

It combines the figures of the report (`service.projections.facts`) and of the command
line's table (`service.projections.tables`) with the lines of the first page, and adds the
rest of the columns and a sort key for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from markupsafe import Markup

from data.plans.entries import log_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import NoBundle, NoObservations
from models.targets.target import Status
from service.analysis.quarter_needs import next_need
from service.charts.sparkline import sparkline
from service.pages.site import Site
from service.pages.views.frame import Choice, PlanContent, frame_of, vintage_of
from service.pages.views.target_line import (
    ORDER,
    TargetLine,
    points_moved,
    projections_before,
    target_line,
    urgency,
)
from service.projections.facts import Facts, Percentage
from service.projections.tables import Row, table_rows, task_rows
from service.projections.view import ProjectionView
from service.report.sentences import percentage_text
from service.state.app_state import AppState
from service.texts import (
    STATE,
    STATUS,
    TEXT,
    Lang,
    change_of,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    signed_percent,
    words_of,
)
from service.wording import on_page, person

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
    """The sort key of each column; None sorts last.

    Attributes
    ----------
    status : place in the order of urgency
    standing : the projected year as a share of the target
    need : what the next quarter's forecast leaves beyond its need, per cent
    """

    status: float
    standing: float | None
    need: float | None
    change: float | None
    of_plan: float | None
    on_period: float | None
    required_pace: float | None


@dataclass(frozen=True)
class TargetRow:
    """One KPI on the plan page; '–' for a missing value.

    Attributes
    ----------
    line : its bullet bar, probability, and the need of the next quarter
    row : the cells shared with the command line
    of_plan, on_period : per cent, '*' if no source printed it
    estimate, estimate_state : the official estimate, approved or not
    spark : sparkline of its months
    change, change_detail : of the probability in percentage points and of the
        projected year in per cent, since the end of last month
    lead, obstacle : of a task, '' if nobody said so
    notes : which months were not printed as they are
    place : in the plan's order
    keys : sort keys of the columns
    """

    line: TargetLine
    row: Row
    of_plan: str
    on_period: str
    estimate: str
    estimate_state: str
    spark: Markup
    change: str
    change_detail: str
    lead: str
    obstacle: str
    notes: tuple[str, ...]
    place: int
    keys: SortKeys


@dataclass(frozen=True)
class TargetTable:
    """The rows of the KPIs that have figures or are counted.

    Attributes
    ----------
    rows : those with a target, the most urgent first
    others : those without a target, in the plan's order
    compared : the day that changes are measured from; None without a projection then
    hindsight : the projections of that day are those of the newer model
    """

    rows: tuple[TargetRow, ...]
    others: tuple[TargetRow, ...]
    compared: date | None
    hindsight: bool = False


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
    plans : that the reader may see, by name
    table : None without projections; its rows are those that the address asks for
    counts : code, name and number of targets of each status
    targets : number of all targets
    chosen : statuses that the address asks for, as it writes them; '' for all
    others : how many KPIs without a target are folded away
    every : all columns are asked for
    estimated, changed : whether any row has an official estimate, or a change
    compared : the day that changes are measured from, '' without a projection then
    """

    plans: tuple[Choice, ...] = ()
    table: TargetTable | None = None
    counts: tuple[tuple[Status, str, int], ...] = ()
    targets: int = 0
    chosen: str = ""
    others: str = ""
    every: bool = False
    estimated: bool = False
    changed: bool = False
    logs: tuple[LogShown, ...] = ()
    compared: str = ""


def _plans(app_state: AppState, slugs: Sequence[str], lang: Lang) -> tuple[Choice, ...]:
    return tuple((slug, name_of(load_plan(app_state.store, slug), lang)) for slug in slugs)


def targets_content(app_state: AppState, plan: Plan, site: Site) -> TargetsContent:
    """The content of the plan page at the requested vintage.

    The query of the page's address chooses rows (`status=at_risk`, several with commas) and
    columns (`columns=all`).
    """
    lang, query = site.lang, dict(site.query)
    day = vintage_of(app_state, plan, site)
    frame = frame_of(app_state, plan, site, day)
    content = TargetsContent(frame=frame, plans=_plans(app_state, frame.plans, site.lang))
    if day is None:
        return content
    try:
        table = target_table(app_state, plan, day, lang)
    except (NoBundle, NoObservations) as reason:
        return replace(content, problem=on_page(reason, plan, lang))
    chosen = query.get("status", "")
    codes = [code for code in chosen.split(",") if code in ORDER]
    rows = tuple(one for one in table.rows if not codes or one.line.code in codes)
    compared = day_of(table.compared, lang) if table.compared else ""
    if table.hindsight:
        compared = TEXT[lang]["desk.hindsight"].format(day=compared)
    in_words = [kpi for kpi in plan.kpis if kpi.traits.in_words]
    return replace(
        content,
        table=replace(table, rows=rows),
        counts=tuple((code, STATUS[lang][code], many) for code, many in counted(table.rows)),
        targets=len(table.rows),
        chosen=",".join(codes),
        others=TEXT[lang].count("plan.others", len(table.others)),
        every=query.get("columns") == "all",
        estimated=any(one.estimate_state for one in rows),
        changed=any(one.change != "–" for one in rows),
        logs=tuple(_newest_words(app_state, plan, kpi, day, lang) for kpi in in_words),
        compared=compared,
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
    facts = [one for one in app_state.facts(plan.slug, day) if not one.kpi.traits.in_words]
    since = day.replace(day=1) - timedelta(days=1)
    aimed = [one for one in facts if one.projection.status != "no_target"]
    before, hindsight = projections_before(app_state, aimed, since, day)
    rows = table_rows([one.projection for one in facts], plan, lang)
    urgent = sorted(aimed, key=lambda one: urgency(one.projection))
    order = {one.kpi.slug: place for place, one in enumerate(urgent)}
    found = [
        _row(one, row, before.get(one.kpi.slug), (place, order.get(one.kpi.slug, 0)), lang)
        for place, (one, row) in enumerate(zip(facts, rows, strict=True))
    ]
    return TargetTable(
        rows=tuple(sorted((o for o in found if o.row.kpi in order), key=lambda o: o.keys.status)),
        others=tuple(one for one in found if one.row.kpi not in order),
        compared=since if before else None,
        hindsight=hindsight,
    )


def _row(
    one: Facts, row: Row, before: ProjectionView | None, places: tuple[int, int], lang: Lang
) -> TargetRow:
    """`places`: in the plan's order, and in the order of urgency."""
    now, target = one.projection, one.target
    change, detail, points_change = _change(now, before, lang)
    entered, year, task = now.official_estimate, now.projected, now.task
    required, need = target.required if target else None, next_need(one)
    told = next(iter(task_rows([now], lang)), None)
    return TargetRow(
        line=target_line(one, before, lang),
        row=row,
        of_plan=share_shown(one.of_plan, lang),
        on_period=growth_shown(one.growth_to_date, lang),
        estimate=number(entered.value, lang, one.kpi.decimals) if entered else "–",
        estimate_state=STATE[lang][entered.state] if entered else "",
        spark=_spark(one),
        change=change,
        change_detail=detail,
        lead=" · ".join(filter(None, (told.lead.strip("–"), told.role))) if told else "",
        obstacle=task.obstacle if task else "",
        notes=_notes(one, lang),
        place=places[0],
        keys=SortKeys(
            status=float(places[1]),
            standing=year.median / one.bound if year and one.bound else None,
            need=need.share if need else None,
            change=points_change,
            of_plan=one.of_plan.value if one.of_plan else None,
            on_period=one.growth_to_date.value if one.growth_to_date else None,
            required_pace=required.ratio_to_last_year if required else None,
        ),
    )


def share_shown(value: Percentage | None, lang: Lang) -> str:
    """A share, with '*' if no source printed it."""
    return "–" if value is None else percentage_text(value, lang)


def growth_shown(value: Percentage | None, lang: Lang) -> str:
    """A growth with its sign, with '*' if no source printed it."""
    if value is None:
        return "–"
    mark = "" if value.printed or value.points else "*"
    return change_of(value.value, lang, value.points) + mark


def _notes(one: Facts, lang: Lang) -> tuple[str, ...]:
    """Months of the year so far that no source printed as such."""
    statuses = [month.status for month in one.months]
    return tuple(
        TEXT[lang].count(f"row_note.{status}", statuses.count(status))
        for status in _NOT_PRINTED
        if status in statuses
    )


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
    points_change = points_moved(now, before)
    points = signed(points_change, lang)
    year, then = now.projected, before.projected
    if year is None or then is None:
        return points, "", points_change
    text = TEXT[lang]["since.projected"]
    if now.traits.outcome_is_rate or now.in_points:
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
