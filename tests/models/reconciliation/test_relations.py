"""Which KPIs are tied."""

from __future__ import annotations

from models.reconciliation.relations import Relations

TIES = Relations(
    summed={"trade": ("out", "in")},
    printed={"out": (("a", "b"),), "retail": (("goods", "services"),)},
    contains=(("trade", ("gate",)), ("gate", ("lane",))),
)


def test_ties_lead_through_totals_parts_and_scopes() -> None:
    assert TIES.related("b") == TIES.related("lane")
    assert set(TIES.related("b")) == {"trade", "out", "in", "a", "b", "gate", "lane"}
    assert TIES.related("goods") == ("retail", "goods", "services")


def test_a_kpi_without_ties_is_in_no_family() -> None:
    assert TIES.related("coal") == ()
    assert Relations().related("coal") == ()
