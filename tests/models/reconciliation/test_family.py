"""Years of totals and parts that agree, and the figures shown of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.annual import AnnualDistribution, annual_distribution
from models.calibration import with_rest
from models.coherence import sum_of_parts
from models.reconciliation.family import Sums, nearest, reconcile
from models.reconciliation.middles import left, middles
from models.reconciliation.relations import Relations
from tests.models.strategies import made, seasonal

PARTS = Relations(printed={"all": (("north", "south"),), "north": (("one", "two"),)})
SLUGS = ("all", "north", "south", "one", "two")


def year(level: float, known: int = 42, seed: int = 1, spread: float = 0.2) -> AnnualDistribution:
    series = made(seasonal(known, level=level))
    rng = np.random.default_rng(seed)
    drawn = level * rng.lognormal(0.0, spread, (500, series.horizon))
    return annual_distribution(series, drawn, year=2021)


def hierarchy() -> dict[str, AnnualDistribution]:
    levels = {"all": 101.0, "north": 60.0, "south": 40.0, "one": 35.0, "two": 24.0}
    return {slug: year(level, seed=at) for at, (slug, level) in enumerate(levels.items())}


def test_every_path_of_two_levels_adds_up_and_what_is_known_stays() -> None:
    years = hierarchy()
    found = reconcile(years, Sums(SLUGS, {}, PARTS))
    one = {slug: annual.samples for slug, annual in found.items()}
    np.testing.assert_allclose(one["all"], one["north"] + one["south"], rtol=1e-9)
    np.testing.assert_allclose(one["north"], one["one"] + one["two"], rtol=1e-9)
    for slug, annual in found.items():
        assert annual.actual_to_date == years[slug].actual_to_date
        np.testing.assert_array_equal(np.sort(annual.known), np.sort(years[slug].known))
        assert annual.months.min() >= 0.0
        np.testing.assert_allclose(annual.rest, annual.samples - annual.known)


def test_a_total_errs_as_its_parts_do_so_that_no_interval_collapses() -> None:
    years = hierarchy()
    found = reconcile(years, Sums(SLUGS, {}, PARTS))
    widths = {s: float(np.subtract(*found[s].interval(0.8))) for s in SLUGS}
    before = {s: float(np.subtract(*years[s].interval(0.8))) for s in SLUGS}
    apart = sum_of_parts(made(seasonal(42)), [years["one"], years["two"]]).interval(0.8)
    between = sorted([before["north"], float(np.subtract(*apart))])
    assert between[0] * 1.1 <= widths["north"] <= between[1] * 0.9
    assert widths["one"] < 0.8 * before["one"]


def test_a_year_that_is_over_stays_as_printed() -> None:
    years = hierarchy() | {"one": year(35.0, known=48)}
    found = reconcile(years, Sums(SLUGS, {}, PARTS))
    assert found["one"] is years["one"]
    np.testing.assert_allclose(
        found["two"].samples, found["north"].samples - years["one"].samples, rtol=1e-9
    )


def test_a_rest_of_nothing_takes_the_shape_of_the_mean_path() -> None:
    annual = year(10.0)
    months = np.array(annual.months)
    months[0] = 0.0
    empty = replace(annual, months=months)
    found = with_rest(empty, np.full(len(months), 6.0))
    np.testing.assert_allclose(
        found.months[0], 6.0 * months.mean(axis=0) / months.mean(axis=0).sum()
    )
    np.testing.assert_allclose(found.rest, 6.0)
    signed = with_rest(replace(annual, non_negative=False), np.full(len(months), -3.0))
    np.testing.assert_allclose(signed.rest, -3.0)


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_the_figures_shown_add_up_to_the_last_digit(decimals: int) -> None:
    sums = Sums(SLUGS, {}, PARTS)
    found = reconcile(hierarchy(), sums)
    shown = middles(found, sums, dict.fromkeys(SLUGS, decimals))
    for which in ("median", "mean"):
        values = {slug: getattr(one, which) for slug, one in shown.items()}
        assert round(values["north"] + values["south"], decimals) == values["all"]
        assert round(values["one"] + values["two"], decimals) == values["north"]
        for slug, value in values.items():
            assert value == round(value, decimals)
            near = 3 * 0.5 * 10.0**-decimals  # at most half a digit of each part
            assert value == pytest.approx(getattr(found[slug], which), rel=3e-3, abs=near)


def test_a_total_of_totals_without_figures_of_its_own() -> None:
    relations = Relations(summed={"all": ("north", "south")}, printed={"north": (("one", "two"),)})
    years = {slug: one for slug, one in hierarchy().items() if slug != "all"}
    sums = Sums(tuple(years), {"all": ("north", "south")}, relations)
    found = reconcile(years, sums)
    found["all"] = sum_of_parts(made(seasonal(42)), [found["north"], found["south"]])
    shown = middles(found, sums, {})
    assert shown["all"].median == shown["north"].median + shown["south"].median
    assert shown["north"].median == shown["one"].median + shown["two"].median
    assert sums.touched == (*years, "all")


def test_scopes_are_kept_on_every_path() -> None:
    years = {"wide": year(20.0, seed=1, spread=0.5), "gate": year(19.0, seed=2, spread=0.5)}
    assert (years["wide"].samples < years["gate"].samples).mean() > 0.2
    found = reconcile(
        years, Sums(("wide", "gate"), {}, Relations(contains=(("wide", ("gate",)),)))
    )
    assert (found["wide"].samples - found["gate"].samples).min() > -1e-9
    untouched = years["wide"].samples > years["gate"].samples
    np.testing.assert_allclose(found["wide"].samples[untouched], years["wide"].samples[untouched])


def test_a_lever_moves_the_middle_with_the_paths() -> None:
    middle = middles(reconcile(hierarchy(), Sums(SLUGS, {}, PARTS)), Sums(SLUGS, {}, PARTS), {})[
        "one"
    ]
    assert middle.moved(1.26, -2.4) == replace(
        middle, median=middle.median + 1, mean=middle.mean - 2
    )


TWO_WAYS = Relations(printed={"all": (("north", "south"), ("one", "two", "three"))})
WAYS = ("all", "north", "south", "one", "two", "three")


def two_ways() -> dict[str, AnnualDistribution]:
    levels = zip(WAYS, (101.0, 60.0, 40.0, 50.0, 32.0, 15.0), strict=True)
    return {slug: year(level, seed=at) for at, (slug, level) in enumerate(levels)}


def test_a_total_agrees_with_all_its_breakdowns_on_every_path() -> None:
    years = two_ways()
    found = reconcile(years, Sums(WAYS, {}, TWO_WAYS))
    one = {slug: annual.samples for slug, annual in found.items()}
    np.testing.assert_allclose(one["all"], one["north"] + one["south"], rtol=1e-9)
    np.testing.assert_allclose(one["all"], one["one"] + one["two"] + one["three"], rtol=1e-9)
    for slug, annual in found.items():
        assert annual.actual_to_date == years[slug].actual_to_date
        assert annual.months.min() >= 0.0


def test_it_makes_no_difference_which_breakdown_is_declared_first() -> None:
    first, second = TWO_WAYS.printed["all"]
    other = Relations(printed={"all": (second, first)})
    found, again = (reconcile(two_ways(), Sums(WAYS, {}, ties)) for ties in (TWO_WAYS, other))
    for slug in WAYS:
        np.testing.assert_allclose(found[slug].samples, again[slug].samples, rtol=1e-9)


@pytest.mark.parametrize("decimals", [0, 1])
def test_the_figures_shown_add_up_in_all_breakdowns(decimals: int) -> None:
    sums = Sums(WAYS, {}, TWO_WAYS)
    found = reconcile(two_ways(), sums)
    shown = middles(found, sums, dict.fromkeys(WAYS, decimals))
    for which in ("median", "mean"):
        units = {s: round(getattr(one, which) * 10**decimals) for s, one in shown.items()}
        assert units["all"] == units["north"] + units["south"]
        assert units["all"] == units["one"] + units["two"] + units["three"]


def test_a_total_without_figures_of_its_own_can_have_a_second_breakdown() -> None:
    relations = Relations(
        summed={"all": ("north", "south")}, printed={"all": (("one", "two", "three"),)}
    )
    years = {slug: one for slug, one in two_ways().items() if slug != "all"}
    sums = Sums(tuple(years), {"all": ("north", "south")}, relations)
    one = {slug: annual.samples for slug, annual in reconcile(years, sums).items()}
    np.testing.assert_allclose(
        one["north"] + one["south"], one["one"] + one["two"] + one["three"], rtol=1e-9
    )


def test_a_scope_is_at_least_the_sum_of_what_it_contains_and_what_is_left_is_shown() -> None:
    relations = Relations(contains=(("wide", ("gate", "port")),))
    slugs = ("wide", "gate", "port")
    years = {
        s: year(level, seed=at, spread=0.5)
        for at, (s, level) in enumerate(zip(slugs, (20.0, 12.0, 7.0), strict=True))
    }
    before = years["wide"].samples - years["gate"].samples - years["port"].samples
    assert (before < 0).mean() > 0.2
    sums = Sums(slugs, {}, relations)
    found = reconcile(years, sums)
    after = found["wide"].samples - found["gate"].samples - found["port"].samples
    assert after.min() > -1e-9
    assert (after > 0.5).any()
    shown = middles(found, sums, {"wide": 1, "gate": 2, "port": 1})
    assert {one.decimals for one in shown.values()} == {1}
    rest = left("wide", ("gate", "port"), found, shown)
    units = {slug: round(10 * one.median) for slug, one in shown.items()}
    assert round(10 * rest) == units["wide"] - units["gate"] - units["port"] >= 0


def test_what_is_held_stays_and_the_others_follow() -> None:
    sums = Sums(WAYS, {}, TWO_WAYS)
    years = reconcile(two_ways(), sums)
    moved = years | {
        slug: with_rest(years[slug], years[slug].rest + 8.0) for slug in ("all", "north")
    }
    found = nearest(moved, sums, {"all", "north"})
    assert found["all"] is moved["all"]
    assert found["north"] is moved["north"]
    np.testing.assert_allclose(found["south"].samples, years["south"].samples, rtol=1e-9)
    gates = sum(found[slug].samples - years[slug].samples for slug in ("one", "two", "three"))
    np.testing.assert_allclose(gates, 8.0)
