"""Files of figures from upload to store: preview, match rows, commit, undo.

A preview shows what committing would do, before anything is written. Committing
reads the same bytes again and writes all files or none; it refuses if stored
figures, plan or matches have changed since the preview. Undoing deletes nothing:
the import is withdrawn, and from then on no view of any day contains its figures,
since they were an error and never a vintage. Figures issued before still replay,
because a stamp uses the imports as stored when it was made (`stored_at` of
`data.vintages.panel_rows.load_panel`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from data.db.store import Store
from data.ingestion.layouts import explained, read_maps, write_map
from data.ingestion.preview import FilePreview, UnknownRow, preview_file, token_of, unknown_rows
from data.ingestion.reading import Claims, FileRead, PrintedRow, ReadRow, RowKey, read_file
from data.ingestion.rows import (
    KEPT,
    Import,
    Upload,
    UploadedFile,
    drop_upload,
    pending_bytes,
    read_files,
    read_import,
    read_imports,
    read_matches,
    read_upload,
    save_token,
    write_match,
    write_upload,
    write_withdrawal,
)
from data.plans.kpi import Kpi
from data.plans.rows import read_kpis, read_plan
from data.readers.mapped.table_map import TableMap
from data.readers.spreadsheet.words import units_differ
from data.telemetry.spans import span
from data.vintages.comparison import StoredFigures
from data.vintages.rows import (
    ImportRecord,
    read_observations,
    was_imported,
    write_observations,
)
from models.errors import (
    ImportConflict,
    InputError,
    Phrase,
    UnknownKpi,
    UploadBudgetSpent,
    UploadTooLarge,
)

MAX_FILES, MAX_BYTES, MAX_FIGURES = 24, 32_000_000, 100_000  # of one upload


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """What committing an upload would do; `token` identifies exactly that."""

    upload: Upload
    files: tuple[FilePreview, ...]
    unknown: tuple[UnknownRow, ...]
    token: str


@dataclass(frozen=True)
class Budget:
    """Bytes that pending uploads may hold: those of a caller, those of all callers."""

    caller: int
    house: int


@dataclass(frozen=True)
class Base:
    """The context in which files are read: KPIs, and rows and layouts that people explained."""

    kpis: tuple[Kpi, ...]
    matches: Mapping[RowKey, str | None] = field(default_factory=dict)
    maps: Mapping[str, TableMap] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, family: str) -> Base:
        """Raise `InputError` if no plan of the family is loaded."""
        kpis = read_kpis(connection, family)
        if not kpis:
            raise InputError(
                "no plan of family '{family}' is loaded; import its plan first.", family=family
            )
        return cls(kpis, read_matches(connection, family), read_maps(connection, family))

    def read(self, files: Sequence[UploadedFile], published: date | None) -> list[FileRead]:
        """Read files; raise `UploadTooLarge` above `MAX_FIGURES` figures in all."""
        claims, figures = self.claims(), 0
        reads = []
        for uploaded in files:
            read = read_file(uploaded.content, uploaded.file, claims, published)
            figures += len(read.observations)
            if figures > MAX_FIGURES:
                raise UploadTooLarge(
                    "expected at most {most:,} figures at once, found {figures:,} up to "
                    "{file}. Upload the files one by one, or split the table.",
                    most=MAX_FIGURES,
                    figures=figures,
                    file=read.file,
                )
            reads.append(read)
        return reads

    def claims(self) -> Claims:
        return Claims.of(self.kpis, self.matches, self.maps)


def preview(
    store: Store,
    plan: str,
    files: Sequence[UploadedFile],
    by: str,
    *,
    published: date | None = None,
    moment: datetime | None = None,
    budget: Budget | None = None,
) -> Preview:
    """Show what files contain and would change, and store them until they are committed.

    Parameters
    ----------
    plan : slug; the figures go to its family
    by : who uploads
    published : publication date of all files; default as in `data.ingestion.reading.read_file`
    moment : default now
    budget : of pending uploads; default without limit

    Raises
    ------
    UnknownPlan
        If there is no such plan.
    UploadBudgetSpent
        If the caller's pending uploads, or all, would exceed the budget.
    UploadTooLarge
        If there are more than 24 files, 32 MB or 100,000 figures.
    InputError
        If there is no file.
    """
    check_size(len(files), sum(len(file.content) for file in files))
    with store.reading() as connection:
        family = read_plan(connection, plan).family
        base = Base.of(connection, family)
    reads = base.read(files, published)
    now = moment or datetime.now(UTC)
    upload = Upload(f"u{secrets.token_hex(8)}", family, plan, published, "", by, now)
    with store.reading() as connection:
        shown = _preview(connection, upload, base, reads)
    with store.writing() as connection:
        if budget is not None:
            _check_budget(connection, budget, upload, sum(len(file.content) for file in files))
        write_upload(connection, shown.upload, files)
    return shown


def _check_budget(connection: Connection, budget: Budget, upload: Upload, size: int) -> None:
    """Raise `UploadBudgetSpent` if an upload does not fit beside those that are pending."""
    since = upload.at - KEPT
    pending = pending_bytes(connection, since)
    checks = (
        (pending.get(upload.by, 0), budget.caller, f"'{upload.by}'"),
        (sum(pending.values()), budget.house, Phrase("everybody")),
    )
    for held, most, whose in checks:
        if held + size > most:
            raise UploadBudgetSpent(
                "expected at most {most:.0f} MB in uploads of {whose} that wait for a commit, "
                "found {held:.1f} MB waiting and {size:.1f} MB more. Commit those that are good; "
                "the others are dropped {days} days after they came.",
                most=most / 1e6,
                whose=whose,
                held=held / 1e6,
                size=size / 1e6,
                days=KEPT.days,
            )


def check_size(files: int, size: int) -> None:
    """Raise `UploadTooLarge`, or `InputError` without any file."""
    if not files:
        raise InputError("expected a workbook or a CSV file, found none. Send at least one.")
    if files > MAX_FILES or size > MAX_BYTES:
        raise UploadTooLarge(
            "expected at most {most} files and {megabytes} MB at once, found {files} "
            "files and {size:.1f} MB or more. Upload them in several steps, or load "
            "them with vedich ingest.",
            most=MAX_FILES,
            megabytes=MAX_BYTES // 1000000,
            files=files,
            size=size / 1000000.0,
        )


def previewed(store: Store, id: str, moment: datetime | None = None) -> Preview:
    """What committing an upload would do now; raise `UnknownImport`."""
    with store.reading() as connection:
        upload = _pending(connection, id, moment or datetime.now(UTC))
        base = Base.of(connection, upload.family)
        reads = base.read(read_files(connection, id), upload.published)
        return _preview(connection, upload, base, reads)


def match_row(
    store: Store,
    id: str,
    row: PrintedRow,
    kpi: str | None,
    by: str,
    moment: datetime | None = None,
) -> Preview:
    """Match a row of an upload to a KPI (None: to no KPI); return the new preview.

    The match holds for all later imports of the family, until the row is matched again.

    Raises
    ------
    UnknownImport, UnknownKpi
        If there is no such upload or KPI.
    InputError
        If the upload has no such row to be matched, or the KPI cannot take its figures.
    """
    now = moment or datetime.now(UTC)
    before = previewed(store, id, now)
    family = before.upload.family
    found = [read for file in before.files for read in file.read.rows if read.row.key == row.key]
    if not any(read.how != "plan" for read in found):
        raise InputError(_no_such_row(row, before))
    with store.writing() as connection:
        if kpi is not None:
            _check_match(found[0], kpi, read_kpis(connection, family))
        write_match(connection, family, found[0].row, kpi, by, now)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        save_token(connection, id, shown.token)
    return shown


def explain(
    store: Store, id: str, file: str, columns: str, by: str, moment: datetime | None = None
) -> Preview:
    """Say which column of a file of an upload is what; return the new preview.

    It holds for all later files of the family with the same headings.

    Raises
    ------
    UnknownImport
        If there is no such upload.
    InputError
        If the upload has no such file, or the words do not fit it.
    """
    now = moment or datetime.now(UTC)
    with store.reading() as connection:
        family = _pending(connection, id, now).family
        files = {each.file: each.content for each in read_files(connection, id)}
    if file not in files:
        names = ", ".join(f"'{name}'" for name in files)
        raise InputError(
            "expected a file of this upload, one of {names}; found '{file}'.",
            names=names,
            file=file,
        )
    known = explained(files[file], file, columns)
    with store.writing() as connection:
        write_map(connection, family, known, by, now)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        save_token(connection, id, shown.token)
    return shown


def commit(
    store: Store, id: str, by: str, *, token: str | None = None, moment: datetime | None = None
) -> Import:
    """Write all files of an upload, or none.

    Parameters
    ----------
    token : of the preview that the user looked at; default the newest preview made
        by uploading or matching

    Raises
    ------
    UnknownImport
        If no such upload is pending.
    ImportConflict
        If it was committed already, or would do something else than the preview
        showed; the preview is then refreshed.
    InputError
        If a file has a problem, or no figure in the files is new.
    """
    with span("import", {"import": id}):
        written = _commit(store, id, by, token, moment or datetime.now(UTC))
        log.info("import committed: %d files", len(written.files))
        return written


def _commit(store: Store, id: str, by: str, token: str | None, now: datetime) -> Import:
    with store.reading() as connection:
        upload = _pending(connection, id, now)
        files = read_files(connection, id)
        base = Base.of(connection, upload.family)
    reads = base.read(files, upload.published)
    with store.writing() as connection:
        _pending(connection, id, now)
        if Base.of(connection, upload.family) == base:
            shown = _preview(connection, upload, base, reads)
            if shown.token == (token or upload.token):
                return _write(connection, shown, by, now)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        save_token(connection, id, shown.token)
    raise ImportConflict(
        "expected the figures as the preview of '{id}' showed them, found that "
        "figures, plan or matches have changed since. Look at the preview again (GET "
        "/v1/imports/{id}), then commit.",
        id=id,
    )


def undo(
    store: Store, id: str, by: str, reason: str = "", moment: datetime | None = None
) -> Import:
    """Withdraw an import, so that every view is as if it had never been made.

    Figures that another import repeats stay.

    Raises
    ------
    UnknownImport
        If there is no such import.
    ImportConflict
        If it was withdrawn already.
    """
    with store.writing() as connection:
        found = read_import(connection, id)
        if found.withdrawn is not None:
            raise ImportConflict(
                "expected an import in force, found that '{id}' was withdrawn by {by} on "
                "{at:%Y-%m-%d}. Upload its files again if they are right after all.",
                id=id,
                by=found.withdrawn.by,
                at=found.withdrawn.at,
            )
        write_withdrawal(connection, found, by, moment or datetime.now(UTC), reason)
        return read_import(connection, id)


def imports_of(store: Store, family: str) -> tuple[Import, ...]:
    """All imports of a family, newest first, withdrawn ones included."""
    with store.reading() as connection:
        return read_imports(connection, family)


def import_of(store: Store, id: str) -> Import:
    """An import by its id; raise `UnknownImport`."""
    with store.reading() as connection:
        return read_import(connection, id)


def _pending(connection: Connection, id: str, moment: datetime) -> Upload:
    upload = read_upload(connection, id, moment)
    if upload is not None:
        return upload
    done = read_import(connection, id)  # or UnknownImport
    raise ImportConflict(
        "expected a pending upload, found that '{id}' was committed by {by} on "
        "{at:%Y-%m-%d}. Upload the files again to load them again.",
        id=id,
        by=done.by,
        at=done.at,
    )


def _preview(
    connection: Connection, upload: Upload, base: Base, reads: Sequence[FileRead]
) -> Preview:
    """The preview of files that were read, compared with the stored figures."""
    stored = StoredFigures(read_observations(connection, upload.family))
    files = tuple(
        preview_file(read, stored, base.kpis, was_imported(connection, upload.family, read.sha256))
        for read in reads
    )
    token = token_of(files)
    return Preview(replace(upload, token=token), files, unknown_rows(reads, base.kpis), token)


def _write(connection: Connection, shown: Preview, by: str, moment: datetime) -> Import:
    problems = [file.problem for file in shown.files if file.problem]
    if problems:
        raise InputError(
            "{problems} {broken} of {files} files cannot be used, so none was "
            "loaded: match the unknown rows, or upload the others without them.",
            problems=problems[0],
            broken=len(problems),
            files=len(shown.files),
        )
    if all(file.loaded_before and not file.added.new for file in shown.files):
        raise InputError(
            "expected figures that are not stored yet, found that all of these files were loaded "
            "before. There is nothing to commit."
        )
    for file in shown.files:
        read = file.read
        record = ImportRecord(read.file, read.sha256, by, moment, shown.upload.id)
        write_observations(
            connection, shown.upload.family, read.observations, record, False, read.dated
        )
    drop_upload(connection, shown.upload.id)
    return read_import(connection, shown.upload.id)


def _no_such_row(row: PrintedRow, shown: Preview) -> str:
    names = ", ".join(f"'{each.row.label}' ({each.row.table})" for each in shown.unknown[:8])
    return (
        f"expected a row of this upload that no KPI claims, found '{row.label}' of table "
        f"'{row.table}'. Rows to match: {names or 'none'}."
    )


def _check_match(given: ReadRow, slug: str, kpis: Sequence[Kpi]) -> None:
    kpi = next((each for each in kpis if each.slug == slug), None)
    if kpi is None:
        known = ", ".join(each.slug for each in kpis)
        raise UnknownKpi(
            "the plan's family has no KPI '{slug}'; it has {known}.", slug=slug, known=known
        )
    if not kpi.takes_figures:
        raise InputError(
            "expected a KPI with figures of its own, found '{slug}', which has none: it "
            "is computed from others, or reported as a task or in words.",
            slug=slug,
        )
    if units_differ(given.row.unit, kpi.unit):
        raise InputError(
            "expected a row in the unit of '{slug}', '{unit}', found '{given}'. Units "
            "are never converted silently: choose another KPI.",
            slug=slug,
            unit=kpi.unit,
            given=given.row.unit,
        )
