"""What a message holds: observations by dimensions, each with its unit and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.observation import PER_CENT, UNDATED, Observation
from service.projections.view import ProjectionView

What = Literal["figures", "projections"]

# SDMX code list CL_OBS_STATUS by the status of a figure; FIGURE_STATUS says it exactly
OBS_STATUS = {"final": "A", "restated": "A", "estimate": "E", "projected": "F"}
_QUANTILES = (
    ("Q025", "q025"),
    ("Q10", "q10"),
    ("MEDIAN", "q50"),
    ("Q90", "q90"),
    ("Q975", "q975"),
)


@dataclass(frozen=True)
class CubeRow:
    """An observation: its place by dimension, its value and its attributes."""

    key: Mapping[str, str]
    value: float
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Cube:
    """Observations of one plan, with the labels of the dimensions' codes.

    Attributes
    ----------
    what : figures as printed, or projections of the year
    plan, name, source : of the plan, its name and the body that keeps it
    as_of : the vintage; no later publication is included
    dimensions : in order; the last is TIME_PERIOD
    labels : dimension → code → label, in the language asked for
    """

    what: What
    plan: str
    name: str
    source: str
    as_of: date
    dimensions: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    rows: tuple[CubeRow, ...]


def figures_cube(
    plan: Plan, kpis: Sequence[Kpi], found: Iterable[Observation], day: date, lang: str
) -> Cube:
    """Printed figures, each publication an observation of its own (dimension VINTAGE)."""
    units = {kpi.slug: kpi for kpi in kpis}
    rows = tuple(
        CubeRow(
            {
                "FREQ": "M",
                "KPI": figure.kpi,
                "FORM": figure.form,
                "VINTAGE": "" if figure.published == UNDATED else figure.published.isoformat(),
                "TIME_PERIOD": str(figure.month),
            },
            figure.value,
            {
                "OBS_STATUS": OBS_STATUS.get(figure.status, "E"),
                "FIGURE_STATUS": figure.status,
                "UNIT_MEASURE": "%" if figure.form in PER_CENT else units[figure.kpi].unit,
                "PRICE_BASIS": units[figure.kpi].price_basis or "",
                "SOURCE": figure.source,
            },
        )
        for figure in found
    )
    dimensions = ("FREQ", "KPI", "FORM", "VINTAGE", "TIME_PERIOD")
    return _cube("figures", plan, kpis, day, lang, dimensions, rows)


def newest_only(cube: Cube) -> Cube:
    """The newest publication of each figure, without the dimension VINTAGE."""
    newest: dict[tuple[str, ...], CubeRow] = {}
    left = tuple(name for name in cube.dimensions if name != "VINTAGE")
    for row in sorted(cube.rows, key=lambda one: one.key["VINTAGE"]):
        newest[tuple(row.key[name] for name in left)] = row
    rows = tuple(
        CubeRow(
            {name: row.key[name] for name in left},
            row.value,
            {**row.attributes, "PUBLISHED": row.key["VINTAGE"]},
        )
        for row in newest.values()
    )
    return Cube(cube.what, cube.plan, cube.name, cube.source, cube.as_of, left, cube.labels, rows)


def projections_cube(
    plan: Plan, kpis: Sequence[Kpi], found: Iterable[ProjectionView], day: date, lang: str
) -> Cube:
    """Projected years: quantiles, targets and the probability of meeting them, with stamps."""
    rows = tuple(row for one in found for row in _projected(one))
    dimensions = ("FREQ", "KPI", "MEASURE", "TIME_PERIOD")
    return _cube("projections", plan, kpis, day, lang, dimensions, rows)


def _projected(one: ProjectionView) -> Iterable[CubeRow]:
    common = {
        "STAMP": one.stamp,
        "VINTAGE": one.as_of.isoformat(),
        "LABEL": one.label.en if one.label else "",
    }

    def row(measure: str, value: float | None, unit: str, status: str) -> Iterable[CubeRow]:
        if value is not None:
            key = {"FREQ": "A", "KPI": one.kpi, "MEASURE": measure, "TIME_PERIOD": str(one.year)}
            codes = {"OBS_STATUS": OBS_STATUS.get(status, "E"), "FIGURE_STATUS": status}
            yield CubeRow(key, float(value), {**codes, "UNIT_MEASURE": unit, **common})

    yield from row("ACTUAL_TO_DATE", one.actual_to_date, one.unit, one.data_status or "estimate")
    if one.projected is not None:
        for measure, name in _QUANTILES:
            value = getattr(one.projected.quantiles, name)
            yield from row(measure, value, one.unit, "projected")
    if one.assigned is not None:
        yield from row("TARGET_LOWER", one.assigned.lower_value, one.unit, "final")
        yield from row("TARGET_UPPER", one.assigned.upper_value, one.unit, "final")
    yield from row("PROBABILITY", one.probability, "1", "projected")


def _cube(
    what: What,
    plan: Plan,
    kpis: Sequence[Kpi],
    day: date,
    lang: str,
    dimensions: tuple[str, ...],
    rows: tuple[CubeRow, ...],
) -> Cube:
    names = {kpi.slug: kpi.name_vi if lang == "vi" else kpi.name_en for kpi in kpis}
    title = plan.name_vi if lang == "vi" else plan.name_en
    return Cube(what, plan.slug, title, plan.body, day, dimensions, {"KPI": names}, rows)
