"""A late month, from KPIs that have it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.annual import CARRY, annual_distribution
from models.disaggregation.late_month import (
    FEWEST,
    LEAST_GAIN,
    SiblingEstimate,
    sibling_estimate,
    with_late_month,
    with_month_left,
)
from models.revisions import NO_REVISION, Revision
from models.series import Month, Series
from tests.models.strategies import made

Array = NDArray[np.float64]
MONTHS = 84  # 2014 to 2020
LATE = Month(2021, 1)
SHOCKS = np.r_[np.random.default_rng(3).standard_normal(MONTHS), 3.0]


def sibling(loading: float, seed: int, length: int = MONTHS + 1) -> Series:
    """Months that take `loading` of the shared shocks, ending with the late one."""
    own = np.random.default_rng(seed).standard_normal(MONTHS + 1)
    values = 100 * np.exp(0.1 * (loading * SHOCKS + 0.3 * own))
    return replace(made(values[:length]), start=Month(2014, 1))


def surprises(loading: float, seed: int = 9) -> dict[Month, float]:
    own = np.random.default_rng(seed).standard_normal(MONTHS)
    return {
        Month(2014, 1).plus(place): 0.1 * (loading * SHOCKS[place] + 0.3 * own[place])
        for place in range(MONTHS)
    }


def family(loading: float, length: int = MONTHS + 1) -> dict[str, Series]:
    return {f"s{seed}": sibling(loading, seed, length) for seed in range(4)}


def test_siblings_that_move_together_say_where_the_month_lies() -> None:
    said = sibling_estimate(surprises(1.0), LATE, family(1.0))
    assert said is not None
    assert said.helps
    assert 0.05 < said.shift < 0.1 * SHOCKS[-1]  # shrunken: siblings have noise of their own
    assert 0.02 < said.spread < 0.104  # less than that of the surprises
    assert (said.cases, said.siblings) == (MONTHS, ("s0", "s1", "s2", "s3"))


def test_siblings_that_have_nothing_in_common_are_not_let_in() -> None:
    said = sibling_estimate(surprises(0.0), LATE, family(1.0))
    assert said is not None
    assert not said.helps
    assert said.gain < LEAST_GAIN


def test_a_sibling_without_the_month_says_nothing() -> None:
    assert sibling_estimate(surprises(1.0), LATE, family(1.0, MONTHS)) is None
    mixed = {**family(1.0), "late": sibling(1.0, 7, MONTHS)}
    said = sibling_estimate(surprises(1.0), LATE, mixed)
    assert said is not None
    assert "late" not in said.siblings


def test_later_months_and_surprises_change_nothing() -> None:
    said = sibling_estimate(surprises(1.0), LATE, family(1.0))
    later = {slug: made(np.r_[one.values, 1e6, 1.0]) for slug, one in family(1.0).items()}
    later = {slug: replace(one, start=Month(2014, 1)) for slug, one in later.items()}
    assert sibling_estimate({**surprises(1.0), LATE: 5.0}, LATE, later) == said


def test_few_past_months_say_nothing() -> None:
    few = dict(list(surprises(1.0).items())[-FEWEST + 1 :])
    assert sibling_estimate(few, LATE, family(1.0)) is None


def test_the_month_joins_the_year_with_its_spread() -> None:
    series = replace(made(np.full(41, 10.0)), start=Month(2018, 1), to_date=51.0)
    said = SiblingEstimate(
        shift=float(np.log(1.2)), spread=0.05, gain=0.2, cases=60, siblings=("s0",)
    )
    longer = with_late_month(series, 10.0, said)
    assert (longer.cutoff, longer.status[-1]) == (Month(2021, 6), "reconstructed")
    assert (longer.to_date, longer.floor) == (pytest.approx(63.0), 51.0)
    assert longer.nowcast is not None
    assert longer.nowcast.siblings == ("s0",)
    annual = annual_distribution(longer, np.full((4000, 6), 10.0))
    assert float(np.median(annual.known)) == pytest.approx(63.0, abs=0.05)
    assert float(np.std(annual.known)) == pytest.approx(12 * 0.05, rel=0.1)
    assert annual.known.min() > 51.0
    followed = np.corrcoef(annual.known, annual.rest)[0, 1]
    assert followed > 0.99  # the rest of the year follows the draw of the month
    assert float(np.std(np.log(annual.rest))) == pytest.approx(CARRY * 0.05, rel=0.1)


def test_a_year_begins_with_a_late_january() -> None:
    series = replace(made(np.full(36, 10.0)), start=Month(2018, 1))
    longer = with_late_month(series, 10.0, SiblingEstimate(0.0, 0.1, 0.2, 60, ("s0",)))
    assert (longer.cutoff, longer.to_date, longer.floor) == (Month(2021, 1), 10.0, 0.0)
    np.testing.assert_allclose(longer.base, 10.0)


def trade(**changed: Array) -> tuple[Series, dict[str, Series]]:
    """A part to May 2021, and its total and the other parts to June."""
    shape = np.arange(42) % 12
    values = {"east": 5.0 + shape, "west": 7.0 + shape, "south": 2.0 + shape % 3} | changed
    values.setdefault("total", values["east"] + values["west"] + values["south"])
    every = {
        slug: replace(made(months), key=f"trade/{slug}", start=Month(2018, 1))
        for slug, months in values.items()
    }
    return every.pop("east").until(Month(2021, 5)), every


TIES = [("total", ("west", "east", "south"))]


def test_a_month_is_what_the_other_parts_leave_of_the_total() -> None:
    part, others = trade()
    longer = with_month_left(part, TIES, others, NO_REVISION)
    assert longer is not None
    assert (longer.cutoff, longer.values[-1]) == (Month(2021, 6), 10.0)
    assert (longer.status[-1], longer.to_date_status) == ("derived", "derived")
    assert longer.to_date == part.values[36:].sum() + 10.0
    assert longer.nowcast is not None
    assert (longer.nowcast.left, longer.nowcast.siblings) == (("total", "west", "south"), ())
    assert longer.nowcast.spread == 0.0
    annual = annual_distribution(longer, np.full((100, 6), 10.0))
    assert annual.known == pytest.approx(longer.to_date)


def test_what_is_left_is_as_uncertain_as_an_estimate_and_as_past_months_were_off() -> None:
    part, others = trade()
    longer = with_month_left(part, TIES, others, Revision(0.0, 0.03, 9))
    assert longer is not None
    assert longer.nowcast is not None
    assert longer.nowcast.spread == 0.03
    total = others["total"].values.copy()
    total[40] += 0.04 * part.values[29:].mean()
    part, others = trade(total=total)
    longer = with_month_left(part, TIES, others, Revision(0.0, 0.03, 9))
    assert longer is not None
    assert longer.nowcast is not None
    assert longer.nowcast.spread == pytest.approx(0.05)  # 3 and 4 %, independent


def test_the_year_to_date_is_left_too_where_all_have_one() -> None:
    part, others = trade()
    ends = {"total": 90.0, "west": 30.0, "south": 20.0}
    dated = {slug: replace(one, to_date=ends[slug]) for slug, one in others.items()}
    longer = with_month_left(part, TIES, dated, NO_REVISION)
    assert longer is not None
    assert (longer.to_date, longer.floor) == (40.0, 35.0)  # 5 to 9 before June
    dated["total"] = replace(dated["total"], to_date=80.0)  # earlier months revised down
    longer = with_month_left(part, TIES, dated, NO_REVISION)
    assert longer is not None
    assert (longer.to_date, longer.floor) == (30.0, 30.0)
    dated["west"] = others["west"]
    longer = with_month_left(part, TIES, dated, NO_REVISION)
    assert longer is not None
    assert longer.to_date == 45.0


def test_nothing_is_left_where_past_months_disagree_or_a_figure_is_missing() -> None:
    part, others = trade()
    short = {slug: one.until(Month(2021, 5)) for slug, one in others.items()}
    for late in others:  # even one of them
        assert with_month_left(part, TIES, others | {late: short[late]}, NO_REVISION) is None
    estimate = replace(others["west"], status=(*others["west"].status[:-1], "reconstructed"))
    assert with_month_left(part, TIES, others | {"west": estimate}, NO_REVISION) is None
    assert with_month_left(part, TIES, {"total": others["total"]}, NO_REVISION) is None
    assert with_month_left(part, [], others, NO_REVISION) is None
    part, others = trade(south=np.full(42, 0.01))  # small, and still a part
    short = {"south": others["south"].until(Month(2021, 5))}
    assert with_month_left(part, TIES, others | short, NO_REVISION) is None
    for month, change in ((40, 1.0), (41, -20.0)):  # one past month off; less than nothing
        total = others["total"].values.copy()
        total[month] += change
        assert with_month_left(part, TIES, trade(total=total)[1], NO_REVISION) is None
