"""What a projection's remarks say, in both languages."""

from __future__ import annotations

from datetime import date

from models.targets.target import Remark
from service.projections.shape import Sentence
from service.texts import REMARK, Lang, chance, day_of, number


def worded(remark: Remark) -> Sentence:
    """A remark's code, and the sentence in both languages."""
    return Sentence(code=remark.code, vi=_sentence(remark, "vi"), en=_sentence(remark, "en"))


def _sentence(remark: Remark, lang: Lang) -> str:
    """The catalogue's sentence; of values given per language ('steps_vi') the language's."""
    values = {
        name.removesuffix(f"_{lang}"): _shown(name, value, lang)
        for name, value in remark.values.items()
    }
    return REMARK[lang][remark.code].format(**values)


def _shown(name: str, value: str | float | date, lang: Lang) -> str:
    if isinstance(value, date):
        return day_of(value, lang)
    if isinstance(value, str):
        return value
    return chance(value, "on_track", lang) if name == "probability" else number(value, lang)
