"""The database tables; change them only with a migration."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnDefault,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    func,
    select,
)


class Moment(TypeDecorator[datetime]):
    """A moment, stored in UTC because SQLite drops the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("family", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("label", Text),
    Column("note", Text, nullable=False),
    Column("thresholds", JSON(none_as_null=True)),
)

kpis = Table(
    "kpis",
    metadata,
    Column("family", String(80), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
)

plan_kpis = Table(
    "plan_kpis",
    metadata,
    Column("plan", String(80), ForeignKey("plans.slug"), primary_key=True),
    Column("kpi", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    Column("plan", String(80), ForeignKey("plans.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("adopted", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("note", Text, nullable=False),
)

targets = Table(
    "targets",
    metadata,
    Column("plan", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("definition", JSON, nullable=False),
    ForeignKeyConstraint(
        ["plan", "version"], ["plan_versions.plan", "plan_versions.number"], name="targets_version"
    ),
)

tasks = Table(
    "tasks",
    metadata,
    Column("plan", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("definition", JSON, nullable=False),
    ForeignKeyConstraint(
        ["plan", "version"], ["plan_versions.plan", "plan_versions.number"], name="tasks_version"
    ),
)

progress = Table(
    "progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("step", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("done", Integer),
    Column("obstacle", Text),
    Column("judgement", Float(53)),
    Column("final", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("progress_of_plan", "plan", "kpi"),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("text_vi", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("log_of_plan", "plan", "kpi"),
)

report_texts = Table(
    "report_texts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("report_texts_of_plan", "plan", "year", "month"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("shape", String(10), nullable=False),
    Column("size", Float(53), nullable=False),
    Column("length", Integer, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("events_of_family", "family", "kpi"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("project", Integer),  # the project's first entry; null: this is it
    Column("kpi", String(80), nullable=False),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("happening", String(10), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("ramp", Integer, nullable=False),
    Column("amount", Float(53), nullable=False),
    Column("on_time", Float(53), nullable=False),
    Column("delay", Float(53), nullable=False),
    Column("responsible", Text, nullable=False),
    Column("obstacle", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("day", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("projects_of_family", "family", "kpi"),
)

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), nullable=False),
    Column("edited_at", Moment, nullable=False),
    Index("edits_of_family", "family", "id"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("batch", String(20)),  # the upload it was committed with; null: none
    Index("imports_of_family", "family", "id"),
)

observations = Table(
    "observations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("form", String(20), nullable=False),
    Column("value", Float(53), nullable=False),
    Column("status", String(20), nullable=False),
    Column("published", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Index("observations_by_vintage", "family", "kpi", "published"),
)

repeats = Table(  # figures that a later import repeats: they survive withdrawal of the first
    "repeats",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("observation", Integer, ForeignKey("observations.id"), primary_key=True),
    Column("source", Text, nullable=False),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False, unique=True),
    Column("family", String(80), nullable=False),
    Column("withdrawn_at", Moment, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

layouts = Table(
    "layouts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("columns", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Index("layouts_of_family", "family", "id"),
)

dated_figures = Table(
    "dated_figures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("value", Float, nullable=False),
    Column("status", String(20), nullable=False),
    Column("published", Date, nullable=False),
    Column("source", Text, nullable=False),
    Index("dated_figures_of_kpi", "family", "kpi", "to_day"),
)

row_matches = Table(
    "row_matches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("printed_in", Text, nullable=False),
    Column("quantity", String(20), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("kpi", String(80)),  # null: the row is not a KPI of the family
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Index("row_matches_of_family", "family", "id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("published", Date),
    Column("mark", String(16), nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
)

upload_files = Table(
    "upload_files",
    metadata,
    Column("upload", String(20), ForeignKey("uploads.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("promoted_at", Moment, nullable=False),
    Column("bundle_hash", String(64), nullable=False),
    Index("promotions_of_family", "family", "id"),
)

projections = Table(
    "projections",
    metadata,
    Column("stamp", String(40), primary_key=True),
    Column("plan", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("number", Integer),  # in order of entry, given by the default below
    Index("projections_in_order", "number", unique=True),
)
projections.c.number.default = ColumnDefault(
    select(func.coalesce(func.max(projections.c.number), 0) + 1).scalar_subquery()
)

bodies = Table(
    "bodies",
    metadata,
    Column("slug", String(40), primary_key=True),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent", String(40), ForeignKey("bodies.slug")),  # null: the house itself
    Column("shares", Boolean, nullable=False),  # whether everybody may read what it issued
    Column("created_at", Moment, nullable=False),
)

families = Table(  # which body a plan family belongs to
    "families",
    metadata,
    Column("family", String(80), primary_key=True),
    Column("body", String(40), ForeignKey("bodies.slug"), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("body", String(40), nullable=False, server_default="house"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(40), ForeignKey("accounts.name"), nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("stage", String(10), nullable=False, server_default="password"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", String(40), ForeignKey("accounts.name"), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("confirmed_at", Moment),  # null: the first code was not typed yet
    Column("last_step", Integer, nullable=False),  # of the last code taken
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account", String(40), ForeignKey("accounts.name"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

identities = Table(  # who an account is at the provider of OpenID Connect
    "identities",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("account", String(40), ForeignKey("accounts.name"), nullable=False),
    Column("linked_at", Moment, nullable=False),
)

sign_ins = Table(  # begun at the provider of OpenID Connect, not yet come back
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("state", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next", Text, nullable=False),
    Column("ends_at", Moment, nullable=False),
)

failed_logins = Table(  # counted per name and address; name '' counts an address over all names
    "failed_logins",
    metadata,
    Column("name_hash", String(64), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("challenge", String(64), nullable=False),
    Index("failed_logins_by_age", "last_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("scope", String(20), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("body", String(40), nullable=False, server_default="house"),
    Column("expires_at", Moment),  # null: never, for keys made before keys expired
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("audit_of_action", "action", "at"),
)

chain = Table(  # see data/db/chain.py
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sealed", String(40), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("marks", LargeBinary, nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("chain_of_table", "sealed", "last"),
)

estimates = Table(
    "estimates",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("value", Float(53), nullable=False),
    Column("unit", Text, nullable=False),
    Index("estimates_of_month", "plan", "month"),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("estimate", Integer, ForeignKey("estimates.id")),  # null: the month as a whole
    Column("state", String(20), nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("figures", String(16)),
    Index("steps_of_month", "plan", "month"),
    Index("steps_of_family", "family", "id"),
)

issued_figures = Table(
    "issued_figures",
    metadata,
    Column("step", Integer, ForeignKey("steps.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("stamp", String(40), ForeignKey("projections.stamp"), nullable=False),
    Index("issued_figures_by_stamp", "stamp"),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("name", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("result", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("scenarios_of_plan", "plan", "id"),
)

jobs = Table(  # changed as they go on; what they leave behind is in append-only tables
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("task", Text, nullable=False),
    Column("family", String(80), nullable=False),
    Column("plan", String(80)),
    Column("arguments", JSON, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attended", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", Text),
    Column("failure", JSON(none_as_null=True)),
    Column("cancelling", Boolean, nullable=False),
    Column("runner", String(40), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("beat_at", Moment),
    Column("queued_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Index("jobs_by_state", "state", "number"),
)

job_log = Table(
    "job_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job", Integer, ForeignKey("jobs.number"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("event", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Index("job_log_of_job", "job", "id"),
)
