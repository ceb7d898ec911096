"""Projections of a plan as of a date: what routes, pages and the command line all ask.

`basis_of` gathers what a date's answer rests on, `project_kpi` computes one
KPI's answer and stamps it, `projections` does so for a plan and writes the
ledger.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.panel import Panel
from data.plan import Plan, PlanVersion
from data.settings import Settings
from data.store import Store
from models.errors import InvalidMonth, NoObservations
from models.pipeline import Projection, project
from models.series import Month, Series
from models.target import Target
from service.stamps import rounded, stamp_of
from training.bundle import Bundle
from training.promotions import bundle_for

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Basis:
    """What the answers for one plan and date rest on.

    Attributes
    ----------
    plan : Plan
    day : the vintage; nothing published later is known
    version : the plan's version in force on that day; None before the first
    panel : the family's observations up to the day
    data_hash : of these observations
    bundle : what was learned from data up to that day
    model_version : the bundle's number in the registry
    """

    plan: Plan
    day: date
    version: PlanVersion | None
    panel: Panel
    data_hash: str
    bundle: Bundle
    bundle_hash: str
    model_version: str


@dataclass(frozen=True, eq=False)
class Answer:
    """One KPI's projection: as JSON with its stamp, and the objects behind it.

    `series` and `projection` are None where nothing was published.
    """

    json: Json
    inputs: Json
    series: Series | None
    projection: Projection | None


def as_of_date(text: str) -> date:
    """'2021-06' → 30 June 2021, '2021-06-15' → that day.

    Raises
    ------
    InvalidMonth
        If it is neither.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip())
    if found:
        year, month = int(found[1]), int(found[2])
        try:
            last = calendar.monthrange(year, month)[1]
            return date(year, month, int(found[3]) if found[3] else last)
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
