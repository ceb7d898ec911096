"""What a monthly run did, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from data.ingestion.suspicion import Suspicion
from data.notices.rows import Notice
from data.notices.rules import Rule
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.observation import PER_CENT
from service.monthly.outcome import Outcome
from service.texts import TEXT, Lang, amount, day_of, month_name, name_of, number
from service.workflow.imports import doubt_in_words

LANGUAGES: tuple[Lang, ...] = ("vi", "en")


def summary(outcome: Outcome, plan: Plan, lang: Lang) -> tuple[str, ...]:
    """A run in a few lines."""
    return tuple(_lines(outcome, plan, lang))


def notices(outcome: Outcome) -> tuple[Notice, ...]:
    """Notices of what waits for a person: files that were refused, or that look wrong."""
    waiting = {lang: dict(_waiting(outcome, lang)) for lang in LANGUAGES}
    return tuple(
        Notice(rule, f"{rule} {file} {outcome.as_of}", told, waiting["en"][rule, file])
        for (rule, file), told in waiting["vi"].items()
    )


def why_held(doubts: Sequence[Suspicion], kpis: Mapping[str, Kpi], lang: Lang) -> str:
    """What looks wrong in a file: the first of its figures, and how many others."""
    text, first = TEXT[lang], doubts[0]
    kpi = kpis[first.kpi]
    unit = "%" if first.form in PER_CENT else kpi.unit
    told = text["monthly.doubt"].format(
        kpi=name_of(kpi, lang),
        month=month_name(first.month, lang),
        value=amount(first.value, unit, lang, kpi.decimals),
        why=doubt_in_words(first, lang, kpi.decimals, kpis),
    )
    others = len(doubts) - 1
    return f"{told} {text.count('monthly.doubts', others)}" if others else told


def _waiting(outcome: Outcome, lang: Lang) -> Iterator[tuple[tuple[Rule, str], str]]:
    """What waits for a person: its kind and file, and a sentence."""
    text = TEXT[lang]
    for file in outcome.refused or {}:
        yield ("refused", file), text["monthly.refused"].format(file=file)
    for file, why in (outcome.held or {}).items():
        yield ("held", file), text["monthly.held"].format(file=file, why=why[lang])


def _lines(outcome: Outcome, plan: Plan, lang: Lang) -> Iterator[str]:
    text = TEXT[lang]
    day = day_of(date.fromisoformat(outcome.as_of), lang)
    yield text["monthly.head"].format(plan=name_of(plan, lang), day=day)
    for file, new in (outcome.loaded or {}).items():
        if not outcome.again:
            yield text["monthly.loaded"].format(file=file, figures=number(new, lang))
    for _, told in _waiting(outcome, lang):
        yield told
    if outcome.again:
        yield text["monthly.again"]
        return
    model = text["monthly.promoted"] if outcome.promoted else text["monthly.kept"]
    yield model.format(version=outcome.version)
    yield text["monthly.projections"].format(projections=number(outcome.projections, lang))
    for file in outcome.reports:
        yield text["monthly.report"].format(file=file)
