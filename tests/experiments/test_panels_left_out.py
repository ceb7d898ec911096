"""Which questions are asked of a panel left out, and how the table reads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.panels_left_out import run
from models.series import Month
from training.prior.corpus import History


def test_pairs_are_of_the_newest_years_and_whole() -> None:
    months = 100.0 + np.arange(12.0 * 12)
    panel = tuple(History(f"s{i}", Month(2000, 1), months + i) for i in range(30))
    asked = run._drawn(panel)
    assert {one.year for one in asked} == set(range(2006, 2012))
    assert len({(one.series_id, one.year) for one in asked}) == run.PAIRS
    assert len(asked) == 3 * run.PAIRS
    assert [one.key for one in asked] == [one.key for one in run._drawn(panel)]


def test_a_set_of_candidates_is_told_against_the_default() -> None:
    rows = [
        ("one", "default", 0.10, 0.20, np.nan),
        ("two", "default", 0.10, 0.20, np.nan),
        ("one", "without theta", 0.20, 0.20, 2.0),
        ("two", "without theta", 0.05, 0.20, 4.0),
    ]
    columns = ["panel", "method", "annual_error", "crps", "cpu_ms_each"]
    lines = run._added(pd.DataFrame(rows, columns=columns)).splitlines()
    assert lines[-2] == "| default | 1.0000 | 1.000 to 1.000 | 1.0000 |  |"
    assert lines[-1] == "| without theta | 1.0000 | 0.500 to 2.000 | 1.0000 | 3.0 ms |"
