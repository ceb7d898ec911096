"""Fixtures that all tests may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.homes import Run

# properties are tried on the same examples on every run, without a clock
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; tests that need it skip without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data are not beside the project (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def this_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What this run of the tests makes once, for all workers."""
    return Run.of(tmp_path_factory)
