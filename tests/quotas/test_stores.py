"""The SQLite file: what it survives, what is in it, and what it says when it cannot be used."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from onboarding import Secret, TransportError
from onboarding.engine.pace import QuotaState
from onboarding.http import Response
from onboarding.quotas import PacePolicy, Pacer, Quota, pacer_of, stored
from onboarding.quotas.sqlite import SqlitePacer

from onboarding_mangopay import Environment, MangoPay

TWO = (Quota(3_600, 2),)
GOOD = Response(status=200)


def pacer(path: Path, account: str = "acme", quotas: tuple[Quota, ...] = TWO) -> SqlitePacer:
    return SqlitePacer(str(path), account, QuotaState(quotas))


def is_free(pacer: Pacer) -> bool:
    """Whether a call finds a place; it makes the call."""
    turn = pacer.turn()
    if pacer.take(turn, 60):
        pacer.withdraw(turn)
        return False
    pacer.settle(turn, GOOD, ())
    return True


def mangopay(**settings: object) -> MangoPay:
    given = {"client_id": "acme", "api_key": Secret("very secret"), "name": "fr", **settings}
    return MangoPay(**given)  # type: ignore[arg-type]


def test_a_pacer_that_is_gone_has_closed_its_connection(tmp_path: Path) -> None:
    gone = pacer(tmp_path / "quotas.sqlite")
    connection = gone.connection

    del gone

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_gateways_of_one_account_share_their_quota(tmp_path: Path) -> None:
    policy = PacePolicy(quotas=TWO, store=str(tmp_path / "quotas.sqlite"), bulk_share=1)
    first = pacer_of(mangopay(), policy)
    second = pacer_of(mangopay(name="other", api_key=Secret("rotated")), policy)
    apart = [
        pacer_of(adapter, policy)
        for adapter in (
            mangopay(client_id="other"),
            mangopay(environment=Environment.PRODUCTION),
        )
    ]
    assert first is not None
    assert second is not None

    assert [is_free(first), is_free(second), is_free(first), is_free(second)] == [True] * 2 + [
        False
    ] * 2
    assert [each is not None and is_free(each) for each in apart] == [True, True]


def test_the_file_has_neither_the_key_nor_the_client(tmp_path: Path) -> None:
    path = tmp_path / "quotas.sqlite"
    found = pacer_of(mangopay(client_id="acme-corp"), PacePolicy(store=str(path)))
    assert found is not None
    is_free(found)

    content = b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert b"very secret" not in content
    assert b"acme-corp" not in content


def test_a_count_outlives_its_process(tmp_path: Path) -> None:
    assert is_free(pacer(tmp_path / "quotas.sqlite"))
    assert is_free(pacer(tmp_path / "quotas.sqlite"))

    assert not is_free(pacer(tmp_path / "quotas.sqlite"))


def test_a_call_of_a_dead_process_counts(tmp_path: Path) -> None:
    dead = pacer(tmp_path / "quotas.sqlite")
    dead.take(dead.turn(), 60)
    del dead

    assert is_free(pacer(tmp_path / "quotas.sqlite"))
    assert not is_free(pacer(tmp_path / "quotas.sqlite"))


def test_threads_count_each_call_once(tmp_path: Path) -> None:
    shared = pacer(tmp_path / "quotas.sqlite", quotas=(Quota(3_600, 50),))
    found: list[bool] = []
    hands = [
        threading.Thread(target=lambda: found.extend(is_free(shared) for _ in range(10)))
        for _ in range(8)
    ]

    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert found.count(True) == 50


def _child(shared: Pacer) -> None:
    os._exit(0 if is_free(shared) and not is_free(shared) else 1)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_shares_the_file(tmp_path: Path) -> None:
    shared = pacer(tmp_path / "quotas.sqlite")
    assert is_free(shared)

    child = multiprocessing.get_context("fork").Process(target=_child, args=(shared,))
    child.start()
    child.join()

    assert child.exitcode == 0
    assert not is_free(shared)


def test_a_locked_file_is_waited_for_and_then_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "quotas.sqlite"
    shared, turn = pacer(path), Pacer.turn()
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    assert 0 < shared.take(turn, 60) < 0.1
    monkeypatch.setattr(stored, "PATIENCE", 0)
    with pytest.raises(TransportError, match="nothing was sent"):
        shared.take(turn, 60)
    lock.execute("ROLLBACK")
    lock.close()

    assert is_free(shared)


def test_an_answer_that_finds_the_file_locked_is_counted_later(tmp_path: Path) -> None:
    path = tmp_path / "quotas.sqlite"
    shared, turn = pacer(path, quotas=(Quota(3_600, 1, failures=True),)), Pacer.turn()
    assert shared.take(turn, 60) == 0
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    shared.settle(turn, Response(status=400), ())
    lock.execute("ROLLBACK")
    lock.close()

    wait = shared.take(Pacer.turn(), 60)
    assert wait > 3_500  # it failed


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quotas.sqlite"
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 2")
    later.close()

    with pytest.raises(Exception, match=r"version \(2\)"):
        pacer(path)
