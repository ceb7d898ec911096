"""The hash chain, computed for the rows there are, and guards for every append-only table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.chain import CHAINED, seal_table
from data.db.migrations.append_only import append_only_tables, refuse_changes, refuse_detours

revision = "hash_chain"
down_revision = "bodies"


def upgrade() -> None:
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sealed", sa.String(40), nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("marks", sa.LargeBinary, nullable=False),
        sa.Column("outside", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("chain_of_table", "chain", ["sealed", "last"])
    _number_projections()
    known = set(sa.inspect(op.get_bind()).get_table_names())  # later migrations add others
    for name in CHAINED:
        if name in known:
            seal_table(op.get_bind(), name, 0)
    refuse_changes("chain")
    refuse_detours(*append_only_tables())


def _number_projections() -> None:
    """Number the ledger in order of entry; its guard is lifted for that moment."""
    op.add_column("projections", sa.Column("number", sa.Integer))
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("DROP TRIGGER projections_no_change ON projections")
    else:
        op.execute("DROP TRIGGER projections_no_update")
        op.execute("DROP TRIGGER projections_no_delete")
    op.execute(
        "UPDATE projections SET number = (SELECT counted.place FROM (SELECT stamp, row_number() "
        "OVER (ORDER BY recorded_at, stamp) AS place FROM projections) AS counted "
        "WHERE counted.stamp = projections.stamp)"
        if not postgresql
        else "UPDATE projections SET number = counted.place FROM (SELECT stamp, row_number() "
        "OVER (ORDER BY recorded_at, stamp) AS place FROM projections) AS counted "
        "WHERE counted.stamp = projections.stamp"
    )
    op.create_index("projections_in_order", "projections", ["number"], unique=True)
    refuse_changes("projections")
