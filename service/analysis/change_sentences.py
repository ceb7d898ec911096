"""Why a forecast moved, in a sentence of each language."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from data.plans.kpi import Kpi
from service.projections.shape import Name, in_both
from service.projections.view import ProjectionView
from service.shapes.analysis import ChangePart, KpiMove, ProbabilityChange, Split
from service.texts import (
    CHANGE,
    LEVEL,
    Lang,
    chance,
    month_name,
    name_of,
    number,
    period_name,
    unit_name,
    unit_of,
    writer,
)


def sentence(move: KpiMove, kpi: Kpi, projection: ProjectionView) -> Name:
    """Of the assigned target's probability, else of the projected year.

    Parameters
    ----------
    projection : the later one; its spread says how many digits are written
    """
    return in_both(partial(_sentence, move, kpi, projection))


def _sentence(move: KpiMove, kpi: Kpi, projection: ProjectionView, lang: Lang) -> str:
    target = _assigned(move)
    year, words = move.projected, CHANGE[lang]
    name = name_of(kpi, lang)
    if target is not None and target.probability.change is not None:
        moved, status = target.probability, target.status
        old = chance(moved.before, status.before or "", lang)
        new = chance(moved.after, status.after or "", lang)
        kind, size, same = "probability", points(largest(moved), lang), old == new
    elif year.change is not None:
        moved, kind = year, "projected"
        old, new = (_written(value, kpi, projection, lang) for value in (year.before, year.after))
        same, unit = old == new, unit_of(projection, lang)
        old, new = (f"{old}%", f"{new}{unit}") if unit.startswith("%") else (old, f"{new} {unit}")
        size = _signed(largest(year), kpi, projection, lang)
    else:
        old, new = (_amount(value, kpi, projection, lang) for value in (year.before, year.after))
        state = "new" if year.after is not None else "gone" if year.before is not None else "none"
        return words[state].format(name=name, old=old, new=new)
    if same:
        return words[f"{kind}.same"].format(name=name, new=new)
    cause = words["why"].format(cause=_cause(move, moved, lang), size=size)
    direction = "rose" if _rose(moved) else "fell"
    return words[f"{kind}.{direction}"].format(name=name, old=old, new=new, why=cause)


def _assigned(move: KpiMove) -> ProbabilityChange | None:
    """The assigned target of the year, else any assigned one."""
    assigned = [one for one in move.targets if one.level == "assigned"]
    return next((one for one in assigned if one.period == "year"), next(iter(assigned), None))


def parts_lines(move: KpiMove, lang: Lang) -> list[str]:
    """The parts of the projected year, and of each target's probability, a line each."""
    title = CHANGE[lang]["row.projected"].format(unit=unit_name(move.unit, lang))
    lines = [f"{title}: {_parts(move.projected, _plain, lang)}"]
    for one in move.targets:
        title = CHANGE[lang]["row.probability"].format(
            level=LEVEL[lang][one.level], period=period_name(one.period, lang)
        )
        lines.append(f"{title}: {_parts(one.probability, _tenths, lang)}")
    return [line for line in lines if not line.endswith(": ")]


def _parts(moved: Split, said: Callable[[float, Lang], str], lang: Lang) -> str:
    words = CHANGE[lang]
    return "; ".join(
        f"{words[f'part.{one.part}']} {said(one.change, lang)}" for one in moved.parts
    )


def _tenths(difference: float, lang: Lang) -> str:
    value = 100 * difference
    sign = "+" if round(value, 1) > 0 else ""
    return f"{sign}{number(value, lang, 1)}"


def _plain(difference: float, lang: Lang) -> str:
    sign = "+" if difference > 0 else ""
    digits = 0 if abs(difference) >= 100 or not difference else 1
    return f"{sign}{number(difference, lang, digits)}"


def _rose(moved: Split) -> bool:
    return moved.change is not None and moved.change > 0


def main_part(moved: Split) -> ChangePart:
    """The part that did most of a change, in its direction; of equal ones the first."""
    sign = 1 if _rose(moved) else -1
    return max(moved.parts, key=lambda part: sign * part.change)


def largest(moved: Split) -> float:
    """How much the main part of a change is."""
    return main_part(moved).change


def points(difference: float, lang: Lang) -> str:
    """−0.072 → '−7 điểm phần trăm' (vi), '−7 percentage points' (en)."""
    value = 100 * difference
    sign = "+" if round(value) > 0 else ""
    return f"{sign}{number(value, lang)} {unit_name('percentage points', lang)}"


def _cause(move: KpiMove, moved: Split, lang: Lang) -> str:
    part, words = main_part(moved).part, CHANGE[lang]
    if part != "month":
        return words[f"cause.{part}"]
    first, last = move.cutoff.before, move.cutoff.after
    if move.task or first is None or last is None:
        return words["cause.progress"]
    new = first.plus(1)
    if new == last:
        return words["cause.month"].format(month=month_name(last, lang))
    return words["cause.months"].format(first=month_name(new, lang), month=month_name(last, lang))


def _amount(value: float | None, kpi: Kpi, projection: ProjectionView, lang: Lang) -> str:
    if value is None:
        return "–"
    unit = unit_of(projection, lang)
    return f"{_written(value, kpi, projection, lang)}{'' if unit.startswith('%') else ' '}{unit}"


def _signed(difference: float, kpi: Kpi, projection: ProjectionView, lang: Lang) -> str:
    sign = "+" if difference > 0 else ""
    return f"{sign}{_written(difference, kpi, projection, lang)}"


def _written(value: float | None, kpi: Kpi, projection: ProjectionView, lang: Lang) -> str:
    """To two digits of the projection's own uncertainty."""
    year = projection.projected
    if year is None or value is None:
        return number(value, lang, kpi.decimals)
    return writer(year, kpi.decimals, lang)(value)
