"""The hosted page behind a `RedirectUrl`: who may pass it, when, and what comes of it."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from .scene import COMPANY, OWNER, Scene

BACK = "https://shop.example/done?order=7&x=%26#end"


@pytest.fixture
def user(scene: Scene) -> tuple[str, str]:
    """A new owner: its id, and the path of its page with a way back."""
    made = scene.user(OWNER)
    return made["Id"], path(scene, made["PendingUserAction"]["RedirectUrl"])


def path(scene: Scene, redirect: str, back: str | None = BACK, **more: str) -> str:
    """Gives the path of a page as a platform completes it (docs: guides/sca/session)."""
    query = "".join(f"&{name}={value}" for name, value in more.items())
    if back is not None:
        query += f"&returnUrl={quote(back, safe='')}"
    return redirect.removeprefix(scene.base_url) + query


def returned(answer: requests.Response) -> str:
    assert answer.status_code == 303, answer.text
    location = urlsplit(answer.headers["Location"])
    assert location.fragment == "end"
    assert parse_qs(location.query)["order"] == ["7"]
    assert parse_qs(location.query)["x"] == ["&"]
    (status,) = parse_qs(location.query)["controlStatus"]
    return status


@pytest.mark.parametrize(
    ("decision", "control", "status"),
    [("confirm", "VALIDATED", "ACTIVE"), ("refuse", "FAILED", "PENDING_USER_ACTION")],
)
def test_a_decision_changes_the_user_and_leads_back(
    scene: Scene, user: tuple[str, str], decision: str, control: str, status: str
) -> None:
    id, page = user

    answer = scene.press(page, {"decision": decision})

    assert returned(answer) == control
    assert scene.seen(id)["UserStatus"] == status


def test_the_page_says_who_asks_whom_for_what(scene: Scene, user: tuple[str, str]) -> None:
    _, page = user

    answer = scene.look(page)

    assert answer.status_code == 200
    assert "acme asks you to enrol" in answer.text
    assert "Alex Smith" in answer.text
    assert "alex.smith@example.com" in answer.text


def test_the_page_may_be_opened_again_until_it_was_decided(
    scene: Scene, user: tuple[str, str]
) -> None:
    _, page = user

    opened = [scene.look(page).status_code for _ in range(2)]
    scene.press(page, {"decision": "refuse"})
    after = scene.look(page)
    again = scene.press(page, {"decision": "confirm"})

    assert opened == [200, 200]
    assert (after.status_code, again.status_code) == (410, 410)
    assert "used already" in after.text


def test_a_page_is_over_after_ten_minutes(scene: Scene, user: tuple[str, str]) -> None:
    id, page = user

    scene.clock.advance(599)
    in_time = scene.look(page).status_code
    scene.clock.advance(2)
    late = [scene.look(page), scene.press(page, {"decision": "confirm"})]

    assert in_time == 200
    assert [answer.status_code for answer in late] == [410, 410]
    assert "This page has expired" in late[0].text
    assert scene.seen(id)["UserStatus"] == "PENDING_USER_ACTION"


def test_an_unknown_token_has_no_page(scene: Scene) -> None:
    assert scene.look("/?token=unknown").status_code == 404
    assert scene.press("/?token=unknown", {"decision": "confirm"}).status_code == 404


def test_a_form_without_a_decision_shows_the_page_again(
    scene: Scene, user: tuple[str, str]
) -> None:
    id, page = user

    answer = scene.press(page, {"decision": "perhaps"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert scene.seen(id)["UserStatus"] == "PENDING_USER_ACTION"


@pytest.mark.parametrize(
    ("asked", "lang"), [("fr", "fr"), ("se", "sv"), ("xx", "en"), ('"><script>', "en")]
)
def test_the_page_is_marked_with_the_language_asked_for(
    scene: Scene, asked: str, lang: str
) -> None:
    redirect = scene.user(OWNER)["PendingUserAction"]["RedirectUrl"]

    answer = scene.look(path(scene, redirect, lang=quote(asked)))

    assert f'<html lang="{lang}">' in answer.text
    assert "<script" not in answer.text


def test_without_a_way_back_the_page_says_so_and_stays(scene: Scene) -> None:
    made = scene.user(OWNER)
    page = path(scene, made["PendingUserAction"]["RedirectUrl"], back=None, ReturnUrl="x")

    shown = scene.look(page)
    done = scene.press(page, {"decision": "confirm"})

    assert "There is no returnUrl" in shown.text
    assert (done.status_code, "You confirmed" in done.text) == (200, True)
    assert scene.seen(made["Id"])["UserStatus"] == "ACTIVE"


NO_WAY_BACK = [
    "/here", "//x", "", "javascript://x/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
    "file://host/share", "chrome://settings", "view-source:https://shop.example/",
    "view-source://shop.example", "ftp://shop.example/", "about:blank", "shop://done",
    "blob:https://shop.example/1", "https://", "https://:80/", "https://shop.example:0/",
    "https://shop.example:99999/", "https://[", "https:shop.example", "https://shop.example\\x",
    "https://shop.example/a b", "https://shop.example/\u0161", "https://shop.example/\r\nX: 1",
    " https://shop.example/",
]  # fmt: skip


@pytest.mark.parametrize("back", NO_WAY_BACK)
def test_a_way_back_that_leads_nowhere_is_refused(scene: Scene, back: str) -> None:
    made = scene.user(OWNER)
    page = path(scene, made["PendingUserAction"]["RedirectUrl"], back)

    answers = [scene.look(page), scene.press(page, {"decision": "confirm"})]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert scene.seen(made["Id"])["UserStatus"] == "PENDING_USER_ACTION"


@pytest.mark.parametrize("back", NO_WAY_BACK)
def test_the_end_of_a_verification_leads_nowhere_but_to_a_site(scene: Scene, back: str) -> None:
    id = scene.user(OWNER)["Id"]
    scene.sim.activate(id)
    sent = {"ReturnUrl": back or "/"}
    made = scene.call("POST", f"users/{id}/identity-verifications", sent)
    page = made["HostedUrl"].removeprefix(scene.base_url)

    answer = scene.press(page, {"decision": "confirm"})

    assert "Location" not in answer.headers
    assert answer.status_code == 200


@pytest.mark.parametrize("back", ["http://localhost:8080/done", "HTTPS://shop.example?x=1#end"])
def test_a_site_is_led_back_to_whatever_its_port(scene: Scene, back: str) -> None:
    redirect = scene.user(OWNER)["PendingUserAction"]["RedirectUrl"]

    answer = scene.press(path(scene, redirect, back), {"decision": "confirm"})

    assert answer.headers["Location"].lower().startswith(back.partition("?")[0].lower())


def test_a_page_of_another_site_can_decide_nothing(scene: Scene, user: tuple[str, str]) -> None:
    id, page = user
    decision = {"decision": "confirm"}

    answers = [
        scene.press(page, decision, Origin="https://evil.example"),
        scene.press(page, decision, Sec_Fetch_Site="cross-site"),
        scene.press(page, decision, Host="evil.example"),
        scene.look(page, Host="evil.example"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert scene.seen(id)["UserStatus"] == "PENDING_USER_ACTION"


def test_the_platform_may_send_its_user_there_from_its_own_site(
    scene: Scene, user: tuple[str, str]
) -> None:
    _, page = user

    answer = scene.look(page, Sec_Fetch_Site="cross-site", Referer="https://shop.example/")

    assert answer.status_code == 200


def test_consent_is_given_scope_by_scope(scene: Scene) -> None:
    id = scene.user(OWNER)["Id"]
    scene.sim.activate(id)
    asked = scene.call("POST", f"sca/users/{id}/consent")["PendingUserAction"]["RedirectUrl"]
    page = path(scene, asked)

    shown = scene.look(page)
    scene.press(page, {"decision": "confirm", "Transfer": "on"})

    scopes = scene.call("GET", f"sca/users/{id}/sca-status")["ConsentScope"]
    assert shown.text.count('type="checkbox"') == 4
    assert [scope for scope, word in scopes.items() if word == "ACTIVE"] == ["Transfer"]


@pytest.mark.parametrize(("decision", "status"), [("confirm", "VALIDATED"), ("refuse", "REFUSED")])
def test_a_hosted_verification_is_passed_or_failed_once(
    scene: Scene, decision: str, status: str
) -> None:
    id = scene.user(COMPANY)["Id"]
    scene.sim.activate(id)
    sent = {"ReturnUrl": "https://shop.example/verified"}
    session = scene.call("POST", f"users/{id}/identity-verifications", sent)
    page = session["HostedUrl"].removeprefix(scene.base_url)

    shown = scene.look(page)
    answer = scene.press(page, {"decision": decision})
    again = scene.press(page, {"decision": "confirm"})

    assert shown.status_code == 200
    assert (answer.status_code, again.status_code) == (303, 410)
    assert answer.headers["Location"] == "https://shop.example/verified"
    seen = scene.call("GET", f"identity-verifications/{session['Id']}")
    assert seen["Status"] == status
    assert scene.look("/identity-verification?session=unknown").status_code == 404


def test_pages_can_be_elsewhere_if_a_setting_says_so(scene: Scene) -> None:
    scene.sim.sca_origin = "https://sca.sandbox.mangopay.com"

    try:
        redirect = scene.user(OWNER)["PendingUserAction"]["RedirectUrl"]
    finally:
        scene.sim.sca_origin = None

    assert redirect.startswith("https://sca.sandbox.mangopay.com/?token=")
