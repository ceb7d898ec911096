"""Stamps name content: the same content the same stamp, any change another."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.projections.stamps import differences, is_stamp, rounded, stamp_of, tidy_stamp


def test_stamp_by_hand() -> None:
    text = '{"inputs":{"seed":"a"},"projection":{"tên":"Xuất khẩu","y":1.5}}'
    expected = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:12]
    assert stamp_of({"y": 1.5, "tên": "Xuất khẩu"}, {"seed": "a"}) == expected
    assert is_stamp(expected)


def test_every_part_of_the_content_counts() -> None:
    content: dict[str, Any] = {"a": 1.0, "b": [1, 2]}
    inputs = {"data": "x", "bundle": "y"}
    first = stamp_of(content, inputs)
    assert stamp_of({"b": [1, 2], "a": 1.0}, inputs) == first
    assert stamp_of(content | {"a": 1.0000001}, inputs) != first
    assert stamp_of(content, inputs | {"data": "z"}) != first


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
