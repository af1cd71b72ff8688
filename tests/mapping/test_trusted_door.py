"""What a provider sends is never refused for its shape: it is kept as it came."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import pytest
from onboarding import Absence, InvalidInput, Secret, User, UserRecord, UserStatus
from onboarding.mapping.paths import lookup
from onboarding.spi import Adapter, Flow, Request, Response
from onboarding.values.base import trust

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera

T = TypeVar("T")
Json = dict[str, Any]

MANGOPAY = MangoPay(name="fr", client_id="acme", api_key=Secret("k"))
LEGACY = MangoPay(name="fr", client_id="acme", api_key=Secret("k"), api=Api.LEGACY)
PAYSERA = Paysera(name="lt", client_id="acme", mac_key=Secret("k"))

# docs: create-natural-user-sca, the response of an OWNER
OWNER: Json = {
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
    "PhoneNumber": "+33611111111",
    "PhoneNumberCountry": "FR",
    "Address": {
        "AddressLine1": "3 rue de la Cité",
        "AddressLine2": "Appartement 7",
        "City": "Paris",
        "Region": "Île-de-France",
        "PostalCode": "75004",
        "Country": "FR",
    },
    "PendingUserAction": None,
    "Id": "user_m_01",
    "Tag": None,
    "CreationDate": 1737216704,
    "PersonType": "NATURAL",
    "Email": "alex.smith@example.com",
    "KYCLevel": "LIGHT",
    "TermsAndConditionsAccepted": True,
    "TermsAndConditionsAcceptedDate": 1737216704,
    "UserCategory": "OWNER",
    "UserStatus": "ACTIVE",
}
# docs: user-resource, Example Response
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


def answered(payload: object) -> Callable[[Request], Response]:
    """A provider that answers everything with one object."""
    return lambda request: Response(status=200, body=json.dumps(payload).encode())


def played(flow: Flow[T], provider: Callable[[Request], Response]) -> T:
    """Runs a flow against a provider that is a function."""
    try:
        request = next(flow)
        while True:
            request = flow.send(provider(request))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a StopIteration carries any value


def fetched(adapter: Adapter, payload: object) -> UserRecord:
    return played(adapter.fetch_user("1"), answered(payload))


def sent_by_update(adapter: Adapter, record: UserRecord, user: User) -> Json | None:
    """The body that an update sends; None when it sends nothing."""
    bodies: list[Json] = []

    def provider(request: Request) -> Response:
        bodies.append(json.loads(request.body))
        return Response(status=200, body=json.dumps(dict(record.raw)).encode())

    played(adapter.update_user(record, user), provider)
    return bodies[0] if bodies else None


def at(user: User, path: str) -> Any:
    value: Any = user
    for name in path.split("."):
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return value


def changed(payload: Json, path: str, value: object) -> Json:
    """The payload with another value at a wire path."""
    head, _, rest = path.partition(".")
    if rest:
        return {**payload, head: changed(payload.get(head) or {}, rest, value)}
    return {**payload, head: value}


# wire path, what came, core path, what the core shows of it; None where it is residue
UNSHAPELY_MANGOPAY: tuple[tuple[str, Any, str, Any], ...] = (
    ("PhoneNumber", "06 11 11 11 11", "phone", "+33611111111"),
    ("PhoneNumber", "06 11", "phone", "06 11"),
    ("PhoneNumber", "", "phone", ""),
    ("FirstName", 7, "identity.given_name", None),
    ("Address.City", ["Paris"], "address.city", None),
    ("Birthday", "31 August 1990", "identity.birthdate", None),
    ("IncomeRange", True, "income_bracket", None),
    ("Address.Region", "", "address.region", ""),
    ("Address.Country", "france", "address.country", "france"),
    ("Address.PostalCode", "75/004 \u00e9", "address.postal_code", "75/004 \u00e9"),
    ("FirstName", "", "identity.given_name", ""),
    ("FirstName", "x" * 400, "identity.given_name", "x" * 400),
    ("LastName", "a\x00b", "identity.family_name", "a\x00b"),
    ("Email", "nobody", "email", "nobody"),
    ("Nationality", "zz", "identity.nationality", "zz"),
    ("UserCategory", "UNKNOWN", "category", None),
    ("UserCategory", 3, "category", None),
    ("IncomeRange", 9, "income_bracket", None),
    ("Birthday", 10**15, "identity.birthdate", None),
    ("Birthday", -(10**15), "identity.birthdate", None),
    ("Birthday", -1, "identity.birthdate", date(1969, 12, 31)),
    ("TermsAndConditionsAcceptedDate", 10**15, "terms.accepted_at", None),
)
UNSHAPELY_PAYSERA: tuple[tuple[str, Any, str, Any], ...] = (
    ("phone", "8 666 12345", "phone", "8 666 12345"),
    ("phone", "", "phone", ""),
    ("email", "nobody", "email", "nobody"),
    ("gender", "x", "identity.gender", None),
    ("dob", "1910-1-23", "identity.birthdate", None),
    ("dob", "0000-00-00", "identity.birthdate", None),
    ("dob", "", "identity.birthdate", None),
    ("identity.code", 31001230000, "identity.national_id.code", "31001230000"),
    ("identity.name", {"first": "John"}, "identity.given_name", None),
    ("identity", "John Smith", "identity.given_name", None),
    ("identity.code", "", "identity.national_id.code", ""),
    ("identity.nationality", "LTU", "identity.nationality", "LTU"),
    ("address.country", "lithuania", "address.country", "LITHUANIA"),
    ("address.city", "", "address.city", ""),
    ("locale", "xx_YY", "locale", "xx_YY"),
)
CASES = [
    *((MANGOPAY, OWNER, *case) for case in UNSHAPELY_MANGOPAY),
    *((LEGACY, {k: v for k, v in OWNER.items() if k != "PendingUserAction"}, *case)
      for case in UNSHAPELY_MANGOPAY),
    *((PAYSERA, SHOWN, *case) for case in UNSHAPELY_PAYSERA),
]  # fmt: skip
NAMES = [f"{case[0].provider} {case[2]}={str(case[3])[:12]!a}" for case in CASES]


@pytest.mark.parametrize(("adapter", "payload", "wire", "came", "core", "shown"), CASES, ids=NAMES)
def test_what_has_no_shape_is_kept_in_its_field_or_in_the_residue(
    adapter: Adapter, payload: Json, wire: str, came: Any, core: str, shown: Any
) -> None:
    record = fetched(adapter, changed(payload, wire, came))

    assert at(record.user, core) == shown
    if shown is None:
        assert record.unmapped[wire] == came
        assert record.absent[core] in (Absence.UNREADABLE, Absence.NOT_GIVEN)


@pytest.mark.parametrize(("adapter", "payload", "wire", "came", "core", "shown"), CASES, ids=NAMES)
def test_a_record_with_what_has_no_shape_can_be_stored(
    adapter: Adapter, payload: Json, wire: str, came: Any, core: str, shown: Any
) -> None:
    record = fetched(adapter, changed(payload, wire, came))

    read = UserRecord.from_json(record.to_json())

    assert read == record
    assert at(read.user, core) == shown


@pytest.mark.parametrize(("adapter", "payload", "wire", "came", "core", "shown"), CASES, ids=NAMES)
def test_what_has_no_shape_is_no_reason_to_refuse_an_update_beside_it(
    adapter: Adapter, payload: Json, wire: str, came: Any, core: str, shown: Any
) -> None:
    record = fetched(adapter, changed(payload, wire, came))
    path, name = ("tag", "Tag") if adapter.provider == "mangopay" else ("email", "email")

    body = sent_by_update(adapter, record, record.user.replace({path: "new@example.com"}))
    nothing = sent_by_update(adapter, record, record.user.replace({}))

    always_send = {
        "mangopay": {"TermsAndConditionsAccepted", "UserCategory"} & set(body or {}),
        "paysera": set[str](),
    }[adapter.provider]
    assert body is not None
    assert set(body) == {name} | always_send
    assert body[name] == "new@example.com"
    assert nothing is None


def test_a_legacy_update_carries_a_category_that_the_core_does_not_know_as_it_came() -> None:
    payload = {key: value for key, value in OWNER.items() if key != "PendingUserAction"}
    record = fetched(LEGACY, {**payload, "UserCategory": "UNKNOWN"})

    body = sent_by_update(LEGACY, record, record.user.replace(tag="x"))

    assert body is not None
    assert body.get("UserCategory", "UNKNOWN") == "UNKNOWN"


# -- facts of the record


def test_levels_and_statuses_that_nobody_knows_are_kept_and_worth_nothing() -> None:
    record = fetched(MANGOPAY, {**OWNER, "KYCLevel": "SUPER", "UserStatus": "FROZEN"})

    assert record.provider_fields["KYCLevel"] == "SUPER"
    assert record.provider_fields["UserStatus"] == "FROZEN"
    assert record.kyc_level is None
    assert record.identification_level is None
    assert record.status is None


def test_an_identification_level_that_nobody_knows_is_kept_and_worth_nothing() -> None:
    record = fetched(PAYSERA, {**SHOWN, "identification_level": "brand_new"})

    assert record.provider_fields["identification_level"] == "brand_new"
    assert record.kyc_level is None
    assert record.identification_level is None


def test_of_two_levels_that_differ_the_lesser_counts() -> None:
    record = fetched(PAYSERA, {**SHOWN, "calculated_level": "semi_identified"})

    assert record.identification_level is not None
    assert record.identification_level.value == "semi_identified"
    assert record.kyc_level is not None
    assert record.kyc_level.value == "LIGHT"


@pytest.mark.parametrize(
    ("adapter", "payload", "key"), [(MANGOPAY, OWNER, "Id"), (PAYSERA, SHOWN, "id")]
)
@pytest.mark.parametrize("came", [8494514, "8494514"])
def test_an_id_is_a_text_even_where_it_was_a_number(
    adapter: Adapter, payload: Json, key: str, came: object
) -> None:
    record = fetched(adapter, {**payload, key: came})

    assert record.id == "8494514"


def test_a_creation_date_outside_the_calendar_is_kept_as_it_came() -> None:
    record = fetched(MANGOPAY, {**OWNER, "CreationDate": 10**18})

    assert record.created_at is None
    assert record.provider_fields["CreationDate"] == 10**18


def test_an_address_of_six_nulls_is_no_address() -> None:
    record = fetched(MANGOPAY, {**OWNER, "Address": dict.fromkeys(OWNER["Address"])})

    assert record.user.address is None
    assert record.absent["address.city"] is Absence.NOT_GIVEN


@pytest.mark.parametrize(
    ("adapter", "payload", "key"), [(MANGOPAY, OWNER, "Address"), (PAYSERA, SHOWN, "address")]
)
@pytest.mark.parametrize("came", [None, {}, []])
def test_an_empty_object_is_no_address(
    adapter: Adapter, payload: Json, key: str, came: object
) -> None:
    record = fetched(adapter, {**payload, key: came})

    assert record.user.address is None


def test_keys_that_nobody_knows_are_residue_at_every_depth() -> None:
    payload = changed(changed(OWNER, "Mood", {"a": [1]}), "Address.Floor", 3)

    record = fetched(MANGOPAY, payload)

    assert record.unmapped["Mood"] == {"a": [1]}
    assert record.unmapped["Address.Floor"] == 3
    assert record.raw == payload


def test_a_time_of_day_in_a_birthday_survives_in_the_residue() -> None:
    record = fetched(MANGOPAY, OWNER)

    assert record.user.identity is not None
    assert record.user.identity.birthdate == date(1990, 8, 31)
    assert record.unmapped["Birthday"] == 652117514


def test_an_exposed_person_in_odd_words_is_kept() -> None:
    pep = [{"name": None, "positions": None, "since": 1999}, {"relation": "x" * 300}]

    record = fetched(PAYSERA, {**SHOWN, "pep": pep})

    assert [found.relation for found in record.user.political_exposures] == [None, "x" * 300]
    assert record.unmapped["pep"] == pep


def test_a_company_is_read_from_a_provider_that_registers_none() -> None:
    record = fetched(PAYSERA, {"id": 5, "type": "legal", "company_code": "300060819"})

    assert record.user.company is not None
    assert record.user.company.registration_number == "300060819"
    assert record.provider_fields["type"] == "legal"


# -- changing what was read


def messy() -> UserRecord:
    """A record in which hardly a field has the shape that the core asks of callers."""
    payload: Json = {
        **OWNER,
        "FirstName": "",
        "PhoneNumber": "06 11",
        "UserCategory": "UNKNOWN",
        "KYCLevel": "SUPER",
        "Birthday": 10**15,
        "Address": {**OWNER["Address"], "Region": "", "Country": "france"},
        "Id": 8494514,
        "Mood": "sunny",
    }
    return fetched(MANGOPAY, payload)


def test_a_change_beside_what_has_no_shape_is_accepted_and_leaves_it() -> None:
    user = messy().user

    changed_user = user.replace({"identity.family_name": "Jones", "address.city": "Lyon"}, tag="x")

    assert changed_user.phone == "06 11"
    assert at(changed_user, "address.region") == ""
    assert at(changed_user, "address.city") == "Lyon"
    assert at(changed_user, "identity.given_name") == ""
    assert at(changed_user, "identity.family_name") == "Jones"


def test_what_is_changed_must_have_a_shape() -> None:
    user = messy().user

    with pytest.raises(InvalidInput) as caught:
        user.replace({"phone": "06 22 22 22 22", "address.region": " "})

    assert sorted(caught.value.paths) == ["address.region", "phone"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tag": "x"}, {"Tag": "x"}),
        ({"identity.family_name": "Jones"}, {"LastName": "Jones"}),
        ({"email": "a@example.com"}, {"Email": "a@example.com"}),
        ({"occupation": "Baker"}, {"Occupation": "Baker"}),
    ],
)
def test_one_changed_field_of_a_messy_record_is_all_that_is_sent(
    change: dict[str, Any], expected: Json
) -> None:
    record = messy()

    body = sent_by_update(MANGOPAY, record, record.user.replace(change))

    assert body == {**expected, "TermsAndConditionsAccepted": True}


def test_a_messy_record_that_was_stored_is_updated_alike() -> None:
    record = UserRecord.from_json(messy().to_json())

    body = sent_by_update(MANGOPAY, record, record.user.replace(tag="x"))

    assert body == {"Tag": "x", "TermsAndConditionsAccepted": True}


def test_an_identity_with_a_number_for_a_code_is_sent_back_whole_with_a_text() -> None:
    record = fetched(PAYSERA, changed(SHOWN, "identity.code", 31001230000))

    body = sent_by_update(
        PAYSERA, record, record.user.replace({"identity.family_name": "Smithson"})
    )

    assert body == {
        "email": "something@example.com",
        "identity": {
            "name": "John",
            "surname": "Smithson",
            "nationality": "lt",
            "code": "31001230000",
        },
    }


@pytest.mark.parametrize("status", ["ACTIVE", "CLOSED", "PENDING_USER_ACTION"])
def test_a_known_status_is_read(status: str) -> None:
    record = fetched(MANGOPAY, {**OWNER, "UserStatus": status})

    assert record.status is not None
    assert record.status in UserStatus


# -- the four faces of absence


def test_what_a_payer_does_not_show_is_null_by_rule() -> None:
    payer = {**OWNER, "UserCategory": "PAYER", "Birthday": None, "Nationality": None, "Tag": None}

    record = fetched(MANGOPAY, payer)

    assert record.absent["identity.birthdate"] is Absence.NULL_BY_RULE
    assert record.absent["identity.nationality"] is Absence.NULL_BY_RULE
    assert record.absent["tag"] is Absence.NOT_GIVEN


def test_what_no_scope_opens_is_hidden_and_what_one_opens_is_not_there() -> None:
    scoped = Paysera(name="lt", client_id="a", mac_key=Secret("k"), scopes=("email", "full_name"))

    record = fetched(scoped, {"id": 221, "identity": {"name": "John", "surname": "Smith"}})

    assert record.absent["phone"] is Absence.HIDDEN
    assert record.absent["address.city"] is Absence.HIDDEN
    assert record.absent["identity.national_id.code"] is Absence.HIDDEN
    assert record.absent["email"] is Absence.NOT_RETURNED
    assert "identity.given_name" not in record.absent


def test_without_known_scopes_what_is_not_shown_is_not_there() -> None:
    record = fetched(PAYSERA, {"id": 221})

    assert record.absent["phone"] is Absence.NOT_RETURNED


def test_what_cannot_be_read_is_told_from_what_is_empty() -> None:
    record = fetched(MANGOPAY, {**OWNER, "UserCategory": "UNKNOWN", "IncomeRange": None})

    assert record.absent["category"] is Absence.UNREADABLE
    assert record.absent["income_bracket"] is Absence.NOT_GIVEN


def test_every_empty_datum_has_a_face_and_no_full_one_has() -> None:
    record = fetched(MANGOPAY, OWNER)

    assert all(lookup(record.user, path) in (None, ()) for path in record.absent)
    assert "email" not in record.absent
    assert "occupation" in record.absent


def test_trust_fills_what_is_not_given_with_defaults() -> None:
    user = trust(User, {"phone": "06"})

    assert user == trust(User, {"phone": "06"})
    assert user.documents == ()
    assert user.extras == {}
    assert user.replace(email="a@example.com").phone == "06"
