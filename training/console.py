"""Terminal output of retraining and backtests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress as Bar,
    TextColumn,
    TimeElapsedColumn,
)

from models.errors import InvalidMonth, VedichError
from models.series import Month
from training.workers import Progress


@contextmanager
def progress_bar(title: str, also: Progress | None = None) -> Iterator[Progress]:
    """A progress bar on standard error, advanced by the yielded callback; `also` is told too."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, step="")

        def progress(done: int, total: int, step: str) -> None:
            bar.update(task, completed=done, total=total, step=step)
            if also is not None:
                also(done, total, step)

        yield progress


@contextmanager
def failure_shown() -> Iterator[None]:
    """End the program with the message of a `VedichError`, without a traceback."""
    try:
        yield
    except VedichError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(1) from error


def vintage_day(text: str) -> date:
    """'2021-06' is the last day of June 2021, '2021-06-15' that day; for argparse."""
    try:
        if len(text) == len("2021-06-15"):
            return date.fromisoformat(text)
        month = Month.parse(text)
    except (ValueError, InvalidMonth) as error:
        raise argparse.ArgumentTypeError(f"expected YYYY-MM or YYYY-MM-DD: {error}") from error
    return month.last_day
