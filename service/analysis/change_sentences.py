"""Why a forecast changed, as one sentence in each language."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from data.plans.kpi import Kpi
from service.projections.shape import Name, in_both
from service.projections.view import ProjectionView
from service.shapes.analysis import ChangePart, KpiChangeParts, ProbabilityChange, Split
from service.texts import (
    CHANGE,
    LEVEL,
    Lang,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    period_name,
    unit_name,
    unit_of,
    writer,
)

LEAST = 0.005  # a smaller change of a probability prints as 0 points: "hardly changed"


def sentence(change: KpiChangeParts, kpi: Kpi, projection: ProjectionView) -> Name:
    """The change of the assigned target's probability, else of the projected year, in words.

    Parameters
    ----------
    projection : at the second vintage; its spread sets how many digits are written
    """
    return in_both(partial(_sentence, change, kpi, projection))


def brief(change: KpiChangeParts, kpi: Kpi, projection: ProjectionView, lang: Lang) -> str:
    """The sentence for a place that shows name and probability already: what moved it."""
    return _sentence(change, kpi, projection, lang, "brief.")


def _sentence(
    change: KpiChangeParts, kpi: Kpi, projection: ProjectionView, lang: Lang, form: str = ""
) -> str:
    target = _assigned(change)
    year, words = change.projected, CHANGE[lang]
    name = name_of(kpi, lang)
    if target is not None and target.probability.change is not None:
        split, status = target.probability, target.status
        old = chance(split.before, status.before or "", lang)
        new = chance(split.after, status.after or "", lang)
        kind, size = "probability", points(largest(split), lang)
        same = old == new or abs(target.probability.change) < LEAST
    elif year.change is not None:
        split, kind = year, "projected"
        old, new = (_written(value, kpi, projection, lang) for value in (year.before, year.after))
        same, unit = old == new, unit_of(projection, lang)
        old, new = (f"{old}%", f"{new}{unit}") if unit.startswith("%") else (old, f"{new} {unit}")
        size = _signed(largest(year), kpi, projection, lang)
        if unit.startswith("%"):
            size = f"{size} {unit_name('percentage points', lang)}"
    else:
        old, new = (_amount(value, kpi, projection, lang) for value in (year.before, year.after))
        state = "new" if year.after is not None else "gone" if year.before is not None else "none"
        return words[form + state].format(name=name, old=old, new=new)
    if same:
        return words[f"{form}{kind}.same"].format(name=name, new=new)
    cause = words["why"].format(cause=_cause(change, split, projection, lang), size=size)
    direction = "rose" if _rose(split) else "fell"
    return words[f"{form}{kind}.{direction}"].format(name=name, old=old, new=new, why=cause)


def _assigned(change: KpiChangeParts) -> ProbabilityChange | None:
    """The assigned target of the year, else any assigned one."""
    assigned = [one for one in change.targets if one.level == "assigned"]
    return next((one for one in assigned if one.period == "year"), next(iter(assigned), None))


def parts_lines(change: KpiChangeParts, lang: Lang) -> list[str]:
    """One line for the parts of the projected year, one for each target's probability."""
    title = CHANGE[lang]["row.projected"].format(unit=unit_name(change.unit, lang))
    lines = [f"{title}: {_parts(change.projected, _plain, lang)}"]
    for one in change.targets:
        title = CHANGE[lang]["row.probability"].format(
            level=LEVEL[lang][one.level], period=period_name(one.period, lang)
        )
        lines.append(f"{title}: {_parts(one.probability, _tenths, lang)}")
    return [line for line in lines if not line.endswith(": ")]


def _parts(split: Split, written: Callable[[float, Lang], str], lang: Lang) -> str:
    words = CHANGE[lang]
    return "; ".join(
        f"{words[f'part.{one.part}']} {written(one.change, lang)}" for one in split.parts
    )


def _tenths(difference: float, lang: Lang) -> str:
    value = 100 * difference
    sign = "+" if round(value, 1) > 0 else ""
    return f"{sign}{number(value, lang, 1)}"


def _plain(difference: float, lang: Lang) -> str:
    sign = "+" if difference > 0 else ""
    digits = 0 if abs(difference) >= 100 or not difference else 1
    return f"{sign}{number(difference, lang, digits)}"


def _rose(split: Split) -> bool:
    return split.change is not None and split.change > 0


def main_part(split: Split) -> ChangePart:
    """The part that contributed most in the direction of the change; the first if tied."""
    sign = 1 if _rose(split) else -1
    return max(split.parts, key=lambda part: sign * part.change)


def largest(split: Split) -> float:
    """Size of the main part of a change."""
    return main_part(split).change


def points(difference: float, lang: Lang) -> str:
    """−0.072 → '−7 điểm phần trăm' (vi), '−7 percentage points' (en)."""
    value = 100 * difference
    sign = "+" if round(value) > 0 else ""
    return f"{sign}{number(value, lang)} {unit_name('percentage points', lang)}"


def _cause(change: KpiChangeParts, split: Split, projection: ProjectionView, lang: Lang) -> str:
    part, words = main_part(split).part, CHANGE[lang]
    if part != "month":
        return words[f"cause.{part}"]
    first, last = change.cutoff.before, change.cutoff.after
    if change.task or first is None or last is None:
        return words["cause.progress"]
    if projection.nowcast is not None and projection.nowcast.left:
        return words["cause.left"].format(month=month_name(last, lang))
    if projection.nowcast is not None and projection.nowcast.siblings:
        plans = dict.fromkeys(one.plan[lang] for one in projection.nowcast.elsewhere)
        cause = words["cause.late_elsewhere" if plans else "cause.late"]
        return cause.format(month=month_name(last, lang), plans=", ".join(plans))
    if projection.nowcast is not None:
        return words["cause.nowcast"].format(
            month=month_name(last, lang), day=day_of(projection.nowcast.day, lang)
        )
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
    """A value to two digits of the projection's own uncertainty."""
    year = projection.projected
    if year is None or value is None:
        return number(value, lang, kpi.decimals)
    return writer(year, kpi.decimals, lang)(value)
