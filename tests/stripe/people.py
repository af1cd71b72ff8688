"""The people of the tests of Stripe."""

from __future__ import annotations

from datetime import date

from onboarding import (
    Address,
    Company,
    Identity,
    LegalPersonType,
    NationalId,
    Person,
    PersonRole,
    User,
    UserCategory,
)

JENNY = User(
    identity=Identity(
        given_name="Jenny",
        family_name="Rosen",
        birthdate=date(1901, 1, 1),
        country_of_residence="US",
        national_id=NationalId(code="000000000", country="US"),
    ),
    address=Address(
        line1="address_full_match",
        city="New York",
        postal_code="10001",
        region="NY",
        country="US",
    ),
    email="jenny.rosen@example.com",
    phone="+12015550123",
    category=UserCategory.OWNER,
    reference="customer-1712",
    tag="spring campaign",
    extras={"stripe": {"mcc": "7623", "url": "https://accessible.stripe.com"}},
)

ADA = Person(
    ref="ada",
    roles=(PersonRole.REPRESENTATIVE, PersonRole.BENEFICIAL_OWNER),
    identity=Identity(
        given_name="Ada", family_name="Moreau", birthdate=date(1980, 1, 1), nationality="FR"
    ),
    email="ada@example.com",
    job_title="CEO",
    ownership_percent=60.0,
)
BOB = Person(
    ref="bob",
    roles=(PersonRole.DIRECTOR,),
    identity=Identity(given_name="Bob", family_name="Moreau"),
    ownership_percent=40.0,
)
MOREAU = User(
    company=Company(
        legal_name="Moreau SAS",
        legal_person_type=LegalPersonType.BUSINESS,
        registration_number="123456789",
        website="https://moreau.example",
        incorporated_on=date(2012, 5, 30),
        headquarters=Address(line1="3 rue Un", city="Paris", postal_code="75004", country="FR"),
    ),
    people=(ADA, BOB),
    email="hello@moreau.example",
    category=UserCategory.OWNER,
    reference="company-7",
)
