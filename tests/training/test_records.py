"""What MLflow is told of a bundle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from models.pipeline import Learned
from training.backtest.scoreboard import ENSEMBLE, MEASURES, Scoreboard, scoreboard_of
from training.bundle.bundle import FORMAT_VERSION, Bundle
from training.gate import Decision
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


FIRST = Decision(True, "no model answered for this date before")


def record_of(bundle: Bundle, decision: Decision = FIRST) -> RetrainingRun:
    figures = {"coal": 90, "steel": 30}
    return retraining_run(bundle, "h" * 64, Path("folder"), decision, figures)


@pytest.fixture
def run(scores: Scoreboard) -> RetrainingRun:
    return record_of(bundle_of(scores))


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
    coal, steel = record_of(bundle_of(worse_for_coal(scores))).nested
    assert (coal.name, steel.name) == ("coal", "steel")
    described = {"kind": "flow", "unit": "thousand tons", "as_of": "2018-06-30"}
    assert coal.tags == {"kpi": "coal", **described}
    assert (steel.tags["kind"], steel.tags["unit"]) == ("count", "pieces")
    assert steel.tags["failed/sarima"] == "too short"
    assert coal.metrics["pace/annual_error"] == pytest.approx({3: 0.3, 9: 0.3})
    assert steel.metrics["pace/annual_error"] == pytest.approx({3: 0.05, 9: 0.05})
    assert "ensemble/crps" not in coal.metrics


def test_a_bundle_without_scores_has_no_metrics() -> None:
    run = record_of(bundle_of(scoreboard_of(pd.DataFrame([]))))
    assert run.metrics == {}
    assert [dict(nested.metrics) for nested in run.nested] == [{}, {}]
    assert run.plots() == {}
    assert "| Months known |" in run.card


def test_the_data_are_named_by_vintage_and_hash(run: RetrainingRun) -> None:
    assert (run.data.name, run.data.digest) == ("demo 2018-06-30", "d" * 64)
    assert run.data.profile == {
        "vintage": "2018-06-30",
        "kpis": "2",
        "figures": "120",
        "sha256": "d" * 64,
    }


def test_runs_can_be_sorted_by_how_they_did_against_the_champion(scores: Scoreboard) -> None:
    better = Decision(True, "within", 0.04, 0.05, 12)
    compared = {
        name: value[0]
        for name, value in record_of(bundle_of(scores), better).metrics.items()
        if name.startswith("gate/")
    }
    assert compared == pytest.approx(
        {
            "gate/annual_error": 0.04,
            "gate/champion_annual_error": 0.05,
            "gate/ratio_to_champion": 0.8,
            "gate/origins": 12,
        }
    )


def test_the_card_says_what_it_saw_how_it_did_and_what_failed(scores: Scoreboard) -> None:
    kept_back = Decision(False, "annual error 5.00% against 4.00%", 0.05, 0.04, 12)
    card = record_of(bundle_of(scores), kept_back).card
    assert card.startswith("# demo, figures up to 2018-06-30\n")
    assert f"data `{'d' * 16}`" in card
    assert "kept back: annual error 5.00% against 4.00%." in card
    assert "| 3 | 2.0% | 2.0% |" in card
    assert "| all | 2.0% | 2.0% |" in card
    assert "| coal | flow | thousand tons | 0 |" in card
    assert "- steel: sarima: too short" in card


def test_the_plots_are_drawn_from_the_backtest(run: RetrainingRun) -> None:
    plots = run.plots()
    assert set(plots) == {"backtest.svg", "reliability.svg", "fan.svg"}
    drawn = {name: content.decode() for name, content in plots.items()}
    assert all(one.startswith("<svg") for one in drawn.values())
    assert "pace" in drawn["backtest.svg"]
    assert "8 origins" in drawn["reliability.svg"]  # the first year taught nothing
    assert "2017 as it was forecast" in drawn["fan.svg"]
    assert "steel" in drawn["fan.svg"]
