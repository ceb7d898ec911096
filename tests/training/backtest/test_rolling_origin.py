"""The backtest learns from the past alone, and its numbers are what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.plans.events import EventEntry
from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.candidates.base import Candidate, Parameters
from models.errors import CannotForecast
from models.paths import Paths
from models.series import Month, Series
from training.backtest.first_estimates import past_revisions, revisions_before
from training.backtest.rolling_origin import (
    Backtest,
    backtest_year,
    backtest_years,
    learn,
    run_backtest,
)
from training.backtest.scoreboard import ENSEMBLE, QUANTILES
from training.backtest.year import Lesson, Setup, YearResult, YearTask
from training.bundle.codec import encode
from training.workers import Workers

NOW = date(2018, 6, 30)
ORIGIN = ["kpi", "year", "months_known", "method"]
FORECAST = [*ORIGIN, "base", *QUANTILES]  # what was said, without what came


class Known:
    """Says of every month to come what it is told; refuses where it is told nothing."""

    def __init__(self, name: str, said: Mapping[Month, float]) -> None:
        self.name, self.said = name, said

    def fit(self, series: Series) -> Parameters:
        return {}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        months = [series.cutoff.plus(n) for n in range(1, horizon + 1)]
        if not all(month in self.said for month in months):
            raise CannotForecast(f"nothing is said of {months[0]}.")
        return np.tile([self.said[month] for month in months], (n_paths, 1))


class Unfit:
    """A candidate that can never be fitted."""

    name = "unfit"

    def fit(self, series: Series) -> Parameters:
        raise CannotForecast(f"{series.key} does not please it.")

    def paths(self, *_: Any) -> Paths:
        raise AssertionError("was not fitted")


def run(
    panel: Panel,
    candidates: Mapping[str, Candidate],
    as_of: date = NOW,
    kpis: Sequence[str] | None = None,
    done: Callable[[YearTask], None] | None = None,
) -> Backtest:
    setup = Setup(panel, as_of, candidates, n_paths=100)
    with Workers(setup) as workers:
        return run_backtest(workers, setup, kpis or panel.kpis(), done)


def rows(backtest: Backtest, *, year: int | None = None) -> pd.DataFrame:
    table = backtest.scores.frame()
    return table[table["year"] <= year] if year else table


def content(lessons: object) -> tuple[object, dict[str, bytes]]:
    """What was learned, to the last digit."""
    arrays: dict[str, Any] = {}
    return encode(lessons, arrays, "lessons"), {n: a.tobytes() for n, a in arrays.items()}


def altered(panel: Panel, change: Callable[[Observation], Observation]) -> Panel:
    figures = [change(figure) for each in panel.printed.values() for figure in each]
    return Panel.of(panel.family, list(panel.definitions.values()), figures)


def flow(values: Iterable[float]) -> Panel:
    """Months from January 2012, each printed once, on its 28th; NaN is never printed."""
    figures = []
    for place, value in enumerate(values):
        month = Month(2012, 1).plus(place)
        day = date(month.year, month.month, 28)
        if np.isfinite(value):
            figures.append(Observation("coal", month, "month", value, "final", day, "made"))
    return Panel.of("family", [Kpi("coal", "", "", "t")], figures)


@pytest.fixture(scope="module")
def backtest(panel: Panel, cheap: Mapping[str, Candidate]) -> Backtest:
    return run(panel, cheap)


def test_every_finished_year_with_three_before_it_is_forecast_from_every_month(
    backtest: Backtest, panel: Panel
) -> None:
    setup = Setup(panel, NOW)
    years = [(year, kpi) for year in (2015, 2016, 2017) for kpi in sorted(panel.kpis())]
    assert backtest_years(setup, panel.kpis()) == years
    assert sorted((one.year, one.kpi) for one in backtest.results) == years
    table = rows(backtest)
    ensemble = table[table["method"] == ENSEMBLE]
    counts = ensemble.groupby(["kpi", "year"])["months_known"].apply(list)
    assert {tuple(known) for known in counts} == {tuple(range(12))}
    left_out = {(one.kpi, one.year): one.left_out for one in backtest.results if one.left_out}
    # its first rate is that of February 2012
    assert left_out == {("output", 2015): "no origin has three full years before it"}
    assert len(counts) == 11


@pytest.mark.slow
@pytest.mark.parametrize("year", [2016, 2017])
def test_figures_of_a_later_year_change_no_earlier_forecast_or_lesson(
    panel: Panel, cheap: Mapping[str, Candidate], backtest: Backtest, year: int
) -> None:
    def changed(figure: Observation) -> Observation:
        return replace(figure, value=1.7 * figure.value) if figure.month.year >= year else figure

    other = run(altered(panel, changed), cheap)
    pd.testing.assert_frame_equal(rows(backtest, year=year - 1), rows(other, year=year - 1))
    first = f"year == {year} and months_known == 0"  # weights and calibration as of January
    pd.testing.assert_frame_equal(
        rows(backtest).query(first)[FORECAST], rows(other).query(first)[FORECAST]
    )
    before = [[one for one in each.results if one.year < year] for each in (backtest, other)]
    learned = [content(learn(results, panel.kpis())) for results in before]
    assert learned[0] == learned[1]
    later = f"year == {year} and months_known == 6"
    assert not rows(backtest).query(later)["q50"].equals(rows(other).query(later)["q50"])


def test_an_ensemble_uses_the_lessons_of_earlier_years(
    panel: Panel, cheap: Mapping[str, Candidate], backtest: Backtest
) -> None:
    """2016 by hand: its task with the lessons of 2015 gives what the backtest has."""
    setup = Setup(panel, NOW, cheap, n_paths=100)
    revisions = {kpi: past_revisions(panel, kpi, NOW) for kpi in panel.kpis()}
    usual = revisions_before(revisions, date(2016, 1, 1))
    lessons = learn([one for one in backtest.results if one.year < 2016], panel.kpis(), usual)
    again = backtest_year(setup, YearTask("coal", 2016, lessons["coal"]))
    untaught = backtest_year(setup, YearTask("coal", 2016))
    [kept] = [one for one in backtest.results if (one.kpi, one.year) == ("coal", 2016)]
    assert again.rows == kept.rows
    assert untaught.rows != kept.rows
    [first] = [one for one in backtest.results if (one.kpi, one.year) == ("coal", 2015)]
    lesson = Lesson(revision=revisions_before(revisions, date(2015, 1, 1))["coal"])
    assert backtest_year(setup, YearTask("coal", 2015, lesson)).rows == first.rows


@pytest.mark.slow
def test_years_are_run_in_order_and_each_is_reported(
    panel: Panel, cheap: Mapping[str, Candidate]
) -> None:
    told: list[int] = []
    run(panel, cheap, done=lambda task: told.append(task.year))
    assert told == sorted(told)
    assert len(told) == len(backtest_years(Setup(panel, NOW), panel.kpis()))


@pytest.mark.slow
def test_the_order_of_kpis_changes_no_digit(
    panel: Panel, cheap: Mapping[str, Candidate], backtest: Backtest
) -> None:
    other = run(panel, cheap, kpis=list(reversed(panel.kpis())))
    pd.testing.assert_frame_equal(rows(backtest), rows(other))
    learned = [dict(sorted(each.lessons.items())) for each in (backtest, other)]
    assert content(learned[0]) == content(learned[1])


def test_errors_are_those_of_pencil_and_paper() -> None:
    """Every month was 10; who says 12 is off by a fifth of what is to come."""
    candidates = {
        name: Known(name, {Month(2015, n): said for n in range(1, 13)})
        for name, said in (("right", 10.0), ("high", 12.0))
    }
    setup = Setup(flow([10.0] * 48), date(2016, 1, 31), candidates, n_paths=50)
    result = backtest_year(setup, YearTask("coal", 2015))
    expected = [(12 - known) * 2.0 / 120.0 for known in range(12)]
    np.testing.assert_allclose(result.errors["high"], expected, rtol=1e-12)
    np.testing.assert_allclose(result.errors["right"], 0.0, atol=1e-12)
    single = [row for row in result.rows if row["method"] == "high"]
    assert [row["months_known"] for row in single] == list(range(12))
    assert {(row["outcome"], row["base"]) for row in single} == {(120.0, 120.0)}
    # every path says 144 in January: above the growth targets of −10 to 10 %, that is 108 to
    # 132; the outcome of 120 is above three of the five
    assert single[0]["brier"] == pytest.approx(2 / 5)
    assert single[0]["crps"] == pytest.approx(24 / 120)
    assert single[0]["q025"] == single[0]["q975"] == 144.0


def test_growth_is_scored_in_points_on_a_base_of_100() -> None:
    figures = []
    for year in range(2012, 2017):
        for number in range(1, 13):
            month, day = Month(year, number), date(year, number, 28)
            for form, rate in (("rate_on_year", 104.0), ("rate_to_date", 104.0)):
                figures.append(Observation("iip", month, form, rate, "final", day, "made"))  # type: ignore[arg-type]
            if year == 2012:
                figures.append(
                    Observation("iip", month, "rate_on_month", 100.0, "final", day, "made")
                )
    panel = Panel.of("family", [Kpi("iip", "", "", "%", kind="growth")], figures)
    level = panel.series_as_of("iip", date(2015, 12, 31)).values[-12:].mean()
    said = {Month(2016, n): float(1.07 * level) for n in range(1, 13)}
    result = backtest_year(
        Setup(panel, date(2017, 1, 31), {"known": Known("known", said)}, n_paths=50),
        YearTask("iip", 2016),
    )
    [january] = [
        row for row in result.rows if row["method"] == "known" and row["months_known"] == 0
    ]
    assert january["outcome"] == pytest.approx(4.0)
    assert january["base"] == 100.0
    assert january["q50"] == pytest.approx(7.0)
    assert result.errors["known"][0] == pytest.approx(0.03)
    assert january["brier"] == pytest.approx(1 / 5)  # of −10 to 10 %, only 5 lies between


def test_a_candidate_that_fails_stays_with_its_reason_and_the_others_answer(
    cheap: Mapping[str, Candidate],
) -> None:
    rng = np.random.default_rng(1)
    panel = flow(np.exp(0.1 * rng.standard_normal(60)))
    late = {Month(2016, n): 1.0 for n in range(5, 13)}  # nothing for April and before
    candidates = {**cheap, "unfit": Unfit(), "known": Known("known", late)}
    result = backtest_year(Setup(panel, NOW, candidates, n_paths=50), YearTask("coal", 2016))
    assert result.failures == {
        "unfit": "family/coal does not please it.",
        "known": "nothing is said of 2016-01.",
    }
    assert result.left_out == ""
    known = np.isfinite(result.errors["known"])
    assert known.tolist() == [False] * 4 + [True] * 8
    assert "unfit" not in result.errors
    assert np.isfinite(result.errors["pace"][1:]).all()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([10.0] * 35, "its outcome is not known"),
        ([10.0] * 47, "its outcome is not known"),
        ([10.0] * 5 + [np.nan] + [10.0] * 42, "no origin has three full years before it"),
        ([10.0] * 24 + [-1.0] * 12 + [10.0] * 12, "last year's total is not known, not positive"),
        ([10.0] * 24 + [0.9] * 12 + [10.0] * 12, "last year's total is not known, not positive"),
    ],
)
def test_a_year_without_basis_is_left_out_with_the_reason(
    cheap: Mapping[str, Candidate], values: list[float], reason: str
) -> None:
    setup = Setup(flow(values), NOW, cheap, n_paths=50)
    result = backtest_year(setup, YearTask("coal", 2015))
    assert result.left_out.startswith(reason)
    assert result.rows == ()
    assert np.isnan(result.standardised).all()


def test_a_year_that_no_candidate_could_forecast_says_so() -> None:
    result = backtest_year(
        Setup(flow([10.0] * 48), NOW, {"unfit": Unfit()}, n_paths=50), YearTask("coal", 2015)
    )
    assert "no candidate can forecast" in result.left_out
    assert result.rows == ()


def test_left_out_years_give_no_lesson(panel: Panel, backtest: Backtest) -> None:
    idle = YearResult("coal", 2014, left_out="its outcome is not known")
    results = list(backtest.results)
    assert content(learn([idle, *results], panel.kpis())) == content(learn(results, panel.kpis()))
    assert content(learn([idle], ["coal"])) == content({"coal": Lesson()})


def test_without_a_finished_year_there_are_no_scores_and_nothing_is_learned(
    cheap: Mapping[str, Candidate],
) -> None:
    short = run(flow([10.0] * 20), cheap)
    assert short.results == ()
    assert short.scores.frame().empty
    assert content(short.lessons) == content({"coal": Lesson()})


def test_history_loaded_late_is_counted(cheap: Mapping[str, Candidate]) -> None:
    rng = np.random.default_rng(2)
    panel = flow(np.exp(0.1 * rng.standard_normal(60)))
    late = altered(panel, lambda figure: replace(figure, published=date(2018, 1, 5)))
    task = YearTask("coal", 2016)
    assert backtest_year(Setup(late, NOW, cheap, n_paths=50), task).reconstructed == 12
    assert backtest_year(Setup(panel, NOW, cheap, n_paths=50), task).reconstructed == 0


# revisions, events, totals


def test_a_totals_forecast_is_the_sum_of_its_parts_with_a_coverage_of_its_own(
    backtest: Backtest, panel: Panel, cheap: Mapping[str, Candidate]
) -> None:
    table = rows(backtest).query(f"method == '{ENSEMBLE}'")
    place = "year == 2017 and months_known == 6"
    by_kpi = table.query(place).set_index("kpi")
    middle = by_kpi["q50"].astype(float).to_dict()
    assert middle["both"] == pytest.approx(middle["coal"] + middle["steel"], rel=0.02)
    coverage = table[table["kpi"] == "both"]["coverage_80"]
    assert len(coverage) == 36
    setup = Setup(panel, NOW, cheap, n_paths=100)
    lesson = backtest.lessons["both"]
    alone = backtest_year(setup, YearTask("both", 2017, lesson))
    parts = {part: backtest.lessons[part] for part in ("coal", "steel")}
    summed = backtest_year(setup, YearTask("both", 2017, lesson, parts))
    assert alone.rows != summed.rows
    # what the total's own candidates teach is the same either way
    np.testing.assert_array_equal(alone.standardised, summed.standardised)


def test_what_is_learned_names_revisions_and_past_errors(backtest: Backtest) -> None:
    coal, output = backtest.lessons["coal"], backtest.lessons["output"]
    assert coal.revision.bias == pytest.approx(0.03, abs=0.005)
    assert 0.0 < output.revision.bias < 0.01  # its own are nothing, the family's are 3 %
    places = {(year, known) for year in (2015, 2016, 2017) for known in range(12)}
    assert set(coal.errors) == places
    assert all(np.isfinite(error) for error in coal.errors.values())


def test_surprises_are_figures_against_the_forecast_of_a_month_before(
    backtest: Backtest, panel: Panel
) -> None:
    series = panel.series_as_of("coal", NOW)
    forecasts = {
        Month(one.year, known + 1): forecast
        for one in backtest.results
        if one.kpi == "coal"
        for known, forecast in enumerate(one.month_ahead)
    }
    surprises = backtest.lessons["coal"].surprises
    assert len(surprises) == 36
    for month, surprise in surprises.items():
        figure = series.values[month.ordinal - series.start.ordinal]
        assert surprise == pytest.approx(np.log(figure / forecasts[month]), abs=1e-12)
    assert float(np.std(list(surprises.values()))) < 0.15  # figures have a noise of 5 %


def test_an_event_counts_in_origins_from_its_day_on(
    panel: Panel, cheap: Mapping[str, Candidate]
) -> None:
    pulse = EventEntry(
        "coal", Month(2016, 10), "pulse", 1.0, 1, True, date(2017, 6, 1), "An", number=1
    )
    plain = Setup(panel, NOW, cheap, n_paths=50)
    known = replace(plain, events=(pulse,))
    task = YearTask("coal", 2017)
    before, after = (
        pd.DataFrame(backtest_year(setup, task).rows).set_index(["method", "months_known"])["q50"]
        for setup in (plain, known)
    )
    same = (before == after).groupby("months_known").all()
    assert same.iloc[:6].all()  # May's report is of 31 May
    assert not same.iloc[6:11].any()


@pytest.mark.parametrize(("month", "reaches"), [(Month(2016, 3), True), (Month(2016, 9), False)])
def test_in_history_loaded_late_only_events_that_were_over_count(
    cheap: Mapping[str, Candidate], month: Month, reaches: bool
) -> None:
    rng = np.random.default_rng(2)
    panel = flow(np.exp(0.1 * rng.standard_normal(60)))
    late = altered(panel, lambda figure: replace(figure, published=date(2018, 1, 5)))
    pulse = EventEntry("coal", month, "pulse", 1.0, 1, True, date(2018, 1, 5), "An", number=1)
    plain = Setup(late, NOW, cheap, n_paths=50)
    known = replace(plain, events=(pulse,))
    task = YearTask("coal", 2016)
    before, after = (
        pd.DataFrame(backtest_year(setup, task).rows).set_index(["method", "months_known"])["q50"]
        for setup in (plain, known)
    )
    same = (before == after).groupby("months_known").all()
    assert same.loc[: month.month - 1].all()
    assert not same.loc[month.month :].any()


def test_why_no_year_is_tested_is_told(cheap: Mapping[str, Candidate]) -> None:
    assert "3 full years before it" in run(flow([10.0] * 42), cheap).left_out
