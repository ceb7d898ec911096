"""Files of figures from upload to store: preview, match rows, commit, undo.

A preview says what was understood before anything is written. Committing reads
the same bytes again and writes all files or none; when the figures kept have
changed in between, so that the preview no longer says what would happen, it
refuses. Undoing deletes nothing: the import is marked as taken back, and from
then on no view of any day holds its figures, since they were an error and never
a vintage. What was issued before is still found as it was, because a stamp
replays against the imports as they stood when it was made (`Store.panel`,
`held_at`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from data.db.store import Store
from data.ingestion.preview import FilePreview, UnknownRow, look_at, mark_of, unknown_rows
from data.ingestion.reading import Claims, FileRead, PrintedRow, ReadRow, RowKey, read_file
from data.ingestion.rows import (
    Import,
    Upload,
    UploadedFile,
    drop_upload,
    note_mark,
    one_import,
    read_files,
    read_imports,
    read_matches,
    read_upload,
    write_match,
    write_upload,
    write_withdrawal,
)
from data.plans.kpi import Kpi
from data.plans.rows import read_kpis, read_plan
from data.readers.spreadsheet.words import units_differ
from data.vintages.comparison import Held
from data.vintages.rows import (
    ImportRecord,
    read_observations,
    was_imported,
    write_observations,
)
from models.errors import ImportConflict, InputError, UnknownKpi, UploadTooLarge

MAX_FILES, MAX_BYTES, MAX_FIGURES = 24, 32_000_000, 100_000  # of one upload


@dataclass(frozen=True)
class Preview:
    """What committing an upload would do; `mark` names exactly that."""

    upload: Upload
    files: tuple[FilePreview, ...]
    unknown: tuple[UnknownRow, ...]
    mark: str


@dataclass(frozen=True)
class Base:
    """What files are read against: the family's KPIs, and what people said about rows."""

    kpis: tuple[Kpi, ...]
    matches: Mapping[RowKey, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, family: str) -> Base:
        """Raise `InputError` if no plan of the family is loaded."""
        kpis = read_kpis(connection, family)
        if not kpis:
            raise InputError(f"no plan of family '{family}' is loaded; import its plan first.")
        return cls(kpis, read_matches(connection, family))

    def read(self, files: Sequence[UploadedFile], published: date | None) -> list[FileRead]:
        """Read files; raise `UploadTooLarge` when they hold more figures than memory should."""
        claims, figures = self.claims(), 0
        reads = []
        for one in files:
            read = read_file(one.content, one.file, claims, published)
            figures += len(read.observations)
            if figures > MAX_FIGURES:
                raise UploadTooLarge(
                    f"expected at most {MAX_FIGURES:,} figures at once, found {figures:,} up to "
                    f"{read.file}. Upload the files one by one, or split the table."
                )
            reads.append(read)
        return reads

    def claims(self) -> Claims:
        return Claims.of(self.kpis, self.matches)


def preview(
    store: Store,
    plan: str,
    files: Sequence[UploadedFile],
    by: str,
    *,
    published: date | None = None,
    moment: datetime | None = None,
) -> Preview:
    """Say what files hold and would change, and keep them until they are committed.

    Parameters
    ----------
    plan : slug; the figures go to its family
    by : who uploads
    published : publication date of all files; else as in `data.ingestion.reading.read_file`
    moment : now, if not given

    Raises
    ------
    UnknownPlan
        If there is no such plan.
    UploadTooLarge
        If there are more than 24 files, 32 MB or 100,000 figures.
    InputError
        If there is no file.
    """
    check_size(len(files), sum(len(one.content) for one in files))
    with store.reading() as connection:
        family = read_plan(connection, plan).family
        base = Base.of(connection, family)
    reads = base.read(files, published)
    now = moment or datetime.now(UTC)
    upload = Upload(f"u{secrets.token_hex(8)}", family, plan, published, "", by, now)
    with store.reading() as connection:
        shown = _shown(connection, upload, base, reads)
    with store.writing() as connection:
        write_upload(connection, shown.upload, files)
    return shown


def check_size(files: int, size: int) -> None:
    """Refuse what is too much for one upload, or nothing."""
    if not files:
        raise InputError("expected a workbook or a CSV file, found none. Send at least one.")
    if files > MAX_FILES or size > MAX_BYTES:
        raise UploadTooLarge(
            f"expected at most {MAX_FILES} files and {MAX_BYTES // 1_000_000} MB at once, found "
            f"{files} files and {size / 1e6:.1f} MB or more. Upload them in several steps, or "
            "load them with vedich ingest."
        )


def previewed(store: Store, id: str, moment: datetime | None = None) -> Preview:
    """What committing an upload would do now; raise `UnknownImport`."""
    with store.reading() as connection:
        upload = _waiting(connection, id, moment or datetime.now(UTC))
        base = Base.of(connection, upload.family)
        reads = base.read(read_files(connection, id), upload.published)
        return _shown(connection, upload, base, reads)


def match_row(
    store: Store,
    id: str,
    row: PrintedRow,
    kpi: str | None,
    by: str,
    moment: datetime | None = None,
) -> Preview:
    """Say which KPI a row of an upload is (None: none of them); the preview anew.

    It holds for all later imports of the family, until somebody says otherwise.

    Raises
    ------
    UnknownImport, UnknownKpi
        If there is no such upload or KPI.
    InputError
        If the upload has no such row open to be matched, or the KPI cannot take its
        figures.
    """
    now = moment or datetime.now(UTC)
    before = previewed(store, id, now)
    family = before.upload.family
    here = [one for file in before.files for one in file.read.rows if one.row.key == row.key]
    if not any(one.how != "plan" for one in here):
        raise InputError(_no_such_row(row, before))
    with store.writing() as connection:
        if kpi is not None:
            _check_match(here[0], kpi, read_kpis(connection, family))
        write_match(connection, family, here[0].row, kpi, by, now)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        note_mark(connection, id, shown.mark)
    return shown


def commit(
    store: Store, id: str, by: str, *, mark: str | None = None, moment: datetime | None = None
) -> Import:
    """Write all files of an upload, or none.

    Parameters
    ----------
    mark : of the preview that was looked at; default the newest one made by
        uploading or matching

    Raises
    ------
    UnknownImport
        If no such upload waits.
    ImportConflict
        If it was committed already, or what it would do is not what the preview
        said; the preview is made anew then.
    InputError
        If a file has a problem, or nothing in the files is new.
    """
    now = moment or datetime.now(UTC)
    with store.reading() as connection:
        upload = _waiting(connection, id, now)
        files = read_files(connection, id)
        base = Base.of(connection, upload.family)
    reads = base.read(files, upload.published)
    with store.writing() as connection:
        _waiting(connection, id, now)
        if Base.of(connection, upload.family) == base:
            shown = _shown(connection, upload, base, reads)
            if shown.mark == (mark or upload.mark):
                return _write(connection, shown, by, now)
    shown = previewed(store, id, now)
    with store.writing() as connection:
        note_mark(connection, id, shown.mark)
    raise ImportConflict(
        f"expected the figures as the preview of '{id}' showed them, found that figures, plan or "
        f"matches have changed since. Look at the preview again (GET /v1/imports/{id}), then "
        "commit."
    )


def undo(
    store: Store, id: str, by: str, reason: str = "", moment: datetime | None = None
) -> Import:
    """Take an import back, so that every view is as if it had never been made.

    Figures that another import printed too stay.

    Raises
    ------
    UnknownImport
        If there is no such import.
    ImportConflict
        If it was taken back already.
    """
    with store.writing() as connection:
        taken = one_import(connection, id)
        if taken.withdrawn is not None:
            raise ImportConflict(
                f"expected an import that stands, found that '{id}' was taken back by "
                f"{taken.withdrawn.by} on {taken.withdrawn.at:%Y-%m-%d}. Upload its files again "
                "if they are right after all."
            )
        write_withdrawal(connection, taken, by, moment or datetime.now(UTC), reason)
        return one_import(connection, id)


def imports_of(store: Store, family: str) -> tuple[Import, ...]:
    """All imports of a family, the newest first, those taken back among them."""
    with store.reading() as connection:
        return read_imports(connection, family)


def import_of(store: Store, id: str) -> Import:
    """One import; raise `UnknownImport`."""
    with store.reading() as connection:
        return one_import(connection, id)


def _waiting(connection: Connection, id: str, moment: datetime) -> Upload:
    upload = read_upload(connection, id, moment)
    if upload is not None:
        return upload
    done = one_import(connection, id)  # or UnknownImport
    raise ImportConflict(
        f"expected an upload that waits, found that '{id}' was committed by {done.by} on "
        f"{done.at:%Y-%m-%d}. Upload the files again to load them anew."
    )


def _shown(
    connection: Connection, upload: Upload, base: Base, reads: Sequence[FileRead]
) -> Preview:
    """The preview of files that were read, beside the figures kept now."""
    held = Held(read_observations(connection, upload.family))
    files = tuple(
        look_at(read, held, base.kpis, was_imported(connection, upload.family, read.sha256))
        for read in reads
    )
    mark = mark_of(files)
    return Preview(replace(upload, mark=mark), files, unknown_rows(reads, base.kpis), mark)


def _write(connection: Connection, shown: Preview, by: str, moment: datetime) -> Import:
    problems = [one.problem for one in shown.files if one.problem]
    if problems:
        raise InputError(
            f"{problems[0]} {len(problems)} of {len(shown.files)} files cannot be used, so none "
            "was loaded: match the unknown rows, or upload the others without them."
        )
    if all(one.loaded_before and not one.added.new for one in shown.files):
        raise InputError(
            "expected figures that are not kept yet, found that all of these files were loaded "
            "before. There is nothing to commit."
        )
    for one in shown.files:
        read = one.read
        origin = ImportRecord(read.file, read.sha256, by, moment, shown.upload.id)
        write_observations(connection, shown.upload.family, read.observations, origin, False)
    drop_upload(connection, shown.upload.id)
    return one_import(connection, shown.upload.id)


def _no_such_row(row: PrintedRow, shown: Preview) -> str:
    names = ", ".join(f"'{one.row.label}' ({one.row.table})" for one in shown.unknown[:8])
    return (
        f"expected a row of this upload that no KPI claims, found '{row.label}' of table "
        f"'{row.table}'. Open are: {names or 'none'}."
    )


def _check_match(given: ReadRow, slug: str, kpis: Sequence[Kpi]) -> None:
    kpi = next((one for one in kpis if one.slug == slug), None)
    if kpi is None:
        known = ", ".join(one.slug for one in kpis)
        raise UnknownKpi(f"the plan's family has no KPI '{slug}'; it has {known}.")
    if not kpi.takes_figures:
        raise InputError(
            f"expected a KPI with figures of its own, found '{slug}', which has none: it is made "
            "of others, or reported as a task or in words."
        )
    if units_differ(given.row.unit, kpi.unit):
        raise InputError(
            f"expected a row in the unit of '{slug}', '{kpi.unit}', found '{given.row.unit}'. "
            "Units are never converted silently: choose another KPI."
        )
