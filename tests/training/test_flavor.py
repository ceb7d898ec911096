"""A registered bundle as MLflow loads it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.db.store import Store
from data.settings import Settings
from data.vintages.panel import Panel
from models.candidates.base import Candidate
from models.errors import InputError, InvalidMonth, NoObservations
from models.pipeline import project
from training.bundle.bundle import read_bundle
from training.flavor import BundleModel
from training.retrain import RetrainReport, retrain
from training.tracking import MlflowTracker

pytestmark = pytest.mark.slow

JUNE = date(2018, 6, 30)


@pytest.fixture(scope="module")
def report(
    new_store: Callable[[str], Store],
    tmp_path_factory: pytest.TempPathFactory,
    tracker: MlflowTracker,
    cheap: Mapping[str, Candidate],
) -> RetrainReport:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    options = {"workers": 1, "candidates": cheap, "tracker": tracker}
    return retrain(new_store("flavor"), settings, "flavor-2018", JUNE, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(report: RetrainReport) -> BundleModel:
    return BundleModel(read_bundle(report.folder))


def tidy(panel: Panel, kpi: str) -> pd.DataFrame:
    """What `series_as_of` has, as a person would type it."""
    series = panel.series_as_of(kpi, JUNE)
    months = [str(series.start.plus(place)) for place in range(len(series.values))]
    return pd.DataFrame({"kpi": kpi, "month": months, "value": series.values})


def test_the_champion_is_loaded_by_its_alias(
    report: RetrainReport, tracker: MlflowTracker, panel: Panel
) -> None:
    import mlflow

    figures = pd.concat([tidy(panel, "steel"), tidy(panel, "coal")])
    before = (mlflow.get_tracking_uri(), mlflow.get_registry_uri())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_tracking_uri(tracker.uri)
        mlflow.set_registry_uri(tracker.uri)
        try:
            answer = mlflow.pyfunc.load_model("models:/flavor@champion").predict(figures)
        finally:
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])
    assert answer["kpi"].tolist() == ["coal", "steel"]
    assert answer["year"].tolist() == [2018, 2018]
    assert (answer["q10"] < answer["median"]).all()
    assert (answer["median"] < answer["q90"]).all()
    pd.testing.assert_frame_equal(answer, BundleModel(read_bundle(report.folder)).predict(figures))


def test_it_says_what_the_pipeline_says_of_the_same_months(
    model: BundleModel, panel: Panel
) -> None:
    [row] = model.predict(tidy(panel, "coal")).to_dict("records")
    series = model.series("coal", tidy(panel, "coal"))
    annual = project(series, (), model.bundle.learned["coal"]).annual
    assert annual is not None
    assert row["median"] == annual.median
    assert (row["q10"], row["q90"]) == annual.interval(0.8)
    known = panel.series_as_of("coal", JUNE)
    assert row["median"] > known.values[-6:].sum()


def test_growth_takes_an_index_of_any_base_and_returns_per_cent(
    model: BundleModel, panel: Panel
) -> None:
    figures = tidy(panel, "output")
    doubled = figures.assign(value=2 * figures["value"])
    once, twice = model.predict(figures), model.predict(doubled)
    np.testing.assert_allclose(twice["median"], once["median"], rtol=1e-9)
    assert abs(once["median"][0]) < 30


def test_rows_may_come_in_any_order_and_gaps_may_be_left_out_or_empty(
    model: BundleModel, panel: Panel
) -> None:
    figures = tidy(panel, "coal")
    shuffled = figures.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(model.predict(shuffled), model.predict(figures))
    gap = figures["month"] == "2014-05"
    emptied = figures.assign(value=figures["value"].mask(gap))
    pd.testing.assert_frame_equal(model.predict(emptied), model.predict(figures[~gap]))
    # an empty month at the end has not been observed
    months = figures["month"].tolist()
    july = pd.DataFrame({"kpi": ["coal"], "month": ["2018-07"], "value": [np.nan]})
    assert months[-1] == "2018-06"
    pd.testing.assert_frame_equal(
        model.predict(pd.concat([figures, july])), model.predict(figures)
    )


def test_unusable_figures_are_refused_with_a_reason(model: BundleModel, panel: Panel) -> None:
    figures = tidy(panel, "coal")
    with pytest.raises(InputError, match="expected one of the KPIs both, coal, output, steel"):
        model.predict(figures.assign(kpi="cement"))
    with pytest.raises(InputError, match="no forecast for 'coal'"):
        model.predict(figures.tail(3))
    with pytest.raises(InvalidMonth, match="found 'June'"):
        model.predict(figures.assign(month="June"))
    twice = pd.concat([figures, figures.tail(1)])
    with pytest.raises(InputError, match="coal: expected each month once, found 2018-06 twice"):
        model.predict(twice)
    with pytest.raises(InputError, match="coal: expected at least one value"):
        model.predict(figures.assign(value=np.nan))


def test_no_figures_give_no_rows(model: BundleModel) -> None:
    nothing = pd.DataFrame({"kpi": [], "month": [], "value": []})
    assert model.predict(nothing).empty


def test_the_folder_is_read_by_mlflows_hook(report: RetrainReport) -> None:
    from training.flavor import _load_pyfunc

    folder: Path = report.folder
    assert _load_pyfunc(str(folder)).bundle.content_hash == report.bundle_hash


def test_printed_figures_are_known_from_their_publication_on(
    model: BundleModel, panel: Panel
) -> None:
    columns = ["kpi", "month", "form", "value", "status", "published"]
    rows = [
        (one.kpi, str(one.month), one.form, one.value, one.status, one.published.isoformat())
        for one in panel.figures()
        if one.kpi == "coal"
    ]
    printed = pd.DataFrame(rows, columns=columns)
    june = model.predict(printed)
    assert june["year"].tolist() == [2018]
    may = model.predict(printed, {"as_of": "2018-05-31"})
    early = printed[printed["published"] <= "2018-05-31"]
    pd.testing.assert_frame_equal(may, model.predict(early, {"as_of": "2018-05-31"}))
    assert may["median"][0] != june["median"][0]
    with pytest.raises(NoObservations, match="nothing was published for 'flavor/coal'"):
        model.predict(printed, {"as_of": "2011-12-31"})
    with pytest.raises(InputError, match="as_of: expected YYYY-MM-DD, found 'June'"):
        model.predict(printed, {"as_of": "June"})
    with pytest.raises(InputError, match="published: expected YYYY-MM-DD, found 'June'"):
        model.predict(printed.assign(published="June"))
