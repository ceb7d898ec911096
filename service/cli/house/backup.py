"""`vedich backup`, `restore`, `export` and `clean`: a house, and what a body owns in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.arguments import PlanOption, family_plan, open_home, open_store


def backup(
    file: Annotated[Path, typer.Argument(help="The new file to write, such as monday.zip.")],
) -> None:
    """Write the whole house into one file, also while the service runs."""
    from data.db.backup.snapshot import backup as write

    settings, store = open_store()
    written = write(store, settings.home, file)
    print(
        f"{file}: {written.rows:,} rows, {written.files:,} files, {written.size / 1e6:.1f} MB; "
        f"head {written.head or '–'}"
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that vedich backup wrote.")],
) -> None:
    """Put a house back into an empty VEDICH_HOME and an empty database."""
    from data.db.backup.restore import restore as put_back

    settings = open_home()
    restored = put_back(file, settings.home, settings.store_url)
    print(
        f"{settings.home}: {restored.rows:,} rows, {restored.files:,} files; every hash agrees. "
        f"Head of the chain: {restored.head or '–'}"
    )


def export(
    target: Annotated[Path, typer.Argument(help="A new folder, or a new file: name.zip.")],
    plan: PlanOption = None,
) -> None:
    """Write everything that a plan's family owns as open files: CSV, JSON and a README."""
    from service.workflow.portable import export_plan

    settings, store = open_store()
    written = export_plan(store, settings, family_plan(store, plan).slug, target)
    print(f"{target}: {written.rows:,} rows, {written.files:,} files.")


def clean() -> None:
    """Delete uploads that were not committed in time, and sessions that have ended."""
    from datetime import UTC, datetime

    from service.workflow.retention import clean as delete

    settings, store = open_store()
    deleted = delete(store, settings, datetime.now(UTC))
    print(f"Deleted: {deleted.uploads:,} uploads, {deleted.sessions:,} sessions.")
