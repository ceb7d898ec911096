"""Growth targets show the base they were set on and today's; the newest figures seed the draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.errors import NoBundle
from models.pipeline import Learned
from models.series import Month
from models.targets.target import Target
from service.projections.basis import Basis
from service.projections.issue import issue_kpi
from service.projections.view import BaseView, BaseWhenSetView
from training.bundle.promoted import PromotedBundle

COAL = Kpi("coal", "Than", "Coal", "t")
GROWTH = Target("at_least", 4.0, form="growth", source="report")
ABSOLUTE = Target("at_least", 125.0, level="stretch")
MARK = Target("at_least", 50.0, period="H1")
FIRST = PlanVersion(1, date(2021, 1, 31), "Decision 1", (("coal", GROWTH), ("coal", ABSOLUTE)))
SECOND = PlanVersion(
    2,
    date(2021, 6, 1),
    "Decision 2",
    (("coal", replace(GROWTH, source="again")), ("coal", ABSOLUTE), ("coal", MARK)),
)
PLAN = Plan("demo-2021", "demo", 2021, "Sở", "Kế hoạch", "Plan", (COAL,), (FIRST, SECOND))


class _Bundle:
    """The two facts of a bundle that a projection asks for."""

    as_of = date(2021, 6, 30)

    def __init__(self) -> None:
        self.learned = {"coal": _learned()}


def _learned() -> Learned:
    from models.candidates import REGISTRY
    from models.pipeline import fit_candidates

    cheap = {name: REGISTRY[name] for name in ("pace", "seasonal_naive")}
    parameters, failures = fit_candidates(_panel().series_as_of("coal", date(2021, 6, 30)), cheap)
    return Learned(parameters, failures)


def _panel() -> Panel:
    """Ten a month since 2018; in March 2021 the months of 2020 were restated to eleven."""
    figures = []
    for place in range(42):
        month = Month(2018, 1).plus(place)
        published = date(month.year, month.month, 28)
        figures.append(Observation("coal", month, "month", 10.0, "final", published, "made"))
        if month.year == 2020:
            restated = date(2021, 3, 15)
            figures.append(Observation("coal", month, "month", 11.0, "final", restated, "made"))
    return Panel.of("demo", (COAL,), figures)


def basis(day: date, version: PlanVersion) -> Basis:
    panel = _panel()
    promoted = PromotedBundle(_Bundle(), "1", "0" * 64)  # type: ignore[arg-type]
    return Basis(
        plan=PLAN,
        version=version,
        day=day,
        published=max(one for one in panel.vintages() if one <= day),
        panel=panel,
        data_hash="0" * 64,
        bundle=promoted,
        progress=(),
        earlier=(),
        illustrative=frozenset(),
        events=(),
    )


def test_a_growth_target_shows_both_bases_and_an_absolute_one_never_moves() -> None:
    one = issue_kpi(basis(date(2021, 6, 30), SECOND), "coal").view
    growth, absolute, mark = one.targets
    assert growth.base_when_set == BaseWhenSetView(
        value=120.0, status="restated", as_of=date(2021, 1, 31)
    )
    assert growth.base_today == BaseView(value=132.0, status="restated")
    assert growth.lower_value == pytest.approx(132.0 * 1.04)
    assert (absolute.base_when_set, absolute.base_today) == (None, None)
    assert absolute.lower_value == 125.0
    assert (mark.mark, mark.actual) == ("met", 60.0)
    assert one.plan_version is not None
    assert one.plan_version.number == 2
    early = issue_kpi(basis(date(2021, 2, 28), FIRST), "coal").view.targets
    assert early[0].base_today is not None
    assert early[0].base_today.value == pytest.approx(120.0)
    assert early[1].lower_value == absolute.lower_value


def test_a_later_day_without_new_figures_changes_no_digit() -> None:
    june = issue_kpi(basis(date(2021, 6, 28), SECOND), "coal").view
    july = issue_kpi(basis(date(2021, 7, 20), SECOND), "coal").view
    assert (june.as_of, july.as_of) == (date(2021, 6, 28), date(2021, 7, 20))
    assert june.stamp != july.stamp
    own = {"as_of": june.as_of, "stamp": june.stamp}
    assert july.model_copy(update=own) == june


def test_a_series_without_a_model_says_so() -> None:
    without = replace(basis(date(2021, 6, 30), SECOND), bundle=NoBundle("train one"))
    with pytest.raises(NoBundle, match="train one"):
        issue_kpi(without, "coal")
