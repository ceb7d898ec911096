"""What only people can write: printed where it is written, else left open and visible."""

from __future__ import annotations

from collections.abc import Iterator

from data.plans.report_texts import SLOTS, Slot
from service.report import sentences
from service.report.body.material import Material
from service.report.document import Paragraph

MARK = "[…… {words}]"


def slot_blocks(material: Material, slot: Slot) -> list[Paragraph]:
    """The text of a slot, a paragraph for each of its lines; else the open slot."""
    text, written = material.text, material.entered.texts.get(slot, "")
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if lines:
        return [Paragraph(line) for line in lines]
    return [open_slot(text[f"report.slot.{slot}"])]


def open_slot(words: str) -> Paragraph:
    """A place left open, which every format marks."""
    return Paragraph(MARK.format(words=words), "slot")


def open_points(material: Material) -> tuple[str, ...]:
    """What is still open before anybody signs: letterhead, texts, estimates, reports."""
    return tuple(_open_points(material))


def _open_points(material: Material) -> Iterator[str]:
    text, head = material.text, material.letterhead
    for name in head.missing:
        yield text[f"report.open.{name}"]
    for slot in SLOTS:
        if slot not in material.entered.texts:
            yield text[f"report.open.{slot}"]
    planned = material.planned
    lacking = [one for one in planned if one.estimate is None and one.projection.task is None]
    names = "; ".join(sentences.name_of(one, material.lang) for one in lacking)
    if names:
        yield text["report.open.estimates"].format(names=names)
    silent = [one for one in planned if one.projection.task and not one.projection.task.reported]
    names = "; ".join(sentences.name_of(one, material.lang) for one in silent)
    if names:
        yield text["report.open.reports"].format(names=names)
