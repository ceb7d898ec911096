"""One KPI on a card, for use outside its page.

HTML, picture and Markdown have the same lines, with unit, vintage, status of the
figure, and the code (*mã tra cứu*).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from service.charts import bullet
from service.projections.view import ProjectionView, TargetView
from service.texts import (
    EMBED,
    FIGURE,
    LEVEL,
    STATE,
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    day_of,
    month_name,
    number,
    unit_of,
    writer,
)

WIDTH = 480  # of the picture, in points
_LINE, _MARGIN, _LETTERS = 20, 16, 54  # characters of 13 points that fit into a line
_COLOURS = {
    "achieved": "#14612f",
    "on_track": "#14612f",
    "at_risk": "#7a4b00",
    "off_track": "#96201a",
    "missed": "#96201a",
}


@dataclass(frozen=True)
class Card:
    """The content of a card.

    Attributes
    ----------
    title : the KPI and the year
    notices : draft, reconstructed, …; may be empty
    lines : (label, figure) in order
    status, status_code : of the target, in words and as code; None without a target
    source : unit, vintage, code
    bar : the bullet bar, '' if there is nothing to compare
    shapes : of the bullet bar, for the picture
    """

    title: str
    notices: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    status: str | None
    status_code: str | None
    source: tuple[str, ...]
    bar: Markup
    shapes: Markup


def card_of(one: ProjectionView, decimals: int, draft: bool, lang: Lang) -> Card:
    """The card of one projection.

    Parameters
    ----------
    one : with the official estimate
    decimals : of the KPI's figures
    draft : not issued yet
    """
    text, words = TEXT[lang], EMBED[lang]
    target = one.leading
    notices = [words["draft"]] if draft else []
    if one.label:
        notices.append(one.label[lang])
    status = target.status if target else None
    drawn = bullet.bullet_of(one)
    return Card(
        title=f"{one.name[lang]}, {text['year']} {one.year}",
        notices=tuple(notices),
        lines=tuple(_lines(one, target, decimals, lang)),
        status=STATUS[lang][status] if status else None,
        status_code=status,
        source=(
            f"{text['unit']}: {unit_of(one, lang)}",
            f"{text['as_of']} {day_of(one.as_of, lang)}",
            f"{text['stamp']}: {one.stamp}",
        ),
        bar=bullet.bullet_bar(one, decimals, lang),
        shapes=bullet.bullet_shapes(drawn) if drawn else Markup(""),
    )


def _lines(
    one: ProjectionView, target: TargetView | None, decimals: int, lang: Lang
) -> list[tuple[str, str]]:
    text, words, found = TEXT[lang], EMBED[lang], []
    if one.task:
        done, goal = (number(count, lang) for count in (one.task.done, one.task.goal))
        found.append((text["done"], f"{done} / {goal}"))
    elif one.actual_to_date is not None and one.cutoff and one.data_status:
        label = words["to_date"].format(month=month_name(one.cutoff, lang))
        status = FIGURE[lang][one.data_status]
        found.append((label, f"{number(one.actual_to_date, lang, decimals)} ({status})"))
    estimate, year = one.official_estimate, one.projected
    if estimate:
        state = STATE[lang][estimate.state]
        value = number(estimate.value, lang, decimals)
        found.append((words["estimate"], f"{value} ({state})"))
    if year and not one.task:
        written, band = writer(year, decimals, lang), year.quantiles
        interval = f"{text['band_80']} {written(band.q10)} – {written(band.q90)}"
        found.append((text["projected_year"], f"{written(year.median)} ({interval})"))
    if target:
        level = LEVEL[lang][target.level]
        if target.lower_value is not None or target.upper_value is not None:
            found.append((f"{text['target']} ({level})", bounds(target, lang, decimals)))
        if target.probability is not None:
            chances = chance(target.probability, target.status, lang)
            found.append((text["probability"], chances))
    if not found:
        found.append((text["status"], STATUS[lang]["no_basis"]))
    return found


def to_svg(card: Card, font: str) -> str:
    """The card as SVG with selectable text."""
    rows: list[tuple[str, str, str]] = []  # text, size and weight, colour
    rows += [(line, "bold 16px", "#12243a") for line in _wrapped(card.title, 44)]
    for notice in card.notices:
        rows += [(line, "bold 13px", "#7a4b00") for line in _wrapped(notice)]
    for what, figure in card.lines:
        rows += [(line, "13px", "#12243a") for line in _wrapped(f"{what}: {figure}")]
    if card.status is not None:
        label = f"● {card.status}"
        rows.append((label, "bold 13px", _COLOURS.get(card.status_code or "", "#4a5866")))
    source = (" · ".join(card.source[:-1]), card.source[-1])
    rows += [(line, "11px", "#4a5866") for text in source for line in _wrapped(text, 64)]
    below = _MARGIN + _LINE * len(rows) + 6
    size = (WIDTH - 2 * _MARGIN) / bullet.WIDTH
    bar = f'<g transform="translate({_MARGIN} {below}) scale({size})">{card.shapes}</g>'
    height = below + _MARGIN + (round(size * bullet.HEIGHT) if card.shapes else 0)
    drawn = "".join(
        f'<text x="{_MARGIN}" y="{_MARGIN + _LINE * place + 14}" fill="{colour}" '
        f'style="font:{style} {font}">{escape(words)}</text>'
        for place, (words, style, colour) in enumerate(rows)
    )
    frame = (
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6" '
        'fill="#ffffff" stroke="#77838f"/>'
    )
    description = escape("; ".join(words for words, _, _ in rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{description}">'
        f"<title>{escape(card.title)}</title>{frame}{drawn}{bar if card.shapes else ''}</svg>"
    )


def to_markdown(card: Card, picture: str, page: str) -> str:
    """The card as Markdown: figures as text, the chart as a picture that links to its page."""
    title = _plain(card.title)
    lines = [f"**{title}**", ""]
    lines += [f"> **{_plain(notice)}**" for notice in card.notices]
    lines += [""] if card.notices else []
    lines += [f"- {_plain(what)}: {_plain(figure)}" for what, figure in card.lines]
    if card.status is not None:
        lines.append(f"- {_plain(card.status)}")
    source = " · ".join(map(_plain, card.source))
    return "\n".join([*lines, "", f"[![{title}]({picture})]({page})", "", f"*{source}*", ""])


def _plain(words: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in words)


def _wrapped(text: str, letters: int = _LETTERS) -> list[str]:
    """Lines of at most `letters` characters, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > letters and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
