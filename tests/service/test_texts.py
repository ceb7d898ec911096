"""Catalogues are complete and used; numbers, dates and plurals by hand."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from data.ingestion.suspicion import Why
from data.sign_off.rules import STATES
from models.candidates import OF_THE_YEAR, REGISTRY
from models.kinds import TRAITS
from models.series import FigureStatus
from models.targets.periods import MONTHS
from models.targets.target import Comparator, Status, TargetLevel
from service.analysis.changes import DRAWS, PARTS, PROJECTS
from service.texts import (
    CHANGE,
    COMPARE,
    FIGURE,
    LANGUAGES,
    LEVEL,
    PERIOD,
    REMARK,
    ROLE,
    STATE,
    STATUS,
    SUSPICION,
    TEXT,
    Lang,
    amount,
    chance,
    day_of,
    month_name,
    number,
    percent,
    signed_percent,
    unit_name,
    whole_per_cent,
)
from service.workflow.version_comparison import FIELDS

SERVICE = Path(str(files("service")))
# Looked up by a code, see below.
FAMILIES = (
    "status.",
    "state.",
    "figure.",
    "comparator.",
    "unit.",
    "form.",
    "label.",
    "role.",
    "level.",
    "period.",
    "remark.",
    "compare.",
    "change.",
    "contribution.",
    "scenario.",
    "suspicion.",
    "embed.",
    "doubt.",
    "error.",
    "person.",
    "help.",
)


@cache
def catalogue(lang: Lang) -> Catalog:
    with (SERVICE / f"locale/{lang}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def forms_of(lang: Lang, key: str) -> tuple[str, ...]:
    message = catalogue(lang).get(key)
    assert message is not None
    return written(message)


def written(message: Message) -> tuple[str, ...]:
    """The forms of a message: one, or one for each number."""
    forms = (message.string,) if isinstance(message.string, str) else message.string
    return tuple(str(form) for form in forms or ())


def fields_of(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name}


def keys_in_python() -> Iterator[tuple[str, str]]:
    """Every key that code asks a `Texts` for, and where; 'a.*' for f'a.{code}'."""
    for file in sorted(SERVICE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            key: ast.expr | None = None
            if isinstance(node, ast.Subscript) and _is_texts(node.value):
                key = node.slice
            elif isinstance(node, ast.Call) and _is_count(node.func):
                key = node.args[0]
            if key is not None:
                yield _pattern(key, f"{file.name}:{key.lineno}"), f"{file.name}:{key.lineno}"


def _is_count(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "count" and _is_texts(node.value)


def _is_texts(node: ast.expr) -> bool:
    """`TEXT[lang]`, or a name that stands for it: text, t."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id == "TEXT"
    return isinstance(node, ast.Name) and node.id in ("text", "t")


def _pattern(key: ast.expr, place: str) -> str:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    if isinstance(key, ast.JoinedStr):
        parts = [str(p.value) if isinstance(p, ast.Constant) else "*" for p in key.values]
        return "".join(parts)
    raise AssertionError(f"{place}: write the key out, so that it can be checked")


def keys_in_templates() -> Iterator[tuple[str, str]]:
    """Every `t.key`, `t["key"]` and `t.count("key", …)` of the pages."""
    for file in sorted(SERVICE.rglob("*.html")):
        tree = Environment().parse(file.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            counts = isinstance(call.node, nodes.Getattr) and call.node.attr == "count"
            if counts and isinstance(call.args[0], nodes.Const):
                yield call.args[0].value, f"{file.name}:{call.lineno}"
        found: Iterator[Any] = tree.find_all((nodes.Getattr, nodes.Getitem))
        for node in found:
            if not (isinstance(node.node, nodes.Name) and node.node.name == "t"):
                continue
            key = node.attr if isinstance(node, nodes.Getattr) else node.arg.as_const()
            if key == "count":
                continue
            yield key, f"{file.name}:{node.lineno}"


ASKED = [*keys_in_python(), *keys_in_templates()]


def matches(pattern: str, key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), key) is not None


def test_both_catalogues_have_the_same_keys_in_the_same_order() -> None:
    vi, en = ([message.id for message in catalogue(lang)] for lang in LANGUAGES)
    assert vi == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_there_in_canonical_letters(lang: Lang) -> None:
    for message in catalogue(lang):
        forms = written(message)
        assert forms
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        for form in forms:
            assert unicodedata.is_normalized("NFC", form), message.id


def test_both_languages_fill_in_the_same_fields() -> None:
    for key in TEXT["vi"]:
        vi, en = (set().union(*map(fields_of, forms_of(lang, key))) for lang in LANGUAGES)
        assert vi == en, key


def test_code_and_pages_ask_only_for_texts_that_exist() -> None:
    assert len(ASKED) > 50  # the search itself works
    missing = [
        f"{place}: {key}" for key, place in ASKED if not any(matches(key, k) for k in TEXT["vi"])
    ]
    assert not missing


def test_every_text_is_used() -> None:
    patterns = {key for key, _ in ASKED}
    unused = [
        key
        for key in TEXT["vi"]
        if not key.startswith(FAMILIES) and not any(matches(pattern, key) for pattern in patterns)
    ]
    assert not unused


def test_every_kind_says_of_what_time_its_figure_is() -> None:
    phrases = {traits.phrase for traits in TRAITS.values()} - {""}
    assert phrases
    assert all(f"report.period.{phrase}" in TEXT["vi"] for phrase in phrases)


KINDS_OF_CHANGE = ("added", "dropped", "changed")


def remarks_of_the_models() -> set[str]:
    """Every code that the models make a `Remark` of."""
    codes = set()
    for file in sorted((SERVICE.parent / "models").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Remark":
                assert isinstance(node.args[0], ast.Constant)
                codes.add(str(node.args[0].value))
    return codes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_name(lang: Lang) -> None:
    assert set(STATUS[lang]) == set(get_args(Status))
    assert set(STATE[lang]) == set(STATES)
    assert set(FIGURE[lang]) == {*get_args(FigureStatus), "projected"}
    assert set(LEVEL[lang]) == set(get_args(TargetLevel))
    assert set(ROLE[lang]) == {"lead", "coordinate"}
    assert set(PERIOD[lang]) == set(MONTHS)
    assert set(SUSPICION[lang]) == set(get_args(Why))
    assert set(REMARK[lang]) == remarks_of_the_models()
    fields = {f"field.{name}" for name in FIELDS}
    kinds = {f"{what}.{kind}" for what in ("target", "task") for kind in KINDS_OF_CHANGE}
    assert set(COMPARE[lang]) == fields | kinds
    parts = {key.removeprefix("part.") for key in CHANGE[lang] if key.startswith("part.")}
    assert parts == {*PARTS, PROJECTS, DRAWS}
    causes = {key.removeprefix("cause.") for key in CHANGE[lang] if key.startswith("cause.")}
    assert causes == {
        *PARTS,
        PROJECTS,
        DRAWS,
        "months",
        "nowcast",
        "late",
        "late_elsewhere",
        "left",
        "progress",
    }
    comparators = {key for key in TEXT[lang] if key.startswith("comparator.")}
    assert comparators == {f"comparator.{one}" for one in get_args(Comparator)}


def test_a_text_that_is_missing_names_its_catalogue() -> None:
    with pytest.raises(KeyError, match=r"vi\.po has no text 'status\.lost'"):
        STATUS["vi"]["lost"]


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234567.25, 1, "1.234.567,3", "1,234,567.3"),  # halves up
        (0.125, 2, "0,13", "0.13"),
        (1e6, 0, "1.000.000", "1,000,000"),
        (-1234.5, 1, "−1.234,5", "−1,234.5"),
        (-0.04, 1, "0,0", "0.0"),  # no negative zero
        (None, 1, "–", "–"),
    ],
)
def test_numbers(value: float | None, decimals: int, vi: str, en: str) -> None:
    assert (number(value, "vi", decimals), number(value, "en", decimals)) == (vi, en)


def test_per_cent() -> None:
    assert percent(28.35, "vi") == "28,4%"
    assert percent(None, "vi") == "–"
    assert signed_percent(4.25, "vi") == "+4,3%"
    assert signed_percent(-4.25, "en") == "−4.3%"
    assert signed_percent(0.04, "en") == "0.0%"  # no sign on what is printed as zero


def test_chances() -> None:
    assert chance(0.8312, "on_track", "vi") == "83%"
    assert chance(0.9999, "on_track", "vi") == "> 99%"
    assert chance(0.0, "off_track", "en") == "< 1%"
    assert chance(1.0, "achieved", "en") == "100%"
    assert chance(None, "no_basis", "en") == "–"


@pytest.mark.parametrize("threshold", [0.01, 0.29, 0.4, 0.57, 0.8, 0.9])
def test_a_probability_is_printed_as_reaching_a_threshold_only_if_it_does(
    threshold: float,
) -> None:
    """79.6 % is at risk where 80 % is on track; it must not stand there as 80 %."""
    for short in (0.004, 0.0005, 1e-6):
        assert whole_per_cent(threshold - short) < round(100 * threshold)
    assert whole_per_cent(threshold) == round(100 * threshold)
    assert whole_per_cent(threshold + 0.004) == round(100 * threshold)
    assert chance(0.796, "at_risk", "vi") == "79%"
    assert chance(0.8, "on_track", "vi") == "80%"


def test_dates() -> None:
    assert day_of("2021-06-05", "vi") == "05/6/2021"
    assert day_of("2021-01-29", "vi") == "29/01/2021"  # months 1 and 2 take a zero too
    assert day_of("2021-06-05", "en") == "5 June 2021"
    assert month_name("2021-02", "vi") == "tháng 2/2021"
    assert month_name("2021-02", "en") == "February 2021"


@pytest.mark.parametrize(
    ("value", "unit", "vi", "en"),
    [
        (157630.0, "million USD", "157.630 triệu USD", "157,630 million USD"),
        (482000.0, "billion VND", "482.000 tỷ đồng", "482,000 billion VND"),
        (250.0, "tonnes", "250 tấn", "250 tonnes"),
        (250.0, "kWh", "250 kWh", "250 kWh"),
        (9.0, "%", "9%", "9%"),
        (1.0, "index points", "1 điểm chỉ số", "1 index point"),
        (2.0, "index points", "2 điểm chỉ số", "2 index points"),
        (1.0, "communes", "1 xã", "1 commune"),
        (10.0, "communes", "10 xã", "10 communes"),
        (3.0, "bushels", "3 bushels", "3 bushels"),  # unknown units stay as they are
    ],
)
def test_amounts_are_written_the_way_reports_write_them(
    value: float, unit: str, vi: str, en: str
) -> None:
    assert (amount(value, unit, "vi"), amount(value, unit, "en")) == (vi, en)


def test_unit_names_ignore_case() -> None:
    assert unit_name("Million USD", "vi") == "triệu USD"


@pytest.mark.parametrize("name", [*REGISTRY, *OF_THE_YEAR])
def test_every_candidate_has_a_name_that_people_read(name: str) -> None:
    assert all(TEXT[lang][f"candidate.{name}"] for lang in LANGUAGES)
