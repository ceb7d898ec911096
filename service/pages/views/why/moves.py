"""What moved each forecast between two vintages: a waterfall of its probability, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.targets.attainment import Thresholds
from service.analysis.change_sentences import LEAST
from service.analysis.changes import PARTS, PROJECTS
from service.charts.waterfall import step, whole
from service.shapes.analysis import KpiChange, Part, ProbabilityChange, Split
from service.texts import (
    CHANGE,
    STATUS,
    TEXT,
    Lang,
    chance,
    number,
    round_half_up,
    signed,
    unit_name,
)

LED = 6  # waterfalls shown at once; the others are one click away


@dataclass(frozen=True)
class StepShown:
    """A row of a waterfall: a cause and the points it added, or an end with its probability."""

    name: str
    figure: str
    drawn: Markup
    end: bool = False


@dataclass(frozen=True)
class Move:
    """A target whose probability changed: the sentence, and its waterfall.

    Attributes
    ----------
    before, now : status at both vintages, as code and words
    steps : the rows of the waterfall, first and last the probabilities
    unmoved : causes that added nothing
    """

    kpi: str
    name: str
    sentence: str
    points: str
    before: tuple[str, str]
    now: tuple[str, str]
    steps: tuple[StepShown, ...]
    unmoved: tuple[str, ...]


@dataclass(frozen=True)
class Steady:
    """A target whose probability hardly changed."""

    kpi: str
    name: str
    probability: str


@dataclass(frozen=True)
class ChangedFigure:
    """A figure before and now, and what each part of the change adds, in the order shown."""

    what: str
    before: str
    now: str
    change: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class ChangedKpi:
    """A KPI's change: its probability and projected year where known."""

    kpi: str
    name: str
    sentence: str
    rows: tuple[ChangedFigure, ...]


@dataclass(frozen=True)
class Moves:
    """Every forecast that was compared.

    Attributes
    ----------
    moved, others : targets whose probability changed; the first are shown at once
    steady : targets whose probability hardly changed
    fell, rose : names of those that became less and more likely, largest change first
    tables : all compared KPIs, with `parts` as the names of the causes
    not_compared : names of the KPIs without a figure at one of the vintages
    """

    moved: tuple[Move, ...]
    others: tuple[Move, ...]
    steady: tuple[Steady, ...]
    fell: tuple[str, ...]
    rose: tuple[str, ...]
    tables: tuple[ChangedKpi, ...]
    parts: tuple[str, ...]
    not_compared: tuple[str, ...]


NOTHING = Moves((), (), (), (), (), (), (), ())


def moves_of(
    found: Sequence[KpiChange], ends: tuple[str, str], thresholds: Thresholds, lang: Lang
) -> Moves:
    """The compared forecasts as text and waterfalls.

    Parameters
    ----------
    ends : names of the two vintages
    thresholds : probabilities marked in every waterfall
    """
    parts = _parts_of(found)
    tables = [_table(one, parts, lang) for one in found]
    pairs = [(one, split) for one in found if (split := _target(one)) is not None]
    moved = [(one, target) for one, target in pairs if abs(_change(target)) >= LEAST]
    moved.sort(key=lambda pair: (_change(pair[1]) > 0, -abs(_change(pair[1]))))
    marks = (thresholds.at_risk, thresholds.on_track)
    shown = [_move(one, target, ends, marks, lang) for one, target in moved]
    lead = [one for one in shown if one.before[0] != one.now[0]] or shown
    lead = [one for one in shown if one in lead[:LED]]
    lead += [one for one in shown if one not in lead][: LED - len(lead)]
    return Moves(
        moved=tuple(one for one in shown if one in lead),
        others=tuple(one for one in shown if one not in lead),
        steady=tuple(
            Steady(one.kpi, one.name[lang], _chance(target, target.probability.after, lang))
            for one, target in pairs
            if abs(_change(target)) < LEAST
        ),
        fell=tuple(one.name[lang] for one, target in moved if _change(target) < 0),
        rose=tuple(one.name[lang] for one, target in moved if _change(target) > 0),
        tables=tuple(one for one in tables if one.rows),
        parts=tuple(CHANGE[lang][f"part.{part}"] for part in parts),
        not_compared=tuple(one.name for one in tables if not one.rows),
    )


def _target(one: KpiChange) -> ProbabilityChange | None:
    """The target whose probability is shown: the assigned one of the year, if there is one."""
    known = [target for target in one.targets if target.probability.change is not None]
    first = [target for target in known if target.level == "assigned"]
    of_year = [target for target in first if target.period == "year"]
    return next(iter([*of_year, *first, *known]), None)


def _change(target: ProbabilityChange) -> float:
    return target.probability.change or 0.0


def _move(
    one: KpiChange,
    target: ProbabilityChange,
    ends: tuple[str, str],
    marks: Sequence[float],
    lang: Lang,
) -> Move:
    split = target.probability
    assert split.before is not None
    assert split.after is not None
    words = CHANGE[lang]
    first = StepShown(
        ends[0], _chance(target, split.before, lang), whole(split.before, marks, last=False), True
    )
    rows, unmoved, at = [first], [], split.before
    for part, change in _merged(split).items():
        name = words[f"part.{part}"]
        if not round_half_up(100 * change, 1):
            unmoved.append(name)
        else:
            rows.append(StepShown(name, points(change, lang), step(at, at + change, marks)))
        at += change
    now = whole(split.after, marks, last=True)
    rows.append(StepShown(ends[1], _chance(target, split.after, lang), now, True))
    status = target.status
    return Move(
        kpi=one.kpi,
        name=one.name[lang],
        sentence=one.sentence[lang],
        points=points(split.change, lang),
        before=_status(status.before, lang),
        now=_status(status.after, lang),
        steps=tuple(rows),
        unmoved=tuple(unmoved),
    )


def _merged(split: Split) -> Mapping[Part, float]:
    """What each part adds; the effect of new random numbers is added to the part before it."""
    found: dict[Part, float] = {}
    for part in split.parts:
        name: Part = next(reversed(found)) if part.part == "draws" and found else part.part
        found[name] = found.get(name, 0.0) + part.change
    return found


def _status(code: str | None, lang: Lang) -> tuple[str, str]:
    return (code, STATUS[lang][code]) if code else ("no_target", "–")


def _chance(target: ProbabilityChange, value: float | None, lang: Lang) -> str:
    after = value == target.probability.after
    return chance(value, (target.status.after if after else target.status.before) or "", lang)


def _parts_of(changed: Sequence[KpiChange]) -> tuple[Part, ...]:
    """The parts shown: `PARTS`, and projects if they changed for some KPI."""
    named = {part.part for one in changed for part in one.projected.parts}
    if PROJECTS not in named:
        return PARTS
    place = PARTS.index("model") + 1
    return (*PARTS[:place], PROJECTS, *PARTS[place:])


def _table(one: KpiChange, shown: Sequence[Part], lang: Lang) -> ChangedKpi:
    target, year = _target(one), one.projected
    rows = []
    if target is not None:
        chances = target.probability
        rows.append(
            ChangedFigure(
                what=TEXT[lang]["probability"],
                before=_chance(target, chances.before, lang),
                now=_chance(target, chances.after, lang),
                change=points(chances.change, lang),
                parts=tuple(points(value, lang) for value in _by_part(chances, shown)),
            )
        )
    if year.change is not None and year.after is not None:
        digits = 1 if one.unit == "%" or abs(year.after) < 1000 else 0
        rows.append(
            ChangedFigure(
                what=f"{TEXT[lang]['projected_year']}, {unit_name(one.unit, lang)}",
                before=number(year.before, lang, digits),
                now=number(year.after, lang, digits),
                change=signed(year.change, lang, digits),
                parts=tuple(signed(value, lang, digits) for value in _by_part(year, shown)),
            )
        )
    return ChangedKpi(one.kpi, one.name[lang], one.sentence[lang], tuple(rows))


def _by_part(split: Split, shown: Sequence[Part]) -> list[float]:
    """The change of each part shown."""
    by_name = _merged(split)
    return [by_name.get(part, 0.0) for part in shown]


def points(fraction: float | None, lang: Lang) -> str:
    """−0.072 → '−7,2'; '–' for None."""
    return "–" if fraction is None else signed(100 * fraction, lang, 1)
