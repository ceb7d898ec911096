"""The method and past accuracy of a KPI's forecast, in sentences."""

from __future__ import annotations

from data.plans.kpi import Kpi
from models.errors import NoBundle
from models.series import Month
from service.projections.basis import Basis
from service.projections.tables import nowcast_line, plan_line, reconciled_line
from service.projections.view import ProjectionView
from service.texts import TEXT, Lang, day_of, percent
from training.backtest.scoreboard import ENSEMBLE, after_first_year


def method_lines(one: ProjectionView, basis: Basis, lang: Lang) -> list[str]:
    """The method of a projection, as sentences."""
    text, method = TEXT[lang], one.method
    lines = []
    if method.name == ENSEMBLE and not isinstance(basis.bundle, NoBundle):
        learned = basis.bundle.bundle.learned.get(one.kpi)
        cutoff = one.cutoff
        known = cutoff.month if cutoff and cutoff.year == one.year else 0
        weights = learned.weights.get(known, {}) if learned else {}
        used = sorted((item for item in weights.items() if item[1] >= 0.005), key=_heaviest)
        if used:
            shown = [
                f"{text[f'candidate.{name}']} {percent(100 * w, lang, 0)}" for name, w in used
            ]
            lines.append(text["method.weights"].format(candidates=", ".join(shown)))
        else:
            lines.append(text["method.equal"])
    else:
        lines.append(text["method.alone"].format(method=text[f"annex.method.{method.name}"]))
    if method.fallback:
        lines.append(text["method.fallback"])
    for said in (nowcast_line, plan_line, reconciled_line):
        line = said(one, basis.plan, lang)
        if line:
            lines.append(line)
    lines.append(
        text["method.model"].format(
            version=method.model_version, day=day_of(one.as_of, lang), stamp=one.stamp
        )
    )
    return lines


def _heaviest(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


def accuracy_lines(basis: Basis, kpi: Kpi, cutoff: Month | None, lang: Lang) -> list[str]:
    """The KPI's accuracy in the backtest, as sentences; empty without a backtest."""
    if isinstance(basis.bundle, NoBundle) or kpi.slug in basis.illustrative:
        return []
    rows = after_first_year(basis.bundle.bundle.scores.frame())
    own = rows[(rows["kpi"] == kpi.slug) & (rows["method"] == ENSEMBLE)]
    known = cutoff.month if cutoff else 0
    at_month = own[own["months_known"] == known]
    if not len(at_month):
        return []
    years = sorted(int(year) for year in at_month["year"])
    inside = int(at_month["coverage_80"].sum())
    text = TEXT[lang]
    return [
        text["accuracy.error"].format(
            months=known,
            first=years[0],
            last=years[-1],
            error=percent(100 * float(at_month["annual_error"].mean()), lang),
            worst=percent(100 * float(at_month["annual_error"].max()), lang),
        ),
        text["accuracy.interval"].format(inside=inside, years=len(years)),
    ]
