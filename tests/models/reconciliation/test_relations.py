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


def test_all_breakdowns_of_a_total_lie_below_it_and_behind_each_other() -> None:
    ties = Relations(printed={"all": (("out", "in"), ("gate", "port")), "out": (("a", "b"),)})
    assert ties.below("all") == ("out", "a", "b", "in", "gate", "port")
    assert ties.related("a") == ties.related("port") == ties.behind("gate")
    assert list(ties.totals()) == [
        ("all", ("out", "in")),
        ("all", ("gate", "port")),
        ("out", ("a", "b")),
    ]


def test_a_scope_of_several_ties_them_all() -> None:
    ties = Relations(contains=(("wide", ("gate", "port")),))
    assert ties.related("gate") == ("wide", "gate", "port") == ties.behind("port")
    assert ties.below("wide") == ()


def test_sums_come_after_their_parts() -> None:
    assert TIES.parts_first(["trade", "a", "out", "in"]) == ["out", "in", "trade", "a"]


def test_a_kpi_without_ties_is_in_no_family() -> None:
    assert TIES.related("coal") == ()
    assert Relations().related("coal") == ()
