"""A vintage's series truncated at an earlier month, by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from data.vintages.truncation import same_figures, truncate
from models.series import Month, Series

JUNE = date(2021, 6, 30)
KPIS = (
    Kpi("coal", "Than", "Coal", "tonnes"),
    Kpi("index", "Chỉ số", "Index", "%", kind="growth"),
    Kpi("rate", "Tỷ lệ", "Rate", "%", kind="average"),
)


def printed(kpi: str, form: Form, values: dict[str, float], day: date = JUNE) -> list[Observation]:
    return [
        Observation(kpi, Month.parse(month), form, value, "estimate", day, "made")
        for month, value in values.items()
    ]


def panel(*figures: Iterable[Observation]) -> Panel:
    return Panel.of("demo", KPIS, [one for group in figures for one in group])


def months(year: int, values: Iterable[float]) -> dict[str, float]:
    return {f"{year}-{place:02d}": value for place, value in enumerate(values, 1)}


COAL = panel(
    printed("coal", "month", months(2020, [10.0] * 12) | months(2021, [11, 12, 13, 14, 15, 16])),
    printed("coal", "year_to_date", {"2021-06": 85.0}),
)


def truncated(of: Panel, kpi: str, month: str) -> tuple[Series, Series]:
    series = of.series_as_of(kpi, JUNE)
    return series, truncate(of, kpi, series, Month.parse(month), JUNE)


def test_the_year_to_date_is_less_by_the_truncated_months() -> None:
    whole, shorter = truncated(COAL, "coal", "2021-04")
    assert whole.to_date == 85.0  # the months add up to 81: the published figure rules
    assert shorter.to_date == 85.0 - 15.0 - 16.0
    assert shorter.to_date_status == "estimate"
    assert str(shorter.cutoff) == "2021-04"
    assert shorter.values.tolist() == whole.values[:-2].tolist()
    assert shorter.status == whole.status[:-2]
    assert shorter.base.tolist() == whole.base.tolist()


def test_truncated_in_an_earlier_year() -> None:
    _, shorter = truncated(COAL, "coal", "2020-11")
    assert shorter.to_date is None
    assert np.isnan(shorter.base).all()  # 2019 is not known


def test_its_own_last_month_changes_nothing() -> None:
    whole, same = truncated(COAL, "coal", "2021-06")
    assert same is whole


def test_a_rate_to_date_is_that_printed_for_the_month() -> None:
    rates = panel(
        printed("index", "rate_on_month", {f"2020-{m:02d}": 100.0 for m in range(2, 13)}),
        printed("index", "rate_on_year", months(2021, [105.0] * 6)),
        printed("index", "rate_to_date", {"2021-04": 104.0, "2021-06": 106.0}),
    )
    whole, shorter = truncated(rates, "index", "2021-04")
    assert (whole.to_date, shorter.to_date) == (6.0, 4.0)
    _, without = truncated(rates, "index", "2021-05")
    assert without.to_date is None


def test_a_mean_has_no_published_sum() -> None:
    means = panel(printed("rate", "month", months(2021, [1, 2, 3, 4, 5, 6])))
    _, shorter = truncated(means, "rate", "2021-03")
    assert shorter.to_date is None
    assert shorter.values.tolist() == [1, 2, 3]


def test_where_a_later_month_is_missing_the_printed_figure_counts() -> None:
    gap = panel(
        printed("coal", "month", {"2021-01": 1.0, "2021-02": 2.0, "2021-03": 3.0, "2021-05": 5.0}),
        printed("coal", "year_to_date", {"2021-03": 6.5}),
    )
    _, shorter = truncated(gap, "coal", "2021-03")
    assert shorter.to_date == 6.5


@pytest.mark.parametrize("month", ["2019-12", "2021-07"])
def test_a_month_outside_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match="expected a month of 2020-01 to 2021-06"):
        truncated(COAL, "coal", month)


def test_the_same_figures_under_another_vintage() -> None:
    later = COAL.series_as_of("coal", date(2021, 7, 31))
    now = COAL.series_as_of("coal", JUNE)
    assert same_figures(now, later)
    other = panel(printed("coal", "month", months(2021, [11, 12])))
    assert not same_figures(now, other.series_as_of("coal", JUNE))
