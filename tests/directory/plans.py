"""The plans of the statements that a directory issues, on tables of many users.

What a test has the library execute is captured, and its plan is asked for in a database of the same
kind that has many rows. A plan that reads a whole table fails the test.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from attrs import define, field
from onboarding.directory import Directory
from sqlalchemy import Connection, Engine, event

__all__ = ["PLANS", "ROWS", "Plans", "scans_in"]

ROWS = int(os.environ.get("ONBOARDING_TEST_ROWS", "20000"))
"""The users of the tables: 1,000,000 in `.ci/full directory`."""
_ALL = 1_000_000

_NOW = 1_790_843_400_000_000  # 2026-10-01 08:30 UTC, the time of the tests, in microseconds
_DAY = 86_400_000_000
_SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})",
    "postgresql": "WITH s(n) AS (SELECT generate_series(1, {rows}))",
}
_OWN = "'user-' || CAST(n AS TEXT)"
_GATEWAY = "CASE WHEN n % 2 = 0 THEN 'fr' ELSE 'lt' END"
_STATE = (
    "CASE WHEN n % 100 < 3 THEN 'planned' WHEN n % 100 < 4 THEN 'running' "
    "WHEN n % 100 < 5 THEN 'unknown' WHEN n % 100 < 10 THEN 'not_done' ELSE 'done' END"
)
_AT = f"{_NOW} + (n % 2000 - 1000) * ({_DAY} / 10)"
_TOKEN = "CASE WHEN n % 100 = 3 THEN 'token-' || CAST(n AS TEXT) END"
_FILL: dict[str, dict[str, str]] = {
    "users": {"own_id": _OWN, "gateway": _GATEWAY, "created_at": "n"},
    "references": {
        "gateway": _GATEWAY,
        "id": "'id-' || CAST(n AS TEXT)",
        "name": "''",
        "own_id": _OWN,
    },
    "operations": {
        "gateway": _GATEWAY,
        "key": "'key-' || CAST(n AS TEXT)",
        "own_id": _OWN,
        "operation": "'create_user'",
        "digest": "'9f86d081'",
        "state": _STATE,
        "attempts": "1",
        "created_at": "n",
        "submitted_at": "CASE WHEN n % 4 < 2 THEN n END",
        "ended_at": _AT,
        "due_at": _AT,
        "token": _TOKEN,
        "error": "CASE WHEN n % 100 BETWEEN 5 AND 9 THEN 'Rejected:email:shape' END",
        "content": "CASE WHEN n % 100 < 10 THEN '{}' END",
    },
    "records": {
        "own_id": _OWN,
        "gateway": _GATEWAY,
        "retrieved_at": "n",
        "due_at": f"CASE WHEN n % 5 = 0 THEN {_AT} END",
        "state": "'{}'",
    },
    "notifications": {
        "gateway": _GATEWAY,
        "id": "'event-' || CAST(n AS TEXT)",
        "own_id": _OWN,
        "received_at": _AT,
        "due_at": f"CASE WHEN n % 100 = 0 THEN {_AT} END",
    },
    "outbox": {
        "own_id": _OWN,
        "gateway": _GATEWAY,
        "kind": "'closed'",
        "facts": "'{}'",
        "occurred_at": "n",
        "due_at": _AT,
        "attempts": "0",
    },
    "moves": {
        "plan": "'plan-' || CAST(n % 50 AS TEXT)",
        "own_id": _OWN,
        "state": "'moved'",
        "reasons": "'[]'",
        "at": "n",
    },
    "audit": {
        "subject": _OWN,
        "erased": "n % 9 = 0",
        "at": "n",
        "action": "'create_user'",
        "gateway": _GATEWAY,
        "code": "'done'",
        "paths": "'[]'",
    },
}  # fmt: skip

_OWN_TABLE = re.compile(r"\bonboarding_(?!version)\w+").search
_WHOLE = re.compile(r"\bSCAN (\w+)")
_HERE = Path(Directory.open.__func__.__code__.co_filename).parent  # type: ignore[attr-defined]
_PLUMBING = ("database.py", "work.py")


@define(eq=False)
class Plans:
    """What was captured, by kind of database, and where the many rows are."""

    new: dict[str, list[tuple[str, Any]]] = field(factory=dict)
    known: set[tuple[str, str]] = field(factory=set)
    places: set[tuple[str, int]] = field(factory=set)
    """The lines of the library that executed a statement."""
    stack: ExitStack = field(factory=ExitStack)
    _large: dict[str, Directory] = field(factory=dict)

    def listen(self) -> None:
        """Captures from now on, once."""
        if not event.contains(Engine, "before_cursor_execute", self.seen):
            event.listen(Engine, "before_cursor_execute", self.seen)
            atexit.register(self.stack.close)

    def seen(
        self, connection: Connection, _: Any, statement: str, values: Any, __: Any, many: bool
    ) -> None:
        """Captures a statement of the directory."""
        if statement.startswith("EXPLAIN") or not _OWN_TABLE(statement):
            return
        if not statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            return
        places = set(_places())
        if not places:
            return  # a test's own
        self.places |= places
        kind = connection.dialect.name
        short = re.sub(
            r"\(\s*(\?|%\(\w+\)s(::\w+)?)(,\s*(\?|%\(\w+\)s(::\w+)?))*\s*\)", "(..)", statement
        )
        if (kind, short) not in self.known:
            self.known.add((kind, short))
            self.new.setdefault(kind, []).append((statement, values[0] if many else values))

    def faults(self) -> list[str]:
        """Returns the statements captured since the last time that read a whole table."""
        found: list[str] = []
        for kind in list(self.new):
            statements = self.new.pop(kind)
            with self.large(kind).database.engine.connect() as connection:
                for statement, values in statements:
                    scans = scans_in(connection, statement, values)
                    found += [f"{kind}: {scan}: {statement}" for scan in scans]
        return found

    def large(self, kind: str) -> Directory:
        """Returns a directory with many users, made when it is first wanted."""
        if kind not in self._large:
            self._large[kind] = self.stack.enter_context(Directory.open(self._url(kind)))
            _fill(self._large[kind])
        return self._large[kind]

    def _url(self, kind: str) -> str:
        if kind == "sqlite":
            folder = self.stack.enter_context(tempfile.TemporaryDirectory())
            return f"sqlite:///{folder}/onboarding.db"
        from tests.directory.conftest import postgresql

        return self.stack.enter_context(postgresql())


def _hurry(connection: Any, _: object) -> None:
    """What is filled in need not outlive the power."""
    connection.execute("PRAGMA synchronous = OFF")


def _fill(directory: Directory) -> None:
    engine = directory.database.engine
    kind = engine.dialect.name
    if kind == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", _hurry)
    with engine.begin() as connection:
        for table, columns in _FILL.items():
            series = _SERIES[kind].format(rows=ROWS)
            names, values = ", ".join(columns), ", ".join(columns.values())
            into = f"INSERT INTO onboarding_{table} ({names})"
            select = f"SELECT {values} FROM s"
            whole = (
                f"{series} {into} {select}" if kind == "postgresql" else f"{into} {series} {select}"
            )
            connection.exec_driver_sql(whole.replace("%", "%%") if kind == "postgresql" else whole)
    if kind == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


def scans_in(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns the tables that the plan of a statement reads as a whole."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        found = [_WHOLE.search(row[-1]) for row in rows]
        return [match[1] for match in found if match and match[1] != "CONSTANT"]
    if ROWS < _ALL:  # a small table is read as a whole, if it can be: then no index serves it
        connection.exec_driver_sql("SET enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar()
    told: list[Any] = json.loads(plan) if isinstance(plan, str) else plan  # type: ignore[assignment]
    return [
        node["Relation Name"]
        for node in _nodes(told[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and _is_large(node)
    ]


def _is_large(node: dict[str, Any]) -> bool:
    return node["Relation Name"].removeprefix("onboarding_") in _FILL


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _places() -> Iterator[tuple[str, int]]:
    """Yields the lines of the library, but for its plumbing, that led to a statement."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.parent == _HERE and path.name not in _PLUMBING:
            yield path.name, frame.f_lineno
        frame = frame.f_back


PLANS = Plans()
"""Those of this process."""
