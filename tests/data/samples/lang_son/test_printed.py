"""What was published is kept as printed, with its source, and met by the months."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.samples.files import FOLDER, read_reports, read_sample
from data.samples.lang_son.kpis import ROWS
from data.samples.lang_son.printed import (
    CONTRADICTED,
    FIRST,
    SIX_MONTH_GROWTH,
    conditions,
    printed_figures,
    read_rows,
    source_of,
    why_left_out,
)
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.series import ILLUSTRATIVE, Month

DECEMBER = date(2021, 12, 31)


@pytest.fixture(scope="module")
def panel() -> Panel:
    plan, figures = read_sample("lang-son-2021")
    return Panel.of(plan.family, plan.kpis, figures)


def test_the_sample_holds_what_the_table_states(shared_data: Path, panel: Panel) -> None:
    rows = read_rows(shared_data / "lang_son" / "published.csv")
    shipped = {one for one in panel.figures() if one.status not in ILLUSTRATIVE}
    assert shipped == set(printed_figures(rows))
    titles = {source_of(row) for row in rows}
    for one in shipped - {SIX_MONTH_GROWTH}:
        assert one.source in titles


@pytest.mark.parametrize(
    ("noted", "source"),
    [
        ("Báo cáo (copy) | http://a.vn/b.html", "Báo cáo | http://a.vn/b.html"),
        (
            "Tháng 2 (tỉnh Lạng Sơn, idTin=53) | https://a.vn",
            "Tháng 2 (tỉnh Lạng Sơn) | https://a.vn",
        ),
        ("Quý I (copy) | http://a.com/ (page 9765)", "Quý I | http://a.com/"),
        ("Tổng kết năm 2015 | https://a.vn/kinh-te/78367-...", "Tổng kết năm 2015 | https://a.vn"),
        ("Tháng 11 | https://a.vn/b.aspx?idTin=5", "Tháng 11 | https://a.vn/b.aspx?idTin=5"),
    ],
)
def test_a_source_is_a_document_without_a_finders_notes(noted: str, source: str) -> None:
    assert source_of({"source_title": noted}) == source


def test_no_source_of_a_sample_holds_a_research_note() -> None:
    for name in ("lang-son-2021", "vietnam-2021"):
        plan, figures = read_sample(name)
        reports, log = read_reports(name)
        targets = [target for version in plan.versions for _, target in version.targets]
        sources = {one.source for one in figures} | {one.source for one in targets}
        sources |= {one.source for one in reports} | {one.source for one in log}
        sources |= {one.source for one in plan.kpis}
        documents = {version.document for version in plan.versions}
        for source in sources | documents:
            assert source.strip(), name
            assert not re.search(
                r"\(copy|idTin=\d+\)|\.\.\.|not known|counted|shared/|illustrative", source
            ), source


def test_every_row_is_listed_with_its_source_and_why_it_is_left_out(shared_data: Path) -> None:
    rows = read_rows(shared_data / "lang_son" / "published.csv")
    with (FOLDER / "lang-son-2021" / "printed.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(rows) == 158
    assert len(listed) > 230  # and those of other subjects and years
    assert all(row["source"] for row in listed)
    kept = [row for row in listed if row["in_the_sample"] == "yes"]
    assert len(kept) == sum(not why_left_out(row) for row in rows)


def test_the_months_meet_what_was_printed(shared_data: Path, panel: Panel) -> None:
    rows = read_rows(shared_data / "lang_son" / "published.csv")
    checked = 0
    for kpi, stated in conditions(rows).items():
        if kpi == "iip":
            continue
        series = panel.series_as_of(kpi, DECEMBER)
        place = series.start.ordinal
        assert series.start == FIRST
        for one in stated:
            span = series.values[one.span.start - place : one.span.stop - place]
            if one.span.stop - 1 == Month(2021, 12).ordinal:
                continue  # December is a first estimate until January 2022
            earlier = series.values[one.earlier.start - place : one.earlier.stop - place]
            if one.exact:
                assert span.sum() == pytest.approx(one.level, abs=1e-6), (kpi, one)
            elif one.earlier:
                assert span.sum() / earlier.sum() == pytest.approx(one.ratio, abs=5.1e-4), (
                    kpi,
                    one,
                )
            checked += 1
    assert checked > 60


def test_growth_of_the_index_is_as_printed(panel: Panel) -> None:
    printed = {
        (Month(2018, 5), "rate_to_date"): 112.9,
        (Month(2018, 5), "rate_on_year"): 111.59,
        (Month(2019, 4), "rate_to_date"): 102.86,
        (Month(2019, 9), "rate_to_date"): 106.86,
    }
    for (month, form), value in printed.items():
        drawn = [
            one.value
            for one in panel.printed["iip"]
            if (one.month, one.form) == (month, form) and one.status in ILLUSTRATIVE
        ]
        assert drawn == [pytest.approx(value, abs=0.02)], month


def test_a_contradicted_figure_is_kept_but_not_met(panel: Panel) -> None:
    for kpi, month, form, value in CONTRADICTED:
        assert any(
            (one.month, one.form, one.value) == (month, form, value) for one in panel.printed[kpi]
        )


def test_undated_figures_are_in_no_view(panel: Panel) -> None:
    undated = [one for one in panel.figures() if one.published == UNDATED]
    assert len(undated) == 64
    assert all(one.published <= DECEMBER for one in panel.observations("cement", DECEMBER))


def test_names_of_rows_are_kpis_of_the_plan(panel: Panel) -> None:
    assert set(ROWS.values()) <= set(panel.kpis())
    assert np.isfinite(panel.series_as_of("cement", DECEMBER).values).all()
