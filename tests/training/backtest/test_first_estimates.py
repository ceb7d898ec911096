"""How first estimates were revised is read from vintages, each set against the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.series import Month
from tests.families import KPIS
from training.backtest.first_estimates import PastRevision, past_revisions, revisions_before

NOW = date(2018, 6, 30)
LOW = 1 / 0.97 - 1  # what an estimate 3 % low is revised by


def figure(form: str, month: Month, value: float, status: str, day: date) -> Observation:
    return Observation("coal", month, form, value, status, day, "made")  # type: ignore[arg-type]


def about(value: float) -> Any:
    return pytest.approx(value)


def panel_of(kind: str, *figures: Observation) -> Panel:
    return Panel.of("family", [Kpi("coal", "", "", "t", kind=kind)], figures)  # type: ignore[arg-type]


@pytest.mark.parametrize("kpi", ["coal", "steel", "both"])
def test_estimates_three_per_cent_low_are_seen_as_such(panel: Panel, kpi: str) -> None:
    seen = past_revisions(panel, kpi, NOW)
    assert len(seen) == 77  # from January 2012 to May 2018
    np.testing.assert_allclose([one.revision for one in seen], LOW, rtol=1e-9)
    assert (seen[0].day, seen[-1].day) == (date(2012, 2, 29), NOW)


def test_an_index_that_is_never_revised_has_no_revision(panel: Panel) -> None:
    seen = [one.revision for one in past_revisions(panel, "output", NOW)]
    assert len(seen) > 50
    np.testing.assert_allclose(seen, 0.0, atol=1e-9)


def test_later_publications_are_ignored(panel: Panel) -> None:
    earlier = past_revisions(panel, "coal", date(2016, 12, 31))
    assert earlier == past_revisions(panel, "coal", NOW)[: len(earlier)]
    assert earlier[-1].day == date(2016, 12, 31)


def test_all_that_the_next_report_revised_of_the_year_to_date_counts() -> None:
    """February's report: 10 + 20; March's restates nothing but says 33 up to February."""
    feb, mar = date(2018, 2, 28), date(2018, 3, 31)
    printed = panel_of(
        "flow",
        figure("month", Month(2018, 1), 10.0, "final", feb),
        figure("month", Month(2018, 2), 20.0, "estimate", feb),
        figure("year_to_date", Month(2018, 2), 30.0, "estimate", feb),
        figure("month", Month(2018, 3), 25.0, "estimate", mar),
        figure("year_to_date", Month(2018, 3), 58.0, "estimate", mar),
    )
    [seen] = past_revisions(printed, "coal", NOW)
    assert seen == PastRevision(mar, about(3 / 20))


@pytest.mark.parametrize("kind", ["average", "closing"])
def test_without_a_cumulative_figure_the_months_themselves_are_compared(kind: str) -> None:
    feb, mar = date(2018, 2, 28), date(2018, 3, 31)
    printed = panel_of(
        kind,
        figure("month", Month(2018, 2), 20.0, "estimate", feb),
        figure("month", Month(2018, 2), 22.0, "restated", mar),
        figure("month", Month(2018, 3), 25.0, "estimate", mar),
    )
    assert past_revisions(printed, "coal", NOW) == (PastRevision(mar, about(0.1)),)


def test_months_first_printed_as_final_or_loaded_late_are_left_out(panel: Panel) -> None:
    def changed(**to: object) -> Panel:
        figures = [replace(one, **to) for one in panel.figures()]  # type: ignore[arg-type]
        return Panel.of("demo", KPIS, figures)

    assert past_revisions(changed(status="final"), "coal", NOW) == ()
    assert past_revisions(changed(published=date(2018, 6, 1)), "coal", NOW) == ()


def test_only_revisions_before_the_day_are_used() -> None:
    seen = {
        "coal": (PastRevision(date(2017, 3, 1), 0.10), PastRevision(date(2018, 1, 1), 0.50)),
        "steel": (),
    }
    learned = revisions_before(seen, date(2018, 1, 1))
    assert learned["coal"].bias == pytest.approx(0.10)
    assert learned["coal"].seen == 1
    assert revisions_before(seen)["coal"].bias > 0.15
    assert (learned["steel"].bias, learned["steel"].seen) == (pytest.approx(0.10), 0)
