"""What Paysera's documents show is what the adapter sends and reads, key for key."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, TypeVar

import pytest
from onboarding import (
    Absence,
    Address,
    Gender,
    IdentificationLevel,
    Identity,
    InvalidInput,
    KYCLevel,
    LossKind,
    MigratedHash,
    NationalId,
    NextAction,
    NextActionKind,
    Password,
    PoliticalExposure,
    Secret,
    Unsupported,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.mapping import On, translation
from onboarding.spi import Criterion, Flow, Request, Response

from onboarding_paysera import Paysera, PayseraExtras
from onboarding_paysera.wire.user import AddressedUser, PayseraUser

T = TypeVar("T")
Json = dict[str, Any]

BARE, ADDRESSED = translation(PayseraUser, "paysera"), translation(AddressedUser, "paysera")

# docs: user-resource, Register User, Request Body
REGISTRATION: Json = {
    "email": "email@example.com",
    "phone": "37066612345",
    "locale": "lt",
    "identity": {"name": "John", "surname": "Smith", "nationality": "lt", "code": "31001010000"},
    "credentials": {"type": "main-password", "password": "secretPassword22"},
    "parameters": {"phone_link": "myapp://phone_confirmation/{code}"},
}
# the same page, Credential Types
MAIN_PASSWORD: Json = {"type": "main-password", "password": "plainTextPassword"}
MIGRATED: Json = {
    "type": "pre-salt-sha1-base64",
    "password": "hashedPassword",
    "password_salt": "base64Salt",
    "username": "johnsm",
}
# the same page, Register User with Email
BY_EMAIL: Json = {
    "email": "user@example.com",
    "credentials": {"type": "main-password", "password": "SecurePass123"},
}
# the same page, Provide Identity
IDENTITY: Json = {
    "email": "user@example.com",
    "identity": {"name": "John", "surname": "Smith", "nationality": "lt", "code": "31001010000"},
}
# the same page, Example Response
SHOWN: Json = {
    "id": 221,
    "email": "something@example.com",
    "phone": "37066612345",
    "address": {
        "country": "lt",
        "city": "Vilnius",
        "street": "Lauko g. 1",
        "post_index": "LT-11111",
    },
    "dob": "1910-01-23",
    "gender": "male",
    "identity": {"name": "John", "surname": "Smith", "nationality": "lt", "code": "31001230000"},
    "identification_level": "fully_identified",
    "wallets": [14471],
    "options": {"default_currency": "EUR"},
}

JOHN = Identity(
    given_name="John",
    family_name="Smith",
    nationality="LT",
    national_id=NationalId(code="31001010000", country="LT"),
)
REGISTERED = User(
    identity=JOHN,
    email="email@example.com",
    phone="+37066612345",
    locale="lt",
    credentials=Password(password=Secret("secretPassword22")),
    extras=PayseraExtras(phone_link="myapp://phone_confirmation/{code}").plain(),
)

ADAPTER = Paysera(
    client_id="wkVd93h2uS", mac_key=Secret("IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"), name="lt"
)
REST = "https://wallet.paysera.com/rest/v1"


def talk(flow: Flow[T], *answers: Json | bytes) -> tuple[list[Request], T]:
    """Runs a flow against the answers given, in their order."""
    sent = [next(flow)]
    for answer in answers:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            sent.append(flow.send(Response(status=200, body=body)))
        except StopIteration as done:
            return sent, done.value
    raise AssertionError("the flow wants more answers")


def read(payload: Json, adapter: Paysera = ADAPTER) -> UserRecord:
    _, record = talk(adapter.fetch_user(str(payload["id"])), payload)
    return record


def said(request: Request) -> tuple[str, str, Any]:
    return request.method, request.url, json.loads(request.body) if request.body else None


def test_a_registration_is_the_documented_request_to_the_letter() -> None:
    request = next(ADAPTER.create_user(REGISTERED))

    assert said(request) == ("POST", f"{REST}/user", REGISTRATION)
    assert list(json.loads(request.body)) == list(REGISTRATION)


def test_a_registration_by_email_is_the_documented_request() -> None:
    user = User(email="user@example.com", credentials=Password(password=Secret("SecurePass123")))

    request = next(ADAPTER.create_user(user))

    assert said(request) == ("POST", f"{REST}/user", BY_EMAIL)


@pytest.mark.parametrize(
    ("credentials", "documented"),
    [
        (Password(password=Secret("plainTextPassword")), MAIN_PASSWORD),
        (
            MigratedHash(
                hash=Secret("hashedPassword"), salt=Secret("base64Salt"), username="johnsm"
            ),
            MIGRATED,
        ),
    ],
    ids=["main-password", "pre-salt-sha1-base64"],
)
def test_each_documented_credential_type_is_sent_as_documented(
    credentials: Password | MigratedHash, documented: Json
) -> None:
    request = next(ADAPTER.create_user(User(email="a@b.lt", credentials=credentials)))

    assert json.loads(request.body)["credentials"] == documented


def test_a_hash_of_another_scheme_is_refused_by_path_without_its_value() -> None:
    odd = MigratedHash(
        scheme="argon2", hash=Secret("h-secret"), salt=Secret("s-secret"), username="john"
    )

    with pytest.raises(Unsupported) as refused:
        next(ADAPTER.create_user(User(email="a@b.lt", credentials=odd)))

    assert refused.value.paths == ("credentials",)
    assert "secret" not in str(refused.value)


def test_the_answer_to_a_registration_opens_a_code_for_each_contact() -> None:
    answer = {name: value for name, value in SHOWN.items() if name not in ("email", "phone")}

    _, record = talk(ADAPTER.create_user(REGISTERED), answer)

    assert record.status is UserStatus.PENDING
    assert record.confirmed == {"email": False, "phone": False}
    assert [(action.concerns, action.value) for action in record.next_actions] == [
        ("email", "email@example.com"),
        ("phone", "+37066612345"),
    ]
    reported = {loss.core_path: loss.kind for loss in record.losses}
    assert reported["credentials"] is LossKind.WRITE_ONLY


def test_the_documented_answer_is_read_whole() -> None:
    record = read(SHOWN)

    assert record.user == User(
        identity=JOHN.replace(
            {"national_id.code": "31001230000"},
            birthdate=date(1910, 1, 23),
            gender=Gender.MALE,
        ),
        address=Address(line1="Lauko g. 1", city="Vilnius", postal_code="LT-11111", country="LT"),
        email="something@example.com",
        phone="+37066612345",
    )
    assert record.id == "221"
    assert record.confirmed == {"email": True, "phone": True}
    assert record.identification_level is IdentificationLevel.FULLY_IDENTIFIED
    assert record.kyc_level is KYCLevel.REGULAR
    assert record.provider_fields["wallets"] == [14471]
    assert record.provider_fields["options"] == {"default_currency": "EUR"}
    assert record.unmapped == {}
    assert record.raw == SHOWN


def test_the_documented_answer_is_written_again_without_a_loss() -> None:
    user, unmapped = ADDRESSED.from_wire(SHOWN)

    again, losses = ADDRESSED.to_wire(user, unmapped=unmapped)

    readable = {"id", "dob", "gender", "identification_level", "wallets", "options"}
    assert again == {name: value for name, value in SHOWN.items() if name not in readable}
    assert {loss.core_path for loss in losses} == {"identity.birthdate", "identity.gender"}
    assert {loss.kind for loss in losses} == {LossKind.DROPPED}


def test_an_address_is_refused_unless_the_setting_sends_it() -> None:
    user = User(email="a@b.lt", address=Address(line1="Lauko g. 1", city="Vilnius", country="LT"))

    with pytest.raises(Unsupported) as refused:
        next(ADAPTER.create_user(user))
    sending = Paysera(client_id="c", mac_key=Secret("k"), sends_address=True)
    request = next(sending.create_user(user))

    assert refused.value.paths == ("address.line1", "address.city", "address.country")
    sent = {"country": "lt", "city": "Vilnius", "street": "Lauko g. 1"}
    assert json.loads(request.body)["address"] == sent


def test_providing_an_identity_is_the_documented_request_to_the_letter() -> None:
    record = read({"id": 221, "email": "user@example.com", "phone": "37066612345"})

    sent, _ = talk(ADAPTER.update_user(record, record.user.replace(identity=JOHN)), SHOWN)

    assert [said(request) for request in sent] == [("PUT", f"{REST}/user/221", IDENTITY)]


IDENTIFIED = {**SHOWN, "email": "user@example.com"}


def test_an_identity_that_was_provided_leaves_a_receipt_to_be_printed_and_nothing_pending() -> None:
    record = read({"id": 221, "email": "user@example.com"})

    _, updated = talk(ADAPTER.update_user(record, record.user.replace(identity=JOHN)), IDENTIFIED)

    (action,) = updated.next_actions
    assert (action.kind, action.concerns) == (NextActionKind.PRINT_RECEIPT, "identity")
    assert (action.user_id, action.value, action.url) == ("221", None, None)
    assert updated.status is None
    assert updated.confirmed == {"email": True, "phone": True}


def test_a_receipt_stays_to_be_printed_beside_a_contact_that_waits_for_its_code() -> None:
    record = read({"id": 221, "email": "user@example.com"})
    _, due = talk(ADAPTER.update_user(record, record.user.replace(identity=JOHN)), IDENTIFIED)

    _, both = talk(ADAPTER.assign_contact(due, phone="+37066600000"), SHOWN)

    assert [action.concerns for action in both.next_actions] == ["identity", "phone"]
    assert both.status is UserStatus.PENDING
    assert both.confirmed == {"email": True, "phone": False}


def test_an_update_of_the_email_alone_leaves_no_receipt() -> None:
    record = read(SHOWN)

    _, updated = talk(
        ADAPTER.update_user(record, record.user.replace(email="new@example.com")), SHOWN
    )

    assert [action.kind for action in updated.next_actions] == [NextActionKind.CONFIRM_CODE]


def test_a_receipt_takes_no_code() -> None:
    record = read({"id": 221, "email": "user@example.com"})
    _, updated = talk(ADAPTER.update_user(record, record.user.replace(identity=JOHN)), IDENTIFIED)
    (action,) = updated.next_actions

    for flow in (ADAPTER.confirm(action, "ABCDEF"), ADAPTER.renew(action)):
        with pytest.raises(InvalidInput):
            next(flow)


def test_a_change_of_one_part_of_an_identity_sends_the_whole_of_it() -> None:
    record = read(SHOWN)

    request = next(
        ADAPTER.update_user(record, record.user.replace({"identity.given_name": "Jonas"}))
    )

    assert json.loads(request.body) == {
        "email": "something@example.com",
        "identity": {**SHOWN["identity"], "name": "Jonas"},
    }


def test_a_changed_email_waits_for_its_code() -> None:
    record = read(SHOWN)

    _, updated = talk(
        ADAPTER.update_user(record, record.user.replace(email="new@example.com")), SHOWN
    )

    (action,) = updated.next_actions
    assert (action.concerns, action.value) == ("email", "new@example.com")
    assert updated.status is UserStatus.PENDING


def test_an_update_without_a_change_sends_nothing() -> None:
    record = read(SHOWN)

    with pytest.raises(StopIteration) as done:
        next(ADAPTER.update_user(record, record.user))

    assert done.value.value is record


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("phone", "+37066699999"),
        ("phone", None),
        ("locale", "lt"),
        ("identity.birthdate", date(1990, 1, 1)),
        ("identity.birthdate", None),
        ("identity.gender", None),
        ("address.city", "Kaunas"),
        ("address", None),
        ("email", None),
        ("political_exposures", (PoliticalExposure(name="Ann"),)),
        ("tag", "mine"),
    ],
)
def test_what_an_update_cannot_change_is_refused_by_path(path: str, value: object) -> None:
    record = read(SHOWN)

    with pytest.raises(Unsupported) as refused:
        next(ADAPTER.update_user(record, record.user.replace({path: value})))

    assert all(found.startswith(path) for found in refused.value.paths)


def test_a_change_of_nationality_alone_names_the_number_that_it_would_change() -> None:
    record = read(SHOWN)

    with pytest.raises(Unsupported) as refused:
        next(ADAPTER.update_user(record, record.user.replace({"identity.nationality": "LV"})))

    assert refused.value.paths == ("identity.national_id.country",)


def test_an_empty_identity_that_is_added_sends_nothing() -> None:
    record = read({"id": 221, "email": "user@example.com"})

    with pytest.raises(StopIteration):
        next(ADAPTER.update_user(record, record.user.replace(identity=Identity())))


@pytest.mark.parametrize(
    ("criterion", "query"),
    [
        (Criterion(email="something@example.com"), "email=something%40example.com"),
        (Criterion(phone="+37066612345"), "phone=37066612345"),
        (
            Criterion(national_id="31001010000", country="LT"),
            "person_code%5Blt%5D=31001010000",
        ),
    ],
    ids=["email", "phone", "person code"],
)
def test_a_search_is_a_documented_query(criterion: Criterion, query: str) -> None:
    sent, record = talk(ADAPTER.find_user(criterion), SHOWN)

    assert [said(request) for request in sent] == [("GET", f"{REST}/user?{query}", None)]
    assert record.id == "221"


@pytest.mark.parametrize(
    "criterion",
    [
        Criterion(phone="861212345"),  # a national number, which would be one of China's
        Criterion(national_id="31001010000", country="Lithuania"),
    ],
    ids=["phone", "country"],
)
def test_a_search_by_what_is_no_phone_or_country_is_not_sent(criterion: Criterion) -> None:
    with pytest.raises(InvalidInput):
        next(ADAPTER.find_user(criterion))


@pytest.mark.parametrize(
    "criterion",
    [Criterion(), Criterion(email="a@b.lt", phone="+37066612345"), Criterion(national_id="1")],
)
def test_a_search_takes_exactly_one_criterion(criterion: Criterion) -> None:
    with pytest.raises(InvalidInput):
        next(ADAPTER.find_user(criterion))


ACTION = NextAction(
    kind=NextActionKind.CONFIRM_CODE,
    provider="paysera",
    gateway="lt",
    user_id="221",
    concerns="phone",
    value="+37066612345",
)


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_a_code_is_given_as_documented(contact: str) -> None:
    action = NextAction(
        kind=ACTION.kind, provider="paysera", gateway="lt", user_id="221", concerns=contact
    )

    sent, record = talk(ADAPTER.confirm(action, "ABCDEF"), SHOWN)

    documented = ("PUT", f"{REST}/user/221/{contact}/confirm", {"code": "ABCDEF"})
    assert [said(request) for request in sent] == [documented]
    assert record.confirmed[contact] is True


@pytest.mark.parametrize(
    ("contact", "value", "documented"),
    [
        ("phone", "+37066612345", {"phone": "37066612345"}),
        ("email", "test@example.com", {"email": "test@example.com"}),
    ],
)
def test_a_contact_is_assigned_anew_as_documented_but_for_the_link(
    contact: str, value: str, documented: Json
) -> None:
    action = NextAction(
        kind=ACTION.kind,
        provider="paysera",
        gateway="lt",
        user_id="221",
        concerns=contact,
        value=value,
    )

    sent, again = talk(ADAPTER.renew(action), SHOWN)

    assert [said(request) for request in sent] == [
        ("POST", f"{REST}/user/221/{contact}", documented)
    ]
    assert again.issued_at is not None


def test_me_is_asked_for_in_the_name_of_a_user_only() -> None:
    with pytest.raises(Unsupported):
        next(ADAPTER.fetch_user("me"))

    request = next(ADAPTER.as_user("SlAV32hkKG", "key").fetch_user("me"))

    assert said(request) == ("GET", f"{REST}/user/me", None)


def test_a_hidden_field_is_told_from_a_missing_one_by_the_scopes_held() -> None:
    scopes = ("email", "full_name")
    adapter = Paysera(client_id="c", mac_key=Secret("k"), scopes=scopes)

    record = read({"id": 221, "identity": {"name": "John", "surname": "Smith"}}, adapter)

    assert record.absent["email"] is Absence.NOT_RETURNED
    assert record.absent["phone"] is Absence.HIDDEN
    assert record.absent["identity.birthdate"] is Absence.HIDDEN
    assert record.absent["identity.national_id.code"] is Absence.HIDDEN
    assert record.absent["credentials"] is Absence.NULL_BY_RULE


# Answers that other clients of Paysera met (fact sheet, sections 4 and 7).
@pytest.mark.parametrize(
    "odd",
    [
        {"identity": {**SHOWN["identity"], "nationality": "LT", "code": 31001230000}},
        {"identification_level": "super_identified", "calculated_level": "godlike"},
        {"phone": "+37066612345"},
        {"phone": "86661234", "locale": "lt_LT", "gender": "X", "dob": "0000-00-00"},
        {"options": [], "wallets": [], "type": "legal", "company_code": "300060819"},
        {"address": {"country": "LT", "city": "Vilnius", "street": "", "region": "none"}},
        {"pep": [{"name": "Ann", "relation": "spouse", "positions": ["mayor"]}]},
        {"deletion_request_at": "2026-01-01", "display_name": "J.", "something": {"new": [1]}},
    ],
    ids=[
        "upper case and a number", "new levels", "plus", "local", "company", "region", "pep", "new",
    ],
)  # fmt: skip
def test_an_odd_answer_of_record_is_read_and_kept(odd: Json) -> None:
    payload = {**SHOWN, **odd}

    record = read(payload)
    again, _ = BARE.to_wire(record.user, On.CREATE, unmapped=record.unmapped)

    assert record.raw == payload
    if "code" in odd.get("identity", {}):
        assert again["identity"] == {**odd["identity"], "code": "31001230000"}
        assert record.user.identity is not None
        assert record.user.identity.national_id == NationalId(code="31001230000", country="LT")
    if "locale" in odd:
        assert again["locale"] == "lt_LT"
        assert record.unmapped["gender"] == "X"
        assert record.unmapped["dob"] == "0000-00-00"
    if "identification_level" in odd:
        assert record.identification_level is None
        assert record.provider_fields["identification_level"] == "super_identified"
    if "something" in odd:
        assert record.unmapped["something"] == {"new": [1]}
    if "address" in odd:
        assert record.unmapped["address.region"] == "none"
        assert record.unmapped["address.country"] == "LT"
    if "pep" in odd:
        (exposure,) = record.user.political_exposures
        assert exposure == PoliticalExposure(name="Ann", relation="spouse", positions=("mayor",))
    if "company_code" in odd:
        assert record.user.company is not None
        assert record.user.company.registration_number == "300060819"


def test_the_level_is_the_lower_of_the_two_that_paysera_names() -> None:
    record = read({**SHOWN, "calculated_level": "semi_identified"})

    assert record.identification_level is IdentificationLevel.SEMI_IDENTIFIED
    assert record.kyc_level is KYCLevel.LIGHT
