"""Texts in Vietnamese and English: words, numbers, dates, units.

Every text is in a catalogue, `locale/vi.po` and `locale/en.po`, under a key
(`status.on_track`); numbers, dates and plurals are Babel's. Keys are written out
where they are used, so that a test can compare code and catalogues.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Protocol, get_args

from babel.core import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from data.plans.plan import Plan
from models.kinds import Kind, traits_of
from models.series import Month
from models.targets.target import Comparator, Target

Lang = Literal["vi", "en"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)

_LOCALE: Mapping[Lang, str] = {"vi": "vi_VN", "en": "en_GB"}
_DAY: Mapping[Lang, str] = {"vi": "dd/M/y", "en": "d MMMM y"}
_DAY_OF_A_SHORT_MONTH: Mapping[Lang, str] = {"vi": "dd/MM/y", "en": "d MMMM y"}
_MONTH: Mapping[Lang, str] = {"vi": "'tháng' M/y", "en": "MMMM y"}
_MONTH_ALONE: Mapping[Lang, str] = {"vi": "'tháng' M", "en": "MMMM"}
_MINUS = "−"  # a hyphen before a figure is lost at the end of a line


class Texts(Mapping[str, str]):
    """The texts of one language: key → text; all of them, or the family under a prefix."""

    def __init__(self, lang: Lang, prefix: str = "") -> None:
        self._lang, self._prefix = lang, prefix

    def __getitem__(self, key: str) -> str:
        return self._forms(key)[-1]

    def __iter__(self) -> Iterator[str]:
        known = (key for key in _catalogue(self._lang) if key.startswith(self._prefix))
        return (key.removeprefix(self._prefix) for key in known)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def count(self, key: str, count: int) -> str:
        """The text for a count: '1 target', '2 targets'."""
        forms = self._forms(key)
        one = Locale.parse(_LOCALE[self._lang]).plural_form(count) == "one"
        return forms[0 if one else -1].format(count=number(count, self._lang))

    def _forms(self, key: str) -> tuple[str, ...]:
        try:
            return _catalogue(self._lang)[self._prefix + key]
        except KeyError:
            raise KeyError(f"{self._lang}.po has no text '{self._prefix}{key}'") from None


TEXT: Mapping[Lang, Texts] = {lang: Texts(lang) for lang in LANGUAGES}
STATUS: Mapping[Lang, Texts] = {lang: Texts(lang, "status.") for lang in LANGUAGES}
FIGURE: Mapping[Lang, Texts] = {lang: Texts(lang, "figure.") for lang in LANGUAGES}
UNIT: Mapping[Lang, Texts] = {lang: Texts(lang, "unit.") for lang in LANGUAGES}
STATE: Mapping[Lang, Texts] = {lang: Texts(lang, "state.") for lang in LANGUAGES}
FORM: Mapping[Lang, Texts] = {lang: Texts(lang, "form.") for lang in LANGUAGES}
PERSON: Mapping[Lang, Texts] = {lang: Texts(lang, "person.") for lang in LANGUAGES}
ROLE: Mapping[Lang, Texts] = {lang: Texts(lang, "role.") for lang in LANGUAGES}
LEVEL: Mapping[Lang, Texts] = {lang: Texts(lang, "level.") for lang in LANGUAGES}
PERIOD: Mapping[Lang, Texts] = {lang: Texts(lang, "period.") for lang in LANGUAGES}
REMARK: Mapping[Lang, Texts] = {lang: Texts(lang, "remark.") for lang in LANGUAGES}
CHANGE: Mapping[Lang, Texts] = {lang: Texts(lang, "change.") for lang in LANGUAGES}
CONTRIBUTION: Mapping[Lang, Texts] = {lang: Texts(lang, "contribution.") for lang in LANGUAGES}
SCENARIO: Mapping[Lang, Texts] = {lang: Texts(lang, "scenario.") for lang in LANGUAGES}
SUSPICION: Mapping[Lang, Texts] = {lang: Texts(lang, "suspicion.") for lang in LANGUAGES}
DOUBT: Mapping[Lang, Texts] = {lang: Texts(lang, "doubt.") for lang in LANGUAGES}
ERROR: Mapping[Lang, Texts] = {lang: Texts(lang, "error.") for lang in LANGUAGES}
EMBED: Mapping[Lang, Texts] = {lang: Texts(lang, "embed.") for lang in LANGUAGES}
HELP: Mapping[Lang, Texts] = {lang: Texts(lang, "help.") for lang in LANGUAGES}
COMPARE: Mapping[Lang, Texts] = {lang: Texts(lang, "compare.") for lang in LANGUAGES}


class Figures(Protocol):
    """Has figures of a kind in a unit: a projection, or a scenario's result."""

    @property
    def kind(self) -> Kind: ...

    @property
    def unit(self) -> str: ...


class Interval(Protocol):
    """The ends of an 80 % interval."""

    @property
    def q10(self) -> float: ...

    @property
    def q90(self) -> float: ...


class Projected(Protocol):
    """A projected year."""

    @property
    def quantiles(self) -> Interval: ...

    @property
    def decimals(self) -> int | None: ...


class Bounds(Protocol):
    """A target as it was set, and as an outcome of its period."""

    @property
    def comparator(self) -> Comparator: ...

    @property
    def lower(self) -> float | None: ...

    @property
    def upper(self) -> float | None: ...

    @property
    def lower_value(self) -> float | None: ...

    @property
    def upper_value(self) -> float | None: ...


_ILLUSTRATIVE = ("minh họa", "minh hoạ", "illustrative")


@cache
def _catalogue(lang: Lang) -> dict[str, tuple[str, ...]]:
    """Each key's text; its singular and plural where the language tells them apart."""
    with files("service").joinpath(f"locale/{lang}.po").open("rb") as file:
        messages = [message for message in read_po(file, abort_invalid=True) if message.id]
    return {_strings(message.id)[0]: _strings(message.string) for message in messages}


def _strings(one_or_more: Any) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else tuple(one_or_more)


def label_of(plan: Plan, illustrative: bool) -> dict[Lang, str] | None:
    """The label shown with every answer of a plan; None if it needs no label.

    Parameters
    ----------
    plan : its own label is shown too; a plan labelled 'minh họa' is illustrative as a whole
    illustrative : whether the answer shows or rests on illustrative figures
    """
    own = plan.label or ""
    illustrative = illustrative or own.lower() in _ILLUSTRATIVE
    if own.lower() in _ILLUSTRATIVE:
        own = ""
    if not (illustrative or own):
        return None
    return {
        lang: " · ".join(filter(None, (TEXT[lang]["illustrative"] if illustrative else "", own)))
        for lang in LANGUAGES
    }


def unit_name(unit: str, lang: Lang) -> str:
    """A unit as reports of the language write it; unknown units are unchanged."""
    return UNIT[lang].get(unit.lower(), unit)


def unit_of(projection: Figures, lang: Lang) -> str:
    """The unit of a projection's figures; for a growth also the base of comparison."""
    if traits_of(projection.kind).outcome_is_rate:
        return TEXT[lang]["growth_unit"]
    return unit_name(projection.unit, lang)


def number(value: float | None, lang: Lang, decimals: int = 0) -> str:
    """1234.5 → '1.234,5' (vi) or '1,234.5' (en), halves up; '–' for None."""
    if value is None:
        return "–"
    return _written(value, lang, decimals)


def percent(per_cent: float | None, lang: Lang, decimals: int = 1) -> str:
    """28.35 (per cent) → '28,4%' (vi), '28.4%' (en); '–' for None."""
    if per_cent is None:
        return "–"
    return f"{_written(per_cent, lang, decimals)}%"


def signed_percent(per_cent: float | None, lang: Lang, decimals: int = 1) -> str:
    """4.25 (per cent) → '+4,3%'."""
    if per_cent is None:
        return "–"
    text = percent(per_cent, lang, decimals)
    return f"+{text}" if round_half_up(per_cent, decimals) > 0 else text


def signed(value: float | None, lang: Lang, decimals: int = 0) -> str:
    """A number with its sign, without one if it prints as zero; '–' for None."""
    if value is None:
        return number(value, lang, decimals)
    sign = "+" if round_half_up(value, decimals) > 0 else ""
    return sign + number(value, lang, decimals)


def change_of(value: float | None, lang: Lang, in_points: bool, decimals: int = 1) -> str:
    """A change with its sign: in per cent, or of a figure that is a per cent itself in points.

    Examples
    --------
    >>> change_of(0.3, "vi", in_points=True), change_of(4.25, "en", in_points=False)
    ('+0,3 điểm phần trăm', '+4.3%')
    """
    if value is None or not in_points:
        return signed_percent(value, lang, decimals)
    return f"{signed(value, lang, decimals)} {unit_name('percentage points', lang)}"


def points_of(level: float, per_cent: float) -> float:
    """The difference to the level before, from the level now and its growth in per cent."""
    return level - level / (1 + per_cent / 100) if per_cent > -100 else level


def size_of(value: float, lang: Lang, in_points: bool) -> str:
    """The size of a change without its sign: '4,3%', '0,3 điểm phần trăm'."""
    return change_of(abs(value), lang, in_points).lstrip("+")


class Named(Protocol):
    """What has a name in both languages: a plan, a KPI, a body."""

    @property
    def name_vi(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def name_of(one: Named, lang: Lang) -> str:
    """A name in a language."""
    return one.name_vi if lang == "vi" else one.name_en


class InBoth(Protocol):
    """A text in both languages, of which one may be empty."""

    def __getitem__(self, lang: Lang, /) -> str: ...


def words_of(written: InBoth, lang: Lang) -> str:
    """A person's text in a language, else in the other language."""
    return written[lang] or written["vi"] or written["en"]


def amount(value: float, unit: str, lang: Lang, decimals: int = 0) -> str:
    """A figure with its unit: '157.630 triệu USD', '10 communes', '4,5%'."""
    if unit == "%":
        return percent(value, lang, decimals)
    singular = value == 1 and unit.lower() in UNIT[lang]
    name = UNIT[lang].count(unit.lower(), 1) if singular else unit_name(unit, lang)
    return f"{number(value, lang, decimals)} {name}"


def writer(year: Projected, decimals: int, lang: Lang) -> Callable[[float], str]:
    """Writes projected figures to two digits of the width of the 80 % interval.

    The one rule for every place that shows a projected year: page, chart, card, report,
    table. `decimals` is the most that the KPI's figures have. Those of a total or a part
    keep all digits in which they add up.
    """
    if year.decimals is not None:
        return lambda value: number(value, lang, decimals)
    return band_writer(year.quantiles, decimals, lang)


def band_writer(band: Interval, decimals: int, lang: Lang) -> Callable[[float], str]:
    """As `writer`, from the 80 % interval alone."""
    width = band.q90 - band.q10
    step = max(-decimals, math.floor(math.log10(width)) - 1) if width > 0 else -decimals
    return lambda value: number(float(round_half_up(value, -step)), lang, max(0, -step))


def round_half_up(value: float, decimals: int) -> Decimal:
    """Round for printing; ties away from zero."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def chance(probability: float | None, status: str, lang: Lang) -> str:
    """0.8367 → '83%'; '> 99%' and '< 1%' unless the status is final (achieved, missed)."""
    if probability is None:
        return "–"
    settled = status in ("achieved", "missed")
    if not settled and probability < 0.01:
        return f"< {percent(1, lang, 0)}"
    if not settled and probability > 0.99:
        return f"> {percent(99, lang, 0)}"
    return percent(whole_per_cent(probability), lang, 0)


def whole_per_cent(probability: float) -> int:
    """A probability for printing, 0.796 → 79.

    Rounded down: printed as 80 it would reach a threshold that it does not reach, and
    contradict the status beside it.
    """
    return math.floor(round(100 * probability, 7))


def day_of(day: date | str, lang: Lang) -> str:
    """'2021-06-30' → '30/6/2021' (vi), '30 June 2021' (en).

    Decree 30/2020, Annex I, II.4: days below 10 and months 1 and 2 take a zero: '05/01/2021'.
    """
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return _date(day, (_DAY_OF_A_SHORT_MONTH if day.month < 3 else _DAY)[lang], lang)


def month_name(month: Month | str, lang: Lang) -> str:
    """'2021-06' → 'tháng 6/2021' (vi), 'June 2021' (en)."""
    return _date(date.fromisoformat(f"{month}-01"), _MONTH[lang], lang)


def month_of_year(month: Month, lang: Lang) -> str:
    """The month without its year: 'tháng 6' (vi), 'June' (en)."""
    return _date(date(month.year, month.month, 1), _MONTH_ALONE[lang], lang)


def bounds(target: Bounds, lang: Lang, decimals: int = 0) -> str:
    """A target's bounds in the KPI's unit, in words: 'từ 300.000 trở lên'.

    A growth on a base that means nothing is given as the growth.
    """
    values = [one for one in (target.lower_value, target.upper_value) if one is not None]
    shown = [number(value, lang, decimals) for value in values]
    if not shown:
        ends = [one for one in (target.lower, target.upper) if one is not None]
        shown = [signed_percent(end, lang) for end in ends]
    if len(shown) != 1:
        return " – ".join(shown) or "–"
    return TEXT[lang][f"comparator.{target.comparator}"].format(value=shown[0])


def plain_bounds(target: Target, unit: str, lang: Lang, decimals: int = 0) -> str:
    """A target's bounds as the plan has them: 'từ 300.000 triệu USD trở lên', '+4,0% – +5,0%'."""
    ends = [bound for bound in (target.lower, target.upper) if bound is not None]
    if target.form == "growth":
        shown = " – ".join(signed_percent(bound, lang) for bound in ends)
    else:
        written = [*(number(bound, lang, decimals) for bound in ends[:-1])]
        shown = " – ".join([*written, amount(ends[-1], unit, lang, decimals)])
    if len(ends) > 1:
        return shown
    return TEXT[lang][f"comparator.{target.comparator}"].format(value=shown)


def period_name(period: str, lang: Lang) -> str:
    """'Q1' → 'quý I'; a period of days is unchanged."""
    return PERIOD[lang].get(period, period)


def _written(value: float, lang: Lang, decimals: int) -> str:
    rounded = round_half_up(value, decimals)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    text = format_decimal(rounded or abs(rounded), pattern, locale=_LOCALE[lang])
    return text.replace("-", _MINUS)


def _date(day: date, pattern: str, lang: Lang) -> str:
    return format_date(day, pattern, locale=_LOCALE[lang])
