"""A field that the user declares absent is neither empty nor missing."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from onboarding import (
    Address,
    Company,
    Identity,
    InvalidInput,
    LossKind,
    NationalId,
    Terms,
    User,
    UserCategory,
    missing,
    questionnaire,
)
from onboarding.bulk import UserFile
from onboarding.model.stored import digest
from onboarding.requirements import RequirementStatus
from onboarding.spi import translation
from onboarding.testing import users

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.natural import NaturalUser
from onboarding_paysera import Paysera

VAT = frozenset({"company.vat_number"})
FIRM = User(company=Company(legal_name="Moreau SAS"), declared_absent=VAT)
ANA = User(
    identity=Identity(given_name="Ana", birthdate=date(1987, 7, 14), nationality="ID"),
    email="ana@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
    declared_absent=frozenset({"identity.family_name"}),
)


def problems(call: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        call()
    return [(problem.path, problem.code) for problem in caught.value.problems]


# -- the value


@pytest.mark.parametrize(
    ("absent", "given"),
    [
        ("company.vat_number", {"company": {"vat_number": "FR40123456789"}}),
        ("company.headquarters", {"company": {"headquarters": {"city": "Paris"}}}),
        ("phone", {"phone": "+33612345678"}),
        ("identity.national_id", {"identity": {"national_id": {"code": "1", "country": "LT"}}}),
        ("identity.other_nationalities", {"identity": {"other_nationalities": ["LT"]}}),
    ],
)
def test_a_value_beside_its_declared_absence_is_invalid(absent: str, given: Any) -> None:
    found = problems(lambda: User.parse({**given, "declared_absent": [absent]}))

    assert found == [(absent, "conflict")]


@pytest.mark.parametrize("path", ["vat_number", "company.vat", "extras", "extras.x.y", "email.x"])
def test_only_a_path_of_the_model_can_be_declared_absent(path: str) -> None:
    given = {"declared_absent": ["phone", path]}

    assert problems(lambda: User.parse(given)) == [("declared_absent.1", "shape")]
    assert problems(lambda: User(declared_absent=frozenset({path}))) == [
        ("declared_absent", "shape")
    ]


def test_a_list_is_not_a_set_in_the_constructor() -> None:
    given: Any = ["phone"]

    assert problems(lambda: User(declared_absent=given)) == [("declared_absent", "type")]


def test_an_object_without_values_may_be_declared_absent() -> None:
    user = User(address=Address(), declared_absent=frozenset({"address"}))

    assert user.is_declared_absent("address.city")
    assert User(declared_absent=frozenset({"people"})).is_declared_absent("people[ada].email")
    assert not user.is_declared_absent("email")


@pytest.mark.parametrize(
    "changes",
    [
        {"company.vat_number": "FR40123456789"},
        {"company": Company(vat_number="FR40123456789")},
    ],
)
def test_replace_with_a_value_removes_the_declaration(changes: dict[str, object]) -> None:
    assert FIRM.replace(changes).declared_absent == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"company.vat_number": None},
        {"company.legal_name": "Moreau SARL"},
        {"company": Company(legal_name="Moreau SARL")},
        {"email": "moreau@example.com"},
    ],
)
def test_replace_without_a_value_keeps_the_declaration(changes: dict[str, object]) -> None:
    assert FIRM.replace(changes).declared_absent == VAT


def test_replace_with_a_part_removes_the_declaration_of_the_object() -> None:
    user = User(identity=Identity(), declared_absent=frozenset({"identity.national_id"}))

    changed = user.replace(
        {"identity.national_id": NationalId(code="46803090000", country="LT")}, email="a@b.example"
    )

    assert changed.declared_absent == frozenset()


def test_replace_with_a_value_and_its_declaration_is_invalid() -> None:
    changes = {"company.vat_number": "FR40123456789", "declared_absent": VAT}

    assert problems(lambda: FIRM.replace(changes)) == [("company.vat_number", "conflict")]


# -- its forms


def test_the_json_form_lists_the_paths_in_order() -> None:
    user = FIRM.replace(declared_absent=frozenset({"phone", "company.website", *VAT}))

    written = json.loads(user.to_json())

    assert written["declared_absent"] == ["company.vat_number", "company.website", "phone"]
    assert User.from_json(user.to_json()) == user
    assert "declared_absent" not in json.loads(User().to_json())


def test_a_declaration_is_part_of_the_digest() -> None:
    assert digest(FIRM) != digest(FIRM.replace(declared_absent=frozenset()))
    assert digest(FIRM) == digest(User.from_json(FIRM.to_json()))


@given(users())
def test_any_declaration_comes_back_from_json(user: User) -> None:
    read = User.from_json(user.to_json(secrets=True))

    assert read.declared_absent == user.declared_absent


def test_a_cell_of_a_csv_has_the_paths_separated_by_blanks() -> None:
    table = "ref,company.legal_name,declared_absent\na,Moreau SAS,company.vat_number phone\n"

    (line,) = UserFile(io.BytesIO(table.encode()), is_csv=True)

    assert User.parse(line.data).declared_absent == {"company.vat_number", "phone"}


# -- providers


@pytest.mark.parametrize(("adapter", "user"), [(MangoPay, ANA), (MangoPay, FIRM), (Paysera, ANA)])
def test_no_provider_refuses_a_declaration(adapter: Any, user: User) -> None:
    _, losses = adapter.write_user(user)

    found = {loss.core_path: loss.kind for loss in losses}
    assert found["declared_absent"] is LossKind.NOT_APPLICABLE


def test_a_declaration_alone_is_no_update() -> None:
    before = ANA.replace(declared_absent=frozenset())

    body, losses = translation(NaturalUser, "mangopay").update(before, ANA)

    assert body == {}
    assert [loss.kind for loss in losses] == [LossKind.NOT_APPLICABLE]


def test_a_required_field_that_is_declared_absent_stays_missing_and_the_reason_says_so() -> None:
    report = missing(ANA, MangoPay.targets["create_payer"])

    (found,) = report.missing
    assert (found.name, found.status) == ("identity.family_name", RequirementStatus.MISSING)
    assert "declared it absent" in found.reason


def test_a_field_that_is_declared_absent_is_not_asked_for() -> None:
    found = questionnaire(ANA, [MangoPay.targets["create_payer"]])

    assert [question.path for question in found] == []
    assert [step.name for step in found.steps] == ["identity.family_name"]


def test_of_two_fields_that_would_do_the_other_one_is_asked_for() -> None:
    user = User(declared_absent=frozenset({"email"}))

    found = questionnaire(user, [Paysera.targets["register"]])

    assert [question.path for question in found] == ["phone"]
