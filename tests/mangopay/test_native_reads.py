"""Whatever MangoPay answers, a native reading gives its value, or says that it cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, Secret, UnexpectedResponse
from onboarding.spi import Flow, Request, Response

from onboarding_mangopay import MangoPay

FR = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
READS: dict[str, Callable[[], Flow[Any]]] = {
    "consult_document": lambda: FR.consult_document("kyc_1"),
    "fetch_declaration": lambda: FR.fetch_declaration("ubodec_1"),
    "fetch_verification": lambda: FR.fetch_verification("idnver_1"),
    "fetch_hook": lambda: FR.fetch_hook("hook_1"),
    "first_answer": lambda: FR.first_answer("order-7"),
    "regulatory": lambda: FR.regulatory("user_m_1"),
    "sca_status": lambda: FR.sca_status("user_m_1"),
    "check_company_number": lambda: FR.check_company_number("1", "FR"),
    "list_users": FR.list_users,
    "list_documents": FR.list_documents,
    "list_hooks": FR.list_hooks,
    "list_events": FR.list_events,
}
SMALL = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
KEYS = st.sampled_from(
    [
        *("Id", "UserId", "Status", "CreationDate", "Ubos", "Birthplace", "Address", "Checks"),
        *("Reasons", "HostedUrl", "Url", "EventType", "Tag", "ScopeBlocked", "KycInformation"),
        *("LastKycDate", "ConsentScope", "CompanyNumber", "ValidationRules", "PersonType"),
        *("StatusCode", "Date", "ExpirationDate", "FirstName", "Birthday", "Email"),
    ]
)
ANY = st.recursive(
    SMALL, lambda more: st.lists(more, max_size=2) | st.dictionaries(KEYS, more), max_leaves=12
)


@pytest.mark.parametrize("name", READS)
@given(data=st.data())
def test_any_yes_is_a_value_or_an_unexpected_response(name: str, data: st.DataObject) -> None:
    answer = data.draw(ANY)
    flow = READS[name]()
    next(flow)

    with pytest.raises((StopIteration, UnexpectedResponse)) as raised:
        flow.send(Response(status=200, body=json.dumps(answer).encode()))

    assert repr(raised.value)


@given(
    st.dictionaries(
        st.sampled_from(["EventType", "RessourceId", "ResourceId", "Date"]),
        st.text(max_size=4) | st.lists(st.text(max_size=4), max_size=2) | st.integers(),
    )
)
def test_any_notification_is_an_event_or_is_refused_or_asks_mangopay(said: dict[str, Any]) -> None:
    request: Request | None = None

    with suppress(StopIteration, InvalidInput):  # it is an event already, or none
        request = next(FR.read_event(said))

    assert request is None or request.method == "GET"


@pytest.mark.parametrize("date", ["9" * 5000, "²", "soon", "", "nan", "inf", "-1"])
def test_a_date_that_is_none_leaves_the_event_without_one_or_with_a_moment(date: str) -> None:
    flow = FR.read_event({"EventType": "MOON", "RessourceId": "m_1", "Date": date})

    with pytest.raises(StopIteration) as done:
        next(flow)

    moment = done.value.value.occurred_at
    assert moment is None or moment.timestamp() == -1
