"""Licences and known advisories of what the lock files name; needs no network.

    python .ci/dependencies.py            # check, as CI does
    python .ci/dependencies.py --write    # write docs/licences.md

Advisories are those of .ci/advisories.csv: a list by hand, as old as its last line. It
finds a version that went back, or a known hole; it finds nothing that nobody entered.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
ALLOWED = {
    *("MIT", "MIT-0", "0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "CC0-1.0"),
    *("Apache-2.0", "PSF-2.0", "MPL-2.0", "LGPL-2.1", "LGPL-3.0", "Bitstream Vera", "GUST Font"),
}
# of developers' tools, which are programs of their own and never part of ours
ALLOWED_OF_TOOLS = {"GPL-3.0"}
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
    named = {re.sub(r"[-_.]+", "-", one["Name"]).lower(): one["License"] for one in found}
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
    with (ROOT / ".ci" / "advisories.csv").open(encoding="utf-8", newline="") as lines:
        advisories = list(csv.DictReader(lines))
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = pins(lock)
        for one in advisories:
            version = pinned.get(one["package"])
            if version and number(version) < number(one["fixed_in"]):
                yield (
                    f"{lock}: {one['package']} {version} has {one['advisory']} ({one['what']}); "
                    f"fixed in {one['fixed_in']}"
                )


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
    problems = [*refused(), *vulnerable()]
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        problems.append("docs/licences.md is not what is installed: make licences")
    print("\n".join(problems) or "Licences and advisories: nothing found.")
    return bool(problems)


if __name__ == "__main__":
    raise SystemExit(main())
