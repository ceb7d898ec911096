"""`vedich changes`, `contributions` and `roll-up`: why figures changed, and totals of bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.arguments import (
    AsOfOption,
    LangOption,
    PlanOption,
    TextFormat,
    open_store,
    the_plan,
)

if TYPE_CHECKING:
    from service.projections.view import YearView
    from service.shapes.analysis import ChangeList, Contributions
    from service.shapes.roll_up import RollUp
    from service.texts import Lang


def changes(
    before: Annotated[str, typer.Option("--from", help="A vintage, YYYY-MM[-DD].")],
    after: Annotated[str, typer.Option("--to", help="A later one.")],
    plan: PlanOption = None,
    kpi: Annotated[str | None, typer.Option(help="KPI slug; default all.")] = None,
    format: Annotated[TextFormat, typer.Option(help="text or json.")] = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """Why projections changed: plan version, model, revisions, new month."""
    from service.analysis.changes import changes as split_changes
    from service.projections.basis import as_of_date
    from service.projections.shape import indented
    from service.state.app_state import AppState

    settings, store = open_store()
    slug = the_plan(store, plan)
    days = as_of_date(before), as_of_date(after)
    found = split_changes(AppState(settings, store), slug, *days, kpi)
    if format is TextFormat.json:
        print(indented(found))
    else:
        _show_changes(found, lang.value if lang else settings.lang)


def contributions(
    kpi: Annotated[str, typer.Argument(help="KPI slug of a total.")],
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    format: Annotated[TextFormat, typer.Option(help="text or json.")] = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """Growth of the year to date by component, in percentage points."""
    from service.analysis.contributions import contributions as of_components
    from service.projections.shape import indented
    from service.state.app_state import AppState

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    found = of_components(app_state.basis(slug, app_state.day_of(slug, as_of)), kpi)
    if format is TextFormat.json:
        print(indented(found))
    else:
        _show_contributions(found, lang.value if lang else settings.lang)


def roll_up(
    kpi: Annotated[str, typer.Argument(help="KPI slug, the same in every plan.")],
    year: Annotated[int, typer.Option(help="Of the plans.")],
    body: Annotated[
        str, typer.Option(help="Its plans and those of the bodies below it are added up.")
    ] = "house",
    as_of: AsOfOption = None,
    format: Annotated[TextFormat, typer.Option(help="text or json.")] = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """The total of a KPI over the plans of several bodies, with its own interval."""
    from service.analysis.roll_up import roll_up as total_of
    from service.projections.basis import as_of_date
    from service.projections.shape import indented
    from service.state.app_state import AppState

    settings, store = open_store()
    day = as_of_date(as_of) if as_of else None
    found = total_of(AppState(settings, store), body, kpi, year, day)
    if format is TextFormat.json:
        print(indented(found))
    else:
        _show_roll_up(found, lang.value if lang else settings.lang)


def _show_roll_up(found: RollUp, lang: Lang) -> None:
    from service.cli.output import say
    from service.texts import TEXT, amount, day_of, number

    def year(one: YearView) -> str:
        ends = (number(end, lang) for end in (one.quantiles.q10, one.quantiles.q90))
        return TEXT[lang]["roll_up.year"].format(
            median=amount(one.median, found.unit, lang), low=next(ends), high=next(ends)
        )

    day = day_of(found.as_of, lang)
    say(TEXT[lang]["roll_up.title"].format(name=found.name[lang], year=found.year, day=day))
    say(year(found.projected))
    for part in found.parts:
        label = f" ({part.label[lang]})" if part.label else ""
        say(f"  {part.plan}{label}: {year(part.projected)}  {part.stamp}")
    for left in found.without:
        text = TEXT[lang]["roll_up.without"].format(plan=left.plan, reason=left.reason)
        say(f"  {text}")


def _show_changes(found: ChangeList, lang: Lang) -> None:
    """The sentence of each KPI, with its parts below."""
    from service.analysis.change_sentences import parts_lines
    from service.cli.output import say
    from service.texts import CHANGE, day_of

    old, new = (day_of(end.as_of, lang) for end in (found.before, found.after))
    say(CHANGE[lang]["title"].format(plan=found.plan, old=old, new=new))
    if found.label:
        say(found.label[lang])
    for one in found.changes:
        say(one.sentence[lang])
        for line in parts_lines(one, lang):
            say(f"  {line}")
        say(f"  {one.stamp.before} → {one.stamp.after}")


def _show_contributions(found: Contributions, lang: Lang) -> None:
    from service.analysis.contributions import table_of
    from service.cli.output import say
    from service.texts import day_of

    say(f"{found.name[lang]}, {day_of(found.as_of, lang)}")
    for note in filter(None, (found.label, found.sentence, found.reason)):
        say(note[lang])
    for line in table_of(found, lang):
        say(f"  {line}")
