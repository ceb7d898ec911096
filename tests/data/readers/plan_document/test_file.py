"""Plan documents: both formats say the same, and every mistake has its place."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import roll_over, target_drafts
from data.readers.plan_document.file import (
    read_plan,
    read_version,
    write_plan,
    write_template,
)
from data.readers.plan_document.xlsx import dump_xlsx
from data.readers.plan_document.yaml import dump_yaml
from data.readers.spreadsheet.cells import clean
from models.errors import InvalidPlan, UnreadableFile
from models.kinds import Kind
from models.targets.target import Comparator, Target
from models.targets.task import Step, Task

PLAN = Plan(
    slug="lang-son-2021",
    family="lang-son",
    year=2021,
    body="Sở Công Thương Lạng Sơn",
    name_vi="Kế hoạch năm 2021",
    name_en="Annual plan 2021",
    kpis=(
        Kpi("exports", "Xuất khẩu", "Exports", "million USD", scope="through the province"),
        Kpi("imports", "Nhập khẩu", "Imports", "million USD", parent="turnover"),
        Kpi("turnover", "Tổng kim ngạch", "Turnover", "million USD", parts=("exports", "imports")),
        Kpi(
            "cement",
            "Xi măng",
            "Cement",
            "million tonnes",
            decimals=2,
            dimensions={"product": "cement", "sector": "industry"},
            rows=(RowSelector("products", ("xi mang", "cement")),),
        ),
        Kpi("inspections", "Kiểm tra", "Inspections", "inspections", kind="count"),
        Kpi("dam", "Thủy điện", "Hydropower", "steps", kind="milestone"),
        Kpi("prices", "Giá cả", "Prices", "", kind="log", index="cement"),
    ),
    versions=(
        PlanVersion(
            1,
            date(2021, 1, 15),
            "Nghị quyết 01",
            (
                ("exports", Target("about", 4.0, 5.0, "growth", owner="Sở", role="lead")),
                ("cement", Target("at_least", 1.25, basis="printed", source="báo cáo")),
                ("cement", Target("at_least", 1.5, level="stretch")),
                ("inspections", Target("at_least", 8, period="remaining half", role="lead")),
                ("dam", Target("at_least", 2, owner="Chủ đầu tư", role="coordinate")),
            ),
            tasks=(
                (
                    "inspections",
                    Task(
                        starts=date(2021, 7, 1),
                        due=date(2021, 12, 15),
                        of=12,
                        part="chợ",
                        obstacle="thiếu người",
                        judgement=0.7,
                        recognised_later=True,
                    ),
                ),
                (
                    "dam",
                    Task(
                        steps=(
                            Step("permit", "Cấp phép", "Permit", date(2021, 9, 30), 0.9),
                            Step("grid", "Đấu nối", "Grid"),
                        )
                    ),
                ),
            ),
        ),
        PlanVersion(2, date(2021, 7, 1), "Điều chỉnh", (), note="không còn mục tiêu"),
    ),
    note="dòng một\ndòng hai",
)


def test_a_plan_comes_back_from_either_format(tmp_path: Path) -> None:
    for name in ("plan.yaml", "plan.yml", "plan.xlsx"):
        write_plan(PLAN, tmp_path / name)
        assert read_plan((tmp_path / name).read_bytes(), name) == PLAN


NORTH_SOUTH, SEA_AIR = ("exports_north", "exports_south"), ("exports_sea", "exports_air")


@pytest.mark.parametrize("name", ["plan.yaml", "plan.xlsx"])
@pytest.mark.parametrize("breakdowns", [(NORTH_SOUTH,), (NORTH_SOUTH, SEA_AIR)])
def test_relations_come_back_as_they_were_written(
    name: str, breakdowns: tuple[tuple[str, ...], ...]
) -> None:
    exports, imports, *others = PLAN.kpis
    parts = [replace(exports, slug=slug) for slug in (*NORTH_SOUTH, *SEA_AIR)]
    contains = (("imports",), ("exports_north", "exports_air"))
    tied = replace(exports, printed_parts=breakdowns, contains=contains)
    plan = replace(PLAN, kpis=(tied, imports, *others, *parts))
    content = dump_yaml(plan).encode() if name.endswith("yaml") else dump_xlsx(plan)
    again = read_plan(content, name)
    assert again.kpis[0].printed_parts == breakdowns
    assert again == plan


def test_writing_twice_gives_the_same_yaml() -> None:
    again = read_plan(dump_yaml(PLAN).encode(), "plan.yaml")
    assert dump_yaml(again) == dump_yaml(PLAN)


# --- round trip of any plan

_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp")),
    max_size=12,
).map(clean)
_filled = _texts.filter(bool)
_slugs = st.from_regex(r"[a-z][a-z0-9_]{1,8}", fullmatch=True)
_bounds = st.floats(-1e9, 1e9).map(lambda bound: float(f"{bound:.12g}"))


@st.composite
def _targets(draw: st.DrawFn) -> Target:
    comparators: tuple[Comparator, ...] = ("at_least", "at_most", "between", "about")
    comparator = draw(st.sampled_from(comparators))
    low, high = sorted((draw(_bounds), draw(_bounds)))
    needs_both = comparator == "between"
    lower = None if comparator == "at_most" and draw(st.booleans()) else low
    upper = high if needs_both or comparator == "at_most" or draw(st.booleans()) else None
    return Target(
        comparator=comparator,
        lower=lower,
        upper=upper,
        form=draw(st.sampled_from(("absolute", "growth"))),
        level=draw(st.sampled_from(("assigned", "stretch", "indicative"))),
        period=draw(st.sampled_from(("year", "H2", "9M", "remaining half"))),
        owner=draw(_texts),
        role=draw(st.sampled_from(("", "lead", "coordinate"))),
        basis=draw(_texts),
        source=draw(_texts),
    )


_days = st.none() | st.dates(date(2001, 1, 1), date(2001, 12, 31))
_chances = st.none() | st.sampled_from((0.125, 0.7))


@st.composite
def _tasks(draw: st.DrawFn, kind: str, year: int) -> Task:
    days = sorted(day.replace(year=year) for day in (draw(_days), draw(_days)) if day)
    names = draw(st.lists(_slugs, min_size=1, max_size=3, unique=True))
    steps = tuple(
        Step(name, draw(_filled), draw(_filled), draw(_days), draw(_chances)) for name in names
    )
    return Task(
        starts=days[0] if days else None,
        due=days[1] if len(days) > 1 else None,
        steps=steps if kind == "milestone" else (),
        of=1000 if kind == "count" and draw(st.booleans()) else None,
        part=draw(_texts),
        obstacle=draw(_texts),
        judgement=draw(_chances),
        recognised_later=draw(st.booleans()),
    )


@st.composite
def _kpis(draw: st.DrawFn, slug: str, others: list[str]) -> Kpi:
    ratio = bool(others) and draw(st.booleans())
    rows = draw(
        st.lists(
            st.builds(
                RowSelector,
                table=st.sampled_from(("exports", "retail", "investment")),
                names=st.lists(_slugs, min_size=1, max_size=3).map(tuple),
                quantity=st.sampled_from(("", "value", "qty")),
                occurrence=st.integers(1, 4),
            ),
            max_size=2,
        )
    )
    return Kpi(
        slug=slug,
        name_vi=draw(_filled),
        name_en=draw(_filled),
        unit="%",
        kind="ratio" if ratio else draw(st.sampled_from(("flow", "growth", "count"))),
        direction=draw(st.sampled_from(("higher", "lower"))),
        decimals=draw(st.integers(0, 5)),
        parent=draw(st.sampled_from([None, *others])),
        source=draw(_texts),
        price_basis=draw(st.sampled_from((None, "current"))),
        scope=draw(st.sampled_from((None, "national"))),
        dimensions=draw(st.dictionaries(_slugs, _filled, max_size=2)),
        rows=tuple(rows),
        parts=() if rows else tuple(draw(st.sets(st.sampled_from(others))) if others else ()),
        numerator=others[0] if ratio else None,
        denominator=others[-1] if ratio else None,
        indicator=draw(
            st.sampled_from((None, "vietnam/exports", "vietnam/turnover - vietnam/exports"))
        ),
    )


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    slugs = draw(st.lists(_slugs, min_size=1, max_size=4, unique=True))
    kpis = [draw(_kpis(slug, slugs[:index])) for index, slug in enumerate(slugs)]
    year = draw(st.integers(2000, 2100))
    counted_kinds: tuple[Kind, ...] = ("count", "milestone")
    counted = draw(st.sampled_from(counted_kinds))
    kpis.append(Kpi("a_task", draw(_filled), draw(_filled), "items", kind=counted))
    versions = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        tasks = [("a_task", draw(_tasks(counted, year)))] if draw(st.booleans()) else []
        goals = [("a_task", Target("at_least", 1.0, level="assigned"))] if tasks else []
        pairs = draw(st.lists(st.tuples(st.sampled_from(slugs), _targets()), max_size=3))
        unique = {(slug, target.level, target.period): (slug, target) for slug, target in pairs}
        versions.append(
            PlanVersion(
                number,
                date(2021, 3 * number, draw(st.integers(1, 28))),
                draw(_filled),
                (*unique.values(), *goals),
                draw(_texts),
                tuple(tasks),
            )
        )
    family = draw(st.from_regex(r"[a-z][a-z-]{0,6}[a-z]", fullmatch=True))
    return Plan(
        slug=f"{family}-{year}",
        family=family,
        year=year,
        body=draw(_filled),
        name_vi=draw(_filled),
        name_en=draw(_filled),
        kpis=tuple(kpis),
        versions=tuple(versions),
        label=draw(st.sampled_from((None, "reconstructed"))),
        note=draw(_texts),
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_plans())
def test_any_plan_comes_back_from_yaml(plan: Plan) -> None:
    assert read_plan(dump_yaml(plan).encode(), "plan.yaml") == plan


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_plans())
def test_any_plan_comes_back_from_xlsx(plan: Plan) -> None:
    assert read_plan(dump_xlsx(plan), "plan.xlsx") == plan


# --- templates


def test_the_blank_templates_say_what_is_missing(tmp_path: Path) -> None:
    for name, place in (("blank.yaml", "plan"), ("blank.xlsx", "B1")):
        write_template(tmp_path / name)
        with pytest.raises(UnreadableFile, match="Fill it in") as caught:
            read_plan((tmp_path / name).read_bytes(), name)
        assert place in (caught.value.path, caught.value.cell)


def test_the_example_in_the_yaml_template_is_a_plan(tmp_path: Path) -> None:
    write_template(tmp_path / "blank.yaml")
    text = (tmp_path / "blank.yaml").read_text(encoding="utf-8")
    text = text.replace("kpis: []\n", "").replace("versions: []\n", "")
    lines = [line.removeprefix("# ") for line in text.splitlines()[3:]]
    filled = "\n".join(lines).replace("plan:  ", "plan: lang-son-2021  ", 1)
    filled = filled.replace("body:  ", "body: Sở  ", 1).replace("vi:  ", "vi: Kế hoạch  ", 1)
    plan = read_plan(filled.encode(), "blank.yaml")
    slugs = ["exports", "imports", "turnover", "inspections", "hydropower"]
    assert [kpi.slug for kpi in plan.kpis] == slugs
    (version,) = plan.versions
    assert version.targets[0][1].lower == 5.5
    assert version.targets_of("hydropower")[0] == Target("at_least", 2, role="coordinate")
    assert version.tasks[0] == (
        "inspections",
        Task(starts=date(2021, 7, 1), obstacle="vướng mắc / what stands in the way"),
    )
    first, second = version.tasks[1][1].steps
    assert (first.due, first.judgement) == (date(2021, 9, 30), None)
    assert (second.due, second.judgement) == (None, 0.7)


def letters(sheet: Any) -> dict[str, str]:
    """The letter of each column by its heading."""
    return {cell.value: cell.column_letter for cell in sheet[1]}


def test_the_workbook_offers_lists_for_what_has_fixed_answers(tmp_path: Path) -> None:
    write_template(tmp_path / "blank.xlsx")
    book = openpyxl.load_workbook(tmp_path / "blank.xlsx")
    lists = {
        sheet.title: {
            str(rule.sqref).split(":")[0][0]: str(rule.formula1)
            for rule in sheet.data_validations.dataValidation
        }
        for sheet in book.worksheets
    }
    headings = letters(book["Mục tiêu (Targets)"])
    targets = lists["Mục tiêu (Targets)"]
    assert "tối thiểu (at_least)" in targets[headings["So sánh (Comparator)"]]
    assert "(growth)" in targets[headings["Dạng (Form)"]]
    assert "(stretch)" in targets[headings["Mức giao (Level)"]]
    kinds = letters(book["Chỉ tiêu (KPIs)"])
    assert "(closing)" in lists["Chỉ tiêu (KPIs)"][kinds["Cách tính năm (Kind)"]]


def test_a_workbook_filled_in_by_hand_in_english_or_vietnamese(tmp_path: Path) -> None:
    write_template(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for row, value in enumerate(("ha-giang-2022", "Sở Công Thương", "Kế hoạch"), start=1):
        book["Kế hoạch (Plan)"].cell(row, 2, value)
    kpis = book["Chỉ tiêu (KPIs)"]
    kpis.cell(1, 1, "ma chi tieu")  # headings without accents are understood
    for column, value in enumerate(("beer", "Bia", "", "triệu lít", "Cộng các tháng"), start=1):
        kpis.cell(2, column, value)
    versions = book["Phiên bản (Versions)"]
    adopted: tuple[Any, ...] = (1, date(2022, 1, 5), "Quyết định 7")
    for column, cell in enumerate(adopted, start=1):
        versions.cell(2, column, cell)
    targets = book["Mục tiêu (Targets)"]
    goal: tuple[Any, ...] = (1, "beer", "Tối thiểu", 0.045, None, "growth")
    for column, entered in enumerate(goal, start=1):
        targets.cell(2, column, entered)
    targets["D2"].number_format = "0.0%"
    targets.cell(3, 1, 1)
    for column, value in enumerate(("beer", "about", "1.234,5"), start=2):
        targets.cell(3, column, value)
    targets.cell(3, 7, "phấn đấu")
    targets.cell(3, 8, "6 tháng đầu năm")
    buffer = io.BytesIO()
    book.save(buffer)
    plan = read_plan(buffer.getvalue(), "plan.xlsx")
    assert (plan.family, plan.year, plan.name_en) == ("ha-giang", 2022, "Kế hoạch")
    assert plan.kpis[0].name_en == "Bia"
    (_, first), (_, second) = plan.versions[0].targets
    assert first == Target("at_least", 4.5, form="growth")
    assert second == Target("about", 1234.5, level="stretch", period="H1")
    assert plan.versions[0].adopted == date(2022, 1, 5)


# --- mistakes


Document = dict[str, Any]


def test_a_field_of_older_documents_is_read_without_effect() -> None:
    document = yaml.safe_load(dump_yaml(PLAN))
    document["kpis"][0]["demonstration"] = "yes"
    content = yaml.safe_dump(document, allow_unicode=True).encode()
    assert read_plan(content, "plan.yaml") == PLAN
    buffer = io.BytesIO()
    book = openpyxl.load_workbook(io.BytesIO(dump_xlsx(PLAN)))
    sheet = book.worksheets[1]
    sheet.cell(1, sheet.max_column + 1, "Minh họa (Demonstration)")
    book.save(buffer)
    assert read_plan(buffer.getvalue(), "plan.xlsx") == PLAN


def refused(content: bytes, file: str) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_plan(content, file)
    return caught.value


def set_target(name: str, value: object) -> Callable[[Document], None]:
    return lambda document: document["versions"][0]["targets"][1].update({name: value})


def set_kpi(index: int, name: str, value: object) -> Callable[[Document], None]:
    return lambda document: document["kpis"][index].update({name: value})


def set_version(name: str, value: object) -> Callable[[Document], None]:
    return lambda document: document["versions"][1].update({name: value})


def set_task(index: int, name: str, value: object) -> Callable[[Document], None]:
    return lambda document: document["versions"][0]["tasks"][index].update({name: value})


def set_step(name: str, value: object) -> Callable[[Document], None]:
    return lambda document: document["versions"][0]["tasks"][1]["steps"][0].update({name: value})


@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        (lambda d: d.update(plan="lang-son"), "plan", "ends in the year"),
        (lambda d: d.pop("body"), "body", "a 'body'"),
        (lambda d: d["name"].pop("vi"), "name_vi", "name_vi"),
        (lambda d: d["name"].update(fr="x"), "name.fr", "'vi' or 'en'"),
        (lambda d: d.update(years=2021), "years", "one of the keys"),
        (lambda d: d.update(kpis=[]), "kpis", "at least one KPI"),
        (lambda d: d.update(kpis={}), "kpis", "a list"),
        (lambda d: d.update(note=1.5), "note", "text for 'note'"),
        (lambda d: d["kpis"].append("x"), "kpis[7]", "a mapping"),
        (set_kpi(0, "slug", "Xuất khẩu"), "kpis[0].slug", "lower-case"),
        (set_kpi(1, "slug", "exports"), "kpis[1].slug", "used once"),
        (set_kpi(0, "unit", None), "kpis[0].unit", "a 'unit'"),
        (set_kpi(0, "kind", "sums"), "kpis[0].kind", "one of"),
        (set_kpi(0, "decimals", 1.5), "kpis[0].decimals", "whole number"),
        (set_kpi(0, "parent", "nowhere"), "kpis[0].parent", "the slug of a KPI"),
        (set_kpi(2, "parent", "imports"), "kpis[1].parent", "do not circle"),
        (set_kpi(2, "parts", ["exports", "turnover"]), "kpis[2].parts", "do not circle"),
        (set_kpi(2, "parts", "exports"), "kpis[2].parts", "a list of texts"),
        (set_kpi(2, "parts", ["exports", "cement"]), "kpis[2].parts", "in the unit"),
        (set_kpi(3, "parts", ["exports"]), "kpis[3].parts", "parts in the unit"),
        (set_kpi(0, "printed_parts", ["nowhere"]), "kpis[0].printed_parts", "the slug of a KPI"),
        (set_kpi(0, "printed_parts", ["cement"]), "kpis[0].printed_parts", "in million USD"),
        (set_kpi(0, "printed_parts", ["imports"] * 2), "kpis[0].printed_parts", "each KPI once"),
        (set_kpi(0, "printed_parts", ["turnover"]), "kpis[0].printed_parts", "do not circle"),
        (
            set_kpi(2, "printed_parts", ["exports + imports", "imports"]),
            "kpis[2].printed_parts",
            "at least two KPIs in each",
        ),
        (
            set_kpi(2, "printed_parts", ["exports + imports", "imports + exports"]),
            "kpis[2].printed_parts",
            "each sum once",
        ),
        (set_kpi(2, "contains", ["imports+imports"]), "kpis[2].contains", "each KPI once"),
        (set_kpi(2, "contains", ["exports - imports"]), "kpis[2].contains", "a valid entry"),
        (set_kpi(4, "printed_parts", ["inspections"]), "kpis[4].printed_parts", "in fractions"),
        (set_kpi(0, "contains", ["inspections"]), "kpis[0].contains", "of kind 'flow'"),
        (set_kpi(1, "contains", ["turnover"]), "kpis[1].contains", "do not circle"),
        (set_kpi(5, "contains", ["dam"]), "kpis[5].contains", "nothing, since the kind"),
        (set_kpi(0, "kind", "ratio"), "kpis[0].numerator", "a numerator"),
        (set_kpi(0, "numerator", "imports"), "kpis[0].numerator", "no numerator"),
        (
            lambda d: d["kpis"][0].update(
                kind="ratio", unit="%", numerator="imports", denominator="cement"
            ),
            "kpis[0].unit",
            "in the same unit",
        ),
        (set_kpi(0, "dimensions", {"Huyện": "x"}), "kpis[0].dimensions", "dimensions"),
        (set_kpi(0, "rows", [{"names": ["x"]}]), "kpis[0].rows[0].table", "a 'table'"),
        (
            set_kpi(0, "rows", [{"table": "export", "names": ["x"]}]),
            "kpis[0].rows[0].table",
            "one of the tables",
        ),
        (set_kpi(0, "rows", [{"table": "iip"}]), "kpis[0].rows[0].names", "name as printed"),
        (set_kpi(0, "indicator", "nowhere"), "kpis[0].indicator", "the slug of a KPI"),
        (set_kpi(0, "indicator", "a/b/c"), "kpis[0].indicator", "family/slug"),
        (set_kpi(0, "indicator", "turnover - "), "kpis[0].indicator", "a total less its parts"),
        (set_kpi(0, "indicator", "turnover"), "kpis[0].indicator", "rest on the KPI itself"),
        (set_version("number", 1), "versions[1].number", "above 1"),
        (set_version("number", None), "versions[1].number", "whole number"),
        (set_version("adopted", "2021-02-30"), "versions[1].adopted", "a date"),
        (set_version("adopted", None), "versions[1].adopted", "a date"),
        (set_version("adopted", "2020-01-01"), "versions[1].adopted", "not before 2021-01-15"),
        (set_version("document", ""), "versions[1].document", "a 'document'"),
        (set_target("kpi", "cemnt"), "versions[0].targets[1].kpi", "a KPI of this plan"),
        (set_target("level", "stretch"), "versions[0].targets[2].kpi", "one target of cement"),
        (set_target("comparator", "equals"), "versions[0].targets[1].comparator", "one of"),
        (set_target("comparator", None), "versions[0].targets[1].comparator", "one of"),
        (set_target("lower", None), "versions[0].targets[1].lower", "fit 'at_least'"),
        (set_target("upper", 1), "versions[0].targets[1].upper", "fit 'at_least'"),
        (set_target("lower", "many"), "versions[0].targets[1].lower", "a number"),
        (set_target("lower", "1.234"), "versions[0].targets[1].lower", "is it 1234 or 1.234"),
        (set_target("lower", float("inf")), "versions[0].targets[1].lower", "a number"),
        (set_target("lowest", 1), "versions[0].targets[1].lowest", "one of the keys"),
        (set_target("period", "Q5"), "versions[0].targets[1].period", "quý I"),
        (set_target("period", "2022Q1"), "versions[0].targets[1].period", "quý I"),
        (set_target("period", "2022-03-31"), "versions[0].targets[1].period", "quý I"),
        (set_target("kpi", "prices"), "versions[0].targets[1].kpi", "kind 'log' has words"),
        (set_target("kpi", "dam"), "versions[0].targets[4].kpi", "one target of dam"),
        (set_kpi(0, "index", "cement"), "kpis[0].index", "no index"),
        (set_kpi(6, "index", "cemnt"), "kpis[6].index", "the slug of a KPI"),
        (set_kpi(5, "kind", "count"), "versions[0].tasks[1].steps", "no steps"),
        (set_kpi(4, "kind", "milestone"), "versions[0].tasks[0].steps", "at least one step"),
        (set_kpi(4, "kind", "flow"), "versions[0].tasks[0].kpi", "'count' or 'milestone'"),
        (set_task(0, "kpi", "cement"), "versions[0].tasks[0].kpi", "'count' or 'milestone'"),
        (set_task(0, "kpi", "dam"), "versions[0].tasks[0].steps", "at least one step"),
        (set_task(1, "kpi", "x"), "versions[0].tasks[1].kpi", "'count' or 'milestone'"),
        (
            lambda d: d["versions"][0]["tasks"].pop(1),
            "versions[0].targets[4].kpi",
            "a task with its steps",
        ),
        (set_task(0, "due", "2021-06-30"), "versions[0].tasks[0].due", "from 2021-07-01"),
        (set_task(0, "due", "2022-01-31"), "versions[0].tasks[0].due", "plan's year, 2021"),
        (set_task(0, "due", "soon"), "versions[0].tasks[0].due", "a date"),
        (set_task(0, "judgement", 1), "versions[0].tasks[0].judgement", "between 0 and 1"),
        (set_task(0, "judgement", 70), "versions[0].tasks[0].judgement", "between 0 and 1"),
        (set_task(0, "recognised_later", "maybe"), "versions[0].tasks[0].recognised_later", "có"),
        (set_task(0, "of", 7), "versions[0].targets[3].lower", "at most 7"),
        (set_task(1, "of", 2), "versions[0].tasks[1].of", "nothing"),
        (set_task(1, "steps", None), "versions[0].tasks[1].steps", "at least one step"),
        (set_step("step", "grid"), "versions[0].tasks[1].steps", "each step once"),
        (set_step("step", None), "versions[0].tasks[1].steps[0].step", "a 'step'"),
        (set_step("name", None), "versions[0].tasks[1].steps[0].name", "a 'name_vi'"),
        (set_step("done", 1), "versions[0].tasks[1].steps[0].done", "one of the keys"),
        (
            lambda d: d["versions"][0]["targets"].pop(3),
            "versions[0].tasks[0].kpi",
            "a target of the task",
        ),
        (
            lambda d: d["versions"][0]["targets"][3].update(form="growth"),
            "versions[0].targets[3].form",
            "an absolute target",
        ),
        (
            lambda d: d["versions"][0]["targets"][4].update(comparator="at_most", upper=3),
            "versions[0].targets[4].comparator",
            "of a checklist",
        ),
        (
            lambda d: d["versions"][0]["tasks"].append({"kpi": "inspections"}),
            "versions[0].tasks[2].kpi",
            "a task once",
        ),
    ],
)
def test_a_mistake_in_yaml_is_named_by_its_path(
    change: Callable[[Document], object], path: str | None, expected: str
) -> None:
    document = yaml.safe_load(dump_yaml(PLAN))
    change(document)
    error = refused(yaml.safe_dump(document, allow_unicode=True).encode(), "plan.yaml")
    assert error.path == path
    assert expected in error.expected
    assert (path or "plan.yaml: expected") in str(error)


def test_all_mistakes_of_a_document_are_reported_at_once() -> None:
    document = yaml.safe_load(dump_yaml(PLAN))
    set_target("lower", "many")(document)
    set_kpi(0, "kind", "sums")(document)
    error = refused(yaml.safe_dump(document).encode(), "plan.yaml")
    assert "kpis[0].kind" in str(error)
    assert "versions[0].targets[1].lower" in str(error)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plan: [", "expected the node content"),
        ("plan: a\nplan: b\n", "the key 'plan' twice"),
        ("- 1\n", "list"),
        ("", "nothing"),
        ("plan: !!python/object:os.system x", "could not determine a constructor"),
        ("[" * 5000, ""),
    ],
)
def test_other_yaml_is_refused(text: str, found: str) -> None:
    assert found in refused(text.encode(), "plan.yaml").found


def workbook_with(change: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(dump_xlsx(PLAN)))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(sheet: str, cell: str, value: Any) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value

    return change


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "expected"),
    [
        ("Kế hoạch (Plan)", "B1", "lang-son", "ends in the year"),
        ("Kế hoạch (Plan)", "A2", "Cơ quan chủ quản", "one of"),
        ("Chỉ tiêu (KPIs)", "A2", "Xuất khẩu", "lower-case"),
        ("Chỉ tiêu (KPIs)", "E3", "sums", "one of"),
        ("Chỉ tiêu (KPIs)", "D1", "Đo bằng", "one of the headings"),
        ("Phiên bản (Versions)", "B2", "tháng giêng", "a date"),
        ("Phiên bản (Versions)", "A3", 1, "above 1"),
        ("Mục tiêu (Targets)", "D3", "=1+1", "a value"),
        ("Mục tiêu (Targets)", "D3", "rất nhiều", "a number"),
        ("Mục tiêu (Targets)", "A3", 9, "one of those listed"),
        ("Mục tiêu (Targets)", "B3", "xi_mang", "a KPI of this plan"),
        ("Dòng nguồn (Source rows)", "A2", "steel", "one of those listed"),
        ("Dòng nguồn (Source rows)", "E2", 0, "whole number"),
    ],
)
def test_a_mistake_in_xlsx_is_named_by_sheet_and_cell(
    sheet: str, cell: str, value: object, expected: str
) -> None:
    error = refused(workbook_with(put(sheet, cell, value)), "plan.xlsx")
    if cell == "D1":  # the renamed column is missing as well
        assert "a column 'Đơn vị (Unit)'" in str(error)
    assert (error.sheet, error.cell) == (sheet, cell)
    assert expected in error.expected


def test_a_missing_sheet_is_named() -> None:
    error = refused(workbook_with(lambda book: book.remove(book["Chỉ tiêu (KPIs)"])), "plan.xlsx")
    assert "Chỉ tiêu (KPIs)" in error.expected
    assert "'Kế hoạch (Plan)'" in error.found


def test_an_old_workbook_and_an_unknown_ending_are_refused(tmp_path: Path) -> None:
    assert ".xls" in refused(b"\xd0\xcf\x11\xe0" + b"\x00" * 50, "plan.xls").found
    with pytest.raises(UnreadableFile, match=r"\.xlsx or \.yaml"):
        write_plan(PLAN, tmp_path / "plan.csv")
    with pytest.raises(UnreadableFile, match="no ending"):
        write_template(tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []


def test_text_too_long_for_a_cell_is_not_truncated() -> None:
    with pytest.raises(InvalidPlan, match="32767"):
        dump_xlsx(replace(PLAN, note="a" * 40000))


# --- one version alone, drafts


def test_a_version_as_a_mapping() -> None:
    data = {
        "number": 3,
        "adopted": "2021-09-01",
        "document": "Quyết định 9",
        "targets": [{"kpi": "exports", "comparator": "at_least", "lower": 3000}],
    }
    version = read_version(data, PLAN.kpis, 2021)
    assert version.number == 3
    assert version.targets == (("exports", Target("at_least", 3000.0)),)
    with pytest.raises(UnreadableFile, match=r"targets\[0\]\.kpi"):
        read_version(data, PLAN.kpis[1:], 2021)


def test_drafts_wait_for_their_bounds(tmp_path: Path) -> None:
    drafts = target_drafts(replace(PLAN, versions=PLAN.versions[:1]))
    for name in ("draft.yaml", "draft.xlsx"):
        write_plan(roll_over(PLAN, 2022), tmp_path / name, drafts)
        error = refused((tmp_path / name).read_bytes(), name)
        message = str(error)
        assert "a date" in message
        assert "bounds that fit 'about', found none" in message


def test_a_filled_in_draft_is_a_plan(tmp_path: Path) -> None:
    drafts = target_drafts(replace(PLAN, versions=PLAN.versions[:1]))[:1]
    text = dump_yaml(roll_over(PLAN, 2022), drafts)
    text = text.replace("adopted: null", "adopted: 2022-01-10")
    text = text.replace("document: null", "document: Nghị quyết").replace(
        "lower: null", "lower: 6"
    )
    version = read_plan(text.encode(), "draft.yaml").versions[0]
    assert version.targets == (
        ("exports", Target("about", 6.0, form="growth", owner="Sở", role="lead")),
    )
