"""The data page: files to load, what loading them would do, and what was loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.ingestion.imports import imports_of
from data.plans.plan import Plan
from service.state.app_state import AppState
from service.texts import (
    FIGURE,
    FORM,
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    number,
    signed_percent,
    unit_name,
)
from service.workflow.imports import import_view, imported_view

Json = Any  # until its readers ask a view by attribute
LISTED = 200  # figures of a preview that a page shows, the most notable first


def data_content(
    app_state: AppState, plan: Plan, chosen: str | None, lang: Lang
) -> dict[str, Any]:
    """What the data page of a plan says.

    Parameters
    ----------
    chosen : id of an upload or an import to look at

    Raises
    ------
    UnknownImport
        If there is none of that id.
    """
    shown = None
    if chosen is not None:
        with app_state.reading_files:
            shown = _shown(import_view(app_state.store, chosen, LISTED), plan, lang)
    names = {kpi.slug: name_of(kpi, lang) for kpi in plan.kpis}
    return {
        "shown": shown,
        "kpis": sorted(names.items(), key=lambda item: item[1]),
        "imports": [
            _import(imported_view(one), lang) for one in imports_of(app_state.store, plan.family)
        ],
    }


def _import(one: Json, lang: Lang) -> dict[str, Any]:
    gone = one["withdrawn"]
    return {
        "id": one["id"],
        "at": day_of(one["at"][:10], lang),
        "by": one["by"],
        "files": [file["file"] for file in one["files"]],
        "new": number(sum(file["new"] for file in one["files"]), lang),
        "unchanged": number(sum(file["unchanged"] for file in one["files"]), lang),
        "withdrawn": gone
        and {"by": gone["by"], "at": day_of(gone["at"][:10], lang), "reason": gone["reason"]},
    }


def _shown(one: Json, plan: Plan, lang: Lang) -> dict[str, Any]:
    """An upload with its preview; an import that was made has none."""
    found = {**_import(one, lang), "state": one["state"], "preview": None}
    told = one["preview"]
    if told is None:
        return found
    names = {kpi.slug: name_of(kpi, lang) for kpi in plan.kpis}
    decimals = {kpi.slug: kpi.decimals for kpi in plan.kpis}
    figures = [
        _figure(figure, names, decimals.get(figure["kpi"], 0), lang)
        for figure in told["figures"]
        if figure["suspicions"] or figure["state"] != "unchanged"
    ]
    return found | {
        "preview": {
            "mark": told["mark"],
            "files": told["files"],
            "broken": [file for file in told["files"] if file["problem"]],
            "unknown": [_unknown(row, lang) for row in told["unknown"]],
            "figures": figures,
            "left_out": told["figures_left_out"],
            "kpis": len({row["kpi"] for row in told["rows"] if row["kpi"]}),
        }
    }


def _unknown(row: Json, lang: Lang) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("table", "row", "quantity", "occurrence", "unit")},
        "suggestions": [(one["kpi"], one["name"][lang]) for one in row["suggestions"]],
    }


def _figure(one: Json, names: Mapping[str, str], decimals: int, lang: Lang) -> dict[str, Any]:
    digits = 1 if one["unit"] == "%" else decimals
    old = one["old"]
    return {
        "kpi": one["kpi"],
        "name": names.get(one["kpi"], one["kpi"]),
        "month": month_name(one["month"], lang),
        "form": FORM[lang][one["form"]],
        "value": f"{number(one['value'], lang, digits)} {unit_name(one['unit'], lang)}",
        "status": FIGURE[lang][one["status"]],
        "published": day_of(one["published"], lang)
        if one["published"]
        else TEXT[lang]["printed_undated"],
        "state": one["state"],
        "standing": TEXT[lang][f"data.{one['state']}"],
        "old": number(old["value"], lang, digits) if old else "",
        "change": signed_percent(one["change"], lang) if one["change"] is not None else "",
        "doubts": [doubt["text"][lang] for doubt in one["suspicions"]],
        "source": one["source"],
    }
