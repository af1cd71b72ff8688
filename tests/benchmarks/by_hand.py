"""The baseline of plain Python: what one would write for the two quoted users, and no more.

No residue, no check of a type, no limits, no report of losses.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from onboarding import Address, Gender, Identity, NationalId, Terms, User, UserCategory
from onboarding.values.base import trust

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def read_owner(data: dict[str, Any]) -> User:
    address = data.get("Address") or {}
    birthday = data.get("Birthday")
    agreed = data.get("TermsAndConditionsAccepted")
    agreed_at = data.get("TermsAndConditionsAcceptedDate")
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
            "terms": trust(Terms, {"accepted": agreed, "accepted_at": _moment(agreed_at)}),
            "occupation": data.get("Occupation"),
            "tag": data.get("Tag"),
        },
    )


def write_owner(user: User) -> dict[str, Any]:
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
