"""The plan that was in force at an origin: as adopted, else as the reports imply it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data.plans.plan import Plan
from data.vintages.implied_plan import ImpliedPlan, implied_plans
from data.vintages.panel import Panel
from models.targets.target import Target
from training.backtest.origins import Origin


class PastPlans:
    """The plans of a KPI's year.

    Parameters
    ----------
    panel : the printed shares of plan are in it
    plans : of the family, of any year
    """

    def __init__(self, panel: Panel, plans: Iterable[Plan], kpi: str, year: int) -> None:
        self._kpi = kpi
        self._plans = [plan for plan in plans if plan.year == year]
        self._implied = implied_plans(panel.printed.get(kpi, ()), year)

    def at(self, origin: Origin) -> Sequence[Target]:
        """The targets then in force; a plan adopted or printed later is not among them.

        An origin without a vintage of its own stands on the last day of its last month.
        """
        cutoff = origin.series.cutoff
        day = cutoff.last_day if origin.reconstructed else origin.series.as_of
        adopted = [plan.targets_on(self._kpi, day) for plan in self._plans]
        found = next((targets for targets in adopted if targets), ())
        return found or self._printed(
            [
                one
                for one in self._implied
                if (one.month <= cutoff if origin.reconstructed else one.published <= day)
            ]
        )

    @staticmethod
    def _printed(known: Sequence[ImpliedPlan]) -> Sequence[Target]:
        if not known:
            return ()
        newest = max(known, key=lambda one: (one.month, one.published))
        return (Target("at_least", newest.value),)
