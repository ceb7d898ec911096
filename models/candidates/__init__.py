"""Candidate models, one module each, all with the `Candidate` protocol.

A candidate never sees a month after the cutoff, and never hides a failure.
"""

from __future__ import annotations

from models.candidates.base import Candidate
from models.candidates.ces import Ces
from models.candidates.ets import Ets
from models.candidates.pace import Pace
from models.candidates.quarterly_theta import QuarterlyTheta
from models.candidates.sarima import Sarima
from models.candidates.seasonal_naive import SeasonalNaive
from models.candidates.theta import Theta

# no measurable gain beside the others: fitted only by `vedich retrain --thorough`
EXTRA = frozenset({"ces", "ets"})
# forecast the total of the year and derive the months; all others forecast months
OF_THE_YEAR = frozenset({"prior"})
# serve series whose months are mostly reconstructed: they learn nothing from single months
FROM_TOTALS = frozenset({"pace", "quarterly_theta", "seasonal_naive", "theta"})
# of these, those that serve no other series
ONLY_FROM_TOTALS = frozenset({"quarterly_theta"})

REGISTRY: dict[str, Candidate] = {
    candidate.name: candidate
    for candidate in (SeasonalNaive(), Pace(), Ces(), Ets(), Sarima(), Theta(), QuarterlyTheta())
}
