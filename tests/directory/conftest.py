"""A directory in a database of its own, for each test twice: in SQLite, and in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import define
from onboarding.directory import Directory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from tests.directory.plans import PLANS

SERVER = os.environ.get("ONBOARDING_TEST_POSTGRESQL", "")
ABSENT = "there is no PostgreSQL: ONBOARDING_TEST_POSTGRESQL has the address of a server"

needs_postgresql = pytest.mark.skipif(not SERVER, reason=ABSENT)
KINDS = ["sqlite", pytest.param("postgresql", marks=needs_postgresql)]


@define
class Clock:
    """The time, which a test moves."""

    now: datetime = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **period: float) -> None:
        self.now += timedelta(**period)


@contextmanager
def postgresql() -> Generator[str, None, None]:
    """The address of an empty database in PostgreSQL."""
    name = f"test_{uuid4().hex}"
    server = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def database(kind: str, folder: Path) -> Generator[str, None, None]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/onboarding.db"
        return
    with postgresql() as address:
        yield address


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def plans() -> Iterator[None]:
    """Each statement that a test has the library execute uses an index, at many users too."""
    PLANS.listen()
    yield
    assert PLANS.faults() == []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(url: str, clock: Clock) -> Iterator[Directory]:
    with Directory.open(url, clock=clock) as opened:
        yield opened
