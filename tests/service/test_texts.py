"""Numbers, dates and bounds as people of both languages write them."""

from __future__ import annotations

from typing import Any

import pytest

from data.samples.files import read_sample, sample_names
from service.texts import (
    _UNITS_VI,
    FIGURE,
    STATUS,
    TEXT,
    bounds,
    chance,
    day_of,
    month_name,
    number,
    signed_percent,
    unit_of,
)


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234567.0, 0, "1.234.567", "1,234,567"),
        (1234.56, 1, "1.234,6", "1,234.6"),
        (-5.25, 1, "−5,2", "−5.2"),
        (-0.04, 1, "0,0", "0.0"),
        (None, 1, "–", "–"),
    ],
)
def test_numbers(value: float | None, decimals: int, vi: str, en: str) -> None:
    assert number(value, "vi", decimals) == vi
    assert number(value, "en", decimals) == en


@pytest.mark.parametrize(
    ("value", "text"),
    [(4.25, "+4,2 %"), (-14.8, "−14,8 %"), (0.04, "0,0 %"), (-0.04, "0,0 %"), (None, "–")],
)
def test_growth(value: float | None, text: str) -> None:
    assert signed_percent(value, "vi") == text


@pytest.mark.parametrize(
    ("probability", "status", "text"),
    [
        (0.831, "on_track", "83 %"),
        (0.999, "on_track", "> 99 %"),
        (1.0, "on_track", "> 99 %"),  # no simulated path failed; that is not certainty
        (0.0, "off_track", "< 1 %"),
        (1.0, "achieved", "100 %"),
        (0.0, "missed", "0 %"),
        (None, "no_basis", "–"),
    ],
)
def test_a_chance_is_certain_only_when_it_is_settled(
    probability: float | None, status: str, text: str
) -> None:
    assert chance(probability, status) == text


def test_dates() -> None:
    assert (day_of("2021-06-05", "vi"), day_of("2021-06-05", "en")) == ("5/6/2021", "5 June 2021")
    assert month_name("2021-12", "vi") == "tháng 12/2021"
    assert month_name("2021-12", "en") == "December 2021"


@pytest.mark.parametrize(
    ("comparator", "lower", "upper", "vi", "en"),
    [
        ("at_least", 1500.0, None, "từ 1.500 trở lên", "at least 1,500"),
        ("at_most", None, 3.0, "không quá 3", "at most 3"),
        ("about", 10.0, None, "khoảng 10", "about 10"),
        ("between", 10.0, 20.0, "10 – 20", "10 – 20"),
    ],
)
def test_bounds(
    comparator: str, lower: float | None, upper: float | None, vi: str, en: str
) -> None:
    target: dict[str, Any] = {
        "comparator": comparator,
        "lower_value": lower,
        "upper_value": upper,
    }
    assert (bounds(target, "vi"), bounds(target, "en")) == (vi, en)


def test_a_growth_says_on_what() -> None:
    assert unit_of({"kind": "growth", "unit": "%"}, "vi") == "% so với cùng kỳ năm trước"
    assert unit_of({"kind": "flow", "unit": "Million USD"}, "vi") == "triệu USD"
    assert unit_of({"kind": "flow", "unit": "Million USD"}, "en") == "Million USD"


def test_both_languages_have_the_same_texts() -> None:
    for texts in (STATUS, FIGURE, TEXT):
        assert list(texts["vi"]) == list(texts["en"])
        assert all(text.strip() for lang in texts.values() for text in lang.values())


def test_every_unit_of_the_samples_has_a_vietnamese_name() -> None:
    for name in sample_names():
        for kpi in read_sample(name)[0].kpis:
            assert kpi.unit == "%" or kpi.unit.lower() in _UNITS_VI
