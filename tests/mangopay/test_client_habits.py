"""What the official PHP, Java and Ruby clients send works by default, byte for byte.

Each test writes the bytes of one habit to a socket. `strict` keeps to the documents instead.
"""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from .stage import LEGAL, NATURAL, OWNER, PAYER, Json, Stage, representative, without

BASIC = b64encode(b"acme:key").decode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40 * 1024)


def raw(stage: Stage, head: list[str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Sends these bytes as they are; gives the status, the headers and the body of the answer."""
    place = urlsplit(stage.base_url)
    lines = [*head, f"Host: {place.netloc}", f"Content-Length: {len(body)}", "Connection: close"]
    sent = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    with socket.create_connection((place.hostname, place.port or 80), timeout=5) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    first, _, rest = answer.partition(b"\r\n")
    headers, _, content = rest.partition(b"\r\n\r\n")
    named = dict(line.split(": ", 1) for line in headers.decode().split("\r\n"))
    return int(first.split()[1]), {name.lower(): value for name, value in named.items()}, content


def login(stage: Stage, path: str, content_type: str, body: bytes) -> tuple[int, Json]:
    head = [f"POST {path} HTTP/1.1", f"Authorization: Basic {BASIC}"]
    status, _, content = raw(stage, [*head, f"Content-Type: {content_type}"], body)
    return status, json.loads(content)


def bearer(stage: Stage) -> str:
    return f"Authorization: {stage.http.headers['Authorization']!s}"


MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n'
    b"--x--\r\n"
)


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/v2.01/oauth/token", "application/x-www-form-urlencoded; boundary=x", MULTIPART),
        (
            "/V2_01/oauth/token",
            "application/x-www-form-urlencoded",
            b"grant_type=client_credentials",
        ),
        ("/v2.01/oauth/token/", "application/json", b'{"grant_type": "client_credentials"}'),
        ("/v2.01/oauth/token", "text/plain", b""),
    ],
    ids=["php", "java", "json", "no body"],
)
def test_a_login_is_judged_by_its_basic_header_alone(
    path: str, content_type: str, body: bytes, stage: Stage
) -> None:
    status, answer = login(stage, path, content_type, body)

    assert status == 200
    assert answer["token_type"] == "bearer"


def test_a_strict_login_wants_the_documented_form(stage: Stage) -> None:
    stage.sim.strict = True

    status, answer = login(stage, "/v2.01/oauth/token", "application/x-www-form-urlencoded", b"")

    assert (status, answer["error"]) == (400, "unsupported_grant_type")


def test_a_login_with_a_wrong_key_is_refused_whatever_its_body(stage: Stage) -> None:
    wrong = b64encode(b"acme:other").decode()
    head = ["POST /v2.01/oauth/token HTTP/1.1", f"Authorization: Basic {wrong}"]

    status, _, content = raw(stage, head, MULTIPART)

    assert status == 401
    assert json.loads(content)["error"] == "invalid_client"


def test_every_path_has_the_version_in_javas_spelling_too(stage: Stage) -> None:
    made = stage.made(NATURAL, PAYER)

    status, _, content = raw(
        stage, [f"GET /V2_01/acme/sca/users/{made['Id']} HTTP/1.1", bearer(stage)]
    )

    assert status == 200
    assert json.loads(content)["Id"] == made["Id"]


@pytest.mark.parametrize("body", [b'""', b"", b"{}", b"null", b"[]"])
def test_a_call_without_a_documented_body_judges_none(body: bytes, stage: Stage) -> None:
    user_id = stage.owner(LEGAL)
    path = f"/v2.01/acme/users/{user_id}/kyc/ubodeclarations"
    head = [f"POST {path} HTTP/1.1", bearer(stage), "Content-Type: application/json"]

    status, _, content = raw(stage, head, body)

    assert status == 200
    assert json.loads(content)["Status"] == "CREATED"


@pytest.mark.parametrize("width", [60, 76])
def test_base64_may_have_line_breaks(width: int, stage: Stage) -> None:
    user_id = stage.owner()
    document = stage.made(f"users/{user_id}/kyc/documents", {"Type": "IDENTITY_PROOF"})
    text = b64encode(PNG).decode()
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width)) + "\n"

    answer = stage.call(
        "POST", f"users/{user_id}/kyc/documents/{document['Id']}/pages", {"File": lines}
    )

    assert answer.status_code == 204


def test_an_empty_text_counts_as_absent_where_the_field_is_optional(stage: Stage) -> None:
    made = stage.call("POST", LEGAL, representative(PhoneNumber="", PhoneNumberCountry=""))

    assert made.status_code == 200


def test_an_empty_text_is_still_missing_where_the_field_is_required(stage: Stage) -> None:
    refused = stage.call("POST", NATURAL, OWNER | {"Nationality": "", "Email": ""})

    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"Nationality", "Email"}


LEGACY = without(PAYER, "TermsAndConditionsAccepted", "UserCategory")


def test_a_legacy_user_without_a_word_about_the_terms_is_created(stage: Stage) -> None:
    made = stage.made("users/natural", LEGACY)

    assert made["UserCategory"] == "PAYER"
    assert made["TermsAndConditionsAccepted"] is False


@pytest.mark.parametrize(("path", "strict"), [("users/natural", True), (NATURAL, False)])
def test_the_terms_are_required_by_the_documents(path: str, strict: bool, stage: Stage) -> None:
    stage.sim.strict = strict

    refused = stage.call("POST", path, without(PAYER, "TermsAndConditionsAccepted"))

    assert refused.status_code == 400
    assert "TermsAndConditionsAccepted" in refused.json()["errors"]


def test_an_sca_demand_is_sent_without_a_content_length(stage: Stage) -> None:
    user_id = stage.owner()
    stage.clock.advance(181 * 24 * 60 * 60)
    stage.http.headers["Authorization"] = f"bearer {stage.token()['access_token']}"
    path = f"/v2.01/acme/users/{user_id}/wallets?ScaContext=USER_PRESENT"

    status, headers, content = raw(stage, [f"GET {path} HTTP/1.1", bearer(stage)])

    assert status == 401
    assert headers["www-authenticate"].startswith("PendingUserAction RedirectUrl=")
    assert "content-length" not in headers
    assert content in (b"", b"0\r\n\r\n")  # chunked and empty


ACCOUNT: Json = {
    "OwnerName": "Alex Smith",
    "OwnerAddress": PAYER["Address"],
    "IBAN": "FR7630004000031234567890143",
    "BIC": "BNPAFRPP",
}


def test_a_bank_account_is_deactivated_without_the_word_active(stage: Stage) -> None:
    user_id = stage.owner()
    made = stage.made(f"users/{user_id}/bankaccounts/iban", ACCOUNT)

    changed = stage.call("PUT", f"users/{user_id}/bankaccounts/{made['Id']}", {"Tag": "closed"})

    assert changed.status_code == 200
    assert changed.json()["Active"] is False


def test_hooks_are_listed_oldest_first(stage: Stage) -> None:
    made: list[Any] = []
    for name in ("KYC_CREATED", "KYC_SUCCEEDED", "KYC_FAILED"):
        made.append(stage.made("hooks", {"EventType": name, "Url": "https://a.example/hook"}))
        stage.clock.advance(60)

    listed = stage.call("GET", "hooks").json()

    assert [hook["Id"] for hook in listed] == [hook["Id"] for hook in made]


def test_an_invalid_italian_company_number_comes_with_its_rules(stage: Stage) -> None:
    body = {"CompanyNumber": {"CompanyNumber": "123", "CountryCode": "IT"}}

    answer = stage.call("POST", "users/data-formats/validation", body).json()["CompanyNumber"]

    assert answer["IsValid"] is False
    assert answer["ValidationRules"]


def test_a_wallet_is_renamed(stage: Stage) -> None:
    user_id = stage.owner()
    made = stage.made("wallets", {"Owners": [user_id], "Description": "old", "Currency": "EUR"})

    changed = stage.changed("wallets", made["Id"], {"Description": "new", "Tag": "t"})

    assert (changed["Description"], changed["Tag"]) == ("new", "t")
    assert changed == stage.call("GET", f"wallets/{made['Id']}").json()


def test_a_document_without_pages_cannot_be_submitted(stage: Stage) -> None:
    user_id = stage.owner()
    path = f"users/{user_id}/kyc/documents"
    document = stage.made(path, {"Type": "IDENTITY_PROOF"})

    refused = stage.call("PUT", f"{path}/{document['Id']}", {"Status": "VALIDATION_ASKED"})

    assert refused.status_code == 400
    assert refused.json()["Type"] == "cant_validate_empty_document"
