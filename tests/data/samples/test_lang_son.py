"""The shipped sample `lang-son-2021`: only published figures."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from data.vintages.demonstration import contradictions, series_to_project

from data.plans.plan import Plan
from data.samples import build_lang_son as builder
from data.samples.files import FOLDER, read_sample
from data.samples.lang_son import ROWS
from data.vintages.observation import UNDATED, Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month

NAME = "lang-son-2021"
JUNE = date(2021, 6, 30)


@pytest.fixture(scope="module")
def sample() -> tuple[Plan, tuple[Observation, ...]]:
    return read_sample(NAME)


@pytest.fixture(scope="module")
def panel(sample: tuple[Plan, tuple[Observation, ...]]) -> Panel:
    nation, figures = read_sample("vietnam-2021")
    beside = Panel.of(nation.family, nation.kpis, figures)
    return Panel.of(sample[0].family, sample[0].kpis, sample[1], [beside])


def test_building_again_gives_what_is_shipped(shared_data: Path, tmp_path: Path) -> None:
    published = shared_data / "lang_son" / "published.csv"
    builder.build(published, shared_data / "targets.csv", tmp_path)
    for name in ("plan.yaml", builder.LEFT_OUT_FILE):
        assert (tmp_path / name).read_bytes() == (FOLDER / NAME / name).read_bytes(), name
    made, shipped = (
        gzip.decompress((folder / "observations.csv.gz").read_bytes())
        for folder in (tmp_path, FOLDER / NAME)
    )
    assert made == shipped


def test_every_figure_is_one_that_the_table_states(
    shared_data: Path, sample: tuple[Plan, tuple[Observation, ...]]
) -> None:
    with (shared_data / "lang_son" / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kpi"] in ROWS]
    stated = {
        (ROWS[row["kpi"]], row["period_end"], float(row[column]))
        for row in rows
        for column in ("value", "percent_of_plan")
        if row[column]
    }
    rates = {
        (ROWS[row["kpi"]], row["period_end"], round(100 + float(row["yoy_percent"]), 6))
        for row in rows
        if row["yoy_percent"]
    }
    titles = {row["source_title"] for row in rows}
    days = {row["published_date"] for row in rows}
    for one in sample[1]:
        if one == builder.SIX_MONTH_GROWTH:
            continue
        if one.form == "rate_on_month":
            assert f"{one.value - 100:+.2f}% vs " in one.source, one
        else:
            assert (one.kpi, str(one.month), one.value) in stated | rates, one
        assert any(one.source.startswith(title) for title in titles), one
        assert one.published == UNDATED or str(one.published) in days, one


def test_every_row_of_the_table_is_in_or_left_out_with_a_reason(shared_data: Path) -> None:
    with (shared_data / "lang_son" / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (FOLDER / NAME / builder.LEFT_OUT_FILE).open(encoding="utf-8", newline="") as file:
        left_out = list(csv.DictReader(file))
    taken = [row for row in rows if not builder.why_left_out(row)]
    assert len(taken) + len(left_out) == len(rows) == 158
    assert all(row["reason"] for row in left_out)
    assert all(list(builder.observations_of(row)) for row in taken)


def test_most_figures_have_no_day_and_are_in_no_view(
    sample: tuple[Plan, tuple[Observation, ...]], panel: Panel
) -> None:
    dated = Counter(one.published != UNDATED for one in sample[1])
    assert dated[False] > dated[True]
    for kpi in panel.kpis():
        for day in (date(2020, 12, 31), JUNE, date(2030, 1, 1)):
            assert all(one.published <= day for one in panel.observations(kpi, day))
    assert max(panel.vintages()) < date(2023, 1, 1)


def test_targets_are_only_those_a_source_gives(sample: tuple[Plan, object]) -> None:
    first, reported = sample[0].versions
    assert (first.adopted, reported.adopted) == (date(2021, 2, 28), JUNE)
    revenue = [("customs_revenue", "assigned", 3565.0), ("customs_revenue", "stretch", 4132.0)]
    listed_targets = [(kpi, target.level, target.lower) for kpi, target in reported.targets]
    assert [(kpi, target.level, target.lower) for kpi, target in first.targets] == revenue
    assert listed_targets == [
        *revenue,
        ("specialised_inspections", "assigned", 8.0),
        ("administrative_inspections", "assigned", 1.0),
        ("units_inspected", "assigned", 40.0),
        ("new_rural_communes", "stretch", 10.0),
        ("hydropower", "indicative", 2.0),  # that is, both
        ("power_plan_dossiers", "indicative", 2.0),
    ]
    assert all(target.source and target.basis for _, target in reported.targets)


def test_tasks_carry_no_day_and_no_judgement_of_ours(sample: tuple[Plan, object]) -> None:
    tasks = dict(sample[0].versions[-1].tasks)
    assert len(tasks) == 6
    for task in tasks.values():
        assert (task.starts, task.due, task.judgement, task.obstacle) == (None, None, None, "")
        assert all(step.due is None and step.judgement is None for step in task.steps)
    assert tasks["new_rural_communes"].recognised_later


def test_the_path_meets_what_was_published(panel: Panel) -> None:
    turnover = series_to_project(panel, "turnover", date(2021, 11, 30))
    year = turnover.calendar_year(2021)
    assert turnover.calendar_year(2018)[:3].sum() == pytest.approx(1233, rel=1e-9)
    assert turnover.calendar_year(2018)[:5].sum() == pytest.approx(1855, rel=1e-9)
    assert turnover.calendar_year(2019)[:9].sum() == pytest.approx(3180, rel=1e-9)
    assert year[:8].sum() == pytest.approx(1675 / 0.625, rel=1e-9)  # eight months of 2022, −37.5 %
    assert year[:11].sum() == pytest.approx(2695 / 0.684, rel=1e-9)
    half = turnover.calendar_year(2020)[:6].sum()
    assert year[:6].sum() / half == pytest.approx(1.41, rel=1e-9)
    parts = [
        series_to_project(panel, kpi, date(2021, 11, 30)).calendar_year(2021)[:11].sum()
        for kpi in ("exports", "imports")
    ]
    assert sum(parts) == pytest.approx(year[:11].sum(), rel=0.001)  # rounded rates
    clinker = series_to_project(panel, "clinker", date(2021, 12, 31))
    assert clinker.calendar_year(2021).sum() == pytest.approx(410, rel=1e-9)
    assert clinker.calendar_year(2020).sum() == pytest.approx(410 / 1.07, rel=1e-9)


def test_printed_months_of_the_path_are_as_printed(panel: Panel) -> None:
    goods = series_to_project(panel, "retail_sales_goods", JUNE)
    place = Month(2021, 4).ordinal - goods.start.ordinal
    assert (goods.values[place], goods.status[place]) == (1626.41, "estimate")
    assert goods.calendar_year(2021)[:4].sum() == pytest.approx(6604.86, rel=1e-9)


def test_contradicting_figures_are_listed(panel: Panel) -> None:
    listed = contradictions(panel, "retail_sales_and_services", JUNE)
    (one,) = (one for one in listed if one.printed.month == Month(2019, 4))
    assert (one.printed.form, one.kept) == ("rate_to_date", False)


def test_the_two_scopes_do_not_borrow_from_each_other(
    sample: tuple[Plan, tuple[Observation, ...]], panel: Panel
) -> None:
    others = [one for one in sample[1] if one.kpi != "turnover_customs"]
    alone = Panel.of(
        panel.family, tuple(panel.definitions.values()), others, panel.elsewhere.values()
    )
    one, two = (series_to_project(each, "turnover", JUNE) for each in (panel, alone))
    assert one.values.tobytes() == two.values.tobytes()
    with pytest.raises(NoObservations, match="6 of the 12 months up to 2021-06 and 2 of the 12"):
        series_to_project(panel, "turnover_customs", JUNE)


def test_exports_and_imports_of_the_demonstration_add_up_to_turnover(panel: Panel) -> None:
    total, *parts = (
        series_to_project(panel, kpi, JUNE).calendar_year(2021)[:6]
        for kpi in ("turnover", "exports", "imports")
    )
    assert sum(parts) == pytest.approx(total, rel=1e-3)
