"""The usual day of publication, and another day given to an upload."""

from __future__ import annotations

from datetime import date

import pytest

from data.db.store import Store
from data.ingestion.imports import commit, preview
from data.ingestion.publication import redate, usual_day
from data.ingestion.rows import UploadedFile
from data.plans.rows import save_plan
from data.vintages.observation import UNDATED, Observation
from data.vintages.panel_rows import load_panel
from models.errors import ImportConflict
from models.series import Month
from tests.families import demo_plan


def printed(*days: tuple[int, date]) -> list[Observation]:
    return [
        Observation("coal", Month(2018, month), "month", 1.0, "estimate", day, "made up")
        for month, day in days
    ]


def test_the_usual_day_is_that_of_the_last_months() -> None:
    same = printed((1, date(2018, 1, 29)), (2, date(2018, 2, 28)), (3, date(2018, 3, 29)))
    assert usual_day(Month(2018, 6), same) == date(2018, 6, 29)
    assert usual_day(Month(2019, 2), same) == date(2019, 2, 28)  # the month's last
    after = printed((11, date(2018, 12, 10)), (12, date(2019, 1, 12)), (12, date(2019, 3, 1)))
    assert usual_day(Month(2018, 12), after) == date(2019, 1, 10)  # the lower of the middle two
    ends = printed((1, date(2018, 1, 31)), (2, date(2018, 2, 28)), (4, date(2018, 4, 30)))
    assert usual_day(Month(2018, 7), ends) == date(2018, 7, 31)  # always the last
    assert usual_day(Month(2018, 6), ()) == date(2018, 6, 30)
    assert usual_day(Month(2018, 6), printed((1, UNDATED))) == date(2018, 6, 30)


def test_an_upload_without_a_day_is_given_one(store: Store) -> None:
    save_plan(store, demo_plan())
    file = UploadedFile("june.csv", b"KPI;Month;Value\ncoal;2018-06;150\n")
    before = preview(store, "demo-2018", [file], "An")
    after = redate(store, before.upload.id, date(2018, 7, 3))
    (figure,) = after.files[0].figures
    assert figure.observation.published == date(2018, 7, 3)
    with pytest.raises(ImportConflict):  # what the first preview showed is not what is written
        commit(store, before.upload.id, "An", token=before.token)
    commit(store, before.upload.id, "An", token=after.token)
    (stored,) = load_panel(store, "demo").printed["coal"]
    assert stored.published == date(2018, 7, 3)
    with pytest.raises(ImportConflict):
        redate(store, before.upload.id, date(2018, 7, 4))
