"""What waits for whom: estimates and months to check, approve and issue, or to correct.

A month before the newest issued one waits for nobody any more. What was sent back waits for
the person who entered it, everything else for anybody with the role of its next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from data.accounts.accounts import Access, Account, accounts
from data.accounts.bodies import bodies_of
from data.db.store import Store
from data.plans.plan import Plan
from data.sign_off.rows import issued_months, months_begun, sign_off
from data.sign_off.rules import STATES, Estimate, SignOff, State
from models.errors import NoObservations
from models.series import Month
from service.projections.basis import default_day
from service.rights.rules import Member, access_to, reaches
from service.shapes.sign_off import Action

NEEDS: Mapping[Action, Access] = {
    "correct": "entry",
    "check": "checker",
    "approve": "approver",
    "issue": "approver",
}
ACTIONS: Mapping[State, Action] = {"draft": "check", "checked": "approve", "approved": "issue"}
LEADS_TO: Mapping[Action, State] = {"check": "checked", "approve": "approved", "issue": "issued"}


class Named(Member, Protocol):
    """Somebody with a name and a role in a body."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Waiting:
    """An estimate, or a month itself (`estimate` None), and the step it waits for.

    Attributes
    ----------
    mine : whether the reader may take the step
    own : whether the reader may not because they entered a figure in it
    """

    action: Action
    mine: bool
    own: bool
    estimate: Estimate | None = None

    @property
    def needs(self) -> Access:
        return NEEDS[self.action]


@dataclass(frozen=True)
class WaitingMonth:
    """What waits in a month of a plan; `month_waits` is None if the month itself is issued."""

    plan: Plan
    record: SignOff
    month_waits: Waiting | None
    estimates: tuple[Waiting, ...]

    @property
    def all(self) -> tuple[Waiting, ...]:
        return (*self.estimates, *filter(None, (self.month_waits,)))


def waiting_of(store: Store, plan: Plan, reader: Named) -> tuple[WaitingMonth, ...]:
    """The months of a plan in which something waits, newest first."""
    bodies = bodies_of(store)
    access = access_to(reader, bodies.of(plan.family), bodies)
    four_eyes = bool(accounts(store))
    issued = issued_months(store, plan.slug)
    begun = {month for month in months_begun(store, plan.slug) if month >= max(issued or [month])}
    months = sorted({*begun, *_current(store, plan, issued)}, reverse=True)
    found = []
    for month in months:
        record = sign_off(store, plan.slug, month)
        estimates = tuple(
            _waits(one.state, one.sent_back is not None, reader, access, four_eyes, (one,))
            for one in record.current.values()
            if one.state != STATES[-1]
        )
        authors = tuple(record.current.values())
        itself = (
            None
            if record.state == STATES[-1]
            else _waits(record.state, False, reader, access, four_eyes, authors, itself=True)
        )
        if estimates or itself:
            found.append(WaitingMonth(plan, record, itself, estimates))
    return tuple(found)


def people_for(store: Store, plan: Plan) -> Mapping[Action, tuple[str, ...]]:
    """Names of the accounts that may take each step for a plan; empty without accounts."""
    bodies = bodies_of(store)
    owner = bodies.of(plan.family)
    active = [one for one in accounts(store) if one.disabled_at is None]

    def may(one: Account, needs: Access) -> bool:
        access = access_to(one, owner, bodies)
        return access is not None and reaches(access, needs)

    return {
        action: tuple(one.name for one in active if one.role != "admin" and may(one, needs))
        for action, needs in NEEDS.items()
    }


def _current(store: Store, plan: Plan, issued: tuple[Month, ...]) -> Iterator[Month]:
    """The month of the newest answers, unless it or a later one is issued."""
    with suppress(NoObservations):
        day = default_day(store, plan)
        month = Month(day.year, day.month)
        if not issued or month > max(issued):
            yield month


def _waits(
    state: State,
    sent_back: bool,
    reader: Named,
    access: Access | None,
    four_eyes: bool,
    entered: tuple[Estimate, ...],
    *,
    itself: bool = False,
) -> Waiting:
    action: Action = "correct" if sent_back else ACTIONS[state]
    wrote = any(one.author == reader.name for one in entered)
    may = access is not None and reaches(access, NEEDS[action])
    if action == "correct":
        mine, own = may and (wrote or not four_eyes), False
    else:
        own = four_eyes and wrote and action != "issue"
        mine = may and not own
    return Waiting(action, mine, own, None if itself else entered[0])
