"""The gate: a new bundle becomes champion unless it forecasts clearly worse.

Ours, and simple on purpose: both bundles were backtested out of sample. On their
common origins (KPI, year, months known) neither the new ensemble's mean annual error nor
its CRPS nor its Brier score may exceed the champion's by more than the share `MARGIN`. New
data hardly change these numbers, since the origins are the same; a worse method does. So
that many small steps do not add up, CRPS and Brier score are also held against `REFERENCE`,
which no retraining changes: whoever is worse than it must be no worse than the champion.
Which of the promoted bundles answers for a date is the rule in
`training/bundle/promoted.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from training.backtest.scoreboard import ENSEMBLE, Scoreboard, after_first_year

MARGIN = 0.02  # of the champion's mean score
REFERENCE = "pace"  # a candidate of every bundle, with nothing to learn
MEASURES = {"annual_error": "annual error", "crps": "CRPS", "brier": "Brier score"}
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
    own, theirs = _scores(new), _scores(champion)
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
    worse = _worse(pair, _scores(new, REFERENCE))
    verdict = (
        f"worse than the margin of {MARGIN:.0%}: {worse}"
        if worse
        else (f"within the margin of {MARGIN:.0%}, as are CRPS and Brier score")
    )
    reason = f"{compared} on {len(pair)} origins: {verdict}"
    return Decision(not worse, reason, error, before, len(pair))


def _worse(pair: pd.DataFrame, reference: pd.DataFrame) -> str:
    """What is clearly worse than the champion's, or worse than the reference's; '' if nothing."""
    found = []
    beside = pair.merge(reference, on=_ORIGIN, suffixes=("", "_reference"))
    for measure, name in MEASURES.items():
        mean, before = pair[measure].mean(), pair[f"{measure}_champion"].mean()
        if mean > before * (1 + MARGIN):
            found.append(f"{name} {mean:.4f} against {before:.4f}")
        elif measure != "annual_error" and mean > before and len(beside):
            mine, plain = beside[measure].mean(), beside[f"{measure}_reference"].mean()
            if mine > plain:
                found.append(f"{name} {mine:.4f} against {plain:.4f} of {REFERENCE}")
    return ", ".join(found)


def _scores(scores: Scoreboard, method: str = ENSEMBLE) -> pd.DataFrame:
    table = after_first_year(scores.frame())
    return table.loc[table["method"] == method, [*_ORIGIN, *MEASURES]]
