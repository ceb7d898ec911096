"""One plan's monthly run, step by step; safe to run twice, and to kill anywhere.

Every step leaves either all or nothing of its own: a file's figures are one transaction, a
bundle is renamed into place, promotion and ledger are rows, a report is renamed into place.
The run itself is recorded last, so that one that was killed is done again; what it had
done already is found done: figures are known, backtested years are kept, the same
projections have the same stamps.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.monthly.rows import last_run, record_run
from data.plans.rows import kpis_of, load_plan
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from data.vintages.rows import newest_publication
from models.errors import NoBundle, UnreadableBundle
from service.monthly.outcome import Outcome
from service.monthly.summary import LANGUAGES, notices, why_held
from service.notices.deliver import deliver
from service.notices.rules import tell
from service.projections.issue import issue
from service.state.app_state import AppState
from training.workers import Progress

if TYPE_CHECKING:
    from service.report.document import Part
    from service.report.renderers.formats import Format

READ = (".xls", ".xlsx", ".xlsm", ".csv", ".docx")


def run_month(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None,
    by: str,
    progress: Progress,
    workers: int | None = None,
    *,
    engine: str = "local",
    scheduler: str | None = None,
    loaded: Outcome | None = None,
) -> Outcome:
    """Do all that a new month asks for.

    Parameters
    ----------
    as_of : the vintage; default the newest, with what the new files bring
    workers, engine, scheduler : of the retraining, as of `training.retrain.retrain`
    loaded : of `load_files`, if that is done already

    Raises
    ------
    UnknownPlan, NoObservations
        If the plan or its figures do not exist.
    TrackingUnavailable, ClusterUnavailable
        If MLflow or the cluster cannot be reached.
    """
    family = load_plan(store, plan).family
    outcome = loaded or load_files(store, settings, family, Outcome(plan, ""), by)
    day = as_of or newest_publication(store, family)
    outcome = replace(outcome, as_of=day.isoformat())
    figures = load_panel(store, family, day).hash(day)
    before = last_run(store, plan, day, figures)
    if before is not None and not outcome.loaded:
        told = Outcome(**{**before.outcome, "reports": tuple(before.outcome["reports"])})
        outcome = replace(told, again=True, refused=outcome.refused, held=outcome.held)
        return _told(AppState(settings, store), outcome)
    outcome = _trained(
        store,
        settings,
        outcome,
        family,
        figures,
        by=by,
        progress=progress,
        workers=workers,
        engine=engine,
        scheduler=scheduler,
    )
    try:
        issued = issue(store, settings, plan, day)
    except NoBundle:  # the new model was not promoted, and no other answers for that day
        issued = []
    outcome = replace(
        outcome,
        projections=len(issued),
        statuses={one.view.kpi: one.view.status for one in issued},
    )
    app_state = AppState(settings, store)
    if issued:
        outcome = replace(outcome, reports=tuple(_reports(app_state, plan, day)))
    progress(1, 1, plan)  # raises if another process has taken up this run
    record_run(
        store,
        family=family,
        plan=plan,
        as_of=day,
        data_hash=figures,
        by=by,
        outcome=asdict(outcome),
    )
    return _told(app_state, outcome)


def _told(app_state: AppState, outcome: Outcome) -> Outcome:
    """Write the notices and send them; what a killed run did not tell, the next one does."""
    tell(app_state, outcome.plan, date.today(), notices(outcome), ran=True)
    deliver(app_state.store, app_state.settings)
    return outcome


def new_files(settings: Settings, family: str) -> tuple[Path, ...]:
    """The files of the watched folder of a family, in order of their names."""
    if settings.watched is None:
        return ()
    folder = settings.watched / family
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in READ and not path.name.startswith((".", "~"))
        )
    )


def load_files(
    store: Store, settings: Settings, family: str, outcome: Outcome, by: str
) -> Outcome:
    """Load the new files one by one; one that is refused or looks wrong stays for a person."""
    loaded: dict[str, int] = {}
    refused: dict[str, str] = {}
    held: dict[str, Mapping[str, str]] = {}
    kpis = {kpi.slug: kpi for kpi in kpis_of(store, family)}
    for path in new_files(settings, family):
        looked = ingest(store, family, [path], dry_run=True, by=by)
        read = looked.files[0]
        if read.loaded_before and not read.added.new:
            continue
        wrong = [one for one in looked.suspicions if not one.settled and read.added.new]
        if read.problem is not None:
            refused[path.name] = read.problem
        elif wrong:
            held[path.name] = {lang: why_held(wrong, kpis, lang) for lang in LANGUAGES}
        elif new := ingest(store, family, [path], by=by).added.new:
            loaded[path.name] = new
    return replace(outcome, loaded=loaded, refused=refused, held=held)


def _trained(
    store: Store,
    settings: Settings,
    outcome: Outcome,
    family: str,
    figures: str,
    **given: Any,
) -> Outcome:
    """Retrain, unless a run that was killed after it has promoted a model of these figures."""
    from training.bundle.promoted import bundle_for
    from training.retrain import retrain

    day = date.fromisoformat(outcome.as_of)
    try:
        found = bundle_for(store, settings.bundles, family, day)
    except (NoBundle, UnreadableBundle):
        found = None
    if found and found.bundle.as_of == day and found.bundle.data_hash == figures:
        return replace(outcome, version=found.version, promoted=True)
    report = retrain(store, settings, outcome.plan, day, **given)
    return replace(
        outcome,
        version=report.version,
        promoted=report.decision.promoted,
        reason=report.decision.reason,
    )


def _reports(app_state: AppState, plan: str, day: date) -> Iterator[str]:
    """Write the configured reports; a reader never sees half of one."""
    settings = app_state.settings
    if not settings.reports_of_month:
        return
    from service.report.build import Wanted  # loads Word, Excel and Vega
    from service.report.renderers.formats import render
    from service.report.request import report_of

    folder = settings.report_folder / plan
    for part, form in settings.reports_of_month:
        wanted = Wanted(lang=settings.lang, part=cast("Part", part))
        content = render(report_of(app_state, plan, day, wanted), cast("Format", form))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"{plan}-{day}-{part}.{form}"
        handle, name = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(content)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        yield str(file)
