"""What MLflow is told of a bundle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from models.pipeline import Learned
from training.backtest.scoreboard import ENSEMBLE, MEASURES, Scoreboard, scoreboard_of
from training.bundle.bundle import FORMAT_VERSION, Bundle
from training.records import retraining_run
from training.tracking import RetrainingRun


def bundle_of(scores: Scoreboard) -> Bundle:
    return Bundle(
        family="demo",
        as_of=date(2018, 6, 30),
        data_hash="d" * 64,
        kinds={"coal": "flow", "steel": "count"},
        units={"coal": "thousand tons", "steel": "pieces"},
        learned={"steel": Learned(failures={"sarima": "too short"}), "coal": Learned()},
        scores=scores,
        settings={"backtest_paths": "500"},
        provenance={"commit": "abc"},
    )


@pytest.fixture
def run(scores: Scoreboard) -> RetrainingRun:
    return retraining_run(bundle_of(scores), "h" * 64, Path("folder"))


def test_the_parent_says_what_it_was_made_from(run: RetrainingRun) -> None:
    assert (run.family, run.name, run.bundle) == ("demo", "2018-06-30", Path("folder"))
    assert run.params == {"backtest_paths": "500", "kpis": "2"}
    assert run.tags == {
        "as_of": "2018-06-30",
        "data_hash": "d" * 64,
        "bundle_hash": "h" * 64,
        "format_version": str(FORMAT_VERSION),
        "commit": "abc",
        "prior_corpus": "none",
    }


def test_scores_are_by_months_known_and_over_all_for_the_ensemble(run: RetrainingRun) -> None:
    assert run.metrics["ensemble/annual_error"] == pytest.approx({3: 0.02, 9: 0.02})
    assert run.metrics["pace/annual_error"] == pytest.approx({3: 0.05, 9: 0.05})
    assert run.metrics["ensemble/annual_error/all"] == pytest.approx({0: 0.02})
    assert "pace/annual_error/all" not in run.metrics
    each = {f"{method}/{measure}" for method in (ENSEMBLE, "pace") for measure in MEASURES}
    whole = {f"{ENSEMBLE}/{measure}/all" for measure in MEASURES}
    assert set(run.metrics) == each | whole


def worse_for_coal(scores: Scoreboard) -> Scoreboard:
    table = scores.frame()
    chosen = (table["kpi"] == "coal") & (table["method"] == "pace")
    table.loc[chosen, "q50"] = table["outcome"] + 0.3 * table["base"]
    return scoreboard_of(table)


def test_a_nested_run_per_kpi_keeps_its_own_errors_and_what_failed(scores: Scoreboard) -> None:
    coal, steel = retraining_run(bundle_of(worse_for_coal(scores)), "h" * 64, Path("x")).nested
    assert (coal.name, steel.name) == ("coal", "steel")
    assert coal.params == {"kind": "flow", "unit": "thousand tons"}
    assert steel.tags == {"kpi": "steel", "as_of": "2018-06-30", "failed/sarima": "too short"}
    assert coal.metrics["pace/annual_error"] == pytest.approx({3: 0.3, 9: 0.3})
    assert steel.metrics["pace/annual_error"] == pytest.approx({3: 0.05, 9: 0.05})
    assert "ensemble/crps" not in coal.metrics


def test_a_bundle_without_scores_has_no_metrics() -> None:
    run = retraining_run(bundle_of(scoreboard_of(pd.DataFrame([]))), "h" * 64, Path("folder"))
    assert run.metrics == {}
    assert [dict(nested.metrics) for nested in run.nested] == [{}, {}]
