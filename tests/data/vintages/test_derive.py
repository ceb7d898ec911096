from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.annual import monthly_values
from models.errors import NoObservations, UnknownKpi
from models.series import FigureStatus, Month

FLOW = Kpi(slug="exports", name_vi="Xuất khẩu", name_en="Exports", unit="million USD")
OTHER = Kpi(slug="imports", name_vi="Nhập khẩu", name_en="Imports", unit="million USD")
TOTAL = Kpi(
    slug="turnover",
    name_vi="Kim ngạch",
    name_en="Turnover",
    unit="million USD",
    parts=("exports", "imports"),
)
INDEX = Kpi(slug="iip", name_vi="IIP", name_en="IIP", unit="%", kind="growth")
STOCK = Kpi(slug="herd", name_vi="Đàn", name_en="Herd", unit="thousand", kind="closing")
RATIO = Kpi(
    slug="cover",
    name_vi="Tỷ số",
    name_en="Cover",
    unit="",
    kind="ratio",
    numerator="exports",
    denominator="imports",
)
LATE = date(2030, 1, 1)


def published(month: Month) -> date:
    return date(month.year, month.month, 28)


def printed(
    kpi: str,
    month: Month,
    form: Form,
    value: float,
    report: Month | None = None,
    status: FigureStatus = "estimate",
) -> Observation:
    return Observation(kpi, month, form, value, status, published(report or month), "a source")


def panel(*observations: Observation) -> Panel:
    return Panel.of("test", (FLOW, OTHER, TOTAL, INDEX, STOCK, RATIO), observations)


def test_a_month_never_restated_takes_the_revision_of_the_cumulative() -> None:
    # January 10; February 12 of 23 so far: January became 11; March 9 of 30: February lost 2
    series = panel(
        printed("exports", Month(2021, 1), "month", 10),
        printed("exports", Month(2021, 2), "month", 12),
        printed("exports", Month(2021, 2), "year_to_date", 23),
        printed("exports", Month(2021, 3), "month", 9),
        printed("exports", Month(2021, 3), "year_to_date", 30),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values, [11, 10, 9])
    assert series.status == ("derived", "derived", "estimate")
    assert (series.to_date, series.to_date_status) == (30, "estimate")


def test_a_restated_month_stays_as_printed_and_the_cumulative_rules() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "month", 10),
        printed("exports", Month(2021, 1), "month", 10.4, Month(2021, 2), "restated"),
        printed("exports", Month(2021, 2), "month", 12),
        printed("exports", Month(2021, 2), "year_to_date", 22.5),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values, [10.4, 12])
    assert series.status == ("restated", "estimate")
    assert series.to_date == 22.5


def test_cumulative_figures_alone_give_differences_and_what_they_cover_is_reconstructed() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "year_to_date", 10),
        printed("exports", Month(2021, 2), "year_to_date", 25),
        printed("exports", Month(2021, 4), "year_to_date", 60),
        printed("exports", Month(2021, 5), "year_to_date", 70),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values[[0, 1, 4]], [10, 15, 10])
    assert series.values[2:4].sum() == pytest.approx(60 - 25, rel=1e-9)
    assert series.status == ("derived", "derived", "reconstructed", "reconstructed", "derived")
    assert series.to_date == 70


def test_a_gap_that_no_figure_covers_stays_a_gap() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "month", 10),
        printed("exports", Month(2021, 3), "month", 12),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values, [10, np.nan, 12])
    assert series.status == ("estimate", None, "estimate")
    assert series.doubt is None


def test_january_is_its_own_cumulative_figure() -> None:
    series = panel(printed("exports", Month(2021, 1), "month", 10)).series_as_of("exports", LATE)
    assert (series.to_date, series.months_known) == (10, 1)


def test_zeros_and_negative_figures_survive() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "month", 0),
        printed("exports", Month(2021, 2), "month", -3, status="final"),
        printed("exports", Month(2021, 2), "year_to_date", -3),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values, [0, -3])


def test_a_later_publication_is_not_seen() -> None:
    whole = panel(
        printed("exports", Month(2021, 1), "month", 10),
        printed("exports", Month(2021, 1), "month", 99, Month(2021, 2), "restated"),
    )
    assert whole.series_as_of("exports", date(2021, 2, 27)).values.tolist() == [10]
    assert whole.series_as_of("exports", date(2021, 2, 28)).values.tolist() == [99]
    with pytest.raises(NoObservations, match="nothing was published for 'test/exports'"):
        whole.series_as_of("exports", date(2020, 12, 31))


def test_the_base_is_what_the_printed_rate_implies() -> None:
    last = [printed("exports", Month(2020, m), "month", 10, status="final") for m in range(1, 13)]
    series = panel(
        *last,
        printed("exports", Month(2021, 1), "month", 12),
        printed("exports", Month(2021, 2), "month", 12),
        printed("exports", Month(2021, 2), "year_to_date", 24),
        printed("exports", Month(2021, 2), "rate_to_date", 115.0),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.base[:2].sum(), 24 / 1.15)
    np.testing.assert_allclose(series.base[2:], 10)
    assert series.base_status == "derived"


def test_a_rate_that_only_rounds_leaves_the_base_alone() -> None:
    last = [printed("exports", Month(2020, m), "month", 10, status="final") for m in range(1, 13)]
    series = panel(
        *last,
        printed("exports", Month(2021, 1), "month", 12),
        printed("exports", Month(2021, 1), "rate_on_year", 120.0),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.base, 10)
    assert series.base_status == "restated"


def test_an_index_is_chained_from_its_rates() -> None:
    first = [
        printed("iip", Month(2019, m), "rate_on_month", 110.0 if m == 2 else 100.0)
        for m in range(1, 13)
    ]
    second = [printed("iip", Month(2020, m), "rate_on_year", 105.0) for m in range(1, 13)]
    rate = printed("iip", Month(2020, 12), "rate_to_date", 104.8)
    series = panel(*first, *second, rate).series_as_of("iip", LATE)
    np.testing.assert_allclose(series.values[:3], [100, 110, 110])
    np.testing.assert_allclose(series.values[12:], series.values[:12] * 1.05)
    assert series.to_date == pytest.approx(4.8)
    assert panel(*first, *second, rate).outcome("iip", 2020, LATE) == pytest.approx(4.8)


def test_a_total_is_the_sum_of_its_parts_in_the_months_they_share() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "month", 10, status="final"),
        printed("exports", Month(2021, 2), "month", 11),
        printed("exports", Month(2021, 2), "year_to_date", 21),
        printed("imports", Month(2020, 12), "month", 5, status="final"),
        printed("imports", Month(2021, 1), "month", 6, status="final"),
        printed("imports", Month(2021, 2), "month", 7),
        printed("imports", Month(2021, 2), "year_to_date", 13),
    ).series_as_of("turnover", LATE)
    assert series.start == Month(2021, 1)
    np.testing.assert_allclose(series.values, [16, 18])
    assert (series.to_date, series.status) == (34, ("final", "estimate"))


def test_a_ratio_carries_numerator_and_denominator() -> None:
    series = panel(
        printed("exports", Month(2021, 1), "month", 10),
        printed("imports", Month(2021, 1), "month", 5),
    ).series_as_of("cover", LATE)
    assert series.kind == "ratio"
    assert series.values.tolist() == [10]
    assert series.denominator is not None
    assert series.denominator.tolist() == [5]


def test_a_ratio_in_per_cent_is_hundred_times_the_quotient() -> None:
    june = Month(2021, 6)
    figures = [printed("exports", june, "month", 10), printed("imports", june, "month", 5)]
    share = Panel.of("test", (FLOW, OTHER, replace(RATIO, unit="%")), figures)
    series = share.series_as_of("cover", LATE)
    assert monthly_values(series).tolist() == [200.0]


def test_a_level_is_not_added_up() -> None:
    series = panel(
        printed("herd", Month(2021, 1), "month", 100), printed("herd", Month(2021, 2), "month", 90)
    ).series_as_of("herd", LATE)
    assert series.values.tolist() == [100, 90]
    assert series.to_date is None


def test_outcomes_are_known_when_december_is_and_change_with_its_restatement() -> None:
    months = [
        printed("exports", Month(2020, m), "month", 10, status="final") for m in range(1, 12)
    ]
    whole = panel(
        *months,
        printed("exports", Month(2020, 12), "month", 10),
        printed("exports", Month(2020, 12), "year_to_date", 121),
        printed("exports", Month(2020, 12), "month", 12, Month(2021, 1), "restated"),
        printed("exports", Month(2021, 1), "month", 9),
    )
    assert whole.outcome("exports", 2020, date(2020, 12, 1)) is None
    assert whole.outcome("exports", 2020, date(2020, 12, 31)) == 121
    assert whole.outcome("exports", 2020, date(2021, 1, 31)) == 122


def test_an_unknown_kpi_says_which_there_are() -> None:
    with pytest.raises(UnknownKpi, match="has no KPI 'gdp'; it has exports"):
        panel().series_as_of("gdp", LATE)


FIGURES = st.lists(
    st.tuples(
        st.integers(0, 17),  # months after January 2020
        st.sampled_from(["month", "year_to_date"]),
        st.integers(0, 40),  # days until it was published
        st.sampled_from(["estimate", "restated"]),
        st.integers(-5, 50).map(float),
    ),
    min_size=1,
    max_size=30,
)


def observations_of(
    figures: list[tuple[int, Form, int, FigureStatus, float]],
) -> list[Observation]:
    return [
        Observation(
            "exports",
            Month(2020, 1).plus(after),
            form,
            value,
            status,
            published(Month(2020, 1).plus(after)) + timedelta(days=delay),
            "a source",
        )
        for after, form, delay, status, value in figures
    ]


def same(one: object, two: object) -> bool:
    return repr(one) == repr(two)


@settings(deadline=None)
@given(FIGURES, st.randoms(), st.integers(0, 700))
def test_the_order_of_imports_does_not_matter(figures, random, days) -> None:
    day = date(2020, 1, 1) + timedelta(days=days)
    ordered = observations_of(figures)
    shuffled = ordered[:]
    random.shuffle(shuffled)
    assert same(answer(panel(*ordered), day), answer(panel(*shuffled), day))


@settings(deadline=None)
@given(FIGURES, st.integers(0, 700))
def test_a_later_vintage_never_changes_an_earlier_answer(figures, days) -> None:
    day = date(2020, 1, 1) + timedelta(days=days)
    everything = observations_of(figures)
    then = [observation for observation in everything if observation.published <= day]
    assert same(answer(panel(*everything), day), answer(panel(*then), day))


def answer(whole: Panel, day: date) -> object:
    try:
        series = whole.series_as_of("exports", day)
    except NoObservations as error:
        return str(error)
    return (
        series.start,
        series.values.tolist(),
        series.status,
        series.to_date,
        series.base.tolist(),
    )


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(-0.9, 5)), min_size=2, max_size=12))
def test_derived_months_add_up_to_the_newest_cumulative(months) -> None:
    figures = []
    cumulative = 0.0
    for number, (estimate, revision) in enumerate(months, start=1):
        cumulative += estimate + (revision if number > 1 else 0.0)
        month = Month(2021, number)
        figures.append(printed("exports", month, "month", estimate))
        figures.append(printed("exports", month, "year_to_date", cumulative))
    series = panel(*figures).series_as_of("exports", LATE)
    assert float(series.values.sum()) == pytest.approx(cumulative, rel=1e-9)
    assert series.status[-1] == "estimate"


# --- a month that was not over when its estimate was published


def on(
    day: date, month: Month, form: Form, value: float, status: FigureStatus = "estimate"
) -> Observation:
    return Observation("exports", month, form, value, status, day, "a source")


JUNE = Month(2021, 6)


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2021, 6, 15), 0.5),
        (date(2021, 6, 18), 0.4),
        (date(2021, 6, 24), 0.0),
        (date(2021, 7, 1), 0.0),
    ],
)
def test_an_estimate_within_its_month_leaves_part_of_it_open(day: date, share: float) -> None:
    figures = [on(date(2021, 6, 1), Month(2021, 5), "month", 10.0), on(day, JUNE, "month", 12.0)]
    series = Panel.of("family", [FLOW], figures).series_as_of("exports", LATE)
    assert (series.cutoff, series.unfinished) == (JUNE, pytest.approx(share))


def test_a_cumulative_figure_alone_leaves_part_of_its_month_open() -> None:
    figures = [
        on(date(2021, 6, 1), Month(2021, 5), "year_to_date", 50.0),
        on(date(2021, 6, 15), JUNE, "year_to_date", 62.0),
    ]
    panel = Panel.of("family", [FLOW], figures)
    assert panel.series_as_of("exports", LATE).unfinished == pytest.approx(0.5)


def test_the_next_report_closes_the_month() -> None:
    figures = [
        on(date(2021, 6, 15), JUNE, "month", 12.0),
        on(date(2021, 7, 15), JUNE, "month", 12.5, "restated"),
        on(date(2021, 7, 15), Month(2021, 7), "month", 13.0),
    ]
    panel = Panel.of("family", [FLOW], figures)
    assert panel.series_as_of("exports", date(2021, 6, 30)).unfinished == pytest.approx(0.5)
    july = panel.series_as_of("exports", date(2021, 7, 31))
    assert (july.cutoff, july.unfinished) == (Month(2021, 7), pytest.approx(16 / 31))


def test_a_figure_that_is_settled_is_not_open() -> None:
    figures = [on(date(2021, 6, 15), JUNE, "month", 12.0, "final")]
    assert Panel.of("family", [FLOW], figures).series_as_of("exports", LATE).unfinished == 0.0


def test_a_total_is_as_open_as_its_parts_are_large() -> None:
    whole = on(date(2021, 6, 30), JUNE, "month", 30.0)
    half = Observation("imports", JUNE, "month", 10.0, "estimate", date(2021, 6, 15), "a source")
    panel = Panel.of("family", [FLOW, OTHER, TOTAL], [whole, half])
    assert panel.series_as_of("turnover", LATE).unfinished == pytest.approx(0.125)


def test_an_index_from_rates_within_its_month() -> None:
    figures = [
        Observation("iip", month, form, 104.0, "estimate", day, "a source")
        for form in ("rate_on_month", "rate_on_year")
        for month, day in ((Month(2021, 5), date(2021, 5, 29)), (JUNE, date(2021, 6, 15)))
    ]
    series = Panel.of("family", [INDEX], figures).series_as_of("iip", LATE)
    assert series.unfinished == pytest.approx(0.5)
