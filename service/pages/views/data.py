"""The data page: files to load, what loading them would do, and what was loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase

from data.ingestion.imports import import_of, imports_of, previewed
from data.ingestion.publication import usual_day
from data.plans.kpi import ratio_factor
from data.plans.plan import Plan
from data.vintages.dated import dated_of
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.errors import ImportConflict, InputError
from models.series import Month
from service.pages.views.frame import Choice, Frame, PlanContent
from service.shapes.imports import (
    DatedShape,
    FigureShape,
    FilePreviewShape,
    ImportShape,
    PreviewShape,
    UnknownRowShape,
)
from service.state.app_state import AppState
from service.texts import (
    FIGURE,
    FORM,
    TEXT,
    Lang,
    change_of,
    day_of,
    month_name,
    name_of,
    number,
    unit_name,
)
from service.typed_numbers import places_of
from service.wording import person, remark, source_in, worded
from service.workflow.imports import dated_shape, imported_view, preview_view

_FORMS = ("month", "year_to_date", "quarter", "rate_on_year", "rate_to_date")
LISTED = 200  # figures of a preview that a page shows, the most notable first


@dataclass(frozen=True)
class WithdrawnShown:
    """By whom, when and why an import was undone."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True)
class DatedShown:
    """A figure to a day."""

    kpi: str
    name: str
    days: str
    value: str
    status: str
    published: str
    source: str


@dataclass(frozen=True)
class FileShown:
    """What loading a file would do; `problem` says why it cannot be loaded.

    `columns` says which column is what, by role, `sample` are the first rows, where a
    person may say it; `letters` are the columns of the sample.
    """

    file: str
    rows: int
    new: int
    revised: int
    unchanged: int
    suspicious: int
    loaded_before: bool
    problem: str | None
    notes: tuple[str, ...]
    columns: Mapping[str, str]
    sample: tuple[tuple[str, ...], ...]
    letters: tuple[str, ...]
    dated: tuple[DatedShown, ...]


@dataclass(frozen=True)
class UnknownShown:
    """A row of which nobody knows the KPI, and the KPIs it resembles."""

    table: str
    row: str
    quantity: str
    occurrence: int
    unit: str
    suggestions: tuple[Choice, ...]


@dataclass(frozen=True)
class FigureShown:
    """A figure of a preview beside the one that is known, '' where there is none."""

    kpi: str
    name: str
    month: str
    form: str
    value: str
    status: str
    published: str
    standing: str
    old: str
    change: str
    doubts: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class PreviewShown:
    """What loading an upload would do.

    Attributes
    ----------
    mark : names this preview when the upload is loaded
    broken : the files that cannot be loaded
    left_out : how many figures are not listed
    counts : what is new, changed, odd and unchanged, in words, each with its code
    published : the days on which the figures were published, in words; '' if one is unknown
    given : the day that a person gave for all of them, as YYYY-MM-DD, else the usual one
    usual : the day on which figures of the newest month are usually published, in words
    """

    mark: str
    counts: tuple[Choice, ...]
    published: str
    given: str
    usual: str
    files: tuple[FileShown, ...]
    broken: tuple[FileShown, ...]
    unknown: tuple[UnknownShown, ...]
    figures: tuple[FigureShown, ...]
    left_out: int


@dataclass(frozen=True)
class ImportShown:
    """An import, or an upload that waits with its preview."""

    id: str
    at: str
    by: str
    files: tuple[str, ...]
    new: str
    unchanged: str
    withdrawn: WithdrawnShown | None = None
    preview: PreviewShown | None = None


@dataclass(frozen=True, kw_only=True)
class DataContent(PlanContent):
    """What the data page shows; `shown` is the upload or import that is looked at.

    `usual` is the month of which figures come next, its name, and the day on which probably.
    """

    problems: tuple[str, ...]
    usual: tuple[str, str, str]
    shown: ImportShown | None
    kpis: tuple[Choice, ...]
    forms: tuple[Choice, ...]
    dated: tuple[DatedShown, ...]
    imports: tuple[ImportShown, ...]


def data_content(
    app_state: AppState,
    frame: Frame,
    chosen: str | None,
    lang: Lang,
    problems: tuple[str, ...] = (),
) -> DataContent:
    """What the data page of a plan says.

    Parameters
    ----------
    chosen : id of an upload or an import to look at
    problems : why an answer about it could not be taken

    Raises
    ------
    UnknownImport
        If there is none of that id.
    """
    plan, shown = frame.plan, None
    if chosen is not None:
        with app_state.reading_files:
            shown = _shown(app_state, chosen, plan, lang)
    names = ((kpi.slug, name_of(kpi, lang)) for kpi in plan.kpis)
    return DataContent(
        frame=frame,
        problems=problems,
        usual=_usual(app_state, plan, lang),
        shown=shown,
        kpis=tuple(sorted(names, key=lambda choice: choice[1])),
        forms=tuple((form, FORM[lang][form]) for form in _FORMS),
        dated=tuple(
            _dated(dated_shape(one, plan.kpi(one.kpi).unit), plan, lang)
            for one in dated_of(app_state.store, plan.family)
            if one.kpi in {kpi.slug for kpi in plan.kpis}
        ),
        imports=tuple(
            _import(imported_view(one), lang) for one in imports_of(app_state.store, plan.family)
        ),
    )


def _import(one: ImportShape, lang: Lang) -> ImportShown:
    gone = one.withdrawn
    return ImportShown(
        id=one.id,
        at=day_of(one.at.date(), lang),
        by=person(one.by, lang),
        files=tuple(file.file for file in one.files),
        new=number(sum(file.new for file in one.files), lang),
        unchanged=number(sum(file.unchanged for file in one.files), lang),
        withdrawn=WithdrawnShown(person(gone.by, lang), day_of(gone.at.date(), lang), gone.reason)
        if gone
        else None,
    )


def _shown(app_state: AppState, id: str, plan: Plan, lang: Lang) -> ImportShown:
    """An upload with its preview; an import that was made has none."""
    try:
        waiting = previewed(app_state.store, id)
    except ImportConflict:  # it was committed
        return _import(imported_view(import_of(app_state.store, id)), lang)
    one = preview_view(app_state.store, waiting, LISTED)
    found, told = _import(one, lang), one.preview
    assert told is not None
    reasons = {file.read.file: file.read.refusal for file in waiting.files}
    panel = app_state.panel(plan.family)
    newest = max((figure.month for figure in told.figures), default=next_month(panel, plan))
    usual = usual_of(panel, plan, newest)
    return replace(found, preview=_preview(told, plan, usual, reasons, lang))


def usual_of(panel: Panel, plan: Plan, month: Month) -> date:
    """The day on which a month's figures of a plan are probably published."""
    slugs = [kpi.slug for kpi in plan.kpis if kpi.slug in panel.printed]
    return usual_day(month, (one for slug in slugs for one in panel.printed[slug]))


def next_month(panel: Panel, plan: Plan) -> Month:
    """The first month of the plan's year that has no figures yet; December once all have."""
    slugs = {kpi.slug for kpi in plan.kpis} & set(panel.printed)
    months = {figure.month for slug in slugs for figure in panel.printed[slug]}
    known = [month for month in months if month.year == plan.year]
    newest = max(known, default=Month(plan.year, 1).plus(-1))
    return min(newest.plus(1), Month(plan.year, 12))


def _usual(app_state: AppState, plan: Plan, lang: Lang) -> tuple[str, str, str]:
    panel = app_state.panel(plan.family)
    month = next_month(panel, plan)
    return str(month), month_name(month, lang), day_of(usual_of(panel, plan, month), lang)


def _counts(files: tuple[FileShown, ...], lang: Lang) -> tuple[Choice, ...]:
    text = TEXT[lang]
    sums = {
        code: sum(getattr(file, code) for file in files)
        for code in ("new", "revised", "suspicious", "unchanged")
    }
    sums["new"] -= sums["revised"]  # a revised figure is a new one beside an old one
    return tuple(
        (code, text[f"data.count.{code}"].format(count=number(count, lang)))
        for code, count in sums.items()
        if count
    )


def _preview(
    told: PreviewShape,
    plan: Plan,
    usual: date,
    reasons: Mapping[str, InputError | None],
    lang: Lang,
) -> PreviewShown:
    names = {kpi.slug: name_of(kpi, lang) for kpi in plan.kpis}
    decimals = {kpi.slug: kpi.decimals for kpi in plan.kpis}
    files = tuple(_file(file, plan, reasons[file.file], lang) for file in told.files)
    days = {figure.published for figure in told.figures}
    known = sorted(day for day in days if day is not None)
    return PreviewShown(
        mark=told.mark,
        counts=_counts(files, lang),
        published="" if None in days else ", ".join(day_of(day, lang) for day in known[:4]),
        given=(told.published or (known[0] if len(days) == 1 and known else usual)).isoformat(),
        usual=day_of(usual, lang),
        files=files,
        broken=tuple(file for file in files if file.problem),
        unknown=tuple(_unknown(row, lang) for row in told.unknown),
        figures=tuple(
            _figure(figure, names, decimals.get(figure.kpi, 0), lang)
            for figure in told.figures
            if figure.suspicions or figure.state != "unchanged"
        ),
        left_out=told.figures_left_out,
    )


def _dated(one: DatedShape, plan: Plan, lang: Lang) -> DatedShown:
    kpi = plan.kpi(one.kpi)
    days = TEXT[lang]["data.days"].format(
        first=day_of(one.from_day, lang), last=day_of(one.to_day, lang)
    )
    return DatedShown(
        kpi=one.kpi,
        name=name_of(kpi, lang),
        days=days,
        value=f"{number(one.value, lang, kpi.decimals)} {unit_name(one.unit, lang)}",
        status=FIGURE[lang][one.status],
        published=TEXT[lang]["printed_undated"]
        if one.published == UNDATED
        else day_of(one.published, lang),
        source=source_in(one.source, lang),
    )


def _file(one: FilePreviewShape, plan: Plan, reason: InputError | None, lang: Lang) -> FileShown:
    known = {kpi.slug for kpi in plan.kpis}
    return FileShown(
        file=one.file,
        rows=one.rows,
        new=one.new,
        revised=one.revised,
        unchanged=one.unchanged,
        suspicious=one.suspicious,
        loaded_before=one.loaded_before,
        problem=worded(reason, lang) if reason else one.problem,
        notes=tuple(remark(note, lang) for note in one.notes),
        columns=dict(part.split("=", 1) for part in one.columns.split()),
        sample=one.sample,
        letters=tuple(ascii_uppercase[: max((len(row) - 1 for row in one.sample), default=0)]),
        dated=tuple(_dated(each, plan, lang) for each in one.dated if each.kpi in known),
    )


def _unknown(row: UnknownRowShape, lang: Lang) -> UnknownShown:
    return UnknownShown(
        table=row.table,
        row=row.row,
        quantity=row.quantity,
        occurrence=row.occurrence,
        unit=unit_name(row.unit, lang) if row.unit else row.unit,
        suggestions=tuple((one.kpi, one.name[lang]) for one in row.suggestions),
    )


def _change(one: FigureShape, lang: Lang) -> str:
    """Against the figure before; '' without one."""
    if one.change is None or one.old is None:
        return ""
    in_points = ratio_factor(one.unit) != 1.0
    return change_of(one.value - one.old.value if in_points else one.change, lang, in_points)


def _figure(one: FigureShape, names: Mapping[str, str], decimals: int, lang: Lang) -> FigureShown:
    digits = 1 if one.unit == "%" else decimals
    old = one.old
    return FigureShown(
        kpi=one.kpi,
        name=names.get(one.kpi, one.kpi),
        month=month_name(one.month, lang),
        form=FORM[lang][one.form],
        value=f"{_printed(one.value, digits, lang)} {unit_name(one.unit, lang)}",
        status=FIGURE[lang][one.status],
        published=day_of(one.published, lang) if one.published else TEXT[lang]["printed_undated"],
        standing=TEXT[lang][f"data.{one.state}"],
        old=_printed(old.value, digits, lang) if old else "",
        change=_change(one, lang),
        doubts=tuple(doubt.text[lang] for doubt in one.suspicions),
        source=source_in(one.source, lang),
    )


def _printed(value: float, digits: int, lang: Lang) -> str:
    """A figure with the decimals that were printed, and at least those of its KPI."""
    return number(value, lang, max(digits, min(places_of(round(value, 6)), 6)))
