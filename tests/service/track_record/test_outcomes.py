"""What came: December's estimate first, the figure since restated, and targets judged by both."""

from __future__ import annotations

from datetime import date

import pytest

from data.vintages.panel import Panel
from models.series import Month
from models.targets.target import Target
from service.track_record.outcomes import Outcomes
from tests.families import KPIS, demo_figures, noisy_months

DECEMBER, LATER = date(2017, 12, 31), date(2018, 6, 30)
TOLD = 0.9  # share of a month's value that its first estimate tells


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.of("demo", KPIS, demo_figures(estimated=TOLD))


def year_of(kpi: str, level: float, year: int) -> tuple[float, float]:
    """The year as December's report prints it, and as it was in the end."""
    months = noisy_months(kpi, level)
    values = [months[Month(year, number)] for number in range(1, 13)]
    return sum(values[:11]) + TOLD * values[11], sum(values)


def test_a_year_is_settled_on_december_and_again_when_it_is_restated(panel: Panel) -> None:
    estimate, final = year_of("coal", 100.0, 2017)
    assert Outcomes(panel, date(2017, 12, 30)).of("coal", 2017) is None
    came = Outcomes(panel, DECEMBER).of("coal", 2017)
    assert came is not None
    assert (came.first.value, came.first.day) == (pytest.approx(estimate), DECEMBER)
    assert came.final is None
    came = Outcomes(panel, LATER).of("coal", 2017)
    assert came is not None
    assert came.final is not None
    assert came.first.value == pytest.approx(estimate)
    assert came.final.value == pytest.approx(final)
    assert came.final.status == "restated"


def test_the_figure_of_the_next_december_is_the_one_it_is_compared_with(panel: Panel) -> None:
    came = Outcomes(panel, LATER).of("coal", 2016)
    assert came is not None
    assert came.final is not None
    assert came.final.value == pytest.approx(year_of("coal", 100.0, 2016)[1])


def test_a_total_is_settled_like_its_parts(panel: Panel) -> None:
    came = Outcomes(panel, LATER).of("both", 2017)
    assert came is not None
    assert came.final is not None
    estimates, finals = zip(
        year_of("coal", 100.0, 2017), year_of("steel", 40.0, 2017), strict=True
    )
    assert came.first.value == pytest.approx(sum(estimates))
    assert came.final.value == pytest.approx(sum(finals))


def test_a_target_between_both_figures_is_missed_first_and_met_since(panel: Panel) -> None:
    estimate, final = year_of("coal", 100.0, 2017)
    came = Outcomes(panel, LATER).of("coal", 2017)
    assert came is not None
    between = Target("at_least", (estimate + final) / 2)
    assert (came.met(between), came.met(between, final=True)) == (False, True)
    ceiling = Target("at_most", upper=(estimate + final) / 2)
    assert (came.met(ceiling), came.met(ceiling, final=True)) == (True, False)
    assert came.meets(between, final) is True


def test_growth_counts_from_last_year_as_known_in_december(panel: Panel) -> None:
    estimate, _ = year_of("coal", 100.0, 2017)
    _, before = year_of("coal", 100.0, 2016)
    came = Outcomes(panel, LATER).of("coal", 2017)
    assert came is not None
    assert came.base == pytest.approx(before)
    growth = 100 * (estimate / before - 1)
    assert came.met(Target("at_least", growth - 0.1, form="growth")) is True
    assert came.met(Target("at_least", growth + 0.1, form="growth")) is False


def test_an_index_is_settled_on_decembers_rate_to_date(panel: Panel) -> None:
    months = noisy_months("output", 100.0)
    now, before = (
        sum(months[Month(year, number)] for number in range(1, 13)) for year in (2017, 2016)
    )
    came = Outcomes(panel, LATER).of("output", 2017)
    assert came is not None
    assert came.final is None
    assert came.first.value == pytest.approx(100 * (now / before - 1))
    assert came.base == 100.0


def test_a_part_of_the_year_is_settled_when_it_is_over(panel: Panel) -> None:
    came = Outcomes(panel, date(2018, 6, 30)).of("coal", 2018, "H1")
    assert came is not None
    months = noisy_months("coal", 100.0)
    values = [months[Month(2018, number)] for number in range(1, 7)]
    assert came.first.value == pytest.approx(sum(values[:5]) + TOLD * values[5])
    assert Outcomes(panel, LATER).of("coal", 2018) is None
    assert Outcomes(panel, LATER).of("coal", 2017, "2017-07-15") is None
