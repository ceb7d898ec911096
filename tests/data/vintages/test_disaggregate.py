"""Months from printed totals and rates: derived, reconstructed and set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from data.plans.kpi import Kpi
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import FigureStatus, Month, Series

FLOW = Kpi(slug="exports", name_vi="Xuất khẩu", name_en="Exports", unit="million USD")
WITH = Kpi(
    slug="trade", name_vi="Kim ngạch", name_en="Trade", unit="million USD", indicator="exports"
)
MEAN = Kpi(slug="price", name_vi="Giá", name_en="Price", unit="VND", kind="average")
INDEX = Kpi(slug="iip", name_vi="IIP", name_en="IIP", unit="%", kind="growth")
ABROAD = Kpi(slug="far", name_vi="Xa", name_en="Far", unit="million USD", indicator="nation/all")
LATE = date(2030, 1, 1)


def printed(
    kpi: str,
    month: str,
    form: Form,
    value: float,
    published: date | None = None,
    status: FigureStatus = "final",
) -> Observation:
    at = Month.parse(month)
    day = published or date(*at.plus(1), 1)
    return Observation(kpi, at, form, value, status, day, f"{kpi} {month} {form}")


def panel(*observations: Observation) -> Panel:
    return Panel.of("test", (FLOW, WITH, MEAN, INDEX, ABROAD), observations)


def months(values: Iterable[float], first: str = "2019-01") -> list[Observation]:
    """Printed months of the indicator."""
    start = Month.parse(first)
    return [
        printed("exports", str(start.plus(place)), "month", value)
        for place, value in enumerate(values)
    ]


def window(series: Series, first: str, last: str) -> np.ndarray:
    begin = Month.parse(first).ordinal - series.start.ordinal
    return series.values[begin : Month.parse(last).ordinal - series.start.ordinal + 1]


SEASON = 10 + 3 * np.sin(np.arange(24) * np.pi / 6)


def test_quarters_alone_become_months_with_the_shape_of_the_indicator() -> None:
    drift = np.linspace(1.0, 1.5, 18)
    quarters = (drift * SEASON[:18]).reshape(6, 3).sum(axis=1)
    ends = ["2019-03", "2019-06", "2019-09", "2019-12", "2020-03", "2020-06"]
    whole = panel(
        *months(SEASON),
        *(printed("trade", end, "quarter", v) for end, v in zip(ends, quarters, strict=True)),
    )
    series = whole.series_as_of("trade", LATE)
    assert (series.start, series.cutoff) == (Month(2019, 1), Month(2020, 6))
    np.testing.assert_allclose(series.values.reshape(6, 3).sum(axis=1), quarters, rtol=1e-9)
    assert set(series.status) == {"reconstructed"}
    np.testing.assert_allclose(series.values / SEASON[:18], drift, rtol=0.02)
    assert series.doubt is not None
    np.testing.assert_allclose(series.doubt.reshape(6, 3, -1).sum(axis=1), 0, atol=1e-9)


def test_a_half_year_and_a_year_cover_their_months() -> None:
    series = panel(
        printed("exports", "2020-06", "half", 60.0),
        printed("exports", "2020-12", "year", 132.0),
        printed("exports", "2021-12", "half", 66.0),
    ).series_as_of("exports", LATE)
    assert series.values[:6].sum() == pytest.approx(60, rel=1e-9)
    assert series.values[:12].sum() == pytest.approx(132, rel=1e-9)
    assert np.isnan(series.values[12:18]).all()  # nothing speaks of the first half of 2021
    assert series.values[18:].sum() == pytest.approx(66, rel=1e-9)


def test_a_full_year_printed_before_it_is_over_is_an_expectation() -> None:
    whole = panel(
        printed("exports", "2020-01", "month", 10.0),
        printed("exports", "2020-12", "year", 132.0, date(2020, 10, 1)),
    )
    assert whole.series_as_of("exports", LATE).cutoff == Month(2020, 1)


def test_the_own_season_is_the_shape_without_an_indicator() -> None:
    series = panel(
        *months(SEASON),
        *(printed("exports", f"2021-{m:02d}", "quarter", 30.0) for m in (3, 6)),
    ).series_as_of("exports", LATE)
    ratio = window(series, "2021-04", "2021-06") / SEASON[3:6]
    np.testing.assert_allclose(ratio, 30 / SEASON[3:6].sum(), rtol=0.05)


def test_a_mean_of_months_is_met_as_a_mean() -> None:
    series = panel(
        printed("price", "2020-03", "quarter", 10.0),
        printed("price", "2020-06", "quarter", 12.0),
        printed("price", "2020-12", "year", 13.0),
    ).series_as_of("price", LATE)
    assert series.values[:3].mean() == pytest.approx(10, rel=1e-9)
    assert series.values[3:6].mean() == pytest.approx(12, rel=1e-9)
    assert series.values.mean() == pytest.approx(13, rel=1e-9)


def test_a_missing_month_that_totals_determine_is_derived() -> None:
    series = panel(
        printed("exports", "2021-01", "month", 10.0),
        printed("exports", "2021-02", "month", 11.0),
        printed("exports", "2021-04", "month", 12.0),
        printed("exports", "2021-04", "year_to_date", 45.0),
    ).series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values, [10, 11, 12, 12])
    assert series.status == ("final", "final", "derived", "final")
    assert series.doubt is None


def test_rates_determine_a_year_from_the_other() -> None:
    rates = [printed("exports", f"2020-{m:02d}", "rate_on_year", 110.0) for m in range(1, 13)]
    forward = panel(*months(SEASON[:12]), *rates).series_as_of("exports", LATE)
    np.testing.assert_allclose(window(forward, "2020-01", "2020-12"), 1.1 * SEASON[:12])
    assert forward.status[12:] == ("derived",) * 12
    back = panel(*months(SEASON[:12], "2020-01"), *rates).series_as_of("exports", LATE)
    assert back.start == Month(2019, 1)
    np.testing.assert_allclose(window(back, "2019-01", "2019-12"), SEASON[:12] / 1.1)


def test_a_cumulative_rate_binds_last_years_cumulative_figure() -> None:
    series = panel(
        printed("exports", "2021-06", "year_to_date", 120.0),
        printed("exports", "2021-06", "rate_to_date", 150.0),
    ).series_as_of("exports", LATE)
    assert series.start == Month(2020, 1)
    assert window(series, "2020-01", "2020-06").sum() == pytest.approx(80, rel=1e-9)
    assert window(series, "2021-01", "2021-06").sum() == pytest.approx(120, rel=1e-9)


def test_an_index_of_cumulative_rates_alone_meets_each_of_them() -> None:
    rates = {"2019-03": 105.0, "2019-06": 106.0, "2019-12": 107.0, "2020-03": 98.0}
    rates |= {"2020-06": 96.0, "2020-12": 101.0}
    whole = panel(*(printed("iip", month, "rate_to_date", rate) for month, rate in rates.items()))
    series = whole.series_as_of("iip", LATE)
    assert series.start == Month(2018, 1)
    assert (series.to_date, series.base_status) == (1.0, "reconstructed")
    for text, rate in rates.items():
        end = Month.parse(text)
        now = window(series, f"{end.year}-01", text).sum()
        before = window(series, f"{end.year - 1}-01", str(end.plus(-12))).sum()
        assert 100 * now / before == pytest.approx(rate, rel=1e-9)


def test_months_long_known_are_not_extended_by_rates() -> None:
    rates = [printed("exports", f"2019-{m:02d}", "rate_on_year", 110.0) for m in range(1, 13)]
    assert panel(*months(SEASON), *rates).series_as_of("exports", LATE).start == Month(2019, 1)


def test_rounding_is_met_and_listed() -> None:
    whole = panel(
        printed("exports", "2020-03", "quarter", 100.1),
        printed("exports", "2020-06", "quarter", 110.3),
        printed("exports", "2020-06", "half", 210.0),
    )
    series = whole.series_as_of("exports", LATE)
    assert series.values[:3].sum() == pytest.approx(100.1, abs=0.05)
    assert series.values[3:].sum() == pytest.approx(110.3, abs=0.05)
    assert series.values.sum() == pytest.approx(210.0, abs=0.5)
    (one,) = whole.contradictions("exports", LATE)
    assert one.kept
    assert one.printed.form == "quarter"  # that of the earlier document
    assert one.found == pytest.approx(series.values[:3].sum(), rel=1e-9)


def test_contradictory_figures_are_set_aside_and_listed() -> None:
    whole = panel(
        printed("exports", "2020-03", "quarter", 100.1),
        printed("exports", "2020-06", "quarter", 110.3),
        printed("exports", "2020-06", "half", 250.0, status="estimate"),
    )
    series = whole.series_as_of("exports", LATE)
    np.testing.assert_allclose(series.values.reshape(2, 3).sum(axis=1), [100.1, 110.3], rtol=1e-9)
    (one,) = whole.contradictions("exports", LATE)
    assert (one.printed.value, one.kept) == (250.0, False)
    assert one.found == pytest.approx(210.4, rel=1e-9)


def test_a_rate_against_two_printed_levels_is_listed() -> None:
    whole = panel(
        printed("exports", "2020-06", "half", 100.0),
        printed("exports", "2021-06", "half", 120.0),
        printed("exports", "2021-06", "rate_to_date", 141.0),
        printed("exports", "2020-12", "year", 210.0),
    )
    (one,) = whole.contradictions("exports", LATE)
    assert (one.printed.form, one.kept) == ("rate_to_date", False)
    assert one.found == pytest.approx(120.0, rel=1e-9)


def test_a_remainder_that_is_other_months_revision_is_not_believed() -> None:
    estimates = [
        printed("exports", f"2020-{m:02d}", "month", 10.0, status="estimate")
        for m in range(1, 13)
        if m != 10
    ]
    whole = panel(*estimates, printed("exports", "2020-12", "year_to_date", 105.0))
    series = whole.series_as_of("exports", LATE)
    assert np.isnan(series.values[9])  # not −5
    (one,) = whole.contradictions("exports", LATE)
    assert (one.printed.form, one.kept) == ("year_to_date", False)


def test_a_year_below_its_own_half_is_set_aside() -> None:
    whole = panel(
        printed("exports", "2020-06", "half", 70.0),
        printed("exports", "2020-12", "year", 60.0, status="estimate"),
    )
    series = whole.series_as_of("exports", LATE)
    assert (series.values.sum(), series.cutoff) == (pytest.approx(70), Month(2020, 6))
    (one,) = whole.contradictions("exports", LATE)
    assert (one.printed.form, one.kept) == ("year", False)


def test_an_anchor_is_seen_from_the_day_of_its_document_and_never_undated() -> None:
    whole = panel(
        printed("exports", "2020-03", "quarter", 30.0, date(2020, 4, 10)),
        printed("exports", "2020-06", "quarter", 60.0, date(2020, 7, 10)),
        printed("exports", "2020-09", "quarter", 90.0, UNDATED),
    )
    assert whole.series_as_of("exports", date(2020, 7, 9)).values.sum() == pytest.approx(30)
    assert whole.series_as_of("exports", date(2020, 7, 10)).values.sum() == pytest.approx(90)
    assert whole.series_as_of("exports", LATE).cutoff == Month(2020, 6)
    assert whole.vintages() == (date(2020, 4, 10), date(2020, 7, 10))
    with pytest.raises(NoObservations):
        whole.series_as_of("exports", date(2020, 4, 9))


def test_an_indicator_is_seen_as_it_was_known_too() -> None:
    early = [printed("exports", f"2020-{m:02d}", "month", 10.0) for m in range(1, 7)]
    later = [
        printed("exports", f"2020-{m:02d}", "month", 5.0 * m, date(2021, 1, 1))
        for m in range(1, 7)
    ]
    half = printed("trade", "2020-06", "half", 60.0, date(2020, 7, 1))
    whole = panel(*early, *later, half)
    np.testing.assert_allclose(whole.series_as_of("trade", date(2020, 7, 1)).values, 10)
    np.testing.assert_allclose(
        whole.series_as_of("trade", LATE).values, 60 / 105 * 5 * np.arange(1, 7)
    )


def test_an_indicator_of_another_family_is_looked_up_there() -> None:
    nation = Panel.of(
        "nation",
        [Kpi(slug="all", name_vi="Cả nước", name_en="All", unit="million USD")],
        [printed("all", f"2020-{m:02d}", "month", float(m)) for m in range(1, 7)],
    )
    half = printed("far", "2020-06", "half", 42.0)
    alone = Panel.of("test", (ABROAD,), [half])
    np.testing.assert_allclose(alone.series_as_of("far", LATE).values, 7)  # evenly, without it
    beside = Panel.of("test", (ABROAD,), [half], [nation])
    np.testing.assert_allclose(beside.series_as_of("far", LATE).values, 2 * np.arange(1, 7))


def test_an_outcome_counts_only_where_figures_leave_no_doubt() -> None:
    whole = panel(
        printed("exports", "2020-12", "year", 132.0),
        printed("exports", "2021-12", "half", 66.0),
        *(printed("trade", f"2021-{m:02d}", "quarter", 30.0) for m in (3, 6, 12)),
        *months(SEASON, "2021-01"),
    )
    assert whole.outcome("exports", 2020, LATE) == pytest.approx(132, rel=1e-9)
    assert whole.outcome("trade", 2021, LATE) is None  # its third quarter is a guess


TOTALS = st.lists(
    st.tuples(
        st.sampled_from(["month", "quarter", "half", "year_to_date", "year"]),
        st.integers(0, 23),
    ),
    min_size=1,
    max_size=16,
)
LENGTH = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def spans(totals: Sequence[tuple[Form, int]]) -> dict[tuple[Form, int], range]:
    """Form and last month of figures that fit the calendar, with the months they cover."""
    found: dict[tuple[Form, int], range] = {}
    for form, place in totals:
        if form == "year_to_date":
            found[form, place] = range(place - place % 12, place + 1)
        elif (place + 1) % LENGTH[form] == 0:
            found[form, place] = range(place - LENGTH[form] + 1, place + 1)
    return found


@settings(deadline=None)
@given(TOTALS, st.lists(st.integers(1, 999), min_size=24, max_size=24), st.randoms())
def test_every_consistent_total_is_met_in_any_order(totals, truth, random) -> None:
    covered = spans(totals)
    start = Month(2020, 1)
    observations = [
        printed("exports", str(start.plus(place)), form, float(sum(truth[m] for m in span)))
        for (form, place), span in covered.items()
    ]
    if not observations:
        return
    series = panel(*observations).series_as_of("exports", LATE)
    assert panel(*observations).contradictions("exports", LATE) == ()
    first = series.start.ordinal - start.ordinal
    for span in covered.values():
        found = series.values[span.start - first : span.stop - first].sum()
        assert found == pytest.approx(sum(truth[m] for m in span), rel=1e-9)
    shuffled = observations[:]
    random.shuffle(shuffled)
    again = panel(*shuffled).series_as_of("exports", LATE)
    assert again.values.tobytes() == series.values.tobytes()
    assert again.status == series.status


@settings(deadline=None)
@given(
    TOTALS,
    st.lists(st.integers(1, 999), min_size=24, max_size=24),
    st.lists(st.sampled_from([0.0, 0.0, 0.04, 0.3, 40.0]), min_size=16, max_size=16),
    st.randoms(),
)
def test_contradictions_are_listed_or_met_within_rounding(totals, truth, off, random) -> None:
    start = Month(2020, 1)
    observations = []
    for (place, span), by in zip(spans(totals).items(), off, strict=False):
        form, end = place
        value = round(sum(truth[m] for m in span) + by, 1)
        if form != "month":
            observations.append(printed("exports", str(start.plus(end)), form, value))
    if not observations:
        return
    whole = panel(*observations)
    series, listed = whole.series_as_of("exports", LATE), whole.contradictions("exports", LATE)
    aside = {one.printed for one in listed if not one.kept}
    first = series.start.ordinal - start.ordinal
    for one in observations:
        covered = spans([(one.form, one.month.ordinal - start.ordinal)])
        (inside,) = covered.values()
        found = series.values[inside.start - first : inside.stop - first].sum()
        if one not in aside and np.isfinite(found):
            tolerance = 0.05 if listed and one.value % 1 else 0.5 if listed else 1e-9 * one.value
            assert abs(found - one.value) <= tolerance + 1e-6
    random.shuffle(observations)
    assert set(panel(*observations).contradictions("exports", LATE)) == set(listed)


def test_newest_months_are_those_known_and_nothing_illustrative_elsewhere() -> None:
    kpis = [Kpi(slug, slug, slug, "million USD") for slug in ("all", "drawn")]
    june = date(2021, 6, 30)
    nation = Panel.of(
        "nation",
        kpis,
        [
            printed("all", "2021-05", "month", 1.0, date(2021, 5, 31)),
            printed("all", "2021-06", "month", 1.0, june),
            printed("drawn", "2021-06", "month", 1.0, june, "illustrative"),
        ],
    )
    own = printed("exports", "2021-05", "month", 1.0, date(2021, 6, 1))
    beside = Panel.of("test", (FLOW, ABROAD), [own], [nation])
    found = beside.newest_months(june)
    assert found == {"exports": Month(2021, 5), "nation/all": Month(2021, 6)}
    assert beside.newest_months(date(2021, 5, 31)) == {"nation/all": Month(2021, 5)}
