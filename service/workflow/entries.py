"""What people enter about a plan: progress of its tasks, and its monthly log in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.db.store import Store
from data.plans import entries
from data.plans.entries import LogEntry, add_log, add_progress
from data.plans.plan import Plan
from data.plans.progress import check_log, check_progress, reports_of
from data.plans.rows import load_plan
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.panel_rows import PanelOf
from models.targets.task import Progress
from service.projections.shape import Name, if_known
from service.shapes.entries import IndexFigure, Log, LogEntryShape, ProgressList, ProgressShape

INDEX_FORMS: tuple[Form, ...] = ("rate_on_month", "rate_on_year", "rate_to_date", "month")


def report_progress(
    store: Store, plan: str, entry: Progress, today: date, actor: str
) -> ProgressShape:
    """Append a report about a task and return it as written; `actor` is who enters it.

    Raises
    ------
    UnknownPlan, UnknownKpi, InputError
        If there is no such plan or task, or the report does not fit it.
    """
    document = load_plan(store, plan)
    check_progress(document, entry, today)
    add_progress(store, document, entry, actor)
    return _progress(reports_of(entries.progress_of(store, plan), entry.kpi)[-1])


def progress_of(store: Store, plan: str, kpi: str, day: date | None = None) -> ProgressList:
    """All reports about a task up to a day, in the order of entry."""
    load_plan(store, plan).kpi(kpi)
    reports = reports_of(entries.progress_of(store, plan), kpi)
    shown = [one for one in reports if day is None or one.day <= day]
    return ProgressList(plan=plan, kpi=kpi, progress=tuple(_progress(one) for one in shown))


def write_log(
    store: Store, panel_of: PanelOf, plan: str, entry: LogEntry, today: date, actor: str
) -> LogEntryShape:
    """Append to the log of a KPI and return the entry as written; `actor` is who enters it.

    Raises
    ------
    UnknownPlan, UnknownKpi, InputError
        If there is no such plan or KPI, or the entry does not fit it.
    """
    document = load_plan(store, plan)
    check_log(document, entry, today)
    add_log(store, document, entry, actor)
    written = [one for one in entries.log_of(store, plan) if one.kpi == entry.kpi][-1]
    return _log_entry(written, _index_figures(panel_of, document, entry.kpi))


def log_of(store: Store, panel_of: PanelOf, plan: str, kpi: str, day: date | None = None) -> Log:
    """The log of a KPI up to a day, by month, with the published figures of its index."""
    document = load_plan(store, plan)
    definition = document.kpi(kpi)
    figures = _index_figures(panel_of, document, kpi, day)
    shown = [
        one
        for one in entries.log_of(store, plan)
        if one.kpi == kpi and (day is None or one.day <= day)
    ]
    return Log(
        plan=plan,
        kpi=kpi,
        name=Name(vi=definition.name_vi, en=definition.name_en),
        index=definition.index,
        unit=if_known(definition.index, lambda index: document.kpi(index).unit),
        log=tuple(
            _log_entry(one, figures)
            for one in sorted(shown, key=lambda entry: (entry.month, entry.day))
        ),
    )


def index_beside(
    panel_of: PanelOf, plan: Plan, entry: LogEntry, day: date
) -> tuple[IndexFigure, ...]:
    """The published figures of a log's index for the month of an entry, up to a day."""
    found = _newest(entry, _index_figures(panel_of, plan, entry.kpi, day))
    return tuple(_figure(figure) for figure in found)


def _index_figures(
    panel_of: PanelOf, plan: Plan, kpi: str, day: date | None = None
) -> Sequence[Observation]:
    """Published figures of the log's index up to a day; without a day, all of them."""
    index = plan.kpi(kpi).index
    if index is None:
        return ()
    panel = panel_of(plan.family)
    return [one for one in panel.printed.get(index, ()) if one.published <= (day or UNDATED)]


def _progress(one: Progress) -> ProgressShape:
    return ProgressShape(**vars(one))


def _log_entry(one: LogEntry, figures: Sequence[Observation]) -> LogEntryShape:
    assert one.entered is not None  # set when it was written
    return LogEntryShape(
        month=one.month,
        text=Name(vi=one.text_vi, en=one.text_en),
        by=one.by,
        day=one.day,
        source=one.source,
        entered=one.entered,
        index=tuple(_figure(figure) for figure in _newest(one, figures)),
    )


def _newest(one: LogEntry, figures: Sequence[Observation]) -> list[Observation]:
    """The last published figure of the entry's month, for each form."""
    found = {}
    for figure in sorted(figures, key=lambda figure: figure.published):
        if figure.month == one.month and figure.form in INDEX_FORMS:
            found[figure.form] = figure
    return [found[form] for form in INDEX_FORMS if form in found]


def _figure(figure: Observation) -> IndexFigure:
    return IndexFigure(
        form=figure.form,
        value=figure.value,
        status=figure.status,
        published=figure.published,
        source=figure.source,
    )
