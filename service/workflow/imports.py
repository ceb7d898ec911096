"""Uploads and imports as JSON: what a preview shows, and what went in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from data.db.store import Store
from data.ingestion.imports import Preview, import_of, previewed
from data.ingestion.preview import FilePreview, UnknownRow
from data.ingestion.reading import ReadRow
from data.ingestion.rows import Import, Withdrawal
from data.ingestion.suspicion import Suspicion
from data.plans.kpi import Kpi
from data.plans.rows import kpis_of
from data.vintages.comparison import Compared, State
from data.vintages.observation import PER_CENT, UNDATED, Observation
from models.errors import ImportConflict
from service.texts import LANGUAGES, SUSPICION, Lang, number, percent, signed_percent

Json = dict[str, Any]
SHOWN, MOST = 500, 20_000  # figures listed in one answer
_ORDER: Mapping[State, int] = {"revised": 1, "new": 2, "unchanged": 3}


def import_view(store: Store, id: str, figures: int = SHOWN) -> Json:
    """One upload or import; of an upload that waits with its preview, as things are now.

    Raises
    ------
    UnknownImport
        If there is neither.
    """
    try:
        return preview_view(store, previewed(store, id), figures)
    except ImportConflict:  # it was committed
        return imported_view(import_of(store, id))


def preview_view(store: Store, shown: Preview, figures: int = SHOWN) -> Json:
    """An upload and its preview; at most so many figures, the most notable first."""
    kpis = {kpi.slug: kpi for kpi in kpis_of(store, shown.upload.family)}
    upload = shown.upload
    listed = sorted(
        (one for file in shown.files for one in _figures(file, kpis)),
        key=lambda one: 0 if one["suspicions"] else _ORDER[one["state"]],
    )
    return {
        "id": upload.id,
        "family": upload.family,
        "state": "preview",
        "by": upload.by,
        "at": upload.at.isoformat(timespec="seconds"),
        "files": [_file(one.read.file, one.added.new, one.added.unchanged) for one in shown.files],
        "withdrawn": None,
        "preview": {
            "plan": upload.plan,
            "published": upload.published and upload.published.isoformat(),
            "expires": upload.expires.isoformat(timespec="seconds"),
            "mark": shown.token,
            "files": [_previewed_file(one) for one in shown.files],
            "rows": _rows(shown),
            "unknown": [_unknown(one, kpis) for one in shown.unknown],
            "figures": listed[:figures],
            "figures_left_out": max(len(listed) - figures, 0),
        },
    }


def imported_view(one: Import) -> Json:
    """An import that was made."""
    return {
        "id": one.id,
        "family": one.family,
        "state": "withdrawn" if one.withdrawn else "committed",
        "by": one.by,
        "at": one.at.isoformat(timespec="seconds"),
        "files": [_file(file.file, file.new, file.unchanged) for file in one.files],
        "withdrawn": one.withdrawn and _withdrawal(one.withdrawn),
        "preview": None,
    }


def _withdrawal(one: Withdrawal) -> Json:
    return {"by": one.by, "at": one.at.isoformat(timespec="seconds"), "reason": one.reason}


def _file(name: str, new: int, unchanged: int) -> Json:
    return {"file": name, "new": new, "unchanged": unchanged}


def _previewed_file(one: FilePreview) -> Json:
    added = one.added
    return {
        "file": one.read.file,
        "tables": list(one.read.tables),
        "rows": one.read.printed,
        "new": added.new,
        "unchanged": added.unchanged,
        "revised": added.revised,
        "suspicious": len(one.suspicions),
        "loaded_before": one.loaded_before,
        "problem": one.problem,
        "notes": list(one.read.notes),
    }


def _rows(shown: Preview) -> list[Json]:
    """The rows that have a KPI, or that a person set aside, each once for all files."""
    first: dict[Any, ReadRow] = {}
    figures: Counter[Any] = Counter()
    for file in shown.files:
        for one in file.read.rows:
            if one.how != "unknown":
                first.setdefault(one.row.key, one)
                figures[one.row.key] += one.figures
    return [
        {**_place(one), "figures": figures[key], "kpi": one.kpi, "how": one.how}
        for key, one in first.items()
    ]


def _place(one: ReadRow | UnknownRow) -> Json:
    row = one.row
    return {
        "table": row.table,
        "row": row.label,
        "quantity": row.quantity,
        "occurrence": row.occurrence,
        "unit": row.unit,
    }


def _unknown(one: UnknownRow, kpis: Mapping[str, Kpi]) -> Json:
    made = [
        {"kpi": other.kpi, "name": _name(kpis[other.kpi]), "similarity": other.similarity}
        for other in one.suggestions
    ]
    return {**_place(one), "files": one.times, "suggestions": made}


def _name(kpi: Kpi) -> Json:
    return {"vi": kpi.name_vi, "en": kpi.name_en}


def _figures(file: FilePreview, kpis: Mapping[str, Kpi]) -> Iterator[Json]:
    doubts: dict[tuple[str, str], list[Suspicion]] = {}
    for one in file.suspicions:
        doubts.setdefault((one.kpi, one.source), []).append(one)
    for compared in file.figures:
        figure = compared.observation
        kpi = kpis[figure.kpi]
        yield {
            "file": file.read.file,
            "kpi": figure.kpi,
            "month": str(figure.month),
            "form": figure.form,
            "value": figure.value,
            "unit": "%" if figure.form in PER_CENT else kpi.unit,
            "status": figure.status,
            "published": _day(figure),
            "source": figure.source,
            "state": compared.state,
            "counts": compared.counts,
            **_change(compared),
            "suspicions": [
                _suspicion(one, kpi.decimals)
                for one in doubts.get((figure.kpi, figure.source), ())
                if (one.month, one.form, one.value)
                == (str(figure.month), figure.form, figure.value)
            ],
        }


def _change(compared: Compared) -> Json:
    old = compared.old
    if old is None:
        return {"old": None, "change": None}
    before = {"value": old.value, "status": old.status, "published": _day(old)}
    return {"old": before, "change": compared.change}


def _day(figure: Observation) -> str | None:
    return None if figure.published == UNDATED else figure.published.isoformat()


def _suspicion(one: Suspicion, decimals: int) -> Json:
    text = {lang: _sentence(one, lang, decimals) for lang in LANGUAGES}
    return {"why": one.why, "against": one.against, "text": text}


def _sentence(one: Suspicion, lang: Lang, decimals: int) -> str:
    rate = one.form in PER_CENT
    against = percent(one.against, lang) if rate else number(one.against, lang, decimals)
    ratio = one.value / one.against if one.against else 0.0
    return SUSPICION[lang][one.why].format(
        against=against,
        times=number(ratio, lang, 0 if ratio >= 1 else 6),
        change=signed_percent(100 * (ratio - 1), lang, 0),
    )
