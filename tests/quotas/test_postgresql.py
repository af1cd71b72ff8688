"""Quotas in the PostgreSQL of a directory: what they survive, and what a failure says."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import psycopg
import pytest
from onboarding import ConfigurationError, TransportError
from onboarding.directory import Directory
from onboarding.engine.pace import QuotaState
from onboarding.quotas import PacePolicy, Pacer, Quota, pacer_of
from onboarding.quotas.policy import shown_store
from onboarding.quotas.postgresql import PostgresqlPacer
from tests.directory.conftest import needs_postgresql, postgresql
from tests.quotas.served import CountingProvider, shared
from tests.quotas.test_stores import TWO, _child, is_free, mangopay

WINDOWS = (Quota(1, 46), Quota(2, 90))
SECRET = "postgresql://ona:very%20secret@127.0.0.1:9/onboarding?password=very-secret"


@pytest.fixture
def store() -> Iterator[str]:
    with postgresql() as url:
        Directory.open(url).close()
        yield url


def pacer(store: str, quotas: tuple[Quota, ...] = TWO) -> PostgresqlPacer:
    return PostgresqlPacer(store, "", "acme", QuotaState(quotas))


@needs_postgresql
def test_gateways_of_one_account_share_their_quota_and_the_row_names_no_client(store: str) -> None:
    policy = PacePolicy(quotas=TWO, store=store, bulk_share=1)
    first, second = pacer_of(mangopay(), policy), pacer_of(mangopay(name="other"), policy)
    other = pacer_of(mangopay(client_id="other"), policy)
    assert first is not None
    assert second is not None
    assert other is not None

    found = [is_free(first), is_free(second), is_free(first), is_free(other)]

    assert found == [True, True, False, True]
    with psycopg.connect(store) as connection:
        rows = str(connection.execute("SELECT * FROM onboarding_quotas").fetchall())
    assert "acme" not in rows


@needs_postgresql
def test_a_call_of_a_dead_process_counts_and_a_forked_child_shares_the_row(store: str) -> None:
    own = pacer(store, quotas=(Quota(3_600, 3),))
    own.take(Pacer.turn(), 60)  # and nobody tells its end
    assert is_free(own)

    child = multiprocessing.get_context("fork").Process(target=_child, args=(own,))
    child.start()
    child.join()

    assert child.exitcode == 0
    assert not is_free(own)


@needs_postgresql
def test_a_locked_row_is_waited_for(store: str) -> None:
    own = pacer(store)
    is_free(own)

    with psycopg.connect(store) as other:
        other.execute("SELECT * FROM onboarding_quotas FOR UPDATE")
        wait = own.take(Pacer.turn(), 60)

    assert 0 < wait < 0.1
    assert is_free(own)


@needs_postgresql
def test_a_connection_that_was_lost_is_opened_again(store: str) -> None:
    own = pacer(store)
    assert is_free(own)

    with psycopg.connect(store, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            ("onboarding quotas",),
        )

    assert is_free(own)
    assert not is_free(own)


@needs_postgresql
def test_a_database_without_the_table_is_refused() -> None:
    with postgresql() as url, pytest.raises(ConfigurationError) as caught:
        pacer_of(mangopay(), PacePolicy(store=url))

    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == ("pace.store", "unusable")
    assert "onboarding directory upgrade" in problem.message


@needs_postgresql
def test_a_store_that_is_gone_sends_nothing() -> None:
    with postgresql() as url:
        Directory.open(url).close()
        own = pacer(url)

    with pytest.raises(TransportError, match="nothing was sent"):
        own.take(Pacer.turn(), 60)


def test_neither_a_policy_nor_an_error_shows_the_password() -> None:
    policy = PacePolicy(store=SECRET)

    with pytest.raises(ConfigurationError) as caught:
        pacer_of(mangopay(), policy)

    shown = f"{policy!r} {caught.value} {caught.value.problems} {shown_store(SECRET)}"
    assert "127.0.0.1:9/onboarding" in shown
    assert "very" not in shown


@needs_postgresql
def test_four_processes_share_the_quotas_and_one_is_killed(store: str) -> None:
    provider = CountingProvider(WINDOWS)

    used = shared(provider, store, seconds=4)

    assert used.refused == 0
    assert used.share >= 0.3  # of a busy machine
