"""Replays a published figure: computes it again from the inputs recorded under its stamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.db.store import Store
from data.ledger.projections import recorded_at, recorded_projection
from data.settings import Settings
from models.errors import UnknownStamp
from service.projections.basis import basis_of
from service.projections.issue import Issued, issue_kpi
from service.projections.shape import as_json
from service.projections.stamps import differences, is_stamp, tidy_stamp
from service.projections.view import ProjectionView, StampInputs

SHOWN = 10  # differences listed
# A stamp covers every field of an answer: with a field added it is another one, though each
# figure is the same. Figures that differ are listed one by one.
_OF_SHAPE = "projection.stamp:"


@dataclass(frozen=True)
class Entry:
    """What the ledger records under a stamp: the projection and its inputs.

    `grid` has the year's quantiles at `service.projections.issue.GRID`; None without a basis,
    and in entries of before it was kept.
    """

    inputs: StampInputs
    projection: ProjectionView
    grid: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Replay:
    """The recorded projection of a stamp and what the same computation gives today.

    `differences` names the inputs and figures that differ; it is empty if every digit
    is the same. `stored_at` is set if the figures in use changed since: the replay then
    uses those stored at that moment.
    """

    stamp: str
    recorded: Entry
    projection: ProjectionView
    differences: tuple[str, ...]
    stored_at: datetime | None = None

    @property
    def same(self) -> bool:
        return not self.differences


def entry_of(payload: Mapping[str, Any]) -> Entry:
    """Parse an entry of the ledger."""
    grid = payload.get("grid")
    return Entry(
        StampInputs.model_validate(payload["inputs"]),
        ProjectionView.model_validate(payload["projection"]),
        None if grid is None else tuple(map(float, grid)),
    )


def recorded(store: Store, stamp: str) -> Entry:
    """The ledger's entry under a stamp.

    Raises
    ------
    UnknownStamp
        If no figure has the stamp.
    """
    tidy = tidy_stamp(stamp)
    if not is_stamp(tidy):
        raise UnknownStamp(
            "expected a code of 12 letters A to Z and digits 2 to 7, found '{stamp}'. "
            "Check it against the published figure.",
            stamp=stamp,
        )
    return entry_of(recorded_projection(store, tidy))


def replay(store: Store, settings: Settings, stamp: str) -> Replay:
    """Compute a published figure again with the same plan version, data, bundle and seed.

    If the figures up to its vintage changed since, by late publications or a withdrawn
    import, the replay uses the figures stored when the stamp was made.

    Raises
    ------
    UnknownStamp
        If no figure has the stamp.
    NoBundle
        If its bundle is gone.
    """
    entry = recorded(store, stamp)
    stored_at = None
    again = _computed(store, settings, entry.inputs)
    if again.inputs.data != entry.inputs.data:
        stored_at = recorded_at(store, tidy_stamp(stamp))
        again = _computed(store, settings, entry.inputs, stored_at)
    then = {"inputs": as_json(entry.inputs), "projection": as_json(entry.projection)}
    now = {"inputs": as_json(again.inputs), "projection": as_json(again.view)}
    found = tuple(one for one in differences(then, now) if not one.startswith(_OF_SHAPE))
    return Replay(tidy_stamp(stamp), entry, again.view, found, stored_at)


def _computed(
    store: Store, settings: Settings, inputs: StampInputs, stored_at: datetime | None = None
) -> Issued:
    """One KPI's projection from recorded inputs, with the figures stored now or at a moment."""
    basis = basis_of(
        store,
        settings,
        inputs.plan,
        inputs.as_of,
        stored_at=stored_at,
        bundle_hash=inputs.bundle,
        version=inputs.plan_version or 0,
        events=inputs.events or 0,
        projects=inputs.projects or 0,
    )
    return issue_kpi(basis, inputs.kpi)
