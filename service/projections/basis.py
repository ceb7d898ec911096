"""What a plan's answers for a day rest on: version, figures, reports, events and the bundle.

The defaults live here: the day is `default_day`, the bundle the one that
`training.bundle.promoted.default_promotion` chooses, and a KPI that the bundle does not
have gets the fallback ladder in `learned_of`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from data.db.store import Store
from data.ledger.promotions import promotions_of
from data.plans.entries import progress_of
from data.plans.events import EventEntry, accepted_events, events_of
from data.plans.plan import Plan, PlanVersion
from data.plans.projects import ProjectEntry, accepted_projects, projects_of
from data.plans.rows import family_plans, load_plan
from data.settings import Settings
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from data.vintages.rows import vintages_of
from models.candidates import REGISTRY
from models.disaggregation.late_month import can_be_estimated, with_month_left
from models.errors import InvalidMonth, NoBundle, NoObservations
from models.events.event import Event
from models.events.projects import Project
from models.paths import N_PATHS
from models.pipeline import (
    LADDER,
    Known,
    Learned,
    ProjectedYear,
    fit_candidates,
    late_month,
    year_ahead,
    years_of_family,
)
from models.series import Month, Series
from models.targets.task import Progress
from service.projections.shape import Name, if_known
from service.texts import label_of
from training.bundle.promoted import PromotedBundle, bundle_for
from training.prior.editions import candidates_for

FIRST_DAY = date(1990, 1, 1)  # of a vintage
AHEAD = timedelta(days=62)  # a vintage may lie so far after today


@dataclass(frozen=True, eq=False)
class Basis:
    """What the answers for one plan and day rest on.

    Attributes
    ----------
    plan : Plan
    version : the plan's version in force on that day; None before the first
    day : the vintage; nothing published or reported later is known
    published : the newest publication up to the day. It seeds the draws of series,
        so a later day without new figures changes no digit
    panel : the family's observations up to the day or later; series are truncated
    data_hash : of the observations known on that day
    bundle : trained on data up to that day, with its number; without one, the error
        that projections of series raise
    progress : all reports about the plan's tasks
    earlier : the family's plans of earlier years, with all reports about their tasks
    illustrative : KPIs with illustrative figures on that day; their answers are labelled
    elsewhere : family whose KPIs are indicators here → the name of its plan
    events, projects : decisions about the family's events and projects up to that day
    pinned : series to use in place of those at the day, by slug
    families : years of reconciled families, by their members; filled when first asked for
    started : what projections start from, by slug; filled when first asked for
    variants : bases that differ from this one in some inputs; filled by `varied`
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
    illustrative: frozenset[str]
    events: tuple[EventEntry, ...]
    projects: tuple[ProjectEntry, ...] = ()
    elsewhere: Mapping[str, Name] = field(default_factory=dict)
    pinned: Mapping[str, Series] = field(default_factory=dict)
    families: dict[tuple[str, ...], Mapping[str, ProjectedYear]] = field(
        default_factory=dict, init=False, repr=False
    )
    started: dict[str, Series] = field(default_factory=dict, init=False, repr=False)
    variants: dict[Hashable, Basis] = field(default_factory=dict, init=False, repr=False)

    def varied(self, key: Hashable, **inputs: Any) -> Basis:
        """The basis with other inputs, one object for each `key`: its families are kept too."""
        if key not in self.variants:
            self.variants[key] = replace(self, **inputs)
        return self.variants[key]

    def label(self, slug: str | None = None) -> Name | None:
        """The label of the answers for a KPI, or of what shows several KPIs of the plan."""
        shown = self.illustrative if slug is None else self.illustrative.intersection([slug])
        return if_known(label_of(self.plan, bool(shown)), Name.model_validate)

    def accepted_events(self, slug: str) -> tuple[Event, ...]:
        """The accepted events that a KPI's forecast uses."""
        return accepted_events(self.events, slug, date.max)  # `events` ends with the day

    def accepted_projects(self, slug: str) -> tuple[Project, ...]:
        """The accepted projects that move a KPI, without those of its parts."""
        return accepted_projects(self.projects, slug, date.max)  # `projects` ends with the day

    def last_decision(self, slug: str) -> int | None:
        """Number of the newest decision about events that reach a KPI's forecast, or None."""
        return self._newest(self.events, slug)

    def last_project(self, slug: str) -> int | None:
        """Number of the newest entry about projects that reach a KPI's forecast, or None."""
        return self._newest(self.projects, slug)

    def _newest(
        self, entries: tuple[EventEntry, ...] | tuple[ProjectEntry, ...], slug: str
    ) -> int | None:
        kpis = self.panel.relations.behind(slug)
        return max((one.number or 0 for one in entries if one.kpi in kpis), default=None)

    def series(self, slug: str) -> Series:
        """What a KPI's projection starts from; `NoObservations` without figures."""
        if slug in self.pinned:
            return self.pinned[slug]
        if slug not in self.started:
            self.started[slug] = _started(self, slug, self.printed_series(slug))
        return self.started[slug]

    def printed_series(self, slug: str) -> Series:
        """A KPI's figures as known on the day; an indicator's elsewhere as 'family/slug'."""
        panel, own = self.panel.located(slug)
        return replace(panel.series_as_of(own, self.day), as_of=self.published)

    @cached_property
    def newest_months(self) -> Mapping[str, Month]:
        """See `Panel.newest_months`."""
        return self.panel.newest_months(self.day)


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
    projects: int | None = None,
) -> Basis:
    """Gather what a plan's answers for a day rest on.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default `default_day`
    panel : the family's observations, if already loaded
    stored_at : use the figures stored at that moment; default now
    bundle_hash : of the promoted bundle to use; default the newest that fits
    version : number of the plan version to use, 0 for none; default the one in force
    events, projects : numbers of the last decisions about events and projects to use;
        default the newest

    Raises
    ------
    UnknownPlan
        If there is no such plan.
    NoObservations
        If no day is given and nothing was published or reported yet.
    """
    document = load_plan(store, plan)
    family = document.family
    day = as_of or default_day(store, document)
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
        illustrative=panel.illustrative(day),
        events=tuple(
            one
            for one in events_of(store, family)
            if one.day <= day and (events is None or (one.number or 0) <= events)
        ),
        projects=tuple(
            one
            for one in projects_of(store, family)
            if one.day <= day and (projects is None or (one.number or 0) <= projects)
        ),
        elsewhere={one: _plan_name(store, one, document.year) for one in panel.elsewhere},
    )


def default_day(store: Store, plan: Plan) -> date:
    """The day that answers without `as_of` are for, everywhere: the newest that is known.

    It is the newest vintage, the day of a later report on a task, or that of the newest model:
    figures are published before their month ends, a model is made for its end. A model answers
    unasked through the month after its own, without being made again; once something newer than
    that is known, the default stays on the model's day, and pages say so.
    Without figures and reports it is the newest adoption of a version with tasks;
    `NoObservations` if the plan has no tasks either.
    """
    known = [*_answerable(store, plan.family)]
    known += [one.day for one in progress_of(store, plan.slug)]
    adopted = [version.adopted for version in plan.versions if version.tasks]
    if not known and not adopted:
        return newest_vintage(store, plan.family)
    newest = max(known or adopted)
    modelled = max((one.as_of for one in promotions_of(store, plan.family)), default=newest)
    return modelled if _month(newest) > _month(modelled) + 1 else newest


def _month(day: date) -> int:
    return Month(day.year, day.month).ordinal


def newest_vintage(store: Store, family: str) -> date:
    """The newest vintage of a family that some model may answer for.

    `NoObservations` if nothing was ever loaded.
    """
    known = _answerable(store, family)
    if not known:
        raise NoObservations(
            "plan family '{family}' has no figures yet. Load some: vedich ingest FILE.",
            family=family,
        )
    return max(known)


def _answerable(store: Store, family: str) -> list[date]:
    """The newest publication and the newest model's day; empty if nothing was ever loaded."""
    published = vintages_of(store, family)[-1:]
    return [*published, *(one.as_of for one in promotions_of(store, family))]


def month_ends(first: date, last: date) -> tuple[date, ...]:
    """The last day of each month from one to another, and `last` itself at the end.

    Raises
    ------
    InvalidMonth
        If the first is after the last.
    """
    if first > last:
        raise InvalidMonth(
            "since: expected a month up to {last}, found {first}.", first=first, last=last
        )
    month, found = Month(first.year, first.month), []
    while month.last_day < last:
        found.append(month.last_day)
        month = month.plus(1)
    return (*found, last)


def as_of_date(text: str, today: date | None = None) -> date:
    """'2021-06' → 30 June 2021, '2021-06-15' → that day; `InvalidMonth` otherwise.

    A vintage lies between `FIRST_DAY` and `AHEAD` after today (an argument for tests).
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip())
    if found:
        year, month = int(found[1]), int(found[2])
        try:
            last = calendar.monthrange(year, month)[1]
            day = date(year, month, int(found[3]) if found[3] else last)
        except ValueError:
            day = UNDATED
        last_day = (today or date.today()) + AHEAD
        if FIRST_DAY <= day <= last_day:
            return day
        if day != UNDATED:
            raise InvalidMonth(
                "as_of: expected a day from {first} to {last}, found '{text}'. Figures of "
                "other days cannot have been published.",
                first=FIRST_DAY,
                last=last_day,
                text=text,
            )
    raise InvalidMonth(
        "as_of: expected YYYY-MM or YYYY-MM-DD, found '{text}'. 2021-06 means all "
        "that was published up to the last day of June 2021.",
        text=text,
    )


def learned_of(promoted: PromotedBundle, slug: str, series: Series) -> Learned:
    """What the bundle learned of a KPI; for a KPI added later, the fallback ladder."""
    learned = promoted.bundle.learned.get(slug)
    if learned is not None:
        return learned
    parameters, failures = fit_candidates(series, {name: REGISTRY[name] for name in LADDER})
    reason = (
        f"model version {promoted.version} was trained before it had this KPI; run vedich retrain."
    )
    return Learned(parameters, {**failures, "ensemble": reason})


def year_of(basis: Basis, promoted: PromotedBundle, slug: str, series: Series) -> ProjectedYear:
    """A KPI's projected year, reconciled with the KPIs that it is tied to.

    Parameters
    ----------
    promoted : the basis' bundle
    series : the KPI's, as the basis has it
    """
    relations = basis.panel.relations
    members = relations.related(slug)
    candidates = candidates_for(promoted.bundle.as_of.year)
    seed, year = basis.published.isoformat(), basis.plan.year

    def known(one: str, own: Series) -> Known:
        learned = learned_of(promoted, one, own)
        targets = basis.version.targets_of(one) if basis.version else ()
        events, projects = basis.accepted_events(one), basis.accepted_projects(one)
        return Known(own, learned, targets, events, projects)

    if not members:
        return year_ahead(known(slug, series), year, N_PATHS, seed, candidates)
    if members not in basis.families:
        tied: dict[str, Known] = {}
        for one in members:
            with suppress(NoObservations):
                tied[one] = known(one, basis.series(one))
        found = years_of_family(tied, relations, year, N_PATHS, seed, candidates)
        basis.families[members] = found
    return basis.families[members][slug]


def _started(basis: Basis, slug: str, series: Series) -> Series:
    """A KPI's series, with its late month where others have it.

    It is what the other parts leave of a total; else it is estimated, where that helps, from
    the family's KPIs and those of other families that are indicators here.
    """
    month = series.cutoff.plus(1)
    have = [one for one, newest in basis.newest_months.items() if newest >= month and one != slug]
    if isinstance(basis.bundle, NoBundle) or not have or not can_be_estimated(series):
        return series
    siblings: dict[str, Series] = {}
    for one in have:
        with suppress(NoObservations):
            siblings[one] = basis.printed_series(one)
    promoted = basis.bundle
    learned = learned_of(promoted, slug, series)
    totals = basis.panel.relations.printed_with(slug)
    if longer := with_month_left(series, totals, siblings, learned.revision):
        return longer
    known = Known(series, learned, events=basis.accepted_events(slug))
    candidates, seed = candidates_for(promoted.bundle.as_of.year), basis.published.isoformat()
    return late_month(known, siblings, N_PATHS, seed, candidates)


def _plan_name(store: Store, family: str, year: int) -> Name:
    """The name of a family's plan of a year, or of its newest."""
    slugs = family_plans(store, family)
    plan = load_plan(store, next((one for one in slugs if one.endswith(f"-{year}")), slugs[-1]))
    return Name(vi=plan.name_vi, en=plan.name_en)


def _earlier(store: Store, plan: Plan) -> tuple[tuple[Plan, tuple[Progress, ...]], ...]:
    """The family's plans of earlier years, with their reports."""
    plans = (
        load_plan(store, slug) for slug in family_plans(store, plan.family) if slug != plan.slug
    )
    return tuple((one, progress_of(store, one.slug)) for one in plans if one.year < plan.year)
