"""Figures typed by hand, as a tidy file that is previewed like any other.

A correction is a new figure with its own day of publication; nothing stored changes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from data.db.store import Store
from data.ingestion.imports import Budget, Preview, preview
from data.ingestion.rows import UploadedFile
from data.plans.kpi import Kpi
from data.vintages.observation import Form
from models.series import FigureStatus, Month

_HEADINGS = ("KPI", "Month", "Form", "Value", "Status", "Published", "Source")


@dataclass(frozen=True)
class TypedFigure:
    """A figure as typed and read."""

    kpi: str
    form: Form
    value: float


def forms_of(kpi: Kpi) -> tuple[Form, Form]:
    """In which forms a KPI's figures are typed: those of the month and of the year to date."""
    if kpi.traits.known_by_rates:
        return "rate_on_year", "rate_to_date"
    return "month", "year_to_date"


def preview_typed(
    store: Store,
    plan: str,
    month: Month,
    figures: Iterable[TypedFigure],
    about: tuple[FigureStatus, date, str],
    by: str,
    budget: Budget,
) -> Preview:
    """Show what entering typed figures of a month would change; they wait to be committed.

    Parameters
    ----------
    about : status, day of publication and source of all of them

    Raises
    ------
    UnknownPlan, UploadBudgetSpent
        As `data.ingestion.imports.preview`.
    """
    status, published, source = about
    file = io.StringIO()
    out = csv.writer(file, delimiter=";")
    out.writerow(_HEADINGS)
    for one in figures:
        row = (one.kpi, month, one.form, _plain(one.value), status, published, source)
        out.writerow(row)
    uploaded = UploadedFile(f"nhap-tay-{month}.csv", file.getvalue().encode())
    return preview(store, plan, [uploaded], by, budget=budget)


def _plain(value: float) -> str:
    """A number that reads one way: 123.456 is written 123.4560, which groups no thousands."""
    text = f"{Decimal(repr(value)):f}"
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(4, '0')}" if point and int(decimals) else whole
