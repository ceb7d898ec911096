"""The figures of a report for spreadsheets: one row per KPI, and a sheet for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from service.projections.facts import Facts, MonthFact
from service.projections.shape import Quantiles, if_known
from service.report import sentences
from service.report.annex import chance_cell
from service.report.cells import (
    estimate_cell,
    growth_cell,
    percentage_cell,
    plan_cell,
    to_date_cell,
)
from service.report.document import (
    NONE,
    Cell,
    Column,
    KpiSheet,
    Part,
    Table,
    change,
    figure,
)
from service.texts import FIGURE, STATUS, TEXT, Lang, day_of, month_name, unit_name

# level in the column heading → quantile
_QUANTILES: Mapping[str, Callable[[Quantiles], float]] = {
    "0.025": lambda quantiles: quantiles.q025,
    "0.1": lambda quantiles: quantiles.q10,
    "0.5": lambda quantiles: quantiles.q50,
    "0.9": lambda quantiles: quantiles.q90,
    "0.975": lambda quantiles: quantiles.q975,
}


def figures_table(facts: Sequence[Facts], part: Part, lang: Lang) -> Table:
    """One row per KPI with every figure, unrounded; the annex adds projections."""
    text = TEXT[lang]
    columns = [
        Column(text["figures.code"]),
        Column(text["kpi"], 3.0),
        Column(text["unit"]),
        Column(text["figures.plan_lower"], figures=True),
        Column(text["figures.plan_upper"], figures=True),
        Column(text["actual_to_date"], figures=True),
        Column(text["kpi.figure_is"]),
        Column(text["figures.through"]),
        Column(text["report.column.of_plan"], figures=True),
        Column(text["report.column.on_period"], figures=True),
        Column(text["report.column.estimate"], figures=True),
        Column(text["report.column.verdict"]),
        Column(text["as_of"]),
        Column(text["figures.source"], 2.0),
    ]
    if part == "annex":
        columns += [
            Column(text["figures.mean"], figures=True),
            *(Column(f"{text['projected']} {level}", figures=True) for level in _QUANTILES),
            Column(text["growth"], figures=True),
            Column(text["probability"], figures=True),
            Column(text["figures.gap"], figures=True),
            Column(text["pace"], figures=True),
            Column(text["annex.column.model"]),
            Column(text["stamp"]),
        ]
    rows = tuple(tuple(_row(one, part, lang)) for one in facts)
    return Table(text["figures.caption"], tuple(columns), rows)


def kpi_sheet(one: Facts, part: Part, lang: Lang) -> KpiSheet:
    """One KPI: its facts, and its months beside last year's."""
    text = TEXT[lang]
    columns = [
        Column(text["figures.month"]),
        Column(str(one.projection.year - 1), figures=True),
        Column(str(one.projection.year), figures=True),
        Column(text["kpi.figure_is"]),
        Column(text["report.column.on_period"], figures=True),
        Column(text["report.needed"], figures=True),
    ]
    lines = [1, 2, 5] if not one.kpi.traits.outcome_is_rate else [2, 5]
    if part == "annex":
        columns += [Column(f"{text['projected']} {level}", figures=True) for level in _QUANTILES]
        lines += [7, 8, 9]
    rows = tuple(tuple(_month(month, one, part, lang)) for month in one.months)
    caption = f"{text['monthly']}, {unit_name(one.kpi.unit, lang)}"
    return KpiSheet(
        code=one.kpi.slug,
        title=sentences.name_of(one, lang),
        facts=tuple(_facts(one, part, lang)),
        months=Table(caption, tuple(columns), rows),
        lines=tuple(lines),
    )


def _row(one: Facts, part: Part, lang: Lang) -> list[Cell]:
    decimals, target = one.kpi.decimals, one.target
    cells: list[Cell] = [
        one.kpi.slug,
        sentences.name_of(one, lang),
        unit_name(one.kpi.unit, lang),
        figure(target.lower_value if target else None, lang, decimals),
        figure(target.upper_value if target else None, lang, decimals),
        figure(one.to_date, lang, decimals),
        FIGURE[lang].get(one.to_date_status or "", NONE),
        month_name(one.cutoff, lang) if one.cutoff else NONE,
        percentage_cell(one.of_plan, lang),
        growth_cell(one.growth_to_date, lang),
        estimate_cell(one, lang),
        TEXT[lang][f"report.verdict.{one.verdict}"],
        day_of(one.projection.as_of, lang),
        one.kpi.source or NONE,
    ]
    return cells + _projected(one, lang) if part == "annex" else cells


def _projected(one: Facts, lang: Lang) -> list[Cell]:
    decimals, target = one.kpi.decimals, one.target
    year, growth = one.projection.projected, one.projection.growth_on_last_year
    required_pace = target.required if target else None
    return [
        figure(year.mean if year else None, lang, decimals),
        *_quantiles(year.quantiles if year else None, decimals, lang),
        change(growth.median if growth else None, lang),
        chance_cell(one, lang),
        figure(target.expected_gap if target else None, lang, decimals),
        figure(required_pace.monthly_average if required_pace else None, lang, decimals),
        one.projection.method.model_version or NONE,
        one.projection.stamp,
    ]


def _quantiles(quantiles: Quantiles | None, decimals: int, lang: Lang) -> list[Cell]:
    return [figure(if_known(quantiles, of), lang, decimals) for of in _QUANTILES.values()]


def _facts(one: Facts, part: Part, lang: Lang) -> list[tuple[str, Cell]]:
    text = TEXT[lang]
    found: list[tuple[str, Cell]] = [
        (text["unit"], unit_name(one.kpi.unit, lang)),
        (text["as_of"], day_of(one.projection.as_of, lang)),
        (text["target"], plan_cell(one, lang)),
    ]
    if one.cutoff:
        found.append((text["actual_to_date"], to_date_cell(one, one.cutoff, lang)))
    found += [
        (text["report.column.of_plan"], percentage_cell(one.of_plan, lang)),
        (text["report.column.on_period"], growth_cell(one.growth_to_date, lang)),
        (text["report.column.estimate"], estimate_cell(one, lang)),
        (text["report.column.verdict"], text[f"report.verdict.{one.verdict}"]),
    ]
    if part == "annex":
        found += [
            (text["probability"], chance_cell(one, lang)),
            (text["status"], STATUS[lang][one.projection.status]),
            (text["stamp"], one.projection.stamp),
        ]
    return found


def _month(month: MonthFact, one: Facts, part: Part, lang: Lang) -> list[Cell]:
    decimals, observed = one.kpi.decimals, month.status != "projected"
    known = observed or part == "annex"
    cells: list[Cell] = [
        month_name(month.month, lang),
        figure(month.last_year, lang, decimals),
        figure(month.value if observed else None, lang, decimals),
        FIGURE[lang][month.status] if known else NONE,
        growth_cell(month.growth, lang),
        figure(month.minimum, lang, decimals),
    ]
    if part == "annex":
        cells += _quantiles(month.quantiles, decimals, lang)
    return cells
