"""A total over the plans of a body and of those below it: the sum of their projections.

Parts are the KPIs of one slug in the plans of one year. A total's own interval is that
of the summed paths, narrower than the sum of the parts' intervals where they err
independently. A plan that cannot take part is named, never left out silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from data.accounts.bodies import Bodies, bodies_of
from data.plans.kpi import Kpi
from data.plans.rows import load_plan, plan_slugs, plans_of_year
from models.coherence import Member, OriginKey, sum_over_families
from models.errors import InputError, NoBundle, NoObservations, UnknownKpi
from models.projection import Projection
from service.projections.basis import Basis, default_day, learned_of
from service.projections.issue import project_kpi
from service.projections.shape import Name
from service.projections.view_build import outcomes_view, year_view
from service.shapes.roll_up import LeftOut, RollUp, RollUpPart
from service.state.app_state import AppState


def roll_up(
    app_state: AppState, body: str, kpi: str, year: int, as_of: date | None = None
) -> RollUp:
    """The total of a KPI over the plans of a body and of those below it.

    Parameters
    ----------
    body : whose plans, and those of the bodies below, are added up
    kpi : slug, the same in every plan
    year : of the plans
    as_of : the vintage; default the newest day of any of the plans

    Raises
    ------
    UnknownKpi
        If no plan of that year has such a KPI, or none has a projection.
    InputError
        If the KPI's kind does not add up, or units differ.
    """
    bodies = bodies_of(app_state.store)
    plans = _plans(app_state, bodies, body, year, kpi)
    if not plans:
        raise UnknownKpi(
            "no plan of {year} of '{body}' or a body below it has a KPI '{kpi}'. GET "
            "/v1/bodies shows bodies and their plan families.",
            year=year,
            body=body,
            kpi=kpi,
        )
    first = _same(plans)
    day = as_of or _newest(app_state, plans)
    members: list[Member] = []
    parts: list[RollUpPart] = []
    without: list[LeftOut] = []
    for plan, (owner, _kpi) in plans.items():
        basis = app_state.basis(plan, day)
        try:
            member, projection = _member(basis, kpi)
        except (NoBundle, NoObservations) as reason:
            without.append(LeftOut(plan=plan, body=owner, reason=str(reason)))
            continue
        members.append(member)
        parts.append(_part(app_state, plan, owner, projection, kpi, day))
    if not members:
        raise UnknownKpi(
            "no plan of {year} has a projection of '{kpi}': {reason}",
            year=year,
            kpi=kpi,
            reason=without[0].reason,
        )
    # parts are shown rounded; means add up, and a total of one part is that part
    outcomes = sum_over_families(f"total of {body}", day.isoformat(), members)
    mean = sum(part.projected.mean for part in parts)
    total = outcomes_view(outcomes).model_copy(update={"mean": mean})
    return RollUp(
        body=body,
        kpi=kpi,
        name=Name(vi=first.name_vi, en=first.name_en),
        unit=first.unit,
        kind=first.kind,
        year=year,
        as_of=day,
        status="projected",
        projected=total if len(parts) > 1 else parts[0].projected,
        parts=tuple(parts),
        without=tuple(without),
    )


def common_kpis(app_state: AppState, body: str) -> tuple[tuple[int, Kpi], ...]:
    """Year and KPI of every total over two bodies or more.

    Plans of one body are not offered: they often count the same thing, as a province within
    the country.
    """
    store, bodies = app_state.store, bodies_of(app_state.store)
    found: dict[tuple[int, str], list[tuple[str, Kpi]]] = {}
    for plan in (load_plan(store, slug) for slug in plan_slugs(store)):
        owner = bodies.of(plan.family).slug
        if body not in (owner, *bodies.above(owner)):
            continue
        for kpi in plan.kpis:
            found.setdefault((plan.year, kpi.slug), []).append((owner, kpi))
    return tuple(
        (year, owned[0][1])
        for (year, _slug), owned in sorted(found.items(), key=lambda item: -item[0][0])
        if len({owner for owner, _kpi in owned}) > 1
        and all(kpi.traits.adds_up for _owner, kpi in owned)
        and len({(kpi.kind, kpi.unit) for _owner, kpi in owned}) == 1
    )


def _plans(
    app_state: AppState, bodies: Bodies, body: str, year: int, kpi: str
) -> dict[str, tuple[str, Kpi]]:
    """Body and KPI of each plan of a year, of a body and of those below, that has the KPI."""
    found = {}
    for slug, family in plans_of_year(app_state.store, year):
        owner = bodies.of(family).slug
        if body not in (owner, *bodies.above(owner)):
            continue
        own = {one.slug: one for one in load_plan(app_state.store, slug).kpis}
        if kpi in own:
            found[slug] = (owner, own[kpi])
    return found


def _same(plans: Mapping[str, tuple[str, Kpi]]) -> Kpi:
    """The KPI that all plans share; raise `InputError` if theirs cannot be added up."""
    kpis = {plan: kpi for plan, (_body, kpi) in plans.items()}
    first = next(iter(kpis.values()))
    for plan, kpi in kpis.items():
        if not kpi.traits.adds_up or (kpi.kind, kpi.unit) != (first.kind, first.unit):
            raise InputError(
                "expected amounts in one unit to add up, found '{kpi}' of '{plan}' of kind "
                "'{kind}' in {unit}, beside '{other_kind}' in {other_unit}.",
                kpi=kpi.slug,
                plan=plan,
                kind=kpi.kind,
                unit=kpi.unit,
                other_kind=first.kind,
                other_unit=first.unit,
            )
    return first


def _newest(app_state: AppState, plans: Mapping[str, tuple[str, Kpi]]) -> date:
    days = []
    for plan in plans:
        try:
            days.append(default_day(app_state.store, load_plan(app_state.store, plan)))
        except NoObservations:
            continue
    if not days:
        raise NoObservations(
            "nothing was published for {plans}.",
            plans=", ".join(plans),
        )
    return max(days)


def _member(basis: Basis, kpi: str) -> tuple[Member, Projection]:
    """A plan's KPI with its year and its past errors; raise if it has no basis."""
    projection, _inputs = project_kpi(basis, kpi)
    if projection.annual is None:
        reason = "; ".join(f"{name}: {why}" for name, why in projection.failures.items())
        raise NoObservations(
            "'{kpi}' of '{plan}' has no basis. {reason}",
            kpi=kpi,
            plan=basis.plan.slug,
            reason=reason,
        )
    if isinstance(basis.bundle, NoBundle):
        raise basis.bundle
    errors: Mapping[OriginKey, float] = learned_of(basis.bundle, kpi, basis.series(kpi)).errors
    return Member(projection.key, projection.annual, errors), projection


def _part(
    app_state: AppState, plan: str, owner: str, found: Projection, kpi: str, day: date
) -> RollUpPart:
    (view,) = app_state.shown(plan, day, kpi)
    assert found.annual is not None
    return RollUpPart(
        plan=plan,
        body=owner,
        label=view.label,
        cutoff=view.cutoff,
        actual_to_date=view.actual_to_date,
        data_status=view.data_status,
        projected=year_view(found.annual),
        stamp=view.stamp,
    )
