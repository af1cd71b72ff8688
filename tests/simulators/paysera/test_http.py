"""The Paysera simulator speaks HTTP and JSON as the documents and the framework do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from onboarding_simulators.paysera.answers import answer, encode

from .api import EMAIL_ONLY, Api


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff",
        b'{"email":NaN}',
        b'{"email":"\\ud800@example.com"}',
        b"[" * 100_000,
        b'"text"',
        b"1",
        b"null",
        b'["email"]',
    ],
    ids=lambda body: body[:30],
)
def test_a_malformed_body_is_an_invalid_request(api: Api, body: bytes) -> None:
    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_not_acceptable(api: Api, content_type: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, headers={"Content-Type": content_type})

    assert answer.error == (406, "not_acceptable")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", "Application/JSON"]
)
def test_a_json_body_may_name_its_charset(api: Api, content_type: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, headers={"Content-Type": content_type})

    assert answer.status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_a_caller_that_takes_no_json_is_told_so_in_plain_text(api: Api, accept: str) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Accept": accept})

    assert (answer.status, answer.headers["content-type"]) == (406, "text/plain")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/*",
        "text/html, */*;q=0.1",
        "",
        "application/json;v=1",
    ],
)
def test_a_caller_that_takes_json_gets_it(api: Api, accept: str) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Accept": accept})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/users"),
        ("GET", "/user/"),
        ("GET", "/user/221/"),
        ("GET", "/user/0"),
        ("GET", "/user/0221"),
        ("GET", "/user/-1"),
        ("GET", "/user/abc"),
        ("GET", "/user/221/shoes"),
        ("GET", "//rest/v1//user/221"),
        ("GET", "/user/" + "9" * 5000),
    ],
)
def test_an_unknown_route_is_not_found(api: Api, method: str, path: str) -> None:
    answer = api.send(method, path)

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/user/221"), ("PATCH", "/user/221"), ("POST", "/server"), ("PUT", "/user")],
)
@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_method_is_not_found(
    start: Callable[..., Api], method: str, path: str, status: int
) -> None:
    api = start(wrong_method_status=status)

    answer = api.send(method, path)

    assert answer.error == (status, "not_found")


@pytest.mark.parametrize("path", ["/server", "/nowhere", "/user/221"])
def test_every_answer_is_plain_json_with_a_correlation_id_of_its_own(api: Api, path: str) -> None:
    answers = [api.raw("GET", f"/rest/v1{path}", b"", {}) for _ in range(2)]

    assert [answer.headers["content-type"] for answer in answers] == ["application/json"] * 2
    assert len({answer.headers["paysera-correlation-id"] for answer in answers}) == 2


def test_json_is_spelled_as_php_spells_it() -> None:
    text = encode({"url": "http://a/b", "name": "\u0160", "none": []})

    assert text == '{"url":"http:\\/\\/a\\/b","name":"\\u0160","none":[]}'


def test_nothing_to_say_is_answered_with_204() -> None:
    response = answer(None)

    assert (response.status_code, response.get_data()) == (204, b"")
    assert "Content-Type" not in response.headers


def test_a_failure_of_the_simulator_is_an_internal_server_error(
    start: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> float:
        raise RuntimeError("email@example.com")

    api = start(clock=broken)

    answer = api.raw("GET", "/rest/v1/server", b"", {})

    assert answer.error == (500, "internal_server_error")
    assert "RuntimeError" in caplog.text
    assert "email@example.com" not in caplog.text
