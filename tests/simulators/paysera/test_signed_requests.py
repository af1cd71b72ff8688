"""The Paysera simulator takes signed requests as the documents and the official SDKs make them."""

from __future__ import annotations

import http.client
from collections.abc import Callable

import pytest
import requests
from werkzeug.test import Client, create_environ, run_wsgi_app

from .api import EMAIL_ONLY, NOW, Api, a_simulator, body_hash, signature, to_json
from .vectors import PHP_NONCE, VECTOR


def test_every_single_changed_byte_of_what_is_signed_is_refused(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)
    target = f"/rest/v1/user/{user_id}/phone"
    body = b'{"phone":"37066612345"}'
    host = f"{api.host[0]}:{api.host[1]}"
    whole = ["POST", target, host, api.sign("POST", target, body), body.decode()]
    accepted = []

    def send(parts: list[str]) -> int:
        method, target, host, authorization, text = parts
        headers = {"Host": host, "Authorization": authorization}
        headers["Content-Type"] = "application/json"
        return api.raw(method, target, text.encode("latin-1"), headers).status

    for part, value in enumerate(whole):
        for at, character in enumerate(value):
            changed = value[:at] + chr(ord(character) ^ 1) + value[at + 1 :]
            if send([*whole[:part], changed, *whole[part + 1 :]]) < 400:
                accepted.append((part, at))

    assert accepted == []
    with pytest.raises(LookupError):
        api.sim.code_for(user_id, "phone")
    assert send(whole) == 200  # the refused ones have not used up the nonce


def test_a_request_of_the_official_php_client_is_accepted_byte_for_byte(
    start: Callable[..., Api],
) -> None:
    vector = VECTOR["PHP"]
    api = start(clock=lambda: float(vector.ts))
    headers = {
        "Host": "127.0.0.1:38575",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Authorization": vector.header,
    }

    answer = api.raw("POST", vector.target, vector.body, headers)

    assert (answer.status, answer.json["id"]) == (200, 221)


def test_a_get_with_the_php_clients_form_content_type_is_not_refused(api: Api) -> None:
    user_id = api.register()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}

    answer = api.send("GET", f"/user/{user_id}", headers=headers)

    assert answer.status == 200


@pytest.mark.parametrize(
    "ext",
    [
        "",
        "&project_id=1",
        "project_id=42&location_id=7",
        "headers%5BAccept-Language%5D=lt",
        "unknown",
        "&&",
    ],
)
def test_an_ext_of_the_official_sdks_is_accepted_without_a_body(api: Api, ext: str) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", ext=ext)

    assert answer.status == 200


def test_an_empty_ext_and_an_absent_one_mean_the_same(api: Api) -> None:
    user_id = api.register()
    absent = api.sign("GET", f"/rest/v1/user/{user_id}")

    answer = api.send("GET", f"/user/{user_id}", authorization=absent + ', ext=""')

    assert "ext=" not in absent
    assert answer.status == 200


@pytest.mark.parametrize("safe", ["", "/", "/=", "/=?-._~"])
def test_any_encoding_of_the_body_hash_is_accepted(api: Api, safe: str) -> None:
    body = to_json(EMAIL_ONLY)

    answer = api.send("POST", "/user", body, ext=f"&body_hash={body_hash(body, safe=safe)}")

    assert answer.status == 200


@pytest.mark.parametrize("ext", ["", "project_id=42", f"body_hash={body_hash(b'{}')}"])
def test_a_body_without_its_hash_is_refused(api: Api, ext: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, ext=ext)

    assert answer.error == (401, "unauthorized")


def test_a_body_hash_for_no_body_is_refused(api: Api) -> None:
    answer = api.send("GET", "/user/221", ext=f"body_hash={body_hash(b'x')}")

    assert answer.error == (401, "unauthorized")


@pytest.mark.parametrize("nonce", [PHP_NONCE, "ends in a space ", "a,b=c%20'd'", " "])
def test_a_legal_nonce_may_hold_spaces_commas_and_equal_signs(api: Api, nonce: str) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", nonce=nonce)

    assert answer.status == 200


@pytest.mark.parametrize("nonce", ["", "back\\slash", "tab\t"])
def test_an_illegal_nonce_is_refused(api: Api, nonce: str) -> None:
    answer = api.send("GET", "/user/221", nonce=nonce)

    assert answer.error == (401, "unauthorized")


def test_a_nonce_is_accepted_once_for_each_key_id(api: Api) -> None:
    user_id = api.register()
    token = api.sim.issue_token(user_id)

    first = api.send("GET", f"/user/{user_id}", nonce="n")
    again = api.send("GET", f"/user/{user_id}", nonce="n", ts=str(NOW + 1))
    other_id = api.send("GET", f"/user/{user_id}", nonce="n", token=token)

    assert (first.status, other_id.status) == (200, 200)
    assert again.error == (401, "unauthorized")


def test_a_nonce_is_forgotten_only_when_its_timestamp_is_too_old(
    start: Callable[..., Api],
) -> None:
    now = [float(NOW)]
    api = start(clock=lambda: now[0])
    user_id = api.register()
    old = api.sign("GET", f"/rest/v1/user/{user_id}", nonce="n", ts=str(NOW + 300))
    assert api.send("GET", f"/user/{user_id}", authorization=old).status == 200

    now[0] = NOW + 600
    still_known = api.send("GET", f"/user/{user_id}", authorization=old)
    now[0] = NOW + 601
    too_old = api.send("GET", f"/user/{user_id}", authorization=old)
    fresh = api.send("GET", f"/user/{user_id}", nonce="n", ts=str(NOW + 601))

    assert still_known.error == (401, "unauthorized")
    assert too_old.error == (401, "invalid_timestamp")
    assert fresh.status == 200


@pytest.mark.parametrize(
    ("offset", "description"),
    [
        (-301, "Timestamp lifetime exceeded"),
        (-300, None),
        (300, None),
        (301, "Timestamp is in future"),
    ],
)
def test_a_timestamp_outside_the_window_is_refused(
    api: Api, offset: int, description: str | None
) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", ts=str(NOW + offset))

    assert answer.json.get("error_description") == description
    if description:
        assert answer.error == (401, "invalid_timestamp")


def test_the_window_of_the_clock_is_a_setting(start: Callable[..., Api]) -> None:
    api = start(clock_window=1)

    answer = api.send("GET", "/user/221", ts=str(NOW - 2))

    assert answer.error == (401, "invalid_timestamp")


def test_a_skewed_clock_is_told_only_to_who_holds_the_key(api: Api) -> None:
    answer = api.send("GET", "/user/221", ts="1", key="wrong")

    assert answer.error == (401, "unauthorized")


@pytest.mark.parametrize("ts", ["now", "1343811600.0", "-1", "+1343811600", "1" * 16])
def test_a_timestamp_that_is_no_unix_time_is_refused_though_signed(api: Api, ts: str) -> None:
    answer = api.send("GET", "/user/221", ts=ts)

    assert answer.error == (401, "unauthorized")


def test_an_unsigned_request_is_unauthorized(api: Api) -> None:
    answer = api.raw("GET", "/rest/v1/user/221", b"", {})

    assert answer.error == (401, "unauthorized")


def test_an_unknown_key_id_is_unauthorized(api: Api) -> None:
    answer = api.send("GET", "/user/221", key_id="nobody")

    assert answer.error == (401, "unauthorized")


def test_a_host_header_without_a_port_means_443(api: Api) -> None:
    user_id = api.register()
    headers = {"Host": "Wallet.Paysera.com"}

    default = api.send(
        "GET", f"/user/{user_id}", headers=headers, host="wallet.paysera.com", port=443
    )
    other = api.send("GET", f"/user/{user_id}", headers=headers, host="wallet.paysera.com", port=80)

    assert default.status == 200
    assert other.error == (401, "unauthorized")


@pytest.mark.parametrize("host", ["[::1]:8080", "[::1]"])
def test_an_ipv6_host_keeps_its_brackets(api: Api, host: str) -> None:
    user_id = api.register()
    port = 8080 if host.endswith("8080") else 443

    answer = api.send("GET", f"/user/{user_id}", headers={"Host": host}, host="[::1]", port=port)

    assert answer.status == 200


def test_a_host_header_with_a_strange_port_is_refused(api: Api) -> None:
    answer = api.send("GET", "/user/221", headers={"Host": "127.0.0.1:http"})

    assert answer.status in (400, 401)


def test_brackets_may_be_sent_raw_or_encoded(api: Api) -> None:
    user_id = api.register()

    found = [
        api.send("GET", f"/user?person_code{brackets}=31001010000")
        for brackets in ("[lt]", "%5Blt%5D", "%5blt%5d")
    ]

    assert [(answer.status, answer.json["id"]) for answer in found] == [(200, user_id)] * 3


def test_a_signed_request_may_be_sent_by_requests(api: Api) -> None:
    body = to_json(EMAIL_ONLY)
    headers = {
        "Authorization": api.sign("POST", "/rest/v1/user", body),
        "Content-Type": "application/json",
    }

    response = requests.post(f"{api.base_url}/rest/v1/user", data=body, headers=headers, timeout=5)

    assert response.json()["id"] == 221


def test_a_chunked_body_is_hashed_like_any_other(api: Api) -> None:
    body = to_json(EMAIL_ONLY)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    headers = {
        "Authorization": api.sign("POST", "/rest/v1/user", body),
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }

    answer = api.raw("POST", "/rest/v1/user", chunked, headers)

    assert answer.status == 200


def test_a_refused_body_does_not_spoil_the_next_request_of_the_connection(api: Api) -> None:
    connection = http.client.HTTPConnection(*api.host, timeout=5)
    statuses = []

    for method, path in (("POST", "/nowhere"), ("GET", "/server")):
        connection.request(method, f"/rest/v1{path}", b"x" * 5000 if method == "POST" else None)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

    assert statuses == [404, 200]


def test_without_a_raw_target_the_decoded_one_is_quoted_again() -> None:
    sim = a_simulator()
    target = "/rest/v1/user?email=a%40example.com"
    authorization = signature("GET", target, host="localhost", port=443)
    environ = create_environ(target, headers={"Authorization": authorization})
    del environ["REQUEST_URI"], environ["RAW_URI"]

    _, status, _ = run_wsgi_app(sim, environ)

    assert status.startswith("404")  # signed well, but there is no such user


def test_the_simulator_can_be_called_without_a_socket() -> None:
    client = Client(a_simulator())

    response = client.get("/rest/v1/server")

    assert response.json == {"time": NOW}
