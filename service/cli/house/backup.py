"""`vedich backup`, `restore`, `export` and `clean`: a house, and what a body owns in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.arguments import PlanOption, family_plan, open_home, open_store
from service.speech import told


def backup(
    file: Annotated[Path, typer.Argument(help="The new file to write, such as monday.zip.")],
) -> None:
    """Write the whole house into one file, also while the service runs."""
    from data.db.backup.snapshot import backup as write

    settings, store = open_store()
    written = write(store, settings.home, file)
    print(
        told(
            "{file}: {rows} rows, {files} files, {size} MB. Head of the chain: {head}",
            file=file,
            rows=written.rows,
            files=written.files,
            size=f"{written.size / 1e6:.1f}",
            head=written.head or "–",
        )
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that vedich backup wrote.")],
) -> None:
    """Put a house back into an empty VEDICH_HOME and an empty database."""
    from data.db.backup.restore import restore as put_back

    settings = open_home()
    restored = put_back(file, settings.home, settings.store_url)
    print(
        told(
            "{home}: {rows} rows, {files} files; every hash agrees. Head of the chain: {head}",
            home=settings.home,
            rows=restored.rows,
            files=restored.files,
            head=restored.head or "–",
        )
    )


def export(
    target: Annotated[Path, typer.Argument(help="A new folder, or a new file: name.zip.")],
    plan: PlanOption = None,
) -> None:
    """Write everything that a plan's family owns as open files: CSV, JSON and a README."""
    from service.workflow.portable import export_plan

    settings, store = open_store()
    written = export_plan(store, settings, family_plan(store, plan).slug, target)
    print(
        told(
            "{target}: {rows} rows, {files} files.",
            target=target,
            rows=written.rows,
            files=written.files,
        )
    )


def clean() -> None:
    """Delete uploads that were not committed in time, and sessions that have ended."""
    from datetime import UTC, datetime

    from service.workflow.retention import clean as delete

    settings, store = open_store()
    deleted = delete(store, settings, datetime.now(UTC))
    print(
        told(
            "Deleted: {uploads} uploads, {sessions} sessions.",
            uploads=deleted.uploads,
            sessions=deleted.sessions,
        )
    )
