"""Settings: defaults, environment, and that each one is documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import Settings, read_settings
from models.errors import InputError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def variables() -> dict[str, str]:
    """Environment variable of each setting."""
    return {
        name: str(field.validation_alias or f"VEDICH_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in variables().values():
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("variable", variables().values())
def test_each_setting_is_documented(variable: str) -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert any(line.startswith(f"| `{variable}` |") for line in rows)


def test_nothing_is_documented_that_does_not_exist() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert {line.split("`")[1] for line in rows} == set(variables().values())


def test_everything_lives_in_the_home_folder_by_default() -> None:
    settings = Settings()
    assert settings.home == PAGE.parents[1] / "var"
    assert settings.store_url == f"sqlite:///{settings.home}/vedich.db"
    assert settings.tracking_uri == f"sqlite:///{settings.home}/mlflow.db"
    assert (settings.lang, settings.host, settings.port) == ("vi", "127.0.0.1", 8000)


def test_the_environment_overrules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDICH_HOME", "elsewhere")
    monkeypatch.setenv("VEDICH_DATABASE_URL", "postgresql://db/vedich")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    monkeypatch.setenv("VEDICH_LANG", "en")
    monkeypatch.setenv("VEDICH_HOST", "0.0.0.0")
    monkeypatch.setenv("VEDICH_PORT", "80")
    settings = Settings()
    assert settings.home == Path("elsewhere")
    assert settings.store_url == "postgresql://db/vedich"
    assert settings.tracking_uri == "http://mlflow:5000"
    assert (settings.lang, settings.host, settings.port) == ("en", "0.0.0.0", 80)


@pytest.mark.parametrize(("variable", "value"), [("VEDICH_LANG", "fr"), ("VEDICH_PORT", "0")])
def test_a_wrong_value_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(("variable", "value"), [("VEDICH_LANG", "fr"), ("VEDICH_PORT", "0")])
def test_a_wrong_value_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError, match=rf"{variable}: .*found '{value}'"):
        read_settings()
