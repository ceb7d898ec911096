from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from models.annual import annual_distribution
from models.coherence import (
    COMMON,
    Member,
    OriginKey,
    chance_of_meeting,
    copula_scores,
    joint,
    likeness,
    reorder,
    sum_of_parts,
    sum_over_families,
)
from tests.models.strategies import made, seasonal

ORIGINS = [OriginKey(year, months) for year in range(2014, 2021) for months in (3, 6, 9)]


def errors_of(seed: int) -> dict[OriginKey, float]:
    values = np.random.default_rng(seed).standard_normal(len(ORIGINS))
    return dict(zip(ORIGINS, values.tolist(), strict=True))


def scores(kpi: str, errors: dict[OriginKey, float], vintage: str = "2021-06-30") -> np.ndarray:
    return copula_scores("family", vintage, kpi, errors, 4000)


def test_two_identical_series_have_identical_ranks() -> None:
    one, twin = scores("one", errors_of(1)), scores("twin", errors_of(1))
    outcomes_one = np.random.default_rng(5).gamma(9.0, size=4000)
    outcomes_twin = np.random.default_rng(6).gamma(9.0, size=4000)
    joint_one = outcomes_one[reorder(outcomes_one, one)]
    joint_twin = outcomes_twin[reorder(outcomes_twin, twin)]
    assert spearmanr(joint_one, joint_twin).statistic >= 0.98
    assert spearmanr(outcomes_one, outcomes_twin).statistic < 0.1


@pytest.mark.parametrize("share", [0.6, 0.8, 0.99, 0.999])
def test_the_correlation_is_a_fifth_of_that_of_past_errors_but_for_near_twins(
    share: float,
) -> None:
    first, second = errors_of(1), errors_of(2)
    mixed = {o: share * first[o] + (1 - share**2) ** 0.5 * second[o] for o in ORIGINS}
    found = np.corrcoef(scores("first", first), scores("mixed", mixed))[0, 1]
    assert found == pytest.approx(likeness(first, mixed), abs=0.12)
    assert (found > 0.8) == (share >= 0.99)


def test_independent_errors_hardly_correlate() -> None:
    all_scores = np.stack([scores(str(seed), errors_of(seed)) for seed in range(1, 41)])
    between = np.corrcoef(all_scores)[np.triu_indices(40, 1)]
    assert between.std() < 0.1  # that of their past errors: 0.22
    assert between.mean() == pytest.approx(COMMON, abs=0.03)


def test_one_year_of_errors_says_little() -> None:
    year = [OriginKey(2020, known) for known in range(12)]
    one = dict.fromkeys(year, 1.0)
    other = {origin: 1.0 + 0.5 * (origin.months_known % 2) for origin in year}
    assert likeness(one, other) < 0.15
    assert likeness(one, one) == pytest.approx(1.0)


def test_opposite_errors_correlate_negatively() -> None:
    opposite = {origin: -error for origin, error in errors_of(1).items()}
    found = np.corrcoef(scores("a", errors_of(1)), scores("b", opposite))[0, 1]
    assert found == pytest.approx(2 * COMMON - 1, abs=0.01)


def test_scores_are_standard_normal_and_differ_between_vintages() -> None:
    found = scores("a", errors_of(3))
    assert abs(found.mean()) < 0.06
    assert found.std() == pytest.approx(1.0, abs=0.05)
    assert abs(np.corrcoef(found, scores("a", errors_of(3), "2021-07-31"))[0, 1]) < 0.06


def test_a_kpi_without_errors_is_independent() -> None:
    alone, other = scores("alone", {}), scores("other", {})
    assert alone.std() == pytest.approx(1.0, abs=0.05)
    assert abs(np.corrcoef(alone, other)[0, 1]) < 0.06
    assert abs(np.corrcoef(alone, scores("a", errors_of(1)))[0, 1]) < 0.06


def test_reordering_keeps_the_values_and_takes_the_order_of_the_scores() -> None:
    outcomes = np.array([30.0, 10.0, 20.0])
    order = reorder(outcomes, np.array([0.1, 2.0, -1.0]))
    np.testing.assert_array_equal(outcomes[order], [20.0, 30.0, 10.0])


def test_chance_of_meeting_by_hand() -> None:
    exports = np.array([True, True, False, False])
    coal = np.array([True, False, True, False])
    assert chance_of_meeting([exports, coal]) == (1.0, 0.75, 0.25)
    assert chance_of_meeting([]) == (1.0,)


def test_paths_in_the_joint_order_have_the_same_years() -> None:
    series = made(seasonal(42))
    paths = np.random.default_rng(3).gamma(9.0, 10.0, (4000, 6))
    before = annual_distribution(series, paths)
    after = joint(before, scores("a", errors_of(1)))
    np.testing.assert_allclose(np.sort(after.samples), np.sort(before.samples))
    assert spearmanr(after.samples, scores("a", errors_of(1))).statistic > 0.999
    np.testing.assert_allclose(after.samples, after.known + after.months.sum(axis=1))


def test_a_total_is_the_sum_of_its_parts_path_by_path() -> None:
    one, other = made(seasonal(42)), made(seasonal(42, level=40.0, seed=8))
    total = made(one.values + other.values, key="made/total")
    rng = np.random.default_rng(3)
    years = [
        joint(annual_distribution(series, rng.gamma(9.0, level, (4000, 6))), scores(name, errors))
        for series, level, name, errors in (
            (one, 10.0, "one", errors_of(1)),
            (other, 4.0, "other", errors_of(1)),
        )
    ]
    both = sum_of_parts(total, years)
    np.testing.assert_allclose(both.samples, years[0].samples + years[1].samples)
    np.testing.assert_allclose(both.base, total.calendar_year(2020).sum())
    assert both.actual_to_date == pytest.approx(total.values[-6:].sum())
    # parts that err together leave the total as wide as both of them are
    widths = [np.subtract(*year.interval(0.8)) for year in (both, *years)]
    assert widths[0] == pytest.approx(widths[1] + widths[2], rel=0.02)


def test_parts_of_different_months_cannot_be_added_up() -> None:
    one, other = made(seasonal(42)), made(seasonal(41))
    years = [
        annual_distribution(series, np.full((5, series.horizon), 10.0)) for series in (one, other)
    ]
    with pytest.raises(ValueError, match="different months"):
        sum_of_parts(one, years)


def member(name: str, errors: dict[OriginKey, float], known: int = 42) -> Member:
    series = made(seasonal(known))
    draws = np.random.default_rng(len(name)).gamma(9.0, 10.0, (4000, series.horizon))
    return Member(f"{name}/exports", annual_distribution(series, draws), errors)


def width(outcomes: np.ndarray) -> float:
    low, high = np.quantile(outcomes, [0.1, 0.9])
    return float(high - low)


def test_a_total_over_families_is_as_wide_as_their_errors_are_alike() -> None:
    """Alike: the widths add up; opposite: they cancel; unrelated: their squares add up."""
    opposite = {origin: -error for origin, error in errors_of(1).items()}
    north = member("north", errors_of(1))
    alone = width(north.annual.samples)
    totals = {
        name: sum_over_families("nation", "2021-06-30", [north, other])
        for name, other in (
            ("alike", member("southern", errors_of(1))),
            ("opposite", member("southern", opposite)),
            ("unrelated", member("southern", {})),
        )
    }
    both = alone + width(member("southern", {}).annual.samples)
    assert width(totals["alike"]) == pytest.approx(both, rel=0.02)
    assert width(totals["opposite"]) < 0.25 * both
    assert width(totals["unrelated"]) == pytest.approx(both / 2**0.5, rel=0.05)
    for total in totals.values():  # whatever the order, the mean is the sum of the means
        expected = north.annual.mean + member("southern", {}).annual.mean
        assert total.mean() == pytest.approx(expected)


def test_members_of_a_total_may_know_different_months() -> None:
    total = sum_over_families("nation", "v", [member("a", {}), member("bb", {}, known=41)])
    assert total.shape == (4000,)
    one = member("a", errors_of(1))
    np.testing.assert_allclose(
        np.sort(sum_over_families("nation", "v", [one])), np.sort(one.annual.samples)
    )
