"""What a monthly run did, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from data.monthly.rows import Notice
from data.plans.plan import Plan
from service.monthly.outcome import Outcome
from service.texts import STATUS, TEXT, Lang, day_of, name_of, number


def summary(outcome: Outcome, plan: Plan, lang: Lang) -> tuple[str, ...]:
    """A run in a few lines."""
    return tuple(_lines(outcome, plan, lang))


def notices(outcome: Outcome, before: Mapping[str, str], plan: Plan) -> tuple[Notice, ...]:
    """What those who are to be told are told: changed statuses, and what waits for a person."""
    found = []
    names = {kpi.slug: kpi for kpi in plan.kpis}
    for kpi, status in (outcome.statuses or {}).items():
        if kpi in names and before.get(kpi, status) != status:
            told = {
                lang: TEXT[lang]["monthly.changed"].format(
                    kpi=name_of(names[kpi], lang),
                    before=STATUS[lang][before[kpi]],
                    status=STATUS[lang][status],
                )
                for lang in _LANGUAGES
            }
            found.append(Notice("status", told["vi"], told["en"]))
    for kind, files in (("refused", outcome.refused), ("held", outcome.held)):
        for file in files or {}:
            said = {lang: _waiting(kind, file, lang) for lang in _LANGUAGES}
            found.append(Notice(kind, said["vi"], said["en"]))
    return tuple(found)


_LANGUAGES: tuple[Lang, ...] = ("vi", "en")


def _waiting(kind: str, file: str, lang: Lang) -> str:
    text = TEXT[lang]
    told = text["monthly.refused"] if kind == "refused" else text["monthly.held"]
    return told.format(file=file)


def _lines(outcome: Outcome, plan: Plan, lang: Lang) -> Iterator[str]:
    text = TEXT[lang]
    day = day_of(date.fromisoformat(outcome.as_of), lang)
    yield text["monthly.head"].format(plan=name_of(plan, lang), day=day)
    for file, new in (outcome.loaded or {}).items():
        if not outcome.again:
            yield text["monthly.loaded"].format(file=file, figures=number(new, lang))
    for kind, files in (("refused", outcome.refused), ("held", outcome.held)):
        for file in files or {}:
            yield _waiting(kind, file, lang)
    if outcome.again:
        yield text["monthly.again"]
        return
    told = text["monthly.promoted"] if outcome.promoted else text["monthly.kept"]
    yield told.format(version=outcome.version)
    yield text["monthly.projections"].format(projections=number(outcome.projections, lang))
    for file in outcome.reports:
        yield text["monthly.report"].format(file=file)
