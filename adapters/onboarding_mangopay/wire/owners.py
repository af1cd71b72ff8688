"""A beneficial owner at MangoPay.

docs: api-reference/ubo-declarations, create-ubo
"""

from __future__ import annotations

from onboarding import BeneficialOwner, User
from onboarding.mapping import (
    ALWAYS,
    TEXT,
    UTC_MIDNIGHT,
    at,
    core,
    inside,
    keep,
    some,
    wire,
)
from onboarding.model.identity import Birthplace

from onboarding_mangopay.wire.address import MangoAddress
from onboarding_mangopay.wire.policy import BLOCKED

__all__ = ["MangoBirthplace", "MangoOwner", "as_owner", "as_user"]

U = core(User)
I = some(U.identity)  # noqa: E741
B = core(Birthplace)


@wire(source="docs: api-reference/ubo-declarations/create-ubo, Birthplace")
class MangoBirthplace:
    """Where an owner was born."""

    City: str | None = at(B.city, TEXT, max=255, required=ALWAYS)
    Country: str | None = at(B.country, TEXT, required=ALWAYS)


@wire(source="docs: api-reference/ubo-declarations/create-ubo")
class MangoOwner:
    """An owner, mapped as a natural user of its own: the paths below both are the same."""

    FirstName: str | None = at(I.given_name, TEXT, min=1, max=100, required=ALWAYS)
    LastName: str | None = at(I.family_name, TEXT, min=1, max=100, required=ALWAYS)
    Address: MangoAddress | None = inside(
        MangoAddress, some(U.address), whole=True, required=ALWAYS
    )
    Nationality: str | None = at(I.nationality, TEXT, required=ALWAYS, barred=(BLOCKED,))
    Birthday: int | None = at(I.birthdate, UTC_MIDNIGHT, required=ALWAYS)
    Birthplace: MangoBirthplace | None = inside(
        MangoBirthplace, some(I.birthplace), whole=True, required=ALWAYS
    )
    IsActive: bool | None = keep(bool)
    Id: str | None = keep(str)
    CreationDate: int | None = keep(int)


def as_user(owner: BeneficialOwner) -> User:
    """An owner as the natural user that `MangoOwner` maps."""
    return User(identity=owner.identity, address=owner.address)


def as_owner(user: User) -> BeneficialOwner:
    """The way back."""
    return BeneficialOwner(identity=user.identity, address=user.address)
