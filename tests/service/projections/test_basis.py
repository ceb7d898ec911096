"""What a plan's answers rest on: the day, and what a bundle knows of a KPI it never saw."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from data.vintages.panel import Panel
from models.errors import InvalidMonth
from models.pipeline import LADDER
from service.projections.basis import as_of_date, learned_of
from tests.families import KPIS, flow, noisy_months
from training.bundle.promoted import PromotedBundle


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-06", date(2021, 6, 30)),
        ("2020-02", date(2020, 2, 29)),
        (" 2021-06-15 ", date(2021, 6, 15)),
    ],
)
def test_a_month_means_its_last_day(text: str, day: date) -> None:
    assert as_of_date(text) == day


@pytest.mark.parametrize(
    "text",
    ["2021", "2021-13", "2021-02-30", "June 2021", "9999-12-31"],  # the last: undated figures
)
def test_an_invalid_day_is_named(text: str) -> None:
    with pytest.raises(InvalidMonth, match=f"found '{text}'"):
        as_of_date(text)


def test_a_kpi_added_after_training_gets_the_fallback_ladder() -> None:
    panel = Panel.of("demo", KPIS[:1], flow("coal", noisy_months("coal", 10.0)))
    series = panel.series_as_of("coal", date(2018, 6, 30))
    kept = object()
    bundle = SimpleNamespace(learned={"steel": kept})
    promoted = PromotedBundle(bundle, "7", "0" * 64)  # type: ignore[arg-type]
    assert learned_of(promoted, "steel", series) is kept
    learned = learned_of(promoted, "coal", series)
    assert set(learned.parameters) <= set(LADDER)
    assert learned.parameters
    assert "version 7" in learned.failures["ensemble"]
