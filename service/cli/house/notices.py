"""`vedich notify`: write what is new to tell and send it; for cron, beside the monthly run."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from service.cli.arguments import PlanOption, open_store
from service.speech import told

FAILED = 1  # exit code: something could not be sent, and is tried again by the next call


def notify(
    plan: PlanOption = None,
    every: Annotated[bool, typer.Option("--all", help="The newest plan of each family.")] = False,
) -> None:
    """Tell what is new: late months, signatures that wait, changes; exit code 1 if one failed."""
    from service.cli.arguments import the_plan
    from service.monthly.job import newest_plans
    from service.notices.deliver import deliver
    from service.notices.rules import tell
    from service.state.app_state import AppState

    settings, store = open_store()
    app_state = AppState(settings, store)
    slugs = newest_plans(store) if every else (the_plan(store, plan),)
    new = sum(tell(app_state, slug, date.today()) for slug in slugs)
    done = deliver(store, settings)
    print(told("{new} new notices, {sent} sent.", new=new, sent=done.sent))
    for one in done.failed:
        print(f"vedich: {one}", file=sys.stderr)
    raise typer.Exit(FAILED if done.failed else 0)
