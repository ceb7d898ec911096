"""What looks wrong in a plan's figures and forecasts as of a day, each a sentence with what to do.

Today, the notices and the metrics read it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

import numpy as np

from data.notices.rows import Notice
from data.notices.rules import WATCHED, Watched
from data.plans.events import decided, events_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.events.event import Event
from models.pipeline import forecastable
from models.series import Month, Series
from models.watching.bases import NewBase, new_base
from models.watching.betting import Alarm
from models.watching.breaks import Break, find_break
from models.watching.stale import Overdue, overdue, repeated
from models.watching.units import UnitJump, shocks_of, unit_jump
from service.notices.drift import beyond_of, drift_of
from service.projections.shape import in_both
from service.state.app_state import AppState
from service.texts import (
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    number,
    percent,
    signed_percent,
    unit_name,
)

_FOLLOWS = ("derived", "reconstructed", None)  # from other figures, or a gap


def watched(app_state: AppState, plan: Plan, day: date) -> tuple[Notice, ...]:
    """What looks wrong as of a day, the most urgent first."""
    kept = app_state.computed(
        plan.slug, ("watched", day), lambda: tuple(_of_figures(app_state, plan, day))
    )
    found = [*kept, *_of_forecasts(app_state, plan)]
    return tuple(one for rule in WATCHED for one in found if one.rule == rule)


def _of_figures(app_state: AppState, plan: Plan, day: date) -> Iterator[Notice]:
    panel = app_state.panel(plan.family)
    entries = decided(events_of(app_state.store, plan.family), day).values()
    series: dict[str, Series] = {}
    kpis = [one for one in plan.kpis if one.takes_figures and one.slug in panel.definitions]
    for kpi in kpis:
        with suppress(NoObservations):
            series[kpi.slug] = panel.series_as_of(kpi.slug, day)
    shocks = shocks_of(map(forecastable, series.values()))
    for kpi in kpis:
        if kpi.slug in series:
            events = [one.event for one in entries if one.kpi == kpi.slug]
            yield from _of_kpi(panel, kpi, series[kpi.slug], events, shocks)


def _of_kpi(
    panel: Panel, kpi: Kpi, series: Series, events: list[Event], shocks: Collection[Month]
) -> Iterator[Notice]:
    known = panel.observations(kpi.slug, series.as_of)
    figures = [one for one in known if one.form not in ("plan", "year")]
    if not figures:
        return
    published = _first_published(figures)
    late = overdue(published, series.as_of)
    if late is not None:
        last = max(published)
        yield _notice("stale", kpi, str(late.month), partial(_overdue, kpi, late, last))
    printed = [status not in _FOLLOWS for status in series.status]
    copies = repeated(np.where(printed, series.values, np.nan))
    if copies:
        first = series.cutoff.plus(1 - copies)
        yield _notice("stale", kpi, f"copied {first}", partial(_copied, kpi, copies, series))
    months = forecastable(series)
    if not kpi.traits.known_by_rates:
        jump = unit_jump(months, shocks)
        if jump is not None and all(event.start != jump.month for event in events):
            yield _notice("unit", kpi, str(jump.month), partial(_jump, kpi, jump))
            return  # a wrong unit that lasts looks like a break
        newest = figures[-1].published
        rebased = _rebased(panel, kpi, series, newest)
        if rebased is not None:
            yield _notice("base", kpi, str(newest), partial(_base, kpi, rebased, newest))
    broken = find_break(months, events)
    if broken is not None:
        yield _notice("break", kpi, str(broken.since), partial(_break, kpi, broken))


def _first_published(figures: list[Observation]) -> Mapping[Month, date]:
    """When each month was published first; what came before it was over, from its end on."""
    found: dict[Month, date] = {}
    for one in figures:
        found[one.month] = min(found.get(one.month, one.published), one.published)
    return found


def _rebased(panel: Panel, kpi: Kpi, after: Series, newest: date) -> NewBase | None:
    try:
        return new_base(panel.series_as_of(kpi.slug, newest - timedelta(days=1)), after)
    except NoObservations:
        return None


def _of_forecasts(app_state: AppState, plan: Plan) -> Iterator[Notice]:
    beyond = beyond_of(app_state, plan)
    for kpi in plan.kpis:
        if (alarm := beyond.get(kpi.slug)) is not None:
            yield _notice("errors", kpi, str(alarm.month), partial(_beyond, kpi, alarm))
    drift = drift_of(app_state, plan)
    if drift is not None:
        said = in_both(partial(_drift, drift))
        yield Notice("drift", f"drift {drift.month}", vi=said.vi, en=said.en)


def _notice(rule: Watched, kpi: Kpi, about: str, said: Callable[[Lang], str]) -> Notice:
    text = in_both(said)
    return Notice(rule, f"{rule} {kpi.slug} {about}", text.vi, text.en, kpi=kpi.slug)


def _overdue(kpi: Kpi, late: Overdue, last: Month, lang: Lang) -> str:
    return TEXT[lang]["notice.overdue"].format(
        kpi=name_of(kpi, lang),
        month=month_name(late.month, lang),
        days=number(late.longest, lang),
        last=month_name(last, lang),
    )


def _copied(kpi: Kpi, copies: int, series: Series, lang: Lang) -> str:
    return TEXT[lang]["notice.copied"].format(
        kpi=name_of(kpi, lang),
        count=copies,
        last=month_name(series.cutoff, lang),
        value=number(float(series.values[-1]), lang, kpi.decimals),
        unit=unit_name(kpi.unit, lang),
    )


def _jump(kpi: Kpi, jump: UnitJump, lang: Lang) -> str:
    text = TEXT[lang]
    pattern = text["notice.unit_large"] if jump.power > 0 else text["notice.unit_small"]
    return pattern.format(
        kpi=name_of(kpi, lang),
        month=month_name(jump.month, lang),
        times=number(10.0 ** abs(jump.power), lang),
        unit=unit_name(kpi.unit, lang),
    )


def _base(kpi: Kpi, found: NewBase, day: date, lang: Lang) -> str:
    text = TEXT[lang]
    said = text["notice.base"].format(
        kpi=name_of(kpi, lang),
        day=day_of(day, lang),
        first=month_name(found.first, lang),
        last=month_name(found.last, lang),
        factor=number(found.factor, lang, 4),
    )
    todo = (
        text["notice.base_whole"]
        if found.whole
        else text["notice.base_part"].format(first=month_name(found.first, lang))
    )
    return f"{said} {todo}"


def _break(kpi: Kpi, found: Break, lang: Lang) -> str:
    return TEXT[lang]["notice.break"].format(
        kpi=name_of(kpi, lang),
        month=month_name(found.since, lang),
        size=signed_percent(100 * found.size, lang, 0),
    )


def _beyond(kpi: Kpi, alarm: Alarm, lang: Lang) -> str:
    return TEXT[lang]["notice.errors"].format(
        kpi=name_of(kpi, lang),
        months=alarm.months,
        share=percent(100 * alarm.share, lang, 0),
    )


def _drift(alarm: Alarm, lang: Lang) -> str:
    return TEXT[lang]["notice.drift"].format(
        months=alarm.months, share=percent(100 * alarm.share, lang, 0)
    )
