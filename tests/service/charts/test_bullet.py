"""The bullet bar: what stands where, for every kind of target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from service.charts.bullet import (
    HEIGHT,
    WIDTH,
    Bullet,
    bullet_bar,
    bullet_of,
    bullet_shapes,
    bullet_words,
)
from service.projections.view import ProjectionView
from service.texts import LANGUAGES
from tests.service.charts.test_fan_chart import one
from tests.service.projections.test_tables import projection

FLOW = Bullet(
    to_date=40.0,
    low=80.0,
    middle=90.0,
    high=110.0,
    comparator="at_least",
    lower=100.0,
    upper=None,
    last_year=85.0,
)


def shapes(bullet: Bullet) -> dict[str, list[tuple[float, float]]]:
    """The left end and the width of each rectangle, by what it shows."""
    drawn = ElementTree.fromstring(f"<svg>{bullet_shapes(bullet)}</svg>")
    found: dict[str, list[tuple[float, float]]] = {}
    for shape in drawn:
        place = shape.get("x") or shape.get("cx") or "0"
        found.setdefault(shape.attrib["class"].removeprefix("bullet-"), []).append(
            (float(place), float(shape.get("width", 0)))
        )
    return found


def test_a_flow_starts_at_zero_and_everything_stands_in_the_order_of_its_values() -> None:
    drawn = shapes(FLOW)
    (start, length), (band, width) = drawn["done"][0], drawn["band"][0]
    assert FLOW.axis == (0.0, 110.0)
    assert length / (band + width - start) == pytest.approx(40 / 110, abs=0.01)
    last_year, middle, mark = drawn["before"][0][0], drawn["middle"][0][0], drawn["mark"][0][0]
    assert start + length < band < last_year < middle < mark < band + width < WIDTH


def test_a_deficit_runs_to_the_left_of_zero() -> None:
    deficit = replace(FLOW, to_date=-40.0, low=-110.0, middle=-90.0, high=-80.0, last_year=-85.0)
    drawn = shapes(replace(deficit, lower=-100.0))
    assert drawn["done"][0][0] + drawn["done"][0][1] == pytest.approx(WIDTH - 7, abs=0.2)
    assert drawn["mark"][0][0] < drawn["middle"][0][0]


def test_a_level_far_from_zero_is_a_mark_on_a_short_axis_and_never_a_bar() -> None:
    level = replace(FLOW, to_date=96.0, last_year=95.0, level=True, low=94.0, high=101.0)
    assert level.axis[0] > 80
    assert shapes(level)["done"][0][1] == 4
    near_zero = replace(level, to_date=4.0)
    assert near_zero.axis[0] == 0
    assert shapes(near_zero)["done"][0][1] > 4


@pytest.mark.parametrize(("comparator", "way"), [("at_least", "l6"), ("at_most", "l-6")])
def test_the_flag_of_the_mark_points_to_where_the_target_is_met(comparator: Any, way: str) -> None:
    ceiling = replace(FLOW, lower=None, upper=100.0)
    target = ceiling if comparator == "at_most" else FLOW
    assert way in bullet_shapes(replace(target, comparator=comparator))


def test_a_range_has_two_marks_that_are_joined() -> None:
    low, high, joined = shapes(replace(FLOW, comparator="between", upper=105.0))["mark"]
    assert joined[0] == pytest.approx(low[0] + 1)
    assert joined[0] + joined[1] == pytest.approx(high[0] + 1)


def test_without_a_target_or_a_forecast_only_what_is_known_is_drawn() -> None:
    bare = replace(FLOW, low=None, middle=None, high=None, comparator=None, lower=None)
    assert set(shapes(bare)) == {"track", "done", "before"}


@pytest.mark.parametrize("kind", ["flow", "average", "closing", "ratio", "growth", "count"])
def test_every_kind_has_a_bar_that_fits(kind: str) -> None:
    found = bullet_of(one(kind))
    assert found is not None
    drawn = ElementTree.fromstring(bullet_bar(one(kind), 0, "vi"))
    assert drawn.attrib["height"] == f"{HEIGHT:.0f}"
    for shape in drawn:
        left = float(shape.get("x") or shape.get("cx") or 0)
        assert 0 <= left <= left + float(shape.get("width", 0)) <= WIDTH


def test_nothing_to_compare_is_no_bar() -> None:
    empty = projection(projected=None, targets=[], growth_on_last_year=None)
    assert bullet_bar(empty, 0, "vi") == ""
    assert bullet_words(empty, 0, "vi") == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_say_every_figure_that_is_drawn(lang: Any) -> None:
    view: ProjectionView = one()
    words = bullet_words(view, 0, lang)
    for figure in ("800", "920", "872", "968", "900", "950"):
        assert figure in words
    assert f'aria-label="{words}"' in bullet_bar(view, 0, lang)
