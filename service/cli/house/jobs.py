"""`vedich job`: long work that waits, runs, or ended lately."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.arguments import LangOption, open_store
from service.speech import spoken, told

app = typer.Typer(help="Long work: what waits, runs, and ended lately.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(help="The job's id, from `vedich job list`.")]


@app.command("list")
def list_jobs(lang: LangOption = None) -> None:
    """The newest jobs, newest first."""
    from data.jobs.rows import jobs_of
    from service.work.shown import job_shape

    _settings, store = open_store()
    language = lang.value if lang else spoken()
    for job in jobs_of(store, limit=30):
        shape = job_shape(store, job, language)
        print(f"{job.id}  {shape.title}  {shape.said}  ({job.by}, {job.queued_at:%Y-%m-%d %H:%M})")


@app.command("show")
def show(job: IdArgument, lang: LangOption = None) -> None:
    """How far a job is, and its log."""
    from data.jobs.rows import job_of, log_of
    from service.work.shown import job_shape

    _settings, store = open_store()
    found = job_of(store, job)
    shape = job_shape(store, found, lang.value if lang else spoken())
    print(f"{shape.title}: {shape.said}")
    for line in log_of(store, found):
        print(f"{line.at:%Y-%m-%d %H:%M:%S} UTC  {line.event}  {line.detail}".rstrip())


@app.command("cancel")
def cancel(job: IdArgument) -> None:
    """End a job: at once while it waits, at its next step while it runs."""
    from data.db.audit import process_user
    from data.jobs.rows import cancel as end

    _settings, store = open_store()
    state = end(store, job, process_user()).state
    print(told("Cancelled.") if state == "cancelled" else told("Its end was asked for."))
