"""A family of any number of KPIs: those of the sample `vietnam-2021`, and replicas of them.

Levels are scaled, so figures, vintages and revisions have real length, which is what the
time depends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.samples.files import read_sample
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations

SAMPLE, FAMILY, PLAN = "vietnam-2021", "many", "many-2021"
DAY = date(2021, 6, 30)  # the figures known on it


def loaded(settings: Settings, number: int) -> tuple[int, str]:
    """Load so many KPIs into an empty home.

    Returns
    -------
    number of figures; SHA-256 of them
    """
    plan, observations = read_sample(SAMPLE)
    kpis = list(islice(replicated(plan), number))
    printed: dict[str, list[Observation]] = {}
    for one in observations:
        printed.setdefault(one.kpi, []).append(one)
    figures = [one for kpi in kpis for one in figures_of(kpi, printed)]
    store = Store.open(settings.store_url)
    save_plan(store, Plan(PLAN, FAMILY, 2021, "", "", "", tuple(kpis), ()))
    origin = ImportRecord("replicas", "0" * 64, "experiment", datetime.now(UTC))
    add_observations(store, FAMILY, figures, origin)
    store.close()
    content = "\n".join(sorted(map(repr, figures)))
    return len(figures), hashlib.sha256(content.encode()).hexdigest()


def replicated(plan: Plan) -> Iterator[Kpi]:
    """The sample's KPIs, then replicas of them without end; totals keep their own parts."""
    number = 0
    while True:
        for kpi in plan.kpis:
            yield replace(
                kpi,
                slug=_replica(kpi.slug, number),
                parent=kpi.parent and _replica(kpi.parent, number),
                parts=tuple(_replica(part, number) for part in kpi.parts),
            )
        number += 1


def _replica(slug: str, number: int) -> str:
    return f"{slug}_{number}" if number else slug


def figures_of(kpi: Kpi, printed: Mapping[str, Sequence[Observation]]) -> Iterator[Observation]:
    """A KPI's figures up to the day; a replica's levels are scaled, its rates are not."""
    slug, _, number = kpi.slug.rpartition("_")
    replica = number.isdigit()
    scale = 1.0 + 0.1 * int(number) if replica else 1.0
    for one in printed.get(slug if replica else kpi.slug, ()):
        if one.published > DAY:
            continue
        is_rate = one.form.startswith(("rate", "share"))
        yield replace(one, kpi=kpi.slug, value=one.value if is_rate else scale * one.value)
