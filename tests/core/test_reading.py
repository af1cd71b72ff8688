"""Times and ids of any provider: read by one reader each, whatever came."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Secret, UnexpectedResponse
from onboarding.adapter.reading import LONGEST_ID, identifier, moment, reference
from onboarding.spi import Flow, Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

FR = MangoPay(name="fr", client_id="acme", api_key=Secret("key"))
LT = Paysera(name="lt", client_id="acme", mac_key=Secret("key"))

Fetch = Callable[[], Flow[Any]]


def played(flow: Flow[Any], payload: object, headers: dict[str, str] | None = None) -> Any:
    """The result of a flow whose one request gets this answer."""
    next(flow)
    body = json.dumps(payload).encode()
    try:
        flow.send(Response(status=200, headers=headers or {}, body=body))
    except StopIteration as done:
        return done.value
    raise AssertionError("asks again")


# -- times

NO_TIMES: list[Any] = [
    None, "", "1737216704", True, [], {}, 1_737_216_704_000, -(10**15), 10**30, -(10**30),
    0, -1, 0.5, 1e308, 253_402_300_799, -62_135_596_800,
]  # fmt: skip


@pytest.mark.parametrize("value", [*NO_TIMES, float("inf"), float("-inf"), float("nan")])
def test_what_is_no_time_in_seconds_is_none(value: object) -> None:
    assert moment(value) is None


def test_a_time_in_seconds_is_in_utc() -> None:
    assert moment(1_737_216_704) == datetime(2025, 1, 18, 16, 11, 44, tzinfo=UTC)
    assert moment(1_737_216_704.0) == datetime(2025, 1, 18, 16, 11, 44, tzinfo=UTC)
    assert moment(1) == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert moment(253_339_228_800) == datetime(9998, 1, 1, tzinfo=UTC)


@given(st.integers() | st.floats() | st.text() | st.booleans())
def test_any_value_is_a_time_or_none(value: object) -> None:
    assert moment(value) is None or isinstance(value, int | float)


BANK: dict[str, Any] = {"Id": "1", "Type": "IBAN", "UserId": "2"}

# What reads a time: the flow, the answer without it, and how the time comes into the answer.
TIMED: dict[str, tuple[Fetch, dict[str, Any], Callable[[Any], dict[str, Any]]]] = {
    "a user of MangoPay": (
        lambda: FR.fetch_user("1"), {"Id": "1", "PersonType": "NATURAL"},
        lambda time: {"CreationDate": time, "TermsAndConditionsAcceptedDate": time,
                      "Birthday": time},
    ),
    "a bank account": (
        lambda: FR.fetch_bank_account("1", "2"), BANK, lambda time: {"CreationDate": time},
    ),
    "a document": (
        lambda: FR.fetch_document("1"), {"Id": "1"},
        lambda time: {"CreationDate": time, "ProcessedDate": time},
    ),
    "a declaration of owners": (
        lambda: FR.fetch_declaration("1"), {"Id": "1"},
        lambda time: {"CreationDate": time, "ProcessedDate": time},
    ),
    "a session of verification": (
        lambda: FR.fetch_verification("1"),
        {"Id": "1", "Status": "PENDING", "HostedUrl": "https://x.example"},
        lambda time: {"CreationDate": time, "LastUpdate": time},
    ),
    "an enrolment": (
        lambda: FR.sca_status("1"), {},
        lambda time: {"LastEnrollmentDate": time, "LastConsentCollectionDate": time},
    ),
    "a request of identification": (
        lambda: LT.fetch_identification("1"), {"id": 1},
        lambda time: {"created": time, "identity_documents": [{"id": 1, "reviewed_at": time}]},
    ),
    "services": (
        lambda: LT.list_services("1"), {}, lambda time: {"services": [{"added": time}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("time", NO_TIMES)
def test_an_absurd_time_costs_no_answer(name: str, time: object) -> None:
    flow, payload, with_time = TIMED[name]

    found = played(flow(), {**payload, **with_time(time)})

    assert getattr(found, "created_at", None) is None


def test_an_absurd_reset_of_a_rate_limit_is_no_rate_limit() -> None:
    late = ",".join(["1737216704000"] * 4)
    headers = {"x-ratelimit": "1,1,1,1", "x-ratelimit-remaining": "9,9,9,9"}

    found = played(FR.fetch_user("1"), {"Id": "1"}, {**headers, "x-ratelimit-reset": late})

    assert found.rate_limits == ()


@pytest.mark.parametrize("time", NO_TIMES)
def test_a_server_without_a_time_is_an_unexpected_response(time: object) -> None:
    with pytest.raises(UnexpectedResponse):
        played(LT.server_time(), {"time": time})


# -- ids

NO_IDS: list[Any] = [None, "", True, 1.5, [], ["1"], {}, {"x": 1}, "7" * (LONGEST_ID + 1)]

IDENTIFIED: dict[str, tuple[Fetch, dict[str, Any], str]] = {
    "a user of MangoPay": (lambda: FR.fetch_user("1"), {"PersonType": "NATURAL"}, "Id"),
    "a bank account": (lambda: FR.fetch_bank_account("1", "2"), BANK, "Id"),
    "a document": (lambda: FR.fetch_document("1"), {}, "Id"),
    "a declaration of owners": (lambda: FR.fetch_declaration("1"), {}, "Id"),
    "a session of verification": (lambda: FR.fetch_verification("1"), {}, "Id"),
    "a recipient": (lambda: FR.fetch_recipient("1"), {}, "Id"),
    "a user of Paysera": (lambda: LT.fetch_user("1"), {}, "id"),
    "a request of identification": (lambda: LT.fetch_identification("1"), {}, "id"),
    "a wallet": (lambda: LT.fetch_wallet("1"), {}, "id"),
    "a contact book": (lambda: LT.create_contact_book("1"), {}, "id"),
}


@pytest.mark.parametrize("name", IDENTIFIED)
@pytest.mark.parametrize("id", NO_IDS, ids=lambda id: repr(id)[:12])
def test_an_answer_without_a_usable_id_is_an_unexpected_response(name: str, id: object) -> None:
    flow, payload, key = IDENTIFIED[name]

    with pytest.raises(UnexpectedResponse) as raised:
        played(flow(), {**payload, key: id})

    assert [problem.wire_path for problem in raised.value.problems] == [key]
    assert "777" not in str(raised.value)


@pytest.mark.parametrize("name", IDENTIFIED)
@pytest.mark.parametrize("id", [7, "7", "user_m_01JHX2YFX51HSR8R2HJ8ABSEFF", "7" * LONGEST_ID])
def test_an_id_is_a_text_or_a_whole_number(name: str, id: object) -> None:
    flow, payload, key = IDENTIFIED[name]

    found = played(flow(), {**payload, key: id})

    assert (found if isinstance(found, str) else found.id) == str(id)


@pytest.mark.parametrize("value", NO_IDS)
def test_what_is_no_id_of_another_object_is_none(value: object) -> None:
    assert reference(value) is None
    with pytest.raises(UnexpectedResponse) as raised:
        identifier({"id": value}, "id", Response(status=200, body=b"{}"))

    assert raised.value.status == 200
