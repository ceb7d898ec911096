"""Entering official estimates; signing them and the months they belong to.

Each function checks the rules of `data/sign_off/rules.py`, adds its step and writes the
audit log in a single transaction, so that two people cannot sign at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from data.accounts.accounts import any_account
from data.db.audit import write_entry
from data.db.store import Store
from data.plans.plan import Plan
from data.sign_off.rows import add_estimate, add_step, read_sign_off, write_issued
from data.sign_off.rules import (
    STATES,
    Estimate,
    SignOff,
    State,
    Step,
    figures_of,
    require_back,
    require_forward,
    signed,
)
from models.errors import InputError, InvalidEstimate, OutOfTurn, Phrase, UnknownEstimate
from models.series import Month


@dataclass(frozen=True)
class Entry:
    """An official estimate for the year as somebody enters it."""

    kpi: str
    value: float
    unit: str
    reason: str


def enter_estimate(
    store: Store,
    plan: Plan,
    month: Month,
    kpi: str,
    value: float,
    unit: str,
    reason: str,
    by: str,
) -> SignOff:
    """Enter a KPI's official estimate for the year, as a draft; raise as `enter_estimates`."""
    return enter_estimates(store, plan, month, [Entry(kpi, value, unit, reason)], by)


def enter_estimates(
    store: Store, plan: Plan, month: Month, entries: Sequence[Entry], by: str
) -> SignOff:
    """Enter official estimates of a month as drafts, all or none.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    InvalidEstimate
        If the value is not finite or repeats the current estimate, the unit is not
        the KPI's, the reason is missing, or the month is outside the plan's year and
        the next.
    """
    for one in entries:
        refuse_unfit(plan, month, one.kpi, one.value, one.unit, one.reason)
    with store.writing() as connection:
        for one in entries:
            _enter(_Act(connection, plan, month, by, one.reason.strip()), one)
        return read_sign_off(connection, plan.slug, month)


def _enter(act: _Act, one: Entry) -> None:
    before = act.now().current.get(one.kpi)
    if before and (before.value, before.reason) == (one.value, act.note):
        raise InvalidEstimate(
            "'{kpi}' in {month} is {in_words} already ({state}); expected another value "
            "or another reason.",
            kpi=one.kpi,
            month=act.month,
            in_words=before.in_words,
            state=before.state,
        )
    number = add_estimate(act.connection, act.plan, act.month, one.kpi, one.value, one.unit)
    add_step(act.connection, act.plan, act.month, act.step("draft"), number)
    act.log(
        "estimate.draft",
        one.kpi,
        _logged(before) if before else None,
        _logged(act.estimate(one.kpi)),
    )


def sign_estimate(
    store: Store, plan: Plan, month: Month, kpi: str, seen: int, to: State, by: str, note: str = ""
) -> SignOff:
    """Take an estimate one step on.

    Parameters
    ----------
    seen : id of the estimate the signer looked at; if a newer one exists, nothing is signed

    Raises
    ------
    UnknownEstimate, OutOfTurn, NotAllowed
        If there is no estimate, another step comes first, or `by` is its author.
    """
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        act.sign_estimate(act.unchanged(act.estimate(kpi), seen), to)
        return act.now()


def sign_estimates(
    store: Store, plan: Plan, month: Month, seen: Sequence[int], to: State, by: str, note: str = ""
) -> SignOff:
    """Take several estimates of a month one step on: all of them, or none.

    Parameters
    ----------
    seen : ids of the estimates the signer looked at

    Raises
    ------
    UnknownEstimate, OutOfTurn, NotAllowed
        As `sign_estimate`, for the first that cannot be signed.
    """
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        for estimate in act.seen(seen):
            act.sign_estimate(estimate, to)
        return act.now()


def return_estimates(
    store: Store, plan: Plan, month: Month, seen: Sequence[int], by: str, note: str
) -> SignOff:
    """Return several estimates of a month to draft, with one reason: all of them, or none."""
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        for estimate in act.seen(seen):
            act.return_estimate(estimate)
        return act.now()


def return_estimate(
    store: Store, plan: Plan, month: Month, kpi: str, by: str, note: str
) -> SignOff:
    """Return an estimate to draft, with a reason; an issued estimate cannot be returned."""
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        act.return_estimate(act.estimate(kpi))
        return act.now()


def sign_month(
    store: Store,
    plan: Plan,
    month: Month,
    stamps: dict[str, str],
    seen: str,
    to: State,
    by: str,
    note: str = "",
) -> SignOff:
    """Take a month's projections, and its estimates with them, one step on.

    An estimate that is further already keeps its state. Issuing records which
    projections were issued.

    Parameters
    ----------
    stamps : of the month's current projections, by KPI in the plan's order; all are
        in the ledger
    seen : hash of what the signer looked at, see `figures_of`

    Raises
    ------
    OutOfTurn
        If another step comes first, or the figures changed since the signer looked
        at them or since they were checked.
    NotAllowed
        If `by` is the author of one of its estimates.
    """
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        now = act.now()
        estimates = now.current.values()
        require_forward(act.name(), now.steps, to, by, act.authors(*estimates))
        figures = figures_of(stamps, now.current)
        _refuse_other_figures(act.name(), now, seen, figures, to)
        for estimate in estimates:
            if STATES.index(estimate.state) < STATES.index(to):
                act.sign_estimate(estimate, to)
        number = act.add_month_step(now, to, figures)
        if to == "issued":
            write_issued(connection, number, stamps)
        return act.now()


def return_month(store: Store, plan: Plan, month: Month, by: str, note: str) -> SignOff:
    """Return a month to draft, with a reason; what was issued stays issued."""
    with store.writing() as connection:
        act = _Act(connection, plan, month, by, note.strip())
        now = act.now()
        require_back(act.name(), now.steps, note)
        act.add_month_step(now, "draft")
        return act.now()


@dataclass(frozen=True)
class _Act:
    """What one person does to one month, within one transaction."""

    connection: Connection
    plan: Plan
    month: Month
    by: str
    note: str

    def now(self) -> SignOff:
        return read_sign_off(self.connection, self.plan.slug, self.month)

    def name(self, kpi: str | None = None) -> Phrase:
        """What is signed, in words."""
        if kpi is None:
            return Phrase("{month} of '{plan}'", month=self.month, plan=self.plan.slug)
        return Phrase(
            "the official estimate of '{kpi}' in {month} of '{plan}'",
            kpi=kpi,
            month=self.month,
            plan=self.plan.slug,
        )

    def estimate(self, kpi: str) -> Estimate:
        """The newest estimate of a KPI; raise `UnknownKpi` or `UnknownEstimate`."""
        self.plan.kpi(kpi)
        return self.now().newest(kpi)

    def authors(self, *estimates: Estimate) -> frozenset[str]:
        """Who may not check these estimates; empty while no accounts exist."""
        if not any_account(self.connection):
            return frozenset()
        return frozenset(estimate.author for estimate in estimates)

    def seen(self, ids: Sequence[int]) -> list[Estimate]:
        """The estimates with these ids, each the newest of its KPI."""
        if not ids:
            raise InputError("choose at least one estimate.")
        now = self.now()
        by_id = {estimate.id: estimate for estimate in now.estimates}
        unknown = next((number for number in ids if number not in by_id), None)
        if unknown is not None:
            raise UnknownEstimate(
                "no official estimate with the number {number} was entered in {month} of "
                "'{plan}'.",
                number=unknown,
                month=self.month,
                plan=self.plan.slug,
            )
        chosen = [by_id[number] for number in dict.fromkeys(ids)]
        return [self.unchanged(now.current[one.kpi], one.id) for one in chosen]

    def unchanged(self, estimate: Estimate, seen: int) -> Estimate:
        """The estimate, unless another than this was looked at."""
        if estimate.id != seen:
            raise OutOfTurn(
                "'{kpi}' in {month} was changed to {in_words} by '{author}'; look at it again.",
                kpi=estimate.kpi,
                month=self.month,
                in_words=estimate.in_words,
                author=estimate.author,
            )
        return estimate

    def return_estimate(self, estimate: Estimate) -> None:
        if estimate.state == "issued":
            raise OutOfTurn(
                "'{kpi}' in {month} was issued; enter a new value instead.",
                kpi=estimate.kpi,
                month=self.month,
            )
        entered = estimate.state == "draft" and estimate.sent_back is None
        require_back(self.name(estimate.kpi), estimate.steps, self.note, entered=entered)
        self.add_estimate_step(estimate, "draft")

    def sign_estimate(self, estimate: Estimate, to: State) -> None:
        what = self.name(estimate.kpi)
        require_forward(what, estimate.steps, to, self.by, self.authors(estimate))
        self.add_estimate_step(estimate, to)

    def add_estimate_step(self, estimate: Estimate, to: State) -> None:
        add_step(self.connection, self.plan, self.month, self.step(to), estimate.id)
        after = {**_logged(estimate), "state": to, "note": self.note}
        self.log(f"estimate.{to}", estimate.kpi, _logged(estimate), after)

    def add_month_step(self, before: SignOff, to: State, figures: str | None = None) -> int:
        number = add_step(self.connection, self.plan, self.month, self.step(to, figures))
        after = {"state": to, "figures": figures, "note": self.note}
        self.log(f"month.{to}", None, {"state": before.state}, after)
        return number

    def step(self, to: State, figures: str | None = None) -> Step:
        return Step(to, self.by, datetime.now(UTC), self.note, figures)

    def log(
        self, action: str, kpi: str | None, before: dict[str, Any] | None, after: dict[str, Any]
    ) -> None:
        """Write to the audit log."""
        subject = " ".join(filter(None, (self.plan.slug, str(self.month), kpi)))
        write_entry(self.connection, self.by, action, subject, before=before, after=after)


def _logged(estimate: Estimate) -> dict[str, Any]:
    """An estimate for the audit log."""
    names = ("id", "value", "unit", "reason", "state")
    return {name: getattr(estimate, name) for name in names}


def _refuse_other_figures(what: Phrase, now: SignOff, seen: str, figures: str, to: State) -> None:
    if seen != figures:
        raise OutOfTurn(
            "{what}: its figures changed since they were shown; look at them again.", what=what
        )
    checked = signed(now.steps, "checked")
    if to != "checked" and (checked is None or checked.figures != figures):
        raise OutOfTurn(
            "{what}: its figures changed since they were checked; send it back and let "
            "it be checked again.",
            what=what,
        )


def refuse_unfit(plan: Plan, month: Month, kpi: str, value: float, unit: str, reason: str) -> None:
    """Raise `InvalidEstimate` or `UnknownKpi` for what can never be an estimate of this plan."""
    definition = plan.kpi(kpi)
    if not math.isfinite(value):
        raise InvalidEstimate("'{kpi}': expected a number, found {value}.", kpi=kpi, value=value)
    if unit != definition.unit:
        raise InvalidEstimate(
            "'{kpi}': expected a value in {unit}, found one in '{given}'; convert it.",
            kpi=kpi,
            unit=definition.unit,
            given=unit,
        )
    if not reason.strip():
        raise InvalidEstimate("'{kpi}': expected a reason for the estimate, found none.", kpi=kpi)
    if month.year not in (plan.year, plan.year + 1):
        raise InvalidEstimate(
            "expected a month of {year}, or of {next} until its figures are final; found {month}.",
            year=plan.year,
            next=plan.year + 1,
            month=month,
        )
