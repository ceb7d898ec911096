"""What can be checked by hand of the benchmark of kinds and of the late months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from data.plans.kpi import Kpi
from data.vintages.observation import Form
from data.vintages.panel import Panel
from experiments.kinds.cases import Truth, _figures, _quarters, _rates, _to_date
from experiments.kinds.peers import peer_outcomes
from experiments.kinds.run import OURS, _scores, table
from experiments.late_months.run import resampled
from models.kinds import Kind
from models.series import Month

START = Month(2010, 1)
LATE = date(2030, 1, 1)
MONTHS = np.round(100 + 10 * np.sin(np.arange(72)) + np.arange(72) / 2, 1)


def panel(kind: Kind, printed: Sequence[tuple[Form, int, float]]) -> Panel:
    kpi = Kpi(slug="one", name_vi="", name_en="", unit="", kind=kind)
    return Panel.of("cut", [kpi], _figures("one", START, printed))


def test_rates_alone_give_the_growth_of_the_year() -> None:
    whole = panel("growth", list(_rates(MONTHS)))
    grown = 100 * (MONTHS[60:].sum() / MONTHS[48:60].sum() - 1)
    assert whole.outcome("one", 2015, LATE) == pytest.approx(grown, abs=0.05)
    months = whole.series_as_of("one", LATE).values
    assert np.isfinite(months).all()
    np.testing.assert_allclose(months / months[0], MONTHS / MONTHS[0], rtol=0.01)


@pytest.mark.parametrize("cut", [_quarters, _to_date])
def test_quarters_and_cumulative_figures_keep_the_year(cut: Callable[[Any], Any]) -> None:
    whole = panel("flow", list(cut(MONTHS)))
    assert whole.outcome("one", 2015, LATE) == pytest.approx(MONTHS[60:].sum(), rel=1e-4)


def test_peers_answer_in_the_terms_of_the_kind() -> None:
    for kind, expected in (("average", 105.0), ("closing", 105.0), ("flow", 12 * 105.0)):
        flat = Truth(cast(Kind, kind), START, np.full(72, 105.0))
        for point, drawn in peer_outcomes(flat, 60, 6, "flat").values():
            assert point == pytest.approx(expected, rel=1e-6)
            assert drawn.size in (0, 400)
    halves = np.repeat([10.0, 20.0, 40.0], 24)
    rates = peer_outcomes(Truth("growth", START, halves), 48, 6, "rate")
    assert rates["last_rate"][0] == pytest.approx(100.0)
    quotient = Truth("ratio", START, np.full(72, 2.0), divisors=np.arange(1.0, 73.0))
    assert peer_outcomes(quotient, 60, 3, "ratio")["pace"][0] == pytest.approx(2.0)
    few = Truth("count", START, np.tile([0.0, 2.0], 36))
    drawn = peer_outcomes(few, 60, 6, "few")["negative_binomial"][1]
    assert np.mean(drawn) == pytest.approx(12.0, abs=0.6)  # 6 so far, 6 months of 1 to come


def test_quarters_are_forecast_as_quarters() -> None:
    seasonal = np.tile(np.arange(1.0, 13.0), 6)
    found = peer_outcomes(Truth("flow", START, seasonal, per_year=4), 60, 3, "quarters")
    assert found["snaive"][0] == pytest.approx(78.0)


def test_scores_and_ratios_by_pencil() -> None:
    asked = {"outcome": 111.0, "base": 100.0}
    scores = _scores("flow", asked, 105.0, np.full(400, 105.0))
    assert scores["annual_error"] == pytest.approx(0.06)
    assert scores["crps"] == pytest.approx(0.06)
    assert scores["brier"] == pytest.approx(1 / 5)  # of five goals only 110 is misjudged
    assert (scores["coverage_80"], scores["coverage_95"]) == (0.0, 0.0)
    rows = pd.DataFrame(
        [
            {"case": "a", "kpi": kpi, "year": year, "cut": 3, "method": method}
            | dict.fromkeys(("annual_error", "crps", "brier"), size)
            | dict.fromkeys(("coverage_80", "coverage_95"), 1.0)
            for method, size in ((OURS, 1.0), ("peer", 2.0))
            for kpi in ("x", "y")
            for year in (1, 2)
        ]
    )
    peer = table(rows).set_index("method").loc["peer"]
    assert list(peer[["crps_ratio", "crps_low", "crps_high"]]) == [0.5, 0.5, 0.5]


def test_late_months_are_compared_with_the_same_questions() -> None:
    own = pd.DataFrame(
        [
            {"way": way, "kpi": kpi, "year": year, "crps": size}
            for way, size in (("without", 2.0), ("siblings", 1.0), ("known", 0.5))
            for kpi in ("x", "y")
            for year in (1, 2)
        ]
    )
    assert resampled(own, "crps", "siblings") == (0.5, 0.5, 0.5)
    assert resampled(own, "crps", "known")[0] == 0.25
