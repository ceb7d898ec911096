"""The sandbox of a planner's template: Jinja with texts, lists and charts, nothing else.

A template cannot reach Python objects, functions or files. What it may cost is limited
by the process it runs in (`isolation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import DictLoader, Undefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

# never for a document that leaves the department
INTERNAL = frozenset({"projected", "low", "high", "probability", "status", "stamp"})


class KpiFields(dict[str, Any]):
    """The fields of one KPI."""


class Seen:
    """What a template used: unknown names, and whether any internal field."""

    def __init__(self) -> None:
        self.unknown: dict[str, None] = {}  # in order of first use
        self.internal = False


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without globals and without ways to multiply a text."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, seen: Seen) -> None:
        super().__init__(undefined=_unknown(seen), loader=DictLoader({}))  # includes nothing
        self.globals.clear()
        self._seen = seen

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look up entries of a mapping only, never its attributes."""
        if not isinstance(obj, Mapping):
            return super().getattr(obj, attribute)
        if isinstance(obj, KpiFields) and attribute in INTERNAL:
            self._seen.internal = True
        if attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"a template cannot use '{operator}'")


def _unknown(seen: Seen) -> type[Undefined]:
    """A type of undefined values: recorded, printable, iterable, with any attribute."""

    class Unknown(Undefined):
        def _record(self) -> str:
            seen.unknown[str(self._undefined_name)] = None
            return f"[? {self._undefined_name}]"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return Unknown(name=f"{self._undefined_name}.{name}")

        def __str__(self) -> str:
            return self._record()

        def __iter__(self) -> Iterator[Any]:
            self._record()
            return iter(())

        def __bool__(self) -> bool:
            self._record()
            return False

    return Unknown
