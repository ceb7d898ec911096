"""Projections of a plan as of a date: what routes, pages and the command line all ask.

`basis_of` gathers what a date's answers rest on, `issue_kpi` computes one KPI's
answer with its stamp, `projections` does so for a plan and writes the ledger.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.demonstration import labelled, series_to_project
from data.observation import UNDATED, Kpi
from data.panel import Panel
from data.plan import Plan, PlanVersion, targets_of
from data.settings import Settings
from data.store import Store
from models.candidates import REGISTRY
from models.errors import InvalidMonth, NoObservations
from models.pipeline import LADDER, Learned, fit_candidates, project
from models.series import Series
from models.target import Target
from service.estimates import with_estimates
from service.figures import FIGURES, figures_behind
from service.stamps import rounded, stamp_of
from service.texts import label_of
from training.bundles import PromotedBundle, bundle_for
from training.priors import candidates_for

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Basis:
    """What the answers for one plan and date rest on.

    Attributes
    ----------
    plan : Plan
    version : the plan's version in force on that day; None before the first
    day : the vintage; nothing published later is known
    panel : the family's observations up to the day (or longer: series are cut)
    data_hash : of the observations known on that day
    bundle : what was learned from data up to that day, with its number
    labelled : KPIs whose answers carry the label of a demonstration
    """

    plan: Plan
    version: PlanVersion | None
    day: date
    panel: Panel
    data_hash: str
    bundle: PromotedBundle
    labelled: frozenset[str]


@dataclass(frozen=True)
class Issued:
    """One KPI's projection as it goes out, and what it was made from."""

    projection: Json
    inputs: Json

    @property
    def stamp(self) -> str:
        return str(self.projection["stamp"])


def projections(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    kpi: str | None = None,
) -> list[Json]:
    """The projections of a plan's KPIs, or of one, entered into the ledger.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default the newest
    kpi : slug; default all, in the plan's order

    Returns
    -------
    list of dict, the JSON of section 5 of the design, with the official
    estimates of the vintage's month

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    NoObservations
        If nothing at all was published up to that date.
    NoBundle
        If nothing was trained on data up to that date.
    """
    basis = basis_of(store, settings, plan, as_of)
    kpis = [kpi] if kpi else [one.slug for one in basis.plan.kpis]
    issued = [issue_kpi(basis, slug) for slug in kpis]
    record(store, issued)
    return with_estimates(store, [one.projection for one in issued])


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
    vintages = store.vintages(family)
    if not vintages:
        raise NoObservations(
            f"plan family '{family}' has no figures yet. Load some: vedich ingest FILE."
        )
    return vintages[-1]


def basis_of(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    *,
    panel: Panel | None = None,
    bundle_hash: str | None = None,
    version: int | None = None,
) -> Basis:
    """Gather what a plan's answers for a date rest on.

    Parameters
    ----------
    plan : slug
    as_of : the vintage; default the newest
    panel : the family's observations, if they are at hand
    bundle_hash : of the promoted bundle to use; default the newest that fits
    version : number of the plan version to use, 0 for none; default the one in force
    """
    document = store.plan(plan)
    family = document.family
    day = as_of or newest_vintage(store, family)
    in_force = document.version_on(day)
    if version is not None:
        in_force = next((one for one in document.versions if one.number == version), None)
    panel = panel or store.panel(family, day)
    return Basis(
        plan=document,
        version=in_force,
        day=day,
        panel=panel,
        data_hash=store.data_hash(family, day),
        bundle=bundle_for(store, settings.bundles, family, day, bundle_hash),
        labelled=labelled(panel, [kpi.slug for kpi in document.kpis], day),
    )


def issue_kpi(basis: Basis, slug: str) -> Issued:
    """One KPI's projection with its stamp; not yet in the ledger."""
    kpi = basis.plan.kpi(slug)
    targets = targets_of(slug, basis.version.targets) if basis.version else ()
    seed = basis.day.isoformat()
    try:
        series = series_to_project(basis.panel, slug, basis.day)
    except NoObservations as reason:
        body = _without_figures(basis, kpi, targets, str(reason))
    else:
        learned = learned_of(basis, slug, series)
        projected = project(
            series,
            targets,
            learned,
            year=basis.plan.year,
            seed=seed,
            candidates=candidates_for(basis.bundle.bundle.as_of.year),
        )
        body = projected.to_dict()
    number = basis.version.number if basis.version else None
    for entry, target in zip(body["targets"], targets, strict=True):
        entry["period"] = target.period
        entry["plan_version"] = number
    body["plan"], body["name"] = basis.plan.slug, {"vi": kpi.name_vi, "en": kpi.name_en}
    body["label"] = label_of(basis.plan, slug in basis.labelled)
    lacking = body["status"] == "no_basis"
    body["figures"] = figures_behind(
        basis.panel, slug, basis.day, shown=lacking or slug in basis.labelled, lacking=lacking
    )
    body["method"]["model_version"] = basis.bundle.version
    inputs = {
        "plan": basis.plan.slug,
        "plan_version": number,
        "kpi": slug,
        "as_of": basis.day.isoformat(),
        "data": basis.data_hash,
        "bundle": basis.bundle.content_hash,
        "seed": seed,
    }
    body = rounded({key: value for key, value in body.items() if key != "stamp"})
    return Issued({**body, "stamp": stamp_of(body, inputs)}, inputs)


def learned_of(basis: Basis, slug: str, series: Series) -> Learned:
    """What the bundle knows of a KPI; for one that came later, the fallback ladder."""
    learned = basis.bundle.bundle.learned.get(slug)
    if learned is not None:
        return learned
    parameters, failures = fit_candidates(series, {name: REGISTRY[name] for name in LADDER})
    reason = (
        f"model version {basis.bundle.version} was trained before it had this KPI; "
        "run vedich retrain."
    )
    return Learned(parameters, {**failures, "ensemble": reason})


def record(store: Store, issued: Sequence[Issued]) -> None:
    """Enter projections into the ledger; one already there stays as it is."""
    for one in issued:
        payload = {"inputs": one.inputs, "projection": one.projection}
        store.record_projection(one.stamp, one.projection["plan"], one.projection["kpi"], payload)


def _without_figures(basis: Basis, kpi: Kpi, targets: Sequence[Target], reason: str) -> Json:
    """The JSON of a KPI of which nothing was published yet."""
    return {
        "plan": None,
        "kpi": kpi.slug,
        "name": None,
        "label": None,
        "unit": kpi.unit,
        "kind": kpi.kind,
        "year": basis.plan.year,
        "as_of": basis.day.isoformat(),
        "cutoff": None,
        "actual_to_date": None,
        "data_status": None,
        "projected": None,
        "growth_on_last_year": None,
        "targets": [
            {
                "level": target.level,
                "comparator": target.comparator,
                "form": target.form,
                "lower": target.lower,
                "upper": target.upper,
                "lower_value": target.lower if target.form == "absolute" else None,
                "upper_value": target.upper if target.form == "absolute" else None,
                "plan_version": None,
                "source": target.source,
                "probability": None,
                "status": "no_basis",
                "expected_gap": None,
                "required": None,
            }
            for target in targets
        ],
        "probability": None,
        "status": "no_basis",
        "official_estimate": None,
        "months": [],
        "method": {
            "name": "none",
            "fallback": None,
            "failures": [{"candidate": FIGURES, "reason": reason}],
            "model_version": None,
        },
        "figures": None,
        "stamp": None,
    }
