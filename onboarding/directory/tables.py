"""The tables of a directory, in SQLAlchemy Core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

__all__ = [
    "HEAD",
    "METADATA",
    "OPEN",
    "VERSIONS",
    "Moment",
    "audit",
    "moves",
    "notifications",
    "operations",
    "outbox",
    "pauses",
    "quotas",
    "records",
    "references",
    "users",
]

HEAD = "0003"
"""The revision of these tables: the last one of the migrations."""

VERSIONS = "onboarding_version"
"""The table of the revision. An application may have migrations of its own in the database."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A time in UTC, as microseconds since 1970: the same in every database, and quick to read."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Returns the microseconds of a time."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Returns the time of the microseconds."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


METADATA = MetaData()
_SERIAL = BigInteger().with_variant(Integer, "sqlite")  # only an INTEGER counts up in SQLite

users = Table(
    "onboarding_users",
    METADATA,
    Column("own_id", Text, primary_key=True),
    Column("gateway", Text),
    Column("created_at", Moment, nullable=False),
    Column("erased_at", Moment),
    sqlite_with_rowid=False,
)

references = Table(
    "onboarding_references",
    METADATA,
    Column("gateway", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("own_id", Text, primary_key=True),
    Index("onboarding_references_of_user", "own_id", "gateway", "name"),
    sqlite_with_rowid=False,
)
_user = references.c.name == text("''")
Index(
    "onboarding_one_own_id",
    references.c.gateway,
    references.c.id,
    unique=True,
    sqlite_where=_user,
    postgresql_where=_user,
)
Index(
    "onboarding_one_user_at_a_gateway",
    references.c.own_id,
    references.c.gateway,
    unique=True,
    sqlite_where=_user,
    postgresql_where=_user,
)

operations = Table(
    "onboarding_operations",
    METADATA,
    Column("gateway", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("own_id", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("submitted_at", Moment),
    Column("sent_at", Moment),
    Column("ended_at", Moment),
    Column("due_at", Moment, nullable=False),
    Column("token", Text),
    Column("id", Text),
    Column("error", Text),
    Column("unresolved", Text),
    Column("content", Text),
    Index("onboarding_operations_of_user", "own_id"),
    sqlite_with_rowid=False,
)
OPEN = text("state IN ('planned', 'running', 'unknown')")
"""The operation has no outcome. Literals, so that the partial index serves the query."""
Index(
    "onboarding_open_operations",
    operations.c.gateway,
    operations.c.due_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
_submitted = operations.c.submitted_at.is_not(None)
Index(
    "onboarding_submitted_operations",
    operations.c.gateway,
    operations.c.state,
    operations.c.ended_at,
    operations.c.error,
    sqlite_where=_submitted,
    postgresql_where=_submitted,
)
_held = operations.c.token.is_not(None)
Index(
    "onboarding_held_operations",
    operations.c.token,
    unique=True,
    sqlite_where=_held,
    postgresql_where=_held,
)

pauses = Table(
    "onboarding_pauses",
    METADATA,
    Column("gateway", Text, primary_key=True),
    Column("paused_at", Moment, nullable=False),
    Column("until", Moment),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

quotas = Table(
    "onboarding_quotas",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)

records = Table(
    "onboarding_records",
    METADATA,
    Column("own_id", Text, primary_key=True),
    Column("gateway", Text, primary_key=True),
    Column("retrieved_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("state", Text, nullable=False),
    Column("personal", Text),
    Index("onboarding_records_due", "due_at", "own_id", "gateway"),
    Index("onboarding_records_retrieved", "retrieved_at", "own_id", "gateway"),
    sqlite_with_rowid=False,
)

notifications = Table(
    "onboarding_notifications",
    METADATA,
    Column("gateway", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("own_id", Text),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("token", Text),
    Column("content", Text),
    Index("onboarding_notifications_due", "due_at"),
    Index("onboarding_notifications_of_user", "own_id"),
    Index("onboarding_notifications_received", "received_at"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "onboarding_outbox",
    METADATA,
    Column("number", _SERIAL, primary_key=True),
    Column("own_id", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("token", Text),
    Column("attempts", Integer, nullable=False),
    Index("onboarding_outbox_of_user", "own_id", "number"),
    Index("onboarding_outbox_due", "due_at", "number"),
    sqlite_autoincrement=True,
)

audit = Table(
    "onboarding_audit",
    METADATA,
    Column("number", _SERIAL, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("action", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("paths", Text, nullable=False),
    Index("onboarding_audit_of_user", "subject", "number"),
    sqlite_autoincrement=True,
)

moves = Table(
    "onboarding_moves",
    METADATA,
    Column("plan", Text, primary_key=True),
    Column("own_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("onboarding_moves_of_user", "own_id"),
    sqlite_with_rowid=False,
)
