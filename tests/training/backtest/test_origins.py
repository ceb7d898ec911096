"""What an origin shows: the vintage of its time, and nothing that was printed later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.series import Month, Series
from training.backtest.origins import Origin, first_printed, full_years, origins, truncate

NOW = date(2018, 7, 1)
Figures = tuple[Observation, ...]


def printed(kpi: str, month: Month, value: float, day: date, status: str = "estimate") -> Figures:
    return (Observation(kpi, month, "month", value, status, day, "made"),)  # type: ignore[arg-type]


def monthly(kpi: str, first: Month, values: Iterable[float], day: date | None = None) -> Figures:
    """Months each printed on the 28th, or all on one day."""
    rows: Figures = ()
    for place, value in enumerate(values):
        month = first.plus(place)
        rows += printed(kpi, month, value, day or date(month.year, month.month, 28))
    return rows


def panel_of(figures: Iterable[Observation], *kpis: Kpi) -> Panel:
    return Panel.of("family", kpis or (Kpi("coal", "", "", "t"),), figures)


def same(one: Series, other: Series) -> bool:
    return (
        (one.start, one.status, one.to_date, one.to_date_status, one.base_status)
        == (other.start, other.status, other.to_date, other.to_date_status, other.base_status)
        and np.array_equal(one.values, other.values, equal_nan=True)
        and np.array_equal(one.base, other.base, equal_nan=True)
    )


def test_an_origin_per_month_with_the_figures_of_its_own_day(panel: Panel) -> None:
    found = list(origins(panel, "coal", 2016, NOW))
    assert [one.months_known for one in found] == list(range(12))
    assert [one.series.cutoff for one in found] == [Month(2015, 12).plus(n) for n in range(12)]
    assert not any(one.reconstructed for one in found)
    june, july = found[6].series, found[7].series
    assert june.as_of == date(2016, 6, 30)
    # June is then a first estimate, 3 % low; a month later it stands restated
    assert june.status[-1] == "estimate"
    assert july.status[-2] == "restated"
    assert june.values[-1] == pytest.approx(0.97 * july.values[-2], rel=1e-12)


@pytest.mark.parametrize("kpi", ["coal", "both", "output"])
def test_what_is_printed_later_changes_no_earlier_origin(panel: Panel, kpi: str) -> None:
    march = Month(2016, 3)
    revisions = [
        replace(figure, value=3 * figure.value, status="final", published=date(2016, 9, 5))
        for figures in panel.printed.values()
        for figure in figures
        if figure.month <= march
    ]
    every = [figure for figures in panel.printed.values() for figure in figures]
    revised = Panel.of(panel.family, list(panel.definitions.values()), [*every, *revisions])
    before = list(origins(panel, kpi, 2016, NOW))
    after = list(origins(revised, kpi, 2016, NOW))
    assert [one.months_known for one in after] == [one.months_known for one in before]
    unchanged = [same(one.series, two.series) for one, two in zip(before, after, strict=True)]
    # until August's report of 31 August nothing, from September's on everything
    assert unchanged == [True] * 9 + [False] * 3


def test_nothing_after_the_day_of_retraining_has_an_origin(panel: Panel) -> None:
    found = origins(panel, "coal", 2016, date(2016, 5, 30))
    assert [one.months_known for one in found] == [0, 1, 2, 3, 4]


def test_history_loaded_late_is_todays_truncated_and_flagged() -> None:
    history = monthly("coal", Month(2013, 1), range(1, 49), day=date(2018, 3, 1))
    revised = printed("coal", Month(2014, 2), 99.0, date(2018, 4, 1), "restated")
    found = list(origins(panel_of([*history, *revised]), "coal", 2016, NOW))
    assert [one.months_known for one in found] == list(range(12))
    assert all(one.reconstructed for one in found)
    june = found[6].series
    assert (june.cutoff, june.values[-1]) == (Month(2016, 6), 42.0)
    assert june.values[13] == 99.0
    assert june.to_date is None
    np.testing.assert_array_equal(june.base, range(25, 37))


def test_of_two_months_printed_on_one_day_only_the_later_was_ever_the_last() -> None:
    figures = [
        *monthly("coal", Month(2015, 1), [1.0] * 14),
        *printed("coal", Month(2016, 3), 2.0, date(2016, 4, 28)),
        *printed("coal", Month(2016, 4), 3.0, date(2016, 4, 28)),
    ]
    found = origins(panel_of(figures), "coal", 2016, NOW)
    assert [one.months_known for one in found] == [0, 1, 2, 4]


def test_a_total_is_known_when_its_last_part_is() -> None:
    kpis = (
        Kpi("coal", "", "", "t"),
        Kpi("steel", "", "", "t"),
        Kpi("both", "", "", "t", parts=("coal", "steel")),
        Kpi("share", "", "", "", kind="ratio", numerator="coal", denominator="steel"),
    )
    march = Month(2016, 3)
    figures = [
        *printed("coal", march, 1.0, date(2016, 3, 29)),
        *printed("steel", march, 2.0, date(2016, 4, 6)),
        *printed("steel", march.plus(1), 2.0, date(2016, 4, 29)),
    ]
    panel = panel_of(figures, *kpis)
    assert first_printed(panel, "both") == {march: date(2016, 4, 6)}
    assert first_printed(panel, "share") == {march: date(2016, 4, 6)}
    [origin] = origins(panel, "both", 2016, NOW)
    assert (origin.months_known, origin.series.values.tolist()) == (3, [3.0])


def test_a_restatement_of_an_older_month_is_not_its_first_printing(panel: Panel) -> None:
    days = first_printed(panel, "coal")
    assert days[Month(2016, 5)] == date(2016, 5, 31)


def test_truncation_drops_figures_of_later_months() -> None:
    series = Series(
        key="family/coal",
        kind="ratio",
        unit="",
        start=Month(2015, 1),
        values=np.arange(18.0),
        status=("restated",) * 18,
        as_of=NOW,
        to_date=99.0,
        to_date_status="estimate",
        base=np.arange(12.0),
        base_status="derived",
        denominator=np.arange(18.0) + 1,
    )
    shorter = truncate(series, Month(2015, 11))
    assert (shorter.cutoff, len(shorter.status), shorter.to_date) == (Month(2015, 11), 11, None)
    assert shorter.denominator is not None
    np.testing.assert_array_equal(shorter.denominator, np.arange(11.0) + 1)
    assert np.isnan(shorter.base).all()
    assert shorter.base_status is None
    assert truncate(series, Month(2016, 6)) is series


def test_a_year_is_full_when_no_month_of_it_is_missing() -> None:
    values = np.arange(40.0)
    values[15] = np.nan  # April 2015
    series = Series("k", "flow", "t", Month(2014, 1), values, ("final",) * 40, NOW)
    assert full_years(series, 2020) == [2014, 2016]
    assert full_years(series, 2016) == [2014]


def test_a_kpi_never_printed_has_no_origin() -> None:
    found: list[Origin] = list(origins(panel_of([]), "coal", 2016, NOW))
    assert found == []
