"""The gate: a new bundle becomes champion unless it forecasts clearly worse.

Ours, and simple on purpose: both bundles were backtested out of sample. On their
common origins (KPI, year, months known) the new ensemble's mean annual error must
not exceed the champion's by more than the share `MARGIN`. New data hardly change
that number, since the origins are the same; a worse method does. Which of the promoted
bundles answers for a date is the rule in `training/bundle/promoted.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from training.backtest.scoreboard import ENSEMBLE, Scoreboard, after_first_year

MARGIN = 0.02  # of the champion's mean annual error
_ORIGIN = ["kpi", "year", "months_known"]


@dataclass(frozen=True)
class Decision:
    """The gate's answer and why.

    Attributes
    ----------
    error, champion_error : mean annual error on the common origins, as fractions of
        last year's total; None without common origins
    """

    promoted: bool
    reason: str
    error: float | None = None
    champion_error: float | None = None
    origins: int = 0


def decide(new: Scoreboard, champion: Scoreboard | None, by_hand: bool = False) -> Decision:
    """Compare the scores of a new bundle with the champion's.

    Parameters
    ----------
    champion : None if no bundle is in use for the date yet
    by_hand : promote whatever the scores; the reason still compares them
    """
    if champion is None:
        return Decision(True, "no model answered for this date before")
    own, theirs = _errors(new), _errors(champion)
    if own.empty and not (theirs.empty or by_hand):
        return Decision(False, "the new model has no backtest to set against the champion's")
    pair = own.merge(theirs, on=_ORIGIN, suffixes=("", "_champion"))
    if pair.empty:
        return Decision(True, "the champion was backtested on no common origin")
    error = float(pair["annual_error"].mean())
    before = float(pair["annual_error_champion"].mean())
    compared = f"annual error {error:.2%} against the champion's {before:.2%}"
    if by_hand:
        return Decision(True, f"promoted by hand; {compared}", error, before, len(pair))
    passed = error <= before * (1 + MARGIN)
    verdict = "within" if passed else "worse than"
    reason = f"{compared} on {len(pair)} origins: {verdict} the margin of {MARGIN:.0%}"
    return Decision(passed, reason, error, before, len(pair))


def _errors(scores: Scoreboard) -> pd.DataFrame:
    table = after_first_year(scores.frame())
    return table.loc[table["method"] == ENSEMBLE, [*_ORIGIN, "annual_error"]]
