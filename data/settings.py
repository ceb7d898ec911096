"""Deployment settings: where data is stored and how the service listens; all optional."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]


_REPORT = r"\s*(report|annex)\.(docx|pdf|xlsx|html|md)\s*"
_REPORTS = rf"^$|^{_REPORT}(,{_REPORT})*$"


class Settings(BaseSettings):
    """Read from the environment; see docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="VEDICH_", extra="ignore", frozen=True)

    home: Path = PROJECT / "var"
    database_url: str | None = None
    lang: Literal["vi", "en"] = "vi"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)  # processes that answer
    jobs_at_once: int = Field(default=1, ge=1, le=64)  # of the house; of a family one
    kept_mb: int = Field(default=500, ge=0)  # of backtested years, so that a month costs a month
    watched: Path | None = None  # files for monthly runs, in a folder for each plan family
    monthly_reports: str = Field(default="", pattern=_REPORTS)
    reports: Path | None = None  # where monthly runs write them; default in `home`
    monthly_day: int = Field(default=0, ge=0, le=28)  # of the month; 0: never by itself
    monthly_hour: int = Field(default=6, ge=0, le=23)
    notices: Path | None = None  # where notices are written, a file each
    webhook_url: str | None = None
    webhook_secret: str | None = Field(default=None, repr=False)
    webhook_private: bool = False  # whether it may be at a private address
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["off", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_from: str | None = None
    allowed_hosts: str = ""
    csp_report_uri: str = Field(default="", pattern=r"^[^\s;,]*$")
    database_timeout: float = Field(default=10.0, gt=0)
    uploads_per_caller_mb: int = Field(default=100, ge=1)
    uploads_total_mb: int = Field(default=500, ge=1)
    upload_days: int = Field(default=7, ge=1, le=7)  # that an upload waits for its commit
    # what filling in a Word template may take, in a process of its own
    template_memory_mb: int = Field(default=512, ge=256)
    template_cpu_seconds: int = Field(default=10, ge=2)
    template_seconds: int = Field(default=60, ge=5)
    template_output_mb: int = Field(default=50, ge=1)
    key_days: int = Field(default=365, ge=1, le=3650)
    second_factor: Literal["off", "offered", "required"] = "offered"
    oidc_issuer: str | None = None
    oidc_client_id: str = "vedich"
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_claim: str = "groups"
    oidc_roles: str = ""
    oidc_link: Literal["never", "name"] = "never"
    mlflow_timeout: float = Field(default=20.0, gt=0)
    mlflow_tracking_uri: str | None = Field(default=None, validation_alias="MLFLOW_TRACKING_URI")

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store: SQLite in `home` unless told otherwise."""
        return self.database_url or f"sqlite:///{self.home / 'vedich.db'}"

    @property
    def host_names(self) -> frozenset[str]:
        """Names that requests may ask for, lower case, beside loopback and the address itself."""
        names = (name.strip().lower() for name in self.allowed_hosts.split(","))
        return frozenset(name for name in names if name)

    @property
    def uploads_of_caller(self) -> int:
        """Bytes of a caller's uploads, those on their way and those that wait for a commit."""
        return self.uploads_per_caller_mb * 1_000_000

    @property
    def uploads_of_all(self) -> int:
        """The same of all callers together."""
        return self.uploads_total_mb * 1_000_000

    @property
    def tracking_uri(self) -> str:
        """MLflow's store: SQLite in `home` unless told otherwise."""
        return self.mlflow_tracking_uri or f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def reports_of_month(self) -> tuple[tuple[str, str], ...]:
        """Part and format of each report that a monthly run writes."""
        names = (name.strip() for name in self.monthly_reports.split(","))
        return tuple((name.partition(".")[0], name.partition(".")[2]) for name in names if name)

    @property
    def report_folder(self) -> Path:
        """Where monthly runs write reports."""
        return self.reports or self.home / "reports"

    @property
    def kept(self) -> Path:
        """Folder of results that are kept to save time; may be deleted at any moment."""
        return self.home / "cache" / "backtest"

    @property
    def kept_bytes(self) -> int:
        """The same limit in bytes."""
        return self.kept_mb * 1_000_000

    @property
    def bundles(self) -> Path:
        """Folder of the trained bundles that the service reads."""
        return self.home / "bundles"


def read_settings() -> Settings:
    """Settings from the environment; `InputError` names the invalid variable."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        variable = name if name.isupper() else f"VEDICH_{name.upper()}"
        raise InputError(
            f"{variable}: {wrong['msg'].lower()}, found '{wrong['input']}'. See docs/settings.md."
        ) from error
