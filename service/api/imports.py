"""Uploading files of figures: preview, commit, undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from data.ingestion.imports import (
    MAX_BYTES,
    MAX_FILES,
    Budget,
    check_size,
    commit,
    explain,
    imports_of,
    match_row,
    preview,
    undo,
)
from data.ingestion.reading import PrintedRow
from data.ingestion.rows import UploadedFile
from data.plans.rows import load_plan
from models.errors import InputError
from service.auth.access import Checker, Entry, requires
from service.projections.shape import Day
from service.shapes.imports import (
    CommitStep,
    ImportList,
    ImportShape,
    LayoutStep,
    RowMatch,
    UndoStep,
)
from service.web.answer_cache import uncached
from service.web.bodies import largest_body
from service.web.respond import TheAppState, answer, problems
from service.workflow.imports import MOST, SHOWN, import_view, imported_view, preview_view

router = APIRouter(prefix="/v1/imports", tags=["imports"])
IN_MEMORY = 1_000_000  # bytes of a file; what is more goes to the disk
ImportId = Annotated[str, Path(max_length=20, examples=["u3f6c0a9b2d417e58"])]
PlanQuery = Annotated[str, Query(description="plan slug", examples=["vietnam-2021"])]
MultipartOrFile = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@dataclass(frozen=True)
class Received:
    """A file of a request under its name; its bytes are on the disk beyond the first megabyte."""

    name: str
    file: UploadFile

    def read(self) -> UploadedFile:
        """The file with its bytes in memory; for one request at a time."""
        return UploadedFile(self.name, self.file.file.read())


async def uploaded(
    request: Request,
    file: Annotated[
        str | None, Query(description="name of the file, when the body is the file itself")
    ] = None,
) -> AsyncIterator[list[Received]]:
    """The files of a request: the parts of a form, or the body under the name `file`."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=10 * MAX_FILES) as form:
            parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            yield [Received(_name(part.filename or ""), part) for part in parts]
        return
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spooled:
        whole, size = UploadFile(spooled), 0  # type: ignore[arg-type]
        async for piece in request.stream():
            size += len(piece)
            check_size(1, size)
            await whole.write(piece)
        if size and file is None:
            raise InputError(
                "expected the name of the file, found none. Send a form (multipart/form-data), or "
                "the file as the body with ?file=NAME."
            )
        await whole.seek(0)
        yield [Received(_name(file or ""), whole)] if size else []


@router.post(
    "",
    status_code=201,
    response_model=ImportShape,
    responses=problems(404, 413, 422),
    openapi_extra=MultipartOrFile,
)
@largest_body(MAX_BYTES + 1_000_000)  # a form has more to it than its files
def upload(
    by: Entry,
    app_state: TheAppState,
    plan: PlanQuery,
    files: Annotated[list[Received], Depends(uploaded)],
    published: Annotated[
        Day | None,
        Query(description="publication date of all files; default: the date each file gives"),
    ] = None,
    figures: Annotated[int, Query(ge=0, le=MOST)] = SHOWN,
) -> Response:
    """Read files and show what committing them would do; no figure is written yet."""
    settings = app_state.settings
    check_size(len(files), sum(one.file.size or 0 for one in files))
    with app_state.reading_files:
        read = [one.read() for one in files]
        budget = Budget(settings.uploads_of_caller, settings.uploads_of_all)
        shown = preview(app_state.store, plan, read, by.name, published=published, budget=budget)
    found = preview_view(app_state.store, shown, figures)
    return answer(found, 201, f"/v1/imports/{found.id}")


@router.get(
    "",
    dependencies=[requires("viewer")],
    response_model=ImportList,
    responses=problems(404, 422),
)
def imports(app_state: TheAppState, plan: PlanQuery) -> Response:
    """The imports of a plan's family, newest first, withdrawn ones included."""
    family = load_plan(app_state.store, plan).family
    found = (imported_view(one) for one in imports_of(app_state.store, family))
    return answer(ImportList(imports=tuple(found)))


@router.get(
    "/{id}",
    dependencies=[requires("viewer")],
    response_model=ImportShape,
    responses=problems(404, 422),
)
@uncached  # an upload waits until a moment
def one_import(
    id: ImportId, app_state: TheAppState, figures: Annotated[int, Query(ge=0, le=MOST)] = SHOWN
) -> Response:
    """An import, or an upload with its current preview."""
    with app_state.reading_files:
        return answer(import_view(app_state.store, id, figures))


@router.post("/{id}/matches", response_model=ImportShape, responses=problems(404, 409, 422))
def match(id: ImportId, app_state: TheAppState, by: Entry, row: RowMatch) -> Response:
    """Match a row to a KPI, for this and all later imports; answers with the new preview."""
    printed = PrintedRow(row.table, row.row, row.quantity, row.occurrence)
    with app_state.reading_files:
        matched = match_row(app_state.store, id, printed, row.kpi, by.name)
        return answer(preview_view(app_state.store, matched))


@router.post("/{id}/layouts", response_model=ImportShape, responses=problems(404, 409, 422))
def layout(id: ImportId, app_state: TheAppState, by: Entry, step: LayoutStep) -> Response:
    """Say which column of a file is what, for this and all later files with its headings."""
    with app_state.reading_files:
        shown = explain(app_state.store, id, step.file, step.columns, by.name)
        return answer(preview_view(app_state.store, shown))


@router.post("/{id}/commit", response_model=ImportShape, responses=problems(404, 409, 422))
def commit_upload(
    id: ImportId,
    app_state: TheAppState,
    by: Entry,
    step: Annotated[CommitStep | None, Body()] = None,
) -> Response:
    """Write all files of an upload, or none of them."""
    with app_state.reading_files:
        made = commit(app_state.store, id, by.name, token=step.mark if step else None)
    return answer(imported_view(made))


@router.post("/{id}/undo", response_model=ImportShape, responses=problems(404, 409, 422))
def undo_import(
    id: ImportId,
    app_state: TheAppState,
    by: Checker,
    step: Annotated[UndoStep | None, Body()] = None,
) -> Response:
    """Withdraw an import: its figures leave the views of all days."""
    withdrawn = undo(app_state.store, id, by.name, step.reason if step else "")
    return answer(imported_view(withdrawn))


def _name(given: str) -> str:
    """A file's name without folders, from any operating system."""
    name = "".join(letter for letter in PureWindowsPath(given).name if letter.isprintable())
    if not name.strip(" .") or len(name) > 200:
        raise InputError(
            "expected the name of a file, of at most 200 characters, found '{given}'.",
            given=given[:50],
        )
    return name
