"""Low, base and high scenario of a plan, beside its forecast and the department's own.

Path i of every KPI is the same joint future. A future's place is the mean rank of the KPIs'
years on it (of those with an assigned target, if there are any; of a KPI that should stay
low, counted from above). Low, base and high average the futures around the quantiles 10, 50
and 90 % of that place: the same futures for every KPI, so that totals and parts add up.

Named assumptions come on top: accepted projects are late in the low scenario, on time in the
high one, and drawn as in the forecast in the base one. Accepted events count in all three.

Internal, as other scenarios are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.plans.plan import Plan
from data.plans.projects import ProjectEntry, in_force
from data.plans.scenarios import scenarios
from models.projection import Projection
from service.projections.basis import Basis
from service.projections.issue import is_task, project_kpi
from service.projections.shape import Name, Sentence, encode, if_known, in_both
from service.projections.view import ProjectionView
from service.shapes.analysis import ScenarioRun
from service.shapes.scenario_table import (
    Column,
    ScenarioCell,
    ScenarioColumn,
    ScenarioRow,
    ScenarioTable,
)
from service.state.app_state import JSON_TYPE, AppState, Body, etag_of
from service.texts import SCENARIO, Lang, chance, number

QUANTILES: Mapping[Column, float] = {"low": 0.1, "base": 0.5, "high": 0.9}
SHARE = 0.1  # of all futures, around the quantile
ON_TIME: Mapping[Column, float | None] = {"low": 0.0, "base": None, "high": 1.0}
OWN = 4  # saved scenarios of the day shown, the newest ones

Cells = Mapping[str, ScenarioCell]


def scenario_table(app_state: AppState, plan: str, day: date) -> ScenarioTable:
    """The scenarios of a plan side by side, cached because they take long to compute.

    Raises
    ------
    NoBundle
        If no bundle was trained on data up to that day.
    """

    def make() -> Body:
        found = _computed(app_state, plan, day)
        tag = etag_of([plan, day.isoformat()], "-side-by-side")
        return Body(encode(found), JSON_TYPE, tag)

    newest = max((one.id for one in scenarios(app_state.store, plan)), default=0)
    body = app_state.picture(plan, ("side-by-side", day.isoformat(), newest), make)
    return ScenarioTable.model_validate_json(body.content)


def _computed(app_state: AppState, plan: str, day: date) -> ScenarioTable:
    basis = app_state.basis(plan, day)
    views = [one for one in app_state.shown(plan, day) if one.projected and one.task is None]
    columns: list[tuple[ScenarioColumn, Cells]] = [(_column("forecast", basis), _forecast(views))]
    slugs = [one.kpi for one in views]
    years = _years(basis, slugs)
    for column, quantile in QUANTILES.items():
        supposed = _supposed(basis, ON_TIME[column])
        moved = [] if supposed is basis else [one for one in slugs if basis.last_project(one)]
        own = {**years, **_years(supposed, moved)}
        columns.append((_column(column, basis), _averaged(basis, own, quantile)))
    columns += _own(app_state, plan, day)
    rows = [
        ScenarioRow(
            kpi=one.kpi,
            name=one.name,
            unit=one.unit,
            target=if_known(one.assigned, lambda target: target.bound),
            status=one.status,
            cells=tuple(cells.get(one.kpi, _EMPTY) for _, cells in columns),
        )
        for one in views
    ]
    return ScenarioTable(
        plan=plan,
        as_of=day,
        internal=True,
        notice=in_both(lambda lang: SCENARIO[lang]["internal"]),
        label=basis.label(),
        share=SHARE,
        scenarios=tuple(column for column, _ in columns),
        rows=tuple(rows),
    )


def scenario_cells(row: ScenarioRow, plan: Plan, lang: Lang) -> list[tuple[str, str]]:
    """A KPI's projected year and probability in each scenario; '–' where it has none."""
    decimals = plan.kpi(row.kpi).decimals
    return [
        (number(cell.projected, lang, decimals), chance(cell.probability, "", lang))
        for cell in row.cells
    ]


_EMPTY = ScenarioCell(projected=None, probability=None)


def _years(basis: Basis, slugs: Sequence[str]) -> dict[str, Projection]:
    """The projections of a basis, by slug; without those that have no basis."""
    found = {slug: project_kpi(basis, slug)[0] for slug in slugs}
    return {slug: one for slug, one in found.items() if one.annual is not None}


def _supposed(basis: Basis, on_time: float | None) -> Basis:
    """The basis with all accepted projects on time or late; the same without any."""
    if on_time is None or not _accepted(basis):
        return basis
    return replace(basis, projects=tuple(replace(one, on_time=on_time) for one in basis.projects))


def _averaged(basis: Basis, years: Mapping[str, Projection], quantile: float) -> Cells:
    """Mean and share of met targets over the futures around a quantile of their place."""
    chosen = around(_places(basis, years), quantile)
    cells = {}
    for slug, one in years.items():
        assert one.annual is not None
        met = None if one.met is None else float(one.met[chosen].mean())
        mean = float(one.annual.samples[chosen].mean())
        cells[slug] = ScenarioCell(projected=mean, probability=met)
    return cells


def _places(basis: Basis, years: Mapping[str, Projection]) -> NDArray[np.float64]:
    """The mean rank of each future, shape (n_paths,)."""
    uncertain = {
        slug: one.annual.samples
        for slug, one in years.items()
        if one.annual is not None
        and np.ptp(one.annual.samples) > 0
        and not is_task(basis.plan, basis.plan.kpi(slug))
    }
    aimed = [slug for slug in uncertain if years[slug].met is not None]
    ranks = []
    for slug in aimed or uncertain:
        sign = -1.0 if basis.plan.kpi(slug).direction == "lower" else 1.0
        order = np.argsort(sign * uncertain[slug], kind="stable")
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        ranks.append(rank)
    if not ranks:
        sizes = [one.annual.samples.size for one in years.values() if one.annual is not None]
        return np.zeros(max(sizes, default=0))
    return np.asarray(np.mean(ranks, axis=0), dtype=float)


def around(places: NDArray[np.float64], quantile: float) -> NDArray[np.intp]:
    """The futures around a quantile: a tenth of them, `SHARE`, as an index.

    Examples
    --------
    >>> around(np.arange(20.0)[::-1], 0.1).tolist()
    [18, 17]
    """
    order = np.argsort(places, kind="stable")
    first = round((quantile - SHARE / 2) * len(order))
    return np.asarray(order[first : first + round(SHARE * len(order))], dtype=np.intp)


def _forecast(views: Sequence[ProjectionView]) -> Cells:
    return {
        one.kpi: ScenarioCell(
            projected=if_known(one.projected, lambda year: year.median),
            probability=one.probability,
        )
        for one in views
    }


def _own(app_state: AppState, plan: str, day: date) -> list[tuple[ScenarioColumn, Cells]]:
    """The newest scenarios that the department saved for the day."""
    saved = [one for one in scenarios(app_state.store, plan) if one.as_of == day][:OWN]
    found: list[tuple[ScenarioColumn, Cells]] = []
    for one in saved:
        result = ScenarioRun.model_validate(one.result)
        cells = {
            entry.kpi: ScenarioCell(
                projected=entry.scenario.projected.median,
                probability=entry.scenario.probability,
            )
            for entry in result.results
        }
        column = ScenarioColumn(
            column="own", id=one.id, name=Name(vi=one.name, en=one.name), assumptions=()
        )
        found.append((column, cells))
    return found


def _accepted(basis: Basis) -> list[ProjectEntry]:
    """The accepted projects, by number."""
    known = in_force(basis.projects, basis.day).values()
    return [one for one in known if one.state == "accepted"]


def _column(column: Column, basis: Basis) -> ScenarioColumn:
    """A scenario's name and assumptions."""
    accepted, said = _accepted(basis), []
    if column in QUANTILES:
        said.append(_sentence(column))
    if accepted:
        late = ON_TIME.get(column)
        how = "drawn" if late is None else "on_time" if late else "late"
        names = Name(
            vi=", ".join(one.name_vi for one in accepted),
            en=", ".join(one.name_en or one.name_vi for one in accepted),
        )
        said.append(_sentence(f"projects_{how}", names))
    events = [event.name for kpi in basis.plan.kpis for event in basis.accepted_events(kpi.slug)]
    named = ", ".join(dict.fromkeys(name for name in events if name))
    if named:
        said.append(_sentence("events_count", Name(vi=named, en=named)))
    return ScenarioColumn(
        column=column,
        id=None,
        name=in_both(lambda lang: SCENARIO[lang][f"column.{column}"]),
        assumptions=tuple(said),
    )


def _sentence(code: str, names: Name | None = None) -> Sentence:
    """An assumption in both languages."""
    text = in_both(
        lambda lang: SCENARIO[lang][f"assumes.{code}"].format(names=names[lang] if names else "")
    )
    return Sentence(code=code, vi=text.vi, en=text.en)
