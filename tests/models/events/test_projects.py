"""What projects add to the months to come, by hand and by their distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.annual import AnnualDistribution
from models.events.projects import Project, with_projects
from models.series import Month

PROJECT = Project(3, "coal", "Mỏ mới", "New mine", "starts", Month(2021, 9), 1, 10.0, 1.0, 2.0)
RAMP = replace(PROJECT, happening="ramps_up", ramp=4)


def year(n_paths: int = 4, known: int = 6, level: float = 50.0) -> AnnualDistribution:
    ahead = np.full((n_paths, 12 - known), level)
    return AnnualDistribution(
        kind="flow",
        unit="thousand tonnes",
        year=2021,
        months_known=known,
        known=np.full(n_paths, known * level),
        revision=np.zeros(n_paths),
        observed=np.full(known, level),
        months=ahead,
        response=np.ones(ahead.shape),
        base=np.full(n_paths, 12 * level),
        base_status="final",
        last_year=np.full((n_paths, 12), level),
        actual_to_date=known * level,
        data_status="final",
        non_negative=True,
    )


def added(project: Project, annual: AnnualDistribution | None = None) -> list[float]:
    """What the first path's months to come gain."""
    before = annual or year()
    after, _ = with_projects(before, [project], "demo", "2021-06-30")
    found: list[float] = (after.months - before.months)[0].tolist()
    return found


def test_what_is_on_time_adds_its_amount_from_its_first_month() -> None:
    assert added(PROJECT) == [0, 0, 10, 10, 10, 10]
    assert added(replace(PROJECT, happening="stops", amount=-10.0)) == [0, 0, -10, -10, -10, -10]


def test_a_ramp_grows_evenly() -> None:
    assert added(RAMP) == [0, 0, 2.5, 5, 7.5, 10]


@pytest.mark.parametrize(
    ("project", "start", "expected"),
    [
        (RAMP, Month(2021, 5), [2.5, 5, 5, 5, 5, 5]),  # half of it is in the figures of June
        (RAMP, Month(2021, 3), [0, 0, 0, 0, 0, 0]),  # all of it
        (PROJECT, Month(2021, 6), [0, 0, 0, 0, 0, 0]),
        (PROJECT, Month(2021, 7), [10, 10, 10, 10, 10, 10]),
        (PROJECT, Month(2022, 1), [0, 0, 0, 0, 0, 0]),
    ],
)
def test_what_the_history_holds_is_not_added_again(
    project: Project, start: Month, expected: list[float]
) -> None:
    assert added(replace(project, start=start)) == expected
    late = replace(project, start=start, on_time=0.0)
    if start <= Month(2021, 6):  # it began: a delay is not drawn any more
        assert added(late) == expected


def test_delays_have_the_stated_probability_and_mean() -> None:
    january = year(n_paths=20_000, known=0)
    project = replace(PROJECT, start=Month(2021, 1), on_time=0.6, delay=1.5)
    after, [found] = with_projects(january, [project], "demo", "2021-06-30")
    months = (after.months - january.months).sum(axis=1) / 10.0  # of output, 12 if on time
    assert np.mean(months == 12) == pytest.approx(0.6, abs=0.02)
    assert np.mean(12 - months[months < 12]) == pytest.approx(1.5, abs=0.05)
    assert found.mean == pytest.approx(10.0 * months.mean())
    assert (found.low, found.high) == (100.0, 120.0)


def test_draws_depend_on_the_project_the_family_and_the_vintage_alone() -> None:
    late = replace(PROJECT, on_time=0.5)
    other = replace(PROJECT, number=4, on_time=0.3)
    annual = year(n_paths=200)
    alone, _ = with_projects(annual, [late], "demo", "2021-06-30")
    again, _ = with_projects(year(200, level=70.0), [late], "demo", "2021-06-30")
    np.testing.assert_array_equal(alone.months - 50.0, again.months - 70.0)
    twin, _ = with_projects(annual, [replace(late, number=4)], "demo", "2021-06-30")
    assert (twin.months != alone.months).any()
    both, _ = with_projects(annual, [other, late], "demo", "2021-06-30")
    second, _ = with_projects(annual, [other], "demo", "2021-06-30")
    np.testing.assert_allclose(both.months, alone.months + second.months - 50.0)
    later, _ = with_projects(annual, [late], "demo", "2021-07-31")
    assert (later.months != alone.months).any()


def test_no_month_falls_below_zero_and_counts_stay_whole() -> None:
    small = year(level=4.0)
    assert added(replace(PROJECT, amount=-10.0), small) == [0, 0, -4, -4, -4, -4]
    assert added(RAMP, replace(small, kind="count")) == [0, 0, 2, 5, 8, 10]


def test_a_year_without_additions_is_the_same() -> None:
    annual = year()
    assert with_projects(annual, [], "demo", "x") == (annual, ())
    over = replace(PROJECT, start=Month(2020, 1))
    assert with_projects(annual, [over], "demo", "x") == (annual, ())
