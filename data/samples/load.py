"""Loading shipped samples into a store: `vedich init --sample NAME`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from data.db.audit import process_user
from data.db.store import Store
from data.plans.entries import add_log, add_progress, log_of, progress_of
from data.plans.plan import Plan
from data.plans.rows import Saved, save_plan
from data.samples.files import (
    FIGURES_FILE,
    FOLDER,
    read_days,
    read_reports,
    read_sample,
    sample_names,
)
from data.vintages.observation import UNDATED, Observation
from data.vintages.rows import Added, ImportRecord, add_observations

ALL = "all"
OF_SAMPLE = "samples/"  # how the file of a sample's import begins


@dataclass(frozen=True)
class LoadedSample:
    """The changes made by loading a sample; loading it again changes nothing."""

    plan: str
    saved: Saved
    added: Added


def load_sample(
    store: Store, name: str, moment: datetime | None = None, until: date | None = None
) -> tuple[LoadedSample, ...]:
    """Load a sample and the samples with its indicators, or all shipped samples.

    Parameters
    ----------
    store : where to load
    name : str, such as 'vietnam-2021', or 'all'
    moment : time of the import, for its record; default now
    until : figures and reports of later days, and undated ones, are left out

    Returns
    -------
    tuple of LoadedSample, one for each plan, those with indicators first

    Raises
    ------
    UnknownPlan
        If there is no such sample; the message lists the samples.
    """
    wanted = sample_names() if name == ALL else (name,)
    samples = {sample: read_sample(sample) for sample in wanted}
    for plan, _ in list(samples.values()):
        for other in _indicators(plan):
            samples.setdefault(other, read_sample(other))
    order = sorted(samples, key=lambda sample: (len(_indicators(samples[sample][0])), sample))
    when = moment or datetime.now(UTC)
    return tuple(
        _load(store, sample, *samples[sample], when, until or UNDATED) for sample in order
    )


def _indicators(plan: Plan) -> set[str]:
    """Samples of the same year with indicators of a plan's KPIs."""
    families = {(kpi.indicator or "").rpartition("/")[0] for kpi in plan.kpis}
    return {f"{family}-{plan.year}" for family in families - {"", plan.family}}


def _load(
    store: Store,
    name: str,
    plan: Plan,
    observations: Sequence[Observation],
    moment: datetime,
    until: date,
) -> LoadedSample:
    saved = save_plan(store, plan)
    record = ImportRecord(
        file=f"{OF_SAMPLE}{name}/{FIGURES_FILE}",
        sha256=hashlib.sha256((FOLDER / name / FIGURES_FILE).read_bytes()).hexdigest(),
        imported_by=process_user(),
        imported_at=moment,
    )
    known = [one for one in observations if one.published <= until]
    days = [one for one in read_days(plan) if one.published <= until]
    added = add_observations(store, plan.family, known, record, dated=days)
    _add_reports(store, name, plan, until)
    return LoadedSample(plan.slug, saved, added)


def _add_reports(store: Store, name: str, plan: Plan, until: date) -> None:
    """The sample's reports about tasks, and its log, that are not stored yet."""
    progress, log = read_reports(name)
    if not (progress or log):
        return
    known = {replace(one, entered=None) for one in progress_of(store, plan.slug)}
    for report in progress:
        if report.day <= until and report not in known:
            add_progress(store, plan, report)
    logged = {replace(entry, entered=None) for entry in log_of(store, plan.slug)}
    for entry in log:
        if entry.day <= until and entry not in logged:
            add_log(store, plan, entry)
