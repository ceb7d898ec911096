"""From a series to its projection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from models.annual import AnnualDistribution
from models.candidates import REGISTRY
from models.coherence import OriginKey
from models.events.event import Event
from models.events.projects import Project
from models.kinds import Kind
from models.paths import generator
from models.pipeline import (
    Known,
    Learned,
    ProjectedYear,
    fit_candidates,
    forecastable,
    judged,
    project,
    simulate,
    year_ahead,
    years_of_family,
)
from models.reconciliation.relations import Relations
from models.revisions import Revision
from models.series import Month
from models.targets.target import Target
from tests.models.strategies import made, seasonal
from training.prior.editions import candidates_for

CHEAP = {name: REGISTRY[name] for name in ("pace", "seasonal_naive", "theta")}
GOAL = Target("at_least", 1500.0)


class Broken:
    """A candidate that draws what is no number."""

    name = "broken"

    def fit(self, series: object) -> dict[str, object]:
        return {}

    def paths(
        self, series: object, parameters: object, horizon: int, n_paths: int, rng: object
    ) -> np.ndarray:
        return np.full((n_paths, horizon), np.nan)


def learned(values: np.ndarray) -> Learned:
    return Learned(*fit_candidates(made(values), CHEAP))


def test_the_same_input_has_the_same_projection() -> None:
    series, known = made(seasonal(42)), learned(seasonal(42))
    one = project(series, (GOAL,), known, n_paths=200, candidates=CHEAP)
    two = project(series, (GOAL,), known, n_paths=200, candidates=CHEAP)
    other = project(series, (GOAL,), known, n_paths=200, seed="other", candidates=CHEAP)
    assert one.annual is not None
    assert two.annual is not None
    assert other.annual is not None
    assert np.array_equal(one.annual.months, two.annual.months)
    assert (one.months, one.attainments, one.growth) == (two.months, two.attainments, two.growth)
    assert not np.array_equal(one.annual.months, other.annual.months)


def test_the_method_names_the_ensemble() -> None:
    found = project(made(seasonal(42)), (GOAL,), learned(seasonal(42)), candidates=CHEAP)
    assert (found.method, found.fallback) == ("ensemble", None)
    assert found.probability is not None
    assert 0 <= found.probability <= 1
    assert [month.status for month in found.months].count("projected") == 6


def test_short_history_falls_back_by_name() -> None:
    values = seasonal(18)
    found = project(made(values, start=Month(2020, 1)), (), learned(values), candidates=CHEAP)
    assert found.method == found.fallback == "pace"
    assert "36" in found.failures["theta"]


def test_without_a_year_there_is_no_number_but_a_reason() -> None:
    values = seasonal(8)
    found = project(
        made(values, start=Month(2020, 11)), (GOAL,), learned(values), candidates=CHEAP
    )
    assert (found.status, found.annual, found.months) == ("no_basis", None, ())
    assert "8 months" in found.failures["year"]
    assert found.attainments[0].status == "no_basis"


def test_a_candidate_that_fails_stays_visible() -> None:
    with_broken = {**CHEAP, "broken": Broken()}
    known = learned(seasonal(42))
    known = Learned({**known.parameters, "broken": {}})
    found = project(made(seasonal(42)), (), known, candidates=with_broken)
    assert found.method == "ensemble"
    assert "not finite" in found.failures["broken"]


def test_a_year_that_is_over_has_no_spread() -> None:
    series = made(seasonal(48))
    found = project(series, (GOAL,), learned(seasonal(48)), candidates=CHEAP)
    assert found.method == "published"
    assert found.annual is not None
    assert np.ptp(found.annual.samples) == 0.0
    assert found.annual.median == pytest.approx(series.values[-12:].sum())
    assert found.status in ("achieved", "missed")


def test_next_year_can_be_projected() -> None:
    values = seasonal(48)
    found = project(made(values), (), learned(values), year=2022, candidates=CHEAP)
    assert found.year == 2022
    assert found.annual is not None
    assert found.annual.months_known == 0


def test_candidates_see_the_ratio_of_a_ratio() -> None:
    top, below = seasonal(42), 2 * seasonal(42)
    series = made(top, kind="ratio", denominator=below)
    np.testing.assert_allclose(forecastable(series).values, 0.5)


def test_more_candidates_do_not_change_the_draws_of_others() -> None:
    series, known = made(seasonal(42)), learned(seasonal(42))
    alone = simulate(series, {"theta": known.parameters["theta"]}, 6, 50, "s", CHEAP)
    all_paths = simulate(series, known.parameters, 6, 50, "s", CHEAP)
    np.testing.assert_array_equal(alone.paths["theta"], all_paths.paths["theta"])


@pytest.mark.parametrize("kind", ["flow", "closing"])
def test_what_months_add_up_to_is_the_sum_of_their_medians(kind: Kind) -> None:
    rng = np.random.default_rng(5)
    values = seasonal(42) * np.exp(0.5 * rng.standard_normal(42))
    candidate = REGISTRY["theta"]
    known = candidate.fit(made(values, kind=kind))
    drawn = simulate(made(values, kind=kind), {"theta": known}, 6, 2000, "s", CHEAP).paths["theta"]
    series = made(values, kind=kind)
    plain = candidate.paths(series, known, 6, 2000, generator(series.key, "s", "theta"))
    if kind == "closing":  # December is all that counts
        np.testing.assert_array_equal(drawn, plain)
    else:
        assert np.median(drawn.sum(axis=1)) == pytest.approx(np.median(plain, axis=0).sum())
        assert np.median(drawn.sum(axis=1)) < 0.98 * np.median(plain.sum(axis=1))


def test_paths_of_the_prior_are_not_centred() -> None:
    every = candidates_for(2022)
    series = made(seasonal(42) * np.exp(0.5 * np.random.default_rng(5).standard_normal(42)))
    known = every["prior"].fit(series)
    found = simulate(series, {"prior": known}, 6, 500, "s", every).paths["prior"]
    plain = every["prior"].paths(series, known, 6, 500, generator(series.key, "s", "prior"))
    np.testing.assert_array_equal(found, plain)


# revisions, events, totals

ERRORS = {
    OriginKey(year, 6): error for year, error in zip(range(2010, 2020), range(10), strict=True)
}


def test_a_learned_revision_widens_the_year_of_an_estimate_alone() -> None:
    values = seasonal(47)
    known = replace(learned(values), revision=Revision(0.0, 0.3, 50))
    estimate = made(values, status=(*["final"] * 46, "estimate"))
    wide = project(estimate, (), known, candidates=CHEAP)
    narrow = project(made(values), (), known, candidates=CHEAP)
    assert wide.annual is not None
    assert narrow.annual is not None
    ratio = np.subtract(*wide.annual.interval(0.8)) / np.subtract(*narrow.annual.interval(0.8))
    assert ratio > 1.5


def october(values: np.ndarray, *events: Event) -> float:
    """The median of October 2021."""
    series = made(values)
    known = Learned(*fit_candidates(series, CHEAP, events))
    found = project(series, (), known, events=events, candidates=CHEAP)
    return found.months[9].median


def test_an_accepted_shock_of_last_year_is_no_season() -> None:
    """October 2020 was 60 % lower; once accepted, October 2021 is what it would have been.

    Not accepted, the candidates' own averaging over the years lets through part of
    it: the seasonal naive all of it, the others a share.
    """
    plain, shocked = seasonal(42), seasonal(42)
    shocked[33] *= 0.4
    closure = Event("closure", Month(2020, 10), "pulse", -0.6, accepted=True)
    assert october(shocked, closure) == pytest.approx(october(plain), rel=0.01)
    assert 0.6 < october(shocked) / october(plain) < 0.85
    assert october(shocked, replace(closure, accepted=None)) == october(shocked)


def test_a_step_stays_in_the_level() -> None:
    values = seasonal(42)
    values[36:] *= 1.5
    step = Event("gate", Month(2021, 1), "step", 0.5, accepted=True)
    assert october(values, step) == october(values)


def test_the_rest_of_an_accepted_closure_is_in_the_months_to_come() -> None:
    closure = Event("closure", Month(2021, 9), "pulse", -0.5, length=2, accepted=True)
    assert october(seasonal(42), closure) == pytest.approx(0.5 * october(seasonal(42)), rel=0.02)


def parts_of() -> tuple[Known, dict[str, Known]]:
    """A total that fits nothing of its own, and its two parts."""
    one, other = made(seasonal(42), key="made/one"), made(seasonal(42, 40.0, seed=8), key="made/b")
    known = {
        slug: Known(part, replace(Learned(*fit_candidates(part, CHEAP)), errors=ERRORS))
        for slug, part in (("one", one), ("b", other))
    }
    return Known(made(one.values + other.values, key="made/both"), Learned()), known


SUMMED = Relations(summed={"both": ("one", "b")}, decimals={"both": 1, "one": 2, "b": 1})


def family(known: Mapping[str, Known], relations: Relations = SUMMED) -> dict[str, ProjectedYear]:
    return years_of_family(known, relations, 2021, 500, "2021-06-30", CHEAP)


def year_of(found: ProjectedYear) -> AnnualDistribution:
    assert found.annual is not None
    return found.annual


def test_a_totals_year_is_the_sum_of_its_parts() -> None:
    total, parts = parts_of()
    alone = [year_of(year_ahead(part, 2021, 500, "2021-06-30", CHEAP)) for part in parts.values()]
    found = family({"both": total, **parts})["both"]
    assert (found.method, found.failures) == ("parts", {})
    samples = [one.samples for one in alone]
    np.testing.assert_allclose(year_of(found).samples, samples[0] + samples[1])
    assert spearmanr(*samples).statistic > 0.98  # they erred all_paths
    judged_one = judged(total.series, (GOAL,), found, 2021)
    assert judged_one.fallback is None
    assert judged_one.reconciled == found.reconciled


def test_the_figures_shown_of_a_family_add_up_where_medians_do_not() -> None:
    total, parts = parts_of()
    uncorrelated = replace(parts["b"], learned=replace(parts["b"].learned, errors={}))
    found = family({"both": total, "one": parts["one"], "b": uncorrelated})
    years = {slug: year_of(one) for slug, one in found.items()}
    assert years["both"].median != pytest.approx(years["one"].median + years["b"].median, rel=1e-9)
    shown = {slug: one.middle for slug, one in years.items() if one.middle is not None}
    for which in ("median", "mean"):
        one, b, both = (getattr(shown[slug], which) for slug in ("one", "b", "both"))
        assert round(one + b, 1) == both
        assert round(one, 1) == one  # the coarsest digits of the family
        assert one == pytest.approx(getattr(years["one"], which), rel=2e-3)
    assert found["both"].reconciled is not None
    assert found["both"].reconciled.others == ("one", "b")


def test_printed_totals_and_parts_agree_on_every_path() -> None:
    total, parts = parts_of()
    own = Known(total.series, Learned(*fit_candidates(total.series, CHEAP)))
    relations = Relations(printed={"both": (("one", "b"),)})
    found = family({"both": own, **parts}, relations)
    both, one, b = (year_of(found[slug]) for slug in ("both", "one", "b"))
    np.testing.assert_allclose(both.samples, one.samples + b.samples, rtol=1e-9)
    alone = year_of(year_ahead(own, 2021, 500, "2021-06-30", CHEAP))
    assert found["both"].reconciled is not None
    assert found["both"].reconciled.before == alone.median
    np.testing.assert_array_equal(np.sort(both.known), np.sort(alone.known))
    np.testing.assert_allclose(both.known + both.months.sum(axis=1), both.samples)


@pytest.mark.parametrize("printed", [True, False])
def test_a_project_of_a_part_moves_it_and_its_total_by_its_output(printed: bool) -> None:
    total, parts = parts_of()
    own = Known(total.series, Learned(*fit_candidates(total.series, CHEAP)))
    mine = Project(1, "one", "Mỏ", "Mine", "starts", Month(2021, 9), 1, 5.0, 0.5, 2.0)
    moved = {**parts, "one": replace(parts["one"], projects=(mine,))}
    ties = {"both": ("one", "b")}
    relations = Relations(printed={"both": (("one", "b"),)}) if printed else Relations(summed=ties)
    before = family({"both": own, **parts}, relations)
    after = family({"both": own, **moved}, relations)
    [added] = after["one"].projects
    assert after["both"].projects == (added,)
    assert after["b"].projects == ()
    assert 10.0 < added.mean < 20.0
    gained = {slug: year_of(after[slug]).mean - year_of(before[slug]).mean for slug in after}
    assert gained["one"] == pytest.approx(added.mean, rel=0.02)
    assert gained["both"] == pytest.approx(added.mean, rel=0.02)
    assert gained["b"] == pytest.approx(0.0, abs=0.3)
    np.testing.assert_allclose(
        year_of(after["both"]).samples,
        year_of(after["one"]).samples + year_of(after["b"]).samples,
        rtol=1e-9,
    )


def test_a_project_of_a_part_moves_the_other_breakdown_of_its_total_too() -> None:
    total, parts = parts_of()
    own = Known(total.series, Learned(*fit_candidates(total.series, CHEAP)))
    gates = {
        gate: replace(parts[part], series=replace(parts[part].series, key=f"made/{gate}"))
        for gate, part in (("x", "b"), ("y", "one"))
    }
    mine = Project(1, "one", "Mỏ", "Mine", "starts", Month(2021, 9), 1, 5.0, 0.5, 2.0)
    relations = Relations(printed={"both": (("one", "b"), ("x", "y"))})
    before = family({"both": own, **parts, **gates}, relations)
    moved = {**parts, "one": replace(parts["one"], projects=(mine,))}
    after = family({"both": own, **moved, **gates}, relations)
    [added] = after["one"].projects
    assert [after[slug].projects for slug in ("both", "x", "y")] == [(added,), (), ()]
    gained = {slug: year_of(after[slug]).mean - year_of(before[slug]).mean for slug in after}
    assert gained["one"] == pytest.approx(added.mean)
    assert gained["both"] == pytest.approx(added.mean)
    assert gained["b"] == pytest.approx(0.0, abs=1e-9)
    assert gained["x"] + gained["y"] == pytest.approx(added.mean)
    assert min(gained["x"], gained["y"]) > 1.0


def test_a_total_whose_parts_end_elsewhere_is_forecast_on_its_own_and_says_so() -> None:
    total, parts = parts_of()
    late = replace(parts["one"], series=made(seasonal(41), key="made/one"))
    own = Known(total.series, Learned(*fit_candidates(total.series, CHEAP)))
    found = family({"both": own, "one": late, "b": parts["b"]})
    assert found["both"].method == "ensemble"
    assert "made/one with 2021-05" in found["both"].failures["parts"]
    both, one, b = (year_of(found[slug]).samples for slug in ("both", "one", "b"))
    np.testing.assert_allclose(both, one + b, rtol=1e-9)


def test_a_member_without_a_basis_leaves_the_others_as_they_are() -> None:
    total, parts = parts_of()
    own = Known(total.series, Learned(*fit_candidates(total.series, CHEAP)))
    empty = replace(parts["b"], learned=Learned())
    found = family(
        {"both": own, "one": parts["one"], "b": empty},
        Relations(printed={"both": (("one", "b"),)}),
    )
    assert found["b"].annual is None
    alone = year_of(year_ahead(own, 2021, 500, "2021-06-30", CHEAP))
    np.testing.assert_array_equal(year_of(found["both"]).samples, alone.samples)
    assert year_of(found["both"]).middle is None
    assert found["both"].reconciled is None


def test_two_identical_series_have_the_same_year() -> None:
    years = []
    for key in ("made/one", "made/twin"):
        series = made(seasonal(42), key=key)
        known = replace(Learned(*fit_candidates(series, CHEAP)), errors=ERRORS)
        found = project(series, (), known, candidates=CHEAP)
        assert found.annual is not None
        years.append(found.annual.samples)
    assert spearmanr(*years).statistic >= 0.98


def test_met_says_path_by_path_what_the_probability_says() -> None:
    series = made(seasonal(42))
    found = project(series, (GOAL,), learned(seasonal(42)), candidates=CHEAP)
    assert found.met is not None
    assert found.annual is not None
    assert found.met.mean() == found.probability
    np.testing.assert_array_equal(found.met, found.annual.samples >= 1500.0)
    assert project(series, (), learned(seasonal(42)), candidates=CHEAP).met is None


def test_a_series_below_zero_is_the_mirror_image_of_one_above() -> None:
    values = seasonal(42)
    every = candidates_for(2021)
    defaults = {name: every[name] for name in ("prior", "pace", "seasonal_naive", "theta")}
    annuals = []
    for sign in (1.0, -1.0):
        series = made(sign * values)
        known = Learned(*fit_candidates(series, defaults))
        assert set(known.parameters) == set(defaults)
        annuals.append(project(series, (), known, candidates=defaults).annual)
    above, below = annuals
    assert above is not None
    assert below is not None
    assert below.median == pytest.approx(-above.median, rel=0.005)
    assert below.quantile(0.1) == pytest.approx(-above.quantile(0.9), rel=0.01)


def test_the_prior_refuses_months_above_and_below_zero() -> None:
    series = made(seasonal(42) - 105.0)
    parameters, failures = fit_candidates(series, candidates_for(2021))
    assert "prior" not in parameters
    assert "above and below zero" in failures["prior"]


def test_a_series_that_is_zero_in_many_months_is_occasional() -> None:
    values = np.r_[seasonal(24), np.zeros(18)]
    found = project(made(values), (Target("at_least", 10.0),), learned(values), candidates=CHEAP)
    assert found.method == "occasional"
    assert found.annual is not None
    assert found.annual.median == 0.0
    assert found.status == "off_track"


@pytest.mark.parametrize(("age", "based"), [(12, True), (13, False)])
def test_figures_of_more_than_a_year_ago_are_no_basis(age: int, based: bool) -> None:
    values = seasonal(42)
    series = made(values)
    late = replace(series, as_of=series.cutoff.plus(age).last_day)
    found = project(late, (GOAL,), learned(values), year=series.year, candidates=CHEAP)
    assert (found.annual is not None) == based
    if not based:
        assert found.attainments[0].reason is not None
        assert found.attainments[0].reason.code == "figures_too_old"
        assert "13 months before" in found.failures["year"]


def test_a_year_that_is_over_is_published_however_old() -> None:
    series = replace(made(seasonal(48)), as_of=Month(2030, 1).last_day)
    assert project(series, (GOAL,), learned(seasonal(48)), candidates=CHEAP).method == "published"
