"""Remaining completions of a task by a target's deadline, and their basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.targets.target import Remark, Target
from models.targets.task import Judgement, State, Step, Task
from models.tasks.counts import (
    JUDGEMENT_WORTH,
    PLAN_WORTH,
    Expectation,
    RemainingWork,
    Window,
    chance_for,
    checklist,
    equal_chance,
    expected_for,
    listed,
    remaining_work,
)

Array = NDArray[np.float64]
Past = Sequence[tuple[int, int]]

LEAST_SHARE = 0.1  # of its time that must be reported before a forecast from the count
NOTHING = np.ones(1)  # the distribution of no further completions


@dataclass(frozen=True, eq=False)
class Outlook:
    """Remaining completions by the deadline.

    Attributes
    ----------
    done : completions so far that count for the target
    pmf : probability of 0, 1, 2 … further completions; None without a basis
    method : 'reported' if nothing is left to forecast, 'none' without a basis
    closed : no further completion is possible
    remarks : the basis of `pmf`; without a basis, what is missing
    work : spread of the completions over time; None if not modelled
    due : (day, probability) of each open step
    """

    done: int
    pmf: Array | None
    method: str
    closed: bool = False
    remarks: tuple[Remark, ...] = ()
    work: RemainingWork | None = None
    due: tuple[tuple[date, float], ...] = ()


@dataclass(frozen=True)
class Aim:
    """A target of a task with its deadline.

    Attributes
    ----------
    target : Target, absolute
    window : the days that count for it
    judged : the planner's judgement refers to this target's deadline
    """

    target: Target
    window: Window
    judged: bool

    @property
    def at_most(self) -> bool:
        return self.target.comparator == "at_most"

    @property
    def bound(self) -> int:
        """The deciding bound as a whole number."""
        bound = self.target.deciding or 0.0
        return int(np.floor(bound)) if self.at_most else int(np.ceil(bound))

    def met_by(self, count: int) -> bool:
        return count <= self.bound if self.at_most else count >= self.bound


def count_outlook(task: Task, aim: Aim, state: State, day: date, past: Past = ()) -> Outlook:
    """Remaining completions of a counted task.

    Parameters
    ----------
    task : Task
    aim : the target and its days
    state : as reported up to `day`
    past : (planned, done) of closed earlier periods

    Notes
    -----
    A closed list with a record of earlier periods, or with a judgement, is beta-binomial.
    All else is gamma-Poisson: from the planner's judgement if given, else from the plan's
    own number once a tenth of the time is reported.
    """
    done, closed, missing = _counted(task, aim, state, day)
    if missing is not None:
        return Outlook(done, None, "none", remarks=(missing,))
    if closed or (task.of is not None and done >= task.of):
        return Outlook(done, NOTHING, "reported", closed=True)
    judgement = _usable(state.judgement, aim)
    counts = [(since, count) for since, count in state.counts if since <= aim.window.deadline]
    noted = (*_unreported(counts, day), *_recognition(task, aim))
    if task.of is not None and not aim.at_most and (judgement or past):
        pmf, remarks = _from_list(task.of, done, aim, judgement, counts, past)
        return Outlook(done, pmf, "beta_binomial", remarks=(*remarks, *noted))
    expectation, basis = _expectation(aim, judgement, counts)
    if expectation is None:
        if aim.met_by(done) and not aim.at_most:
            return Outlook(done, NOTHING, "reported")
        return Outlook(done, None, "none", remarks=(basis,))
    work = remaining_work(counts, aim.window, expectation)
    pmf = work.pmf if task.of is None else _capped(work.pmf, task.of - done)
    rush = Remark("rush")
    return Outlook(done, pmf, "gamma_poisson", remarks=(basis, rush, *noted), work=work)


def _counted(task: Task, aim: Aim, state: State, day: date) -> tuple[int, bool, Remark | None]:
    """The count for the target, whether it is settled, and what is missing for it."""
    deadline = aim.window.deadline
    inside = [(since, count) for since, count in state.counts if since <= deadline]
    later = [count for since, count in state.counts if since > deadline]
    done = inside[-1][1] if inside else 0
    reported = bool(inside) and inside[-1][0] == deadline
    if task.recognised_later:
        done, over = state.done or 0, day > deadline or reported
        if over and not (state.final or aim.met_by(done)):
            return done, False, Remark("final_missing", {"deadline": deadline})
        return done, over or state.final, None
    if later and not reported and aim.met_by(done) != aim.met_by(later[0]):
        return done, False, Remark("count_missing", {"deadline": deadline})
    return done, reported or bool(later) or state.final, None


def _usable(judgement: Judgement | None, aim: Aim) -> Judgement | None:
    """A judgement about this deadline, given before it."""
    usable = judgement is not None and aim.judged and judgement.day < aim.window.deadline
    return judgement if usable else None


def _before(counts: Sequence[tuple[date, int]], day: date) -> int:
    return next((count for since, count in reversed(counts) if since <= day), 0)


def _expectation(
    aim: Aim, judgement: Judgement | None, counts: Sequence[tuple[date, int]]
) -> tuple[Expectation | None, Remark]:
    """The expectation before the reports and its basis; without it, what is missing."""
    window = aim.window
    if judgement is not None:
        needed = aim.bound - _before(counts, judgement.day)
        needed = max(needed, 0 if aim.at_most else 1)
        expected = expected_for(judgement.probability, needed, at_most=aim.at_most)
        return Expectation(expected, JUDGEMENT_WORTH, judgement.day), _judged(judgement, counts)
    if not counts:
        return None, Remark("progress_missing", {"start": window.start})
    reported = counts[-1][0]
    spent: dict[str, str | float | date] = {
        "done": counts[-1][1],
        "start": window.start,
        "reported": reported,
        "days": window.days_to(reported),
        "of_days": window.days,
    }
    if window.share(reported) < LEAST_SHARE:
        return None, Remark("too_early", spent)
    expected = max(float(aim.bound), 1.0)
    return Expectation(expected, PLAN_WORTH), Remark(
        "pace", {**spent, "plan": aim.bound, "worth": PLAN_WORTH}
    )


def _from_list(
    of: int,
    done: int,
    aim: Aim,
    judgement: Judgement | None,
    counts: Sequence[tuple[date, int]],
    past: Past,
) -> tuple[Array, tuple[Remark, ...]]:
    """The open items of a closed list, with the chance judged or on record."""
    n_open = of - done
    of_list = Remark("list", {"open": n_open, "of": of})
    if judgement is None:
        made = sum(min(made, planned) for planned, made in past)
        planned = sum(planned for planned, _ in past)
        record = Remark("record", {"made": made, "planned": planned, "periods": len(past)})
        return listed(n_open, made + 0.5, planned - made + 0.5), (of_list, record)
    before = _before(counts, judgement.day)
    needed = min(max(aim.bound - before, 1), of - before)
    made_share = chance_for(judgement.probability, of - before, needed)
    weight = JUDGEMENT_WORTH
    pmf = listed(n_open, weight * made_share, weight * (1 - made_share))
    return pmf, (of_list, _judged(judgement, counts))


def _judged(judgement: Judgement, counts: Sequence[tuple[date, int]]) -> Remark:
    since = counts[-1][1] - _before(counts, judgement.day) if counts else 0
    values = {**_judgement_values(judgement), "worth": JUDGEMENT_WORTH, "since": since}
    return Remark("judgement", values)


def _judgement_values(judgement: Judgement) -> dict[str, str | float | date]:
    return {"probability": judgement.probability, "day": judgement.day, "by": judgement.by}


def _unreported(counts: Sequence[tuple[date, int]], day: date) -> tuple[Remark, ...]:
    """A remark if the newest count is older than the vintage."""
    if not counts or counts[-1][0] >= day:
        return ()
    return (Remark("unreported", {"reported": counts[-1][0]}),)


def _recognition(task: Task, aim: Aim) -> tuple[Remark, ...]:
    """A remark if later recognition is not in the probability."""
    if not task.recognised_later:
        return ()
    return (Remark("recognised_later", {"deadline": aim.window.deadline}),)


def _capped(pmf: Array, most: int) -> Array:
    """The distribution limited to `most`, which gets the probability beyond it."""
    if len(pmf) <= most + 1:
        return pmf
    return np.append(pmf[:most], pmf[most:].sum())


def steps_outlook(task: Task, aim: Aim, state: State, day: date) -> Outlook:
    """Remaining steps: Poisson-binomial from the planner's own judgements.

    Notes
    -----
    A step's judgement refers to its due date; once that is past and the step is open,
    only a later judgement is used. If an open step has none, the judgement of the whole
    is shared equally over the open steps; without it there is no basis.
    """
    deadline = aim.window.deadline
    done = {
        slug
        for slug, since in state.steps_done.items()
        if since <= deadline or task.recognised_later
    }
    open_steps = [step for step in task.steps if step.slug not in done]
    met = aim.met_by(len(done))
    if task.recognised_later and day > deadline and not (met or state.final):
        missing = Remark("final_missing", {"deadline": deadline})
        return Outlook(len(done), None, "none", remarks=(missing,))
    settled = (
        state.reported is not None and state.reported >= deadline and not task.recognised_later
    )
    if not open_steps or state.final or settled:
        return Outlook(len(done), NOTHING, "reported", closed=True)
    chances, remarks = _step_chances(task, aim, state, open_steps, day)
    if len(chances) < len(open_steps):
        if met:
            return Outlook(len(done), NOTHING, "reported")
        return Outlook(len(done), None, "none", remarks=remarks)
    due = tuple(
        (deadline if _overdue(step, day) else min(step.due or deadline, deadline), chance)
        for step, chance in zip(open_steps, chances, strict=True)
    )
    remarks = (*remarks, *_recognition(task, aim))
    return Outlook(len(done), checklist(chances), "poisson_binomial", remarks=remarks, due=due)


def _step_chances(
    task: Task, aim: Aim, state: State, open_steps: Sequence[Step], day: date
) -> tuple[list[float], tuple[Remark, ...]]:
    """The chance of each open step and its basis; without chances, what is missing."""
    judged = {
        step.slug: state.step_judgements[step.slug]
        for step in open_steps
        if step.slug in state.step_judgements
    }
    void = [
        step
        for step in open_steps
        if _overdue(step, day)
        and step.due
        and not (step.slug in judged and judged[step.slug].day > step.due)
    ]
    unjudged = [step for step in open_steps if step.slug not in judged and step not in void]
    if not void and not unjudged:
        chances = [judged[step.slug].probability for step in open_steps]
        return chances, (Remark("steps_judged", {"steps": len(open_steps)}),)
    whole = _usable(state.judgement, aim)
    if whole is not None:
        before = sum(since <= whole.day for since in state.steps_done.values())
        n_open = len(task.steps) - before
        chance = equal_chance(whole.probability, n_open, max(aim.bound - before, 1))
        shared = Remark("judgement_shared", {**_judgement_values(whole), "steps": n_open})
        return [chance] * len(open_steps), (shared,)
    missing = []
    if unjudged:
        missing.append(Remark("judgement_missing", _names(unjudged)))
    if void:
        missing.append(Remark("overdue", _names(void)))
    return [], tuple(missing)


def _overdue(step: Step, day: date) -> bool:
    return step.due is not None and step.due < day


def _names(steps: Sequence[Step]) -> dict[str, str]:
    return {
        "steps_vi": "; ".join(step.name_vi for step in steps),
        "steps_en": "; ".join(step.name_en for step in steps),
    }
