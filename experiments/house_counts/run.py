"""Count what makes a checkout easy or hard to live in.

    python -m experiments.house_counts.run [NAME=CHECKOUT ...]

Reads source text only, so an older checkout is counted by the same rules. One column
per checkout (default: this one, as 'here').
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("data", "models", "training", "service")
CATALOGUES = ("TEXT", "STATUS", "FIGURE", "UNIT", "STATE", "FORM", "ROLE", "LEVEL", "PERIOD")


def modules_of(root: Path) -> dict[str, Path]:
    """Dotted name → file, of every module under the four top-level folders."""
    found = {}
    for top in TOPS:
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(tree: ast.AST, modules: Mapping[str, Path]) -> set[str]:
    """The modules that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                full = f"{node.module}.{name.name}"
                found.add(full if full in modules else node.module)
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
    return found & modules.keys()


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of nodes that reach each other (strongly connected, more than one node)."""
    order: list[str] = []
    seen: set[str] = set()

    def walk(start: str, edges: Mapping[str, set[str]], out: list[str]) -> None:
        stack = [(start, iter(sorted(edges.get(start, ()))))]
        seen.add(start)
        while stack:
            node, following = stack[-1]
            for one in following:
                if one not in seen:
                    seen.add(one)
                    stack.append((one, iter(sorted(edges.get(one, ())))))
                    break
            else:
                stack.pop()
                out.append(node)

    for node in sorted(graph):
        if node not in seen:
            walk(node, graph, order)
    backwards: dict[str, set[str]] = {}
    for node, following in graph.items():
        for one in following:
            backwards.setdefault(one, set()).add(node)
    seen.clear()
    groups = []
    for node in reversed(order):
        if node not in seen:
            group: list[str] = []
            walk(node, backwards, group)
            groups.append(set(group))
    return [group for group in groups if len(group) > 1]


def between_rooms(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Circles among the children of each package, whatever is below them."""
    packages = {name.rpartition(".")[0] for name in graph if "." in name}
    found = []
    for package in sorted(packages):
        depth = package.count(".") + 2
        siblings: dict[str, set[str]] = {}
        for name, following in graph.items():
            if name.startswith(f"{package}."):
                child = ".".join(name.split(".")[:depth])
                inside = (one for one in following if one.startswith(f"{package}."))
                to = {".".join(one.split(".")[:depth]) for one in inside}
                siblings.setdefault(child, set()).update(to - {child})
        found += circles(siblings)
    return found


def string_key_reads(tree: ast.AST) -> Iterator[int]:
    """Lines that read `x["key"]` or `x.get("key")`, texts of the catalogues left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            if text and not _catalogue(node.value):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            text = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if text and node.func.attr == "get" and not _catalogue(node.func.value):
                yield node.lineno


def _catalogue(node: ast.AST) -> bool:
    """Whether a value is the texts of a language: `TEXT[lang]`, or a variable of them."""
    if isinstance(node, ast.Subscript):
        return _catalogue(node.value)
    return isinstance(node, ast.Name) and (node.id in CATALOGUES or node.id in ("text", "texts"))


def counts(root: Path) -> dict[str, int]:
    """What is counted of a checkout, by what it is called."""
    modules = modules_of(root)
    text = {name: path.read_text(encoding="utf-8") for name, path in modules.items()}
    trees = {name: ast.parse(content) for name, content in text.items()}
    graph = {name: imports_of(tree, modules) - {name} for name, tree in trees.items()}
    lines = {name: content.count("\n") for name, content in text.items()}
    in_folder = Counter(path.parent for path in modules.values())
    service = [tree for name, tree in trees.items() if name.split(".")[0] == "service"]
    found = {f"lines in {top}": _lines(lines, top) for top in TOPS}
    return {
        **found,
        "modules": len(modules),
        "folders": len(in_folder),
        "modules in the fullest folder": max(in_folder.values()),
        "folders with more than 15 modules": sum(n > 15 for n in in_folder.values()),
        "modules over 400 lines": sum(n > 400 for n in lines.values()),
        "circles between modules": len(circles(graph)),
        "circles between siblings, folders included": len(between_rooms(graph)),
        "reads by string key in service": sum(len(list(string_key_reads(t))) for t in service),
    }


def _lines(lines: Mapping[str, int], top: str) -> int:
    return sum(count for name, count in lines.items() if name.split(".")[0] == top)


def main() -> None:
    """Print and write one column per checkout."""
    asked = dict(one.split("=", 1) for one in sys.argv[1:]) or {"here": str(ROOT)}
    table = pd.DataFrame({name: counts(Path(root)) for name, root in asked.items()})
    table.to_csv(Path(__file__).parent / "results.csv", index_label="count")
    print(table.to_string())


if __name__ == "__main__":
    main()
