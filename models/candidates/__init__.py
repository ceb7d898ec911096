"""Candidate models, one module each, all behind the `Candidate` protocol.

A candidate never sees a month after the cutoff, and never replaces its failure silently.
"""

from __future__ import annotations

from models.candidates.base import Candidate
from models.candidates.ces import Ces
from models.candidates.ets import Ets
from models.candidates.pace import Pace
from models.candidates.sarima import Sarima
from models.candidates.seasonal_naive import SeasonalNaive
from models.candidates.theta import Theta

# add nothing that could be measured to the others: fitted only when asked for
EXTRA = frozenset({"ces", "ets"})
# forecast the year as a whole, of which the months are shares; all others forecast months
OF_THE_YEAR = frozenset({"prior"})

REGISTRY: dict[str, Candidate] = {
    candidate.name: candidate
    for candidate in (SeasonalNaive(), Pace(), Ces(), Ets(), Sarima(), Theta())
}
