"""Brings the tables of a directory up to date, by the migrations of Alembic in this package."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from onboarding.directory.database import Database
from onboarding.directory.tables import VERSIONS
from onboarding.errors import ConfigurationError, Problem

__all__ = ["migrations", "upgrade"]

_HERE = Path(__file__).parent
_LOCK = 0x6F6E_626F  # any number, the same in each process


def migrations() -> ScriptDirectory:
    """Returns the migrations."""
    return ScriptDirectory(str(_HERE), version_locations=[str(_HERE / "migrations")])


def upgrade(database: Database) -> tuple[str, ...]:
    """Brings the tables up to date. Returns the revisions that were applied, the oldest first.

    Processes that do it at the same time wait for each other, and the first one does it. Raises
    `ConfigurationError` if the tables are of a later version of the library.
    """
    return database.write(lambda connection: _upgrade(connection, locks=not database.is_sqlite))


def _upgrade(connection: Connection, *, locks: bool) -> tuple[str, ...]:
    if locks:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    scripts = migrations()
    context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
    current = context.get_current_revision()
    try:
        wanted = list(scripts.iterate_revisions("head", current or "base"))
    except CommandError:
        text = f"its tables are of version {current}, of a later library: upgrade the library"
        raise ConfigurationError([Problem("directory", "version", text)]) from None
    with Operations.context(context):
        for script in reversed(wanted):
            script.module.upgrade()
            context.stamp(scripts, script.revision)
    return tuple(script.revision for script in reversed(wanted))
