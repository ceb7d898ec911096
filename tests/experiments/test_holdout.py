"""The hold-out: its sides, its questions, the peers' cache and the arithmetic of its table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from experiments.annual_benchmark.instances import Instance
from experiments.annual_benchmark.peers import Answer
from experiments.delivered.run import as_family
from experiments.holdout import peers
from experiments.holdout.compared import OURS, SCORES, Drawn, by_panel, over_panels
from experiments.holdout.ours import HeldOut, questions_of
from experiments.holdout.peers import JUDGES, METHODS, PeerScores
from experiments.holdout.priors import seen_by
from experiments.holdout.sides import DECLARED, JUDGING, TRAINING, closings, kept
from models.candidates.annual_prior import PriorCandidate
from models.prior.annual import AnnualPrior
from models.series import Month
from training.prior.corpus import History


def test_every_panel_and_every_country_is_on_one_side() -> None:
    assert not set(TRAINING) & set(JUDGING)
    assert len({*TRAINING, *JUDGING}) == 31  # the thirty of the folder, and Viet Nam's
    trained = {country for countries in TRAINING.values() for country in countries}
    judged = {country for one in JUDGING.values() for country in one["countries"]}
    assert trained & judged <= {"unknown"}


def test_series_of_the_other_side_adjusted_ones_and_those_of_tests_are_left_out(
    tmp_path: Path,
) -> None:
    adjusted, stock = DECLARED["adjusted"][0], DECLARED["closings"][0]
    rows = [
        ("Argentina|cement", "any"),
        ("Bolivia|cement", "any"),
        ("Bolivia|credit", stock),
        ("Bolivia|activity", adjusted),
        ("N2460", "any"),
    ]
    frame = pd.DataFrame(
        [
            {"series_id": name, "category": category, "month": f"2020-{month:02d}", "value": 1.0}
            for name, category in rows
            for month in range(1, 13)
        ]
    )
    file = tmp_path / "latin_america_cepal.parquet"
    frame.to_parquet(file)
    (tmp_path / "m3_in_tests.csv").write_text("series_id\nN2460\n", encoding="utf-8")
    left = {one.series_id for one in kept("latin_america_cepal", file)}
    assert left == {"Bolivia|cement", "Bolivia|credit"}
    assert closings(file) == {"Bolivia|credit"}
    assert "Argentina|cement" in {one.series_id for one in kept("another", file)}


def test_an_edition_sees_the_home_country_only_when_its_months_are_over() -> None:
    panels = {name: [History("s", Month(2020, 1), np.ones(24))] for name in ("home", "abroad")}
    assert set(seen_by(Month(2021, 11), panels, "home")) == {"abroad"}
    assert set(seen_by(Month(2021, 12), panels, "home")) == {"home", "abroad"}


def test_a_year_is_answered_by_a_prior_that_saw_only_earlier_ones() -> None:
    old, new = (cast(AnnualPrior, SimpleNamespace(identity=name)) for name in ("old", "new"))
    setup = HeldOut(cast(Any, None), date(2024, 6, 30), priors=((2015, old), (2019, new)))

    def used(year: int) -> AnnualPrior:
        return cast(PriorCandidate, setup.of_year(year)[PriorCandidate.name])._prior

    assert [used(year) for year in (2012, 2016, 2019, 2020)] == [old, old, old, new]


def test_a_question_has_the_months_known_and_what_the_year_became() -> None:
    months = np.arange(1.0, 121.0)
    panel = [History("flow", Month(2010, 1), months), History("stock", Month(2010, 1), months)]
    stocks = frozenset({"stock"})
    family, day = as_family("made", panel, Month(2010, 1), Month(2019, 12), stocks)
    rows = pd.DataFrame(
        [
            {"kpi": kpi, "year": 2019, "months_known": known, "outcome": 5.0, "base": 4.0}
            for kpi in family.kpis()
            for known in (2, 3, 9)
        ]
    )
    asked = questions_of(family, day, rows)
    assert {one.cut for one in asked} == {3, 9}
    for one in asked:
        assert len(one.history) == 9 * 12 + one.cut
        assert one.history[-1] == 9 * 12 + one.cut
        coming = np.array([1.0] * (one.horizon - 1) + [2.0])
        total = one.history[-one.cut :].sum() + coming.sum()
        assert float(one.year_with(coming)) == (2.0 if one.closing else total)
    assert {one.closing for one in asked} == {True, False}


def test_peers_are_asked_once_for_each_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answers(question: Instance, members: tuple[str, ...]) -> dict[str, Answer]:
        asked.append(question)
        point = np.full(question.horizon, 1.0)
        drawn = np.full(40, 12.0)
        return {name: Answer(name, point, drawn, 0.1) for name in members} | {
            "pace": Answer("pace", point, np.empty(0), 0.0)
        }

    monkeypatch.setattr(peers, "peer_answers", answers)
    question = Instance("s", 2020, 3, np.ones(39), actual=13.0, last_year=10.0)
    first = PeerScores(tmp_path / "peers.parquet")
    scores = first.of("one", [question]).set_index("method")
    first.save()
    assert scores.loc["dot", "annual_error"] == pytest.approx(0.1)
    assert scores.loc["dot", "crps"] == pytest.approx(0.1)
    assert scores.loc["dot", "coverage_80"] == 0.0
    assert bool(scores["crps"].isna()["pace"])
    again = PeerScores(tmp_path / "peers.parquet")
    kept_scores = again.of("one", [question]).set_index("method")
    pd.testing.assert_frame_equal(kept_scores[["crps"]], scores[["crps"]])
    assert len(asked) == 1
    other = Instance("s", 2020, 3, np.full(39, 2.0), actual=13.0, last_year=10.0)
    again.of("one", [other])
    assert len(asked) == 2


def origins_of(effect_of_year: float) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    shock = dict(zip(range(2016, 2022), effect_of_year * rng.standard_normal(6), strict=True))
    return pd.DataFrame(
        [
            {"kpi": f"s{kpi}", "year": year, "score": 1.0 + shock[year] + 0.1 * rng.random()}
            for kpi in range(40)
            for year in shock
        ]
    )


def test_years_are_drawn_too_so_that_shared_shocks_widen_the_interval() -> None:
    rows = origins_of(0.5)
    found = Drawn(rows, ["score"], [1]).means["score"]
    assert found[0] == pytest.approx(rows["score"].mean())
    by_series = rows.groupby("kpi")["score"].mean().std() / np.sqrt(40)
    assert found[1:].std() > 5 * by_series
    assert Drawn(origins_of(0.0), ["score"], [1]).means["score"][1:].std() < 3 * 0.03


def test_a_ratio_is_to_the_best_judge_of_the_panel() -> None:
    given = {OURS: 0.9, "auto_ets": 1.0, "auto_ces": 2.0, "dot": 3.0, "snaive": 0.1, "pace": 0.2}
    rows = [
        {"panel": panel, "kpi": f"s{kpi}", "year": year, "cut": 3, "method": method}
        | dict.fromkeys(SCORES, factor * given[method])
        | {"coverage_80": 0.5, "coverage_95": 1.0}
        for panel, factor in (("one", 1.0), ("two", 2.0))
        for kpi in range(3)
        for year in (2018, 2019)
        for method in (OURS, *METHODS)
    ]
    asked = pd.DataFrame(rows)
    asked.loc[(asked["panel"] == "two") & (asked["method"] == OURS), "crps"] *= 2
    table, draws = by_panel(asked, asked[asked["method"] == OURS])
    assert list(table["crps_ratio"]) == pytest.approx([0.9, 1.8])
    assert list(table["brier_ratio"]) == pytest.approx([0.9, 0.9])
    overall = over_panels(draws).set_index(["score", "of"])
    assert overall.loc[("crps", "median"), "value"] == pytest.approx(1.35)
    assert overall.loc[("crps", "geometric mean"), "value"] == pytest.approx(0.9 * np.sqrt(2))
    assert overall.loc[("crps", "median"), "most"] == pytest.approx(1.8)
    assert set(JUDGES) < set(METHODS)
