"""What is written comes back the same; what is odd is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from models.errors import UnreadableBundle
from models.series import Month
from training.bundle.codec import Arrays, decode, encode


class Origin(NamedTuple):
    year: int
    months_known: int


@dataclass(frozen=True, eq=False)
class Inner:
    numbers: NDArray[np.float64]
    share: float | None = None


@dataclass(frozen=True, eq=False)
class Outer:
    name: str
    since: date
    cutoff: Month
    inner: Inner | None
    by_month: Mapping[int, Inner] = field(default_factory=dict)
    by_origin: Mapping[Origin, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    pair: tuple[int, float] = (1, 2.0)


def round_trip(value: Outer) -> Outer:
    arrays: Arrays = {}
    text = json.dumps(encode(value, arrays, "outer"), allow_nan=False)
    return decode(json.loads(text), Outer, arrays, "outer")


def test_every_part_comes_back() -> None:
    value = Outer(
        name="xuất khẩu",
        since=date(2021, 6, 30),
        cutoff=Month(2021, 6),
        inner=Inner(np.array([1.0, np.nan]), 0.25),
        by_month={3: Inner(np.array([3.0])), 11: Inner(np.array([0.1]))},
        by_origin={Origin(2019, 6): -0.5},
        parameters={"ar": [0.1, 0.2], "nested": {"odd": float("inf")}, "array": np.arange(3)},
        names=("a", "b"),
        pair=(7, 0.1),
    )
    back = round_trip(value)
    assert (back.name, back.since, back.cutoff) == ("xuất khẩu", date(2021, 6, 30), Month(2021, 6))
    assert back.inner is not None
    np.testing.assert_array_equal(back.inner.numbers, [1.0, np.nan])
    assert back.inner.share == 0.25
    assert list(back.by_month) == [3, 11]
    assert back.by_month[11].numbers[0] == 0.1
    assert back.by_origin == {Origin(2019, 6): -0.5}
    assert back.parameters["nested"] == {"odd": float("inf")}
    np.testing.assert_array_equal(back.parameters["array"], [0, 1, 2])
    assert back.names == ("a", "b")
    assert back.pair == (7, 0.1)


@given(st.floats(allow_nan=False))
def test_a_number_keeps_every_digit(number: float) -> None:
    value = Outer("n", date(2021, 1, 1), Month(2021, 1), None, by_origin={Origin(1, 1): number})
    assert round_trip(value).by_origin[Origin(1, 1)] == number


def test_a_missing_field_is_refused_with_its_place() -> None:
    stored = encode(Inner(np.zeros(2)), {}, "inner")
    del stored["numbers"]
    with pytest.raises(UnreadableBundle, match=r"learned: expected the fields of Inner.*numbers"):
        decode(stored, Inner, {}, "learned")


def test_a_field_that_an_older_program_did_not_write_has_its_default() -> None:
    arrays: Arrays = {}
    stored = encode(Inner(np.zeros(2), share=0.5), arrays, "inner")
    del stored["share"]
    assert decode(stored, Inner, arrays, "learned").share is None


def test_a_missing_array_is_refused() -> None:
    stored = encode(Inner(np.zeros(2)), {}, "inner")
    with pytest.raises(UnreadableBundle, match=r"inner\.numbers: expected the array"):
        decode(stored, Inner, {}, "inner")


def test_a_field_of_another_type_is_refused() -> None:
    with pytest.raises(UnreadableBundle, match=r"inner\.share"):
        decode({"numbers": [], "share": "much"}, Inner, {}, "inner")


def test_equal_arrays_are_stored_once() -> None:
    arrays: Arrays = {}
    encode((np.arange(3.0), np.arange(3.0), np.arange(3), np.zeros((3, 1))), arrays, "many")
    assert len(arrays) == 3


def test_objects_cannot_be_stored() -> None:
    with pytest.raises(TypeError, match=r"parameters\.model"):
        encode({"model": object()}, {}, "parameters")
    with pytest.raises(TypeError, match="array of object"):
        encode(np.array([object()]), {}, "values")


def test_keys_that_would_collide_are_refused() -> None:
    with pytest.raises(TypeError, match="differ only in type"):
        encode({1: "a", "1": "b"}, {}, "mixed")
