"""The why page: why performance changed, and, separately, why the forecast changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.plans.entries import log_of
from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.analysis.changes import PARTS, PROJECTS, changes
from service.analysis.contributions import contributions
from service.pages.views.frame import Frame, PlanContent
from service.projections.shape import encode
from service.shapes.analysis import Breakdown, ChangeList, Contributions, KpiChange, Part, Split
from service.state.app_state import JSON_TYPE, AppState, Body, etag_of
from service.texts import (
    CHANGE,
    FIGURE,
    TEXT,
    Lang,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    signed_percent,
    unit_name,
    words_of,
)
from service.wording import worded


@dataclass(frozen=True)
class ChangedFigure:
    """A figure before and now, and what each part of the change adds, in the order shown."""

    what: str
    before: str
    now: str
    change: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class ChangedKpi:
    """A KPI's change: the sentence, and its probability and projected year where known."""

    kpi: str
    name: str
    sentence: str
    rows: tuple[ChangedFigure, ...]


@dataclass(frozen=True)
class ComponentRow:
    """A component to date beside last year's same months, and the points it contributes."""

    name: str
    kpi: str
    to_date: str
    before: str
    status: str
    growth: str
    points: str


@dataclass(frozen=True)
class Remainder:
    """What the components leave of the total's growth."""

    name: str
    points: str


@dataclass(frozen=True)
class Total:
    """The whole that the components make up."""

    to_date: str
    before: str
    growth: str
    points: str


@dataclass(frozen=True)
class BreakdownShown:
    """A breakdown of a KPI into components; `left_out` names components without figures."""

    rows: tuple[ComponentRow, ...]
    remainder: Remainder
    total: Total
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Performance:
    """Why a KPI changed, January through a month."""

    kpi: str
    name: str
    label: str | None
    unit: str
    through: str
    sentence: str | None
    breakdowns: tuple[BreakdownShown, ...]


@dataclass(frozen=True)
class Cause:
    """A cause stated by the officer in charge."""

    kpi: str
    name: str
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class WhyContent(PlanContent):
    """The content of the why page.

    Attributes
    ----------
    since, since_month : the vintage that the forecast is compared with
    changed, not_compared : KPIs with a known change, and names of the others
    more : whether some KPIs were left out
    parts : names of the causes of a change
    no_change : why nothing could be compared, or ''
    """

    since: str = ""
    since_month: str = ""
    changed: tuple[ChangedKpi, ...] = ()
    more: bool = False
    not_compared: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    no_change: str = ""
    performance: tuple[Performance, ...] = ()
    causes: tuple[Cause, ...] = ()


def why_content(
    app_state: AppState, frame: Frame, before: date | None, after: date, every: bool, lang: Lang
) -> WhyContent:
    """Both answers of the why page.

    Parameters
    ----------
    before : the vintage that the forecast is compared with; default the end of the
        month before `after`'s
    after : the vintage shown
    every : compare all KPIs; else only those with a target, which is faster
    """
    plan = frame.plan
    since = before or after.replace(day=1) - timedelta(days=1)
    problem = ""
    found: list[KpiChange] = []
    chosen = [kpi for kpi in plan.kpis if not kpi.traits.in_words]
    version = plan.version_on(after)
    targeted = [kpi for kpi in chosen if version and version.targets_of(kpi.slug)]
    try:
        for kpi in chosen if every or not targeted else targeted:
            found.append(_change_of(app_state, plan.slug, since, after, kpi.slug))
    except (NoBundle, NoObservations) as reason:
        problem = worded(reason, lang)
    parts = _parts_of(found)
    changed = [_changed(one, parts, lang) for one in found]
    return WhyContent(
        frame=frame,
        since=day_of(since, lang),
        since_month=f"{since:%Y-%m}",
        changed=tuple(one for one in changed if one.rows),
        more=len(changed) < len(chosen) and not problem,
        not_compared=tuple(one.name for one in changed if not one.rows),
        parts=tuple(CHANGE[lang][f"part.{part}"] for part in parts),
        no_change=problem,
        performance=_performance(app_state, plan, after, lang),
        causes=_causes(app_state, plan, after, lang),
    )


def _change_of(app_state: AppState, plan: str, since: date, after: date, kpi: str) -> KpiChange:
    """One KPI's change, cached like the route's answer because it takes long to compute."""

    def make() -> Body:
        content = changes(app_state, plan, since, after, kpi)
        stamps = content.changes[0].stamp
        tag = etag_of([stamps.before, stamps.after], "-changes")
        return Body(encode(content), JSON_TYPE, tag)

    key = ("changes", since.isoformat(), after.isoformat(), kpi)
    body = app_state.body(plan, key, make)
    return ChangeList.model_validate_json(body.content).changes[0]


def _parts_of(changed: Sequence[KpiChange]) -> tuple[Part, ...]:
    """The parts shown: `PARTS`, and projects if they changed for some KPI."""
    named = {part.part for one in changed for part in one.projected.parts}
    if PROJECTS not in named:
        return PARTS
    place = PARTS.index("model") + 1
    return (*PARTS[:place], PROJECTS, *PARTS[place:])


def _changed(one: KpiChange, shown: Sequence[Part], lang: Lang) -> ChangedKpi:
    target = next((t for t in one.targets if t.probability.change is not None), None)
    year = one.projected
    rows = []
    if target is not None:
        chances, status = target.probability, target.status
        rows.append(
            ChangedFigure(
                what=TEXT[lang]["probability"],
                before=chance(chances.before, status.before or "", lang),
                now=chance(chances.after, status.after or "", lang),
                change=_points(chances.change, lang),
                parts=tuple(_points(value, lang) for value in _by_part(chances, shown)),
            )
        )
    if year.change is not None and year.after is not None:
        digits = 1 if one.unit == "%" or abs(year.after) < 1000 else 0
        rows.append(
            ChangedFigure(
                what=f"{TEXT[lang]['projected_year']}, {unit_name(one.unit, lang)}",
                before=number(year.before, lang, digits),
                now=number(year.after, lang, digits),
                change=signed(year.change, lang, digits),
                parts=tuple(signed(value, lang, digits) for value in _by_part(year, shown)),
            )
        )
    return ChangedKpi(one.kpi, one.name[lang], one.sentence[lang], tuple(rows))


def _by_part(split: Split, shown: Sequence[Part]) -> list[float]:
    """The change of each part shown; the effect of new random numbers is added to the last."""
    by_name = {part.part: part.change for part in split.parts}
    rest = sum(value for part, value in by_name.items() if part not in shown)
    values = [by_name.get(part, 0.0) for part in shown]
    return [*values[:-1], values[-1] + rest]


def _points(fraction: float | None, lang: Lang) -> str:
    return "–" if fraction is None else signed(100 * fraction, lang, 1)


def _performance(
    app_state: AppState, plan: Plan, day: date, lang: Lang
) -> tuple[Performance, ...]:
    """The KPIs with components, each breakdown as a table."""
    basis = app_state.basis(plan.slug, day)
    found = []
    for kpi in plan.kpis:
        contribution = contributions(basis, kpi.slug)
        if not contribution.breakdowns:
            continue
        found.append(
            Performance(
                kpi=kpi.slug,
                name=contribution.name[lang],
                label=contribution.label[lang] if contribution.label else None,
                unit=unit_name(contribution.unit, lang),
                through=month_name(contribution.cutoff, lang) if contribution.cutoff else "–",
                sentence=contribution.sentence[lang] if contribution.sentence else None,
                breakdowns=tuple(
                    _breakdown(one, contribution, kpi.decimals, lang)
                    for one in contribution.breakdowns
                    if one.parts
                ),
            )
        )
    return tuple(found)


def _breakdown(one: Breakdown, whole: Contributions, decimals: int, lang: Lang) -> BreakdownShown:
    rest = one.remainder
    return BreakdownShown(
        rows=tuple(
            ComponentRow(
                name=part.name[lang],
                kpi=part.kpi,
                to_date=number(part.to_date, lang, decimals),
                before=number(part.same_period, lang, decimals),
                status=FIGURE[lang][part.data_status] if part.data_status else "",
                growth=signed_percent(part.growth, lang),
                points=signed(part.contribution, lang, 1),
            )
            for part in one.parts
        ),
        remainder=Remainder(rest.name[lang], signed(rest.contribution, lang, 1)),
        total=Total(
            to_date=number(whole.to_date, lang, decimals),
            before=number(whole.same_period, lang, decimals),
            growth=signed_percent(whole.growth, lang),
            points=signed(whole.growth, lang, 1),
        ),
        left_out=tuple(f"{left.name[lang]}: {left.reason[lang]}" for left in one.left_out),
    )


def _causes(app_state: AppState, plan: Plan, day: date, lang: Lang) -> tuple[Cause, ...]:
    """Causes stated for the month: notes on KPIs, in the plan's order."""
    place = {kpi.slug: number for number, kpi in enumerate(plan.kpis)}
    month = Month(day.year, day.month)
    notes = [
        one
        for one in log_of(app_state.store, plan.slug)
        if one.month == month and one.kpi in place
    ]
    return tuple(
        Cause(
            kpi=one.kpi,
            name=name_of(plan.kpi(one.kpi), lang),
            text=words_of({"vi": one.text_vi, "en": one.text_en}, lang),
            by=one.by,
        )
        for one in sorted(notes, key=lambda note: (place[note.kpi], note.day))
    )
