"""The users of migrations between providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "onboarding_moves",
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("own_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "own_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("onboarding_moves_of_user", "onboarding_moves", ["own_id"], unique=False)
