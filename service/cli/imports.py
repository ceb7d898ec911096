"""`vedich import`: list, show, undo; load what `vedich export` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.arguments import PlanOption, family_plan, open_store
from service.speech import told

import_app = typer.Typer(
    help="What was loaded: list, show, undo (vedich ingest loads files of figures).",
    no_args_is_help=True,
)
IdArgument = Annotated[str, typer.Argument(help="As in the list.")]


@import_app.command("list")
def import_list(plan: PlanOption = None) -> None:
    """The imports of a plan's family, newest first."""
    from data.ingestion.imports import imports_of
    from service.cli.output import show_imports

    _settings, store = open_store()
    show_imports(imports_of(store, family_plan(store, plan).family))


@import_app.command("show")
def import_show(id: IdArgument) -> None:
    """An import with its files, or an upload with its preview, as JSON."""
    from service.projections.shape import indented
    from service.workflow.imports import MOST, import_view

    _settings, store = open_store()
    print(indented(import_view(store, id, MOST)))


@import_app.command("undo")
def import_undo(
    id: IdArgument,
    reason: Annotated[str, typer.Option(help="Why it is withdrawn.")] = "",
) -> None:
    """Withdraw an import; nothing is deleted, and its files may be loaded again."""
    from data.db.audit import process_user
    from data.ingestion.imports import undo

    _settings, store = open_store()
    withdrawn = undo(store, id, process_user(), reason)
    files = ", ".join(one.file for one in withdrawn.files)
    print(
        told(
            "{family}: import {id} ({files}) was withdrawn.",
            family=withdrawn.family,
            id=withdrawn.id,
            files=files,
        )
    )


@import_app.command("load")
def import_load(
    source: Annotated[Path, typer.Argument(help="A folder or file that vedich export wrote.")],
) -> None:
    """Load everything a body owns into a house without plans and figures."""
    from data.db.audit import process_user
    from data.db.backup.portable import read_back

    settings, store = open_store()
    loaded = read_back(store, settings.bundles, source, process_user())
    print(
        told(
            "{source}: {rows} rows, {files} files; every hash agrees.",
            source=source,
            rows=loaded.rows,
            files=loaded.files,
        )
    )
