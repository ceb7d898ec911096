"""Presets of a border closure at the end of the year: the KPI, the first day, the share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.plans.plan import Plan
from data.samples.closures import Closure, closures
from models.errors import InvalidScenario
from models.events.event import Event
from models.series import Month
from service.projections.shape import Name, in_both
from service.shapes.analysis import Assumption, PresetShape
from service.texts import SCENARIO

GENERAL = "border-closure"  # of any plan; the KPI and the share are entered
FIRST_DAY, DAYS = 18, 31


@dataclass(frozen=True)
class Assumed:
    """A closure with its assumptions, and the event that follows from them.

    `entered`: the share was entered, it is not a published figure.
    """

    closure: Closure
    kpi: str
    event: Event
    entered: bool


def presets(plan: Plan) -> tuple[PresetShape, ...]:
    """The presets of a plan; a share that is null has to be entered."""
    return tuple(_preset(one) for one in _known(plan))


def assumed(plan: Plan, preset: str, given: Mapping[str, float], kpi: str | None) -> Assumed:
    """A preset with its assumptions.

    Parameters
    ----------
    given : 'share' in per cent and 'first_day' of December, in place of the preset's
    kpi : which passes the gate; default that of the preset

    Raises
    ------
    InvalidScenario
        If there is no such preset, or an assumption is missing or out of range.
    """
    known = {one.id: one for one in _known(plan)}
    if preset not in known:
        raise InvalidScenario(
            "plan '{slug}' has no preset '{preset}'; it has {known}.",
            slug=plan.slug,
            preset=preset,
            known=", ".join(known),
        )
    unknown = sorted(set(given) - {"share", "first_day"})
    if unknown:
        raise InvalidScenario(
            "expected the assumptions 'share' and 'first_day', found '{unknown}'.",
            unknown=unknown[0],
        )
    closure = known[preset]
    share = given.get("share", closure.share)
    day = given.get("first_day", closure.first_day)
    if share is None:
        raise InvalidScenario(
            "'{preset}' needs the assumption 'share': which per cent of the figure "
            "passes the gate. No published figure says it; enter your own.",
            preset=preset,
        )
    if not 0 < share <= 100 or not 1 <= day <= DAYS or day != int(day):
        raise InvalidScenario(
            "expected a share above 0 up to 100 per cent and a day of December, found "
            "{share:g} and {day:g}.",
            share=share,
            day=day,
        )
    slug = kpi or closure.kpi
    if not slug:
        raise InvalidScenario(
            "'{preset}' needs the KPI that passes the gate; name it.", preset=preset
        )
    plan.kpi(slug)
    closed = DAYS - int(day) + 1
    size = -share / 100.0 * closed / DAYS
    event = Event(closure.name_en, Month(plan.year, 12), "pulse", size)
    entered = "share" in given
    return Assumed(replace(closure, share=share, first_day=int(day)), slug, event, entered)


def _known(plan: Plan) -> tuple[Closure, ...]:
    general = Closure(
        GENERAL,
        "",
        FIRST_DAY,
        SCENARIO["vi"]["closure.name"],
        SCENARIO["en"]["closure.name"],
        SCENARIO["vi"]["closure.basis"],
        SCENARIO["en"]["closure.basis"],
        None,
    )
    own = [one for one in closures(plan.slug) if one.kpi in {kpi.slug for kpi in plan.kpis}]
    return (*own, general)


def assumptions(found: Assumed) -> tuple[Assumption, ...]:
    """The assumptions of a closure, each with value, unit and source."""
    closure = found.closure
    closed = DAYS - closure.first_day + 1
    basis = Name(vi=closure.basis_vi, en=closure.basis_en)
    if found.entered:
        basis = in_both(lambda lang: SCENARIO[lang]["assumption.entered"])
    assert closure.share is not None
    share = Assumption(
        name=in_both(lambda lang: SCENARIO[lang]["assumption.share"]),
        value=closure.share,
        unit="%",
        basis=basis,
    )
    days = Assumption(
        name=in_both(lambda lang: SCENARIO[lang]["assumption.days"]),
        value=closed,
        unit="days",
        basis=in_both(
            lambda lang: SCENARIO[lang]["assumption.days.basis"].format(
                first=closure.first_day, days=DAYS
            )
        ),
    )
    return share, days


def _preset(one: Closure) -> PresetShape:
    return PresetShape(
        preset=one.id,
        kpi=one.kpi or None,
        name=Name(vi=one.name_vi, en=one.name_en),
        assumptions={"share": one.share, "first_day": one.first_day},
        to_enter=("share",) if one.share is None else (),
        basis=Name(vi=one.basis_vi, en=one.basis_en),
    )
