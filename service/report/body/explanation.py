"""The explanation sheet of one endangered target, prefilled from its figures and notes."""

from __future__ import annotations

from dataclasses import replace

from service.projections.facts import Facts
from service.report import sentences
from service.report.body.assessment import causes
from service.report.body.material import Material
from service.report.body.needs import months_table, required
from service.report.body.pace import behind_sentence, behind_since, pace_of
from service.report.body.slots import open_slot
from service.report.charts import course_chart
from service.report.document import Block, Heading, Paragraph, Picture, numbered
from service.texts import TEXT, Lang, amount, change_of, month_name, percent

_SMALL = (230, 95)  # the chart beside the months: a sheet is one page


def explanation(one: Facts, material: Material) -> tuple[Block, ...]:
    """Gap, since when, what moved it, what is needed, what is proposed."""
    text, lang = material.text, material.lang
    found: list[Block] = [Heading(text["report.explain.state"])]
    found += [Paragraph(words, "item") for words in _state(one, material)]
    found.append(Heading(text["report.explain.since"]))
    since = behind_since(one)
    if since is not None:
        month, short = month_name(since, lang), _short(one, lang)
        words = text["report.explain.since_month"].format(month=month, short=short)
        found.append(Paragraph(words))
    else:
        found.append(Paragraph(text["report.explain.not_behind"]))
    found.append(Heading(text["report.explain.why"]))
    falls = _falls(one, lang)
    if falls:
        found.append(Paragraph(text["report.explain.falls"].format(months=falls), "item"))
    found += [*causes(material, [one]), open_slot(text["report.explain.slot_why"])]
    needed, table = required(one, lang), months_table(one, lang)
    if needed:
        found += [Heading(text["report.explain.need"]), Paragraph(needed)]
        caption = text["report.chart.course"].format(name=sentences.name_of(one, lang))
        chart = course_chart(one, lang, *_SMALL)
        picture = Picture(chart, caption, _described(one, caption, lang))
        found.append(picture if table is None else replace(table, beside=picture))
    found.append(Heading(text["report.explain.propose"]))
    found.append(open_slot(text["report.explain.slot_propose"]))
    return numbered(found)


def _state(one: Facts, material: Material) -> list[str]:
    """The plan, the result, the estimate's gap, and the distance to both paces."""
    text, lang = material.text, material.lang
    document = material.document_of(one.kpi.slug) or "–"
    goal = sentences.plan_words(one, lang)
    lines = [
        text["report.explain.plan"].format(goal=goal, document=document),
        " ".join(filter(None, (sentences.result(one, lang), sentences.year_estimate(one, lang)))),
    ]
    if one.estimate is not None and one.bound is not None and one.target is not None:
        gap = one.bound - one.estimate.value
        if not one.kpi.traits.outcome_is_rate and gap:
            words = amount(abs(gap), one.kpi.unit, lang, one.kpi.decimals)
            if one.target.comparator == "at_most":
                lines.append(text["report.explain.gap_over"].format(amount=words))
            elif gap > 0:
                share = percent(100 * gap / one.bound, lang) if one.bound else "–"
                lines.append(text["report.explain.gap"].format(amount=words, share=share))
    pace = pace_of(one)
    if pace is not None and pace.behind_linear > 0:
        lines.append(behind_sentence(one, pace, lang, named=False))
    return lines


def _short(one: Facts, lang: Lang) -> str:
    """By how much the year to date is behind the seasonal pace."""
    pace = pace_of(one)
    if not one.bound or pace is None or pace.behind_usual is None or pace.behind_usual <= 0:
        return ""
    short = amount(one.bound * pace.behind_usual / 100, one.kpi.unit, lang, one.kpi.decimals)
    return TEXT[lang]["report.explain.behind"].format(amount=short)


def _described(one: Facts, caption: str, lang: Lang) -> str:
    """The chart in words: to date, and where the target is just met."""
    ends = (one.to_date, one.bound) if one.kpi.traits.adds_up else (one.to_date,)
    written = [
        amount(value, one.kpi.unit, lang, one.kpi.decimals) for value in ends if value is not None
    ]
    return f"{caption}: {' → '.join(written)}."


def _falls(one: Facts, lang: Lang) -> str:
    """Observed months below the same month of last year, each with its fall."""
    return "; ".join(
        f"{month_name(month.month, lang)} ({change_of(growth.value, lang, growth.points)})"
        for month in one.months
        if (growth := month.growth) is not None
        and month.status != "projected"
        and growth.value < 0
    )
