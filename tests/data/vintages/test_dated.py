"""Figures to a day in the panel: by vintage, until their month is printed, by import."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.rows import save_plan
from data.samples.files import read_days, read_sample
from data.vintages.dated import DatedFigure
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from data.vintages.rows import add_observations, vintages_of
from data.vintages.truncation import same_figures
from models.series import Month
from tests.families import demo_plan, flow, import_of, noisy_months
from tests.homes import Run

KPI = Kpi("coal", "Than", "Coal", "tonnes")
DAY = date(2021, 2, 26)
FIGURE = DatedFigure("coal", date(2021, 1, 1), date(2021, 2, 22), 830.6, "final", DAY, "newspaper")


def month(at: Month, value: float, published: date, form: Form = "month") -> Observation:
    return Observation("coal", at, form, value, "restated", published, "made")


def history() -> list[Observation]:
    """Four years of months of about 450, published on the last day."""
    values = 450 + 30 * np.sin(np.arange(48.0))
    return [
        month(at, float(value), at.last_day)
        for place, value in enumerate(values)
        for at in [Month(2017, 1).plus(place)]
    ]


def panel(*more: Observation, dated: tuple[DatedFigure, ...] = (FIGURE,)) -> Panel:
    return Panel.of("made", [KPI], [*history(), *more], (), dated)


def test_a_figure_counts_from_its_day_of_publication() -> None:
    before = panel().series_as_of("coal", date(2021, 2, 25))
    assert (before.cutoff, before.nowcast, before.floor) == (Month(2020, 12), None, None)
    found = panel().series_as_of("coal", DAY)
    assert (found.cutoff, found.floor) == (Month(2021, 2), 830.6)
    assert panel().vintages()[-1] == DAY
    assert panel().hash(DAY) != panel(dated=()).hash(DAY)
    assert panel().hash(date(2021, 2, 25)) == panel(dated=()).hash(date(2021, 2, 25))


def test_a_figure_to_the_last_day_is_the_cumulative_of_the_month() -> None:
    last = replace(FIGURE, to_day=date(2021, 2, 28))
    printed = Observation("coal", Month(2021, 2), "year_to_date", 830.6, "final", DAY, "newspaper")
    january = month(Month(2021, 1), 440.0, date(2021, 1, 31))
    one = panel(january, dated=(last,)).series_as_of("coal", DAY)
    two = panel(january, printed, dated=()).series_as_of("coal", DAY)
    assert same_figures(one, two)
    assert (one.nowcast, one.values[-1]) == (None, pytest.approx(390.6))
    assert panel(january, dated=(last,)).hash(DAY) == panel(january, printed, dated=()).hash(DAY)
    alone = replace(FIGURE, from_day=date(2021, 2, 1), to_day=date(2021, 2, 28), value=390.6)
    assert panel(january, dated=(alone,)).series_as_of("coal", DAY).values[-1] == 390.6


def test_the_month_printed_later_takes_its_place() -> None:
    later = date(2021, 3, 26)
    printed = [
        month(Month(2021, 1), 440.0, later),
        month(Month(2021, 2), 410.0, later),
    ]
    found = panel(*printed).series_as_of("coal", later)
    assert found.nowcast is None
    assert list(found.values[-2:]) == [440.0, 410.0]
    assert panel(*printed).outcome("coal", 2020, later) is not None


def test_a_december_known_to_a_day_is_no_outcome() -> None:
    months = [month(Month(2021, 1).plus(place), 450.0, date(2021, 12, 5)) for place in range(11)]
    figure = replace(
        FIGURE, from_day=date(2021, 12, 1), to_day=date(2021, 12, 15), published=date(2021, 12, 20)
    )
    found = panel(*months, dated=(figure,))
    assert found.series_as_of("coal", date(2021, 12, 31)).cutoff == Month(2021, 12)
    assert found.outcome("coal", 2021, date(2021, 12, 31)) is None


def test_illustrative_figures_to_a_day_label_the_kpi() -> None:
    made_up = replace(FIGURE, status="illustrative")
    assert panel(dated=(made_up,)).illustrative(DAY) == {"coal"}
    assert panel().illustrative(DAY) == set()


@pytest.fixture
def store(this_run: Run, tmp_path: Path) -> Store:
    found = this_run.new_store(tmp_path)
    save_plan(found, demo_plan())
    return found


def test_a_withdrawn_figure_is_in_no_view_but_in_that_of_an_earlier_moment(store: Store) -> None:
    day = date(2018, 7, 23)
    figure = replace(
        FIGURE, from_day=date(2018, 7, 1), to_day=date(2018, 7, 20), value=50.0, published=day
    )
    add_observations(store, "demo", flow("coal", noisy_months("coal", 100.0)), import_of())
    late = replace(import_of(datetime(2018, 7, 23, tzinfo=UTC)), sha256="1" * 64)
    add_observations(store, "demo", [], late, dated=[figure])
    assert vintages_of(store, "demo")[-1] == day
    found = load_panel(store, "demo").series_as_of("coal", day)
    assert found.cutoff == Month(2018, 7)
    then = load_panel(store, "demo", stored_at=datetime(2018, 7, 2, tzinfo=UTC))
    assert then.series_as_of("coal", day).nowcast is None


def test_customs_revenue_of_february_is_answered_from_what_was_printed() -> None:
    plan, figures = read_sample("lang-son-2021")
    found = Panel.of(plan.family, plan.kpis, figures, (), read_days(plan))
    assert {(one.kpi, one.to_day, one.value) for one in read_days(plan)} == {
        ("customs_revenue", date(2021, 2, 22), 830.6),
        ("turnover_customs", date(2021, 12, 15), 121.65),
    }
    series = found.series_as_of("customs_revenue", date(2021, 2, 28))
    assert (series.cutoff, series.floor, series.status[-1]) == (
        Month(2021, 2),
        830.6,
        "reconstructed",
    )
    assert series.nowcast is not None
    assert series.nowcast.printed == 830.6
    march = found.series_as_of("customs_revenue", date(2021, 3, 31))
    assert (march.nowcast, march.cutoff) == (None, Month(2021, 3))
    december = found.series_as_of("turnover_customs", date(2021, 12, 31))
    assert december.floor is not None
    assert december.nowcast is None
    assert december.floor < float(december.to_date or 0.0)
