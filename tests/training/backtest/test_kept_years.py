"""A finished year is computed once: what saw the same is the same, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.plans.events import EventEntry
from data.vintages.dated import DatedFigure
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.candidates.base import Candidate
from models.series import Month
from training.backtest import kept_years, rolling_origin
from training.backtest.first_estimates import past_revisions, revisions_up_to
from training.backtest.rolling_origin import Backtest, run_backtest
from training.backtest.year import Setup, YearTask
from training.bundle.codec import encode
from training.kept import Kept
from training.workers import Workers

MAY, JUNE = date(2018, 5, 31), date(2018, 6, 30)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The KPIs and years that are computed."""
    found: list[tuple[str, int]] = []
    whole = rolling_origin.backtest_year

    def noted(setup: Setup, task: YearTask) -> Any:
        found.append((task.kpi, task.year))
        return whole(setup, task)

    monkeypatch.setattr(rolling_origin, "backtest_year", noted)
    return found


@pytest.fixture
def run(cheap: Mapping[str, Candidate], tmp_path: Path) -> Callable[..., Backtest]:
    def backtest(panel: Panel, as_of: date, *, kept: bool = True, **changes: Any) -> Backtest:
        setup = replace(Setup(panel, as_of, cheap, n_paths=100), **changes)
        folder = Kept(tmp_path / "cache", 10**8) if kept else None
        with Workers(setup) as workers:
            return run_backtest(workers, setup, panel.kpis(), kept=folder)

    return backtest


def content(backtest: Backtest) -> tuple[object, dict[str, bytes]]:
    arrays: dict[str, Any] = {}
    return encode(backtest.lessons, arrays, "lessons"), {n: a.tobytes() for n, a in arrays.items()}


def same(one: Backtest, other: Backtest) -> None:
    pd.testing.assert_frame_equal(one.scores.frame(), other.scores.frame(), check_exact=True)
    assert content(one) == content(other)


def altered(panel: Panel, change: Callable[[Observation], Observation]) -> Panel:
    figures = [change(figure) for each in panel.printed.values() for figure in each]
    return Panel.of(panel.family, list(panel.definitions.values()), figures)


def test_the_next_month_computes_nothing_again_and_has_the_same_digits(
    panel: Panel, run: Any, computed: list[Any]
) -> None:
    run(panel, MAY)
    assert len(computed) == 3 * len(panel.kpis())
    computed.clear()
    kept = run(panel, JUNE)
    assert computed == []
    same(kept, run(panel, JUNE, kept=False))


def test_a_revision_recomputes_its_year_and_what_learned_from_it(
    panel: Panel, run: Any, computed: list[Any]
) -> None:
    run(panel, MAY)
    computed.clear()

    def revise(one: Observation) -> Observation:
        mine = (one.kpi, one.month, one.published) == ("coal", Month(2017, 11), date(2017, 12, 31))
        return replace(one, value=1.1 * one.value) if mine else one

    revised = altered(panel, revise)
    assert revised.printed["coal"] != panel.printed["coal"]
    kept = run(revised, JUNE)
    assert set(computed) == {("coal", 2017), ("both", 2017)}  # a total is made of its parts
    same(kept, run(revised, JUNE, kept=False))


def test_a_figure_to_a_day_recomputes_the_years_that_saw_it(
    panel: Panel, run: Any, computed: list[Any]
) -> None:
    run(panel, JUNE)
    computed.clear()
    figure = DatedFigure(
        "coal", date(2016, 3, 1), date(2016, 3, 15), 40.0, "estimate", date(2016, 3, 16), "made"
    )
    figures = [one for each in panel.printed.values() for one in each]
    dated = Panel.of(panel.family, list(panel.definitions.values()), figures, dated=[figure])
    kept = run(dated, JUNE)
    assert ("coal", 2016) in computed
    same(kept, run(dated, JUNE, kept=False))


@pytest.mark.parametrize(
    "changes",
    [
        {"n_paths": 120},
        {
            "events": (
                EventEntry("coal", Month(2016, 3), "pulse", -5.0, 1, True, date(2016, 4, 1), "An"),
            )
        },
    ],
    ids=["settings", "an event"],
)
def test_settings_and_events_count(
    panel: Panel, run: Any, computed: list[Any], changes: dict[str, Any]
) -> None:
    run(panel, JUNE)
    computed.clear()
    kept = run(panel, JUNE, **changes)
    assert ("coal", 2016) in computed
    same(kept, run(panel, JUNE, kept=False, **changes))


def test_another_version_of_the_method_computes_all_again(
    panel: Panel, run: Any, computed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(panel, JUNE)
    computed.clear()
    monkeypatch.setattr("training.backtest.seen.method", lambda: "another")
    run(panel, JUNE)
    assert len(computed) == 3 * len(panel.kpis())


def test_history_that_was_loaded_late_is_computed_once_too(
    panel: Panel, run: Any, computed: list[Any]
) -> None:
    late = altered(
        panel, lambda one: replace(one, published=max(one.published, date(2018, 4, 30)))
    )
    run(late, MAY)
    computed.clear()
    kept = run(late, JUNE)
    assert computed == []
    same(kept, run(late, JUNE, kept=False))


@pytest.mark.parametrize("kpi", ["coal", "steel", "both", "output"])
@pytest.mark.parametrize("up_to", [date(2015, 12, 31), date(2017, 12, 31)])
def test_revisions_found_before_are_not_looked_for_again(
    panel: Panel, kpi: str, up_to: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = revisions_up_to(panel, kpi, up_to)
    whole = past_revisions(panel, kpi, JUNE)
    asked: list[date] = []
    series_as_of = Panel.series_as_of

    def noted(self: Panel, slug: str, day: date) -> Any:
        asked.append(day)
        return series_as_of(self, slug, day)

    monkeypatch.setattr(Panel, "series_as_of", noted)
    assert past_revisions(panel, kpi, JUNE, known) == whole
    assert all(day >= up_to for day in asked)
    assert np.isfinite([one.revision for one in whole]).all()
    assert kept_years.year_before(JUNE) == date(2017, 12, 31)
