"""Sentences about one KPI, made from its figures.

Growth that prints as zero is "unchanged", an estimate is called an estimate, and no
figure has more digits than the KPI is published with. Tables mark a percentage that no
source printed; sentences do not.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.plans.plan import Plan
from models.series import FIRST_ESTIMATES, ILLUSTRATIVE, Month
from models.targets.periods import WHOLE_YEAR
from service.projections.facts import Facts, Percentage
from service.projections.tables import contradiction_lines
from service.texts import (
    FIGURE,
    TEXT,
    Lang,
    amount,
    month_name,
    number,
    percent,
    period_name,
    round_half_up,
    size_of,
    unit_name,
)

_STATUS_SHOWN = ("derived", "reconstructed", *ILLUSTRATIVE)
RECOMPUTED = "*"  # follows a percentage that no source printed


def name_of(one: Facts, lang: Lang) -> str:
    """The KPI's name on one line, whatever line breaks were typed into it."""
    return " ".join(one.projection.name[lang].split())


def period(cutoff: Month, lang: Lang, phrase: str = "") -> str:
    """'6 tháng đầu năm 2021', 'in the first 6 months of 2021'; in a kind's phrase if given."""
    text = TEXT[lang]
    if cutoff.month == 1:
        words = text["report.period.january"].format(year=cutoff.year)
    elif cutoff.month == 12:
        words = text["report.period.year"].format(year=cutoff.year)
    else:
        words = text["report.period.months"].format(count=cutoff.month, year=cutoff.year)
    if not phrase:
        return words
    month = month_name(cutoff, lang)
    return text[f"report.period.{phrase}"].format(period=words, month=month)


def result(one: Facts, lang: Lang) -> str:
    """The figure to date, its share of the plan and its growth."""
    text, name = TEXT[lang], name_of(one, lang)
    if one.to_date is None and one.missing:
        months = ", ".join(month_name(month, lang) for month in one.missing)
        return text["report.month_missing"].format(name=name, months=months)
    if one.cutoff is None or one.to_date is None:
        return text["report.no_figure"].format(name=name, year=one.projection.year)
    when = period(one.cutoff, lang, one.kpi.traits.phrase)
    if one.kpi.traits.outcome_is_rate:
        return _growth(one.to_date, one.to_date_status, lang, name, when)
    pattern = _level_pattern(one.to_date_status, lang)
    clauses = []
    if one.of_plan is not None:
        clauses.append(text["report.of_plan"].format(share=percent(one.of_plan.value, lang)))
    if one.growth_to_date is not None:
        clauses.append(on_period(one.growth_to_date, lang))
    figure = _amount(one, one.to_date, one.to_date_status, lang)
    return pattern.format(
        name=name, period=when, amount=figure, clauses="".join(f", {one}" for one in clauses)
    )


def of_parts(one: Facts, lang: Lang) -> str:
    """How its assigned targets for parts of the year ended; '' without any that is over."""
    said = []
    for target in one.projection.targets:
        whole = target.period == WHOLE_YEAR or target.level != "assigned"
        if whole or target.mark not in ("met", "missed"):
            continue
        ends = target.lower_value, target.upper_value
        goal = range_of(*ends, one.kpi.unit, lang, one.kpi.decimals)
        period_ = period_name(target.period, lang)
        said.append(TEXT[lang][f"report.part.{target.mark}"].format(period=period_, goal=goal))
    return " ".join(said)


def other_office(one: Facts, lang: Lang) -> str:
    """The figure to date of another office, if it differs; else ''."""
    if one.other_office is None:
        return ""
    figure = amount(one.other_office.value, one.kpi.unit, lang, one.kpi.decimals)
    return TEXT[lang][f"report.both_offices.{one.other_office.office}"].format(amount=figure)


def month_result(one: Facts, lang: Lang) -> str:
    """The cutoff month alone; '' in January, when it equals the figure to date."""
    month = one.month
    if month is None or month.month.month == 1 or not one.kpi.traits.month_alone:
        return ""
    text = TEXT[lang]
    name = text["report.month_alone"].format(month=month_name(month.month, lang))
    if one.kpi.traits.outcome_is_rate:
        return _growth(month.value, month.status, lang, name, "")
    clauses = f", {on_period(month.growth, lang)}" if month.growth else ""
    figure = _amount(one, month.value, month.status, lang)
    pattern = _level_pattern(month.status, lang)
    return _tidy(pattern.format(name=name, period="", amount=figure, clauses=clauses))


def year_estimate(one: Facts, lang: Lang) -> str:
    """The approved estimate of the year against the plan; '' without one."""
    text = TEXT[lang]
    if one.estimate is None:
        return ""
    value = one.estimate.value
    verdict = text[f"report.verdict_clause.{one.verdict}"]
    if one.kpi.traits.outcome_is_rate:
        pattern = text["report.estimate_fall"] if value < 0 else text["report.estimate_growth"]
        return pattern.format(rate=percent(abs(value), lang, one.kpi.decimals), verdict=verdict)
    of_plan = ""
    if one.estimate_of_plan is not None:
        of_plan = ", " + text["report.of_plan"].format(share=percent(one.estimate_of_plan, lang))
    figure = amount(value, one.kpi.unit, lang, one.kpi.decimals)
    return text["report.estimate"].format(amount=figure, of_plan=of_plan, verdict=verdict)


def plan_words(one: Facts, lang: Lang) -> str:
    """The assigned target in words, with its unit: 'ít nhất 1.076 tỷ đồng'."""
    assert one.target is not None
    text, target = TEXT[lang], one.target
    growth = target.form == "growth" or one.kpi.traits.outcome_is_rate
    if growth:
        figures = range_of(target.lower, target.upper, "%", lang)
    else:
        ends = target.lower_value, target.upper_value
        figures = range_of(*ends, one.kpi.unit, lang, one.kpi.decimals)
    words = text[f"report.plan.{target.comparator}"].format(figures=figures)
    return text["report.plan_growth"].format(goal=words) if growth else words


def range_of(
    low: float | None, high: float | None, unit: str, lang: Lang, decimals: int | None = None
) -> str:
    """'4 – 5%', '300.000 triệu USD': the bounds of a target, with the unit once.

    Without `decimals` a bound keeps its own.
    """
    ends = [end for end in (low, high) if end is not None]
    figures = [
        number(end, lang, _given_decimals(end) if decimals is None else decimals) for end in ends
    ]
    joined = " – ".join(dict.fromkeys(figures))
    return f"{joined}%" if unit == "%" else f"{joined} {unit_name(unit, lang)}"


def _given_decimals(value: float) -> int:
    return max(0, -int(round_half_up(value, 3).normalize().as_tuple().exponent))


def contradictions(facts: Sequence[Facts], plan: Plan, lang: Lang) -> list[str]:
    """Printed figures that do not agree, each with its KPI's name."""
    return [
        f"{name_of(one, lang)}: {line}"
        for one in facts
        for line in contradiction_lines(one.projection, plan, lang)
    ]


def percentage_text(value: Percentage, lang: Lang) -> str:
    """A percentage, followed by '*' if no source printed it."""
    return percent(value.value, lang) + ("" if value.printed else RECOMPUTED)


def _level_pattern(status: str | None, lang: Lang) -> str:
    estimated = status in FIRST_ESTIMATES
    return TEXT[lang]["report.level_estimated"] if estimated else TEXT[lang]["report.level"]


def _amount(one: Facts, value: float, status: str | None, lang: Lang) -> str:
    figure = amount(value, one.kpi.unit, lang, one.kpi.decimals)
    return f"{figure} ({_beside(status, lang)})" if status in _STATUS_SHOWN else figure


def _beside(status: str, lang: Lang) -> str:
    """A status in brackets; the verb says that a first estimate is estimated."""
    return FIGURE[lang]["illustrative" if status == "illustrative_first" else status]


def _direction(per_cent: float, decimals: int = 1) -> str:
    printed = round_half_up(per_cent, decimals)
    return "up" if printed > 0 else "down" if printed < 0 else "same"


def _growth(value: float, status: str | None, lang: Lang, name: str, when: str) -> str:
    """A KPI that is itself a growth."""
    text, direction = TEXT[lang], _direction(value)
    if status in FIRST_ESTIMATES:
        pattern = text[f"report.growth_estimated.{direction}"]
    else:
        pattern = text[f"report.growth.{direction}"]
    rate = percent(abs(value), lang)
    if status in _STATUS_SHOWN:
        rate += f" ({_beside(status, lang)})"
    return _tidy(pattern.format(name=name, period=when, rate=rate))


def _tidy(sentence: str) -> str:
    """Removes the gaps of empty fields."""
    return " ".join(sentence.split()).replace(" ,", ",").replace(" .", ".")


def on_period(growth: Percentage, lang: Lang) -> str:
    """'tăng 28,4% so với cùng kỳ năm trước'."""
    rate = size_of(growth.value, lang, growth.points)
    return TEXT[lang][f"report.on_period.{_direction(growth.value)}"].format(rate=rate)
