"""Notes on a KPI by month, and a log in words beside the index where one is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.plans import entries
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.observation import PER_CENT
from models.series import Month
from service.state.app_state import AppState
from service.texts import FORM, Lang, amount, day_of, month_name, name_of, percent, words_of
from service.wording import person
from service.workflow.entries import index_beside


@dataclass(frozen=True)
class NoteShown:
    """A planner's note about a month; of a log with an index, what was printed of that month."""

    month: str
    text: str
    by: str
    day: str
    source: str
    index: tuple[str, ...] = ()


def notes_of(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> tuple[NoteShown, ...]:
    """Planners' notes on months up to the vintage, newest month first."""
    written = [one for one in entries.log_of(app_state.store, plan.slug) if one.kpi == kpi.slug]
    upto = [one for one in written if one.month <= Month(day.year, day.month)]
    return tuple(
        NoteShown(
            month=month_name(one.month, lang),
            text=words_of({"vi": one.text_vi, "en": one.text_en}, lang),
            by=person(one.by, lang),
            day=day_of(one.day, lang),
            source=one.source,
            index=_index(app_state, plan, kpi, one, day, lang),
        )
        for one in sorted(upto, key=_by_month)[::-1]
    )


def _index(
    app_state: AppState, plan: Plan, kpi: Kpi, entry: entries.LogEntry, day: date, lang: Lang
) -> tuple[str, ...]:
    """The printed figures of a log's index for a month: 'so với tháng trước 100,2%'."""
    if kpi.index is None:
        return ()
    index = plan.kpi(kpi.index)
    return tuple(
        f"{name_of(index, lang)}, {FORM[lang][one.form]}: "
        + (
            percent(one.value, lang, index.decimals)
            if one.form in PER_CENT
            else amount(one.value, index.unit, lang, index.decimals)
        )
        for one in index_beside(app_state.panel, plan, entry, day)
    )


def _by_month(entry: entries.LogEntry) -> tuple[Month, date]:
    return entry.month, entry.day
