from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.annual import AnnualDistribution, annual_distribution, monthly_values
from models.errors import CannotForecast
from models.paths import generator
from models.revisions import Revision, month_ahead_spread
from models.series import Month, Series
from tests.models.strategies import known_paths, made, series, series_with_paths

NAN = np.nan
KINDS = ("flow", "average", "closing", "ratio", "growth", "count")
# 2019: 1 to 12, 2020: 11 to 22, January to June 2021: 21 to 26
VALUES = np.concatenate([np.arange(1.0, 13.0), np.arange(11.0, 23.0), np.arange(21.0, 27.0)])
START = Month(2019, 1)
REST = (27.0, 28.0, 29.0, 30.0, 31.0, 32.0)
SUM_2020, SUM_SO_FAR = 198.0, 141.0


def june(**given: Any) -> Series:
    return made(VALUES, start=START, **given)


def year_of(one: Series, rest: tuple[float, ...] = REST) -> AnnualDistribution:
    return annual_distribution(one, known_paths(rest))


# by hand, every kind


def test_a_flow_is_what_was_published_and_the_months_to_come() -> None:
    annual = year_of(june())
    assert set(annual.samples) == {SUM_SO_FAR + sum(REST)}
    assert (annual.year, annual.months_known, annual.actual_to_date) == (2021, 6, SUM_SO_FAR)
    assert annual.growth[0] == pytest.approx(100 * (318 / SUM_2020 - 1))
    np.testing.assert_array_equal(annual.observed, VALUES[-6:])


@pytest.mark.parametrize("kind", ["flow", "count"])
def test_the_published_figure_to_date_takes_precedence_over_the_months(kind: str) -> None:
    annual = year_of(june(kind=kind, to_date=150.0, to_date_status="estimate"))
    assert set(annual.samples) == {150.0 + sum(REST)}
    assert (annual.actual_to_date, annual.data_status) == (150.0, "estimate")


def test_an_average_is_the_mean_of_twelve_months() -> None:
    annual = year_of(june(kind="average"))
    assert annual.samples[0] == pytest.approx((SUM_SO_FAR + sum(REST)) / 12)
    assert annual.actual_to_date == pytest.approx(SUM_SO_FAR / 6)
    assert annual.base[0] == pytest.approx(SUM_2020 / 12)
    published = year_of(june(kind="average", to_date=150.0))
    assert published.samples[0] == pytest.approx((150.0 + sum(REST)) / 12)
    assert published.actual_to_date == pytest.approx(150.0 / 6)


def test_a_closing_level_is_decembers() -> None:
    annual = year_of(june(kind="closing", to_date=150.0))
    assert set(annual.samples) == {32.0}
    assert (annual.actual_to_date, annual.base[0]) == (26.0, 22.0)
    assert set(annual.known) == {0.0}


def test_a_ratio_recombines_numerators_and_denominators() -> None:
    below = np.concatenate([np.full(12, 10.0), np.full(12, 20.0), np.full(6, 40.0)])
    annual = year_of(june(kind="ratio", denominator=below), rest=(0.5,) * 6)
    growth = (6 * 20 + 6 * 40) / (6 * 10 + 6 * 20)
    to_come = 20.0 * growth
    wanted = (SUM_SO_FAR + 6 * 0.5 * to_come) / (6 * 40 + 6 * to_come)
    assert annual.samples[0] == pytest.approx(wanted)
    assert annual.actual_to_date == pytest.approx(SUM_SO_FAR / 240)
    assert annual.base[0] == pytest.approx(SUM_2020 / 240)
    np.testing.assert_allclose(annual.observed, VALUES[-6:] / 40)


def test_last_year_of_a_ratio_takes_the_numerators_best_known() -> None:
    below = np.concatenate([np.full(12, 10.0), np.full(12, 20.0), np.full(6, 40.0)])
    restated = june(kind="ratio", denominator=below, base=2 * VALUES[12:24])
    annual = year_of(restated, rest=(0.5,) * 6)
    np.testing.assert_allclose(annual.last_year[0], 2 * VALUES[12:24] / 20)
    assert annual.base[0] == pytest.approx(2 * SUM_2020 / 240)


def test_a_published_ratio_to_date_takes_precedence() -> None:
    one = june(kind="ratio", denominator=np.full(30, 10.0), to_date=2.0)
    annual = year_of(one, rest=(1.0,) * 6)
    assert annual.samples[0] == pytest.approx(1.5)
    assert annual.actual_to_date == 2.0


def test_growth_is_a_rate_on_last_years_index() -> None:
    annual = year_of(june(kind="growth", unit="%"))
    assert annual.samples[0] == pytest.approx(100 * ((SUM_SO_FAR + sum(REST)) / SUM_2020 - 1))
    so_far = 100 * (SUM_SO_FAR / VALUES[12:18].sum() - 1)
    assert annual.actual_to_date == pytest.approx(so_far)
    assert set(annual.base) == {100.0}
    np.testing.assert_array_equal(annual.growth, annual.samples)


def test_a_published_rate_counts_for_its_share_of_last_year() -> None:
    annual = year_of(june(kind="growth", to_date=5.0, to_date_status="estimate"))
    part = VALUES[12:18].sum() / SUM_2020
    wanted = 100 * (1.05 * part + sum(REST) / SUM_2020 - 1)
    assert annual.samples[0] == pytest.approx(wanted)
    assert (annual.actual_to_date, annual.data_status) == (5.0, "estimate")


def test_a_finished_growth_year_is_decembers_rate_not_a_mean_of_months() -> None:
    finished = made(VALUES[:24], start=START, kind="growth", to_date=7.5)
    assert set(year_of(finished, rest=()).samples) == {7.5}


def test_a_count_is_whole_and_not_negative() -> None:
    annual = annual_distribution(june(kind="count"), np.array([[-1.4, 0.4, 0.6, 1.5, 2.5, 9.0]]))
    np.testing.assert_array_equal(annual.months, [[0, 0, 1, 2, 2, 9]])
    assert annual.samples[0] == SUM_SO_FAR + 14


def test_milestones_have_no_months() -> None:
    with pytest.raises(CannotForecast, match=r"made/series is a list of milestones"):
        year_of(june(kind="milestone"))


# what is missing


@pytest.mark.parametrize("kind", ["flow", "average", "ratio", "growth", "count"])
def test_a_missing_month_spreads_the_year_unless_a_published_figure_covers_it(kind: str) -> None:
    values = VALUES.copy()
    values[26] = NAN
    given: dict[str, Any] = {"kind": kind, "start": START}
    if kind == "ratio":
        given["denominator"] = np.full(30, 10.0)
    open_year = year_of(made(values, **given))
    assert open_year.known.std() > 0
    assert open_year.actual_to_date is None
    assert open_year.data_status == "reconstructed"
    covered = year_of(made(values, to_date=140.0, to_date_status="final", **given))
    assert covered.known.std() == pytest.approx(0.0, abs=1e-9)
    assert covered.data_status == "final"


def test_a_closing_level_needs_no_earlier_month() -> None:
    values = VALUES.copy()
    values[26] = NAN
    annual = year_of(made(values, start=START, kind="closing"))
    assert set(annual.samples) == {32.0}
    assert annual.data_status == "final"


def test_a_gap_last_year_spreads_the_base_alone() -> None:
    values = VALUES.copy()
    values[20] = NAN
    annual = year_of(made(values, start=START))
    assert annual.base.std() > 0
    assert annual.samples.std() == 0
    assert annual.growth.std() > 0


def test_the_year_before_as_best_known_replaces_its_months() -> None:
    base = np.full(12, NAN)
    base[:6] = VALUES[12:18]
    base[2] += 1.0
    base[3] -= 1.0
    annual = year_of(june(base=base, base_status="derived"))
    assert annual.base[0] == SUM_2020
    np.testing.assert_array_equal(annual.last_year[0, :6], base[:6])
    assert annual.base_status == "derived"


@pytest.mark.parametrize("kind", ["flow", "average", "closing", "count"])
def test_a_first_year_has_no_base(kind: str) -> None:
    annual = year_of(made(VALUES[24:], start=Month(2021, 1), kind=kind))
    assert np.isnan(annual.base).all()
    assert np.isnan(annual.growth).all()
    assert annual.base_status is None
    assert np.isfinite(annual.samples).all()


def test_a_rate_of_a_first_year_is_not_known() -> None:
    with pytest.raises(CannotForecast, match=r"missing months of 2020 and 2021"):
        year_of(made(VALUES[24:], start=Month(2021, 1), kind="growth"))


def test_a_year_that_begins_before_the_series_is_not_known() -> None:
    late = made(VALUES[26:], start=Month(2021, 3))
    with pytest.raises(CannotForecast, match=r"year to date is not known at cutoff 2021-06"):
        year_of(late)
    assert set(year_of(replace(late, to_date=141.0)).samples) == {318.0}


def test_a_ratio_with_zero_denominators_so_far_is_not_known() -> None:
    below = np.concatenate([np.full(24, 10.0), np.zeros(6)])
    annual = year_of(june(kind="ratio", denominator=below), rest=(0.5,) * 6)
    assert annual.actual_to_date is None
    np.testing.assert_allclose(annual.samples, 0.5)
    with pytest.raises(CannotForecast, match=r"year to date is not known"):
        year_of(june(kind="ratio", denominator=np.zeros(30)))


def test_zeros_and_negative_months_add_up_like_others() -> None:
    values = np.concatenate([np.zeros(24), [-5.0, 0.0, 3.0]])
    annual = annual_distribution(made(values, start=START), known_paths([-1.0] * 9))
    assert set(annual.samples) == {-11.0}
    assert not annual.non_negative
    assert np.isnan(annual.growth).all()  # last year was zero
    assert year_of(june()).non_negative


def test_paths_that_end_before_the_year_are_refused() -> None:
    with pytest.raises(ValueError, match=r"6 months to December 2021, paths of 5"):
        year_of(june(), rest=REST[:5])


# other years than the cutoff's


@pytest.mark.parametrize("kind", KINDS)
def test_a_finished_year_has_no_spread(kind: str) -> None:
    given: dict[str, Any] = {"kind": kind, "start": START}
    if kind == "ratio":
        given["denominator"] = np.full(24, 10.0)
    annual = annual_distribution(made(VALUES[:24], **given), np.empty((5, 0)))
    assert (annual.year, annual.months_known) == (2020, 12)
    assert len(set(annual.samples)) == 1
    wanted = {
        "flow": SUM_2020,
        "count": SUM_2020,
        "average": SUM_2020 / 12,
        "closing": 22.0,
        "ratio": SUM_2020 / 120,
        "growth": 100 * (SUM_2020 / 78 - 1),
    }
    assert annual.mean == pytest.approx(wanted[kind])


def test_a_year_before_the_cutoffs_is_finished() -> None:
    annual = annual_distribution(june(to_date=999.0), known_paths(REST), year=2020)
    assert set(annual.samples) == {SUM_2020}
    assert (annual.months_known, annual.data_status, annual.base[0]) == (12, "final", 78.0)


@pytest.mark.parametrize("kind", KINDS)
def test_in_december_nothing_of_next_year_is_known(kind: str) -> None:
    given: dict[str, Any] = {"kind": kind, "start": START}
    if kind == "ratio":
        given["denominator"] = np.full(24, 10.0)
    rest = np.arange(21.0, 33.0)
    annual = annual_distribution(made(VALUES[:24], **given), known_paths(rest), year=2021)
    assert (annual.year, annual.months_known, annual.observed.size) == (2021, 0, 0)
    assert (annual.actual_to_date, annual.data_status, annual.base_status) == (None, None, "final")
    wanted = {
        "flow": (rest.sum(), SUM_2020),
        "count": (rest.sum(), SUM_2020),
        "average": (rest.mean(), SUM_2020 / 12),
        "closing": (32.0, 22.0),
        "ratio": (rest.mean(), SUM_2020 / 120),
        "growth": (100 * (rest.sum() / SUM_2020 - 1), 100.0),
    }
    assert (annual.mean, annual.base[0]) == pytest.approx(wanted[kind])


def test_next_year_in_mid_year_stands_on_a_projected_base() -> None:
    paths = known_paths([*REST, *np.full(12, 40.0)])
    annual = annual_distribution(june(to_date=150.0), paths, year=2022)
    assert set(annual.samples) == {480.0}
    assert set(annual.base) == {150.0 + sum(REST)}
    assert annual.base_status == "projected"


# the last month's revision

USUAL = Revision(bias=0.02, spread=0.05, seen=50)


def estimated(kind: str = "flow", months: int = 30, **given: Any) -> Series:
    """The same months, the last of them an estimate."""
    status = (*["final"] * (months - 1), "estimate")
    return made(VALUES[:months], start=START, kind=kind, status=status, **given)


@pytest.mark.parametrize(
    ("kind", "one"),
    [("flow", 1.0), ("average", 1 / 12), ("ratio", 1 / 12), ("growth", 100 / SUM_2020)],
)
def test_a_months_estimate_is_drawn_with_the_usual_revision(kind: str, one: float) -> None:
    given: dict[str, Any] = {"denominator": np.full(30, 10.0)} if kind == "ratio" else {}
    scale = 10.0 if kind == "ratio" else 1.0  # the outcome is that of the monthly ratio
    series, paths = estimated(kind, **given), known_paths(REST, 4000)
    plain = annual_distribution(series, paths)
    drawn = annual_distribution(series, paths, revision=USUAL)
    moved = drawn.samples - plain.samples
    np.testing.assert_allclose(moved, drawn.revision)
    june_2021 = VALUES[-1] * one / scale
    assert moved.mean() == pytest.approx(0.02 * june_2021, rel=0.2)
    assert moved.std() == pytest.approx(0.05 * june_2021, rel=0.1)
    assert drawn.actual_to_date == plain.actual_to_date  # what was published stays as printed


def test_a_closing_level_does_not_depend_on_junes_estimate() -> None:
    drawn = annual_distribution(estimated("closing"), known_paths(REST), revision=USUAL)
    assert set(drawn.samples) == {REST[-1]}


def test_final_months_are_not_revised() -> None:
    drawn = annual_distribution(june(), known_paths(REST), revision=USUAL)
    assert set(drawn.samples) == {SUM_SO_FAR + sum(REST)}


@pytest.mark.parametrize("kind", ["flow", "average", "closing", "count", "growth"])
def test_a_year_whose_december_is_an_estimate_is_settled_on_it(kind: str) -> None:
    series = estimated(kind, months=24)
    over = annual_distribution(series, np.empty((50, 0)), revision=USUAL)
    assert np.ptp(over.samples) == 0.0
    assert over.data_status == "estimate"


@pytest.mark.parametrize("kind", KINDS)
def test_an_unfinished_month_opens_the_year_to_date(kind: str) -> None:
    given: dict[str, Any] = {"denominator": np.full(30, 10.0)} if kind == "ratio" else {}
    paths = known_paths(REST, 4000)
    whole = annual_distribution(estimated(kind, **given), paths)
    half = annual_distribution(estimated(kind, unfinished=0.5, **given), paths)
    assert np.ptp(whole.known) == 0.0
    assert (np.ptp(half.known) == 0.0) == (kind == "closing")  # December's is still to come
    np.testing.assert_allclose(half.known - half.revision, whole.known)


def test_an_unfinished_month_has_its_share_of_the_spread_of_a_month_ahead() -> None:
    one = estimated(unfinished=0.5)
    drawn = annual_distribution(one, known_paths(REST, 20_000)).revision
    spread = 0.5 * month_ahead_spread(one.values) * one.values[-1]
    assert drawn.std() == pytest.approx(spread, rel=0.1)
    wider = annual_distribution(replace(one, unfinished=0.9), known_paths(REST, 20_000)).revision
    assert wider.std() > 1.5 * drawn.std()


def test_a_year_whose_december_is_unfinished_is_not_settled() -> None:
    over = annual_distribution(estimated(months=24), np.empty((500, 0)))
    open_ = annual_distribution(estimated(months=24, unfinished=0.5), np.empty((500, 0)))
    assert over.samples.std() == 0.0
    assert open_.samples.std() > 0.0
    assert np.median(open_.samples) == pytest.approx(over.samples[0], rel=0.02)


def test_next_years_base_is_open_while_december_is_an_estimate() -> None:
    paths = known_paths(np.arange(21.0, 33.0), 4000)
    annual = annual_distribution(estimated(months=24), paths, year=2021, revision=USUAL)
    assert np.ptp(annual.samples) == 0.0  # the year itself takes nothing from December
    assert annual.base.mean() == pytest.approx(SUM_2020 + 0.02 * 22, abs=0.2)
    assert annual.base.std() == pytest.approx(0.05 * 22, rel=0.1)


def test_a_count_stays_whole_and_no_month_falls_below_nothing() -> None:
    wild = Revision(bias=-0.5, spread=1.0, seen=50)
    drawn = annual_distribution(estimated("count"), known_paths(REST, 2000), revision=wild)
    np.testing.assert_array_equal(drawn.samples, np.rint(drawn.samples))
    assert drawn.revision.min() == -VALUES[-1]


# statuses


@pytest.mark.parametrize(
    ("months", "wanted"),
    [
        (("final",) * 6, "final"),
        (("final",) * 5 + ("estimate",), "estimate"),
        (("derived",) * 5 + ("estimate",), "derived"),
        (("restated", "reconstructed", "final", "final", "final", "estimate"), "reconstructed"),
    ],
)
def test_the_year_to_date_is_as_firm_as_its_least_firm_month(
    months: tuple[str, ...], wanted: str
) -> None:
    annual = year_of(june(status=("final",) * 24 + months))
    assert annual.data_status == wanted
    assert annual.base_status == "final"
    closing = year_of(june(kind="closing", status=("final",) * 24 + months))
    assert closing.data_status == months[-1]


# properties


@given(series_with_paths(gaps=True))
def test_quantiles_are_ordered_and_inside_the_paths(drawn: tuple[Series, np.ndarray]) -> None:
    annual = annual_distribution(*drawn)
    levels = [0.0, 0.025, 0.1, 0.5, 0.9, 0.975, 1.0]
    found = annual.quantile(levels)
    assert (np.diff(found) >= 0).all()
    assert found[0] == annual.samples.min()
    assert found[-1] == annual.samples.max()
    low, high = annual.interval(0.8)
    assert low <= annual.median <= high
    assert (low, high) == pytest.approx((found[2], found[4]))


@given(series_with_paths())
def test_the_year_is_what_is_known_and_what_the_months_add(
    drawn: tuple[Series, np.ndarray],
) -> None:
    annual = annual_distribution(*drawn)
    assert annual.known.shape == annual.samples.shape == (len(drawn[1]),)
    assert annual.months.shape == annual.response.shape == drawn[1].shape
    np.testing.assert_allclose(
        annual.samples, annual.known + (annual.months * annual.response).sum(axis=1)
    )
    assert np.ptp(annual.known) == pytest.approx(0.0, abs=1e-9)


@given(series_with_paths(kinds=("flow", "count", "average"), to_date=False))
def test_months_and_year_agree(drawn: tuple[Series, np.ndarray]) -> None:
    annual = annual_distribution(*drawn)
    total = annual.observed.sum() + annual.months.sum(axis=1)
    divisor = 12 if annual.kind == "average" else 1
    np.testing.assert_allclose(annual.samples, total / divisor)


@given(series_with_paths(kinds=("flow",)), st.floats(0.1, 10.0))
def test_the_total_of_parts_is_the_sum_of_their_years(
    drawn: tuple[Series, np.ndarray], share: float
) -> None:
    one, paths = drawn
    other = replace(
        one,
        values=share * one.values[::-1],
        to_date=None if one.to_date is None else share * one.to_date,
    )
    both = replace(
        one,
        values=one.values + other.values,
        to_date=None if one.to_date is None else (1 + share) * one.to_date,
    )
    other_paths = share * paths[::-1]
    total = annual_distribution(both, paths + other_paths).samples
    parts = (
        annual_distribution(one, paths).samples + annual_distribution(other, other_paths).samples
    )
    np.testing.assert_allclose(total, parts)


@given(series(months_known=(12, 12)), st.integers(1, 50))
def test_a_finished_year_has_no_spread_however_many_paths(one: Series, n_paths: int) -> None:
    samples = annual_distribution(one, np.empty((n_paths, 0))).samples
    assert samples.shape == (n_paths,)
    assert set(samples) == {samples[0]}


@given(series_with_paths(kinds=("flow", "average", "closing", "ratio"), to_date=False))
def test_the_unit_of_the_values_scales_the_year(drawn: tuple[Series, np.ndarray]) -> None:
    one, paths = drawn
    annual = annual_distribution(one, paths)
    thousandth = annual_distribution(replace(one, values=one.values / 1000), paths / 1000)
    np.testing.assert_allclose(thousandth.samples, annual.samples / 1000)
    np.testing.assert_allclose(thousandth.growth, annual.growth, atol=1e-6)


@given(series_with_paths(gaps=True))
def test_the_same_series_and_paths_give_the_same_digits(drawn: tuple[Series, np.ndarray]) -> None:
    one, paths = drawn
    np.testing.assert_array_equal(
        annual_distribution(one, paths).samples, annual_distribution(one, paths).samples
    )
    other = annual_distribution(one, paths, rng=generator("another"))
    if np.isfinite(one.values).all():
        np.testing.assert_array_equal(other.samples, annual_distribution(one, paths).samples)


def test_monthly_values_of_a_ratio_have_a_gap_for_a_zero_denominator() -> None:
    one = made([1.0, 2.0, 3.0], kind="ratio", denominator=[2.0, 0.0, NAN])
    np.testing.assert_array_equal(monthly_values(one), [0.5, NAN, NAN])
    np.testing.assert_array_equal(monthly_values(june()), VALUES)


def test_the_months_to_come_of_last_year_are_revised_too() -> None:
    base = np.concatenate([1.1 * VALUES[12:18], VALUES[18:24]])
    annual = annual_distribution(
        june(base=base, base_status="derived"), known_paths(REST, n_paths=2000)
    )
    np.testing.assert_allclose(annual.last_year[:, :6], np.tile(base[:6], (2000, 1)))
    factors = annual.last_year[:, 6:] / VALUES[18:24]
    np.testing.assert_allclose(factors, factors[:, :1] * np.ones((1, 6)))
    # half of the revision of 10 % by half of the year, more or less
    assert np.median(factors) == pytest.approx(1.05, abs=0.01)
    assert factors[:, 0].std() == pytest.approx(0.15, abs=0.01)
    assert annual.base.std() > 0


def test_a_last_year_without_a_revision_has_no_spread() -> None:
    annual = year_of(june(base=VALUES[12:24], base_status="restated"))
    assert set(annual.base) == {SUM_2020}
