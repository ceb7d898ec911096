"""The benchmark: its questions, its scores by hand, and a run from file to table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.annual_benchmark.__main__ import main, peers_of
from experiments.annual_benchmark.instances import Instance, questions
from experiments.annual_benchmark.ours import Forecasts, _answer, vedich_answers
from experiments.annual_benchmark.scoring import (
    DENSE,
    QUANTILES,
    from_grid,
    from_samples,
    results,
    row,
)
from models.series import Month
from training.prior.corpus import History, read_panel
from training.prior.editions import newest_prior

CONTRACT = [
    "method",
    "cut",
    "n",
    "annual_error",
    "median_error",
    "crps",
    "coverage_80",
    "coverage_80_low",
    "coverage_80_high",
    "coverage_95",
    "width_80",
    "brier",
    "cpu_seconds",
    "in_training",
]


def made(name: str, years: int, seed: int, growth: float = 0.05) -> History:
    rng = np.random.default_rng(seed)
    months = np.arange(12 * years)
    season = 1 + 0.2 * np.sin(2 * np.pi * months / 12)
    noise = np.exp(0.03 * rng.standard_normal(len(months)))
    return History(name, Month(2000, 1), 100 * (1 + growth) ** (months / 12) * season * noise)


@pytest.fixture(scope="module")
def panel() -> tuple[History, ...]:
    return tuple(made(f"s{number:02d}", 8, number) for number in range(6))


def test_a_year_is_asked_with_three_full_years_before_it(panel: tuple[History, ...]) -> None:
    asked = questions(panel, years="all").instances
    assert {one.year for one in asked} == {2003, 2004, 2005, 2006, 2007}
    assert len(asked) == 6 * 5 * 3
    one = asked[0]
    assert len(one.history) == 3 * 12 + one.cut
    assert one.actual == pytest.approx(panel[0].values[36:48].sum())
    assert one.last_year == pytest.approx(panel[0].values[24:36].sum())


def test_a_base_that_says_nothing_is_left_out_and_counted() -> None:
    values = made("tiny", 5, 1).values.copy()
    values[36:48] *= 0.01
    asked = questions([History("tiny", Month(2000, 1), values)], years="last")
    assert asked.instances == ()
    assert asked.left_out["base below 10 % of the usual year"] == 1


@pytest.mark.slow
def test_nothing_after_the_cut_is_seen(panel: tuple[History, ...]) -> None:
    asked = [one for one in questions(panel).instances if one.cut == 6]
    changed = [
        History(one.series_id, one.start, np.r_[one.values[:-6], 9 * one.values[-6:]])
        for one in panel
    ]
    prior = newest_prior()
    before = vedich_answers(panel, asked, prior)
    after = vedich_answers(changed, asked, prior)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.quantiles, other.quantiles)


@pytest.mark.slow
def test_quantiles_rise_and_stay_above_what_is_known(panel: tuple[History, ...]) -> None:
    asked = questions(panel).instances
    for one in vedich_answers(panel, asked, newest_prior()):
        assert (np.diff(one.quantiles) >= 0).all()
        assert one.quantiles[0] >= one.instance.to_date


def test_a_series_that_falls_to_nothing_keeps_its_quantiles_in_order() -> None:
    values = made("gone", 8, 3).values.copy()
    values[84:] = 0.02
    [asked] = questions([History("gone", Month(2000, 1), values)], cuts=(3,)).instances
    [one] = vedich_answers([History("gone", Month(2000, 1), values)], [asked], newest_prior())
    assert (np.diff(one.quantiles) >= 0).all()
    assert 0 <= one.quantiles[0] <= one.quantiles[-1] < 2 * asked.last_year


def test_a_middle_close_to_zero_does_not_stretch_the_rest() -> None:
    months = np.full(36 + 6, 10.0)
    asked = Instance("s", 2003, 6, months, 120.0, 120.0)
    rest = np.where(DENSE <= 0.55, 1e-9, 60.0 * DENSE)  # as likely as not nothing more comes
    said = Forecasts({"prior": 1e-9, "pace": 60.0}, rest, 0.0)
    found = _answer(asked, said, {"pace": 1.0})
    assert found.quantiles.max() < 60.0 + 3 * 60.0
    near = _answer(asked, Forecasts({"pace": 60.0}, 40.0 + 20.0 * DENSE, 0.0), {})
    assert np.interp(0.5, DENSE, near.quantiles) == pytest.approx(60.0 + 60.0)
    assert np.ptp(near.quantiles) == pytest.approx(np.ptp(20.0 * DENSE) * 60.0 / 50.0)


def test_scores_by_hand() -> None:
    asked = Instance("a", 2020, 6, np.ones(42), actual=110.0, last_year=100.0)
    samples = np.array([100.0, 120.0])
    said = row("m", asked, from_samples(105.0, samples, asked), 0.5, False)
    [line] = results(pd.DataFrame([said]), ["m"]).query("cut == 'all'").to_dict("records")
    assert line["annual_error"] == pytest.approx(0.05)
    assert line["crps"] == pytest.approx((10 - 20 / 4) / 100)
    assert line["coverage_80"] == 1.0
    assert line["width_80"] == pytest.approx((118.0 - 102.0) / 100)
    # targets 90, 95, 100 are certain and met; 105 half sure and met; 110 half sure and met
    assert line["brier"] == pytest.approx((0.25 + 0.25) / 5)


def test_a_grid_scores_as_its_samples() -> None:
    asked = Instance("a", 2020, 6, np.ones(42), actual=104.0, last_year=100.0)
    grid = 100.0 + 20.0 * DENSE
    by_grid, by_samples = from_grid(grid, asked), from_samples(110.0, grid, asked)
    assert by_grid.crps == pytest.approx(by_samples.crps, rel=0.02)
    np.testing.assert_allclose(by_grid.quantiles, by_samples.quantiles, rtol=1e-3)


@pytest.mark.slow
def test_a_run_writes_what_others_read(tmp_path: Path, panel: tuple[History, ...]) -> None:
    file = tmp_path / "made.parquet"
    rows = [
        (one.series_id, str(one.start.plus(place)), value)
        for one in panel[:2]
        for place, value in enumerate(one.values)
    ]
    pd.DataFrame(rows, columns=["series_id", "month", "value"]).to_parquet(file)
    assert read_panel(file)[0].series_id == "s00"
    arguments = ["--panel", str(file), "--cuts", "6", "--peers", "none", "--out", str(tmp_path)]
    assert main(arguments) == 0
    table = pd.read_csv(tmp_path / "results.csv")
    assert list(table.columns[: len(CONTRACT)]) == CONTRACT
    assert list(table["cut"]) == ["6", "all"]
    instances = pd.read_parquet(tmp_path / "instances.parquet")
    assert {"actual", "last_year", "cpu_seconds", *QUANTILES} <= set(instances.columns)
    assert (tmp_path / "results.md").read_text(encoding="utf-8").startswith("Panel made.parquet")
    assert (tmp_path / "plot.png").stat().st_size > 1000


def test_peers_of_an_earlier_run_are_kept_for_the_same_questions_alone(tmp_path: Path) -> None:
    asked = {"series_id": ["a", "b"], "year": [2019, 2019], "cut": [3, 3]}
    values = {"actual": [10.0, 20.0], "last_year": [9.0, 19.0]}
    ours = pd.DataFrame({"method": "vedich", **asked, **values})
    earlier = pd.concat([ours, ours.assign(method="dot")], ignore_index=True)
    earlier.to_parquet(tmp_path / "earlier.parquet")
    assert set(peers_of(tmp_path / "earlier.parquet", ours)["method"]) == {"dot"}
    with pytest.raises(ValueError, match="dot has others"):
        peers_of(tmp_path / "earlier.parquet", ours.assign(actual=[10.0, 21.0]))
