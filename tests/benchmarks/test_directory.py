"""Batched look-ups and inserts of a directory take at most four times what raw sqlite3 takes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from onboarding.directory import Directory, Reference

pytestmark = pytest.mark.benchmark

ROWS, MOST = 20_000, 4.0
INSERT_USERS = (
    "INSERT INTO onboarding_users (own_id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
)
INSERT_REFERENCES = (
    "INSERT INTO onboarding_references (own_id, gateway, id, name) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)


def ratio(ours: Callable[[], object], raw: Callable[[], object], rounds: int = 7) -> float:
    """How many times the CPU time of the second the first takes, by the best of some rounds.

    Both wait for the same disk.
    """

    def timed(call: Callable[[], object]) -> float:
        began = time.process_time()
        call()
        return time.process_time() - began

    pairs = [(timed(ours), timed(raw)) for _ in range(rounds)]
    found = min(own for own, _ in pairs) / min(other for _, other in pairs)
    print(f"{found:.2f} times")
    return found


def raw(path: Path) -> sqlite3.Connection:
    """A connection with the settings of a directory."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def references(start: int, count: int) -> list[Reference]:
    numbers = range(start, start + count)
    return [Reference(own_id=f"user-{n}", gateway="fr", id=f"user_m_{n}") for n in numbers]


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    opened = Directory.open(f"sqlite:///{tmp_path}/onboarding.db")
    opened.link_many(references(0, ROWS))
    return opened


def test_batched_inserts(directory: Directory, tmp_path: Path) -> None:
    connection, place = raw(tmp_path / "onboarding.db"), [ROWS]
    size = 2_000

    def ours() -> None:
        directory.link_many(references(place[0], size))
        place[0] += size

    def by_hand() -> None:
        found = [(one.own_id, one.gateway, one.id, "") for one in references(place[0], size)]
        place[0] += size
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT_USERS, [(own_id, 1) for own_id, *_ in found])
        connection.executemany(INSERT_REFERENCES, found)
        connection.execute("COMMIT")

    assert ratio(ours, by_hand) <= MOST
    connection.close()
    directory.close()


def test_a_look_up_of_many(directory: Directory, tmp_path: Path) -> None:
    connection = raw(tmp_path / "onboarding.db")
    ids = [f"user_m_{number}" for number in range(0, ROWS, 40)]
    marks = ", ".join("?" * len(ids))
    many = (
        "SELECT id, own_id FROM onboarding_references "
        f"WHERE gateway = ? AND id IN ({marks}) AND name = ''"
    )

    found = ratio(
        lambda: [directory.own_ids("fr", ids) for _ in range(20)],
        lambda: [dict(connection.execute(many, ("fr", *ids)).fetchall()) for _ in range(20)],
    )

    assert found <= MOST
    connection.close()
    directory.close()
