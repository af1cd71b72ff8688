"""An update sends what changed, as the provider spells it; what is cleared, cleared or refused.

And what means something only beside another value goes to no other provider without it.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from onboarding import (
    Absence,
    InvalidInput,
    NationalId,
    Secret,
    UnexpectedResponse,
    Unsupported,
    UserCategory,
    UserRecord,
)
from onboarding.spi import Adapter, Flow, Request, Response

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera

Json = dict[str, Any]

FR = MangoPay(name="fr", client_id="acme", api_key=Secret("k"))
LEGACY = MangoPay(name="fr", client_id="acme", api_key=Secret("k"), api=Api.LEGACY)
LT = Paysera(name="lt", client_id="acme", mac_key=Secret("k"))
ADDRESSED = attrs.evolve(LT, sends_address=True)
LENIENT = attrs.evolve(LT, accept_loss=("*",))

ZOE: Json = {
    "Id": "1",
    "PersonType": "NATURAL",
    "PendingUserAction": None,
    "FirstName": "Zo\xeb",
    "LastName": "B\xe9guin",
    "Birthday": 652117514,
    "Nationality": "LT",
    "CountryOfResidence": "FR",
    "Email": "Zoe@Example.com",
    "KYCLevel": "REGULAR",
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "Tag": "",
    "Address": {
        "AddressLine1": "3 rue de la Cit\xe9",
        "AddressLine2": None,
        "City": "Paris",
        "Region": "",
        "PostalCode": "75004",
        "Country": "FR",
    },
}
COMPANY: Json = {
    **{key: ZOE[key] for key in ("Id", "PendingUserAction", "Email", "UserCategory", "Tag")},
    "PersonType": "LEGAL",
    "LegalPersonType": "BUSINESS",
    "Name": "Caf\xe9",
    "TermsAndConditionsAccepted": True,
    "LegalRepresentative": {
        "FirstName": "Zo\xeb",
        "LastName": "B",
        "Email": "zoe@example.com",
        "PhoneNumber": "06 11 11 11 11",
        "PhoneNumberCountry": "FR",
    },
}
ONA: Json = {
    "id": 1,
    "email": "Ona@example.com",
    "identity": {"name": "Zo\xeb", "surname": "P", "nationality": "LT", "code": "48707140000"},
    "address": {"country": "LT", "city": "\u0160iauliai", "street": "Lauko 1"},
}


def without_sca(payload: Json) -> Json:
    return {key: value for key, value in payload.items() if key != "PendingUserAction"}


def fetched(adapter: Adapter, payload: Json) -> UserRecord:
    flow = adapter.fetch_user("1")
    next(flow)
    try:
        flow.send(Response(status=200, body=json.dumps(payload).encode()))
    except StopIteration as done:
        found: UserRecord = done.value
        return found
    raise AssertionError("asks again")


def sent(flow: Flow[UserRecord]) -> Json | None:
    """The body of the first request; None where the flow ends without one."""
    try:
        request: Request = next(flow)
    except StopIteration:
        return None
    finally:
        flow.close()
    body: Json = json.loads(request.body)
    return body


# -- the same value in another spelling


@pytest.mark.parametrize(
    ("adapter", "payload"),
    [
        (FR, ZOE), (LEGACY, without_sca(ZOE)), (FR, COMPANY), (LT, ONA), (ADDRESSED, ONA),
    ],
    ids=["natural", "legacy", "company", "paysera", "paysera with an address"],
)  # fmt: skip
def test_a_user_of_ones_own_in_another_spelling_changes_nothing(
    adapter: Adapter, payload: Json
) -> None:
    record = fetched(adapter, payload)
    mine = record.user
    spelled = {"email": (mine.email or "").upper()}
    if mine.identity is not None:
        spelled["identity.given_name"] = "Zoe\u0308"
    if mine.company is not None:
        spelled["company.legal_name"] = "Cafe\u0301"
        spelled["people[representative].identity.given_name"] = "Zoe\u0308"
        spelled["people[representative].phone"] = "+33611111111"
    mine = mine.replace(spelled, tag=None)

    assert sent(adapter.update_user(record, mine)) is None
    assert adapter.effects(record, mine) == ()


def test_a_change_beside_another_spelling_sends_the_change_alone() -> None:
    record = fetched(FR, ZOE)
    mine = record.user.replace({"identity.given_name": "Zoe\u0308", "occupation": "Baker"})

    assert sent(FR.update_user(record, mine)) == {
        "Occupation": "Baker",
        "TermsAndConditionsAccepted": True,
    }


def test_what_goes_along_is_spelled_as_the_provider_has_it() -> None:
    record = fetched(LT, ONA)
    mine = record.user.replace(
        {"identity.given_name": "Zoe\u0308", "identity.family_name": "Q"}, email="ONA@EXAMPLE.COM"
    )

    assert sent(LT.update_user(record, mine)) == {
        "email": "Ona@example.com",
        "identity": {**ONA["identity"], "surname": "Q"},
    }


def test_categorising_spells_what_is_unchanged_as_the_provider_has_it() -> None:
    record = fetched(FR, {**ZOE, "UserCategory": "PAYER"})

    body = sent(FR.categorise_user(record, record.user.replace(category=UserCategory.OWNER)))

    assert body is not None
    assert body["Birthday"] == 652117514


def test_a_contact_in_another_spelling_is_not_assigned_again() -> None:
    record = fetched(LT, ONA)

    assert sent(LT.assign_contact(record, email="ona@EXAMPLE.com")) is None


# -- cleared


@pytest.mark.parametrize("change", [{}, {"identity.family_name": "Q"}])
def test_a_cleared_part_of_an_identity_is_refused_for_no_document_clears_it(change: Json) -> None:
    record = fetched(LT, ONA)
    wanted = record.user.replace(
        {**change, "identity.nationality": None, "identity.national_id": None}
    )

    with pytest.raises(Unsupported) as raised:
        sent(LT.update_user(record, wanted))

    assert "identity.nationality" in raised.value.paths


def test_a_cleared_part_whose_loss_is_accepted_is_not_sent_again() -> None:
    record = fetched(LENIENT, ONA)
    cleared = record.user.replace({"identity.nationality": None})

    assert sent(LENIENT.update_user(record, cleared)) is None
    assert sent(LENIENT.update_user(record, cleared.replace({"identity.family_name": "Q"}))) == {
        "email": "Ona@example.com",
        "identity": {"name": "Zo\xeb", "surname": "Q", "code": "48707140000"},
    }


def test_a_cleared_region_goes_with_an_address_which_mangopay_replaces() -> None:
    shown = {**ZOE["Address"], "Country": "US", "Region": "Ohio"}
    record = fetched(FR, {**ZOE, "Address": shown})

    body = sent(FR.update_user(record, record.user.replace({"address.region": None})))

    assert body is not None
    assert "Region" not in body["Address"]
    assert body["Address"]["City"] == "Paris"


# -- what cannot be read


def test_an_update_neither_overwrites_nor_clears_what_could_not_be_read() -> None:
    odd = {**ZOE["Address"], "City": ["Paris"], "Country": 250}
    record = fetched(FR, {**ZOE, "FirstName": {"fr": "Zo\xeb"}, "Address": odd})

    top = sent(FR.update_user(record, record.user.replace(tag="x")))
    inside = sent(FR.update_user(record, record.user.replace({"address.line1": "4 rue"})))

    assert top == {"Tag": "x", "TermsAndConditionsAccepted": True}
    assert inside is not None
    assert inside["Address"]["City"] == ["Paris"]
    assert inside["Address"]["Country"] == 250
    assert record.raw["Address"] == odd


def test_a_text_in_place_of_an_address_is_not_overwritten_unread() -> None:
    record = fetched(FR, {**ZOE, "Address": "3 rue de la Cit\xe9, Paris"})

    with pytest.raises(Unsupported) as raised:
        sent(FR.update_user(record, record.user.replace({"address.city": "Lyon"})))

    assert raised.value.paths == ("address",)
    assert "rue" not in str(raised.value)


# -- what means something only beside another value

OLD_ID = NationalId(code="48707140000", country="LT")


@pytest.mark.parametrize("number", ["861234567", "8 612 34567", "061234567", "+37061234567"])
def test_a_national_phone_number_reaches_another_provider_with_its_country(number: str) -> None:
    shown = {**ZOE, "PhoneNumber": number, "PhoneNumberCountry": "LT"}
    user = fetched(FR, shown).user.replace({"identity.national_id": OLD_ID})

    body = sent(LENIENT.create_user(user))

    assert body is not None
    assert body["phone"] == "37061234567"


@pytest.mark.parametrize("country", [None, "ZZ", 7])
def test_a_national_phone_number_without_its_country_is_refused_by_path(country: object) -> None:
    shown = {**ZOE, "PhoneNumber": "861234567", "PhoneNumberCountry": country}
    user = fetched(FR, shown).user
    elsewhere = attrs.evolve(FR, name="other")

    for adapter in (LT, elsewhere):
        with pytest.raises((Unsupported, InvalidInput)) as raised:
            sent(adapter.create_user(user))
        assert {"phone", "extras.mangopay.phone_number_country"} & {*raised.value.paths}
        assert "8612" not in str(raised.value)


def test_the_representative_of_a_company_has_a_whole_number_too() -> None:
    [representative] = fetched(FR, COMPANY).user.people

    assert representative.phone == "+33611111111"


def test_a_personal_number_whose_country_is_not_known_is_given_none_by_the_way() -> None:
    unknown = {key: part for key, part in ONA["identity"].items() if key != "nationality"}
    record = fetched(LT, {**ONA, "identity": unknown})

    with pytest.raises(Unsupported) as raised:
        sent(LT.update_user(record, record.user.replace({"identity.nationality": "FR"})))

    assert raised.value.paths == ("identity.national_id.country",)


def confirmed_phones(body: bytes) -> Any:
    flow = LT.fetch_confirmed_phones("1")
    next(flow)
    try:
        flow.send(Response(status=200, body=body))
    except StopIteration as done:
        return done.value
    raise AssertionError("asks again")


def test_a_confirmed_phone_number_of_another_form_is_given_no_country_code() -> None:
    assert confirmed_phones(b'["37061234567", "+37061234567"]') == ("+37061234567",) * 2
    with pytest.raises(UnexpectedResponse):
        confirmed_phones(b'["061234567"]')


@pytest.mark.parametrize(
    ("fetch", "shown", "why"),
    [
        (LT.fetch_email, {"a": 1}, Absence.UNREADABLE),
        (LT.fetch_identity, "Ona", Absence.UNREADABLE),
        (LT.fetch_address, {"city": 7}, Absence.UNREADABLE),
        (LT.fetch_email, None, Absence.NOT_RETURNED),
        (LT.fetch_address, {}, Absence.NOT_RETURNED),
    ],
)
def test_a_single_field_that_cannot_be_read_says_so(
    fetch: Any, shown: object, why: Absence
) -> None:
    flow = fetch("1")
    next(flow)

    with pytest.raises(StopIteration) as ended:
        flow.send(Response(status=200, body=json.dumps(shown).encode()))

    assert (ended.value.value.value, ended.value.value.absent) == (None, why)
