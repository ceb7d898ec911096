"""What is over is deleted; what waits, stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from data.db import tables
from data.ingestion.imports import preview
from data.ingestion.rows import UploadedFile
from data.plans.rows import save_plan
from data.settings import Settings
from service.workflow.retention import Cleaned, clean
from tests.families import demo_plan
from tests.homes import Run


def test_uploads_and_sessions_that_are_over_go(tmp_path, this_run: Run) -> None:

    store = this_run.new_store(tmp_path)
    save_plan(store, demo_plan())
    now = datetime.now(UTC)
    for days in (0, 1, 3):
        file = UploadedFile("a.csv", b"kpi,month,value\n")
        preview(store, "demo-2018", [file], "An", moment=now - timedelta(days=days))
    account = {"role": "viewer", "password_hash": "x", "created_at": now}
    with store.writing() as connection:
        connection.execute(insert(tables.accounts).values(name="an", **account))
        for hours in (-1, 1):
            ends = now + timedelta(hours=hours)
            values = {"token_hash": str(hours), "account": "an", "ends_at": ends}
            connection.execute(insert(tables.sessions).values(**values))
    assert clean(store, Settings(home=tmp_path, upload_days=2), now) == Cleaned(1, 1)
    assert clean(store, Settings(home=tmp_path, upload_days=2), now) == Cleaned(0, 0)
    with store.reading() as connection:
        assert len(connection.execute(select(tables.uploads)).all()) == 2
        assert len(connection.execute(select(tables.upload_files)).all()) == 2
        assert len(connection.execute(select(tables.sessions)).all()) == 1
    store.close()
