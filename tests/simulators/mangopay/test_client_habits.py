"""What the official PHP, Java and Ruby clients send works by default, byte for byte.

Each test writes the bytes of one habit to a socket. Where the documents say otherwise, a strict
simulator keeps to them; where they say nothing, it answers alike.
"""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.mangopay.stage import LEGAL, NATURAL, OWNER, PAYER, Json, Stage, representative, without

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


def sent(
    stage: Stage, method: str, path: str, body: bytes = b"", *, strict: bool = False
) -> tuple[int, Any]:
    """Sends these bytes to a path of the platform's; gives the status and the JSON answered."""
    stage.sim.strict = strict
    head = [f"{method} /v2.01/acme/{path} HTTP/1.1", bearer(stage)]
    if body:
        head.append("Content-Type: application/json")
    status, _, content = raw(stage, head, body)
    return status, json.loads(content) if content else None


STRICT = pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
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


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (f"{FORM}; boundary=x", MULTIPART),
        (FORM, b'{"grant_type": "client_credentials"}'),
        ("application/json", b'{"grant_type": "client_credentials"}'),
        (FORM, b""),
    ],
    ids=["php", "python", "json", "no body"],
)
def test_a_strict_login_wants_the_documented_form(
    content_type: str, body: bytes, stage: Stage
) -> None:
    stage.sim.strict = True

    status, answer = login(stage, "/v2.01/oauth/token", content_type, body)

    assert (status, answer["error"]) == (400, "unsupported_grant_type")


def test_a_strict_login_takes_the_documented_form(stage: Stage) -> None:
    stage.sim.strict = True

    status, answer = login(stage, "/v2.01/oauth/token", FORM, b"grant_type=client_credentials")

    assert (status, answer["token_type"]) == (200, "bearer")


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


def test_a_strict_simulator_knows_the_documented_version_alone(stage: Stage) -> None:
    stage.sim.strict = True
    head = ["POST /V2_01/oauth/token HTTP/1.1", f"Authorization: Basic {BASIC}"]

    status, _, content = raw(stage, head, b"grant_type=client_credentials")

    assert status == 404
    assert json.loads(content)["Message"].startswith("No HTTP resource was found")


@pytest.mark.parametrize("body", [b'""', b"", b"{}", b"null", b"[]"])
def test_a_call_without_a_documented_body_judges_none(body: bytes, stage: Stage) -> None:
    user_id = stage.owner(LEGAL)

    status, answer = sent(stage, "POST", f"users/{user_id}/kyc/ubodeclarations", body)

    assert (status, answer["Status"]) == (200, "CREATED")


@pytest.mark.parametrize(("body", "status"), [(b'""', 400), (b"null", 400), (b"", 200)])
def test_a_strict_simulator_judges_a_body_that_is_not_documented(
    body: bytes, status: int, stage: Stage
) -> None:
    path = f"users/{stage.owner(LEGAL)}/kyc/ubodeclarations"

    assert sent(stage, "POST", path, body, strict=True)[0] == status


@STRICT
@pytest.mark.parametrize("body", [b'""', b"{}", b'{"Id": "1"}'])
def test_an_enrolment_and_a_consultation_judge_no_body(
    body: bytes, strict: bool, stage: Stage
) -> None:
    user_id = stage.owner()
    document = stage.document(user_id)

    enrolled, link = sent(stage, "POST", f"sca/users/{user_id}/enrollment", body, strict=strict)
    consulted, pages = sent(stage, "POST", f"KYC/documents/{document}/consult", body, strict=strict)

    assert (enrolled, consulted) == (200, 200)
    assert link["PendingUserAction"]["RedirectUrl"]
    assert len(pages) == 1


@STRICT
@pytest.mark.parametrize("width", [60, 76])
def test_base64_may_have_line_breaks(width: int, strict: bool, stage: Stage) -> None:
    user_id = stage.owner()
    document = stage.made(f"users/{user_id}/kyc/documents", {"Type": "IDENTITY_PROOF"})
    text = b64encode(PNG).decode()
    lines = "\\n".join(text[at : at + width] for at in range(0, len(text), width)) + "\\n"
    path = f"users/{user_id}/kyc/documents/{document['Id']}/pages"

    status, answer = sent(stage, "POST", path, b'{"File": "%b"}' % lines.encode(), strict=strict)

    assert (status, answer) == (204, None)


@STRICT
def test_an_empty_text_counts_as_absent_where_the_field_is_optional(
    strict: bool, stage: Stage
) -> None:
    body = json.dumps(representative(PhoneNumber="", PhoneNumberCountry="")).encode()

    status, answer = sent(stage, "POST", LEGAL, body, strict=strict)

    assert status == 200
    assert answer["LegalRepresentative"]["PhoneNumber"] is None


@STRICT
def test_an_empty_text_is_still_missing_where_the_field_is_required(
    strict: bool, stage: Stage
) -> None:
    body = json.dumps(OWNER | {"Nationality": "", "Email": ""}).encode()

    status, answer = sent(stage, "POST", NATURAL, body, strict=strict)

    assert status == 400
    assert set(answer["errors"]) == {"Nationality", "Email"}


LEGACY = without(PAYER, "TermsAndConditionsAccepted", "UserCategory")


def test_a_legacy_user_without_a_word_about_the_terms_is_created(stage: Stage) -> None:
    status, made = sent(stage, "POST", "users/natural", json.dumps(LEGACY).encode())

    assert status == 200
    assert made["UserCategory"] == "PAYER"
    assert made["TermsAndConditionsAccepted"] is False


@pytest.mark.parametrize(("path", "strict"), [("users/natural", True), (NATURAL, False)])
def test_the_terms_are_required_by_the_documents(path: str, strict: bool, stage: Stage) -> None:
    body = json.dumps(without(PAYER, "TermsAndConditionsAccepted")).encode()

    status, refused = sent(stage, "POST", path, body, strict=strict)

    assert status == 400
    assert "TermsAndConditionsAccepted" in refused["errors"]


@STRICT
def test_an_sca_demand_is_sent_without_a_content_length(strict: bool, stage: Stage) -> None:
    user_id = stage.owner()
    stage.sim.strict = strict
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

    path = f"users/{user_id}/bankaccounts/{made['Id']}"
    status, changed = sent(stage, "PUT", path, b'{"Tag": "closed"}')

    assert (status, changed["Active"]) == (200, False)


def test_a_strict_simulator_wants_the_word_active(stage: Stage) -> None:
    user_id = stage.owner()
    made = stage.made(f"users/{user_id}/bankaccounts/iban", ACCOUNT)
    path = f"users/{user_id}/bankaccounts/{made['Id']}"

    status, refused = sent(stage, "PUT", path, b'{"Tag": "closed"}', strict=True)

    assert (status, set(refused["errors"])) == (400, {"Active"})


@STRICT
def test_hooks_are_listed_oldest_first(strict: bool, stage: Stage) -> None:
    made: list[Any] = []
    for name in ("KYC_CREATED", "KYC_SUCCEEDED", "KYC_FAILED"):
        made.append(stage.made("hooks", {"EventType": name, "Url": "https://a.example/hook"}))
        stage.clock.advance(60)

    _, listed = sent(stage, "GET", "hooks", strict=strict)

    assert [hook["Id"] for hook in listed] == [hook["Id"] for hook in made]


def _users(stage: Stage) -> str:
    for _ in range(2):
        stage.made(NATURAL, PAYER)
        stage.clock.advance(60)
    return "users"


def _of_user(path: str, body: Json) -> Callable[[Stage], str]:
    def make(stage: Stage) -> str:
        user_id = stage.owner()
        for _ in range(2):
            stage.made(f"users/{user_id}/{path}", body)
            stage.clock.advance(60)
        return f"users/{user_id}/{path.removesuffix('/iban')}"

    return make


def _wallets(stage: Stage) -> str:
    user_id = stage.owner()
    for _ in range(2):
        stage.made("wallets", {"Owners": [user_id], "Description": "d", "Currency": "EUR"})
        stage.clock.advance(60)
    return f"users/{user_id}/wallets"


LISTS: dict[str, Callable[[Stage], str]] = {
    "users": _users,
    "documents": _of_user("kyc/documents", {"Type": "IDENTITY_PROOF"}),
    "bank accounts": _of_user("bankaccounts/iban", ACCOUNT),
    "wallets": _wallets,
}


@STRICT
@pytest.mark.parametrize("rows", LISTS)
def test_every_list_is_oldest_first(rows: str, strict: bool, stage: Stage) -> None:
    path = LISTS[rows](stage)

    status, listed = sent(stage, "GET", path, strict=strict)

    dates = [row["CreationDate"] for row in listed]
    assert status == 200
    assert len(dates) >= 2
    assert dates == sorted(dates)


@STRICT
def test_an_invalid_italian_company_number_comes_with_its_rules(strict: bool, stage: Stage) -> None:
    body = b'{"CompanyNumber": {"CompanyNumber": "123", "CountryCode": "IT"}}'

    _, answer = sent(stage, "POST", "users/data-formats/validation", body, strict=strict)

    assert answer["CompanyNumber"]["IsValid"] is False
    assert answer["CompanyNumber"]["ValidationRules"]


@STRICT
def test_a_wallet_is_renamed(strict: bool, stage: Stage) -> None:
    user_id = stage.owner()
    made = stage.made("wallets", {"Owners": [user_id], "Description": "old", "Currency": "EUR"})

    body = b'{"Description": "new", "Tag": "t"}'
    _, changed = sent(stage, "PUT", f"wallets/{made['Id']}", body, strict=strict)

    assert (changed["Description"], changed["Tag"]) == ("new", "t")
    assert changed == stage.call("GET", f"wallets/{made['Id']}").json()


@STRICT
def test_a_document_without_pages_cannot_be_submitted(strict: bool, stage: Stage) -> None:
    user_id = stage.owner()
    path = f"users/{user_id}/kyc/documents"
    document = stage.made(path, {"Type": "IDENTITY_PROOF"})

    body = b'{"Status": "VALIDATION_ASKED"}'
    status, refused = sent(stage, "PUT", f"{path}/{document['Id']}", body, strict=strict)

    assert (status, refused["Type"]) == (400, "cant_validate_empty_document")
