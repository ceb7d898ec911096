"""Typed numbers: the reader's form, the other language's, and what is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, ValidationError

from models.errors import InvalidNumber
from service.texts import LANGUAGES, Lang, number
from service.typed_numbers import TypedNumber, places_of, read_number, readings, written


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("4.150,5", 4150.5),
        ("1.020", 1020.0),
        ("4150,5", 4150.5),
        ("4,150.5", 4150.5),
        ("4 150,5", 4150.5),
        ("4\u00a0150,5", 4150.5),
        ("4\u202f150.5", 4150.5),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("335000", 335000.0),
        ("0.125", 0.125),
        ("-5,5", -5.5),
        ("−5,5", -5.5),
        ("4.150 tỷ đồng", 4150.0),
        ("4.150 billion VND", 4150.0),
    ],
)
def test_a_vietnamese_page_reads_its_own_form_and_what_can_mean_nothing_else(
    typed: str, value: float
) -> None:
    assert read_number(typed, "vi", "billion VND") == value


@pytest.mark.parametrize(
    ("lang", "typed", "both"),
    [
        ("vi", "1,020", (1.02, 1020.0)),
        ("en", "1.020", (1.02, 1020.0)),
        (None, "1.020", (1.02, 1020.0)),
        (None, "1,020", (1020.0, 1.02)),
    ],
)
def test_what_reads_two_ways_is_refused_with_both(
    lang: Lang | None, typed: str, both: tuple[float, float]
) -> None:
    assert readings(typed, lang) == both
    with pytest.raises(InvalidNumber, match="reads two ways"):
        read_number(typed, lang)


def test_three_decimals_are_read_where_the_page_prints_them() -> None:
    assert read_number("1,020", "vi", decimals=3) == 1.02


@pytest.mark.parametrize("typed", ["", "much", "1.2.3", "inf", "nan", "12%", "4 tỷ", "1_000"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidNumber, match="expected a number such as"):
        read_number(typed, "vi", "thousand tonnes")


def test_per_cent() -> None:
    assert read_number("4,5%", "vi", "%") == 4.5
    assert read_number("4,5 %", "vi", "% on last year") == 4.5


@given(st.integers(-(10**9), 10**9), st.integers(0, 4), st.sampled_from(LANGUAGES))
def test_what_a_page_prints_is_read_as_what_it_is(digits: int, decimals: int, lang: Lang) -> None:
    value = digits / 10**decimals
    assert read_number(number(value, lang, decimals), lang, decimals=decimals) == value


def test_it_is_shown_back_with_every_decimal() -> None:
    assert written(4150.5, "vi", "billion VND") == "4.150,5 tỷ đồng"
    assert written(1.02, "en", "%") == "1.02%"
    assert (places_of(1500.0), places_of(1.25)) == (0, 2)


def test_programs_send_numbers_or_texts_that_read_one_way() -> None:
    class Sent(BaseModel):
        value: TypedNumber

    assert Sent.model_validate({"value": 4.5}).value == 4.5
    assert Sent.model_validate({"value": "4.150,5"}).value == 4150.5
    for unclear in ("1.020", "4.150", "much"):
        with pytest.raises(ValidationError):
            Sent.model_validate({"value": unclear})
