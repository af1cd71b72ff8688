"""How many calls are left is on records, pages, errors and the gateway, by window."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    AsyncGateway,
    Gateway,
    ProviderError,
    RateLimited,
    Secret,
    UserRecord,
)
from onboarding.banking import IbanAccount
from onboarding.spi import Exchange, RateLimit, Response
from onboarding.testing import PaperGateway
from onboarding.testing import paper as wsgi

from onboarding_mangopay import MangoPay

from .people import HOME, OWNER, PAYER, paper
from .stage import Stage

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
WINDOWS = [15 * 60, 30 * 60, 60 * 60, 24 * 60 * 60]
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def answer(made: str, left: str, reset: str, status: int = 200, **more: str) -> Response:
    headers = {"X-RateLimit": made, "X-RateLimit-Remaining": left, "X-RateLimit-Reset": reset}
    return Response(status=status, headers={**headers, **more}, received_at=NOW)


def at(*seconds: int) -> str:
    return ", ".join(str(int(NOW.timestamp()) + away) for away in seconds)


def test_every_record_says_how_many_calls_were_left_when_it_came(fr: Gateway[MangoPay]) -> None:
    made = fr.create_user(OWNER)
    read = fr.fetch_user(made.id)
    document = fr.submit_document(made.id, paper())
    account = fr.add_bank_account(
        made.id,
        IbanAccount(
            owner_name="Alex", owner_address=HOME, iban="FR7630004000031234567890143", bic=None
        ),
    )
    page = fr.run(fr.adapter.list_users())

    found = [each.rate_limits for each in (made, read, document, account, page)]

    assert [[limit.seconds for limit in limits] for limits in found] == [WINDOWS] * 5
    calls = [limits[0].made for limits in found]
    # the login is a call as well; a document of one page is three
    assert [call - calls[0] for call in calls] == [0, 1, 4, 5, 6]
    assert all(limits[0].made + limits[0].left == 2300 for limits in found)


def test_the_gateway_says_what_its_last_answer_said(fr: Gateway[MangoPay]) -> None:
    before = fr.rate_limits

    fr.raw("GET", "users")
    one = fr.rate_limits
    record = fr.create_user(PAYER)

    assert before == ()
    assert fr.rate_limits == record.rate_limits
    assert [limit.made for limit in fr.rate_limits] == [limit.made + 1 for limit in one]


def test_a_view_shares_what_is_left_with_its_gateway(fr: Gateway[MangoPay]) -> None:
    view = fr.view(evolve(fr.adapter, accept_loss=("tag",)))

    view.raw("GET", "users")

    assert view.rate_limits == fr.rate_limits != ()


def test_an_event_loop_hears_the_same(stage: Stage) -> None:
    adapter = evolve(PAPER, base_url=stage.base_url)

    async def life() -> tuple[UserRecord, tuple[RateLimit, ...]]:
        async with AsyncGateway(adapter) as gateway:
            made = await gateway.create_user(PAYER)
            return made, gateway.rate_limits

    record, limits = asyncio.run(life())

    assert [limit.seconds for limit in limits] == WINDOWS
    assert record.rate_limits == limits


def test_a_function_and_both_drivers_read_the_lines_of_one_answer_alike(stage: Stage) -> None:
    adapter = evolve(PAPER, base_url=stage.base_url)

    async def read() -> Response:
        async with AsyncGateway(adapter) as gateway:
            return await gateway.raw("GET", "users")

    with Gateway(adapter) as gateway:
        by_thread = gateway.raw("GET", "users")
    by_loop = asyncio.run(read())
    by_function = PaperGateway(adapter, wsgi(stage.sim)).run(adapter.raw("GET", "users"))

    answers = (by_thread, by_loop, by_function)
    limits = [adapter.rate_limits(found) for found in answers]
    assert [[limit.seconds for limit in found] for found in limits] == [WINDOWS] * 3
    assert [found.headers["x-ratelimit"] for found in answers] == [
        ", ".join([str(made)] * 4) for made in (3, 5, 7)
    ]
    of_sockets = {"date", "server", "connection"}
    names = [found.headers.keys() - of_sockets for found in answers]
    assert names[0] == names[1] == names[2]


def test_threads_leave_the_windows_of_one_answer_and_no_mixture(fr: Gateway[MangoPay]) -> None:
    seen: list[tuple[RateLimit, ...]] = []

    def work() -> None:
        for _ in range(5):
            fr.raw("GET", "users")
            seen.append(fr.rate_limits)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(len({limit.made for limit in limits}) == 1 for limits in seen)
    assert len(seen) == 20


def test_observers_are_told_of_what_is_left(stage: Stage) -> None:
    told: list[Exchange] = []
    adapter = evolve(PAPER, base_url=stage.base_url)

    with Gateway(adapter, observe=told.append) as gateway:
        gateway.raw("GET", "users")

    assert [[limit.seconds for limit in each.rate_limits] for each in told] == [WINDOWS] * 2


def test_two_records_that_differ_in_the_calls_left_alone_are_equal(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(PAYER)

    another = evolve(record, rate_limits=())

    assert another == record
    assert record.rate_limits != another.rate_limits


def test_the_calls_left_are_not_stored_with_a_record(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(PAYER)

    stored = record.to_json()

    assert "rate_limits" not in stored
    assert UserRecord.from_json(stored) == record


# docs: overview/rate-limiting documents no Retry-After
@pytest.mark.parametrize(
    ("left", "more", "seconds"),
    [
        ("0, 2200, 6500, 90000", {}, 40.0),
        ("0, 0, 6500, 90000", {}, 1000.0),
        ("1, 1, 1, 1", {}, None),
        ("0, 0, 0, 0", {"Retry-After": "7"}, 7.0),
        ("0, 0, 0, 0", {"Retry-After": "soon"}, 80000.0),
    ],
)
def test_the_wait_ends_when_the_last_spent_window_moves_on(
    left: str, more: dict[str, str], seconds: float | None
) -> None:
    flow = PAPER.fetch_user("user_m_1")
    next(flow)

    with pytest.raises(RateLimited) as raised:
        flow.send(answer("1,1,1,1", left, at(40, 1000, 3000, 80_000), status=429, **more))

    assert raised.value.retry_after == seconds


def test_any_no_says_what_is_left(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(ProviderError) as raised:
        fr.fetch_user("user_m_nobody")

    assert [limit.seconds for limit in raised.value.details.rate_limits] == WINDOWS


# docs: overview/rate-limiting: four values, in this order; the number of values has varied
@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (("1, 2, 3, 4", "9, 9, 9, 9", at(60, 1200, 3000, 80_000)), WINDOWS),
        (("1,2,3,4", "9,9,9,9", at(-60, -60, -60, -60)), WINDOWS),  # a clock that goes ahead
        (("7", "9", at(1200)), [1800]),
        (("7,8", "9,9", at(899, 90_000)), [900, 86_400]),
        (("1,2", "9", at(60)), []),
        (("", "", ""), []),
    ],
)
def test_a_window_is_told_by_its_place_or_by_when_it_resets(
    values: tuple[str, str, str], seconds: list[int]
) -> None:
    limits = PAPER.rate_limits(answer(*values))

    assert [limit.seconds for limit in limits] == seconds


def test_an_answer_without_the_headers_says_nothing_and_changes_nothing() -> None:
    assert PAPER.rate_limits(Response(status=200)) == ()


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_any_rate_headers_are_windows_or_none(made: str, left: str, reset: str) -> None:
    limits = PAPER.rate_limits(answer(made, left, reset))

    assert {limit.seconds for limit in limits} <= set(WINDOWS)


def test_the_limits_of_an_answer_are_parsed_once() -> None:
    shown = answer("1", "2", "1737217754")

    limits = PAPER.rate_limits(shown)

    assert limits
    assert PAPER.rate_limits(shown) is limits
