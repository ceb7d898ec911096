"""The rules of sign-off, for a month's projections and for an official estimate.

draft → checked → approved → issued, one step at a time; or back to draft, with a
reason. Steps are only added; the current state is that of the last step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from models.errors import InputError, NotAllowed, OutOfTurn, Phrase, UnknownEstimate
from models.series import Month

State = Literal["draft", "checked", "approved", "issued"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Step:
    """One step: the new state, who took it and when.

    Attributes
    ----------
    note : the reason of a new estimate or of a return to draft; otherwise optional
    figures : of a month, the hash of what was signed, see `figures_of`; None otherwise
    """

    state: State
    by: str
    at: datetime
    note: str
    figures: str | None = None


@dataclass(frozen=True)
class Estimate:
    """The department's own figure for the year (*ước thực hiện cả năm*), entered in a month.

    A changed value is a new estimate. `steps` begin with its entry as a draft.
    """

    id: int
    kpi: str
    value: float
    unit: str
    steps: tuple[Step, ...]

    @property
    def author(self) -> str:
        return self.steps[0].by

    @property
    def reason(self) -> str:
        return self.steps[0].note

    @property
    def state(self) -> State:
        return state_of(self.steps)

    @property
    def sent_back(self) -> Step | None:
        """The step that sent it back, while it waits for who entered it."""
        return self.steps[-1] if self.state == "draft" and len(self.steps) > 1 else None

    @property
    def in_words(self) -> str:
        """Value and unit, such as '335,000 million USD'."""
        return f"{self.value:,.10g} {self.unit}"


@dataclass(frozen=True)
class SignOff:
    """The sign-off of a month of a plan: its own steps and all its estimates, oldest first."""

    plan: str
    month: Month
    steps: tuple[Step, ...]
    estimates: tuple[Estimate, ...]

    @property
    def state(self) -> State:
        return state_of(self.steps)

    @property
    def sent_back(self) -> Step | None:
        """The step that sent the month back, until it is signed again."""
        return self.steps[-1] if self.steps and self.state == "draft" else None

    @property
    def current(self) -> Mapping[str, Estimate]:
        """The newest estimate of each KPI."""
        return {estimate.kpi: estimate for estimate in self.estimates}

    def newest(self, kpi: str) -> Estimate:
        """The newest estimate of a KPI; raise `UnknownEstimate` without any."""
        if kpi not in self.current:
            raise UnknownEstimate(
                "no official estimate of '{kpi}' was entered in {month} of '{plan}'; enter "
                "one first.",
                kpi=kpi,
                month=self.month,
                plan=self.plan,
            )
        return self.current[kpi]

    @property
    def issued(self) -> Mapping[str, Estimate]:
        """The newest issued estimate of each KPI."""
        return {
            estimate.kpi: estimate for estimate in self.estimates if estimate.state == "issued"
        }


@dataclass(frozen=True)
class Issue:
    """An issued month: the step that issued it, and the stamp of each KPI's projection."""

    month: Month
    step: Step
    stamps: Mapping[str, str]


def state_of(steps: Sequence[Step]) -> State:
    """The current state: that of the last step, a draft without steps."""
    return steps[-1].state if steps else "draft"


def signed(steps: Sequence[Step], state: State) -> Step | None:
    """The step into a state since the last draft; None if there is none."""
    for step in reversed(steps):
        if step.state == state:
            return step
        if step.state == "draft":
            return None
    return None


def figures_of(stamps: Mapping[str, str], estimates: Mapping[str, Estimate]) -> str:
    """Hash of what a month's signature covers: projections and official estimates."""
    parts = [f"{kpi} {stamp}" for kpi, stamp in sorted(stamps.items())]
    parts += [f"{kpi} {estimate.id}" for kpi, estimate in sorted(estimates.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def require_forward(
    what: str | Phrase, steps: Sequence[Step], to: State, by: str, authors: Collection[str]
) -> None:
    """Raise unless this step is the next one and `by` may take it.

    Parameters
    ----------
    what : what is signed, for the messages
    authors : may not check or approve it (four-eyes principle)

    Raises
    ------
    OutOfTurn
        If another step comes first.
    NotAllowed
        If `by` is an author.
    """
    state = state_of(steps)
    if STATES.index(to) != STATES.index(state) + 1:
        after = STATES[STATES.index(state) + 1 :]
        if not after:
            raise OutOfTurn(
                "{what} is '{state}'; expected no further step, found '{to}'.",
                what=what,
                state=state,
                to=to,
            )
        raise OutOfTurn(
            "{what} is '{state}'; expected the step '{next}', found '{to}'.",
            what=what,
            state=state,
            next=after[0],
            to=to,
        )
    if to != "issued" and by in authors:
        raise NotAllowed(
            "{what}: '{by}' entered a value in it; expected another person for '{to}'.",
            what=what,
            by=by,
            to=to,
        )


def require_back(
    what: str | Phrase, steps: Sequence[Step], note: str, *, entered: bool = False
) -> None:
    """Raise unless it can go back to draft: `OutOfTurn`, or `InputError` without a reason.

    `entered`: it is an estimate as it was entered, which a checker may refuse.
    """
    if state_of(steps) == "draft" and not entered:
        raise OutOfTurn("{what} is a draft; there is nothing to send back.", what=what)
    if not note.strip():
        raise InputError("{what}: expected a reason for sending it back, found none.", what=what)
