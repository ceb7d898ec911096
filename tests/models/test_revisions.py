from __future__ import annotations

import numpy as np
import pytest

from models.revisions import NO_REVISION, Revision, draw_revisions, learn_revisions


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


def test_a_short_history_is_drawn_to_the_family() -> None:
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


def test_one_wild_restatement_does_not_rule() -> None:
    calm = 0.01 * np.random.default_rng(3).standard_normal(60)
    wild = learn_revisions({"a": np.append(calm, 10.0)})["a"]
    assert wild.bias < 0.005
    assert wild.spread < 0.02


def test_nothing_seen_moves_nothing() -> None:
    learned = learn_revisions({"a": np.array([])})
    assert learned["a"] == NO_REVISION
    assert not draw_revisions(100.0, learned["a"], 10, np.random.default_rng(0)).any()


def test_drawn_revisions_have_the_learned_size_in_the_kpis_unit() -> None:
    revision = Revision(bias=0.02, spread=0.05, seen=30)
    drawn = draw_revisions(200.0, revision, 200_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(4.0, abs=0.15)
    assert drawn.std() == pytest.approx(10.0, rel=0.03)
