"""The first visit is led: a plan, its figures, a model, then the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.plans.plan import Plan
from data.vintages.rows import vintages_of
from service.pages.site import Site
from service.state.app_state import AppState
from service.texts import TEXT
from training.bundle.promoted import default_promotion


@dataclass(frozen=True)
class FirstStep:
    """A step: done, next, or later; the next has a button that leads to `address`.

    `more` are other ways to do it, as name and address.
    """

    code: str
    name: str
    about: str
    state: str
    state_name: str
    button: str
    address: str
    more: tuple[tuple[str, str], ...] = ()


def answered(steps: Sequence[FirstStep]) -> bool:
    """Whether a plan has had an answer: all steps are done but the last, which is never over."""
    return all(step.state == "done" for step in steps[:-1])


def first_steps(app_state: AppState, site: Site, plan: Plan | None) -> tuple[FirstStep, ...]:
    """The four steps to the first answer, for `first_steps.html`.

    Parameters
    ----------
    site : of the page that shows them; of the plan, if there is one
    plan : the plan that is led to its answers; None while there is none

    Returns
    -------
    tuple of FirstStep; at most one is 'next'. All but the last are 'done' once the plan has
    an answer.
    """
    text = TEXT[site.lang]
    figures = vintages_of(app_state.store, plan.family) if plan else ()
    model = plan and figures and default_promotion(app_state.store, plan.family, figures[-1])
    done = (plan is not None, bool(figures), bool(model), False)
    place = done.index(False)

    def of_plan(section: str) -> str:
        return site.page(section, as_of=None) if plan else ""

    new_plan = site.to("/new-plan", as_of=None)
    blank = site.to("/new-plan/template.xlsx", as_of=None, lang="")
    typed = [(text["steps.figures.typed"], of_plan("figures"))] if plan else []
    steps: tuple[tuple[str, str, list[tuple[str, str]]], ...] = (
        ("plan", new_plan, [(text["steps.plan.blank"], blank)]),
        ("figures", of_plan("data"), typed),
        ("model", f"{of_plan('models')}#retrain", []),
        ("read", of_plan(""), []),
    )
    states = ["done" if number < place else "later" for number in range(4)]
    states[place] = "next"
    return tuple(
        FirstStep(
            code,
            text[f"steps.{code}.name"],
            text[f"steps.{code}.about"],
            state,
            text[f"steps.{state}"],
            text[f"steps.{code}.button"],
            address,
            tuple(more),
        )
        for (code, address, more), state in zip(steps, states, strict=True)
    )
