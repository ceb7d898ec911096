"""Plans implied by cumulative figures and percentages, against pencil arithmetic."""

from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from data.samples.implied_versions import (
    DatedTarget,
    implied_targets,
    implied_versions,
    versions_of,
)
from data.vintages.observation import Form, Observation
from models.series import Month
from models.targets.target import Target

UNITS = {"moit": "billion VND", "ha_noi": "billion VND", "exports": "million USD"}


def printed(kpi: str, month: int, form: Form, value: float, year: int = 2021) -> Observation:
    published = date(year, month, 28)
    source = f"{published}.xlsx, 19, F{month}"
    return Observation(kpi, Month(year, month), form, value, "estimate", published, source)


def report(kpi: str, month: int, cumulative: float, share: float) -> list[Observation]:
    form: Form = "month" if month == 1 else "year_to_date"
    return [
        printed(kpi, month, form, cumulative),
        printed(kpi, month, "share_of_plan", share),
    ]


def test_a_difference_that_rounding_explains_is_no_change() -> None:
    observations = report("moit", 2, 100.0, 9.3) + report("moit", 3, 200.0, 18.7)
    # 1075.269 then 1069.519, but 18.7 means 18.65 to 18.75: 1066.667 to 1072.386
    assert len(implied_targets(observations, 2021, UNITS)) == 2
    observations = report("moit", 2, 100.0, 9.3) + report("moit", 3, 200.0, 18.6)
    assert len(implied_targets(observations, 2021, UNITS)) == 1


def test_a_change_makes_a_version_that_keeps_the_other_targets() -> None:
    observations = [
        *report("moit", 1, 30.0, 3.0),
        *report("ha_noi", 1, 500.0, 1.0),
        *report("moit", 2, 60.0, 6.0),
        *report("ha_noi", 3, 4000.0, 10.0),
    ]
    first, second = implied_versions(observations, 2021, UNITS)
    assert (first.number, first.adopted) == (1, date(2021, 1, 28))
    assert [(kpi, target.lower) for kpi, target in first.targets] == [
        ("moit", 1000.0),
        ("ha_noi", 50000.0),
    ]
    assert (second.number, second.adopted) == (2, date(2021, 3, 28))
    assert [(kpi, target.lower) for kpi, target in second.targets] == [
        ("moit", 1000.0),
        ("ha_noi", 40000.0),
    ]
    assert second.note == "Mới hoặc thay đổi: ha_noi."
    for version in (first, second):
        for _, target in version.targets:
            assert target.comparator == "at_least"
            assert "% of the annual plan" in target.basis
            assert "published 2021-" in target.source


def test_another_published_target_joins_the_version_of_its_day() -> None:
    growth = DatedTarget(
        date(2021, 2, 28), "exports", Target("about", 4, 5, "growth"), "press of February 2021"
    )
    observations = report("moit", 1, 30.0, 3.0) + report("moit", 2, 60.0, 5.0)
    first, second = implied_versions(observations, 2021, UNITS, [growth])
    assert [kpi for kpi, _ in first.targets] == ["moit"]
    assert [kpi for kpi, _ in second.targets] == ["moit", "exports"]
    assert second.document == (
        "kế hoạch năm tính từ báo cáo tháng công bố ngày 28/02/2021; press of February 2021"
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(sorted(UNITS)), st.integers(1, 5)),
        max_size=20,
    )
)
def test_any_order_of_targets_gives_the_same_versions(items: list[tuple[int, str, int]]) -> None:
    unique = {(month, kpi): value for month, kpi, value in items}
    dated = [
        DatedTarget(date(2021, month, 28), kpi, Target("at_least", float(value)), "d")
        for (month, kpi), value in unique.items()
    ]
    versions = versions_of(dated, tuple(UNITS))
    assert versions == versions_of(reversed(dated), tuple(UNITS))
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    for version in versions:
        for kpi, target in version.targets:
            last = max(
                month for month, slug in unique if slug == kpi and month <= version.adopted.month
            )
            assert target.lower == unique[last, kpi]
