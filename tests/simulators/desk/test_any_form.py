"""Whatever is typed into a form of a desk is answered with a page or with the way to one."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from onboarding_simulators.shared import VirtualClock

from .papers import picture
from .paysera_scene import new_paysera
from .scene import OWNER, START, new_simulator

TYPED = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "on", "REGULAR", "VALIDATED", "DOCUMENT_UNREADABLE", "active", "error"]),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)
NAMES = (
    "level", "status", "reason", "message", "code", "comment", "deadline", "kind", "route", "times",
    "probability", "seed", "seconds", "amount", "unit", "service", "country", "inflows", "outcome",
)  # fmt: skip
FORMS = st.dictionaries(st.sampled_from(NAMES), TYPED, max_size=8)
ACTIONS = (
    "activate", "set-level", "consent", "block", "require-renewal", "make-payer", "accept",
    "refuse", "outdate", "decide", "complete", "enable-service", "add-wallet", "set-company",
    "revoke", "accept-identity", "begin",
)  # fmt: skip


def mangopay() -> tuple[Client, list[str]]:
    """A client of a fresh simulator, and the paths of a user and of a document."""
    client = Client(new_simulator(VirtualClock(START)))
    login = client.post(
        "/v2.01/oauth/token", data={"grant_type": "client_credentials"}, auth=("acme", "key")
    )
    assert login.json is not None
    headers = {"Authorization": f"bearer {login.json['access_token']}"}

    def call(path: str, body: Any) -> Any:
        return client.post(f"/v2.01/acme/{path}", json=body, headers=headers).json

    user = call("sca/users/natural", OWNER)["Id"]
    document = call(f"users/{user}/kyc/documents", {"Type": "IDENTITY_PROOF"})["Id"]
    return client, [f"/_desk/users/{user}", f"/_desk/documents/{document}"]


def paysera() -> tuple[Client, list[str]]:
    client = Client(new_paysera())
    body = {"email": "a@example.com", "credentials": {"type": "main-password", "password": "x" * 9}}
    made = client.post("/rest/v1/user", json=body)
    assert made.json is not None
    user = made.json["id"]
    client.post(f"/rest/v1/user/{user}/document", data=picture(), content_type="image/png")
    return client, [f"/_desk/users/{user}", "/_desk/documents/document-1"]


DESKS = {"mangopay": cache(mangopay), "paysera": cache(paysera)}


@pytest.mark.parametrize("name", DESKS)
@given(data=st.data())
def test_no_form_breaks_a_desk(name: str, data: st.DataObject) -> None:
    client, subjects = DESKS[name]()
    subject = data.draw(st.sampled_from(subjects))
    path = data.draw(
        st.sampled_from(
            [
                *(f"{subject}/{action}" for action in ACTIONS),
                "/_desk/conditions/faults",
                "/_desk/conditions/clock",
            ]
        )
    )
    form = data.draw(FORMS)

    answer = client.post(path, data=form, headers={"Host": "localhost"})
    pages = [
        client.get(page, headers={"Host": "localhost"})
        for page in (subject, "/_desk", "/_desk/conditions")
    ]

    assert answer.status_code in (303, 422), answer.text
    assert [page.status_code for page in pages] == [200] * 3
