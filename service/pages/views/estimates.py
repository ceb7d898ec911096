"""Official estimates and signatures as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.plans.kpi import Kpi
from data.sign_off.rules import STATES, Estimate, State, Step
from service.projections.view import ProjectionView
from service.texts import STATE, Lang, day_of, number
from service.wording import person
from service.workflow.estimates import doubts_of


@dataclass(frozen=True)
class Signature:
    """A signature: state, signer, day and note."""

    state: str
    by: str
    at: str
    note: str


@dataclass(frozen=True)
class EstimateShown:
    """An official estimate; `place` is the position of its state, `next` the next state."""

    id: int
    value: str
    author: str
    reason: str
    state: State
    place: int
    next: State | None
    steps: tuple[Signature, ...]
    doubts: tuple[str, ...]


def estimate_shown(
    one: Estimate, kpi: Kpi, projection: ProjectionView, lang: Lang
) -> EstimateShown:
    """An estimate with its signatures, and what speaks against it in its month's projection."""
    return EstimateShown(
        id=one.id,
        value=number(one.value, lang, kpi.decimals),
        author=person(one.author, lang),
        reason=one.reason,
        state=one.state,
        place=STATES.index(one.state),
        next=next_state(one.state),
        steps=signatures(one.steps, lang),
        doubts=tuple(doubt[lang] for doubt in doubts_of(projection, one.value)),
    )


def next_state(state: State) -> State | None:
    """The state after a signature; None after the last state."""
    place = STATES.index(state) + 1
    return STATES[place] if place < len(STATES) else None


def states_shown(lang: Lang) -> tuple[tuple[State, str], ...]:
    """All states in order, with their names."""
    return tuple((state, STATE[lang][state]) for state in STATES)


def signatures(steps: Sequence[Step], lang: Lang) -> tuple[Signature, ...]:
    """Signatures, oldest first."""
    return tuple(
        Signature(
            state=STATE[lang][step.state],
            by=person(step.by, lang),
            at=day_of(step.at.date(), lang),
            note=step.note,
        )
        for step in steps
    )
