from __future__ import annotations

import numpy as np
import pytest

from models.revisions import (
    NO_REVISION,
    USUAL,
    Revision,
    draw_revisions,
    learn_revisions,
    month_ahead_spread,
    of_unfinished_month,
)


def test_a_long_history_keeps_its_own_bias_and_spread() -> None:
    rng = np.random.default_rng(1)
    learned = learn_revisions(
        {
            "exports": 0.025 + 0.04 * rng.standard_normal(400),
            **{f"calm-{i}": 0.01 * rng.standard_normal(400) for i in range(5)},
        }
    )
    assert learned["exports"].bias == pytest.approx(0.025, abs=0.006)
    assert learned["exports"].spread == pytest.approx(0.04, rel=0.2)
    assert learned["calm-0"].spread == pytest.approx(0.01, rel=0.3)


def test_a_short_history_is_shrunk_to_the_family() -> None:
    rng = np.random.default_rng(2)
    family = {f"kpi-{i}": 0.02 * rng.standard_normal(100) for i in range(10)}
    learned = learn_revisions({**family, "new": np.array([0.05]), "none": np.array([np.nan])})
    assert 0.0 < learned["new"].bias < 0.02
    assert learned["none"].seen == 0
    assert learned["none"].spread == pytest.approx(0.02, rel=0.15)


def test_by_hand() -> None:
    # pooled: median 0, MAD 0.1 → spread 0.14826; own sum 0 → bias 0
    learned = learn_revisions({"a": np.array([-0.1, 0.0, 0.1])})["a"]
    assert learned.bias == pytest.approx(0.0)
    assert learned.spread == pytest.approx(np.sqrt((12 * 0.14826**2 + 0.02) / 15))
    assert learned.seen == 3


def test_an_outlier_does_not_dominate() -> None:
    calm = 0.01 * np.random.default_rng(3).standard_normal(60)
    wild = learn_revisions({"a": np.append(calm, 10.0)})["a"]
    assert wild.bias < 0.005
    assert wild.spread < 0.02


def test_no_revisions_change_nothing() -> None:
    learned = learn_revisions({"a": np.array([])})
    assert learned["a"] == NO_REVISION
    assert not draw_revisions(100.0, learned["a"], 10, np.random.default_rng(0)).any()


def test_drawn_revisions_have_the_learned_size_in_the_kpis_unit() -> None:
    revision = Revision(bias=0.02, spread=0.05, seen=30)
    drawn = draw_revisions(200.0, revision, 200_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(4.0, abs=0.15)
    assert drawn.std() == pytest.approx(10.0, rel=0.03)


# --- a month that was not over


def wavy(spread: float, years: int = 8, seed: int = 4) -> np.ndarray:
    """Months with a season whose growth on the year moves by `spread` from month to month."""
    rng = np.random.default_rng(seed)
    growth = spread * rng.standard_normal(12 * years).cumsum()
    season = np.tile(np.linspace(0.8, 1.2, 12), years)
    values = 100.0 * season
    for place in range(12, 12 * years):
        values[place] = values[place - 12] * np.exp(growth[place])
    return values


def test_a_month_ahead_is_off_by_the_changes_of_growth() -> None:
    assert month_ahead_spread(wavy(0.05)) == pytest.approx(0.05, rel=0.35)
    assert month_ahead_spread(wavy(0.005)) < 0.01


def test_the_estimate_itself_is_no_part_of_what_tells_its_spread() -> None:
    months = wavy(0.02)
    wild = np.append(months[:-1], 1e9)
    assert month_ahead_spread(wild) == month_ahead_spread(months)


@pytest.mark.parametrize("months", [np.arange(1.0, 20.0), np.full(40, np.nan), -wavy(0.05)])
def test_little_history_has_the_usual_spread(months: np.ndarray) -> None:
    assert month_ahead_spread(months) == USUAL


def test_an_unfinished_month_is_as_open_as_its_part_of_a_month_ahead() -> None:
    months = wavy(0.1)
    ahead = month_ahead_spread(months)
    half = of_unfinished_month(NO_REVISION, 0.5, months)
    assert (half.bias, half.spread) == (0.0, 0.5 * ahead)
    usual = Revision(bias=0.02, spread=0.9, seen=30)
    assert of_unfinished_month(usual, 0.5, months) == usual
    assert of_unfinished_month(Revision(0.02, 0.001, 30), 0.5, months).bias == 0.02
    assert of_unfinished_month(usual, 0.0, months) is usual
