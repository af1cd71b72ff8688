"""Every request that the user resource's page shows is the one that the adapter sends.

docs: user-resource, in the page's order. Its answers are read in `test_documents.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import frozen
from onboarding import (
    Absence,
    Address,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    Identity,
    MigratedHash,
    NationalId,
    NextAction,
    NextActionKind,
    Password,
    Secret,
    User,
    UserRecord,
)
from onboarding.spi import Criterion, Flow, Proof, Request, Response

from onboarding_paysera import (
    ContactList,
    Paysera,
    PayseraExtras,
    Position,
    PositionKind,
    ServiceName,
)

Json = dict[str, Any]

ADAPTER = Paysera(client_id="client", mac_key=Secret("key"), name="lt")
OURS = Paysera(
    client_id="client",
    mac_key=Secret("key"),
    name="lt",
    phone_link="myapp://confirm/{code}",
    email_link="myapp://confirm/{code}",
)
ME = ADAPTER.as_user("access_token", "key")
HOST = "https://wallet.paysera.com"
JPEG = DocumentPage(content=b"\xff\xd8\xff\xe0 JFIF", media_type="image/jpeg")
SCAN = DocumentPage(content=b"%PDF-1.7", media_type="application/pdf")
JOHN = Identity(
    given_name="John",
    family_name="Smith",
    nationality="LT",
    national_id=NationalId(code="31001010000", country="LT"),
)
BLANK = UserRecord(provider="paysera", gateway="lt", id="221", user=User())
PASSPORT = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(SCAN,),
    title="Passport scan",
    number="AB1234567",
    issued_on=date(2020, 1, 15),
)
CONTACTS = ContactList(
    emails=["a@example.com", "b@example.com"],
    phones=["+37012345678"],
    email_hashes=["hash1", "hash2"],
    phone_hashes=["hash3"],
)


def action(concerns: str) -> NextAction:
    return NextAction(
        kind=NextActionKind.CONFIRM_CODE,
        provider="paysera",
        gateway="lt",
        user_id="221",
        concerns=concerns,
    )


def registered(credentials: Any = None, **facts: Any) -> Flow[Any]:
    return ADAPTER.create_user(User(credentials=credentials, **facts))


def criterion(**given: str) -> Flow[Any]:
    return ADAPTER.find_user(Criterion(**given))


@frozen
class Example:
    """One example: its heading, the flow that sends it, its request line, its body."""

    heading: str
    flow: Callable[[], Flow[Any]]
    line: str
    body: Json | bytes | None = None
    content_type: str = "application/json"


EXAMPLES = [
    Example("By User ID", lambda: ADAPTER.fetch_user("221"), "GET /rest/v1/user/221"),
    Example(
        "By Other Information, person_code",
        lambda: criterion(national_id="31001010000", country="LT"),
        "GET /rest/v1/user?person_code%5Blt%5D=31001010000",
    ),
    Example(
        "By Other Information, email",
        lambda: criterion(email="something@example.com"),
        "GET /rest/v1/user?email=something%40example.com",
    ),
    Example(
        "By Other Information, phone",
        lambda: criterion(phone="+37066612345"),
        "GET /rest/v1/user?phone=37066612345",
    ),
    Example("Email only", lambda: ADAPTER.fetch_email("221"), "GET /rest/v1/user/221/email"),
    Example("Phone only", lambda: ADAPTER.fetch_phone("221"), "GET /rest/v1/user/221/phone"),
    Example("Address only", lambda: ADAPTER.fetch_address("221"), "GET /rest/v1/user/221/address"),
    Example(
        "Identity only", lambda: ADAPTER.fetch_identity("221"), "GET /rest/v1/user/221/identity"
    ),
    Example(
        "Wallets array", lambda: ADAPTER.list_wallets("221"), "GET /rest/v1/user/221/wallets"
    ),
    Example(
        "Register User",
        lambda: registered(
            Password(password=Secret("secretPassword22")),
            email="email@example.com",
            phone="+37066612345",
            locale="lt",
            identity=JOHN,
            extras=PayseraExtras(phone_link="myapp://phone_confirmation/{code}").plain(),
        ),
        "POST /rest/v1/user",
        {
            "email": "email@example.com",
            "phone": "37066612345",
            "locale": "lt",
            "identity": {
                "name": "John",
                "surname": "Smith",
                "nationality": "lt",
                "code": "31001010000",
            },
            "credentials": {"type": "main-password", "password": "secretPassword22"},
            "parameters": {"phone_link": "myapp://phone_confirmation/{code}"},
        },
    ),
    Example(
        "Credential Types, main-password",
        lambda: registered(Password(password=Secret("plainTextPassword"))),
        "POST /rest/v1/user",
        {"credentials": {"type": "main-password", "password": "plainTextPassword"}},
    ),
    Example(
        "Credential Types, pre-salt-sha1-base64",
        lambda: registered(
            MigratedHash(
                hash=Secret("hashedPassword"), salt=Secret("base64Salt"), username="johnsm"
            )
        ),
        "POST /rest/v1/user",
        {
            "credentials": {
                "type": "pre-salt-sha1-base64",
                "password": "hashedPassword",
                "password_salt": "base64Salt",
                "username": "johnsm",
            }
        },
    ),
    Example(
        "Assign Phone",
        lambda: OURS.assign_contact(BLANK, phone="+37066612345"),
        "POST /rest/v1/user/221/phone",
        {"phone": "37066612345", "parameters": {"phone_link": "myapp://confirm/{code}"}},
    ),
    Example(
        "Confirm Phone",
        lambda: ADAPTER.confirm(action("phone"), "ABCDEF"),
        "PUT /rest/v1/user/221/phone/confirm",
        {"code": "ABCDEF"},
    ),
    Example(
        "Assign Email",
        lambda: OURS.assign_contact(BLANK, email="test@example.com"),
        "POST /rest/v1/user/221/email",
        {"email": "test@example.com", "parameters": {"email_link": "myapp://confirm/{code}"}},
    ),
    Example(
        "Confirm Email",
        lambda: ADAPTER.confirm(action("email"), "ABCDEF"),
        "PUT /rest/v1/user/221/email/confirm",
        {"code": "ABCDEF"},
    ),
    Example(
        "Request Password Reset",
        lambda: ADAPTER.request_password_reset(
            email="email@example.com", person_code="31001010000"
        ),
        "POST /rest/v1/user/password/reset",
        {"email": "email@example.com", "identity": {"code": "31001010000"}},
    ),
    Example(
        "Change Password, with reset code",
        lambda: ADAPTER.change_password("221", Secret("newPassword123"), code="ABCDEF"),
        "PUT /rest/v1/user/221/password",
        {"code": "ABCDEF", "password": "newPassword123"},
    ),
    Example(
        "Change Password, with old password",
        lambda: ADAPTER.change_password(
            "221", Secret("newPassword123"), old_password=Secret("oldPassword")
        ),
        "PUT /rest/v1/user/221/password",
        {"old_password": "oldPassword", "password": "newPassword123"},
    ),
    Example(
        "Get User Services", lambda: ADAPTER.list_services("221"), "GET /rest/v1/user/221/services"
    ),
    *(
        Example(
            f"Enable Service, {service}",
            lambda service=service: ADAPTER.enable_service("221", service),  # type: ignore[misc]  # bound now
            f"PUT /rest/v1/user/221/service/{service}",
        )
        for service in ServiceName
    ),
    Example(
        "Provide Position",
        lambda: ADAPTER.put_position(
            "221",
            Position(latitude=54.698686, longitude=25.216615, kind=PositionKind.MERCHANT),
        ),
        "PUT /rest/v1/user/221/position",
        {"lat": 54.698686, "lng": 25.216615, "type": "merchant"},
    ),
    Example(
        "Provide Position, hidden",
        lambda: ADAPTER.put_position(
            "221", Position(latitude=54.698686, longitude=25.216615, kind=PositionKind.HIDDEN)
        ),
        "PUT /rest/v1/user/221/position",
        {"lat": 54.698686, "lng": 25.216615, "type": "hidden"},
    ),
    Example(
        "Provide Position, default",
        lambda: ADAPTER.put_position("221", Position(latitude=54.698686, longitude=25.216615)),
        "PUT /rest/v1/user/221/position",
        {"lat": 54.698686, "lng": 25.216615},
    ),
    Example(
        "Get Position", lambda: ADAPTER.fetch_position("221"), "GET /rest/v1/user/221/position"
    ),
    Example(
        "Remove Position",
        lambda: ADAPTER.delete_position("221"),
        "DELETE /rest/v1/user/221/position",
    ),
    Example(
        "Get Users' Positions",
        lambda: ADAPTER.find_positions(54.698686, 25.216615, 10),
        "GET /rest/v1/positions?lat=54.698686&lng=25.216615&distance=10.0",
    ),
    Example("Upload Avatar", lambda: ADAPTER.put_avatar("221", JPEG),
            "PUT /rest/v1/user/221/avatar", JPEG.content, "image/jpeg"),
    Example("Delete Avatar", lambda: ADAPTER.delete_avatar("221"),
            "DELETE /rest/v1/user/221/avatar"),
    Example("Upload Document", lambda: ADAPTER.upload_document("221", SCAN),
            "POST /rest/v1/user/221/document", SCAN.content, "application/pdf"),
    Example(
        "Provide Document Metadata",
        lambda: ADAPTER.describe_document("7", PASSPORT),
        "PUT /rest/v1/user/document/7/metadata",
        {
            "title": "Passport scan",
            "extension": "pdf",
            "type": "passport",
            "number": "AB1234567",
            "date": "2020-01-15",
        },
    ),
    Example(
        "Provide Identity",
        lambda: ADAPTER.update_user(BLANK, User(email="user@example.com", identity=JOHN)),
        "PUT /rest/v1/user/221",
        {
            "email": "user@example.com",
            "identity": {
                "name": "John",
                "surname": "Smith",
                "nationality": "lt",
                "code": "31001010000",
            },
        },
    ),
    Example(
        "Get Identification Receipt",
        lambda: ADAPTER.identification_receipt("221", locale="lt", width=40),
        "GET /rest/v1/user/221/receipt/identification?locale=lt&width=40",
    ),
    Example(
        "Get Registration Receipt",
        lambda: ADAPTER.registration_receipt("221", locale="lt", width=40),
        "GET /rest/v1/user/221/receipt/registration?locale=lt&width=40",
    ),
    Example(
        "Create Contact Book",
        lambda: ADAPTER.create_contact_book("221", CONTACTS),
        "POST /rest/v1/user/221/contact-book",
        {
            "emails": ["a@example.com", "b@example.com"],
            "phones": ["37012345678"],
            "email_hashes": ["hash1", "hash2"],
            "phone_hashes": ["hash3"],
        },
    ),
    Example(
        "Delete Contact Book",
        lambda: ADAPTER.delete_contact_book("7"),
        "DELETE /rest/v1/contact-book/7",
    ),
    Example(
        "Remove Contacts",
        lambda: ADAPTER.remove_contacts(
            "7", ContactList(emails=["a@example.com", "b@example.com"], phones=["+37012345678"])
        ),
        "DELETE /rest/v1/contact-book/7/contacts"
        "?email=a%40example.com%2Cb%40example.com&phone=37012345678",
    ),
    Example(
        "Append Contacts",
        lambda: ADAPTER.append_contacts("7", ContactList(emails=["c@example.com"])),
        "PUT /rest/v1/contact-book/7/append",
        {"emails": ["c@example.com"]},
    ),
    Example("Get Current User Profile", lambda: ME.fetch_user("me"), "GET /rest/v1/user/me"),
    Example(
        "Register User with Email",
        lambda: registered(
            Password(password=Secret("SecurePass123")), email="user@example.com"
        ),
        "POST /rest/v1/user",
        {
            "email": "user@example.com",
            "credentials": {"type": "main-password", "password": "SecurePass123"},
        },
    ),
    Example("Update User Avatar", lambda: ME.put_avatar("me", JPEG),
            "PUT /rest/v1/user/me/avatar", JPEG.content, "image/jpeg"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.heading)
def test_a_documented_request_is_sent_field_for_field(example: Example) -> None:
    request = next(example.flow())

    method, _, target = example.line.partition(" ")
    assert (request.method, request.url) == (method, f"{HOST}{target}")
    assert not request.anonymous
    if isinstance(example.body, dict):
        assert list(json.loads(request.body).items()) == list(example.body.items())
        assert json.loads(request.body) == example.body
    else:
        assert request.body == (example.body or b"")
    if request.body:
        assert request.headers["Content-Type"] == example.content_type


def test_an_avatar_is_displayed_at_the_documented_address_without_credentials() -> None:
    request = next(ADAPTER.fetch_avatar("221", "120"))

    assert (request.method, request.url) == (
        "GET",
        "https://www.paysera.com/avatar/221.jpg?size=120",
    )
    assert request.anonymous


def test_the_profile_of_the_current_user_is_signed_with_the_access_token() -> None:
    signed = ME.sign(
        next(ME.fetch_user("me")), Proof(now=datetime.fromtimestamp(1343811600, UTC), nonce="n")
    )

    assert signed.headers["Authorization"].startswith('MAC id="access_token", ')


# docs: user-resource, Example Response, part by part; /user/:id/email answers a bare text
PARTS: list[tuple[Callable[[str], Flow[Any]], Any, Any]] = [
    (ADAPTER.fetch_email, "something@example.com", "something@example.com"),
    (ADAPTER.fetch_phone, "37066612345", "+37066612345"),
    (
        ADAPTER.fetch_address,
        {"country": "lt", "city": "Vilnius", "street": "Lauko g. 1", "post_index": "LT-11111"},
        Address(country="LT", city="Vilnius", line1="Lauko g. 1", postal_code="LT-11111"),
    ),
    (
        ADAPTER.fetch_identity,
        {"name": "John", "surname": "Smith", "nationality": "lt", "code": "31001230000"},
        JOHN.replace({"national_id.code": "31001230000"}),
    ),
]


@pytest.mark.parametrize(
    ("fetch", "shown", "value"), PARTS, ids=["email", "phone", "address", "identity"]
)
def test_a_documented_part_is_read_field_for_field(
    fetch: Callable[[str], Flow[Any]], shown: Any, value: Any
) -> None:
    part = answered(fetch("221"), 200, shown)

    assert (part.value, part.absent) == (value, None)


@pytest.mark.parametrize(("status", "absence"), [(403, Absence.HIDDEN), (404, Absence.NOT_FOUND)])
@pytest.mark.parametrize("fetch", [fetch for fetch, _, _ in PARTS])
def test_a_part_that_is_not_shown_says_why(
    fetch: Callable[[str], Flow[Any]], status: int, absence: Absence
) -> None:
    part = answered(fetch("221"), status, {"error": "forbidden" if status == 403 else "not_found"})

    assert (part.value, part.absent) == (None, absence)


def answered(flow: Flow[Any], status: int, shown: Any) -> Any:
    request = next(flow)
    assert isinstance(request, Request)
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=status, body=json.dumps(shown).encode()))
    return done.value.value
