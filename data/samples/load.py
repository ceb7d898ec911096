"""Put shipped samples into a store: `vedich init --sample NAME`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from data.audit import process_user
from data.samples.files import FIGURES_FILE, FOLDER, read_sample, sample_names
from data.store import Added, ImportRecord, Saved, Store

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
    """Load one sample, or all that are shipped.

    Parameters
    ----------
    store : where to
    name : str, such as 'vietnam-2021', or 'all'
    moment : when it is loaded, for the record of the import; now if not given

    Returns
    -------
    tuple of LoadedSample, one for each plan

    Raises
    ------
    UnknownPlan
        If there is no such sample; the message lists those there are.
    """
    names = sample_names() if name == ALL else (name,)
    return tuple(_load(store, one, moment or datetime.now(UTC)) for one in names)


def _load(store: Store, name: str, moment: datetime) -> LoadedSample:
    plan, observations = read_sample(name)
    saved = store.save_plan(plan)
    origin = ImportRecord(
        file=f"samples/{name}/{FIGURES_FILE}",
        sha256=hashlib.sha256((FOLDER / name / FIGURES_FILE).read_bytes()).hexdigest(),
        imported_by=process_user(),
        imported_at=moment,
    )
    return LoadedSample(
        plan.slug, saved, store.add_observations(plan.family, observations, origin)
    )
