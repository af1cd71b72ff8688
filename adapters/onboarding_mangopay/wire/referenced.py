"""MangoPay's user objects whose Tag holds the reference (setting `tag_holds`)."""

from __future__ import annotations

from onboarding import Loss, LossKind, User
from onboarding.spi import TEXT, at, core, wire

from onboarding_mangopay.wire.legal import LEGAL_LEFT_OUT, LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import COMMON_LEFT_OUT, LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.policy import LEGACY_UNTIL
from onboarding_mangopay.wire.shared import CHANGE

__all__ = ["REFERENCED"]

U = core(User)
NO_TAG = Loss(
    core_path="tag",
    kind=LossKind.DROPPED,
    reason='the Tag holds the reference; with tag_holds = "tag" it holds the tag',
)


@wire(
    source="docs: api-reference/users/natural-user-object-sca",
    not_supported=(*COMMON_LEFT_OUT, NO_TAG),
)
class ReferencedNaturalUser(NaturalUser):
    """A natural user on the SCA endpoints, with the reference in its Tag."""

    Tag: str | None = at(U.reference, TEXT, max=255, on=CHANGE)


@wire(
    source="docs: api-reference/users/natural-user-object",
    not_supported=(*COMMON_LEFT_OUT, NO_TAG),
    until=LEGACY_UNTIL,
)
class ReferencedLegacyNaturalUser(LegacyNaturalUser):
    """A natural user on the legacy endpoints, with the reference in its Tag."""

    Tag: str | None = at(U.reference, TEXT, max=255)


@wire(
    source="docs: api-reference/users/legal-user-object-sca",
    not_supported=(*LEGAL_LEFT_OUT, NO_TAG),
)
class ReferencedLegalUser(LegalUser):
    """A legal user on the SCA endpoints, with the reference in its Tag."""

    Tag: str | None = at(U.reference, TEXT, max=255, on=CHANGE)


@wire(
    source="docs: api-reference/users/legal-user-object",
    not_supported=(*LEGAL_LEFT_OUT, NO_TAG),
    until=LEGACY_UNTIL,
)
class ReferencedLegacyLegalUser(LegacyLegalUser):
    """A legal user on the legacy endpoints, with the reference in its Tag."""

    Tag: str | None = at(U.reference, TEXT, max=255)


REFERENCED: dict[type, type] = {
    NaturalUser: ReferencedNaturalUser,
    LegalUser: ReferencedLegalUser,
    LegacyNaturalUser: ReferencedLegacyNaturalUser,
    LegacyLegalUser: ReferencedLegacyLegalUser,
}
"""The class of each object with the reference in its Tag, by its class with the tag in it."""
