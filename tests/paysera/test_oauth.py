"""A user lets the client act in their name: consent, tokens, refreshes, over a socket."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from attrs import evolve
from onboarding import (
    Absence,
    AsyncGateway,
    Forbidden,
    Gateway,
    InvalidInput,
    Outcome,
    ProviderError,
    RateLimited,
    Rejected,
    Secret,
    Unauthorized,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, Api, the_documented_user

from onboarding_paysera import Environment, Paysera, UserToken

BACK = "https://app.example/cb"
STATE = "0123456789abcdef"
EMAIL, PASSWORD = "something@example.com", "secretPassword22"
PAPER = Paysera(
    client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url="https://paysera.invalid", name="lt"
)
TOKEN = UserToken(
    access_token=Secret("xq7Access"), mac_key=Secret("xq7Key"), refresh_token=Secret("xq7Refresh")
)
Start = Callable[..., Api]


def at(api: Api, **changes: Any) -> Gateway[Paysera]:
    adapter = evolve(PAPER, base_url=api.base_url, **changes)
    return Gateway(
        adapter,
        clock=lambda: datetime.fromtimestamp(api.sim.clock(), UTC),
        observe=api.observe,
    )


@pytest.fixture
def user_id(api: Api) -> int:
    return the_documented_user(api)


@pytest.fixture
def gateway(api: Api) -> Iterator[Gateway[Paysera]]:
    with at(api) as made:
        yield made


def asked(gateway: Gateway[Paysera], **changes: Any) -> str:
    given: dict[str, Any] = {"redirect_uri": BACK, "state": STATE, "scopes": ["email", "phone"]}
    return gateway.adapter.authorization_url(**(given | changes))


def pressed(url: str, decision: str = "allow", **fields: str) -> str:
    """Fills in the page's own form as a browser would; gives where the user is sent back to."""
    page = requests.get(url, timeout=5)
    action = re.search(r'<form method="post" action="([^"]*)"', page.text)
    assert action, page.text
    parts = urlsplit(url)
    form = {"username": EMAIL, "password": PASSWORD, "decision": decision} | fields
    target = f"{parts.scheme}://{parts.netloc}{html.unescape(action[1])}"
    answer = requests.post(target, data=form, timeout=5, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def granted(gateway: Gateway[Paysera], **changes: Any) -> UserToken:
    adapter = gateway.adapter
    code = adapter.read_return(pressed(asked(gateway, **changes)), STATE)
    return gateway.run(adapter.exchange_code(code, redirect_uri=BACK))


def me(gateway: Gateway[Paysera], token: UserToken) -> Any:
    return gateway.view(gateway.adapter.as_user(token)).fetch_user("me")


# -- the page --------------------------------------------------------------------------------------


def test_the_url_is_the_one_that_the_official_client_builds() -> None:
    adapter = Paysera(client_id="cid", mac_key=Secret("key"))

    made = adapter.authorization_url(
        redirect_uri="https://app.example/cb",
        state="0123456789abcdef",
        scopes=["email", "identity_offline"],
        language="lt",
    )

    # docs: guides/wallet/user-information/oauth, for the host
    assert made == (
        "https://www.paysera.com/frontend/lt/oauth?response_type=code&client_id=cid"
        "&scope=email+identity_offline&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
        "&state=0123456789abcdef"
    )


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({"environment": Environment.SANDBOX}, "https://sandbox.paysera.com/frontend/oauth"),
        (
            {"authorize_url": "https://bank.paysera.com/frontend"},
            "https://bank.paysera.com/frontend/oauth",
        ),
        ({"base_url": "http://127.0.0.1:8080/"}, "http://127.0.0.1:8080/frontend/oauth"),
    ],
)
def test_the_page_is_where_the_settings_say(settings: Any, base: str) -> None:
    adapter = Paysera(client_id="cid", mac_key=Secret("key"), **settings)

    made = adapter.authorization_url(redirect_uri=BACK, state=STATE)

    assert made.partition("?")[0] == base
    assert "scope" not in parse_qs(urlsplit(made).query)


@pytest.mark.parametrize(
    ("changes", "path"), [({"state": ""}, "state"), ({"scopes": "email"}, "scopes")]
)
def test_a_question_without_state_or_list_of_scopes_is_refused(changes: Any, path: str) -> None:
    given: dict[str, Any] = {"redirect_uri": BACK, "state": STATE}

    with pytest.raises(InvalidInput) as caught:
        PAPER.authorization_url(**(given | changes))

    assert caught.value.paths == (path,)


@pytest.mark.parametrize(
    "returned",
    [
        f"{BACK}?code=abc&state=another",
        f"{BACK}?code=abc",
        f"{BACK}?code=abc&state=",
        f"{BACK}?code=abc&state={STATE}&state={STATE}",
        f"{BACK}?error=access_denied&state=another",
    ],
)
def test_a_return_with_another_state_is_refused(returned: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        PAPER.read_return(returned, STATE)

    assert caught.value.paths == ("state",)
    assert "abc" not in str(caught.value)


def test_a_return_without_a_code_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        PAPER.read_return(f"{BACK}?state={STATE}", STATE)

    assert caught.value.paths == ("code",)


@pytest.mark.parametrize("language", [None, "lt"])
def test_consent_gives_a_token_and_the_token_the_users_own_data(
    gateway: Gateway[Paysera], user_id: int, language: str | None
) -> None:
    token = granted(gateway, language=language)

    record = me(gateway, token)

    assert record.id == str(user_id)
    assert (record.user.email, record.user.phone) == (EMAIL, "+37066612345")
    assert record.user.identity is None


def test_a_refusal_of_the_user_is_forbidden(gateway: Gateway[Paysera], user_id: int) -> None:
    returned = pressed(asked(gateway), "refuse")

    with pytest.raises(Forbidden) as caught:
        gateway.adapter.read_return(returned, STATE)

    assert (caught.value.status, caught.value.code) == (302, "access_denied")


def test_an_extended_scope_cannot_be_asked_for_at_first(gateway: Gateway[Paysera]) -> None:
    url = asked(gateway, scopes=["convert_currency"])

    returned = requests.get(url, timeout=5, allow_redirects=False).headers["Location"]

    with pytest.raises(Forbidden) as caught:
        gateway.adapter.read_return(returned, STATE)
    assert caught.value.code == "invalid_scope"


def test_a_session_asks_with_an_address_that_the_client_vouches_for(
    api: Api, gateway: Gateway[Paysera], user_id: int
) -> None:
    adapter = gateway.adapter

    key = gateway.run(
        adapter.open_session(redirect_uri=BACK, state=STATE, email=EMAIL, scopes=["email"])
    )

    url = adapter.authorization_url(redirect_uri=BACK, state=STATE, session=key)
    assert url == f"{api.base_url}/frontend/oauth/{key}"
    assert EMAIL in requests.get(url, timeout=5).text
    code = adapter.read_return(pressed(url), STATE)
    token = gateway.run(adapter.exchange_code(code, redirect_uri=BACK))
    assert me(gateway, token).user.email == EMAIL


def test_a_session_takes_a_permission(start: Start) -> None:
    api = start(permissions={"search_by_person_code"})
    with at(api) as gateway, pytest.raises(Forbidden):
        gateway.run(gateway.adapter.open_session(redirect_uri=BACK, state=STATE, email=EMAIL))


# -- tokens ----------------------------------------------------------------------------------------


def test_a_code_is_good_once(gateway: Gateway[Paysera], user_id: int) -> None:
    code = gateway.adapter.read_return(pressed(asked(gateway)), STATE)
    gateway.run(gateway.adapter.exchange_code(code, redirect_uri=BACK))

    with pytest.raises(Unauthorized) as caught:
        gateway.run(gateway.adapter.exchange_code(code, redirect_uri=BACK))

    assert caught.value.code == "invalid_grant"


def test_a_code_goes_with_the_redirect_uri_of_the_question(
    gateway: Gateway[Paysera], user_id: int
) -> None:
    code = gateway.adapter.read_return(pressed(asked(gateway)), STATE)

    with pytest.raises(Unauthorized):
        gateway.run(gateway.adapter.exchange_code(code, redirect_uri=f"{BACK}/another"))


def test_a_password_gives_a_token(gateway: Gateway[Paysera], user_id: int) -> None:
    flow = gateway.adapter.log_in(EMAIL, Secret(PASSWORD), scopes=["email"])

    token = gateway.run(flow)

    assert me(gateway, token).user.email == EMAIL


def test_a_wrong_password_is_no_and_too_many_are_a_captcha(
    gateway: Gateway[Paysera], user_id: int
) -> None:
    def wrong() -> object:
        return gateway.run(gateway.adapter.log_in(EMAIL, Secret("wrong")))

    for _ in range(5):
        with pytest.raises(Unauthorized):
            wrong()

    with pytest.raises(RateLimited):
        wrong()


def test_a_password_takes_a_permission(start: Start) -> None:
    api = start(permissions={"search_by_person_code"})
    with at(api) as gateway, pytest.raises(Forbidden):
        gateway.run(gateway.adapter.log_in(EMAIL, Secret(PASSWORD)))


def test_a_token_ends_and_its_refresh_gives_the_next(start: Start) -> None:
    api = start(token_lifetime=600.0)
    the_documented_user(api)
    with at(api) as gateway:
        token = granted(gateway)
        assert token.expires_at is not None
        api.sim.advance(601)

        with pytest.raises(Unauthorized) as caught:
            me(gateway, token)
        fresh = gateway.run(gateway.adapter.refresh_token(token))

        assert caught.value.code == "invalid_grant"
        assert me(gateway, fresh).user.email == EMAIL


@pytest.mark.parametrize("status", [400, 401])
def test_an_ended_token_is_unauthorized_whatever_the_status(start: Start, status: int) -> None:
    api = start(token_lifetime=600.0, expired_token_status=status)
    the_documented_user(api)
    with at(api) as gateway:
        token = granted(gateway)
        api.sim.advance(601)

        with pytest.raises(Unauthorized) as caught:
            me(gateway, token)

        assert (caught.value.status, caught.value.code) == (status, "invalid_grant")


def test_a_refresh_token_is_good_once(gateway: Gateway[Paysera], user_id: int) -> None:
    token = granted(gateway)
    gateway.run(gateway.adapter.refresh_token(token))

    with pytest.raises(Unauthorized) as caught:
        gateway.run(gateway.adapter.refresh_token(token))

    assert caught.value.raw["error_description"] == "Refresh token status invalid"


def test_a_refresh_in_two_phases_leaves_the_old_token_until_the_new_one_is_active(
    gateway: Gateway[Paysera], user_id: int
) -> None:
    token = granted(gateway)
    adapter = gateway.adapter

    lost = gateway.run(adapter.refresh_token(token, activation=True))
    waiting = gateway.run(adapter.refresh_token(token, activation=True))

    assert not waiting.active
    assert lost.access_token != waiting.access_token
    with pytest.raises(Unauthorized):
        me(gateway, waiting)
    assert me(gateway, token).user.email == EMAIL
    active = gateway.run(adapter.activate_token(waiting))
    assert active.active
    assert me(gateway, active).user.email == EMAIL
    with pytest.raises(Unauthorized):
        gateway.run(adapter.refresh_token(token))


def test_a_refresh_can_leave_scopes_out_and_adds_none(
    gateway: Gateway[Paysera], user_id: int
) -> None:
    token = granted(gateway)

    less = gateway.run(gateway.adapter.refresh_token(token, scopes=["email"]))

    record = me(gateway, less)
    assert (record.user.email, record.user.phone) == (EMAIL, None)
    with pytest.raises(Rejected) as caught:
        gateway.run(gateway.adapter.refresh_token(less, scopes=["email", "identity"]))
    assert caught.value.code == "invalid_scope"


def test_an_extended_scope_comes_with_the_code_that_the_user_was_sent(
    api: Api, gateway: Gateway[Paysera], user_id: int
) -> None:
    token = granted(gateway)
    body = {"phone": "37066612346", "parameters": {"scopes": ["convert_currency"]}}
    assert api.send("POST", f"/user/{user_id}/phone", body).status == 200
    code = api.sim.code_for(user_id, "phone")
    adapter, wrong = gateway.adapter, "A" * len(code)

    with pytest.raises(Rejected) as caught:
        gateway.run(adapter.refresh_token(token, scopes=["convert_currency"], code=wrong))
    wider = gateway.run(adapter.refresh_token(token, scopes=["convert_currency"], code=code))

    assert caught.value.code == "invalid_code"
    assert me(gateway, wider).user.email == EMAIL


def test_a_revoked_token_is_dead_and_so_is_its_refresh_token(
    gateway: Gateway[Paysera], user_id: int
) -> None:
    token = granted(gateway)

    gateway.run(gateway.adapter.revoke_token(token))

    with pytest.raises(Unauthorized):
        me(gateway, token)
    with pytest.raises(Unauthorized):
        gateway.run(gateway.adapter.refresh_token(token))


def test_a_token_survives_storage(gateway: Gateway[Paysera], user_id: int) -> None:
    token = granted(gateway)

    stored = UserToken.from_json(token.to_json(secrets=True))

    assert stored == token
    assert me(gateway, stored).user.email == EMAIL


def test_a_token_is_stored_only_by_who_asks_for_secrets() -> None:
    with pytest.raises(ValueError, match="credentials"):
        TOKEN.to_json()


def test_a_token_without_a_refresh_token_cannot_be_refreshed() -> None:
    flow = PAPER.refresh_token(evolve(TOKEN, refresh_token=None))

    with pytest.raises(InvalidInput) as caught:
        next(flow)

    assert caught.value.paths == ("refresh_token",)


# -- who asks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flow",
    [
        lambda adapter: adapter.exchange_code("code", redirect_uri=BACK),
        lambda adapter: adapter.log_in(EMAIL, Secret(PASSWORD)),
        lambda adapter: adapter.refresh_token(TOKEN),
        lambda adapter: adapter.activate_token(TOKEN),
        lambda adapter: adapter.revoke_token(TOKEN),
        lambda adapter: adapter.open_session(redirect_uri=BACK, state=STATE, email=EMAIL),
    ],
)
def test_an_adapter_in_a_users_name_asks_for_no_tokens(flow: Callable[[Paysera], Any]) -> None:
    with pytest.raises(Unsupported):
        next(flow(PAPER.as_user(TOKEN)))


def test_views_of_two_users_share_connections_and_no_data(
    api: Api, gateway: Gateway[Paysera]
) -> None:
    john = the_documented_user(api)
    jane = api.register({"email": "jane@example.com"})
    api.confirm(jane, "email")
    tokens = [api.sim.issue_token(one, ["email"]) for one in (john, jane)]
    adapter = gateway.adapter

    views = [gateway.view(adapter.as_user(t.access_token, t.mac_key)) for t in tokens]

    found = [view.fetch_user("me").id for view in (*views, *reversed(views))]
    assert found == [str(john), str(jane), str(jane), str(john)]
    for view in views:
        view.close()
    gateway.close()
    assert views[0].fetch_user("me").id == str(john)


def test_a_view_knows_the_scopes_of_its_token_and_not_those_of_the_client(api: Api) -> None:
    api.register({"email": "jane@example.com"})
    granted = api.sim.issue_token(221, ["phone"])
    with at(api, scopes=("email",)) as gateway:
        ask = gateway.adapter

        def seen(**scopes: Any) -> Mapping[str, Absence]:
            user = ask.as_user(granted.access_token, granted.mac_key, **scopes)
            return gateway.view(user).fetch_user("me").absent

        untold, told = seen(), seen(scopes=["phone_offline_optional"])

    assert {untold["email"], untold["phone"]} == {Absence.NOT_RETURNED}
    assert (told["email"], told["phone"]) == (Absence.HIDDEN, Absence.NOT_RETURNED)


def test_an_event_loop_has_views_as_well(api: Api, user_id: int) -> None:
    adapter = evolve(PAPER, base_url=api.base_url)
    clock = lambda: datetime.fromtimestamp(NOW, UTC)  # noqa: E731

    async def life() -> tuple[str, str]:
        async with AsyncGateway(adapter, clock=clock) as gateway:
            flow = adapter.log_in(EMAIL, Secret(PASSWORD), scopes=["email"])
            token = await gateway.run(flow)
            view = gateway.view(adapter.as_user(token))
            before = await view.fetch_user("me")
            await view.close()
            await gateway.close()
            after = await view.fetch_user("me")
            return before.id, after.id

    assert asyncio.run(life()) == (str(user_id), str(user_id))


# -- answers ---------------------------------------------------------------------------------------

ANSWER: Mapping[str, Any] = {
    "access_token": "SlAV32hkKG",
    "token_type": "mac",
    "expires_in": 3600,
    "refresh_token": "8xLOxBtZp8",
    "mac_key": "xq7Key",
    "mac_algorithm": "hmac-sha-256",
}
SEEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def answered(answer: object, flow: Any, status: int = 200) -> Any:
    body = Request.json("GET", "http://x.invalid", answer, operation="").body

    def provider(_: Request) -> Response:
        return Response(status=status, body=body, received_at=SEEN)

    return PaperGateway(PAPER, provider).run(flow)


def test_the_documented_answer_is_read() -> None:
    token = answered(ANSWER, PAPER.exchange_code("code", redirect_uri=BACK))

    assert token == UserToken(
        gateway="lt",
        environment="production",
        access_token=Secret("SlAV32hkKG"),
        mac_key=Secret("xq7Key"),
        refresh_token=Secret("8xLOxBtZp8"),
        expires_at=SEEN + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("changes", "wire_path"),
    [
        ({"mac_algorithm": "hmac-sha-1"}, "mac_algorithm"),
        ({"token_type": "bearer"}, "token_type"),
        ({"mac_key": None}, "mac_key"),
        ({"access_token": 7}, "access_token"),
        ({"access_token": ""}, "access_token"),
    ],
)
def test_an_answer_that_is_no_mac_token_is_refused_without_showing_it(
    changes: Any, wire_path: str
) -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        answered({**ANSWER, **changes}, PAPER.exchange_code("code", redirect_uri=BACK))

    assert [problem.wire_path for problem in caught.value.problems] == [wire_path]
    assert caught.value.raw == b""
    assert "xq7" not in str(caught.value)


@pytest.mark.parametrize("lives", [None, "soon", -1, 1e300])
def test_a_lifetime_that_is_no_number_of_seconds_is_not_known(lives: object) -> None:
    token = answered({**ANSWER, "expires_in": lives}, PAPER.refresh_token(TOKEN))

    assert token.expires_at is None


def test_a_refresh_that_gives_no_refresh_token_leaves_the_old_one() -> None:
    answer = {name: value for name, value in ANSWER.items() if name != "refresh_token"}

    token = answered(answer, PAPER.refresh_token(TOKEN))

    assert token.refresh_token == TOKEN.refresh_token


def test_an_activation_without_a_body_is_a_yes() -> None:
    waiting = evolve(TOKEN, active=False)

    def provider(_: Request) -> Response:
        return Response(status=204)

    token = PaperGateway(PAPER, provider).run(PAPER.activate_token(waiting))

    assert token == TOKEN


@pytest.mark.parametrize(
    "text", ["Refresh token expired", "No such refresh token", "Token has expired"]
)
@pytest.mark.parametrize("status", [400, 401])
def test_a_dead_grant_is_unauthorized(text: str, status: int) -> None:
    answer = {"error": "invalid_grant", "error_description": text}

    with pytest.raises(Unauthorized) as caught:
        answered(answer, PAPER.refresh_token(TOKEN), status)

    assert caught.value.code == "invalid_grant"
    assert caught.value.outcome is Outcome.NOT_DONE


# -- secrets ---------------------------------------------------------------------------------------


def test_no_repr_shows_anything_of_a_token() -> None:
    texts = f"{TOKEN!r} {TOKEN} {[TOKEN]} {PAPER.as_user(TOKEN)!r}"

    assert "xq7" not in texts
    assert "refresh" not in repr(TOKEN)


def test_no_error_and_no_request_shows_a_secret(api: Api, gateway: Gateway[Paysera]) -> None:
    shown = ""
    for flow in (
        gateway.adapter.log_in("xq7User", Secret("xq7Password")),
        gateway.adapter.refresh_token(TOKEN),
        gateway.adapter.exchange_code("xq7Code", redirect_uri=BACK),
        gateway.adapter.revoke_token(TOKEN),
        gateway.adapter.activate_token(TOKEN),
    ):
        with pytest.raises(ProviderError) as caught:
            gateway.run(flow)
        shown += f"{caught.value!r} {caught.value} {caught.value.details!r}"
    shown += repr(next(PAPER.refresh_token(TOKEN))) + repr(next(PAPER.revoke_token(TOKEN)))

    assert "xq7" not in shown
