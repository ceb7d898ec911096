"""Views of uploads and imports: what a preview shows, and what was loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from data.db.store import Store
from data.ingestion.imports import Preview, import_of, previewed
from data.ingestion.preview import FilePreview, UnknownRow
from data.ingestion.reading import ReadRow
from data.ingestion.rows import Import, Withdrawal
from data.ingestion.suspicion import Suspicion
from data.plans.kpi import Kpi
from data.plans.rows import kpis_of
from data.vintages.comparison import State
from data.vintages.dated import DatedFigure
from data.vintages.observation import PER_CENT, UNDATED, Observation
from models.errors import ImportConflict
from service.projections.shape import Name, if_known, in_both
from service.shapes.imports import (
    DatedShape,
    FigureShape,
    FilePreviewShape,
    ImportedFileShape,
    ImportShape,
    OldFigure,
    PreviewShape,
    RowShape,
    SuggestionShape,
    SuspicionShape,
    UnknownRowShape,
    WithdrawalShape,
)
from service.texts import SUSPICION, Lang, number, percent, signed_percent

SHOWN, MOST = 500, 20_000  # figures listed in one answer
_ORDER: Mapping[State, int] = {"revised": 1, "new": 2, "unchanged": 3}


def import_view(store: Store, id: str, figures: int = SHOWN) -> ImportShape:
    """An upload with its current preview, or an import.

    Raises
    ------
    UnknownImport
        If there is no upload or import of that id.
    """
    try:
        return preview_view(store, previewed(store, id), figures)
    except ImportConflict:  # it was committed
        return imported_view(import_of(store, id))


def preview_view(store: Store, shown: Preview, figures: int = SHOWN) -> ImportShape:
    """An upload and its preview; at most `figures` figures, suspicious and revised first."""
    kpis = {kpi.slug: kpi for kpi in kpis_of(store, shown.upload.family)}
    upload = shown.upload
    listed = sorted(
        (one for file in shown.files for one in _figures(file, kpis)),
        key=lambda one: 0 if one.suspicions else _ORDER[one.state],
    )
    return ImportShape(
        id=upload.id,
        family=upload.family,
        state="preview",
        by=upload.by,
        at=upload.at,
        files=tuple(
            _file(one.read.file, one.added.new, one.added.unchanged) for one in shown.files
        ),
        withdrawn=None,
        preview=PreviewShape(
            plan=upload.plan,
            published=upload.published,
            expires=upload.expires,
            mark=shown.token,
            files=tuple(_previewed_file(one, kpis) for one in shown.files),
            rows=_rows(shown),
            unknown=tuple(_unknown(one, kpis) for one in shown.unknown),
            figures=tuple(listed[:figures]),
            figures_left_out=max(len(listed) - figures, 0),
        ),
    )


def imported_view(one: Import) -> ImportShape:
    """An import, committed or withdrawn."""
    return ImportShape(
        id=one.id,
        family=one.family,
        state="withdrawn" if one.withdrawn else "committed",
        by=one.by,
        at=one.at,
        files=tuple(_file(file.file, file.new, file.unchanged) for file in one.files),
        withdrawn=if_known(one.withdrawn, _withdrawal),
        preview=None,
    )


def _withdrawal(one: Withdrawal) -> WithdrawalShape:
    return WithdrawalShape(by=one.by, at=one.at, reason=one.reason)


def _file(name: str, new: int, unchanged: int) -> ImportedFileShape:
    return ImportedFileShape(file=name, new=new, unchanged=unchanged)


def dated_shape(one: DatedFigure, unit: str) -> DatedShape:
    """A figure to a day, in its KPI's unit."""
    return DatedShape(
        kpi=one.kpi,
        from_day=one.from_day,
        to_day=one.to_day,
        value=one.value,
        unit=unit,
        status=one.status,
        published=one.published,
        source=one.source,
    )


def _previewed_file(one: FilePreview, kpis: Mapping[str, Kpi]) -> FilePreviewShape:
    added = one.added
    return FilePreviewShape(
        file=one.read.file,
        tables=one.read.tables,
        rows=one.read.printed,
        new=added.new,
        unchanged=added.unchanged,
        revised=added.revised,
        suspicious=len(one.suspicions),
        loaded_before=one.loaded_before,
        problem=one.problem,
        notes=one.read.notes,
        columns=one.read.columns,
        sample=one.read.sample,
        dated=tuple(dated_shape(each, kpis[each.kpi].unit) for each in one.read.dated),
    )


def _rows(shown: Preview) -> tuple[RowShape, ...]:
    """Rows with a KPI and rows ignored by a person, each once for all files."""
    first: dict[Any, ReadRow] = {}
    figures: Counter[Any] = Counter()
    for file in shown.files:
        for one in file.read.rows:
            if one.how != "unknown":
                first.setdefault(one.row.key, one)
                figures[one.row.key] += one.figures
    return tuple(_row(one, figures[key]) for key, one in first.items())


def _row(one: ReadRow, figures: int) -> RowShape:
    assert one.how != "unknown"
    return RowShape(
        table=one.row.table,
        row=one.row.label,
        quantity=one.row.quantity,
        occurrence=one.row.occurrence,
        unit=one.row.unit,
        figures=figures,
        kpi=one.kpi,
        how=one.how,
    )


def _unknown(one: UnknownRow, kpis: Mapping[str, Kpi]) -> UnknownRowShape:
    return UnknownRowShape(
        table=one.row.table,
        row=one.row.label,
        quantity=one.row.quantity,
        occurrence=one.row.occurrence,
        unit=one.row.unit,
        files=one.times,
        suggestions=tuple(
            SuggestionShape(
                kpi=other.kpi, name=_name(kpis[other.kpi]), similarity=other.similarity
            )
            for other in one.suggestions
        ),
    )


def _name(kpi: Kpi) -> Name:
    return Name(vi=kpi.name_vi, en=kpi.name_en)


def _figures(file: FilePreview, kpis: Mapping[str, Kpi]) -> Iterator[FigureShape]:
    suspicions: dict[tuple[str, str], list[Suspicion]] = {}
    for one in file.suspicions:
        suspicions.setdefault((one.kpi, one.source), []).append(one)
    for compared in file.figures:
        figure = compared.observation
        kpi = kpis[figure.kpi]
        yield FigureShape(
            file=file.read.file,
            kpi=figure.kpi,
            month=figure.month,
            form=figure.form,
            value=figure.value,
            unit="%" if figure.form in PER_CENT else kpi.unit,
            status=figure.status,
            published=_day(figure),
            source=figure.source,
            state=compared.state,
            counts=compared.counts,
            old=if_known(compared.old, _old),
            change=None if compared.old is None else compared.change,
            suspicions=tuple(
                _suspicion(one, kpi.decimals, kpis)
                for one in suspicions.get((figure.kpi, figure.source), ())
                if (one.month, one.form, one.value)
                == (str(figure.month), figure.form, figure.value)
            ),
        )


def _old(old: Observation) -> OldFigure:
    return OldFigure(value=old.value, status=old.status, published=_day(old))


def _day(figure: Observation) -> date | None:
    return None if figure.published == UNDATED else figure.published


def _suspicion(one: Suspicion, decimals: int, kpis: Mapping[str, Kpi]) -> SuspicionShape:
    return SuspicionShape(
        why=one.why,
        against=one.against,
        text=in_both(lambda lang: doubt_in_words(one, lang, decimals, kpis)),
    )


def doubt_in_words(one: Suspicion, lang: Lang, decimals: int, kpis: Mapping[str, Kpi]) -> str:
    """Why a figure is suspicious, as a sentence."""
    rate = one.form in PER_CENT
    against = percent(one.against, lang) if rate else number(one.against, lang, decimals)
    ratio = one.value / one.against if one.against else 0.0
    return SUSPICION[lang][one.why].format(
        against=against,
        times=number(ratio, lang, 0 if ratio >= 1 else 6),
        change=signed_percent(100 * (ratio - 1), lang, 0),
        others=", ".join(_name(kpis[other])[lang] for other in one.others),
    )
