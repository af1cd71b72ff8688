"""Where Paysera's documents are silent or disagree, every reading that they allow is read.

The points are those of the page's section "Uncertain points"; what is a setting has its default.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from onboarding import (
    Absence,
    DocumentKind,
    DocumentStatus,
    ProviderError,
    Secret,
    UnexpectedResponse,
    User,
)
from onboarding.engine import new_nonce
from onboarding.spi import Flow, Response

from onboarding_paysera import ContactList, Environment, IdentityPaper, Paysera, ServiceName

ASK = Paysera(client_id="client", mac_key=Secret("key"), name="lt")
SCAN = b"%PDF-1.7"


def answered(
    flow: Flow[Any], body: Any = b"", status: int = 200, content_type: str = "application/json"
) -> Any:
    """What a flow of one request makes of this answer."""
    next(flow)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status=status, headers={"Content-Type": content_type}, body=raw)
    with pytest.raises(StopIteration) as done:
        flow.send(response)
    return done.value.value


def sent(flow: Flow[Any]) -> Any:
    return json.loads(next(flow).body)


# -- settings, and what they are by default


def test_by_default_the_host_is_that_of_production_and_a_setting_says_otherwise() -> None:
    tried = Paysera(client_id="c", mac_key=Secret("k"), environment=Environment.SANDBOX)
    served = Paysera(client_id="c", mac_key=Secret("k"), base_url="http://127.0.0.1:8080")

    assert next(ASK.fetch_user("1")).url == "https://wallet.paysera.com/rest/v1/user/1"
    assert next(tried.fetch_user("1")).url == "https://wallet-sandbox.paysera.com/rest/v1/user/1"
    assert next(served.fetch_user("1")).url == "http://127.0.0.1:8080/rest/v1/user/1"


def test_by_default_no_address_is_sent_no_link_no_project_and_no_scope_is_assumed() -> None:
    settings = (ASK.sends_address, ASK.phone_link, ASK.email_link, ASK.project_id, ASK.location_id)

    assert settings == (False, None, None, None, None)
    assert ASK.scopes is None
    assert ASK.authorize_url is None


@pytest.mark.parametrize("name", ["pep", "politically_exposed_persons"])
def test_either_name_of_the_scope_of_exposures_tells_absent_from_hidden(name: str) -> None:
    held = Paysera(client_id="c", mac_key=Secret("k"), scopes=(name,))
    other = Paysera(client_id="c", mac_key=Secret("k"), scopes=("email",))

    shown = answered(held.fetch_user("1"), {"id": 1})
    hidden = answered(other.fetch_user("1"), {"id": 1})

    assert shown.absent["political_exposures"] is Absence.NOT_RETURNED
    assert hidden.absent["political_exposures"] is Absence.HIDDEN


# -- answers that have more than one shape


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", "text/html"]
)
def test_json_is_read_whatever_its_type_is_called(content_type: str) -> None:
    record = answered(ASK.fetch_user("1"), {"id": 1}, content_type=content_type)

    assert record.id == "1"


@pytest.mark.parametrize("number", [221, "221"])
def test_an_id_is_a_number_or_a_text(number: int | str) -> None:
    assert answered(ASK.fetch_user("221"), {"id": number}).id == "221"
    request = answered(ASK.fetch_identification("1"), {"id": number, "user_id": number})
    assert (request.id, request.user_id) == ("221", "221")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", {"service": "micro", "status": "enabled", "title": "Micro", "actions": []}],
    ids=["nothing", "an empty object", "the service"],
)
def test_a_service_is_enabled_whatever_is_answered(body: Any) -> None:
    found = answered(ASK.enable_service("1", ServiceName.MICRO), body)

    assert (found.name, found.enabled) == ("micro", True)


def test_a_service_of_another_status_is_neither_enabled_nor_disabled() -> None:
    entries = [{"service": "micro", "status": "suspended"}, {"service": "macro"}]

    found = answered(ASK.list_services("1"), {"user_id": 1, "services": entries})

    assert [(service.name, service.enabled) for service in found] == [
        ("micro", None),
        ("macro", None),
    ]


VOID: list[Callable[[], Flow[Any]]] = [
    lambda: ASK.append_contacts("7", ContactList(emails=["a@example.com"])),
    lambda: ASK.remove_contacts("7", ContactList(emails=["a@example.com"])),
    lambda: ASK.delete_contact_book("7"),
    lambda: ASK.delete_position("1"),
    lambda: ASK.delete_avatar("1"),
]


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, {"id": 7}), (200, [])])
@pytest.mark.parametrize("flow", VOID)
def test_a_yes_is_a_yes_with_a_body_and_without(
    flow: Callable[[], Flow[Any]], status: int, body: Any
) -> None:
    assert answered(flow(), body, status) is None


WALLET = {"id": 14471, "owner": 221, "account": {"number": "EVP0000000000001"}}


@pytest.mark.parametrize("body", [[WALLET], WALLET], ids=["a list", "a single object"])
def test_wallets_are_a_list_or_one_object(body: Any) -> None:
    (wallet,) = answered(ASK.list_wallets("221"), body).items

    assert (wallet.id, wallet.account_numbers) == ("14471", ("EVP0000000000001",))


PLACE = {"lat": 54.698686, "lng": 25.216615, "user_id": 221, "type": "brand_new"}


@pytest.mark.parametrize(
    "body",
    [[PLACE], {"positions": [PLACE]}, {"items": [PLACE]}],
    ids=["list", "positions", "items"],
)
def test_positions_are_a_list_under_any_name(body: Any) -> None:
    (found,) = answered(ASK.find_positions(54.7, 25.2, 10), body)

    assert (found.latitude, found.user_id, found.kind) == (54.698686, "221", None)
    assert found.raw["type"] == "brand_new"


def test_positions_in_another_shape_are_an_unexpected_response() -> None:
    flow = ASK.find_positions(54.7, 25.2, 10)
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=b'{"places": []}'))


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=utf-8", "Kvitas Ž".encode(), "Kvitas Ž"),
        ("application/json", b'"Kvitas \\u017d"', "Kvitas Ž"),
        ("image/png", b"\x89PNG", "\ufffdPNG"),
    ],
)
def test_a_receipt_is_kept_in_whatever_form_it_comes(
    content_type: str, body: bytes, text: str
) -> None:
    receipt = answered(ASK.registration_receipt("1"), body, content_type=content_type)

    assert (receipt.content, receipt.text) == (body, text)
    assert receipt.media_type == content_type.partition(";")[0]


@pytest.mark.parametrize("name", ["relation_status", "realation_status"])
def test_a_relation_is_read_by_either_spelling(name: str) -> None:
    found = answered(ASK.fetch_identification("1"), {"id": 1, name: "related"})

    assert found.relation == "related"


@pytest.mark.parametrize("body", [b"", {"id": 1, "status": "processing"}])
def test_a_submitted_request_is_answered_with_itself_or_with_nothing(body: Any) -> None:
    assert answered(ASK.submit_identification("1"), body).id == "1"


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("waiting", DocumentStatus.CREATED),
        ("pending", DocumentStatus.IN_REVIEW),
        ("brand_new", DocumentStatus.CREATED),
    ],
)
def test_a_paper_is_under_review_with_its_request(status: str, stands: DocumentStatus) -> None:
    body = {"id": 1, "status": status, "identity_documents": [{"id": 2, "type": "passport"}]}

    (paper,) = answered(ASK.fetch_identification("1"), body).documents

    assert paper.status is stands


def test_a_list_of_requests_may_come_without_its_metadata() -> None:
    found = answered(ASK.list_identifications("1"), {"identification_requests": [{"id": 1}]})

    assert ([request.id for request in found.items], found.next, found.total) == (["1"], None, None)


def test_an_empty_object_may_be_an_empty_list() -> None:
    record = answered(ASK.fetch_user("1"), {"id": 1, "options": [], "email": "a@example.com"})

    assert record.user == User(email="a@example.com")
    assert record.raw["options"] == []


# -- requests that two sources spell apart


def test_an_identity_document_is_told_of_as_the_guide_does_or_as_the_clients_do() -> None:
    short = IdentityPaper(kind=DocumentKind.PASSPORT, country="LT")
    whole = IdentityPaper(
        kind=DocumentKind.PASSPORT,
        country="LT",
        personal_number="31001010000",
        given_name="John",
        family_name="Smith",
        birthdate=date(1910, 1, 1),
    )

    assert sent(ASK.add_identity_document("1", short)) == {
        "type": "passport",
        "country_of_issue": "LT",
    }
    assert sent(ASK.add_identity_document("1", whole)) == {
        "type": "passport",
        "personal_number": "31001010000",
        "first_name": "John",
        "last_name": "Smith",
        "date_of_birth": "1910-01-01",
        "country": "LT",
    }


def test_an_empty_contact_book_is_asked_for_by_an_empty_object() -> None:
    assert sent(ASK.create_contact_book("1")) == {}
    assert sent(ASK.create_identification("1")) == {}


# -- errors


def refused(body: Any, status: int = 400, headers: dict[str, str] | None = None) -> ProviderError:
    flow = ASK.create_user(User(email="a@b.lt"))
    next(flow)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ProviderError) as raised:
        flow.send(Response(status=status, headers=headers or {}, body=raw))
    return raised.value


def test_a_correlation_is_in_a_header_or_in_the_body() -> None:
    body = {"error": "invalid_request", "correlation_id": "from-body"}

    assert refused(body).request_id == "from-body"
    assert refused(body, headers={"Paysera-Correlation-Id": "from-head"}).request_id == "from-head"
    assert refused({"error": "invalid_request", "correlation_id": 7}).request_id is None


@pytest.mark.parametrize("codes", [["is_blank"], "is_blank"], ids=["a list", "a scalar"])
def test_the_codes_of_older_servers_are_read_as_those_of_newer_ones(codes: Any) -> None:
    found = refused({"error": "invalid_parameters", "error_properties_codes": {"email": codes}})

    assert [(problem.path, problem.code) for problem in found.problems] == [("email", "missing")]


# -- what is ours to make


def test_every_nonce_is_legal_and_none_comes_twice() -> None:
    nonces = [new_nonce() for _ in range(10_000)]

    assert len(set(nonces)) == len(nonces)
    # docs: guides/wallet/authentication
    legal = {chr(n) for n in (0x20, 0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F))}
    assert set("".join(nonces)) <= legal
