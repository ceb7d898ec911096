"""What can be checked by hand of the experiments on speed, candidates and short history."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.observation import Observation
from experiments.candidate_ablation.run import Cached, comparison, interval, sets
from experiments.retrain_speed.many import figures_of, replicated
from experiments.short_history.run import shortened, summary
from models.candidates import REGISTRY
from models.series import Month
from tests.models.strategies import made, seasonal

KPIS = (Kpi("a", "", "", "t"), Kpi("both", "", "", "t", parts=("a", "b")), Kpi("b", "", "", "t"))


def figure(form: str, value: float, day: date = date(2021, 5, 31)) -> Observation:
    return Observation("a", Month(2021, 5), form, value, "estimate", day, "made")  # type: ignore[arg-type]


def test_replicas_are_scaled_and_keep_their_own_parts() -> None:
    plan = Plan("f-2021", "f", 2021, "", "", "", KPIS, ())
    endless = replicated(plan)
    found = [next(endless) for _ in range(6)]
    assert [one.slug for one in found] == ["a", "both", "b", "a_1", "both_1", "b_1"]
    assert found[4].parts == ("a_1", "b_1")
    printed = [figure("month", 10.0), figure("rate_on_year", 104.0)]
    later = figure("month", 99.0, date(2021, 7, 31))
    copies = list(figures_of(found[3], {"a": [*printed, later]}))
    assert [(one.kpi, one.value) for one in copies] == [("a_1", 11.0), ("a_1", 104.0)]
    assert list(figures_of(found[0], {"a": printed})) == printed


def test_history_is_cut_to_whole_years() -> None:
    series = made(seasonal(42))  # from January 2018 to June 2021
    cut = shortened(series, 2021, 2)
    assert (cut.start, cut.cutoff) == (Month(2019, 1), series.cutoff)
    np.testing.assert_array_equal(cut.values, series.values[12:])
    assert shortened(series, 2021, None).start == series.start


def test_only_questions_that_all_lengths_answered_count() -> None:
    rows = pd.DataFrame(
        [
            {"kpi": kpi, "year": 2020, "months_known": 3, "history": history, "method": "pace"}
            | {"annual_error": error, "crps": 0.1, "inside_80": 1.0, "width_80": 0.3}
            for kpi, history, error in (
                ("a", 1, 0.2),
                ("a", "all", 0.1),
                ("b", 1, np.nan),
                ("b", "all", 0.5),
            )
        ]
    )
    found = summary(rows).set_index(["history", "months_known"])
    assert found.loc[("all", "all"), "n"] == 1
    assert found.loc[("1", 3), "annual_error"] == pytest.approx(0.2)
    assert found.loc[("all", 3), "annual_error"] == pytest.approx(0.1)


def test_a_kept_candidate_is_asked_once_and_says_the_same() -> None:
    series, pace = made(seasonal(42)), REGISTRY["pace"]
    kept = Cached(pace)
    drawn = [
        one.paths(series, one.fit(series), 6, 20, np.random.default_rng(seed))
        for one, seed in ((kept, 1), (kept, 2), (pace, 1))
    ]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_allclose(drawn[0], drawn[2], rtol=1e-6)  # kept in single precision
    assert (kept.name, kept.drawn) == ("pace", 1)


def test_what_is_compared() -> None:
    every = frozenset({"pace", "prior", "ets", "ces"})
    found = dict(sets(every))
    assert found["default"] == {"pace", "prior"}
    assert found["without pace"] == {"prior"}
    assert found["with ets"] == {"pace", "prior", "ets"}
    assert found["with both"] == every


def test_differences_are_to_the_default_on_the_same_origins() -> None:
    index = pd.MultiIndex.from_tuples(
        [("a", 2020, 3), ("b", 2020, 3)], names=["kpi", "year", "months_known"]
    )
    columns = {"crps": 0.1, "brier": 0.1, "coverage_80": 1.0, "width_80": 0.2}
    default = pd.DataFrame({"annual_error": [0.1, 0.2], **columns}, index=index)
    worse = default.assign(annual_error=[0.2, 0.3])
    found = comparison({"default": default, "without pace": worse}).set_index("candidates")
    assert found.loc["without pace", "annual_error_more"] == pytest.approx(0.1)
    assert found.loc["without pace", "annual_error_low"] == pytest.approx(0.1)
    assert found.loc["default", "n"] == 2


def test_an_interval_by_clusters() -> None:
    low, high = interval(np.array([0.0, 20.0]), np.array([10.0, 10.0]))
    assert (low, high) == (0.0, 2.0)
