"""Records for the tests of a directory, with a person whose values can be looked for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve
from onboarding import (
    Address,
    Identity,
    KYCLevel,
    NationalId,
    NextAction,
    NextActionKind,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.model.documents import Refusal, RefusalReason
from onboarding.model.requirements import (
    Actor,
    Requirement,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
)

RETRIEVED = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)

CANARIES = (
    "Canarienne",
    "Canariutė",
    "canary@example.com",
    "+37061234567",
    "46803090000",
    "1968-03-09",
    "Canary Street 7",
    "token-canary",
    "refused-canary",
)

PERSON = User(
    identity=Identity(
        given_name="Canarienne",
        family_name="Canariutė",
        birthdate=date(1968, 3, 9),
        nationality="LT",
        country_of_residence="LT",
        national_id=NationalId(code="46803090000", country="LT"),
    ),
    address=Address(line1="Canary Street 7", city="Vilnius", postal_code="01103", country="LT"),
    email="canary@example.com",
    phone="+37061234567",
)


def record(own: str = "42", gateway: str = "fr", **changes: Any) -> UserRecord:
    """A record of a person, with an open action and a refused document."""
    action = NextAction(
        kind=NextActionKind.REDIRECT,
        provider="mangopay",
        gateway=gateway,
        user_id=f"user_{own}",
        value="+37061234567",
        url="https://sca.example/?token=token-canary",
        expires_at=datetime(2026, 10, 1, 8, 40, tzinfo=UTC),
    )
    refusal = Refusal(
        reason=RefusalReason.EXPIRED, provider_code="DOCUMENT_HAS_EXPIRED", text="refused-canary"
    )
    renewal = Requirement(
        name="kyc_renewal",
        status=RequirementStatus.MISSING,
        options=(RequirementOption(words="verify the user again", actor=Actor.PLATFORM),),
        deadline=datetime(2026, 12, 1, tzinfo=UTC),
        refusal=refusal,
        origin=RequirementOrigin.PROVIDER,
    )
    made = UserRecord(
        provider="mangopay",
        gateway=gateway,
        environment="sandbox",
        id=f"user_{own}",
        references={"ProofOfIdentity": f"kyc_{own}"},
        user=PERSON,
        retrieved_at=RETRIEVED,
        status=UserStatus.ACTIVE,
        kyc_level=KYCLevel.LIGHT,
        provider_levels={"KYCLevel": "LIGHT"},
        requirements=(renewal,),
        next_actions=(action,),
        provider_fields={"Note": "Canarienne"},
        unmapped={"Nick": "Canariutė"},
        raw={"Email": "canary@example.com"},
    )
    return evolve(made, **changes)
