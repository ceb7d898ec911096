"""The shipped sample `lang-son-2021` can be rebuilt, byte for byte, and says what is drawn."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from data.plans.plan import Plan
from data.samples import build_lang_son as builder
from data.samples.files import FOLDER, read_reports, read_sample
from data.samples.lang_son.printed import REPORTED
from data.samples.lang_son.targets import ILLUSTRATIVE as MADE_UP
from data.vintages.observation import Observation
from models.series import ILLUSTRATIVE

NAME = "lang-son-2021"


@pytest.fixture(scope="module")
def sample() -> tuple[Plan, tuple[Observation, ...]]:
    return read_sample(NAME)


@pytest.mark.slow
def test_building_again_gives_what_is_shipped(shared_data: Path, tmp_path: Path) -> None:
    published, more = (
        shared_data / "lang_son" / name for name in ("published.csv", "more_published.csv")
    )
    builder.build(published, more, shared_data / "targets.csv", tmp_path)
    for name in ("plan.yaml", "days.csv", builder.PRINTED_FILE):
        assert (tmp_path / name).read_bytes() == (FOLDER / NAME / name).read_bytes(), name
    made, shipped = (
        gzip.decompress((folder / "observations.csv.gz").read_bytes())
        for folder in (tmp_path, FOLDER / NAME)
    )
    assert made == shipped


def test_what_people_read_of_the_plan_is_vietnamese(sample: tuple[Plan, object]) -> None:
    plan, _ = sample
    notes = [plan.note, *(version.note for version in plan.versions)]
    sources = [target.source for version in plan.versions for _, target in version.targets]
    for text in (*notes, *sources):
        assert not re.search(r"\b(illustrative|drawn|changed|January|February)\b", text, re.I), (
            text
        )


def test_the_plan_says_that_it_is_illustrative(sample: tuple[Plan, object]) -> None:
    assert sample[0].label == "minh họa"


def test_a_figure_is_printed_with_its_source_or_illustrative(
    sample: tuple[Plan, tuple[Observation, ...]],
) -> None:
    drawn = [one for one in sample[1] if one.status in ILLUSTRATIVE]
    printed = [one for one in sample[1] if one.status not in ILLUSTRATIVE]
    assert all(one.source.startswith("Báo cáo tháng minh họa") for one in drawn)
    assert not any("llustrative" in one.source or "derived" in one.source for one in printed)
    assert len(printed) == 105
    assert (
        Counter(one.form for one in drawn)["month"] == 84 * 2 * 30 - 30 - 1
    )  # not December 2021, nor February's customs
    assert {one.published.year for one in drawn} == set(range(2015, 2022))


def test_targets_are_illustrative_unless_a_source_gives_them(sample: tuple[Plan, object]) -> None:
    adopted, february, reported = sample[0].versions
    assert [one.adopted for one in sample[0].versions] == [
        date(2021, 1, 4),
        date(2021, 2, 28),
        REPORTED,
    ]
    assert all(target.source == MADE_UP for _, target in adopted.targets)
    found = {
        (kpi, target.level, target.lower)
        for kpi, target in february.targets
        if target.source != MADE_UP
    }
    assert found == {
        ("customs_revenue", "assigned", 3565.0),
        ("customs_revenue", "stretch", 4132.0),
    }
    tasks = {kpi: target for kpi, target in reported.targets if reported.task_of(kpi)}
    assert {kpi: target.lower for kpi, target in tasks.items()} == {
        "specialised_inspections": 8,
        "administrative_inspections": 1,
        "units_inspected": 40,
        "communes_electricity": 10,
        "communes_trade": 10,
        "ban_nhung": 4,
        "ban_lai": 3,
        "wind_dossier": 4,
        "waste_to_energy_dossier": 3,
    }


def test_tasks_have_no_day_that_no_document_gives(sample: tuple[Plan, object]) -> None:
    tasks = dict(sample[0].versions[-1].tasks)
    for task in tasks.values():
        assert (task.starts, task.due, task.judgement) == (None, None, None)
        assert all(step.due is None and step.judgement is None for step in task.steps)
    subjects = [step.name_en.partition(":")[0] for step in tasks["specialised_inspections"].steps]
    assert Counter(subjects) == {
        "Chemicals": 2,
        "Industrial explosives": 2,
        "Hydropower": 1,
        "Tobacco growing": 1,
        "Food safety": 2,
    }


def test_the_reports_about_tasks_fit_the_plan(sample: tuple[Plan, object]) -> None:
    progress, log = read_reports(NAME)
    tasks = dict(sample[0].versions[-1].tasks)
    for one in progress:
        assert one.kpi in tasks
        assert not one.step or one.step in {step.slug for step in tasks[one.kpi].steps}
        assert one.source == "Báo cáo minh họa"
    assert {entry.kpi for entry in log} == {"difficulties", "price_stability"}
    assert all(entry.source == "Báo cáo minh họa" for entry in log)
    prices = [entry.month.month for entry in log if entry.kpi == "price_stability"]
    assert prices == list(range(1, 13))  # the log of prices is never empty
    assert read_reports("vietnam-2021") == ((), ())


def test_the_gates_make_up_what_the_customs_count(
    sample: tuple[Plan, tuple[Observation, ...]],
) -> None:
    """The gates are a second, complete breakdown; "Hữu Nghị and elsewhere" is the rest."""
    plan, _ = sample
    (customs,) = (one for one in plan.kpis if one.slug == "turnover_customs")
    gates = [one.slug for one in plan.kpis if "gate" in one.dimensions]
    assert customs.printed_parts == (("exports_customs", "imports_customs"), tuple(gates))
    months: dict[tuple[object, str], dict[str, float]] = {}
    for one in sample[1]:
        if one.form == "month" and one.status in ("illustrative", "illustrative_first"):
            months.setdefault((one.month, one.status), {})[one.kpi] = one.value
    assert len(months) == 2 * 84 - 1  # the last month has no restatement
    for values in months.values():
        assert sum(values[gate] for gate in gates) == pytest.approx(values[customs.slug], abs=1e-6)
        assert min(values[gate] for gate in gates) > 0
