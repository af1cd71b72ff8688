"""Paysera's words, word for word: no law finds two that are swapped in both directions."""

from __future__ import annotations

import pytest
from onboarding import MigratedHash, Password, Secret
from onboarding.mapping import translation
from onboarding.model.answers import LossKind

from onboarding_paysera import Paysera
from onboarding_paysera.wire.user import AddressedUser, PayseraUser
from onboarding_paysera.wire.vocabulary import CREDENTIALS, GENDER, LOCALE


def test_a_level_is_worth_what_was_decided_and_no_more() -> None:
    rows = Paysera.default_level_policy.rows

    assert [(row.provider_level, row.kyc.value, row.identification.value) for row in rows] == [
        ("unidentified", "LIGHT", "unidentified"),
        ("semi_identified", "LIGHT", "semi_identified"),
        ("basic_identified", "LIGHT", "basic_identified"),
        ("identified", "LIGHT", "identified"),
        ("fully_identified", "REGULAR", "fully_identified"),
    ]


def test_gender_and_locale_are_spelled_as_documented() -> None:
    assert {word: str(GENDER.read(word)) for word in ("male", "female")} == {
        "male": "male",
        "female": "female",
    }
    assert [LOCALE.write(tag) for tag in ("lt-LT", "en-GB", "ru", "EN")] == ["lt", "en", "ru", "en"]


def test_each_kind_of_credentials_is_spelled_as_documented() -> None:
    hashed = MigratedHash(
        hash=Secret("hashedPassword"), salt=Secret("base64Salt"), username="johnsm"
    )

    assert CREDENTIALS.write(Password(password=Secret("plainTextPassword"))) == {
        "type": "main-password",
        "password": "plainTextPassword",
    }
    assert CREDENTIALS.write(hashed) == {
        "type": "pre-salt-sha1-base64",
        "password": "hashedPassword",
        "password_salt": "base64Salt",
        "username": "johnsm",
    }


@pytest.mark.parametrize(
    ("wire", "core"),
    [
        ("identity.name", "identity.given_name"),
        ("identity.surname", "identity.family_name"),
        ("identity.nationality", "identity.nationality"),
        ("identity.code", "identity.national_id.code"),
        ("address.street", "address.line1"),
        ("address.post_index", "address.postal_code"),
        ("dob", "identity.birthdate"),
        ("company_code", "company.registration_number"),
        ("pep", "political_exposures"),
    ],
)
def test_each_key_is_where_the_documents_put_it(wire: str, core: str) -> None:
    assert translation(PayseraUser, "paysera").core_path(wire) == core


@pytest.mark.parametrize("cls", [PayseraUser, AddressedUser])
def test_only_what_paysera_does_not_distinguish_is_let_go_without_refusal(cls: type) -> None:
    about = translation(cls, "paysera").plan.about

    let_go = {x.core_path for x in about.not_supported if x.kind is LossKind.NOT_APPLICABLE}
    assert let_go == {"category", "terms", "documents", "reference"}
