"""Printed figures that contradict declared relations, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from data.plans.kpi import Kpi
from data.vintages.disagreements import disagreements, rounding
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.series import Month

DAY = date(2021, 6, 30)
KPIS = (
    Kpi("all", "Tổng", "All", "tonnes", printed_parts=(("pair", "three"),), contains=(("gate",),)),
    Kpi("pair", "Hai phần", "Pair", "tonnes", parts=("one", "two")),
    *(Kpi(slug, slug, slug, "tonnes", decimals=1) for slug in ("one", "two", "three", "gate")),
)


def figure(kpi: str, value: float, form: Form = "month", month: int = 5) -> Observation:
    return Observation(kpi, Month(2021, month), form, value, "estimate", DAY, "made")


def of_all(*figures: Observation, day: date = DAY) -> list[tuple[str, str, Any]]:
    panel = Panel.of("made", KPIS, figures)
    found = disagreements(panel, "all", day, 2021)
    return [(str(one.figure.month), one.relation, pytest.approx(one.found)) for one in found]


PARTS = (figure("one", 10.1), figure("two", 20.2), figure("three", 30.3))


def test_what_is_within_the_rounding_of_each_figure_is_no_disagreement() -> None:
    assert of_all(*PARTS, figure("all", 61.2)) == []
    assert of_all(*PARTS, figure("all", 60.0)) == []
    assert of_all(*PARTS, figure("all", 61.3)) == [("2021-05", "sum", 60.6)]
    assert of_all(*PARTS, figure("all", 59.9)) == [("2021-05", "sum", 60.6)]


def test_a_sum_needs_all_its_parts_and_the_same_form() -> None:
    assert of_all(*PARTS[1:], figure("all", 99.0)) == []
    assert of_all(*PARTS, figure("all", 99.0, "year_to_date")) == []
    assert of_all(*PARTS, figure("all", 99.0, "rate_on_year")) == []


def test_a_scope_below_what_it_contains_is_listed_one_above_is_not() -> None:
    assert of_all(figure("all", 50.0), figure("gate", 51.2)) == [("2021-05", "contains", 51.2)]
    assert of_all(figure("all", 50.0), figure("gate", 50.5)) == []
    assert of_all(figure("all", 90.0), figure("gate", 1.0)) == []


def test_every_breakdown_is_compared_and_a_scope_with_the_sum_of_what_it_contains() -> None:
    slugs = ("out", "in", "gate", "port", "north", "south")
    kpis = (
        Kpi(
            "trade",
            "Tổng",
            "All",
            "tonnes",
            decimals=1,
            printed_parts=(("out", "in"), ("gate", "port")),
            contains=(("north", "south"),),
        ),
        *(Kpi(slug, slug, slug, "tonnes", decimals=1) for slug in slugs),
    )
    parts = [figure("out", 4.1), figure("in", 6.2), figure("gate", 5.1)]
    scopes = [figure("north", 6.1), figure("south", 5.1)]
    panel = Panel.of("made", kpis, [figure("trade", 10.3), *parts, figure("port", 5.1), *scopes])
    found = disagreements(panel, "trade", DAY, 2021)
    assert [(one.relation, one.others) for one in found] == [("contains", ("north", "south"))]
    assert found[0].found == pytest.approx(11.2)
    panel = Panel.of("made", kpis, [figure("trade", 10.3), *parts, figure("port", 5.5)])
    found = disagreements(panel, "trade", DAY, 2021)
    assert [one.others for one in found] == [("gate", "port")]


def test_a_total_that_is_nowhere_printed_is_compared_by_the_sum_of_its_parts() -> None:
    kpis = (
        Kpi("trade", "Tổng", "All", "tonnes", parts=("out", "in"), contains=(("gate",),)),
        *(Kpi(slug, slug, slug, "tonnes", decimals=1) for slug in ("out", "in", "gate")),
    )
    panel = Panel.of("made", kpis, [figure("out", 4.1), figure("in", 6.2), figure("gate", 10.6)])
    (found,) = disagreements(panel, "trade", DAY, 2021)
    assert (found.figure.kpi, found.relation, found.others) == ("trade", "contains", ("gate",))
    assert (found.figure.value, found.found) == (pytest.approx(10.3), 10.6)
    assert (found.figure.source, found.figure.published) == ("made", DAY)


def test_only_what_was_published_by_the_day_and_only_that_year() -> None:
    apart = (*PARTS, figure("all", 99.0))
    assert of_all(*apart, day=date(2021, 6, 29)) == []
    panel = Panel.of("made", KPIS, apart)
    assert disagreements(panel, "all", DAY, 2020) == ()
    assert disagreements(panel, "one", DAY, 2021) == ()


def test_rounding_is_that_of_print_or_of_what_is_shown() -> None:
    assert rounding(12.5, 3) == pytest.approx(0.05)
    assert rounding(17930.690341, 0) == 0.5
    assert rounding(1200.0, 2) == 0.5
