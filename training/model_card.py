"""The model card of a version: what it is for, what it saw, how well it did, what it cannot.

After Mitchell and others 2019, Model Cards for Model Reporting. Kept with the version in
MLflow, and shown there as its description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.backtest.scoreboard import ALL, ENSEMBLE

if TYPE_CHECKING:
    import pandas as pd

    from training.bundle.bundle import Bundle
    from training.gate import Decision

_KNOWN = (0, 3, 6, 9)  # months known that are shown


def model_card(bundle: Bundle, bundle_hash: str, scores: pd.DataFrame, decision: Decision) -> str:
    """Markdown.

    Parameters
    ----------
    scores : of the backtest, see `scoreboard.summary`
    decision : of the gate, when the version was made
    """
    failed = {kpi: learned.failures for kpi, learned in bundle.learned.items() if learned.failures}
    lines = [
        f"# {bundle.family}, figures up to {bundle.as_of}",
        "",
        "**For**: the year's outcome of each KPI of the plan family, with its distribution, for "
        "judging whether targets of the annual plan will be met. Not for single months, nor for "
        "KPIs or families it was not trained on.",
        "",
        f"**Trained on** what was published up to {bundle.as_of} "
        f"(data `{bundle.data_hash[:16]}`); bundle `{bundle_hash[:16]}`, "
        f"program {bundle.provenance.get('program', '?')}, "
        f"commit {bundle.provenance.get('commit', '')[:12] or 'unknown'}.",
        "",
        f"**Candidates**: {bundle.settings.get('candidates', '')}. "
        f"**Gate**: {'promoted' if decision.promoted else 'kept back'}: {decision.reason}.",
        "",
        f"**Backtest**, years that were finished, forecast as of each month; "
        f"{len(bundle.learned)} KPIs, shares of last year's total:",
        "",
        "| Months known | Annual error | CRPS | Inside 80 % | Inside 95 % | Brier |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    own = scores[scores["method"] == ENSEMBLE] if len(scores) else scores
    for row in own.to_dict("records"):
        if row["months_known"] in (*_KNOWN, ALL):
            lines.append(
                f"| {row['months_known']} | {row['annual_error']:.1%} | {row['crps']:.1%} "
                f"| {row['coverage_80']:.0%} | {row['coverage_95']:.0%} | {row['brier']:.3f} |"
            )
    lines += [
        "",
        "| KPI | Kind | Unit | Origins behind its calibration |",
        "| --- | --- | --- | --- |",
    ]
    for kpi, learned in sorted(bundle.learned.items()):
        errors = learned.calibration.n_errors if learned.calibration else 0
        lines.append(f"| {kpi} | {bundle.kinds[kpi]} | {bundle.units[kpi]} | {errors} |")
    lines += [
        "",
        "**Limits**: past years are few and share their shocks; after a break intervals widen "
        "only with its first errors. A KPI without a backtest has its candidates' own spread, "
        "widened. Illustrative figures teach as printed ones do, and are labelled in answers.",
    ]
    if failed:
        lines += ["", "**Not fitted**:", ""]
        lines += [
            f"- {kpi}: " + "; ".join(f"{name}: {why}" for name, why in sorted(reasons.items()))
            for kpi, reasons in sorted(failed.items())
        ]
    return "\n".join(lines) + "\n"
