"""One module per candidate model, all behind the `Candidate` protocol."""

from __future__ import annotations

from models.candidates.base import Candidate
from models.candidates.ces import Ces
from models.candidates.ets import Ets
from models.candidates.pace import Pace
from models.candidates.sarima import Sarima
from models.candidates.seasonal_naive import SeasonalNaive
from models.candidates.theta import Theta

# slow to estimate, and little is lost without them: fitted only when asked for
COSTLY = frozenset({"ets", "sarima"})

REGISTRY: dict[str, Candidate] = {
    candidate.name: candidate
    for candidate in (SeasonalNaive(), Pace(), Ces(), Ets(), Sarima(), Theta())
}
