"""One target on one line: its bullet bar, probability, and the need of the next quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial

from markupsafe import Markup

from data.plans.kpi import Kpi
from models.errors import NoBundle, NoObservations
from models.targets.target import Status
from service.analysis.quarter_needs import QuarterNeed, next_need
from service.charts.bullet import bullet_bar
from service.projections.facts import Facts
from service.projections.tables import table_row
from service.projections.view import ProjectionView
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, number, signed, signed_percent

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
_QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class TargetLine:
    """A target in words and a drawing; '' for what does not exist.

    Attributes
    ----------
    bar : bullet bar
    to_date, projected, interval, target : what the bar draws, as texts
    probability : '' for a task without one
    moved : change of the probability since last month, '−14 điểm phần trăm'
    need : what the next quarter must bring, beside its forecast; of a task what remains
    short : the forecast falls short of that need; None if unknown
    """

    kpi: str
    name: str
    unit: str
    code: Status
    status: str
    probability: str
    moved: str
    bar: Markup
    to_date: str
    to_date_status: str
    projected: str
    interval: str
    target: str
    need: str
    short: bool | None


def urgency(one: ProjectionView) -> tuple[int, float]:
    """Sort key: the worst status first, then the least probable."""
    return ORDER.index(one.status), 1.0 if one.probability is None else one.probability


def target_line(one: Facts, before: ProjectionView | None, lang: Lang) -> TargetLine:
    """A KPI as a line.

    Parameters
    ----------
    one : its facts
    before : its projection at the end of the month before; None if unknown
    """
    view, kpi = one.projection, one.kpi
    row = table_row(view, kpi.decimals, lang)
    task, need = view.task, next_need(one)
    written = partial(number, lang=lang, decimals=kpi.decimals)
    return TargetLine(
        kpi=kpi.slug,
        name=row.name,
        unit=row.unit,
        code=view.status,
        status=row.status,
        probability=_known(row.probability),
        moved=moved(view, before, lang),
        bar=bullet_bar(view, kpi.decimals, lang),
        to_date=written(task.done) if task and task.done is not None else _known(row.actual),
        to_date_status=row.actual_status,
        projected="" if task else _known(row.projected),
        interval="" if task else _known(row.interval),
        target=_known(row.target),
        need=_task_need(view, lang) if task else need_words(need, kpi, lang) if need else "",
        short=None if need is None or need.enough is None else not need.enough,
    )


def _known(text: str) -> str:
    return "" if text == "–" else text


def points_moved(now: ProjectionView, before: ProjectionView | None) -> float | None:
    """The change of a probability in percentage points; None if one of them is unknown."""
    if before is None or now.probability is None or before.probability is None:
        return None
    return 100 * (now.probability - before.probability)


def moved(now: ProjectionView, before: ProjectionView | None, lang: Lang) -> str:
    """`points_moved` as a text with its unit."""
    points = points_moved(now, before)
    return "" if points is None else TEXT[lang]["since.points"].format(points=signed(points, lang))


def need_words(need: QuarterNeed, kpi: Kpi, lang: Lang) -> str:
    """'Quý III cần 5.267,6; dự báo 5.149,3 (−2,2%)'."""
    text = TEXT[lang]
    pattern = text["desk.ceiling"] if need.ceiling else text["desk.need"]
    unit = "%" if need.points else ""
    return pattern.format(
        quarter=_QUARTERS[need.quarter - 1],
        needed=f"{number(need.needed, lang, kpi.decimals)}{unit}",
        forecast=f"{number(need.brought, lang, kpi.decimals)}{unit}",
        gap=gap_words(need, lang),
    )


def gap_words(need: QuarterNeed, lang: Lang) -> str:
    """The gap in per cent of the need, or in points: '−2,2%'; '–' if unknown."""
    if need.share is None:
        return "–"
    if need.points:
        return TEXT[lang]["since.points"].format(points=signed(need.share, lang, 1))
    return signed_percent(need.share, lang)


def _task_need(one: ProjectionView, lang: Lang) -> str:
    task, text = one.task, TEXT[lang]
    if task is None or task.remaining is None:
        return ""
    remaining = number(task.remaining, lang)
    if task.deadline is None:
        return text["desk.task.left"].format(remaining=remaining)
    return text["desk.task"].format(remaining=remaining, day=day_of(task.deadline, lang))


def projections_before(
    app_state: AppState, targets: Sequence[Facts], since: date, day: date
) -> tuple[Mapping[str, ProjectionView], bool]:
    """The projections of an earlier day, and whether the day's model gave them in hindsight.

    Only of the KPIs given, since each takes a while to compute; empty if there were no figures
    by then.
    """
    found: dict[str, ProjectionView] = {}
    model_of = None
    for one in targets:
        plan, kpi = one.projection.plan, one.kpi.slug
        model_of = app_state.hindsight(plan, since, day)
        with suppress(NoBundle, NoObservations):
            found[kpi] = app_state.issued(plan, kpi, since, model_of).view
    return found, model_of is not None
