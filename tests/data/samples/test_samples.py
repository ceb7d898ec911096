"""The shipped sample: its content, its sources, and that it can be rebuilt."""

from __future__ import annotations

import gzip
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.db.store import Store
from data.plans.entries import progress_of
from data.plans.plan import Plan
from data.plans.rows import load_plan, plan_slugs
from data.samples import build as builder
from data.samples.files import FOLDER, read_sample, sample_names, write_sample
from data.samples.load import load_sample
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import vintages_of
from models.errors import InputError, UnknownPlan
from models.series import Month

pytestmark = pytest.mark.slow

NAME = "vietnam-2021"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> tuple[Plan, tuple[Observation, ...]]:
    return read_sample(NAME)


@pytest.fixture(scope="module")
def plan(sample: tuple[Plan, tuple[Observation, ...]]) -> Plan:
    return sample[0]


@pytest.fixture(scope="module")
def by_kpi(
    sample: tuple[Plan, tuple[Observation, ...]],
) -> dict[str, list[Observation]]:
    figures = defaultdict(list)
    for one in sample[1]:
        figures[one.kpi].append(one)
    return figures


def test_the_kpis_a_planner_expects_are_there(plan: Plan) -> None:
    slugs = {kpi.slug for kpi in plan.kpis}
    assert len(slugs) >= 25
    assert slugs >= {
        "exports",
        "imports",
        "turnover",
        "retail_sales_and_services",
        "retail_sales_goods",
        "iip",
        "iip_manufacturing",
        "investment_total",
        "investment_moit",
    }
    products = [kpi for kpi in plan.kpis if "product" in kpi.dimensions]
    provinces = [slug for slug in slugs if slug.startswith("investment_")]
    assert len(products) >= 10
    assert len(provinces) - 2 == 5
    assert plan.kpi("turnover").parts == ("exports", "imports")
    assert {plan.kpi(slug).kind for slug in slugs if slug.startswith("iip")} == {"growth"}


def test_every_kpi_has_full_vintages_from_2013_to_2021(
    plan: Plan, by_kpi: dict[str, list[Observation]]
) -> None:
    everyone = {one.published for figures in by_kpi.values() for one in figures}
    assert len(everyone) == 108
    for kpi in plan.kpis:
        if kpi.parts:
            assert kpi.slug not in by_kpi
            continue
        vintages = {one.published for one in by_kpi[kpi.slug]}
        assert len(everyone - vintages) <= 2, kpi.slug
        assert min(vintages) == date(2013, 1, 29)
        assert max(vintages) == date(2021, 12, 29)
        months = {one.month for one in by_kpi[kpi.slug]}
        assert {Month(2013, 1), Month(2021, 12)} <= months


def test_every_figure_names_its_file_and_cell(by_kpi: dict[str, list[Observation]]) -> None:
    for figures in by_kpi.values():
        for one in figures:
            assert one.source.startswith(str(one.published)), one
            assert "cell " in one.source
            assert one.published >= date(*one.month, 1)


@pytest.mark.parametrize(
    ("kpi", "form", "value"),
    [  # read off the workbook of June 2021 by eye
        ("exports", "month", 26500.0),
        ("exports", "year_to_date", 157629.990076),
        ("retail_sales_and_services", "year_to_date", 2463846.0392093),
        ("iip", "rate_on_year", 106.75),
        ("iip", "rate_to_date", 109.27),
        ("investment_moit", "share_of_plan", 27.7982985564213),
    ],
)
def test_figures_of_june_2021(
    by_kpi: dict[str, list[Observation]], kpi: str, form: str, value: float
) -> None:
    (found,) = (
        one.value
        for one in by_kpi[kpi]
        if one.form == form and one.month == Month(2021, 6) and one.published == date(2021, 6, 29)
    )
    assert found == pytest.approx(value, rel=1e-12)


def test_every_target_has_a_basis_a_source_and_a_published_figure(plan: Plan) -> None:
    assert len(plan.versions) >= 5
    for version in plan.versions:
        assert version.document
        for kpi, target in version.targets:
            assert target.basis, (version.number, kpi)
            assert target.source, (version.number, kpi)
            assert kpi == "exports" or kpi.startswith("investment_")


def test_the_growth_target_counts_from_the_day_it_was_surely_known(plan: Plan) -> None:
    assert plan.targets_on("exports", date(2021, 2, 27)) == ()
    (target,) = plan.targets_on("exports", date(2021, 2, 28))
    assert (target.comparator, target.form, target.lower, target.upper) == (
        "about",
        "growth",
        4.0,
        5.0,
    )
    assert "up to 5%" in target.basis
    version = plan.version_on(date(2021, 2, 28))
    assert version is not None
    assert (
        version.document
        == "Chỉ tiêu của Bộ Công Thương, theo VOV, aseanmanufacturing.com, 02/2021"
    )
    assert target.owner == "Bộ Công Thương"


def test_plans_in_force_in_june_are_cumulative_over_percentage(plan: Plan) -> None:
    day = date(2021, 6, 30)
    # annex of 29 June 2021: 299.15 billion VND is 27.7982985564213 % of the plan
    (ministry,) = plan.targets_on("investment_moit", day)
    assert ministry.lower == pytest.approx(299.15 / 0.277982985564213, abs=1e-3)
    assert ministry.lower == 1076.145
    # 171,902.111852726 billion VND is 36.80819940355433 %
    (total,) = plan.targets_on("investment_total", day)
    assert total.lower == pytest.approx(171902.111852726 / 0.3680819940355433, abs=1e-3)
    assert total.lower == 467021.247
    assert "published 2021-06-29" in total.source


def test_a_changed_plan_is_not_seen_before_its_change(plan: Plan) -> None:
    def total(day: date) -> float | None:
        return plan.targets_on("investment_total", day)[0].lower

    assert total(date(2021, 1, 31)) == 454113.2
    assert total(date(2021, 12, 28)) == 498199.603
    assert total(date(2021, 12, 29)) == 502262.535
    assert plan.targets_on("investment_total", date(2021, 1, 28)) == ()


def test_the_sample_is_small() -> None:
    size = sum(path.stat().st_size for path in (FOLDER / NAME).iterdir())
    assert size < 1_500_000


def test_loading_twice_changes_nothing(
    tmp_path: Path, sample: tuple[Plan, tuple[Observation, ...]]
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/vedich.db")
    (first,) = load_sample(store, NAME, MOMENT)
    assert (first.plan, first.saved.new_plan, first.added.new) == (NAME, True, len(sample[1]))
    assert load_plan(store, NAME) == sample[0]
    again = {loaded.plan: loaded for loaded in load_sample(store, "all", MOMENT)}
    assert set(again) == set(sample_names())
    assert (again[NAME].added.new, again[NAME].saved.new_versions) == (0, ())
    reported = progress_of(store, "lang-son-2021")
    assert reported
    load_sample(store, "all", MOMENT)
    assert progress_of(store, "lang-son-2021") == reported
    assert len(vintages_of(store, "vietnam")) == 108
    series = load_panel(store, "vietnam", date(2021, 6, 30)).series_as_of(
        "turnover", date(2021, 6, 30)
    )
    assert series.cutoff == Month(2021, 6)
    store.close()


def test_an_unknown_sample_lists_those_there_are(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/vedich.db")
    with pytest.raises(UnknownPlan, match=r"vietnam-2021.*'all'"):
        load_sample(store, "lang-son-1900", MOMENT)
    assert plan_slugs(store) == ()
    store.close()


def test_writing_what_was_read_gives_the_same_bytes(
    tmp_path: Path, sample: tuple[Plan, tuple[Observation, ...]]
) -> None:
    write_sample(*sample, tmp_path)
    assert (tmp_path / "plan.yaml").read_bytes() == (FOLDER / NAME / "plan.yaml").read_bytes()
    shipped = (FOLDER / NAME / "observations.csv.gz").read_bytes()
    written = (tmp_path / "observations.csv.gz").read_bytes()
    assert gzip.decompress(written) == gzip.decompress(shipped)
    first, second = tmp_path / "first", tmp_path / "second"
    write_sample(sample[0], sample[1], first)
    write_sample(sample[0], reversed(sample[1]), second)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_building_again_gives_what_is_shipped(shared_data: Path, tmp_path: Path) -> None:
    builder.build(shared_data / "gso" / "workbooks", shared_data / "targets.csv", tmp_path)
    for name in ("plan.yaml", "workbooks.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / NAME / name).read_bytes(), name
    shipped = (FOLDER / NAME / "observations.csv.gz").read_bytes()
    built = (tmp_path / "observations.csv.gz").read_bytes()
    assert gzip.decompress(built) == gzip.decompress(shipped)


@pytest.mark.parametrize(
    ("source", "day"),
    [
        ("VOV and another site, February 2021", date(2021, 2, 28)),
        ("a site, 4 January 2021", date(2021, 1, 4)),
    ],
)
def test_the_day_a_source_was_known(source: str, day: date) -> None:
    assert builder.known_from(source) == day


def test_a_source_without_a_date_is_refused() -> None:
    with pytest.raises(InputError, match="ends in its date"):
        builder.known_from("six-month report")


def test_only_the_countrys_targets_of_the_year_and_of_known_kpis(tmp_path: Path) -> None:
    columns = "body,year,kpi,level,comparator,lower,upper,form,period,owner,role,basis,source"
    row = '{},{},{},assigned,at_least,9,,growth,year,Ministry,lead,b,"s, 4 January 2021"'
    path = tmp_path / "targets.csv"
    rows = [
        row.format("Vietnam (Ministry)", 2021, "iip"),
        row.format("Vietnam (Ministry)", 2020, "iip"),
        row.format("Vietnam (Government)", 2021, "gdp"),
        row.format("Hanoi (Department)", 2021, "exports"),
    ]
    path.write_text("\n".join([columns, *rows]), encoding="utf-8")
    (found,) = builder.published_targets(path, "Vietnam (", builder.PLAN)
    assert (found.kpi, found.day, found.target.lower) == ("iip", date(2021, 1, 4), 9.0)
    assert found.target.upper is None
    assert found.document == "Chỉ tiêu của Ministry, theo s, 04/01/2021"
