"""`vedich scenario`: what if, beside the projections; internal."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import InputError
from service.cli.arguments import (
    AsOfOption,
    LangOption,
    PlanOption,
    TextFormat,
    open_store,
    the_plan,
)

if TYPE_CHECKING:
    from service.shapes.analysis import ScenarioDetail
    from service.texts import Lang

app = typer.Typer(help="What if: run, list, show. Internal.", no_args_is_help=True)
FormatOption = Annotated[TextFormat, typer.Option("--format", help="text or json.")]


class Shape(StrEnum):
    """How months are changed; events are asked over HTTP."""

    percent = "percent"
    absolute = "absolute"
    known = "known"


@app.command()
def run(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    name: Annotated[str, typer.Option(help="What to find it again by.")] = "",
    kpi: Annotated[str | None, typer.Option(help="KPI slug.")] = None,
    month: Annotated[list[str] | None, typer.Option(help="YYYY-MM, once for each.")] = None,
    shape: Annotated[Shape, typer.Option(help="percent, absolute or known.")] = Shape.percent,
    value: Annotated[float | None, typer.Option(help="Per cent, or in the KPI's unit.")] = None,
    preset: Annotated[str | None, typer.Option(help="One that is ready, see list.")] = None,
    share: Annotated[
        float | None, typer.Option(help="For a closure: per cent that passes the gate.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Compute only, keep nothing.")] = False,
    format: FormatOption = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """Suppose months of a KPI otherwise, or a preset, and keep the result."""
    from data.db.audit import process_user
    from models.events.levers import Lever
    from models.series import Month
    from service.analysis import scenarios
    from service.state.app_state import AppState

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    levers: dict[str, list[Lever]] = {}
    if month or value is not None:
        if kpi is None:
            raise InputError("expected the KPI whose months change; give it: --kpi exports")
        levers[kpi] = [Lever(shape.value, tuple(map(Month.parse, month or ())), value)]
    change = {"kpi": kpi, "shape": shape.value, "months": month, "value": value}
    given = {} if share is None else {"share": share}
    definition = {"preset": preset, "kpi": kpi, "assumptions": given} if preset else {}
    asked = scenarios.ScenarioInput(
        name,
        levers,
        preset=preset,
        assumptions=given,
        kpi=kpi if preset else None,
        definition=definition | ({"changes": [change]} if levers else {}),
    )
    day = app_state.day_of(slug, as_of)
    if forget:
        found = scenarios.unsaved(
            scenarios.run(app_state, slug, day, asked), asked, process_user()
        )
    else:
        found = scenarios.save(app_state, slug, day, asked, process_user())
    _print(found, format, lang.value if lang else settings.lang)


@app.command("list")
def list_(plan: PlanOption = None, lang: LangOption = None) -> None:
    """Those that were kept, newest first, and those that are ready to be asked."""
    from service.analysis.scenarios import listed
    from service.cli.output import say
    from service.state.app_state import AppState

    settings, store = open_store()
    found = listed(AppState(settings, store), the_plan(store, plan))
    language = lang.value if lang else settings.lang
    for kept in found.scenarios:
        at = kept.at.isoformat()
        say(f"{kept.id}  {kept.name}  {kept.kpi}  {kept.as_of}  {kept.by}  {at}")
    for one in found.presets:
        say(f"--preset {one.preset}: {one.name[language]}. {one.basis[language]}")


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="As listed.")],
    plan: PlanOption = None,
    format: FormatOption = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """One scenario as it was kept."""
    from service.analysis.scenarios import saved
    from service.state.app_state import AppState

    settings, store = open_store()
    found = saved(AppState(settings, store), the_plan(store, plan), number)
    _print(found, format, lang.value if lang else settings.lang)


def _print(found: ScenarioDetail, format: TextFormat, lang: Lang) -> None:
    from service.cli.output import say
    from service.projections.shape import as_json, printed
    from service.texts import STATUS, TEXT, chance, day_of, number, unit_of

    if format is TextFormat.json:
        content = as_json(found)
        print(printed({key: content[key] for key in _keys(found)}))
        return
    text = TEXT[lang]
    say(f"{found.name} ({text['as_of'].lower()} {day_of(found.as_of, lang)})")
    for note in (found.notice, found.label):
        say(note[lang] if note else "")
    for told in found.assumptions:
        say(f"{told.name[lang]}: {told.value:g} {told.unit}. {told.basis[lang]}")
    for one in found.results:
        sides = []
        for year in (one.baseline, one.scenario):
            median = number(year.projected.median, lang, 1)
            chances = chance(year.probability, year.status, lang)
            sides.append(f"{median} ({chances}, {STATUS[lang][year.status]})")
        say(f"{one.name[lang]}, {unit_of(one, lang)}: {' → '.join(sides)}")


def _keys(found: ScenarioDetail) -> tuple[str, ...]:
    """The keys of the printed JSON; number, author and moment only of what was kept."""
    head = ("plan", "name", "note", "as_of", "internal", "notice", "label")
    if found.id is None:
        return (*head, "definition", "assumptions", "results")
    return (*head, "assumptions", "results", "definition", "id", "by", "at")
