"""What the rest of the year must bring, on one base: the plan less the published year to date.

The quarters, of which only the remaining months count, add up to it to the digit shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from service.projections.facts import Facts, Percentage, numbers_of
from service.report import sentences
from service.report.document import NONE, Cell, Column, Number, Table, change, figure, share
from service.texts import (
    TEXT,
    Lang,
    amount,
    change_of,
    number,
    percent,
    points_of,
    round_half_up,
    unit_name,
)

_QUARTERS = ("1", "2", "3", "4")


@dataclass(frozen=True)
class QuarterNeed:
    """What a remaining quarter must bring; its growth on last year's same months, per cent."""

    quarter: str  # '3'
    whole: bool  # False: without the months already known
    level: float
    growth: float | None


@dataclass(frozen=True)
class Need:
    """Of one target: total (None where months do not add up), a month on average, quarters."""

    total: float | None
    monthly: float
    quarters: tuple[QuarterNeed, ...]


def need_of(one: Facts) -> Need | None:
    """What the rest of the year must bring; None if nothing is left to do or known."""
    required = one.target.required if one.target else None
    if required is None or one.bound is None or one.projection.task is not None:
        return None
    if not one.kpi.traits.adds_up:
        whole = tuple(
            QuarterNeed(entry.quarter[-1], True, entry.minimum, entry.growth)
            for entry in required.quarters
        )
        return Need(None, required.monthly_average, whole)
    if one.to_date is None:  # a month is missing, and was allowed for
        total = required.monthly_average * len(required.months)
    else:
        total = one.bound - one.to_date
    last_year = {month.month: month.last_year for month in one.months}
    quarters = []
    for quarter in _QUARTERS:
        months = [of for of in required.months if str((of.month.month + 2) // 3) == quarter]
        if not months:
            continue
        level = sum(of.minimum for of in months)
        before = [last_year.get(of.month) for of in months]
        base = sum(value for value in before if value is not None) if None not in before else 0.0
        growth = 100 * (level / base - 1) if base > 0 else None
        quarters.append(QuarterNeed(quarter, len(months) == 3, level, growth))
    levels = adding_up([of.level for of in quarters], total, one.kpi.decimals)
    rounded = tuple(
        QuarterNeed(of.quarter, of.whole, level, of.growth)
        for of, level in zip(quarters, levels, strict=True)
    )
    return Need(total, total / len(required.months) if required.months else total, rounded)


def adding_up(parts: Sequence[float], total: float, decimals: int) -> list[float]:
    """Parts rounded so that they add up to the rounded total: largest remainders first.

    Examples
    --------
    >>> adding_up([1.25, 1.25, 1.25], 3.75, 1)
    [1.3, 1.3, 1.2]
    """
    unit = Decimal(1).scaleb(-decimals)
    exact = [Decimal(repr(float(part))) for part in parts]
    floors = [part.quantize(unit, ROUND_FLOOR) for part in exact]
    missing = int((round_half_up(total, decimals) - sum(floors)) / unit)
    if not 0 <= missing <= len(parts):  # the parts do not make the total: leave them as they are
        return [float(round_half_up(part, decimals)) for part in parts]
    order = sorted(range(len(parts)), key=lambda place: floors[place] - exact[place])
    for place in order[:missing]:
        floors[place] += unit
    return [float(part) for part in floors]


def required(one: Facts, lang: Lang) -> str:
    """What the rest of the year must bring, in a sentence; '' if nothing is left or known."""
    need, text = need_of(one), TEXT[lang]
    if need is None or one.target is None or one.target.required is None:
        return ""
    known = one.cutoff.month if one.cutoff else 0  # nothing of the year is out yet
    words = {
        "name": sentences.name_of(one, lang),
        "goal": sentences.plan_words(one, lang),
        "rest": text.count("report.rest", 12 - known) if known else text["report.rest_whole"],
    }
    if one.kpi.traits.outcome_is_rate:
        pattern = (
            text["report.required_fall"] if need.monthly < 0 else text["report.required_growth"]
        )
        rate = percent(abs(need.monthly), lang, one.kpi.decimals)
        return pattern.format(**words, rate=rate)
    ratio = one.target.required.ratio_to_last_year
    words["level"] = amount(need.monthly, one.kpi.unit, lang, one.kpi.decimals)
    words["growth"] = ""
    if ratio and one.kpi.changes_by_points:
        higher = need.monthly * (1 - 1 / ratio)
        words["growth"] = ", " + sentences.on_period(Percentage(higher, False, True), lang)
    elif ratio is not None:
        words["growth"] = ", " + text["report.ratio"].format(share=percent(100 * ratio, lang))
    ceiling = one.target.comparator == "at_most"
    if one.kpi.traits.last_month_only:
        pattern = text["report.required_end_ceiling"] if ceiling else text["report.required_end"]
        return pattern.format(**words)
    if need.total is None:
        return text["report.required_level"].format(**words)
    pattern = text["report.required_ceiling"] if ceiling else text["report.required"]
    return pattern.format(**words, total=amount(need.total, one.kpi.unit, lang, one.kpi.decimals))


def quarter_name(one: QuarterNeed, year: int, lang: Lang) -> str:
    """'Quý III/2021', 'Quý II/2021 (còn lại)'."""
    name = TEXT[lang][f"report.quarter.{one.quarter}"].format(year=year)
    return name if one.whole else TEXT[lang]["report.rest_of_quarter"].format(quarter=name)


def quarters_of(one: Facts, lang: Lang) -> list[tuple[str, Number, Cell]]:
    """Each remaining quarter: name, level, per cent of the same months of last year."""
    need = need_of(one)
    if need is None:
        return []
    year = one.projection.year
    return [
        (quarter_name(of, year, lang), _level(one, of.level, lang), _ratio(one, of, lang))
        for of in need.quarters
    ]


def needs_table(facts: Sequence[Facts], lang: Lang) -> Table | None:
    """A row per target: still needed, a month on average, each remaining quarter."""
    text = TEXT[lang]
    known = [(one, need) for one in facts if (need := need_of(one)) is not None]
    if not known:
        return None
    year = known[0][0].projection.year
    names: dict[str, str] = {}
    for _, need in known:
        for of in need.quarters:
            names.setdefault(of.quarter, quarter_name(of, year, lang))
    shown = sorted(names)
    columns = (
        Column(text["report.column.number"], 0.5),
        Column(text["kpi"], 2.6),
        Column(text["unit"], 0.9),
        Column(text["report.column.left"], 1.3, True),
        Column(text["report.column.monthly"], 1.2, True),
        *(Column(names[quarter], 1.3, True) for quarter in shown),
    )
    rows = []
    for place, (one, need) in zip(numbers_of([one for one, _ in known]), known, strict=True):
        by_quarter = {of.quarter: of for of in need.quarters}
        rows.append(
            (
                place,
                sentences.name_of(one, lang),
                unit_name(one.kpi.unit, lang),
                NONE if need.total is None else _level(one, need.total, lang),
                _level(one, need.monthly, lang),
                *(_quarter(one, by_quarter.get(quarter), lang) for quarter in shown),
            )
        )
    return Table(text["report.table.quarters"], columns, tuple(rows))


def months_table(one: Facts, lang: Lang) -> Table | None:
    """Of one target: what each remaining month must bring, beside last year's."""
    text, required = TEXT[lang], one.target.required if one.target else None
    if required is None or need_of(one) is None:
        return None
    last_year = {month.month: month.last_year for month in one.months}
    need = need_of(one)
    levels = [of.minimum for of in required.months]
    if need is not None and need.total is not None:
        levels = adding_up(levels, need.total, one.kpi.decimals)
    columns = [
        Column(text["report.column.month_of"], 0.75),
        Column(f"{text['just_met'].capitalize()} ({unit_name(one.kpi.unit, lang)})", 1.4, True),
    ]
    rows: list[tuple[Cell, ...]] = [
        (f"{of.month.month}", _level(one, level, lang))
        for of, level in zip(required.months, levels, strict=True)
    ]
    if not one.kpi.traits.outcome_is_rate:  # a growth is itself on the same month
        columns += [
            Column(text["report.column.last_year"], 1.4, True),
            Column(text["report.column.on_period"], 1.2, True),
        ]
        rows = [
            (
                *row,
                figure(last_year.get(of.month), lang, one.kpi.decimals),
                _on_period(one, level, of.growth, lang),
            )
            for row, of, level in zip(rows, required.months, levels, strict=True)
        ]
    return Table(text["report.table.months"], tuple(columns), tuple(rows))


def monthly_cell(one: Facts, lang: Lang) -> Cell:
    need = need_of(one)
    return NONE if need is None else _level(one, need.monthly, lang)


def left_cell(one: Facts, lang: Lang) -> Cell:
    """What is still needed; of a task what remains."""
    task = one.projection.task
    if task is not None:
        return NONE if task.remaining is None else figure(float(task.remaining), lang)
    need = need_of(one)
    return NONE if need is None or need.total is None else _level(one, need.total, lang)


def _quarter(one: Facts, of: QuarterNeed | None, lang: Lang) -> Cell:
    if of is None:
        return NONE
    cell = _level(one, of.level, lang)
    if of.growth is None or one.kpi.traits.outcome_is_rate:
        return cell
    note = TEXT[lang]["report.ratio_short"].format(share=percent(100 + of.growth, lang))
    if one.kpi.changes_by_points:
        note = change_of(points_of(of.level, of.growth), lang, in_points=True)
    return Number(cell.value, cell.text, cell.decimals, note=note)


def _ratio(one: Facts, of: QuarterNeed, lang: Lang) -> Cell:
    if one.kpi.traits.outcome_is_rate:
        return NONE
    return _on_period(one, of.level, of.growth, lang)


def _on_period(one: Facts, level: float, growth: float | None, lang: Lang) -> Cell:
    """Against the same months of last year: as a share; a per cent by points."""
    if growth is None:
        return NONE
    if one.kpi.changes_by_points:
        return change(points_of(level, growth), lang, points=True)
    return share(100 + growth, lang)


def _level(one: Facts, value: float, lang: Lang) -> Number:
    words = number(value, lang, one.kpi.decimals)
    ceiling = one.target is not None and one.target.comparator == "at_most"
    return Number(value, f"≤ {words}" if ceiling else words, one.kpi.decimals)
