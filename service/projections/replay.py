"""A published figure computed again from what its stamp stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.db.store import Store
from data.ledger.projections import recorded_at, recorded_projection
from data.settings import Settings
from models.errors import UnknownStamp
from service.projections.issue import Issued, basis_of, issue_kpi
from service.projections.shape import as_json
from service.projections.stamps import differences, is_stamp, tidy_stamp
from service.projections.view import ProjectionView, StampInputs

SHOWN = 10  # differences listed


@dataclass(frozen=True)
class Entry:
    """What the ledger holds under a stamp: the projection, and what it was made from."""

    inputs: StampInputs
    projection: ProjectionView


@dataclass(frozen=True)
class Replay:
    """What a stamp's figure was, and what the same computation gives today.

    `differences` is empty when every digit is the same; otherwise it names the
    inputs and figures that are not. `stored_at` is the moment whose figures it rests
    on, where others count today.
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
    """An entry of the ledger, read."""
    return Entry(
        StampInputs.model_validate(payload["inputs"]),
        ProjectionView.model_validate(payload["projection"]),
    )


def recorded(store: Store, stamp: str) -> Entry:
    """The ledger's entry under a stamp.

    Raises
    ------
    UnknownStamp
        If no figure carries the stamp.
    """
    tidy = tidy_stamp(stamp)
    if not is_stamp(tidy):
        raise UnknownStamp(
            f"expected a code of 12 letters A to Z and digits 2 to 7, found '{stamp}'. "
            "Check it against the published figure."
        )
    return entry_of(recorded_projection(store, tidy))


def replay(store: Store, settings: Settings, stamp: str) -> Replay:
    """Compute a published figure again: same plan version, data, bundle and seed.

    If the figures published up to its vintage are not what they were, because some
    came late or an import was taken back, it is computed from those that were held
    when the stamp was made.

    Raises
    ------
    UnknownStamp
        If no figure carries the stamp.
    NoBundle
        If the bundle it was made with is gone.
    """
    entry = recorded(store, stamp)
    stored_at = None
    again = _computed(store, settings, entry.inputs)
    if again.inputs.data != entry.inputs.data:
        stored_at = recorded_at(store, tidy_stamp(stamp))
        again = _computed(store, settings, entry.inputs, stored_at)
    then = {"inputs": as_json(entry.inputs), "projection": as_json(entry.projection)}
    now = {"inputs": as_json(again.inputs), "projection": as_json(again.view)}
    found = tuple(differences(then, now))
    return Replay(tidy_stamp(stamp), entry, again.view, found, stored_at)


def _computed(
    store: Store, settings: Settings, inputs: StampInputs, stored_at: datetime | None = None
) -> Issued:
    """One KPI's projection from recorded inputs, with the figures held now or at a moment."""
    basis = basis_of(
        store,
        settings,
        inputs.plan,
        inputs.as_of,
        stored_at=stored_at,
        bundle_hash=inputs.bundle,
        version=inputs.plan_version or 0,
        events=inputs.events or 0,
    )
    return issue_kpi(basis, inputs.kpi)
