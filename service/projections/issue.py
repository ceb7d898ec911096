"""Computes and stamps the projections of a plan for a day; records those that are given out.

Routes, pages and the command line all call this: `issue_kpi` computes and stamps one KPI's
projection from a `Basis`, `computed` those of a plan, `projections` adds the estimates. Only
`issue` and `record` write the ledger: for a promoted model's own vintage, a signature, a
report of the command line, `vedich project --issue`. Reading writes nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.db.store import Store
from data.ledger.projections import Given, record_projections
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.progress import past_periods, planned_task, reports_of
from data.settings import Settings
from data.telemetry.context import Ids
from data.telemetry.spans import span
from models.errors import InvalidTarget, NoBundle, NoObservations
from models.pipeline import judged
from models.projection import Projection, without_figures
from models.series import Series
from models.targets.periods import base_known, period_of
from models.targets.target import Target
from models.targets.task import state_of
from models.tasks.milestones import PlannedTask, project_task
from service.projections.basis import Basis, basis_of, year_of
from service.projections.estimates import with_estimates
from service.projections.printed_figures import FIGURES, figures_behind
from service.projections.shape import Name, as_json, significant
from service.projections.stamps import stamp_of
from service.projections.view import (
    BaseWhenSetView,
    ElsewhereView,
    ProjectionView,
    StampInputs,
)
from service.projections.view_build import Context, stamped, unstamped

log = logging.getLogger(__name__)

GRID = (np.arange(100) + 0.5) / 100  # levels of the quantiles that the ledger keeps


@dataclass(frozen=True, eq=False)
class ProjectionInputs:
    """What a projection was computed from, besides the plan: see `StampInputs`."""

    data: str
    bundle: str | None = None
    seed: str | None = None
    events: int | None = None
    projects: int | None = None
    model_version: str | None = None


@dataclass(frozen=True, eq=False)
class Issued:
    """One KPI's stamped projection and what it was computed from.

    `met`, shape (n_paths,), in the family's joint order: whether the path meets the
    assigned target; None without a target or without a basis. `grid` has the year's
    quantiles at `GRID`, in the KPI's unit, so that it can be scored when the year is
    over; None without a basis.
    """

    view: ProjectionView
    inputs: StampInputs
    met: NDArray[np.bool_] | None = None
    grid: tuple[float, ...] | None = None

    @property
    def stamp(self) -> str:
        return self.view.stamp


def projections(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    kpi: str | None = None,
) -> list[ProjectionView]:
    """The projections of a plan's KPIs, or of one KPI.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default `default_day`
    kpi : slug; default all, in the plan's order

    Returns
    -------
    list of ProjectionView, with the official estimates of the vintage's month

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    NoObservations
        If no day is given and nothing was published or reported yet.
    NoBundle
        If a KPI has a series, but no bundle was trained on data up to that day.
    """
    found = computed(store, settings, plan, as_of, kpi)
    return with_estimates(store, [one.view for one in found])


def computed(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    kpi: str | None = None,
) -> list[Issued]:
    """The same as `projections`, before estimates, with inputs and the outcome on each path."""
    basis = basis_of(store, settings, plan, as_of)
    kpis = [kpi] if kpi else [one.slug for one in basis.plan.kpis]
    return [issue_kpi(basis, slug) for slug in kpis]


def issue(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    kpi: str | None = None,
) -> list[Issued]:
    """The same as `computed`, recorded in the ledger."""
    issued = computed(store, settings, plan, as_of, kpi)
    record(store, issued)
    return issued


def _lacks_figures(projected: Projection) -> bool:
    """Whether more figures would give a projection, or the base of its target."""
    if projected.status != "no_basis" or projected.task is not None:
        return False
    return projected.annual is None or not np.isfinite(projected.annual.base).all()


def issue_kpi(basis: Basis, slug: str) -> Issued:
    """Compute and stamp one KPI's projection; not yet recorded in the ledger."""
    about: Ids = {"plan": basis.plan.slug, "kpi": slug, "as_of": basis.day.isoformat()}
    with span("project", about) as begun:
        issued = _issue_kpi(basis, slug)
        if begun is not None:
            begun.set_attribute("vedich.stamp", issued.stamp)
        log.debug("projected", extra={"stamp": issued.stamp})
        return issued


def _issue_kpi(basis: Basis, slug: str) -> Issued:
    kpi, version = basis.plan.kpi(slug), basis.version
    projected, used = project_kpi(basis, slug)
    lacking = _lacks_figures(projected)
    body = unstamped(
        projected,
        Context(
            plan=basis.plan,
            version=version,
            kpi=kpi,
            day=basis.day,
            label=basis.label(slug),
            bases_when_set=tuple(
                _base_when_set(basis, kpi, one.target) for one in projected.attainments
            ),
            figures=figures_behind(
                basis.panel,
                slug,
                basis.day,
                basis.plan.year,
                shown=lacking,
                lacking=lacking,
            ),
            events=basis.accepted_events(slug),
            model_version=used.model_version,
            elsewhere=_elsewhere(basis, projected),
        ),
    )
    inputs = StampInputs(
        plan=basis.plan.slug,
        plan_version=version.number if version else None,
        kpi=slug,
        as_of=basis.day,
        data=used.data,
        bundle=used.bundle,
        seed=used.seed,
        events=used.events,
        projects=used.projects,
    )
    grid = None if projected.annual is None else _grid(projected.annual.samples)
    return Issued(stamped(body, stamp_of(body, inputs)), inputs, projected.met, grid)


def _elsewhere(basis: Basis, projected: Projection) -> tuple[ElsewhereView, ...]:
    """The names of the KPIs of other families that a late month was estimated from."""
    found = []
    for name in projected.nowcast.siblings if projected.nowcast else ():
        panel, slug = basis.panel.located(name)
        if panel is not basis.panel:
            kpi, plan = panel.definition(slug), basis.elsewhere[panel.family]
            own = Name(vi=kpi.name_vi, en=kpi.name_en)
            found.append(ElsewhereView(kpi=name, name=own, plan=plan))
    return tuple(found)


def _grid(samples: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(significant(float(one)) for one in np.quantile(samples, GRID))


def project_kpi(basis: Basis, slug: str) -> tuple[Projection, ProjectionInputs]:
    """One KPI's projection and what it was computed from.

    Raises
    ------
    NoBundle
        If a KPI has a series, but no bundle was trained on data up to that day.
    """
    kpi, version = basis.plan.kpi(slug), basis.version
    planned = None if version is None else planned_task(basis.plan, version, slug)
    if planned is not None and version is not None:
        return _task_projection(basis, planned, version)
    if is_task(basis.plan, kpi):
        reason = "the version in force on that day has no such task"
        return _nothing_known(basis, kpi, reason), ProjectionInputs("")
    if kpi.traits.in_words:
        empty = _nothing_known(basis, kpi, "it is kept in words, not in figures")
        return replace(empty, status="no_target"), ProjectionInputs("")
    try:
        series = basis.series(slug)
    except NoObservations as reason:
        return _nothing_known(basis, kpi, str(reason)), ProjectionInputs(basis.data_hash)
    return _series_projection(basis, kpi, series)


def is_task(plan: Plan, kpi: Kpi) -> bool:
    """Whether a KPI is counted or ticked off in any version of the plan."""
    listed = any(version.task_of(kpi.slug) for version in plan.versions)
    return kpi.traits.ticked_off or listed


def _series_projection(
    basis: Basis, kpi: Kpi, series: Series
) -> tuple[Projection, ProjectionInputs]:
    """The projection of a series and what it was computed from."""
    if isinstance(basis.bundle, NoBundle):
        raise basis.bundle
    seed = basis.published.isoformat()
    inputs = ProjectionInputs(
        data=basis.data_hash,
        bundle=basis.bundle.content_hash,
        seed=seed,
        events=basis.last_decision(kpi.slug),
        projects=basis.last_project(kpi.slug),
        model_version=basis.bundle.version,
    )
    targets = basis.version.targets_of(kpi.slug) if basis.version else ()
    found = year_of(basis, basis.bundle, kpi.slug, series)
    projected = judged(series, targets, found, basis.plan.year, thresholds=basis.plan.thresholds)
    return projected, inputs


def outcomes_of(basis: Basis, slug: str) -> NDArray[np.float64] | None:
    """A series' outcome of the year on every path, shape (n_paths,), in the KPI's unit.

    Simulated with the seed of the KPI's projection, so the quantiles are the same.
    None without a basis, for tasks and for KPIs in words.
    """
    kpi = basis.plan.kpi(slug)
    if kpi.traits.in_words or is_task(basis.plan, kpi):
        return None
    annual = project_kpi(basis, slug)[0].annual
    return None if annual is None else annual.samples


def _task_projection(
    basis: Basis, planned: PlannedTask, version: PlanVersion
) -> tuple[Projection, ProjectionInputs]:
    """The projection of a task and what it was computed from."""
    slug = planned.key.rpartition("/")[2]
    reports = [one for one in reports_of(basis.progress, slug) if one.day <= basis.day]
    state = state_of(planned.task, version.adopted, version.document, reports, basis.day)
    past = past_periods(basis.earlier, slug, basis.day)
    known = hashlib.sha256(repr((reports, past)).encode()).hexdigest()
    projected = project_task(planned, state, basis.day, past, thresholds=basis.plan.thresholds)
    return projected, ProjectionInputs(known)


def _nothing_known(basis: Basis, kpi: Kpi, reason: str) -> Projection:
    targets = basis.version.targets_of(kpi.slug) if basis.version else ()
    return without_figures(
        f"{basis.plan.family}/{kpi.slug}",
        kpi.kind,
        kpi.unit,
        basis.plan.year,
        basis.day,
        targets,
        {FIGURES: reason},
    )


def _base_when_set(basis: Basis, kpi: Kpi, target: Target) -> BaseWhenSetView | None:
    """Last year over the period of a growth target, as known when the target was set."""
    if target.form != "growth" or basis.version is None:
        return None
    day = basis.plan.set_on(kpi.slug, target, basis.version)
    try:
        months = period_of(target.period, basis.plan.year).months
        series = basis.panel.series_as_of(kpi.slug, day)
    except (InvalidTarget, NoObservations):
        return None
    known = None if months is None else base_known(series, basis.plan.year, *months)
    return known and BaseWhenSetView(value=known[0], status=known[1], as_of=day)


def record(store: Store, issued: Sequence[Issued]) -> None:
    """Record projections in the ledger; an existing entry is left unchanged."""
    given = []
    for one in issued:
        payload = {
            "inputs": as_json(one.inputs),
            "projection": as_json(one.view),
            "grid": one.grid and list(one.grid),
        }
        given.append(Given(one.stamp, one.view.plan, one.view.kpi, payload))
    record_projections(store, given)
    for one in issued:
        about = {"plan": one.view.plan, "kpi": one.view.kpi, "stamp": one.stamp}
        log.info("projection given out", extra=about)
