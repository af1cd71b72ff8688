"""What workers need: submitted operations, pauses, shared quotas; an index of stale records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the column, its indexes, and two tables."""
    op.create_table(
        "onboarding_pauses",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("gateway"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "onboarding_quotas",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sqlite_with_rowid=False,
    )
    op.add_column("onboarding_operations", sa.Column("submitted_at", sa.BigInteger()))
    op.create_index(
        "onboarding_submitted_operations",
        "onboarding_operations",
        ["gateway", "state", "ended_at", "error"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NOT NULL"),
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )
    op.create_index(
        "onboarding_held_operations",
        "onboarding_operations",
        ["token"],
        unique=True,
        sqlite_where=sa.text("token IS NOT NULL"),
        postgresql_where=sa.text("token IS NOT NULL"),
    )
    op.create_index(
        "onboarding_records_retrieved",
        "onboarding_records",
        ["retrieved_at", "own_id", "gateway"],
        unique=False,
    )
