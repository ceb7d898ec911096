"""The rules of the sign-off, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

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
    state_of,
)
from models.errors import InputError, NotAllowed, OutOfTurn, UnknownEstimate
from models.series import Month

AT = datetime(2021, 6, 29, 8, tzinfo=UTC)


def steps(*states: State) -> tuple[Step, ...]:
    return tuple(Step(state, f"by{place}", AT, "") for place, state in enumerate(states))


def estimate(id: int, kpi: str = "exports", *states: State) -> Estimate:
    return Estimate(id, kpi, 335_000.0, "million USD", steps("draft", *states))


def test_the_state_is_that_of_the_last_step() -> None:
    assert state_of(()) == "draft"
    assert state_of(steps("checked", "approved")) == "approved"
    assert state_of(steps("checked", "draft")) == "draft"


@pytest.mark.parametrize("have", STATES)
@pytest.mark.parametrize("to", STATES[1:])
def test_only_the_next_step_can_be_taken(have: State, to: State) -> None:
    history = steps(*STATES[: STATES.index(have) + 1])
    if STATES.index(to) == STATES.index(have) + 1:
        require_forward("it", history, to, "linh", ())
        return
    with pytest.raises(OutOfTurn, match=f"it is '{have}'.*found '{to}'"):
        require_forward("it", history, to, "linh", ())


def test_after_sending_back_it_starts_again() -> None:
    require_forward("it", steps("checked", "approved", "draft"), "checked", "linh", ())
    with pytest.raises(OutOfTurn, match="expected the step 'checked', found 'issued'"):
        require_forward("it", steps("checked", "approved", "draft"), "issued", "linh", ())


def test_an_author_neither_checks_nor_approves_but_may_issue() -> None:
    history: dict[State, tuple[Step, ...]] = {
        "checked": (),
        "approved": steps("checked"),
        "issued": steps("checked", "approved"),
    }
    for to in ("checked", "approved"):
        with pytest.raises(NotAllowed, match="'linh' entered a value"):
            require_forward("it", history[to], to, "linh", {"linh"})
        require_forward("it", history[to], to, "minh", {"linh"})
    require_forward("it", history["issued"], "issued", "linh", {"linh"})


def test_back_needs_something_signed_and_a_reason() -> None:
    with pytest.raises(OutOfTurn, match="nothing to send back"):
        require_back("it", (), "a reason")
    with pytest.raises(InputError, match="expected a reason"):
        require_back("it", steps("checked"), "  ")
    require_back("it", steps("checked"), "a reason")


def test_a_signature_counts_until_it_is_sent_back() -> None:
    history = steps("checked", "draft", "checked", "approved")
    found = signed(history, "checked")
    assert found is not None
    assert found.by == "by2"
    assert signed(history, "issued") is None
    assert signed(steps("checked", "draft"), "checked") is None


def test_the_newest_estimate_is_current_and_the_issued_one_stays() -> None:
    first = estimate(1, "exports", "checked", "approved", "issued")
    second, other = estimate(2), estimate(3, "imports", "checked")
    month = SignOff("somewhere-2021", Month(2021, 6), (), (first, second, other))
    assert month.current == {"exports": second, "imports": other}
    assert month.issued == {"exports": first}
    assert month.newest("exports").id == 2
    with pytest.raises(UnknownEstimate, match="'retail' was entered in 2021-06"):
        month.newest("retail")


def test_a_signature_has_a_hash_of_what_it_covers() -> None:
    stamps = {"exports": "AAAA", "imports": "BBBB"}
    estimates = {"exports": estimate(1)}
    name = figures_of(stamps, estimates)
    assert name == figures_of(dict(reversed(stamps.items())), estimates)
    assert name == figures_of(stamps, {"exports": estimate(1, "exports", "checked")})
    others = [
        figures_of({**stamps, "imports": "CCCC"}, estimates),
        figures_of(stamps, {}),
        figures_of(stamps, {"exports": replace(estimate(1), id=2)}),
    ]
    assert len({name, *others}) == 4
