"""Tasks in words: what is done, what is left, by when, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.targets.periods import WHOLE_YEAR
from service.projections.facts import Facts
from service.projections.view import StepView, TaskView
from service.report import sentences
from service.report.body.material import Material
from service.report.document import Paragraph
from service.texts import TEXT, Lang, amount, day_of, number, period_name


def progress(facts: Sequence[Facts], material: Material) -> Iterator[Paragraph]:
    """A paragraph per task: done of the goal, left, deadline, and its steps."""
    lang = material.lang
    for one in facts:
        task = one.projection.task
        if task is None:
            continue
        yield Paragraph(_progress(one, task, lang), "item")
        for words in _steps(task, lang):
            yield Paragraph(words)


def ahead(material: Material) -> Iterator[Paragraph]:
    """What is left of each task, by when, and who leads."""
    text, lang = material.text, material.lang
    for one in material.facts:
        task = one.projection.task
        if task is None or not task.remaining:
            continue
        lead = "; ".join(filter(None, (task.lead, task.part)))
        words = text["report.task.ahead"].format(
            name=sentences.name_of(one, lang),
            rest=amount(task.remaining, one.kpi.unit, lang),
            deadline=_deadline(task, lang),
            lead=text["report.task.lead"].format(lead=lead) if lead else "",
        )
        yield Paragraph(words, "item")


def obstacles(material: Material) -> Iterator[Paragraph]:
    """What stands in the way of a task, as reported."""
    text, lang = material.text, material.lang
    for one in material.facts:
        task = one.projection.task
        if task is not None and task.obstacle:
            words = text["report.task.obstacle"].format(
                name=sentences.name_of(one, lang), obstacle=task.obstacle.rstrip(".")
            )
            yield Paragraph(words, "item")


def _progress(one: Facts, task: TaskView, lang: Lang) -> str:
    text, name = TEXT[lang], sentences.name_of(one, lang)
    if task.done is None or task.reported is None:
        return text["report.task.none"].format(name=name, deadline=_deadline(task, lang))
    done, unit = task.done, one.kpi.unit
    goal = ""
    if task.goal is not None:
        goal = f"/{amount(task.goal, unit, lang)}"
    left = task.remaining
    return text["report.task.done"].format(
        name=name,
        day=day_of(task.reported, lang),
        done=number(done, lang) if goal else amount(done, unit, lang),
        goal=goal,
        rest=text["report.task.rest"].format(rest=amount(left, unit, lang)) if left else "",
        deadline=_deadline(task, lang),
    )


def _deadline(task: TaskView, lang: Lang) -> str:
    """The deadline that a document gives, else the part of the year that it names."""
    if task.deadline is not None:
        return TEXT[lang]["report.task.deadline"].format(day=day_of(task.deadline, lang))
    if task.period in (None, WHOLE_YEAR):
        return ""
    return TEXT[lang]["report.task.period"].format(period=period_name(task.period, lang))


def _steps(task: TaskView, lang: Lang) -> Iterator[str]:
    text = TEXT[lang]
    done = [_done(step, lang) for step in task.steps if step.done_on is not None]
    left = [step.name[lang] for step in task.steps if step.done_on is None]
    if done:
        yield text["report.task.steps_done"].format(names="; ".join(done))
    if left:
        yield text["report.task.steps_left"].format(names="; ".join(left))


def _done(step: StepView, lang: Lang) -> str:
    return f"{step.name[lang]} ({day_of(step.done_on, lang)})" if step.done_on else step.name[lang]
