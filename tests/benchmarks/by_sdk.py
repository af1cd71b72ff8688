"""The baseline of MangoPay's own SDK, between its objects and the core by a plain function.

What its `SelectQuery.get` and `save` do around the exchange is done here without one.
"""

from __future__ import annotations

from typing import Any

from mangopay.query import SelectQuery  # type: ignore[import-untyped]
from mangopay.resources import NaturalUser, NaturalUserSca  # type: ignore[import-untyped]
from mangopay.resources import User as AnyUser
from mangopay.utils import Address as SdkAddress  # type: ignore[import-untyped]
from onboarding import Address, Identity, Terms, User, UserCategory
from onboarding.values.base import trust

HANDLER = object()  # the SDK makes one of the client's credentials where it is given none


def build(data: dict[str, Any]) -> Any:
    """The SDK's object of the class that it chooses."""
    query = SelectQuery(AnyUser)
    cls = AnyUser.cast(data)
    return cls(handler=HANDLER, **dict(query.parse_result(data, cls)))


def read_owner(data: dict[str, Any]) -> User:
    """A user in MangoPay's words to the core, through the SDK."""
    shown = build(data)
    address = shown.address
    return trust(
        User,
        {
            "identity": trust(
                Identity,
                {
                    "given_name": shown.first_name,
                    "family_name": shown.last_name,
                    "birthdate": shown.birthday,
                    "nationality": shown.nationality,
                    "country_of_residence": shown.country_of_residence,
                },
            ),
            "address": trust(
                Address,
                {
                    "line1": address.address_line_1,
                    "line2": address.address_line_2,
                    "city": address.city,
                    "region": address.region,
                    "postal_code": address.postal_code,
                    "country": address.country,
                },
            )
            if address is not None
            else None,
            "email": shown.email,
            "category": UserCategory(shown.user_category),
            "terms": trust(
                Terms,
                {
                    "accepted": shown.terms_and_conditions_accepted,
                    "accepted_at": shown.terms_and_conditions_accepted_date,
                },
            ),
            "occupation": shown.occupation,
            "tag": shown.tag,
        },
    )


def _write(user: User, cls: Any) -> dict[str, Any]:
    identity, address, terms = user.identity, user.address, user.terms
    given: dict[str, Any] = {
        "email": user.email,
        "occupation": user.occupation,
        "tag": user.tag,
        "user_category": user.category.value if user.category is not None else None,
        "terms_and_conditions_accepted": terms.accepted if terms is not None else False,
    }
    if identity is not None:
        given["first_name"] = identity.given_name
        given["last_name"] = identity.family_name
        given["birthday"] = identity.birthdate
        given["nationality"] = identity.nationality
        given["country_of_residence"] = identity.country_of_residence
    if address is not None:
        given["address"] = SdkAddress(
            address_line_1=address.line1,
            address_line_2=address.line2,
            city=address.city,
            region=address.region,
            postal_code=address.postal_code,
            country=address.country,
        )
    made = cls(handler=HANDLER, **given)
    fields = {**made._data, **made.get_field_dict()}
    fields.pop("id")
    sent: dict[str, Any] = cls.insert(idempotency_key=None, **fields).parse_insert()
    return sent


def write_owner(user: User) -> dict[str, Any]:
    """A user of the core in MangoPay's words, as the SDK would send it."""
    return _write(user, NaturalUser)


def write_owner_sca(user: User) -> dict[str, Any]:
    """The same for the SCA endpoints."""
    return _write(user, NaturalUserSca)
