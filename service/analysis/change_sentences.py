"""Why a forecast moved, in a sentence of each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data.plans.kpi import Kpi
from models.series import Month
from service.texts import (
    CHANGE,
    LANGUAGES,
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

Json = dict[str, Any]


def sentence(change: Mapping[str, Any], kpi: Kpi, projection: Any) -> Json:
    """Of the assigned target's probability, else of the projected year.

    Parameters
    ----------
    change : of one KPI, as `service.analysis.changes` gives it
    projection : the later one; its spread says how many digits are written
    """
    return {lang: _sentence(change, kpi, projection, lang) for lang in LANGUAGES}


def _sentence(change: Mapping[str, Any], kpi: Kpi, projection: Any, lang: Lang) -> str:
    target = _assigned(change)
    year, words = change["projected"], CHANGE[lang]
    name = name_of(kpi, lang)
    if target is not None and target["probability"]["change"] is not None:
        moved, status = target["probability"], target["status"]
        old, new = (chance(moved[end], status[end] or "", lang) for end in ("from", "to"))
        kind, size, same = "probability", points(largest(moved), lang), old == new
    elif year["change"] is not None:
        moved, kind = year, "projected"
        old, new = (_written(year[end], kpi, projection, lang) for end in ("from", "to"))
        same, unit = old == new, unit_of(projection, lang)
        old, new = (f"{old}%", f"{new}{unit}") if unit.startswith("%") else (old, f"{new} {unit}")
        size = _signed(largest(year), kpi, projection, lang)
    else:
        old, new = (_amount(year[end], kpi, projection, lang) for end in ("from", "to"))
        state = "new" if year["to"] is not None else "gone" if year["from"] is not None else "none"
        return words[state].format(name=name, old=old, new=new)
    if same:
        return words[f"{kind}.same"].format(name=name, new=new)
    cause = words["why"].format(cause=_cause(change, moved, lang), size=size)
    direction = "rose" if moved["change"] > 0 else "fell"
    return words[f"{kind}.{direction}"].format(name=name, old=old, new=new, why=cause)


def _assigned(change: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The assigned target of the year, else any assigned one."""
    assigned = [one for one in change["targets"] if one["level"] == "assigned"]
    return next((one for one in assigned if one["period"] == "year"), next(iter(assigned), None))


def parts_lines(change: Mapping[str, Any], lang: Lang) -> list[str]:
    """The parts of the projected year, and of each target's probability, a line each."""
    title = CHANGE[lang]["row.projected"].format(unit=unit_name(change["unit"], lang))
    lines = [f"{title}: {_parts(change['projected'], _plain, lang)}"]
    for one in change["targets"]:
        title = CHANGE[lang]["row.probability"].format(
            level=LEVEL[lang][one["level"]], period=period_name(one["period"], lang)
        )
        lines.append(f"{title}: {_parts(one['probability'], _tenths, lang)}")
    return [line for line in lines if not line.endswith(": ")]


def _parts(moved: Mapping[str, Any], said: Callable[[float, Lang], str], lang: Lang) -> str:
    words = CHANGE[lang]
    told = [
        f"{words['part.' + part['part']]} {said(part['change'], lang)}" for part in moved["parts"]
    ]
    return "; ".join(told)


def _tenths(difference: float, lang: Lang) -> str:
    value = 100 * difference
    sign = "+" if round(value, 1) > 0 else ""
    return f"{sign}{number(value, lang, 1)}"


def _plain(difference: float, lang: Lang) -> str:
    sign = "+" if difference > 0 else ""
    digits = 0 if abs(difference) >= 100 or not difference else 1
    return f"{sign}{number(difference, lang, digits)}"


def main_part(moved: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part that did most of a change, in its direction; of equal ones the first."""
    sign = 1 if moved["change"] > 0 else -1
    found: Mapping[str, Any] = max(moved["parts"], key=lambda part: sign * part["change"])
    return found


def largest(moved: Mapping[str, Any]) -> float:
    """How much the main part of a change is."""
    return float(main_part(moved)["change"])


def points(difference: float, lang: Lang) -> str:
    """−0.072 → '−7 điểm phần trăm' (vi), '−7 percentage points' (en)."""
    value = 100 * difference
    sign = "+" if round(value) > 0 else ""
    return f"{sign}{number(value, lang)} {unit_name('percentage points', lang)}"


def _cause(change: Mapping[str, Any], moved: Mapping[str, Any], lang: Lang) -> str:
    part, words = main_part(moved)["part"], CHANGE[lang]
    if part != "month":
        return words[f"cause.{part}"]
    first, last = change["cutoff"]["from"], change["cutoff"]["to"]
    if change["task"] or first is None or last is None:
        return words["cause.progress"]
    new = Month.parse(first).plus(1)
    if str(new) == last:
        return words["cause.month"].format(month=month_name(last, lang))
    return words["cause.months"].format(
        first=month_name(str(new), lang), month=month_name(last, lang)
    )


def _amount(value: float | None, kpi: Kpi, projection: Any, lang: Lang) -> str:
    if value is None:
        return "–"
    unit = unit_of(projection, lang)
    return f"{_written(value, kpi, projection, lang)}{'' if unit.startswith('%') else ' '}{unit}"


def _signed(difference: float, kpi: Kpi, projection: Any, lang: Lang) -> str:
    sign = "+" if difference > 0 else ""
    return f"{sign}{_written(difference, kpi, projection, lang)}"


def _written(value: float, kpi: Kpi, projection: Any, lang: Lang) -> str:
    """To two digits of the projection's own uncertainty."""
    year = projection["projected"]
    if year is None:
        return number(value, lang, kpi.decimals)
    return writer(year, kpi.decimals, lang)(value)
