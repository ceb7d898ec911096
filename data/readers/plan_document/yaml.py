"""Plan documents as YAML: reading and writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import TargetDraft
from data.readers.plan_document.entries import Document, Entry, Record, VersionRecords
from data.readers.plan_document.fields import OBSOLETE, SHEETS
from data.readers.plan_document.values import (
    draft_values,
    kpi_values,
    plan_values,
    row_values,
    step_values,
    target_values,
    task_values,
    version_values,
)
from data.readers.spreadsheet.tables import Problem, decode, raise_problems
from models.errors import UnreadableFile
from models.targets.task import Step, Task


def _keys(sheet: str, *others: str, without: Sequence[str] = ()) -> tuple[str, ...]:
    """The fields of a sheet as keys, and the keys of nested mappings and lists."""
    names = (field.name for field in SHEETS[sheet].fields)
    return (*(name for name in names if name not in without), *others)


_PLAN_KEYS = _keys("plan", "name", "kpis", "versions")
_KPI_KEYS = _keys("kpis", "name", "rows")
_VERSION_KEYS = _keys("versions", "targets", "tasks")
_TARGET_KEYS = _keys("targets", without=("version",))
_TASK_KEYS = _keys("tasks", "steps", without=("version",))
_STEP_KEYS = _keys("steps", "name", without=("version", "kpi"))
_ROW_KEYS = _keys("rows", without=("kpi",))
_DEFAULTS = (
    ("kind", "flow"),
    ("direction", "higher"),
    ("decimals", 0),
    ("occurrence", 1),
    ("period", "year"),
)


class _Loader(yaml.SafeLoader):
    """YAML without code execution, repeated keys or aliases.

    A few aliases of aliases stand for more than any machine reads.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.current_event.start_mark  # check_event has read it
            raise yaml.constructor.ConstructorError(None, None, "an alias (*)", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: a repeated date is written again."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def parse_yaml(content: bytes, file: str) -> Document:
    """The records of a YAML document, each entry with its path.

    Raises
    ------
    UnreadableFile
        If it is not YAML, or has unknown keys or lists in place of values.
    """
    try:
        data = yaml.load(decode(content, file), _Loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableFile(
            file,
            expected="a plan as YAML",
            found=str(getattr(error, "problem", None) or error),
            path=f"line {mark.line + 1}, column {mark.column + 1}" if mark else None,
            advice="Check indentation, colons and quotes near that place.",
        ) from error
    problems: list[Problem] = []
    head = record_of(data, "", _PLAN_KEYS, problems)
    kpis = [
        (record, tuple(_records(record, "rows", _ROW_KEYS, problems)))
        for record in _records(head, "kpis", _KPI_KEYS, problems)
    ]
    versions = [
        _version_records(record, problems)
        for record in _records(head, "versions", _VERSION_KEYS, problems)
    ]
    raise_problems(file, problems)
    return Document(head, tuple(kpis), tuple(versions))


def version_records(data: object, file: str) -> VersionRecords:
    """The records of one version given as a mapping, such as the body of a request."""
    problems: list[Problem] = []
    records = _version_records(record_of(data, "", _VERSION_KEYS, problems), problems)
    raise_problems(file, problems)
    return records


def _version_records(record: Record, problems: list[Problem]) -> VersionRecords:
    return VersionRecords(
        record,
        tuple(_records(record, "targets", _TARGET_KEYS, problems)),
        tuple(
            (task, tuple(_records(task, "steps", _STEP_KEYS, problems)))
            for task in _records(record, "tasks", _TASK_KEYS, problems)
        ),
    )


def record_of(data: object, path: str, keys: Sequence[str], problems: list[Problem]) -> Record:
    """A mapping as a record; 'name: {vi, en}' becomes name_vi and name_en."""
    place = Entry(data, path=path or None)
    if not isinstance(data, Mapping):
        found = "nothing" if data is None else type(data).__name__
        problems.append(Problem(f"a mapping with {', '.join(keys)}", found, path=place.path))
        return Record({}, place)
    entries: dict[str, Entry] = {}
    for key, value in data.items():
        at = f"{path}.{key}" if path else str(key)
        if key in OBSOLETE:
            continue
        if key not in keys:
            expected = f"one of the keys {', '.join(keys)}"
            problems.append(Problem(expected, f"'{key}'", "Correct or delete it.", path=at))
        elif key == "name" and isinstance(value, Mapping):
            for lang, text in value.items():
                entries[f"name_{lang}"] = Entry(text, path=f"{at}.{lang}")
                if lang not in ("vi", "en"):
                    problem = Problem("'vi' or 'en'", f"'{lang}'", path=f"{at}.{lang}")
                    problems.append(problem)
        elif key == "name":
            entries["name_vi"] = Entry(value, path=at)
        else:
            entries[key] = Entry(value, path=at)
    return Record(entries, place)


def _records(
    record: Record, name: str, keys: Sequence[str], problems: list[Problem]
) -> list[Record]:
    entry = record.entry(name)
    if entry.value is None:
        return []
    if not isinstance(entry.value, list):
        problems.append(Problem("a list", type(entry.value).__name__, path=entry.path))
        return []
    return [
        record_of(item, f"{entry.path}[{index}]", keys, problems)
        for index, item in enumerate(entry.value)
    ]


def dump_yaml(plan: Plan, drafts: Sequence[TargetDraft] = ()) -> str:
    """A plan as YAML; `parse_yaml` and `build_plan` read it back to the same plan.

    Drafts are written as the targets of a version without date, document and bounds;
    the file cannot be read until a person completes them.
    """
    head = {name: value for name, value in plan_values(plan).items() if value}
    document: dict[str, object] = {"plan": head.pop("plan")}
    document |= {"body": head.pop("body", ""), "name": _name(head)} | head
    document["kpis"] = [_kpi(kpi) for kpi in plan.kpis]
    versions: list[Mapping[str, object]] = [version_document(version) for version in plan.versions]
    if drafts:
        number = max((version.number for version in plan.versions), default=0) + 1
        targets = [
            {name: value for name, value in draft_values(draft).items() if value != ""}
            for draft in drafts
        ]
        versions.append({"number": number, "adopted": None, "document": None, "targets": targets})
    document["versions"] = versions
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _kpi(kpi: Kpi) -> Mapping[str, object]:
    values = dict(kpi_values(kpi))
    said = {"slug": values.pop("slug"), "name": _name(values)} | _said(values)
    if kpi.rows:
        said["rows"] = [_said(row_values(row)) for row in kpi.rows]
    return said


def version_document(version: PlanVersion) -> Mapping[str, object]:
    """A version with the keys of a plan document, as `version_records` reads it."""
    said = _said(version_values(version))
    said["targets"] = [_said(target_values(*target)) for target in version.targets]
    if version.tasks:
        said["tasks"] = [_task(kpi, task) for kpi, task in version.tasks]
    return said


def _task(kpi: str, task: Task) -> Mapping[str, object]:
    said = _said(task_values(kpi, task))
    if task.steps:
        said["steps"] = [_step(step) for step in task.steps]
    return said


def _step(step: Step) -> Mapping[str, object]:
    values = dict(step_values(step))
    return {"step": values.pop("step"), "name": _name(values)} | _said(values)


def _name(values: dict[str, object]) -> Mapping[str, object]:
    return {"vi": values.pop("name_vi", ""), "en": values.pop("name_en", "")}


def _said(values: Mapping[str, object]) -> dict[str, object]:
    """Values without empty ones and defaults."""
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "", [], {}) and (name, value) not in _DEFAULTS
    }
