"""Put shipped samples into a store: `vedich init --sample NAME`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from data.db.audit import process_user
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import Saved, save_plan
from data.samples.files import FIGURES_FILE, FOLDER, read_sample, sample_names
from data.vintages.observation import Observation
from data.vintages.rows import Added, ImportRecord, add_observations

ALL = "all"


@dataclass(frozen=True)
class LoadedSample:
    """What loading one sample changed; loading it again changes nothing."""

    plan: str
    saved: Saved
    added: Added


def load_sample(
    store: Store, name: str, moment: datetime | None = None
) -> tuple[LoadedSample, ...]:
    """Load one sample, with those that hold its indicators, or all that are shipped.

    Parameters
    ----------
    store : where to
    name : str, such as 'vietnam-2021', or 'all'
    moment : when it is loaded, for the record of the import; now if not given

    Returns
    -------
    tuple of LoadedSample, one for each plan, those with indicators first

    Raises
    ------
    UnknownPlan
        If there is no such sample; the message lists those there are.
    """
    wanted = sample_names() if name == ALL else (name,)
    samples = {one: read_sample(one) for one in wanted}
    for plan, _ in list(samples.values()):
        for other in _indicators(plan):
            samples.setdefault(other, read_sample(other))
    order = sorted(samples, key=lambda one: (len(_indicators(samples[one][0])), one))
    when = moment or datetime.now(UTC)
    return tuple(_load(store, one, *samples[one], when) for one in order)


def _indicators(plan: Plan) -> set[str]:
    """Samples of the same year that hold indicators of a plan's KPIs."""
    families = {(kpi.indicator or "").rpartition("/")[0] for kpi in plan.kpis}
    return {f"{family}-{plan.year}" for family in families - {"", plan.family}}


def _load(
    store: Store, name: str, plan: Plan, observations: Sequence[Observation], moment: datetime
) -> LoadedSample:
    saved = save_plan(store, plan)
    origin = ImportRecord(
        file=f"samples/{name}/{FIGURES_FILE}",
        sha256=hashlib.sha256((FOLDER / name / FIGURES_FILE).read_bytes()).hexdigest(),
        imported_by=process_user(),
        imported_at=moment,
    )
    return LoadedSample(
        plan.slug, saved, add_observations(store, plan.family, observations, origin)
    )
