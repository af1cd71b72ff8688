"""Whatever is sent to the simulator, it answers: never with a failure of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mangopay.stage import LEGAL, LEGAL_OWNER, NATURAL, OWNER, PAGE, PAYER
from werkzeug.test import Client

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.mangopay.routes import ROUTES

from .test_documents import OWNER_OF_COMPANY
from .test_money import FORMS, RECIPIENT, WHO

SAMPLES: list[dict[str, Any]] = [
    OWNER,
    PAYER,
    LEGAL_OWNER,
    OWNER_OF_COMPANY,
    RECIPIENT,
    *(WHO | form for form in FORMS.values()),
    {"Type": "IDENTITY_PROOF", "Tag": "accept"},
    {"Status": "VALIDATION_ASKED"},
    {"Status": "DEACTIVATED"},
    {"Active": False},
    {"File": PAGE},
    {"EventType": "KYC_CREATED", "Url": "http://127.0.0.1:9", "Validity": "VALID"},
    {"ReturnUrl": "https://example.com"},
    {"CompanyNumber": {"CompanyNumber": "1", "CountryCode": "FR"}},
    {"Owners": ["x"], "Description": "d", "Currency": "EUR"},
]
NAMES = st.sampled_from(sorted({name for sample in SAMPLES for name in sample}))
WORDS = st.sampled_from(["FR", "US", "EUR", "OWNER", "PAYER", "VALIDATED", "", "http://[", "é"])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | WORDS,
    lambda more: st.lists(more, max_size=3) | st.dictionaries(NAMES | st.text(), more, max_size=4),
    max_leaves=8,
)
BODIES = JSON | st.builds(
    lambda sample, more: sample | more,
    st.sampled_from(SAMPLES),
    st.dictionaries(NAMES, JSON, max_size=2),
)
QUERIES = st.dictionaries(
    st.sampled_from(["page", "per_page", "Sort", "Status", "AfterDate", "ScaContext", "currency"]),
    st.sampled_from(["0", "-1", "99999999999999", "CreationDate:DESC", "x", "USER_PRESENT", ""]),
    max_size=3,
)
CALLS = [(route.path, method) for route in ROUTES for method in route.handlers]


class Target:
    """A simulator in this process with the ids of what is there."""

    def __init__(self) -> None:
        self.sim = MangoPaySimulator(proxy=True)
        self.http = Client(self.sim)
        form = {"grant_type": "client_credentials"}
        auth = (self.sim.client_id, self.sim.api_key)
        token = self.http.post("/v2.01/oauth/token", data=form, auth=auth).json
        assert token is not None
        self.headers = {"Authorization": f"bearer {token['access_token']}"}
        self.ids = ["none", "2025", "\x00", "é"]
        for path, body in ((NATURAL, OWNER), (NATURAL, PAYER), (LEGAL, LEGAL_OWNER)):
            self.send(f"/v2.01/<client>/{path}", "POST", body, {}, [0])

    def send(self, template: str, method: str, body: Any, query: Any, picks: list[int]) -> int:
        segments = template.split("/")
        chosen = iter(picks * len(segments))
        path = "/".join(
            self.sim.client_id
            if segment == "<client>"
            else self.ids[next(chosen) % len(self.ids)]
            if segment.startswith("<")
            else segment
            for segment in segments
        )
        answer = self.http.open(
            path, method=method, json=body, query_string=query, headers=self.headers
        )
        found = re.search(r'"Id": "([a-z_]+[0-9A-Z]{26})"', answer.get_data(as_text=True))
        if found and answer.status_code < 300 and len(self.ids) < 24:
            self.ids.append(found[1])
        return answer.status_code


@pytest.fixture(scope="module")
def target() -> Target:
    return Target()


@given(
    call=st.sampled_from(CALLS),
    body=BODIES,
    query=QUERIES,
    picks=st.lists(st.integers(0, 300), min_size=1, max_size=3),
)
def test_no_call_whatsoever_makes_the_simulator_fail(
    target: Target, call: tuple[str, str], body: Any, query: Any, picks: list[int]
) -> None:
    status = target.send(*call, body, query, picks)

    assert status < 500


def test_the_documents_own_bodies_meet_every_route_without_failure(target: Target) -> None:
    statuses: set[int] = set()

    for path, method in CALLS:
        for body in SAMPLES:
            for pick in range(0, len(target.ids), 7):
                statuses.add(target.send(path, method, body, {}, [pick, pick + 1]))

    assert statuses & {200, 201, 204, 400, 401, 403, 404} == statuses - {409, 413, 415}
    assert {200, 204, 400, 404} <= statuses
