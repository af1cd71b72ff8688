"""Every flow of the adapter, over a socket, against the simulator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    Absence,
    Address,
    Conflict,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    DocumentStatus,
    Forbidden,
    Gateway,
    IdentificationLevel,
    Identity,
    InvalidInput,
    MigratedHash,
    NationalId,
    NextActionKind,
    NotFound,
    Password,
    ProviderError,
    RateLimited,
    Rejected,
    Secret,
    Unavailable,
    Unsupported,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.hooks import Exchange
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, Api

from onboarding_paysera import (
    ContactList,
    IdentificationStatus,
    IdentityPaper,
    Paysera,
    PayseraExtras,
    Position,
    PositionKind,
    ServiceName,
)
from onboarding_paysera.errors import CODES

Start = Callable[..., Api]

JPEG = DocumentPage(content=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 \x00\xff", media_type="image/jpeg")
SCAN = DocumentPage(content=b"%PDF-1.7 \x00\xff", media_type="application/pdf")
PASSWORD = "SecurePass123"
CODE = "31001010000"
IDENTITY = Identity(
    given_name="John",
    family_name="Smith",
    nationality="LT",
    national_id=NationalId(code=CODE, country="LT"),
)
PASSPORT = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(SCAN,),
    title="Passport scan",
    number="AB1234567",
    issued_on=date(2020, 1, 15),
)


def gateway(api: Api, **settings: Any) -> Gateway[Paysera]:
    adapter = Paysera(
        name="lt", client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url=api.base_url, **settings
    )
    return Gateway(adapter, clock=lambda: datetime.fromtimestamp(NOW, UTC), observe=api.observe)


def registered(at: Gateway[Paysera], **facts: Any) -> UserRecord:
    given = {"email": "user@example.com", "credentials": Password(password=Secret(PASSWORD))}
    return at.create_user(User().replace({**given, **facts}))


def confirmed(api: Api, at: Gateway[Paysera], **facts: Any) -> UserRecord:
    record = registered(at, **facts)
    for action in record.next_actions:
        record = at.confirm(action, api.sim.code_for(int(record.id), action.concerns))  # type: ignore[arg-type]
    return record


@pytest.fixture
def at(api: Api) -> Any:
    with gateway(api) as found:
        yield found


# -- contacts


def test_an_assigned_contact_waits_for_its_code_and_is_shown_after_it(
    api: Api, at: Gateway[Paysera]
) -> None:
    record = confirmed(api, at)

    waiting = at.assign_contact(record, phone="+37066612345")
    (action,) = waiting.next_actions
    done = at.confirm(action, api.sim.code_for(221, "phone"))

    assert (action.kind, action.concerns) == (NextActionKind.CONFIRM_CODE, "phone")
    assert (waiting.status, waiting.user.phone) == (UserStatus.PENDING, None)
    assert waiting.confirmed == {"email": True, "phone": False}
    assert done.user.phone == "+37066612345"
    assert done.confirmed == {"email": True, "phone": True}


def test_another_address_leaves_the_confirmed_one_until_its_code_came(
    api: Api, at: Gateway[Paysera]
) -> None:
    record = confirmed(api, at)

    waiting = at.assign_contact(record, email="new@example.com")
    done = at.confirm(waiting.next_actions[0], api.sim.code_for(221, "email"))

    assert waiting.user.email == "user@example.com"
    assert done.user.email == "new@example.com"


def test_a_wrong_code_is_refused_and_too_many_of_them_end_the_code(start: Start) -> None:
    api = start(code_rate_limit=1)
    with gateway(api) as at:
        (action,) = registered(at).next_actions

        with pytest.raises(Rejected) as wrong:
            at.confirm(action, "ABCDEF")
        with pytest.raises(RateLimited) as often:
            at.confirm(action, "ABCDEF")
        renewed = at.renew(action)
        done = at.confirm(renewed, api.sim.code_for(221, "email"))

    assert wrong.value.code == "invalid_code"
    assert often.value.code == "rate_limit_exceeded"
    assert done.confirmed == {"email": True}


def test_a_limit_tells_of_the_captcha_that_lifts_it(start: Start) -> None:
    api = start(code_rate_limit=1)
    with gateway(api) as at:
        (action,) = registered(at).next_actions
        with pytest.raises(Rejected) as wrong:
            at.confirm(action, "ABCDEF")
        with pytest.raises(RateLimited) as often:
            at.confirm(action, "ABCDEF")

        at.run(at.adapter.solve_captcha(often.value, "solved"))
        done = at.confirm(action, api.sim.code_for(221, "email"))

    assert set(often.value.provider_fields) == {"g-recaptcha-key", "recaptcha-unlock-url"}
    assert often.value.provider_fields["g-recaptcha-key"] == "simulated-site-key"
    assert "recaptcha" not in f"{often.value} {often.value!r} {often.value.details!r}"
    assert done.confirmed == {"email": True}
    with pytest.raises(InvalidInput):
        next(at.adapter.solve_captcha(wrong.value, "solved"))


def test_a_contact_of_another_user_is_a_conflict_by_its_path(
    api: Api, at: Gateway[Paysera]
) -> None:
    confirmed(api, at)
    other = registered(at, email="b@example.com")

    with pytest.raises(Conflict) as raised:
        at.assign_contact(other, email="user@example.com")

    assert raised.value.code == "email_already_assigned"
    assert [problem.path for problem in raised.value.problems] == ["email"]


def test_one_contact_is_assigned_a_call_and_one_that_is_shown_is_not_sent(
    api: Api, at: Gateway[Paysera]
) -> None:
    record = confirmed(api, at)

    assert at.assign_contact(record, email="user@example.com") is record
    with pytest.raises(InvalidInput):
        at.assign_contact(record)
    with pytest.raises(InvalidInput):
        at.assign_contact(record, email="a@example.com", phone="+37066612345")
    with pytest.raises(InvalidInput):
        at.assign_contact(record, phone="66612345")


def sent(flow: Any) -> Any:
    """The JSON that a flow sends first."""
    return json.loads(next(flow).body)


def test_the_link_of_a_message_is_the_records_else_that_of_the_settings(api: Api) -> None:
    with gateway(api, phone_link="own://{code}", email_link="mail://{code}") as at:
        record = confirmed(api, at)
        extras = PayseraExtras(phone_link="myapp://confirm/{code}").plain()
        linked = record.user.replace(extras=extras)
        given = evolve(record, user=linked)
        flow = at.adapter.assign_contact

        assert sent(flow(given, phone="+37066612345")) == {  # docs: user-resource, Assign Phone
            "phone": "37066612345",
            "parameters": {"phone_link": "myapp://confirm/{code}"},
        }
        assert sent(flow(record, phone="+37066612345"))["parameters"] == {
            "phone_link": "own://{code}"
        }
        assert sent(flow(record, email="test@example.com")) == {
            "email": "test@example.com",
            "parameters": {"email_link": "mail://{code}"},
        }
        (action,) = at.assign_contact(record, phone="+37066612345").next_actions
        assert sent(at.adapter.renew(action))["parameters"] == {"phone_link": "own://{code}"}


def test_a_link_without_a_place_for_the_code_is_no_setting() -> None:
    with pytest.raises(InvalidInput):
        Paysera(client_id="a", mac_key=Secret("b"), phone_link="myapp://confirm")


# -- single parts


def test_each_field_can_be_asked_for_by_itself(start: Start) -> None:
    api = start()
    with gateway(api, sends_address=True) as at:
        home = Address(line1="Lauko g. 1", city="Vilnius", postal_code="LT-11111", country="LT")
        confirmed(api, at, phone="+37066612345", identity=IDENTITY, address=home)
        api.sim.set_pep(221, [("John Smith", "self", ["minister"])])
        ask = at.adapter

        assert at.run(ask.fetch_email("221")).value == "user@example.com"
        assert at.run(ask.fetch_phone("221")).value == "+37066612345"
        assert at.run(ask.fetch_address("221")).value == home
        assert at.run(ask.fetch_identity("221")).value == IDENTITY
        assert at.run(ask.fetch_confirmed_phones("221")) == ("+37066612345",)
        exposures = at.run(ask.fetch_political_exposures("221")).value or ()
        assert [entry.relation for entry in exposures] == ["self"]
        assert "Smith" not in repr(at.run(ask.fetch_identity("221")))


PARTS = ["email", "phone", "address", "identity"]


@pytest.mark.parametrize("part", PARTS)
def test_a_datum_that_is_not_there_is_told_from_one_that_is_hidden(start: Start, part: str) -> None:
    api = start()
    with gateway(api) as at:
        registered(at)
        fetch = getattr(at.adapter, f"fetch_{part}")

        absent = at.run(fetch("221"))
        api.sim.scopes = frozenset[str]()
        hidden = at.run(fetch("221"))

    assert (absent.value, absent.absent) == (None, Absence.NOT_FOUND)
    assert (hidden.value, hidden.absent) == (None, Absence.HIDDEN)


# -- anything else


def test_raw_signs_any_request_and_maps_its_no(api: Api, at: Gateway[Paysera]) -> None:
    confirmed(api, at)

    answer = at.raw("GET", "user", "221", "email")
    posted = at.raw("POST", "user", "221", "phone", body={"phone": "37066612345"})

    assert answer.json() == "user@example.com"
    assert posted.json()["id"] == 221
    with pytest.raises(NotFound):
        at.raw("GET", "user", query=(("email", "nobody@example.com"),))


def test_me_needs_a_users_token_in_every_flow(api: Api, at: Gateway[Paysera]) -> None:
    confirmed(api, at)
    token = api.sim.issue_token(221, ["email"])

    with pytest.raises(Unsupported):
        at.run(at.adapter.fetch_email("me"))
    user = at.adapter.as_user(token.access_token, token.mac_key)
    with Gateway(user, clock=at.clock) as mine:
        assert mine.run(user.fetch_email("me")).value == "user@example.com"


# -- passwords


def test_a_password_is_changed_by_the_code_that_was_sent_or_by_the_old_one(
    api: Api, at: Gateway[Paysera]
) -> None:
    confirmed(api, at, phone="+37066612345")
    ask, new = at.adapter, Secret("newPassword123")

    record = at.run(ask.request_password_reset(email="user@example.com"))
    code = api.sim.code_for(221, "password")
    at.run(ask.change_password(record.id, new, code=code))
    first = api.sim.credentials_of(221)
    at.run(ask.change_password("221", Secret(PASSWORD), old_password=new))
    second = api.sim.credentials_of(221)
    by_phone = at.run(ask.request_password_reset(phone="+37066612345"))

    assert record.id == by_phone.id == "221"
    assert first == {"type": "main-password", "password": "newPassword123"}
    assert second == {"type": "main-password", "password": PASSWORD}


def test_each_no_about_a_password_is_typed(api: Api, at: Gateway[Paysera]) -> None:
    confirmed(api, at, identity=IDENTITY)
    api.sim.set_level(221, "identified")
    reset, change = at.adapter.request_password_reset, at.adapter.change_password
    mail = "user@example.com"

    def code_of(flow: Any) -> str:
        with pytest.raises(Rejected) as raised:
            at.run(flow)
        return raised.value.code

    assert code_of(reset(email=mail)) == "identity_required"
    assert code_of(reset(email=mail, person_code="31001230000")) == "invalid_identity"
    at.run(reset(email=mail, person_code=CODE))
    new = Secret("newPassword123")
    assert code_of(change("221", new, code="ABCDEF")) == "invalid_code"
    assert code_of(change("221", new, old_password=Secret("x"))) == "invalid_password"
    short = change("221", Secret("x"), old_password=Secret(PASSWORD))
    assert code_of(short) == "password_too_short"
    for _ in range(4):
        code_of(change("221", new, old_password=Secret("x")))
    with pytest.raises(RateLimited):
        at.run(change("221", new, old_password=Secret("x")))


def test_a_password_needs_exactly_one_contact_and_exactly_one_proof() -> None:
    ask, new = Paysera(client_id="a", mac_key=Secret("b")), Secret("c")

    for flow in (
        ask.request_password_reset(),
        ask.request_password_reset(email="a@example.com", phone="+37066612345"),
        ask.change_password("221", new),
        ask.change_password("221", new, code="a", old_password=new),
    ):
        with pytest.raises(InvalidInput):
            next(flow)


# -- wallets and services


def test_the_wallets_of_a_user_are_listed_with_their_account_numbers(
    api: Api, at: Gateway[Paysera]
) -> None:
    confirmed(api, at)
    second = api.sim.add_wallet(221, "closed")

    in_use = list(at.wallets("221"))
    found = at.run(at.adapter.list_wallets("221", inactive=True)).items
    alone = at.run(at.adapter.fetch_wallet(str(second)))

    assert [wallet.id for wallet in in_use] == ["14471"]
    assert [wallet.id for wallet in found] == ["14471", str(second)]
    assert [wallet.provider_status for wallet in found] == ["active", "closed"]
    assert {wallet.owner_ids for wallet in found} == {("221",)}
    assert found[0].account_numbers[0].startswith("EVP")
    assert alone.raw == found[1].raw


def test_wallets_that_the_client_may_not_see_are_forbidden(start: Start) -> None:
    api = start(scopes={"email"})
    with gateway(api) as at:
        registered(at)

        with pytest.raises(Forbidden):
            list(at.wallets("221"))


def test_a_user_without_a_wallet_has_none_and_nobody_is_not_found(start: Start) -> None:
    api = start(wallet_on_registration=False)
    with gateway(api) as at:
        registered(at)

        assert list(at.wallets("221")) == []
        with pytest.raises(NotFound):
            list(at.wallets("999"))


def test_the_seven_services_have_names_and_another_is_kept(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)
    api.sim.enable_service(221, "brand_new")

    enabled = at.run(at.adapter.enable_service("221", ServiceName.PAYSERA_APP))
    found = {service.name: service for service in at.run(at.adapter.list_services("221"))}

    assert (enabled.name, enabled.enabled) == ("paysera_app", True)
    assert set(found) == {*ServiceName, "brand_new"}
    assert {name for name, service in found.items() if service.enabled} == {
        "paysera_app",
        "brand_new",
    }
    assert found["paysera_app"].added_at == datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize("service", list(ServiceName))
def test_each_service_that_has_a_name_can_be_enabled(
    api: Api, at: Gateway[Paysera], service: ServiceName
) -> None:
    registered(at)

    assert at.run(at.adapter.enable_service("221", service)).enabled is True


def test_a_service_that_the_caller_made_up_is_not_sent() -> None:
    flow = Paysera(client_id="a", mac_key=Secret("b")).enable_service("221", "zodiac")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    with pytest.raises(InvalidInput):
        next(flow)


def test_services_take_their_scope(start: Start) -> None:
    api = start(scopes={"email"})
    with gateway(api) as at:
        registered(at)

        for flow in (
            at.adapter.list_services("221"),
            at.adapter.enable_service("221", ServiceName.MICRO),
        ):
            with pytest.raises(Forbidden):
                at.run(flow)


# -- position


@pytest.mark.parametrize("kind", list(PositionKind))
def test_a_position_is_put_shown_found_unless_hidden_and_forgotten(
    api: Api, at: Gateway[Paysera], kind: PositionKind
) -> None:
    registered(at)
    ask = at.adapter
    here = Position(latitude=54.698686, longitude=25.216615, kind=kind)

    put = at.run(ask.put_position("221", here))
    shown = at.run(ask.fetch_position("221"))
    found = at.run(ask.find_positions(54.6987, 25.2166, 100))
    at.run(ask.delete_position("221"))

    assert put == shown == here
    assert [one.user_id for one in found] == ([] if kind is PositionKind.HIDDEN else ["221"])
    assert "54" not in repr(shown)
    with pytest.raises(NotFound):
        at.run(ask.fetch_position("221"))


def test_a_position_takes_its_scope_and_degrees(start: Start) -> None:
    api = start(scopes={"email"})
    with gateway(api) as at:
        registered(at)

        with pytest.raises(Forbidden):
            at.run(at.adapter.put_position("221", Position(latitude=0, longitude=0)))
        with pytest.raises(InvalidInput) as raised:
            at.run(at.adapter.put_position("221", Position(latitude=91, longitude=-181)))

    assert raised.value.paths == ("latitude", "longitude")


# -- avatar


def test_an_avatar_arrives_byte_for_byte_is_seen_by_anybody_and_goes(
    api: Api, at: Gateway[Paysera]
) -> None:
    registered(at)
    ask = at.adapter

    at.run(ask.put_avatar("221", JPEG))
    seen = at.run(ask.fetch_avatar("221", "120"))
    by_anybody = api.raw("GET", "/avatar/221.jpg?size=120", b"", {})
    at.run(ask.delete_avatar("221"))

    assert seen == JPEG
    assert by_anybody.content == JPEG.content
    assert next(ask.fetch_avatar("221")).anonymous
    with pytest.raises(NotFound):
        at.run(ask.fetch_avatar("221"))


def test_an_avatar_is_shown_at_the_documented_address() -> None:
    ask = Paysera(client_id="a", mac_key=Secret("b"))

    assert ask.avatar_url("221", "120") == "https://www.paysera.com/avatar/221.jpg?size=120"


@pytest.mark.parametrize(
    "image",
    [
        DocumentPage(content=b"%PDF-1.7", media_type="application/pdf"),
        DocumentPage(content=b"%PDF-1.7", media_type="image/jpeg"),
        DocumentPage(content=JPEG.content),
    ],
)
def test_what_is_no_image_is_not_sent_as_an_avatar(image: DocumentPage) -> None:
    flow = Paysera(client_id="a", mac_key=Secret("b")).put_avatar("221", image)

    with pytest.raises(InvalidInput):
        next(flow)


def test_changing_an_avatar_takes_its_scope(start: Start) -> None:
    api = start(scopes={"email"})
    with gateway(api) as at:
        registered(at)

        for flow in (at.adapter.put_avatar("221", JPEG), at.adapter.delete_avatar("221")):
            with pytest.raises(Forbidden):
                at.run(flow)


# -- documents


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (DocumentKind.IDENTITY_CARD, "card"),
        (DocumentKind.PASSPORT, "passport"),
        (DocumentKind.DRIVING_LICENCE, "driver_licence"),
    ],
)
def test_a_document_arrives_as_it_is_with_the_documented_metadata(
    api: Api, at: Gateway[Paysera], kind: DocumentKind, word: str
) -> None:
    registered(at)

    record = at.submit_document("221", evolve(PASSPORT, kind=kind))
    (kept,) = api.sim.documents_of(221)

    assert (record.id, record.user_id, record.kind) == ("1", "221", kind)
    assert (record.status, record.losses) == (DocumentStatus.IN_REVIEW, ())
    assert kept.file.content == SCAN.content
    assert kept.file.content_type == "application/pdf"
    # docs: user-resource, Provide Document Metadata
    assert (kept.title, kept.extension, kept.type, kept.number, kept.date) == (
        "Passport scan",
        "pdf",
        word,
        "AB1234567",
        "2020-01-15",
    )


def test_a_document_that_paysera_does_not_support_is_not_sent() -> None:
    ask = Paysera(client_id="a", mac_key=Secret("b"))
    bad = Document(purpose=DocumentPurpose.ADDRESS, kind=DocumentKind.RESIDENCE_PERMIT)

    with pytest.raises(Unsupported) as raised:
        next(ask.submit_document("221", bad))
    with pytest.raises(Unsupported) as lost:
        next(ask.submit_document("221", PASSPORT.replace(country="LT")))

    assert raised.value.paths == ("purpose", "kind", "pages")
    assert lost.value.paths == ("documents.country",)


def test_handing_in_documents_takes_a_permission(start: Start) -> None:
    api = start(permissions={"register_user"})
    with gateway(api) as at:
        registered(at)

        with pytest.raises(Forbidden):
            at.submit_document("221", PASSPORT)


# -- identification requests


def test_a_request_is_filled_submitted_and_polled_until_it_is_reviewed(
    api: Api, at: Gateway[Paysera]
) -> None:
    confirmed(api, at)
    ask = at.adapter
    paper = IdentityPaper(
        kind=DocumentKind.PASSPORT,
        country="LT",
        personal_number=CODE,
        given_name="John",
        family_name="Smith",
        birthdate=date(1910, 1, 1),
    )

    request = at.run(ask.create_identification("221"))
    document = at.run(ask.add_identity_document(request.id, paper))
    at.run(ask.put_document_image(document.id, 0, JPEG))
    at.run(ask.put_document_image(document.id, 1, JPEG))
    at.run(ask.put_face_photo(request.id, JPEG))
    check = at.run(ask.start_liveness_check(request.id))
    more = at.run(ask.add_additional_document(request.id, "residence_permit", "LT"))
    at.run(ask.put_document_file(more.id, SCAN))
    submitted = at.run(ask.submit_identification(request.id))
    api.sim.begin_review(1)
    pending = at.run(ask.fetch_identification(request.id))
    api.sim.accept_request(1)
    reviewed = at.run(ask.fetch_identification(request.id))

    assert [
        request.provider_status,
        submitted.provider_status,
        pending.provider_status,
        reviewed.provider_status,
    ] == [*IdentificationStatus]
    assert (request.user_id, request.relation) == ("221", "related")
    assert request.created_at == datetime.fromtimestamp(NOW, UTC)
    assert document.status is DocumentStatus.CREATED
    assert [paper.status for paper in submitted.documents] == [DocumentStatus.IN_REVIEW]
    (done,) = reviewed.documents
    assert (done.kind, done.status) == (DocumentKind.PASSPORT, DocumentStatus.ACCEPTED)
    assert [image["order"] for image in done.raw["images"]] == [0, 1]
    assert check["identification_request_id"] == 1
    assert at.fetch_user("221").identification_level is IdentificationLevel.FULLY_IDENTIFIED
    assert "Smith" not in f"{paper} {reviewed} {document}"


def test_a_refused_request_says_why_and_shows_it_in_no_repr(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)
    ask = at.adapter
    request = at.run(ask.create_identification("221"))
    document = at.run(
        ask.add_identity_document(request.id, IdentityPaper(kind=DocumentKind.IDENTITY_CARD))
    )
    at.run(ask.put_document_image(document.id, 0, JPEG))
    at.run(ask.submit_identification(request.id))
    api.sim.refuse_request(1, "John is blurred")

    found = at.run(ask.fetch_identification(request.id))

    assert found.comment == "John is blurred"
    assert found.documents[0].status is DocumentStatus.REFUSED
    assert found.documents[0].refusal is not None
    assert found.documents[0].refusal.text == "John is blurred"
    assert "John" not in f"{found} {found.documents}"


def test_requests_are_listed_page_by_page_and_by_status(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)
    ask = at.adapter
    for _ in range(21):
        at.run(ask.create_identification("221"))

    found = list(at.each(lambda page: ask.list_identifications("221", page)))
    reviewed = at.run(ask.list_identifications("221", statuses=[IdentificationStatus.REVIEWED]))

    assert sorted(int(request.id) for request in found) == list(range(1, 22))
    assert reviewed.items == ()


def test_a_person_without_an_account_is_identified_by_phone(at: Gateway[Paysera]) -> None:
    found = at.run(at.adapter.create_identification_by_phone("+37066612345"))

    assert (found.user_id, found.relation) == (None, "unrelated")


def test_a_bare_request_is_not_taken(at: Gateway[Paysera]) -> None:
    registered(at)
    request = at.run(at.adapter.create_identification("221"))

    with pytest.raises(Conflict) as raised:
        at.run(at.adapter.submit_identification(request.id))

    assert raised.value.code == "invalid_state"


# -- receipts


def test_a_receipt_is_due_once_an_identity_was_provided_and_fetching_it_is_how_it_is_printed(
    api: Api, at: Gateway[Paysera]
) -> None:
    record = confirmed(api, at)
    user = record.user.replace(identity=IDENTITY)

    duties = {effect.words for effect in at.effects(record, user)}
    with pytest.raises(NotFound):
        at.run(at.adapter.identification_receipt("221"))
    (action,) = at.update_user(record, user).next_actions
    due = api.sim.receipt_due(221)
    receipt = at.run(at.adapter.identification_receipt(action.user_id, locale="lt", width=40))

    assert "the receipt of identification must be printed" in duties
    assert (action.kind, action.concerns) == (NextActionKind.PRINT_RECEIPT, "identity")
    assert due
    assert not api.sim.receipt_due(221)
    assert receipt.text.startswith("Identifikavimas")
    assert "John" in receipt.text
    assert "John" not in repr(receipt)


def test_the_receipt_of_a_registration_has_its_language_and_width(at: Gateway[Paysera]) -> None:
    registered(at)

    receipt = at.run(at.adapter.registration_receipt("221", locale="en", width=20))

    assert receipt.text.splitlines()[0] == "Registration"
    assert max(map(len, receipt.text.splitlines())) <= 20
    with pytest.raises(Rejected) as raised:
        at.run(at.adapter.registration_receipt("221", locale="de", width=1))
    assert {problem.wire_path for problem in raised.value.problems} == {"locale", "width"}


# -- contact book


def test_a_contact_book_takes_contacts_in_and_out(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)
    ask = at.adapter
    first = ContactList(  # docs: user-resource, Create Contact Book
        emails=["a@example.com", "b@example.com"],
        phones=["+37012345678"],
        email_hashes=["hash1", "hash2"],
        phone_hashes=["hash3"],
    )

    book = at.run(ask.create_contact_book("221", first))
    made = api.sim.contacts_in(int(book))
    at.run(ask.append_contacts(book, ContactList(emails=["c@example.com"])))
    at.run(ask.remove_contacts(book, first))
    left = api.sim.contacts_in(int(book))
    at.run(ask.append_contacts(book, ContactList()))
    at.run(ask.remove_contacts(book, ContactList()))
    at.run(ask.delete_contact_book(book))

    assert made == [
        ("emails", "a@example.com"),
        ("emails", "b@example.com"),
        ("phones", "37012345678"),
        ("email_hashes", "hash1"),
        ("email_hashes", "hash2"),
        ("phone_hashes", "hash3"),
    ]
    assert left == [("emails", "c@example.com")]
    with pytest.raises(NotFound):
        at.run(ask.delete_contact_book(book))


def test_hashes_are_computed_here_so_that_no_contact_leaves_readable(
    api: Api, at: Gateway[Paysera]
) -> None:
    registered(at)
    given = ContactList(emails=["A@example.com"], phones=["+37012345678"])

    book = at.run(at.adapter.create_contact_book("221", given.hashed()))

    assert api.sim.contacts_in(int(book)) == [
        ("email_hashes", hashlib.sha1(b"a@example.com").hexdigest()),
        ("phone_hashes", hashlib.sha1(b"37012345678").hexdigest()),
    ]
    assert "example" not in repr(given)


def test_a_phone_of_a_contact_book_has_its_country_code() -> None:
    with pytest.raises(InvalidInput) as raised:
        ContactList(phones=["+37012345678", "861212345"])

    assert raised.value.paths == ("phones.1",)
    assert "8612" not in str(raised.value)


def test_a_contact_with_a_comma_cannot_be_taken_out() -> None:
    ask = Paysera(client_id="a", mac_key=Secret("b"))

    with pytest.raises(InvalidInput) as raised:
        next(ask.remove_contacts("1", ContactList(emails=["a,b@example.com"])))

    assert raised.value.paths == ("emails.0",)


# -- registered, found, refused


@pytest.mark.parametrize(
    "credentials",
    [
        Password(password=Secret("plainTextPassword")),
        MigratedHash(
            scheme="pre-salt-sha1-base64",
            hash=Secret("hashedPassword"),
            salt=Secret("base64Salt"),
            username="johnsm",
        ),
    ],
    ids=["main-password", "pre-salt-sha1-base64"],
)
def test_credentials_arrive_as_they_were_given(
    api: Api, at: Gateway[Paysera], credentials: Password | MigratedHash
) -> None:
    registered(at, credentials=credentials)

    # docs: user-resource, Credential Types
    assert api.sim.credentials_of(221) in (
        {"type": "main-password", "password": "plainTextPassword"},
        {
            "type": "pre-salt-sha1-base64",
            "password": "hashedPassword",
            "password_salt": "base64Salt",
            "username": "johnsm",
        },
    )


def test_a_user_is_found_by_each_criterion(api: Api, at: Gateway[Paysera]) -> None:
    confirmed(api, at, phone="+37066612345", identity=IDENTITY)

    found = (
        at.find_user(email="user@example.com"),
        at.find_user(phone="+37066612345"),
        at.find_user(national_id=CODE, country="LT"),
    )

    assert [record.id for record in found] == ["221"] * 3


@pytest.mark.parametrize(
    ("taken", "code", "path"),
    [
        ({"email": "user@example.com"}, "email_already_assigned", "email"),
        ({"phone": "+37066612345"}, "phone_already_assigned", "phone"),
        ({"identity": IDENTITY}, "person_code_already_assigned", "identity.national_id.code"),
        (
            {"extras": PayseraExtras(card={"issuer": "paysera", "number": "1"}).plain()},
            "card_already_assigned",
            "extras.paysera.card",
        ),
    ],
    ids=["email", "phone", "person code", "card"],
)
def test_what_another_user_has_is_a_conflict_at_registration(
    api: Api, at: Gateway[Paysera], taken: Any, code: str, path: str
) -> None:
    confirmed(api, at, **taken)
    other = {"email": "b@example.com", **taken}

    with pytest.raises(Conflict) as raised:  # docs: user-resource, Register User, Errors
        registered(at, **other)

    assert raised.value.code == code
    assert [problem.path for problem in raised.value.problems] == [path]


def test_each_code_of_an_error_is_met_over_a_socket(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)

    for code in CODES:
        api.sim.misbehave(kind="error", code=code, times=2)  # a wrong clock is asked about once
        with pytest.raises(ProviderError) as raised:
            at.raw("GET", "user", "221")
        api.sim.behave()
        kind = CODES[code][2]
        assert raised.value.code == code
        assert kind is None or type(raised.value) is kind
        assert raised.value.raw["error"] == code


@pytest.mark.retries
def test_html_of_a_proxy_is_answered_by_one_more_read(api: Api, at: Gateway[Paysera]) -> None:
    registered(at)
    told: list[Exchange] = []
    api.sim.misbehave(kind="bad_gateway", times=1)

    with Gateway(at.adapter, clock=at.clock, observe=told.append) as observed:
        observed.fetch_user("221")

    assert [(exchange.status, exchange.attempt) for exchange in told] == [(502, 1), (200, 2)]
    assert [exchange.waited > 0 for exchange in told] == [False, True]


@pytest.mark.retries
def test_a_read_is_sent_once_more_after_a_502_and_a_write_is_not(
    api: Api, at: Gateway[Paysera]
) -> None:
    registered(at)

    api.sim.misbehave(kind="bad_gateway", times=1)
    again = at.fetch_user("221")
    api.sim.misbehave(kind="bad_gateway", times=1)
    with pytest.raises(Unavailable):
        registered(at, email="b@example.com")
    answered = at.raw("GET", "user", "221")

    assert again.id == "221"
    assert answered.status == 200
    with pytest.raises(NotFound):  # the write was not carried out behind our back
        at.fetch_user("222")
