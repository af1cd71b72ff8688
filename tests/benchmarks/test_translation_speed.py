"""How fast the compiled translation is, beside plain Python written by hand for the same objects.

Both are measured in one run, so that the ratio means something on any machine.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import date
from timeit import Timer
from typing import Any

import msgspec
import pytest
from onboarding import (
    Address,
    Gender,
    Identity,
    NationalId,
    Terms,
    User,
    UserCategory,
)
from onboarding.mapping import On, translation
from onboarding.model.base import trust

from onboarding_mangopay.wire.natural import NaturalUser
from onboarding_paysera.wire.user import PayseraUser

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()

OWNER: dict[str, Any] = {
    "Address": {
        "AddressLine1": "3 rue de la Cité",
        "AddressLine2": "Appartement 7",
        "City": "Paris",
        "Region": "Île-de-France",
        "PostalCode": "75004",
        "Country": "FR",
    },
    "FirstName": "Alex",
    "LastName": "Smith",
    "Birthday": 652060800,
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
    "TermsAndConditionsAcceptedDate": None,
    "UserCategory": "OWNER",
    "UserStatus": "ACTIVE",
}
JOHN: dict[str, Any] = {
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


def read_owner(data: dict[str, Any]) -> User:
    """What one would write by hand, without residue, without a check of a type."""
    address = data.get("Address") or {}
    birthday = data.get("Birthday")
    return trust(
        User,
        {
            "identity": trust(
                Identity,
                {
                    "given_name": data.get("FirstName"),
                    "family_name": data.get("LastName"),
                    "birthdate": date.fromordinal(EPOCH + birthday // DAY)
                    if birthday is not None
                    else None,
                    "nationality": data.get("Nationality"),
                    "country_of_residence": data.get("CountryOfResidence"),
                },
            ),
            "address": trust(
                Address,
                {
                    "line1": address.get("AddressLine1"),
                    "line2": address.get("AddressLine2"),
                    "city": address.get("City"),
                    "region": address.get("Region"),
                    "postal_code": address.get("PostalCode"),
                    "country": address.get("Country"),
                },
            )
            if any(address.values())
            else None,
            "email": data.get("Email"),
            "phone": data.get("PhoneNumber"),
            "category": UserCategory(data["UserCategory"]),
            "terms": trust(Terms, {"accepted": data.get("TermsAndConditionsAccepted")}),
            "occupation": data.get("Occupation"),
            "tag": data.get("Tag"),
        },
    )


def write_owner(user: User) -> dict[str, Any]:
    """The same for the way out: no report of losses, no limits."""
    identity, address, terms = user.identity, user.address, user.terms
    body: dict[str, Any] = {}
    if identity is not None:
        body["FirstName"] = identity.given_name
        body["LastName"] = identity.family_name
        if identity.birthdate is not None:
            body["Birthday"] = (identity.birthdate.toordinal() - EPOCH) * DAY
        body["Nationality"] = identity.nationality
        body["CountryOfResidence"] = identity.country_of_residence
    if address is not None:
        body["Address"] = {
            "AddressLine1": address.line1,
            "AddressLine2": address.line2,
            "City": address.city,
            "Region": address.region,
            "PostalCode": address.postal_code,
            "Country": address.country,
        }
    body["Email"] = user.email
    body["PhoneNumber"] = user.phone
    body["Occupation"] = user.occupation
    body["Tag"] = user.tag
    body["TermsAndConditionsAccepted"] = terms.accepted if terms is not None else False
    body["UserCategory"] = user.category.value if user.category is not None else None
    return {name: value for name, value in body.items() if value is not None}


def read_john(data: dict[str, Any]) -> User:
    address, identity = data.get("address") or {}, data.get("identity") or {}
    phone, country = data.get("phone"), address.get("country")
    nationality, born, code = identity.get("nationality"), data.get("dob"), identity.get("code")
    nationality = nationality.upper() if nationality else None
    return trust(
        User,
        {
            "identity": trust(
                Identity,
                {
                    "given_name": identity.get("name"),
                    "family_name": identity.get("surname"),
                    "birthdate": date.fromisoformat(born) if born else None,
                    "nationality": nationality,
                    "national_id": trust(NationalId, {"code": code, "country": nationality})
                    if code
                    else None,
                    "gender": Gender(data["gender"]) if data.get("gender") else None,
                },
            ),
            "address": trust(
                Address,
                {
                    "line1": address.get("street"),
                    "city": address.get("city"),
                    "postal_code": address.get("post_index"),
                    "country": country.upper() if country else None,
                },
            ),
            "email": data.get("email"),
            "phone": f"+{phone}" if phone else None,
        },
    )


def write_john(user: User) -> dict[str, Any]:
    identity = user.identity
    body: dict[str, Any] = {"email": user.email, "phone": user.phone}
    if user.phone is not None:
        body["phone"] = user.phone.removeprefix("+")
    if identity is not None:
        body["identity"] = {
            "name": identity.given_name,
            "surname": identity.family_name,
            "nationality": identity.nationality.lower() if identity.nationality else None,
            "code": identity.national_id.code if identity.national_id is not None else None,
        }
    return {name: value for name, value in body.items() if value is not None}


def microseconds(call: Callable[[], object]) -> float:
    """The best of many short runs: what the machine's other work adds is left out."""
    timer = Timer(call, setup=gc.enable)
    number = 2_000
    return min(timer.repeat(repeat=9, number=number)) / number * 1e6


CASES = {
    "mangopay": (translation(NaturalUser, "mangopay"), OWNER, read_owner, write_owner),
    "paysera": (translation(PayseraUser, "paysera"), JOHN, read_john, write_john),
}


@pytest.mark.parametrize("name", CASES)
def test_the_compiled_translation_keeps_up_with_hand_written_code(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wire, payload, read, write = CASES[name]
    user, _ = wire.from_wire(payload)
    assert read(payload) == user
    by_hand, ours = write(user), wire.to_wire(user, On.CREATE)[0]
    assert by_hand == ours

    reads = microseconds(lambda: wire.from_wire(payload)), microseconds(lambda: read(payload))
    writes = microseconds(lambda: wire.to_wire(user)), microseconds(lambda: write(user))

    with capsys.disabled():
        for what, (mine, theirs) in (("read", reads), ("write", writes)):
            print(
                f"\n{name} {what}: {mine:.1f} us, by hand {theirs:.1f} us: {mine / theirs:.2f}x",
                end="",
            )
    assert reads[0] < 10 * reads[1]
    assert writes[0] < 10 * writes[1]


def test_reading_keeps_up_with_a_compiled_library(capsys: pytest.CaptureFixture[str]) -> None:
    wire, payload, _, _ = CASES["mangopay"]
    kinds = {str: str | None, int: int | None, bool: bool | None, dict: dict[str, Any] | None}
    place = msgspec.defstruct("Place", [(name, str | None, None) for name in payload["Address"]])
    fields = [
        (name, kinds.get(type(value), Any), None)
        for name, value in payload.items()
        if name != "Address"
    ]
    owner = msgspec.defstruct("Owner", [*fields, ("Address", place | None, None)])

    mine = microseconds(lambda: wire.from_wire(payload))
    theirs = microseconds(lambda: msgspec.convert(payload, owner))

    with capsys.disabled():
        print(
            f"\nmangopay read: {mine:.1f} us, msgspec {theirs:.1f} us: {mine / theirs:.2f}x",
            end="",
        )
    assert mine < 50 * theirs
