"""The Paysera simulator keeps what it must, says no more than it may, and obeys its settings."""

from __future__ import annotations

import ast
import logging
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from onboarding_simulators import paysera as simulator
from onboarding_simulators.paysera import LoggedRequest, PayseraSimulator
from onboarding_simulators.paysera.rows import (
    Avatar,
    ContactBook,
    Document,
    IdentificationRequest,
    IdentityPaper,
    Position,
)
from onboarding_simulators.paysera.tokens import AuthorizationCode, RefreshToken, Session, Token

from .api import CLIENT_ID, EMAIL_ONLY, MAC_KEY, NOW, REGISTRATION, VALID, Answer, Api
from .vectors import VECTOR


def test_the_defaults_are_those_that_the_documents_make_likeliest() -> None:
    sim = PayseraSimulator(client_id=CLIENT_ID, mac_key=MAC_KEY)

    numbers = (sim.clock_window, sim.fallback_port, sim.minimum_password_length)
    statuses = (sim.already_assigned_status, sim.expired_token_status, sim.wrong_method_status)
    assert numbers == (300, 443, 8)
    assert statuses == (400, 400, 405)
    assert (sim.code_rate_limit, sim.code_send_limit, sim.token_lifetime) == (5, None, None)
    assert not any((sim.refuse_unknown_keys, sim.show_type, sim.show_unconfirmed_contacts))


def test_the_controls_of_a_test_refuse_an_unknown_user(api: Api) -> None:
    for control in (
        lambda: api.sim.issue_token(999),
        lambda: api.sim.code_for(999, "phone"),
        lambda: api.sim.set_level(999, "identified"),
    ):
        with pytest.raises(LookupError):
            control()


@pytest.mark.parametrize("status", [400, 401])
def test_an_expired_token_is_an_invalid_grant(start: Callable[..., Api], status: int) -> None:
    now = [float(NOW)]
    api = start(token_lifetime=60, clock=lambda: now[0], expired_token_status=status)
    token = api.sim.issue_token(api.register())

    fresh = api.send("GET", "/user/me", token=token)
    now[0] += 60
    expired = api.send("GET", "/user/me", token=token)

    assert fresh.status == 200
    assert expired.error == (status, "invalid_grant")
    assert expired.json["error_description"] == "Token has expired"


def test_the_key_of_one_token_does_not_sign_for_another(api: Api) -> None:
    tokens = [api.sim.issue_token(api.register(body)) for body in (REGISTRATION, EMAIL_ONLY)]

    answer = api.send("GET", "/user/me", key_id=tokens[0].access_token, key=tokens[1].mac_key)

    assert answer.error == (401, "unauthorized")


def test_the_log_tells_method_path_and_status_and_no_query(api: Api) -> None:
    user_id = api.register()
    api.sim.clear_log()

    api.send("GET", f"/user/{user_id}")
    api.send("GET", "/user?email=email%40example.com")
    api.send("POST", "/nowhere", {"a": 1})

    assert api.sim.log == [
        LoggedRequest("GET", "/rest/v1/user/221", 200),
        LoggedRequest("GET", "/rest/v1/user", 404),
        LoggedRequest("POST", "/rest/v1/nowhere", 404),
    ]


def test_no_personal_value_and_no_secret_is_in_any_repr_or_log(
    start: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = start(seed="kept to itself")
    user_id = api.register(VALID)
    token = api.sim.issue_token(user_id, ["email"])
    api.send("GET", "/user?person_code[lt]=31001010000")
    api.send("PUT", f"/user/{user_id}/phone/confirm", {"code": "ABCDEF"})
    code = api.sim.code_for(user_id, "phone")
    api.sim.set_pep(user_id, [("John Smith", "self", ["minister"])])
    api.send("PUT", f"/user/{user_id}/position", {"lat": 54.698686, "lng": 25.216615})
    api.send("POST", f"/user/{user_id}/contact-book", {"emails": ["email@example.com"]})
    api.send("POST", f"/user/{user_id}/document", b"Smith")
    api.send("POST", f"/user/{user_id}/identification-request")
    papers = "/identification-request/1/identity-document"
    api.send("POST", papers, {"type": "passport", "first_name": "John"})
    api.sim.consent(user_id, ["email"])
    api.form("POST", "//oauth/v1/session", {"user[email]": "email@example.com"})
    api.form("POST", "//oauth/v1/token", {"grant_type": "password", "username": "John"})
    private = ["email@example.com", "37066612345", "John", "Smith", "31001010000", "Vilnius"]
    private += ["Lauko", "secretPassword22", MAC_KEY, token.access_token, token.mac_key, code]
    private += ["kept to itself", VECTOR["R1"].mac]

    seen = [repr(api.sim), repr(api.sim.log), repr(token), repr(api.sim._store), caplog.text]
    account = api.sim._store.account(user_id)
    assert account
    rows = [account, account.email, account.phone, account.identity, account.address, account.card]
    kinds: list[type[Any]] = [
        Avatar,
        Position,
        Document,
        ContactBook,
        IdentificationRequest,
        IdentityPaper,
    ]
    kinds += [Token, RefreshToken, AuthorizationCode, Session]
    tables: list[list[Any]] = [api.sim._store.all(kind) for kind in kinds]
    assert [len(table) for table in tables] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    private += [refresh.id for refresh in api.sim._store.all(RefreshToken)]
    seen += [repr(row) for row in [*rows, account.credentials, account.pep, *tables]]
    seen += [repr(VECTOR["R1"].verify())]

    assert [(value, text) for value in private for text in seen if value in text] == []


def test_a_request_sent_by_many_threads_is_accepted_once(api: Api) -> None:
    user_id = api.register()
    authorization = api.sign("GET", f"/rest/v1/user/{user_id}")

    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda _: api.send("GET", f"/user/{user_id}", authorization=authorization),
                range(32),
            )
        )

    assert sorted(answer.status for answer in answers) == [200] + [401] * 31


def test_users_registered_by_many_threads_get_different_ids_and_one_gets_the_phone(
    api: Api,
) -> None:
    barrier = threading.Barrier(16)

    def register(number: int) -> list[Answer]:
        barrier.wait()
        alone = api.send("POST", "/user", {"email": f"user{number}@example.com"})
        return [alone, api.send("POST", "/user", {"phone": "37066612345"})]

    with ThreadPoolExecutor(16) as pool:
        pairs = list(pool.map(register, range(16)))

    assert len({alone.json["id"] for alone, _ in pairs}) == 16
    assert sorted(shared.status for _, shared in pairs) == [200] + [400] * 15


def test_the_simulator_imports_nothing_of_the_library_or_the_adapter() -> None:
    allowed = {"attrs", "cattrs", "werkzeug", *sys.stdlib_module_names}
    package = Path(simulator.__file__).parent
    foreign = []

    for module in package.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{module.name} imports from outside its package"
                names = [] if node.level else [node.module or ""]
            else:
                continue
            foreign += [n for n in names if n.split(".")[0] not in allowed | {"_typeshed"}]
    shared = re.compile(r"onboarding_simulators\.shared(\.\w+)*")
    foreign = [name for name in foreign if not shared.fullmatch(name)]

    assert foreign == []
