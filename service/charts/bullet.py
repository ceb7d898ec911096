"""The bullet bar of a target (after Stephen Few): where the year stands, on one line.

A dark bar is the year to date, a tinted band the 80 % interval of the projected year with a
line at its middle, a black mark the target, a dot last year. A quantity that adds up starts at
zero; a level that is far from zero (a price, a share) is a dark mark on a shortened axis
instead, because a bar that does not start at zero lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from models.targets.target import Comparator
from service.projections.view import ProjectionView
from service.texts import TEXT, Lang, bounds, number, unit_of, writer

WIDTH, HEIGHT = 320.0, 26.0
_TOP, _BOTTOM = 5.0, 20.0  # of the band; the mark of the target reaches above it, the dot below
_EDGE = 7.0  # left free at both ends, so that a mark at an end is whole
_NEAR = 0.5  # a level whose lowest value is above this share of the highest has a short axis
_ROW, _LETTERS = 34.0, 34  # of a picture for documents: height of a row, letters of a line
TRACK, BAND, MIDDLE, DONE, MARK, BEFORE = (
    "#e6ebf0",
    "#a9c6e8",
    "#1a5296",
    "#12243a",
    "#000000",
    "#5d6976",
)


@dataclass(frozen=True)
class Bullet:
    """What a bullet bar draws, in the KPI's unit; None is not drawn.

    Attributes
    ----------
    to_date : the year so far, or what was done of a task
    low, middle, high : the 80 % interval of the projected year, and its median
    comparator : of the target
    lower, upper : its bounds
    last_year : last year's outcome
    level : `to_date` is a level, not a part of the year
    """

    to_date: float | None
    low: float | None
    middle: float | None
    high: float | None
    comparator: Comparator | None
    lower: float | None
    upper: float | None
    last_year: float | None
    level: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """Everything that has a place on the axis."""
        given = (
            self.to_date,
            self.low,
            self.middle,
            self.high,
            self.lower,
            self.upper,
            self.last_year,
        )
        return tuple(value for value in given if value is not None)

    @property
    def axis(self) -> tuple[float, float]:
        """Its ends: from zero, but near the values for a level that is far from zero."""
        values = self.values
        lowest, highest = min(values), max(values)
        same_side = lowest > _NEAR * highest if lowest > 0 else highest < _NEAR * lowest < 0
        if self.level and same_side:
            room = 0.12 * (highest - lowest) or 0.1 * abs(highest)
            return lowest - room, highest + room
        lowest, highest = min(lowest, 0.0), max(highest, 0.0)
        return lowest, highest if highest > lowest else lowest + 1.0


def bullet_of(one: ProjectionView) -> Bullet | None:
    """The bullet bar of a projection; None if there is nothing to compare."""
    task, year, target = one.task, one.projected, one.leading
    done = task.done if task else one.actual_to_date
    growth = one.growth_on_last_year
    rate = one.traits.outcome_is_rate
    found = Bullet(
        to_date=None if done is None else float(done),
        low=year.quantiles.q10 if year else None,
        middle=year.median if year else None,
        high=year.quantiles.q90 if year else None,
        comparator=target.comparator if target else None,
        lower=target.lower_value if target else _goal(one),
        upper=target.upper_value if target else None,
        last_year=growth.base if growth and not rate and not task else None,
        level=not one.traits.adds_up and not task,
    )
    return found if len(found.values) > 1 else None


def _goal(one: ProjectionView) -> float | None:
    """What a task without a target is counted against."""
    return None if one.task is None or one.task.goal is None else float(one.task.goal)


def bullet_words(one: ProjectionView, decimals: int, lang: Lang) -> str:
    """The text alternative: every figure that the bar draws, with its name and unit."""
    text, bullet, target = TEXT[lang], bullet_of(one), one.leading
    if bullet is None:
        return ""
    found = []
    if bullet.to_date is not None:
        label = text["done"] if one.task else text["bullet.to_date"]
        found.append(f"{label} {number(bullet.to_date, lang, decimals)}")
    if one.projected is not None:
        written, band = writer(one.projected, decimals, lang), one.projected.quantiles
        found.append(
            text["bullet.projected"].format(
                middle=written(one.projected.median), low=written(band.q10), high=written(band.q90)
            )
        )
    if target is not None and (bullet.lower, bullet.upper) != (None, None):
        found.append(f"{text['bullet.target']} {bounds(target, lang, decimals)}")
    if bullet.last_year is not None:
        found.append(f"{text['bullet.last_year']} {number(bullet.last_year, lang, decimals)}")
    return f"{'; '.join(found)} ({unit_of(one, lang)})"


def bullet_bar(one: ProjectionView, decimals: int, lang: Lang) -> Markup:
    """The bullet bar of a projection as SVG; '' if there is nothing to compare."""
    bullet = bullet_of(one)
    if bullet is None:
        return Markup("")
    words = bullet_words(one, decimals, lang)
    return Markup(
        f'<svg class="bullet" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}" '
        f'height="{HEIGHT:.0f}" role="img" aria-label="{escape(words)}" focusable="false" '
        'xmlns="http://www.w3.org/2000/svg">'
        f"{bullet_shapes(bullet)}</svg>"
    )


def bullet_shapes(bullet: Bullet) -> Markup:
    """The shapes alone, `WIDTH` by `HEIGHT`, to stand in another drawing."""
    return Markup("".join(_shapes(bullet)))


def bullet_sheet(rows: Sequence[tuple[str, ProjectionView, str]], font: str) -> str:
    """Bullet bars under each other as a picture for documents.

    Parameters
    ----------
    rows : name of each target, its projection, and what stands at the right end
    font : family of the texts
    """
    left, gap, right = 210.0, 12.0, 60.0
    width = left + WIDTH + gap + right
    drawn, top = [], 4.0
    for name, one, end in rows:
        bullet = bullet_of(one)
        lines = _two_lines(name)
        drawn += [
            f'<text x="0" y="{top + 13 + 12 * place:.0f}" fill="{DONE}">{escape(line)}</text>'
            for place, line in enumerate(lines)
        ]
        if bullet is not None:
            drawn.append(f'<g transform="translate({left} {top})">{bullet_shapes(bullet)}</g>')
        drawn.append(
            f'<text x="{width}" y="{top + 16:.0f}" text-anchor="end" font-weight="bold" '
            f'fill="{DONE}">{escape(end)}</text>'
        )
        top += _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top:.0f}" '
        f'viewBox="0 0 {width:.0f} {top:.0f}" font-family="{font}" font-size="11">'
        f'<rect width="{width:.0f}" height="{top:.0f}" fill="#ffffff"/>{"".join(drawn)}</svg>'
    )


def _two_lines(name: str) -> list[str]:
    """A name broken between words into two lines at most."""
    lines = [""]
    for word in name.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > _LETTERS and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines if len(lines) < 3 else [lines[0], f"{lines[1].rstrip(',')} …"]


def _shapes(bullet: Bullet) -> Iterable[str]:
    start, end = bullet.axis
    middle = (_TOP + _BOTTOM) / 2

    def place(value: float) -> float:
        return round(_EDGE + (value - start) * (WIDTH - 2 * _EDGE) / (end - start), 1)

    yield _bar("track", 0.0, WIDTH, _TOP + 3, _BOTTOM - 3, TRACK)
    if bullet.low is not None and bullet.high is not None:
        yield _bar("band", place(bullet.low), place(bullet.high), _TOP, _BOTTOM, BAND)
    if bullet.to_date is not None:
        here = place(bullet.to_date)
        if start <= 0 <= end:
            yield _bar("done", place(0.0), here, middle - 3, middle + 3, DONE)
        else:
            yield _bar("done", here - 2, here + 2, middle - 6, middle + 6, DONE)
    if bullet.middle is not None:
        here = place(bullet.middle)
        yield _bar("middle", here - 1.2, here + 1.2, _TOP, _BOTTOM, MIDDLE)
    ends = [place(value) for value in (bullet.lower, bullet.upper) if value is not None]
    for here in ends:
        yield _bar("mark", here - 1, here + 1, 1.0, _BOTTOM + 1, MARK)
    yield from _cap(bullet, ends)
    if bullet.last_year is not None:
        yield (
            f'<circle class="bullet-before" cx="{place(bullet.last_year)}" '
            f'cy="{_BOTTOM + 3}" r="2.8" fill="{BEFORE}"/>'
        )


def _cap(bullet: Bullet, ends: list[float]) -> Iterable[str]:
    """Which side of the mark meets the target: a flag that points there, or a range's bar."""
    if len(ends) == 2 and bullet.comparator in ("between", "about"):
        yield _bar("mark", ends[0], ends[1], 0.5, 2.5, MARK)
        return
    way = -1 if bullet.comparator == "at_most" else 1
    for here in ends[:1]:
        yield (
            f'<path class="bullet-mark" d="M{here} 0l{6 * way} 2.6l{-6 * way} 2.6z" '
            f'fill="{MARK}"/>'
        )


def _bar(name: str, left: float, right: float, top: float, bottom: float, colour: str) -> str:
    left, right = min(left, right), max(left, right)
    return (
        f'<rect class="bullet-{name}" x="{left:.1f}" y="{top:.1f}" '
        f'width="{right - left:.1f}" height="{bottom - top:.1f}" fill="{colour}"/>'
    )
