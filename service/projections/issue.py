"""Projections of a plan as of a date: what routes, pages and the command line all ask.

`basis_of` gathers what a date's answers rest on, `issue_kpi` computes one KPI's
answer with its stamp, `projections` does so for a plan and writes the ledger.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from data.db.store import Store
from data.ledger.projections import record_projection
from data.plans.entries import progress_of
from data.plans.events import EventEntry, accepted_events, events_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.progress import past_periods, planned_task, reports_of
from data.plans.rows import family_plans, load_plan
from data.settings import Settings
from data.vintages.demonstration import labelled, series_to_project
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from data.vintages.rows import vintages_of
from models.candidates import REGISTRY
from models.errors import InvalidMonth, InvalidTarget, NoBundle, NoObservations
from models.events.event import Event
from models.pipeline import LADDER, Known, Learned, fit_candidates, project
from models.projection import Projection, without_figures
from models.series import Series
from models.targets.periods import base_known, period_of
from models.targets.target import Target
from models.targets.task import Progress, state_of
from models.tasks.milestones import PlannedTask, project_task
from service.projections.estimates import with_estimates
from service.projections.printed_figures import FIGURES, figures_behind
from service.projections.shape import Name, as_json
from service.projections.stamps import stamp_of
from service.projections.view import BaseWhenSetView, ProjectionView, StampInputs
from service.projections.view_build import Beside, stamped, unstamped
from service.texts import label_of
from training.bundle.promoted import PromotedBundle, bundle_for
from training.prior.editions import candidates_for


@dataclass(frozen=True, eq=False)
class Basis:
    """What the answers for one plan and date rest on.

    Attributes
    ----------
    plan : Plan
    version : the plan's version in force on that day; None before the first
    day : the vintage; nothing published or reported later is known
    published : the newest publication up to the day, which seeds the draws of
        series: asking for a later day without new figures changes no digit
    panel : the family's observations up to the day (or longer: series are cut)
    data_hash : of the observations known on that day
    bundle : what was learned from data up to that day, with its number; where
        nothing was, the error that a series is answered with
    progress : all reports about the plan's tasks
    earlier : the family's plans of earlier years, with all reports about their tasks
    labelled : KPIs whose answers carry the label of a demonstration
    events : what was decided about the family's events by that day
    """

    plan: Plan
    version: PlanVersion | None
    day: date
    published: date
    panel: Panel
    data_hash: str
    bundle: PromotedBundle | NoBundle
    progress: tuple[Progress, ...]
    earlier: tuple[tuple[Plan, tuple[Progress, ...]], ...]
    labelled: frozenset[str]
    events: tuple[EventEntry, ...]


@dataclass(frozen=True, eq=False)
class MadeFrom:
    """What a projection was computed from beside its plan: see `StampInputs`."""

    data: str
    bundle: str | None = None
    seed: str | None = None
    events: int | None = None
    model_version: str | None = None


@dataclass(frozen=True, eq=False)
class Issued:
    """One KPI's projection as it goes out, and what it was made from.

    `met` says for each path, in the family's joint order, whether the assigned
    target is met; None without one or without a basis.
    """

    view: ProjectionView
    inputs: StampInputs
    met: NDArray[np.bool_] | None = None

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
    """The projections of a plan's KPIs, or of one, entered into the ledger.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default the newest
    kpi : slug; default all, in the plan's order

    Returns
    -------
    list of ProjectionView, with the official estimates of the vintage's month

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    NoObservations
        If no date is given and nothing at all was published or reported.
    NoBundle
        If there is a series, and nothing was trained on data up to that date.
    """
    found = issue(store, settings, plan, as_of, kpi)
    return with_estimates(store, [one.view for one in found])


def issue(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    kpi: str | None = None,
) -> list[Issued]:
    """The same with what each was made from and, path by path, whether its target is met."""
    basis = basis_of(store, settings, plan, as_of)
    kpis = [kpi] if kpi else [one.slug for one in basis.plan.kpis]
    issued = [issue_kpi(basis, slug) for slug in kpis]
    record(store, issued)
    return issued


def as_of_date(text: str) -> date:
    """'2021-06' → 30 June 2021, '2021-06-15' → that day; `InvalidMonth` otherwise."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip())
    if found:
        year, month = int(found[1]), int(found[2])
        try:
            last = calendar.monthrange(year, month)[1]
            day = date(year, month, int(found[3]) if found[3] else last)
            if day < UNDATED:
                return day
        except ValueError:
            pass
    raise InvalidMonth(
        f"as_of: expected YYYY-MM or YYYY-MM-DD, found '{text}'. "
        "2021-06 means all that was published up to the last day of June 2021."
    )


def newest_vintage(store: Store, family: str) -> date:
    """The newest publication date; `NoObservations` if nothing was ever loaded."""
    vintages = vintages_of(store, family)
    if not vintages:
        raise NoObservations(
            f"plan family '{family}' has no figures yet. Load some: vedich ingest FILE."
        )
    return vintages[-1]


def newest_day(store: Store, plan: Plan) -> date:
    """The newest day of which a plan knows anything: figures, reports, else its adoption."""
    known = [
        *vintages_of(store, plan.family)[-1:],
        *(one.day for one in progress_of(store, plan.slug)),
    ]
    adopted = [version.adopted for version in plan.versions if version.tasks]
    if not known and not adopted:
        return newest_vintage(store, plan.family)
    return max(known or adopted)


def basis_of(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    *,
    panel: Panel | None = None,
    stored_at: datetime | None = None,
    bundle_hash: str | None = None,
    version: int | None = None,
    events: int | None = None,
) -> Basis:
    """Gather what a plan's answers for a date rest on.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default the newest
    panel : the family's observations, if they are at hand
    stored_at : rest on the figures as they were held at that moment; default now
    bundle_hash : of the promoted bundle to use; default the newest that fits
    version : number of the plan version to use, 0 for none; default the one in force
    events : number of the last decision about an event that counts; default the newest
    """
    document = load_plan(store, plan)
    family = document.family
    day = as_of or newest_day(store, document)
    in_force = document.version_on(day)
    if version is not None:
        in_force = next((one for one in document.versions if one.number == version), None)
    panel = panel or load_panel(store, family, day, stored_at)
    bundle: PromotedBundle | NoBundle
    try:
        bundle = bundle_for(store, settings.bundles, family, day, bundle_hash)
    except NoBundle as reason:
        bundle = reason
    return Basis(
        plan=document,
        version=in_force,
        day=day,
        published=max((one for one in panel.vintages() if one <= day), default=day),
        panel=panel,
        data_hash=panel.hash(day),
        bundle=bundle,
        progress=progress_of(store, document.slug),
        earlier=_earlier(store, document) if in_force and in_force.tasks else (),
        labelled=labelled(panel, [kpi.slug for kpi in document.kpis], day),
        events=tuple(
            one
            for one in events_of(store, family)
            if one.day <= day and (events is None or (one.number or 0) <= events)
        ),
    )


def _earlier(store: Store, plan: Plan) -> tuple[tuple[Plan, tuple[Progress, ...]], ...]:
    """The family's plans of earlier years, with their reports."""
    plans = (
        load_plan(store, slug) for slug in family_plans(store, plan.family) if slug != plan.slug
    )
    return tuple((one, progress_of(store, one.slug)) for one in plans if one.year < plan.year)


def issue_kpi(basis: Basis, slug: str) -> Issued:
    """One KPI's projection with its stamp; not yet in the ledger."""
    kpi, version = basis.plan.kpi(slug), basis.version
    projected, made_from = project_kpi(basis, slug)
    lacking = projected.status == "no_basis" and projected.task is None
    label = label_of(basis.plan, slug in basis.labelled)
    body = unstamped(
        projected,
        Beside(
            plan=basis.plan,
            version=version,
            kpi=kpi,
            day=basis.day,
            label=None if label is None else Name.model_validate(label),
            bases_when_set=tuple(
                _base_when_set(basis, kpi, one.target) for one in projected.attainments
            ),
            figures=figures_behind(
                basis.panel,
                slug,
                basis.day,
                shown=lacking or slug in basis.labelled,
                lacking=lacking,
            ),
            events=_events(basis, slug),
            model_version=made_from.model_version,
        ),
    )
    inputs = StampInputs(
        plan=basis.plan.slug,
        plan_version=version.number if version else None,
        kpi=slug,
        as_of=basis.day,
        data=made_from.data,
        bundle=made_from.bundle,
        seed=made_from.seed,
        events=made_from.events,
    )
    return Issued(stamped(body, stamp_of(body, inputs)), inputs, projected.met)


def project_kpi(
    basis: Basis,
    slug: str,
    series: Series | None = None,
    parts: Mapping[str, Series] | None = None,
) -> tuple[Projection, MadeFrom]:
    """One KPI's projection, and what it was made from.

    Parameters
    ----------
    series : to start from; default the KPI's as of the basis' day
    parts : of a total, its parts' series likewise

    Raises
    ------
    NoBundle
        If there is a series, and nothing was trained on data up to that date.
    """
    kpi, version = basis.plan.kpi(slug), basis.version
    planned = None if version is None else planned_task(basis.plan, version, slug)
    if planned is not None and version is not None:
        return _task_projection(basis, planned, version)
    if is_task(basis.plan, kpi):
        reason = "the version in force on that day has no such task"
        return _nothing_known(basis, kpi, reason), MadeFrom("")
    if kpi.traits.in_words:
        empty = _nothing_known(basis, kpi, "it is kept in words, not in figures")
        return replace(empty, status="no_target"), MadeFrom("")
    try:
        series = series or series_behind(basis, slug)
    except NoObservations as reason:
        return _nothing_known(basis, kpi, str(reason)), MadeFrom(basis.data_hash)
    return _series_projection(basis, kpi, series, parts or {})


def is_task(plan: Plan, kpi: Kpi) -> bool:
    """Whether a KPI is counted or ticked off in some version of the plan."""
    listed = any(version.task_of(kpi.slug) for version in plan.versions)
    return kpi.traits.ticked_off or listed


def series_behind(basis: Basis, slug: str) -> Series:
    """What a KPI's projection starts from; `NoObservations` where there is nothing."""
    series = series_to_project(basis.panel, slug, basis.day)
    if series.demonstration:  # which ends with the months that are over on the day
        return series
    return replace(series, as_of=basis.published)


def _series_projection(
    basis: Basis, kpi: Kpi, series: Series, parts: Mapping[str, Series]
) -> tuple[Projection, MadeFrom]:
    """A series' projection, and what it was made from."""
    if isinstance(basis.bundle, NoBundle):
        raise basis.bundle
    seed = basis.published.isoformat()
    made_from = MadeFrom(
        data=basis.data_hash,
        bundle=basis.bundle.content_hash,
        seed=seed,
        events=_last_decision(basis, kpi.slug),
        model_version=basis.bundle.version,
    )
    learned = learned_of(basis.bundle, kpi.slug, series)
    targets = basis.version.targets_of(kpi.slug) if basis.version else ()
    projected = project(
        series,
        targets,
        learned,
        events=_events(basis, kpi.slug),
        parts=_parts(basis, basis.bundle, kpi.slug, parts),
        year=basis.plan.year,
        seed=seed,
        candidates=candidates_for(basis.bundle.bundle.as_of.year),
    )
    return projected, made_from


def outcomes_of(basis: Basis, slug: str) -> NDArray[np.float64] | None:
    """A series' outcome of the year on every path, shape (n_paths,), in the KPI's unit.

    Drawn anew with the seed of its projection, so it has that projection's
    quantiles; None without a basis and for what is no series.
    """
    kpi = basis.plan.kpi(slug)
    if kpi.traits.in_words or is_task(basis.plan, kpi):
        return None
    annual = project_kpi(basis, slug)[0].annual
    return None if annual is None else annual.samples


def _parts(
    basis: Basis, promoted: PromotedBundle, slug: str, given: Mapping[str, Series]
) -> tuple[Known, ...]:
    """A total's parts as known on the same day; none where one has no figures."""
    parts = []
    for part in basis.panel.parts_of(slug):
        try:
            series = given.get(part) or series_behind(basis, part)
        except NoObservations:
            return ()
        parts.append(Known(series, learned_of(promoted, part, series), _events(basis, part)))
    return tuple(parts)


def _events(basis: Basis, slug: str) -> tuple[Event, ...]:
    """The accepted events that a KPI's forecast knows of."""
    return accepted_events(basis.events, slug, date.max)  # those of `events` all count


def _last_decision(basis: Basis, slug: str) -> int | None:
    """Number of the newest decision about events of a KPI or of its parts; None without any."""
    kpis = {slug, *basis.panel.parts_of(slug)}
    return max((one.number or 0 for one in basis.events if one.kpi in kpis), default=None)


def _task_projection(
    basis: Basis, planned: PlannedTask, version: PlanVersion
) -> tuple[Projection, MadeFrom]:
    """A task's projection, and what it was made from."""
    slug = planned.key.rpartition("/")[2]
    reports = [one for one in reports_of(basis.progress, slug) if one.day <= basis.day]
    state = state_of(planned.task, version.adopted, version.document, reports, basis.day)
    past = past_periods(basis.earlier, slug, basis.day)
    known = hashlib.sha256(repr((reports, past)).encode()).hexdigest()
    return project_task(planned, state, basis.day, past), MadeFrom(known)


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
    """Last year over the target's period as it was known when a growth target was set."""
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


def learned_of(promoted: PromotedBundle, slug: str, series: Series) -> Learned:
    """What the bundle knows of a KPI; for one that came later, the fallback ladder."""
    learned = promoted.bundle.learned.get(slug)
    if learned is not None:
        return learned
    parameters, failures = fit_candidates(series, {name: REGISTRY[name] for name in LADDER})
    reason = (
        f"model version {promoted.version} was trained before it had this KPI; run vedich retrain."
    )
    return Learned(parameters, {**failures, "ensemble": reason})


def record(store: Store, issued: Sequence[Issued]) -> None:
    """Enter projections into the ledger; one already there stays as it is."""
    for one in issued:
        payload = {"inputs": as_json(one.inputs), "projection": as_json(one.view)}
        record_projection(store, one.stamp, one.view.plan, one.view.kpi, payload)
