"""Stamps name content: the same content the same stamp, any change another."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from service.projections.stamps import differences, is_stamp, rounded, stamp_of, tidy_stamp
from service.projections.view import StampInputs, Unstamped

INPUTS = StampInputs(
    plan="p-2021", plan_version=1, kpi="coal", as_of=date(2021, 6, 30), data="x", bundle="y",
    seed="2021-06-29", events=None,
)  # fmt: skip


def body(**changes: Any) -> Unstamped:
    """Nothing is known of coal; `changes` replace fields."""
    one: dict[str, Any] = {
        "plan": "p-2021", "kpi": "coal", "name": {"vi": "Than", "en": "Coal"},
        "plan_version": None, "label": None, "unit": "tonnes", "kind": "flow", "year": 2021,
        "as_of": "2021-06-30", "cutoff": "2021-06", "actual_to_date": 1.5, "data_status": None,
        "projected": None, "growth_on_last_year": None, "targets": [], "probability": None,
        "status": "no_basis", "official_estimate": None, "task": None, "months": [],
        "method": {
            "name": "none", "fallback": None, "failures": [], "events": [], "model_version": None,
        },
        "figures": {"printed": [], "contradictions": [], "to_load": None},
    }  # fmt: skip
    return Unstamped.model_validate(one | changes)


def test_stamp_by_hand() -> None:
    text = (
        '{"inputs":{"as_of":"2021-06-30","bundle":"y","data":"x","events":null,"kpi":"coal",'
        '"plan":"p-2021","plan_version":1,"seed":"2021-06-29"},"projection":{'
        '"actual_to_date":1.5,"as_of":"2021-06-30","cutoff":"2021-06","data_status":null,'
        '"figures":{"contradictions":[],"disagreements":[],"printed":[],"to_load":null},"growth_on_last_year":null,'
        '"kind":"flow","kpi":"coal","label":null,"method":{"events":[],"failures":[],'
        '"fallback":null,"model_version":null,"name":"none","plan":null,"reconciled":null},"months":[],'
        '"name":{"en":"Coal","vi":"Than"},"official_estimate":null,"plan":"p-2021",'
        '"plan_version":null,"probability":null,"projected":null,"status":"no_basis",'
        '"targets":[],"task":null,"unit":"tonnes","year":2021}}'
    )
    expected = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:12]
    assert stamp_of(body(), INPUTS) == expected
    assert is_stamp(expected)


def test_every_part_of_the_content_counts() -> None:
    first = stamp_of(body(), INPUTS)
    assert stamp_of(body(), INPUTS) == first
    assert stamp_of(body(actual_to_date=1.5000001), INPUTS) != first
    assert stamp_of(body(actual_to_date=1.5 + 1e-12), INPUTS) == first  # what is not published
    assert stamp_of(body(), INPUTS.model_copy(update={"data": "z"})) != first


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (336310.123456789, 336310.1235),
        (-0.0, 0.0),
        (float("nan"), None),
        (float("inf"), None),
        (7, 7),
        (True, True),
        ("1.23456789012", "1.23456789012"),
        ({"x": [1 / 3, (2 / 3,)]}, {"x": [0.3333333333, [0.6666666667]]}),
    ],
)
def test_rounded(value: Any, expected: Any) -> None:
    assert rounded(value) == expected
    assert str(rounded(value)) == str(expected)  # −0.0 == 0.0 would hide a sign


@given(st.floats(-1e300, 1e300))
def test_rounding_twice_is_rounding_once(value: float) -> None:
    once = rounded(value)
    assert rounded(once) == once
    assert once == pytest.approx(value, rel=1e-9, abs=1e-300)


def test_a_stamp_as_people_type_it() -> None:
    assert tidy_stamp(" k7q2 m4zp-9xab ".replace("9", "3")) == "K7Q2M4ZP3XAB"
    assert not is_stamp("K7Q2")


def test_differences_are_named() -> None:
    recorded = {"a": {"b": 1.0}, "list": [1, {"c": "x"}], "same": None}
    found = {"a": {"b": 2.0}, "list": [1, {"c": "y"}], "same": None, "new": 3}
    assert list(differences(recorded, found)) == [
        "a.b: recorded 1.0, now 2.0",
        "list[1].c: recorded x, now y",
        "new: recorded None, now 3",
    ]
    assert not list(differences(recorded, recorded))
