"""The gate: by mean scores on the origins that both bundles have, and a fixed reference."""

from __future__ import annotations

import pandas as pd
import pytest

from training.backtest.scoreboard import ENSEMBLE, Scoreboard, scoreboard_of
from training.gate import MARGIN, decide


def with_error(scores: Scoreboard, error: float, method: str = ENSEMBLE) -> Scoreboard:
    """The same outcomes, one method's medians off by `error` of last year's total."""
    table = scores.frame()
    chosen = table["method"] == method
    table.loc[chosen, "q50"] = table["outcome"] + error * table["base"]
    return scoreboard_of(table)


def test_the_first_bundle_is_promoted(scores: Scoreboard) -> None:
    decision = decide(scores, None)
    assert decision.promoted
    assert decision.error is None
    assert "no model answered" in decision.reason


@pytest.mark.parametrize(
    ("error", "promoted"),
    [(0.01, True), (0.02, True), (0.02 * (1 + MARGIN) - 1e-6, True), (0.0205, False), (1, False)],
)
def test_worse_than_the_champion_by_more_than_the_margin_is_not(
    scores: Scoreboard, error: float, promoted: bool
) -> None:
    decision = decide(with_error(scores, error), with_error(scores, 0.02))
    assert decision.promoted is promoted
    assert decision.error == pytest.approx(error)
    assert decision.champion_error == pytest.approx(0.02)
    assert decision.origins == 8  # two KPIs, two taught years, two origins
    assert ("within" if promoted else "worse than") in decision.reason
    assert f"{error:.2%} against the champion's 2.00%" in decision.reason


def with_score(scores: Scoreboard, measure: str, value: float) -> Scoreboard:
    """The same medians, one of the ensemble's scores set to `value`."""
    table = scores.frame()
    table.loc[table["method"] == ENSEMBLE, measure] = value
    return scoreboard_of(table)


@pytest.mark.parametrize(("measure", "name"), [("crps", "CRPS"), ("brier", "Brier score")])
def test_a_worse_distribution_around_the_same_medians_is_kept_back(
    scores: Scoreboard, measure: str, name: str
) -> None:
    champion = with_score(scores, measure, 0.02)
    assert decide(with_score(scores, measure, 0.0203), champion).promoted
    decision = decide(with_score(scores, measure, 0.0205), champion)
    assert not decision.promoted
    assert f"{name} 0.0205 against 0.0200" in decision.reason


def test_small_steps_end_at_the_reference(scores: Scoreboard) -> None:
    # the pace has a CRPS of 0.05 in every bundle
    before = with_score(scores, "crps", 0.0499)
    decision = decide(with_score(scores, "crps", 0.0505), before)
    assert not decision.promoted
    assert "CRPS 0.0505 against 0.0500 of pace" in decision.reason
    worse_still = with_score(scores, "crps", 0.06)
    assert decide(with_score(scores, "crps", 0.0595), worse_still).promoted


def test_a_bias_either_way_is_an_error(scores: Scoreboard) -> None:
    assert not decide(with_error(scores, -0.5), with_error(scores, 0.02)).promoted


def test_only_the_ensemble_and_only_common_origins_count(scores: Scoreboard) -> None:
    champion = with_error(scores, 0.02)
    assert decide(with_error(champion, 9.0, "pace"), champion).promoted
    table = champion.frame()
    newest = table.assign(year=2018, q50=99.0 * table["base"])
    longer = scoreboard_of(pd.concat([table, newest[table["year"] == 2017]]))
    decision = decide(longer, champion)
    assert (decision.promoted, decision.origins) == (True, 8)


def test_by_hand_promotes_and_still_compares(scores: Scoreboard) -> None:
    decision = decide(with_error(scores, 1.0), with_error(scores, 0.02), by_hand=True)
    assert decision.promoted
    assert decision.error == pytest.approx(1.0)
    assert decision.reason.startswith("promoted by hand; annual error 100.00%")


def test_without_a_common_origin_there_is_nothing_to_compare(scores: Scoreboard) -> None:
    other = scoreboard_of(scores.frame().assign(kpi="cement"))
    decision = decide(other, scores)
    assert decision.promoted
    assert decision.origins == 0
    assert "no common origin" in decision.reason


def test_a_bundle_without_scores_does_not_replace_one_with(scores: Scoreboard) -> None:
    nothing = scoreboard_of(pd.DataFrame([]))
    decision = decide(nothing, scores)
    assert not decision.promoted
    assert "no backtest" in decision.reason
    assert decide(nothing, scores, by_hand=True).promoted
    assert decide(scores, nothing).promoted
    assert decide(nothing, nothing).promoted
