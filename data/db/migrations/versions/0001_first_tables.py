"""First tables, and the triggers that keep observations append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = (
    "observations",
    "imports",
    "edits",
    "projections",
    "promotions",
    "plan_versions",
    "targets",
)


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("slug", sa.String(80), primary_key=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("name_vi", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "kpis",
        sa.Column("family", sa.String(80), primary_key=True),
        sa.Column("slug", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
    )
    op.create_table(
        "plan_kpis",
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), primary_key=True),
        sa.Column("kpi", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "plan_versions",
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("adopted", sa.Date, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "targets",
        sa.Column("plan", sa.String(80), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan", "version"],
            ["plan_versions.plan", "plan_versions.number"],
            name="targets_version",
        ),
    )
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("plan", sa.String(80), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("edits_of_family", "edits", ["family", "id"])
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
    )
    op.create_index("imports_of_family", "imports", ["family", "id"])
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("published", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
    )
    op.create_index("observations_by_vintage", "observations", ["family", "kpi", "published"])
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bundle_hash", sa.String(64), nullable=False),
    )
    op.create_index("promotions_of_family", "promotions", ["family", "id"])
    op.create_table(
        "projections",
        sa.Column("stamp", sa.String(40), primary_key=True),
        sa.Column("plan", sa.String(80), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    refuse = (
        _refuse_on_postgresql if op.get_bind().dialect.name == "postgresql" else _refuse_on_sqlite
    )
    refuse()


def _refuse_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
