"""What MangoPay's documents show is what the adapter sends and reads, field for field."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest
from onboarding import (
    Absence,
    Address,
    IdentificationLevel,
    Identity,
    KYCLevel,
    LossKind,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
)
from onboarding.mapping import On, translation
from onboarding.spi import Flow, Request, Response

from onboarding_mangopay import Api, MangoPay
from onboarding_mangopay.records import shape_of
from onboarding_mangopay.wire.natural import LegacyNaturalUser

T = TypeVar("T")
Json = dict[str, Any]

OLD = translation(LegacyNaturalUser, "mangopay")
DAY = 86_400

ADDRESS: Json = {
    "AddressLine1": "3 rue de la Cité",
    "AddressLine2": "Appartement 7",
    "City": "Paris",
    "Region": "Île-de-France",
    "PostalCode": "75004",
    "Country": "FR",
}

# docs: api-reference/users/create-natural-user, request "REST - Payer"
PAYER_SENT: Json = {
    "UserCategory": "PAYER",
    "TermsAndConditionsAccepted": False,
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "Tag": "Created using Mangopay API Postman collection",
}
# the same page, request "REST - Owner"
OWNER_SENT: Json = {
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "Tag": "Created using Mangopay API Postman collection",
}
# the same page, request "NodeJS", without what steers the SDK (PersonType, NaturalSca)
NODE_SENT: Json = {
    "Address": {
        "AddressLine1": "2795 Edgewood Road",
        "AddressLine2": None,
        "City": "Little Rock",
        "Region": "Arkansas",
        "PostalCode": "72212",
        "Country": "US",
    },
    "FirstName": "John",
    "LastName": "Doe",
    "Birthday": 655772400,
    "Nationality": "FR",
    "CountryOfResidence": "US",
    "Tag": "My first user",
    "Email": "john.doe@mangopay.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
# the same page, request "Python", spelled as its SDK spells it on the wire
PYTHON_SENT: Json = {
    "Address": {
        "AddressLine1": "42 Maple Road",
        "City": "London",
        "PostalCode": "WC1X 0AA",
        "Country": "GB",
    },
    "FirstName": "Olivia",
    "LastName": "Turner",
    "Birthday": 655772400,
    "Nationality": "GB",
    "CountryOfResidence": "GB",
    "Tag": "Created with Mangopay Python SDK",
    "Email": "olivia.turner@test.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
# the same page, request "PHP"; the SDK's word for the category in capitals
PHP_SENT: Json = {
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "asmith@example.com",
    "Address": {
        "AddressLine1": "Rue des plantes",
        "AddressLine2": "Building A",
        "City": "Paris",
        "Country": "FR",
        "PostalCode": "75000",
        "Region": "IDF",
    },
    "Tag": "Created using Mangopay PHP SDK",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "PAYER",
}
# the same page, request "Ruby"
RUBY_SENT: Json = {
    "Tag": "Created using Mangopay Ruby SDK",
    "Email": "john.ruby@test.com",
    "FirstName": "John",
    "LastName": "Doe",
    "Address": {
        "AddressLine1": "2795 Edgewood Road",
        "City": "Little Rock",
        "Region": "Arkansas",
        "PostalCode": "72212",
        "Country": "US",
    },
    "Birthday": 655772400,
    "Nationality": "FR",
    "CountryOfResidence": "US",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
# the same page, request "Java", spelled as its SDK spells it on the wire
JAVA_SENT: Json = {
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@mgp.com",
    "Address": {
        "AddressLine1": "27 Rue de Rivoli",
        "City": "Paris",
        "Region": "Île-de-France",
        "PostalCode": "75001",
        "Country": "FR",
    },
    "Birthday": 655772400,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "TermsAndConditionsAccepted": True,
    "Tag": "Created using the Mangopay Java SDK",
    "UserCategory": "PAYER",
}
# the same page, request ".NET": an OWNER by its class; it names no terms, which a call demands
NET_SENT: Json = {
    "FirstName": "Dolly",
    "LastName": "Tester",
    "Email": "dolly.nelson@example.com",
    "Address": {
        "AddressLine1": "17 Rue de la République",
        "City": "Paris",
        "PostalCode": "75001",
        "Country": "FR",
    },
    "Birthday": 479692800,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "Tag": "Created using the Mangopay .NET SDK",
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
}
# the same page, response "REST - Payer"
PAYER_SHOWN: Json = {
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Birthday": None,
    "Nationality": None,
    "CountryOfResidence": None,
    "Occupation": None,
    "IncomeRange": None,
    "ProofOfIdentity": None,
    "ProofOfAddress": None,
    "Capacity": "NORMAL",
    "PhoneNumber": None,
    "PhoneNumberCountry": None,
    "Id": "user_m_01JHX2YFX51HSR8R2HJ8ABSEFF",
    "Tag": "Created using Mangopay API Postman collection",
    "CreationDate": 1737216704,
    "PersonType": "NATURAL",
    "Email": "alex.smith@example.com",
    "KYCLevel": "LIGHT",
    "TermsAndConditionsAccepted": False,
    "TermsAndConditionsAcceptedDate": None,
    "UserCategory": "PAYER",
    "UserStatus": "ACTIVE",
}
# the same page, response "REST - Owner"
OWNER_SHOWN: Json = {
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "Occupation": None,
    "IncomeRange": None,
    "ProofOfIdentity": None,
    "ProofOfAddress": None,
    "Capacity": "NORMAL",
    "PhoneNumber": None,
    "PhoneNumberCountry": None,
    "Id": "user_m_01JHX332D775R1784M4SK4SFMS",
    "Tag": "Created using Mangopay API Postman collection",
    "CreationDate": 1737216854,
    "PersonType": "NATURAL",
    "Email": "alex.smith@example.com",
    "KYCLevel": "LIGHT",
    "TermsAndConditionsAccepted": True,
    "TermsAndConditionsAcceptedDate": 1737216854,
    "UserCategory": "OWNER",
    "UserStatus": "ACTIVE",
}
# docs: api-reference/users/update-natural-user, its request and its response
TAG_SENT: Json = {"UserCategory": "PAYER", "TermsAndConditionsAccepted": False, "Tag": "New tag"}
TAG_SHOWN: Json = {**PAYER_SHOWN, "Tag": "New tag"}

PARIS = Address(
    line1="3 rue de la Cité",
    line2="Appartement 7",
    city="Paris",
    region="Île-de-France",
    postal_code="75004",
    country="FR",
)
PAYER = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    address=PARIS,
    email="alex.smith@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
    tag="Created using Mangopay API Postman collection",
)
OWNER = PAYER.replace(
    {
        "identity.birthdate": date(1990, 8, 31),
        "identity.nationality": "FR",
        "identity.country_of_residence": "FR",
    },
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
NODE = User(
    identity=Identity(
        given_name="John",
        family_name="Doe",
        birthdate=date(1990, 10, 12),
        nationality="FR",
        country_of_residence="US",
    ),
    address=Address(
        line1="2795 Edgewood Road",
        city="Little Rock",
        region="Arkansas",
        postal_code="72212",
        country="US",
    ),
    email="john.doe@mangopay.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
    tag="My first user",
)
PYTHON = User(
    identity=Identity(
        given_name="Olivia",
        family_name="Turner",
        birthdate=date(1990, 10, 12),
        nationality="GB",
        country_of_residence="GB",
    ),
    address=Address(line1="42 Maple Road", city="London", postal_code="WC1X 0AA", country="GB"),
    email="olivia.turner@test.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
    tag="Created with Mangopay Python SDK",
)

PHP = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    address=Address(
        line1="Rue des plantes",
        line2="Building A",
        city="Paris",
        region="IDF",
        postal_code="75000",
        country="FR",
    ),
    email="asmith@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=True),
    tag="Created using Mangopay PHP SDK",
)
RUBY = NODE.replace(email="john.ruby@test.com", tag="Created using Mangopay Ruby SDK")
JAVA = User(
    identity=Identity(
        given_name="Alex",
        family_name="Smith",
        birthdate=date(1990, 10, 12),
        nationality="FR",
        country_of_residence="FR",
    ),
    address=Address(
        line1="27 Rue de Rivoli",
        city="Paris",
        region="Île-de-France",
        postal_code="75001",
        country="FR",
    ),
    email="alex.smith@mgp.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=True),
    tag="Created using the Mangopay Java SDK",
)
NET = User(
    identity=Identity(
        given_name="Dolly",
        family_name="Tester",
        birthdate=date(1985, 3, 15),
        nationality="FR",
        country_of_residence="FR",
    ),
    address=Address(
        line1="17 Rue de la République", city="Paris", postal_code="75001", country="FR"
    ),
    email="dolly.nelson@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
    tag="Created using the Mangopay .NET SDK",
)
EXAMPLES = {
    "payer": (PAYER, PAYER_SENT),
    "owner": (OWNER, OWNER_SENT),
    "node": (NODE, NODE_SENT),
    "python": (PYTHON, PYTHON_SENT),
    "php": (PHP, PHP_SENT),
    "ruby": (RUBY, RUBY_SENT),
    "java": (JAVA, JAVA_SENT),
    "net": (NET, NET_SENT),
}

LEGACY = MangoPay(client_id="acme", api_key=Secret("key"), api=Api.LEGACY, name="fr")
SCA = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
HOST = "https://api.sandbox.mangopay.com/v2.01/acme"


def canonical(body: Json) -> Json:
    """A body as the adapter spells it: no nulls, a birthday at midnight."""
    found: Json = {}
    for name, value in body.items():
        if isinstance(value, dict):
            found[name] = canonical(value)
        elif value is not None:
            found[name] = value // DAY * DAY if name == "Birthday" else value
    return found


def talk(flow: Flow[T], *answers: Json | Response) -> tuple[list[Request], T]:
    """Runs a flow against the answers given, in their order."""
    sent = [next(flow)]
    for answer in answers:
        given = answer if isinstance(answer, Response) else ok(answer)
        try:
            sent.append(flow.send(given))
        except StopIteration as done:
            return sent, done.value
    raise AssertionError("the flow wants more answers")


def ok(body: Json) -> Response:
    return Response(status=200, body=json.dumps(body).encode())


def read(payload: Json, adapter: MangoPay = LEGACY) -> UserRecord:
    _, record = talk(adapter.fetch_user(payload["Id"]), payload)
    return record


@pytest.mark.parametrize(("user", "documented"), EXAMPLES.values(), ids=EXAMPLES)
def test_a_legacy_registration_is_the_documented_request(user: User, documented: Json) -> None:
    request = next(LEGACY.create_user(user))

    assert (request.method, request.url) == ("POST", f"{HOST}/users/natural")
    assert json.loads(request.body) == canonical(documented)


@pytest.mark.parametrize("user", [user for user, _ in EXAMPLES.values()], ids=EXAMPLES)
def test_the_same_registration_is_documented_for_the_sca_endpoint(user: User) -> None:
    request = next(SCA.create_user(user))

    assert (request.method, request.url) == ("POST", f"{HOST}/sca/users/natural")
    legacy = next(LEGACY.create_user(user))
    assert json.loads(request.body) == json.loads(legacy.body)


def test_a_legacy_update_is_the_documented_request_to_the_letter() -> None:
    record = read(PAYER_SHOWN)

    sent, updated = talk(LEGACY.update_user(record, record.user.replace(tag="New tag")), TAG_SHOWN)

    assert [(request.method, request.url) for request in sent] == [
        ("PUT", f"{HOST}/users/natural/user_m_01JHX2YFX51HSR8R2HJ8ABSEFF")
    ]
    assert json.loads(sent[0].body) == TAG_SENT
    assert updated.user == PAYER.replace(tag="New tag")


@pytest.mark.parametrize(
    ("payload", "user"), [(PAYER_SHOWN, PAYER), (OWNER_SHOWN, OWNER)], ids=["payer", "owner"]
)
def test_a_documented_answer_is_the_user_that_was_given(payload: Json, user: User) -> None:
    record = read(payload)

    accepted_at = record.user.terms.accepted_at if record.user.terms else None
    assert record.user.replace({"terms.accepted_at": None}) == user
    assert record.id == payload["Id"]
    assert record.status is UserStatus.ACTIVE
    assert record.kyc_level is KYCLevel.LIGHT
    assert record.identification_level is IdentificationLevel.UNIDENTIFIED
    assert record.created_at == datetime.fromtimestamp(payload["CreationDate"], UTC)
    documented = payload["TermsAndConditionsAcceptedDate"]
    assert accepted_at == (datetime.fromtimestamp(documented, UTC) if documented else None)


@pytest.mark.parametrize("payload", [PAYER_SHOWN, OWNER_SHOWN, TAG_SHOWN])
def test_a_documented_answer_is_read_and_written_again_without_a_loss(payload: Json) -> None:
    user, unmapped = OLD.from_wire(payload)

    again, losses = OLD.to_wire(user, unmapped=unmapped)

    written = {name for name in payload if OLD.core_path(name) in OLD.plan.writable(On.CREATE)}
    data = {"Address", *written}
    assert again == {
        name: payload[name] for name in payload if name in data and payload[name] is not None
    }
    assert {loss.kind for loss in losses} <= {LossKind.NOT_APPLICABLE, LossKind.WRITE_ONLY}
    assert {**OLD.provider_fields(payload)}.keys() | written | {"Address"} >= {
        name
        for name, value in payload.items()
        if value is not None and name != "TermsAndConditionsAcceptedDate"
    }


def test_the_documented_birthday_is_not_midnight_and_comes_back_as_it_was() -> None:
    user, unmapped = OLD.from_wire(OWNER_SHOWN)

    again, _ = OLD.to_wire(user, unmapped=unmapped)

    assert user.identity is not None
    assert user.identity.birthdate == date(1990, 8, 31)
    assert unmapped["Birthday"] == again["Birthday"] == 652117514


def test_a_birthday_that_changed_is_not_spelled_as_the_old_one() -> None:
    user, unmapped = OLD.from_wire(OWNER_SHOWN)

    again, _ = OLD.to_wire(
        user.replace({"identity.birthdate": date(1970, 1, 1)}), unmapped=unmapped
    )

    assert again["Birthday"] == 0


def test_what_a_payer_is_not_shown_is_null_by_rule_and_the_rest_was_not_given() -> None:
    record = read(PAYER_SHOWN)

    hidden = {path for path, why in record.absent.items() if why is Absence.NULL_BY_RULE}
    assert hidden == {
        "identity.birthdate",
        "identity.nationality",
        "identity.country_of_residence",
        "occupation",
        "income_bracket",
        "terms.accepted_at",
    }
    assert record.absent["phone"] is Absence.NOT_GIVEN


def test_a_payers_hidden_facts_are_reported_as_not_shown_and_sent_all_the_same() -> None:
    user = OWNER.replace(category=UserCategory.PAYER)

    sent, record = talk(LEGACY.create_user(user), PAYER_SHOWN)

    body = json.loads(sent[0].body)
    assert body["Nationality"] == "FR"
    assert {loss.core_path for loss in record.losses if loss.kind is LossKind.WRITE_ONLY} == {
        "identity.birthdate",
        "identity.nationality",
        "identity.country_of_residence",
    }


@pytest.mark.parametrize("adapter", [LEGACY, SCA], ids=["legacy", "sca"])
def test_an_update_without_a_change_sends_nothing(adapter: MangoPay) -> None:
    record = read(OWNER_SHOWN)

    flow = adapter.update_user(record, record.user)

    with pytest.raises(StopIteration) as done:
        next(flow)
    assert done.value.value is record


def test_an_update_on_the_sca_endpoint_sends_the_change_and_the_terms() -> None:
    record = read({**OWNER_SHOWN, "PendingUserAction": None}, SCA)

    request = next(SCA.update_user(record, record.user.replace(tag="New tag")))

    assert json.loads(request.body) == {"Tag": "New tag", "TermsAndConditionsAccepted": True}


def test_a_change_of_one_part_of_an_address_sends_the_whole_of_it() -> None:
    record = read(OWNER_SHOWN)

    request = next(SCA.update_user(record, record.user.replace({"address.city": "Lyon"})))

    assert json.loads(request.body)["Address"] == {**ADDRESS, "City": "Lyon"}


def test_a_part_of_an_address_that_breaks_the_rules_stays_when_another_changes() -> None:
    odd = {**ADDRESS, "PostalCode": "75.004", "Region": "", "Country": "France"}
    record = read({**OWNER_SHOWN, "Address": odd})

    request = next(LEGACY.update_user(record, record.user.replace({"address.city": "Lyon"})))

    assert json.loads(request.body)["Address"] == {**odd, "City": "Lyon"}


@pytest.mark.parametrize("phone", ["06 11 11 11 11", "0611111111"])
def test_a_local_phone_number_is_never_the_reason_to_refuse_another_change(phone: str) -> None:
    shown = {**OWNER_SHOWN, "PendingUserAction": None, "PhoneNumber": phone}
    record = read({**shown, "PhoneNumberCountry": "FR", "FirstName": "x" * 101}, SCA)

    request = next(SCA.update_user(record, record.user.replace(tag="New tag")))

    assert json.loads(request.body) == {"Tag": "New tag", "TermsAndConditionsAccepted": True}


@pytest.mark.parametrize(
    "path", ["tag", "address", "address.line2", "phone", "identity.birthdate", "occupation"]
)
def test_emptying_what_no_document_empties_is_refused_by_path(path: str) -> None:
    shown = {
        **OWNER_SHOWN,
        "PendingUserAction": None,
        "PhoneNumber": "+33611111111",
        "Occupation": "Baker",
    }
    record = read(shown, SCA)
    empty = record.user.replace({path: None})

    if path == "address.line2":  # the whole is sent without it, which is what was asked for
        assert (
            "AddressLine2" not in json.loads(next(SCA.update_user(record, empty)).body)["Address"]
        )
        return
    with pytest.raises(Unsupported) as refused:
        next(SCA.update_user(record, empty))

    assert all(found.startswith(path) for found in refused.value.paths)


def test_the_sca_endpoint_refuses_a_category_in_an_update_and_the_legacy_one_takes_it() -> None:
    record = read(PAYER_SHOWN)
    owner = OWNER.replace({"terms.accepted_at": None})

    with pytest.raises(Unsupported) as refused:
        next(SCA.update_user(record, owner))
    request = next(LEGACY.update_user(record, owner))

    assert refused.value.paths == ("category",)
    body = json.loads(request.body)
    assert (body["UserCategory"], body["TermsAndConditionsAccepted"]) == ("OWNER", True)


def test_categorising_sends_the_facts_that_an_owner_needs() -> None:
    record = read({**PAYER_SHOWN, "PendingUserAction": None}, SCA)

    request = next(SCA.categorise_user(record, OWNER))

    assert (request.method, request.url) == (
        "PUT",
        f"{HOST}/sca/users/natural/{record.id}/category",
    )
    # docs: api-reference/users/categorize-natural-user, its body parameters
    assert json.loads(request.body) == {
        "UserCategory": "OWNER",
        "TermsAndConditionsAccepted": True,
        "Birthday": 652117514 // DAY * DAY,
        "Nationality": "FR",
        "CountryOfResidence": "FR",
        "Email": "alex.smith@example.com",
    }


def test_the_four_shapes_of_a_user_are_told_apart_by_their_keys() -> None:
    assert shape_of(PAYER_SHOWN).plan.cls.__name__ == "LegacyNaturalUser"
    assert shape_of({**PAYER_SHOWN, "PendingUserAction": None}).plan.cls.__name__ == "NaturalUser"
    legal = {"PersonType": "LEGAL", "Name": "Acme"}
    assert shape_of(legal).plan.cls.__name__ == "LegacyLegalUser"
    assert shape_of({**legal, "PendingUserAction": None}).plan.cls.__name__ == "LegalUser"


# Answers recorded between 2013 and 2020 (fact sheet, section 11): adapters must survive them.
@pytest.mark.parametrize(
    "payload",
    [
        {"Id": "47402034", "PersonType": "NATURAL", "Email": None, "KYCLevel": "LIGHT", "Tag": ""},
        {**OWNER_SHOWN, "Address": dict.fromkeys(ADDRESS)},
        {**OWNER_SHOWN, "Address": {**ADDRESS, "Region": ""}},
        {**OWNER_SHOWN, "UserCategory": "UNKNOWN", "KYCLevel": "SUPER", "UserStatus": "FROZEN"},
        {**OWNER_SHOWN, "Birthday": 1690291065.0, "IncomeRange": 9, "Capacity": "DECLARATIVE"},
        {**OWNER_SHOWN, "LegalRepresentativeAddress": None, "Something": {"New": [1]}},
    ],
    ids=["2018", "nulls", "empty region", "unknown words", "odd numbers", "unknown keys"],
)
def test_an_odd_answer_of_record_is_read(payload: Json) -> None:
    record = read(payload)

    assert record.id == payload["Id"]
    assert record.raw == payload
    known = {*(d.wire for d in OLD.plan.fields), *OLD.plan.kept, "Address"}
    assert {name for name in payload if name not in known} <= record.unmapped.keys()
    for name, odd in (("UserCategory", "UNKNOWN"), ("IncomeRange", 9)):
        if payload.get(name) == odd:
            assert record.unmapped[name] == odd
    assert record.user.address is None or any(vars(record.user.address).values())
