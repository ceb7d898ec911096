"""The page that shows a typed figure back before it is saved."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from data.plans.plan import Plan
from data.sign_off.rules import Estimate
from models.errors import NoBundle, NoObservations, UnreadableBundle
from models.series import Month
from models.targets.task import Progress
from service.pages.views.frame import Choice
from service.projections.basis import as_of_date
from service.projections.shape import Sentence
from service.state.app_state import AppState
from service.texts import (
    FIGURE,
    STATE,
    TEXT,
    Lang,
    amount,
    month_name,
    name_of,
    percent,
    unit_name,
    writer,
)
from service.typed_numbers import written
from service.wording import person
from service.workflow.estimates import doubts_of


@dataclass(frozen=True)
class CheckContent:
    """What is about to be saved.

    Attributes
    ----------
    kpi : slug
    action : last part of the address that saves it
    choices : what the typed number can be, exactly and as shown; two if it reads two ways
    doubts : what speaks against it
    lines : what stands beside it, as label and text
    hidden : the other fields of the form, by name
    typed : as it was typed
    problem : why it cannot be saved, or ''
    """

    kpi: str
    kpi_name: str
    plan_name: str
    action: str
    choices: tuple[Choice, ...]
    doubts: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    hidden: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    problem: str = ""


def estimate_check(
    app_state: AppState,
    plan: Plan,
    slug: str,
    month: Month,
    found: tuple[float, ...],
    known: Estimate | None,
    lang: Lang,
) -> CheckContent:
    """An official estimate beside what is known.

    Parameters
    ----------
    found : the readings of what was typed; none, one or two
    known : the newest estimate of the month
    """
    kpi, text = plan.kpi(slug), TEXT[lang]
    lines: list[tuple[str, str]] = []
    doubts: tuple[Sentence, ...] = ()
    with suppress(NoBundle, NoObservations, UnreadableBundle):
        one = app_state.issued(plan.slug, slug, as_of_date(str(month))).view
        doubts = doubts_of(one, found[0]) if len(found) == 1 else ()
        year = one.projected
        if one.actual_to_date is not None and one.cutoff and one.data_status:
            sum_known = amount(one.actual_to_date, kpi.unit, lang, kpi.decimals)
            label = text["check.actual"].format(month=month_name(one.cutoff, lang))
            lines.append((label, f"{sum_known} ({FIGURE[lang][one.data_status]})"))
        if year is not None:
            shown, band = writer(year, kpi.decimals, lang), year.quantiles
            unit = unit_name(kpi.unit, lang)
            lines.append((text["projected_year"], f"{shown(year.median)} {unit}"))
            ends = f"{shown(band.q025)} – {shown(band.q975)}"
            lines.append((text["check.interval"], ends))
    if known is not None:
        value = written(known.value, lang, kpi.unit)
        lines.append(
            (
                text["check.now"],
                f"{value} ({person(known.author, lang)}, {STATE[lang][known.state]})",
            )
        )
    return CheckContent(
        kpi=slug,
        kpi_name=name_of(kpi, lang),
        plan_name=name_of(plan, lang),
        action="estimate",
        choices=tuple((repr(value), written(value, lang, kpi.unit)) for value in found),
        doubts=tuple(doubt[lang] for doubt in doubts),
        lines=tuple(lines),
    )


def progress_check(plan: Plan, slug: str, entry: Progress | None, lang: Lang) -> CheckContent:
    """A report about a task; None if it could not be read."""
    kpi, text, lines = plan.kpi(slug), TEXT[lang], []
    if entry is not None:
        if entry.step:
            lines.append((text["step"], entry.step))
        if entry.done is not None:
            lines.append((text["done"], written(entry.done, lang, kpi.unit)))
        if entry.obstacle:
            lines.append((text["obstacle"], entry.obstacle))
        if entry.judgement is not None:
            lines.append((text["kpi.judgement"], percent(100 * entry.judgement, lang, 0)))
    return CheckContent(
        kpi=slug,
        kpi_name=name_of(kpi, lang),
        plan_name=name_of(plan, lang),
        action="progress",
        choices=(),
        doubts=(),
        lines=tuple(lines),
    )
