"""The fields of a planner's own template: texts by name, worded as in the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from service.projections.facts import Facts
from service.report import sentences
from service.report.annex import chance_cell, projected_cells
from service.report.body.needs import quarters_of, required
from service.report.cells import (
    AT_RISK,
    estimate_cell,
    growth_cell,
    percentage_cell,
    plan_cell,
    to_date_cell,
)
from service.report.document import NONE, Report
from service.report.form import form_texts
from service.texts import (
    FIGURE,
    STATUS,
    TEXT,
    Lang,
    day_of,
    month_name,
    number,
    percent,
    unit_name,
)


def fields_of(report: Report) -> dict[str, Any]:
    """All fields of a template: texts under 'report' and 'kpi', by code; codes in lists.

    A KPI's chart is not among them: it is drawn when a template prints it.
    """
    planned = [one for one in report.facts if one.target is not None]
    return {
        "report": _report(report),
        "kpi": {one.kpi.slug: _kpi(one, report.lang) for one in report.facts},
        "targets": [one.kpi.slug for one in planned],
        "at_risk": [one.kpi.slug for one in planned if one.verdict in AT_RISK],
    }


def _report(report: Report) -> dict[str, str]:
    text, as_of = TEXT[report.lang], day_of(report.facts[0].projection.as_of, report.lang)
    cutoff = max(one.cutoff for one in report.facts if one.cutoff)
    return {
        **asdict(form_texts(report)),
        "title": report.title,
        "subject": report.subject,
        "banner": report.banner,
        "label": "; ".join(report.labels),
        "year": str(report.year),
        "as_of": as_of,
        "opening": text["report.opening_without"].format(
            organ=report.letterhead.organ, period=sentences.period(cutoff, report.lang)
        ),
        "vintage": text["report.vintage"].format(day=as_of),
        "month": month_name(cutoff, report.lang),
        "period": sentences.period(cutoff, report.lang),
    }


def _kpi(one: Facts, lang: Lang) -> dict[str, Any]:
    month, target = one.month, one.target
    required_pace = target.required if target else None
    share = one.estimate_of_plan
    median, low, high = projected_cells(one, lang)
    return {
        "code": one.kpi.slug,
        "name": sentences.name_of(one, lang),
        "unit": unit_name(one.kpi.unit, lang),
        "plan": str(plan_cell(one, lang)),
        "actual": str(to_date_cell(one, one.cutoff, lang)) if one.cutoff else NONE,
        "actual_status": FIGURE[lang].get(one.to_date_status or "", NONE),
        "through": month_name(one.cutoff, lang) if one.cutoff else NONE,
        "of_plan": str(percentage_cell(one.of_plan, lang)),
        "growth": str(growth_cell(one.growth_to_date, lang)),
        "month": number(month.value if month else None, lang, one.kpi.decimals),
        "month_growth": str(growth_cell(month.growth if month else None, lang)),
        "estimate": str(estimate_cell(one, lang)),
        "estimate_of_plan": percent(share, lang),
        "verdict": TEXT[lang][f"report.verdict.{one.verdict}"],
        "sentence": sentences.result(one, lang),
        "required": required(one, lang) if required_pace else "",
        "monthly_minimum": number(
            required_pace.monthly_average if required_pace else None, lang, one.kpi.decimals
        ),
        "quarters": [
            {"name": name, "minimum": str(minimum), "growth": str(growth)}
            for name, minimum, growth in quarters_of(one, lang)
        ],
        "projected": str(median),
        "low": str(low),
        "high": str(high),
        "probability": str(chance_cell(one, lang)),
        "status": STATUS[lang][one.projection.status],
        "stamp": one.projection.stamp,
    }
