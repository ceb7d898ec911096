"""The rules of the experiment by pencil and paper, and what its README says of the results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.revision_rule import run
from experiments.revision_rule.run import Year, compare, on_all_months, on_latest_month

NONE = [np.nan] * 9


@pytest.fixture
def year() -> Year:
    """First estimates of 10; February's report adds 2 to January, March's 1 to what was before."""
    return Year(
        first=np.array([10.0, 10.0, 10.0, *NONE]),
        to_date=np.array([10.0, 22.0, 33.0, *NONE]),
        restated=np.array([12.0, 10.5, np.nan, *NONE]),
    )


def test_the_rules_by_hand(year: Year) -> None:
    np.testing.assert_allclose(on_latest_month(year, 2), [12.0])
    np.testing.assert_allclose(on_all_months(year, 2), [12.0])
    np.testing.assert_allclose(on_latest_month(year, 3), [12.0, 11.0])
    np.testing.assert_allclose(on_all_months(year, 3), [12 * 23 / 22, 10 * 23 / 22])
    np.testing.assert_array_equal(year.first[:3], 10.0)


def test_errors_are_in_per_cent_of_the_usual_month(year: Year) -> None:
    [january, february] = compare({(("retail", "row", 1), 2019): year}, run.READ_IN[0]).to_dict(
        "records"
    )
    assert (january["month"], february["month"]) == (1, 2)
    assert january["latest"] == january["all"] == pytest.approx(0.0)
    assert january["none"] == pytest.approx(100 * 2 / 11.25)
    assert february["latest"] == pytest.approx(100 * 0.5 / 11.25)
    assert february["all"] == pytest.approx(100 * abs(230 / 22 - 10.5) / 11.25)
    assert february["none"] == pytest.approx(100 * 0.5 / 11.25)


def test_a_year_counts_up_to_its_first_gap(year: Year) -> None:
    year.to_date[1] = np.nan
    years = {(("retail", "row", 1), 2019): year}
    assert compare(years, run.READ_IN[0]).empty
    assert compare(years, run.READ_IN[1]).empty


def test_the_readme_shows_the_results_and_they_bear_out_the_rule() -> None:
    folder = Path(run.__file__).parent
    results = pd.read_csv(folder / "results" / "results.csv")
    assert len(results) == 2 * len(run.TABLES)
    assert (results["mean_latest"] < results[["mean_all", "mean_none"]].min(axis=1)).all()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "results" / "table.md").read_text(encoding="utf-8") in readme
    assert run.readable(results) in readme
