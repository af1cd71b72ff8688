"""Users that the tests of the flows register, and their papers."""

from __future__ import annotations

from datetime import date

from onboarding import (
    Address,
    Birthplace,
    Company,
    Document,
    DocumentPage,
    DocumentPurpose,
    Identity,
    LegalPersonType,
    Person,
    PersonRole,
    Terms,
    User,
    UserCategory,
)

HOME = Address(line1="3 rue de la Cité", city="Paris", postal_code="75004", country="FR")
PERSON = Identity(
    given_name="Alex",
    family_name="Smith",
    birthdate=date(1990, 8, 31),
    nationality="FR",
    country_of_residence="FR",
)
OWNER = User(
    identity=PERSON,
    email="alex.smith@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
PAYER = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    email="alex.smith@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
)
UBO = Person(
    ref="gunner",
    roles=(PersonRole.BENEFICIAL_OWNER,),
    identity=Identity(
        given_name="Gunner",
        family_name="Beier",
        birthdate=date(1969, 12, 31),
        nationality="FR",
        birthplace=Birthplace(city="Paris", country="FR"),
    ),
    address=HOME,
)
FACTS = Company(
    legal_name="ACME Corporation",
    legal_person_type=LegalPersonType.BUSINESS,
    registration_number="123456789",
    headquarters=HOME,
)
ALEX = Person(
    ref="alex",
    roles=(PersonRole.REPRESENTATIVE,),
    identity=PERSON,
    email="gunner.beier@example.com",
)
COMPANY = User(
    company=FACTS,
    people=(ALEX, UBO),
    email="acme@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024)
PDF = b"%PDF-1.7" + bytes(33 * 1024)


def paper(purpose: DocumentPurpose = DocumentPurpose.IDENTITY, *pages: bytes) -> Document:
    """A document with these pages, or with one that is good."""
    return Document(
        purpose=purpose, pages=tuple(DocumentPage(content=content) for content in pages or (PNG,))
    )
