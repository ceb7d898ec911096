"""What commands share: their options, and the store, plan and day that they work on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import InputError
from service.speech import told

if TYPE_CHECKING:
    from data.db.store import Store
    from data.plans.plan import Plan
    from data.settings import Settings


class Language(StrEnum):
    """Language of texts."""

    vi = "vi"
    en = "en"


class TextFormat(StrEnum):
    """Output format of an analysis."""

    text = "text"
    json = "json"


PlanOption = Annotated[
    str | None, typer.Option("--plan", help="Plan slug; default: the only one there is.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="YYYY-MM[-DD]: what was published up to then; default newest."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; default one per core.")]
EngineOption = Annotated[str, typer.Option("--engine", help="Where it runs: 'local' or 'dask'.")]
SchedulerOption = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of the Dask scheduler, tcp://HOST:8786."),
]
LangOption = Annotated[
    Language | None, typer.Option("--lang", help="vi or en; default: VEDICH_LANG.")
]


def open_store() -> tuple[Settings, Store]:
    """The settings, and the store they name."""
    from data.db.store import Store

    settings = open_home()
    return settings, Store.open(settings.store_url, settings.database_timeout)


def open_home() -> Settings:
    """The settings; their home is taken away from other users, with a note if it was open."""
    from data.home import tighten
    from data.settings import read_settings

    settings = read_settings()
    if closed := tighten(settings.home):
        note = told(
            "{home} could be read by other users; {closed} files and folders in it are now "
            "their owner's only.",
            home=settings.home,
            closed=closed,
        )
        print(f"vedich: {note}", file=sys.stderr)
    return settings


def the_plan(store: Store, given: str | None) -> str:
    """The given plan's slug, else the only plan's; prompts at a terminal if there are several."""
    from data.plans.rows import plan_slugs

    return given or _one_of(plan_slugs(store), "--plan")


def family_plan(store: Store, given: str | None) -> Plan:
    """The given plan; else any plan of the only family, prompting if there are several."""
    from data.plans.rows import load_plan, plan_slugs

    plans = plan_slugs(store)
    one_family = len({slug.rpartition("-")[0] for slug in plans}) == 1
    return load_plan(store, given or _one_of(plans[-1:] if one_family else plans, "--plan"))


def _one_of(slugs: Sequence[str], option: str) -> str:
    if not slugs:
        raise InputError("there is no plan yet. Load a sample: vedich init --sample vietnam-2021")
    if len(slugs) == 1:
        return slugs[0]
    names = ", ".join(slugs)
    if not sys.stdin.isatty():
        raise InputError(
            "there are several plans: {names}. Choose with {option}.", names=names, option=option
        )
    answer = str(typer.prompt(told("Which plan ({names})", names=names), err=True))
    if answer not in slugs:
        raise InputError("expected one of {names}; found '{answer}'.", names=names, answer=answer)
    return answer


def day_or_today(given: str | None, today: date) -> date:
    """The day given by an option; default today. `InvalidMonth` if it is not a valid day."""
    from data.readers.spreadsheet.months import read_day

    return today if given is None else read_day(given)


def publication_day(files: Sequence[Path], given: str | None) -> date | None:
    """The given day; else prompts at a terminal if a workbook's name has no date."""
    from data.readers.spreadsheet.cells import publication_date
    from data.readers.spreadsheet.months import read_day

    if given is not None:
        return read_day(given)
    undated = [file for file in files if _is_workbook(file) and not publication_date(file.name)]
    if not undated or not sys.stdin.isatty():
        return None
    if len(undated) < len(files):
        raise InputError(
            "{name}: its name does not begin with a publication date, others do. Load it "
            "separately with --published YYYY-MM-DD.",
            name=undated[0].name,
        )
    return read_day(str(typer.prompt(told("Publication date (YYYY-MM-DD)"), err=True)))


def _is_workbook(file: Path) -> bool:
    return file.suffix.lower() in (".xls", ".xlsx", ".xlsm")


def new_password() -> str:
    """The password: typed twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(
            typer.prompt(told("Password"), hide_input=True, confirmation_prompt=True, err=True)
        )
    return sys.stdin.readline().rstrip("\r\n")


def refuse_existing(file: Path) -> None:
    if file.exists():
        raise InputError("{file}: expected a new file, found one. Choose another name.", file=file)
