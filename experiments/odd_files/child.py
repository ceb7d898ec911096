"""Load one file in a process of its own, with its memory measured."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select

from data.db.store import Store
from data.db.tables import metadata
from data.ingestion.imports import commit, preview
from data.ingestion.rows import UploadedFile
from data.vintages.panel_rows import load_panel
from experiments.odd_files.family import FAMILY, SLUG, Figures
from experiments.odd_files.outcome import OddFile, Outcome
from models.errors import VedichError
from service.cli.main import main

# What the command loads when it runs, loaded once before the processes part.
LOADED = [
    import_module(name)
    for name in ("data.ingestion.ingest", "service.cli.output", "training.console")
]
CEILING = 4_000_000_000  # bytes of address space, so that a bomb cannot take the machine down


def outcome_of(file: OddFile, home: Path, folder: Path) -> Outcome:
    """Make a file, load it in children by command and by upload, and see what came of it.

    Parameters
    ----------
    home : a folder with a database that holds the family (see `family.prepare`)
    folder : an empty one for the file and a copy of the database
    """
    shutil.copytree(home, folder / "home")
    path = folder / file.name
    _in_child(lambda: {"made": path.write_bytes(file.make())})
    before, _ = _rows(folder / "home", "")
    shutil.copytree(home, folder / "other")
    start = time.perf_counter()
    told, peak = _in_child(lambda: _ingest(path, folder / "home"))
    seconds = time.perf_counter() - start
    after, figures = _rows(folder / "home", file.name)
    uploaded, peak_of_upload = _in_child(lambda: _upload(path, folder / "other"))
    _, figures_of_upload = _rows(folder / "other", file.name)
    text = f"{told.get('out', '')}\n{told.get('err', '')}"
    problems = [line for line in text.splitlines() if line.startswith("vedich: ")]
    return Outcome(
        message=" ".join(problems).removeprefix("vedich: "),
        figures=figures,
        summary=text,
        rows_before=before,
        rows_after=after,
        upload_message=str(uploaded.get("message", "")),
        upload_figures=figures_of_upload,
        upload_rows=len(figures_of_upload),
        traceback="Traceback" in text or "code" not in told or "message" not in uploaded,
        exit_code=int(told.get("code", -1)),
        peak_mb=max(peak, peak_of_upload) / 1000,
        seconds=seconds,
    )


def _in_child(work: Any) -> tuple[dict[str, Any], float]:
    """What the work says, and the most memory the child had, in kilobytes (1024 bytes)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        told: dict[str, Any] = {}
        try:
            resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
            told = work()
        except BaseException:  # noqa: BLE001  # whatever it is, it is told
            told = {"err": traceback.format_exc()}
        finally:
            with os.fdopen(write, "w") as pipe:
                json.dump(told, pipe)
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, _, used = os.wait4(child, 0)
    return json.loads(text or "{}"), used.ru_maxrss * 1.024


def _ingest(path: Path, home: Path) -> dict[str, Any]:
    """The command as a person runs it."""
    os.environ.update(VEDICH_HOME=str(home), COLUMNS="1000")
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(["ingest", str(path), "--plan", SLUG, "--workers", "1"])
        except SystemExit as end:
            code = int(end.code or 0)
    return {"out": out.getvalue(), "err": err.getvalue(), "code": code}


def _upload(path: Path, home: Path) -> dict[str, Any]:
    """Upload the file, look at it, and commit it, as the page does."""
    store = Store(create_engine(f"sqlite:///{home / 'vedich.db'}"))
    try:
        shown = preview(store, SLUG, [UploadedFile(path.name, path.read_bytes())], "somebody")
        commit(store, shown.upload.id, "somebody", token=shown.token)
    except VedichError as error:
        return {"message": str(error)}
    return {"message": ""}


def _rows(home: Path, file: str) -> tuple[int, Figures]:
    """Rows in all tables, and the figures that a file added."""
    store = Store(create_engine(f"sqlite:///{home / 'vedich.db'}"))
    try:
        with store.reading() as connection:
            rows = sum(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            )
        panel = load_panel(store, FAMILY)
        figures: Figures = {
            (one.kpi, str(one.month), one.form): one.value
            for one in panel.figures()
            if file and one.source.startswith(file)
        }
        return rows, figures
    finally:
        store.close()


def versions() -> dict[str, str]:
    """Of what reads the files."""
    from importlib.metadata import version

    names = ("openpyxl", "python-calamine", "lxml", "SQLAlchemy")
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}
