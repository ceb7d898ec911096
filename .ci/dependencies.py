"""Licences and known advisories of what the lock files name; needs no network.

    python .ci/dependencies.py            # check, as CI does
    python .ci/dependencies.py --write    # write docs/licences.md
    python .ci/dependencies.py --renew EXPORT.json

Advisories are those of .ci/advisories.csv, which says on which day it was renewed. It
finds a version that went back, or a known hole; it finds nothing that nobody entered.
`--renew` enters what an export says that was made where there is a network: by
`pip-audit --requirement requirements-dev.lock --format json`, or records of OSV (one, or a
list). What the list has stays.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
ALLOWED = {
    *("MIT", "MIT-0", "0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "CC0-1.0"),
    *("Apache-2.0", "PSF-2.0", "MPL-2.0", "LGPL-2.1", "LGPL-3.0", "Bitstream Vera", "GUST Font"),
}
# of developers' tools, which are programs of their own and never part of ours
ALLOWED_OF_TOOLS = {"GPL-3.0"}
COLUMNS = ("advisory", "published", "package", "fixed_in", "what")
# the package says it in its licence file only
SAID_IN_A_FILE = {"huey": "MIT", "skops": "MIT"}
WORDS = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "LGPL-3.0-only": "LGPL-3.0",
    "LGPL-2.1-only": "LGPL-2.1",
    "GUST Font License (GFL)": "GUST Font",
    "Bitstream Vera Fonts Copyright, Arev Fonts Copyright, Public Domain": "Bitstream Vera",
}


def pins(lock: str) -> dict[str, str]:
    """Package → version."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\\n]+)", text, re.MULTILINE))


def licences() -> dict[str, str]:
    """Package → licence, as installed."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    named = {_normal(one["Name"]): one["License"] for one in found}
    return {
        name: SAID_IN_A_FILE.get(name) or WORDS.get(given, given) for name, given in named.items()
    }


def terms(licence: str) -> Iterator[set[str]]:
    """What has to be allowed: of each set one. 'A OR B; C AND D' → {A, B}, {C}, {D}."""
    for together in re.split(r" AND ", licence.replace("(", "").replace(")", "")):
        choices = re.split(r" OR |; ", together)
        yield {WORDS.get(one.strip(), one.strip()) for one in choices}


def refused() -> Iterator[str]:
    """Licences that are on no list."""
    program, known = pins("requirements.lock"), licences()
    for name in pins("requirements-dev.lock"):
        if name not in known:
            continue  # for another system
        allowed = ALLOWED if name in program else ALLOWED | ALLOWED_OF_TOOLS
        if not all(choices & allowed for choices in terms(known[name])):
            yield f"{name}: licence '{known[name]}' is not on the list in .ci/dependencies.py"


def vulnerable() -> Iterator[str]:
    """Pinned versions with a known advisory."""
    _, advisories = known_advisories()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = pins(lock)
        for one in advisories:
            version = pinned.get(one["package"])
            if version and number(version) < number(one["fixed_in"]):
                yield (
                    f"{lock}: {one['package']} {version} has {one['advisory']} ({one['what']}); "
                    f"fixed in {one['fixed_in']}"
                )


def known_advisories() -> tuple[str, list[dict[str, str]]]:
    """The day on which the list was renewed, and its rows."""
    lines = (ROOT / ".ci" / "advisories.csv").read_text(encoding="utf-8").splitlines()
    return lines[0].removeprefix("# renewed "), list(csv.DictReader(lines[1:]))


def renew(export: Any, today: date) -> int:
    """Enter the advisories of an export and the day; how many are new."""
    _, rows = known_advisories()
    listed = {(one["advisory"], one["package"]) for one in rows}
    pinned = pins("requirements-dev.lock") | pins("requirements.lock")
    found = _of_pip_audit(export, today) if _is_pip_audit(export) else _of_osv(export, pinned)
    new = {(one["advisory"], one["package"]): one for one in found}
    new = {key: one for key, one in new.items() if key not in listed}
    rows = sorted([*rows, *new.values()], key=lambda one: (one["advisory"], one["package"]))
    with (ROOT / ".ci" / "advisories.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(f"# renewed {today}\n")
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return len(new)


def _is_pip_audit(export: Any) -> bool:
    return isinstance(export, dict) and "dependencies" in export


def _of_pip_audit(export: Mapping[str, Any], today: date) -> Iterator[dict[str, str]]:
    for package in export["dependencies"]:
        for one in package.get("vulns", ()):
            fix = _fix(one.get("fix_versions", ()), package["version"])
            if fix:
                what = one.get("description", "")
                yield _row([one["id"], *one.get("aliases", ())], f"{today:%Y-%m}",
                           package["name"], fix, what)  # fmt: skip


def _of_osv(export: Any, pinned: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for record in export if isinstance(export, list) else [export]:
        if record.get("withdrawn"):
            continue
        for affected in record.get("affected", ()):
            package = affected.get("package", {})
            name = _normal(package.get("name", ""))
            if package.get("ecosystem") != "PyPI" or name not in pinned:
                continue
            events = [
                event
                for one in affected.get("ranges", ())
                if one.get("type") == "ECOSYSTEM"
                for event in one["events"]
            ]
            fix = _fix([event["fixed"] for event in events if "fixed" in event], pinned[name])
            if fix:
                what = record.get("summary") or record.get("details", "")
                yield _row([record["id"], *record.get("aliases", ())],
                           record.get("published", "")[:7], name, fix, what)  # fmt: skip


def _fix(versions: Sequence[str], version: str) -> str:
    """The first fix above a version (of its branch), else the newest; '' without any."""
    ordered = sorted(versions, key=number)
    above = [one for one in ordered if number(one) > number(version)]
    return next(iter(above or ordered[::-1]), "")


def _row(
    names: Sequence[str], published: str, package: str, fix: str, what: str
) -> dict[str, str]:
    """One line; a CVE is named where there is one."""
    advisory = next((one for one in names if one.startswith("CVE-")), names[0])
    said = " ".join(what.split())[:80]
    return dict(zip(COLUMNS, (advisory, published, _normal(package), fix, said), strict=True))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def number(version: str) -> tuple[int, ...]:
    """'3.1.6.post1' → (3, 1, 6, 1): enough to compare releases."""
    return tuple(map(int, re.findall(r"\d+", version)))


def page() -> str:
    """docs/licences.md."""
    program, developers = pins("requirements.lock"), pins("requirements-dev.lock")
    known = licences()
    lines = [
        "# Licences of what Vedich uses",
        "",
        "Written by `make licences` from what is installed; `make check` compares them with the",
        "list in `.ci/dependencies.py`. Packages under the LGPL are used as they are, as",
        "libraries. The image and `make install` bring the first table only.",
    ]
    for title, names in (
        ("The program", sorted(program)),
        ("Developers' tools", sorted(developers.keys() - program.keys())),
    ):
        lines += ["", f"## {title}", "", "| Package | Version | Licence |", "| --- | --- | --- |"]
        lines += [
            f"| {name} | {developers[name]} | {known.get(name, 'not for this system')} |"
            for name in names
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if "--renew" in sys.argv:
        export = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
        print(f"{renew(export, datetime.now(UTC).date())} new in .ci/advisories.csv")
        return bool(list(map(print, vulnerable())))
    problems = [*refused(), *vulnerable()]
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        problems.append("docs/licences.md is not what is installed: make licences")
    found = "\n".join(problems) or "Licences and advisories: nothing found"
    print(f"{found} (list of advisories renewed {known_advisories()[0]}).")
    return bool(problems)


if __name__ == "__main__":
    raise SystemExit(main())
