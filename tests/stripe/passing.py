"""A company of the US and its people, all of whom pass Stripe's checks of test mode."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from onboarding import (
    Address,
    Company,
    Document,
    DocumentPage,
    DocumentPurpose,
    Identity,
    LegalPersonType,
    NationalId,
    Person,
    PersonRole,
    Terms,
    User,
    UserCategory,
)
from onboarding.banking import UsAccount
from tests.simulators.stripe.stage import NOW, PNG

SEAT = Address(
    line1="address_full_match", city="New York", postal_code="10001", region="NY", country="US"
)
PAGE = DocumentPage(content=PNG, media_type="image/png", filename="page.png")
PASSPORT = Document(purpose=DocumentPurpose.IDENTITY, pages=(PAGE,))
EXTRACT = Document(purpose=DocumentPurpose.REGISTRATION, pages=(PAGE,))
BANK = UsAccount(owner_name="Lo Inc", routing_number="110000000", account_number="000123456789")


def person(ref: str, *roles: PersonRole, **facts: Any) -> Person:
    """Somebody whom Stripe's checks find."""
    identity = Identity(
        given_name=ref.capitalize(),
        family_name="Lo",
        birthdate=date(1901, 1, 1),
        country_of_residence="US",
        national_id=NationalId(code="000000000", country="US"),
    )
    facts |= {"email": f"{ref}@lo.example", "phone": "+12015550124"}
    return Person(ref=ref, roles=roles, identity=identity, address=SEAT, **facts)


CEO = person("ada", PersonRole.REPRESENTATIVE, PersonRole.EXECUTIVE, job_title="CEO")
OWNER = person("bob", PersonRole.BENEFICIAL_OWNER, ownership_percent=60.0)
HEIR = person("eve", PersonRole.BENEFICIAL_OWNER, ownership_percent=40.0)
LO = User(
    company=Company(
        legal_name="Lo Inc",
        legal_person_type=LegalPersonType.BUSINESS,
        registration_number="000000000",
        website="https://accessible.stripe.com",
        headquarters=SEAT,
    ),
    people=(CEO,),
    email="hello@lo.example",
    phone="+12015550123",
    category=UserCategory.OWNER,
    terms=Terms(
        accepted=True, accepted_at=datetime.fromtimestamp(NOW - 60, UTC), ip_address="8.8.8.8"
    ),
    reference="company-1",
    extras={"stripe": {"mcc": "7623"}},
)
