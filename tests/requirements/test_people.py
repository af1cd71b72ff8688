"""What is missing of people: by role until a person is there, by ref from then on."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
from attrs import evolve
from onboarding import (
    Address,
    Company,
    Identity,
    LegalPersonType,
    Person,
    PersonRole,
    Terms,
    User,
    UserCategory,
    missing,
    questionnaire,
)
from onboarding.requirements import RequirementRule, Target
from onboarding.requirements.target import user_field

from onboarding_mangopay import MangoPay

OWNER = MangoPay.targets["create_owner"]
ADA = Person(ref="ada", roles=(PersonRole.REPRESENTATIVE,), email="ada@example.com")
FIRM = User(
    company=Company(
        legal_name="Moreau SAS",
        legal_person_type=LegalPersonType.BUSINESS,
        registration_number="123456789",
        headquarters=Address(line1="3 rue", city="Paris", postal_code="75004", country="FR"),
    ),
    email="office@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
PARTS = ("given_name", "family_name", "birthdate", "nationality", "country_of_residence")
WHO = {
    "given_name": "Ada",
    "family_name": "Moreau",
    "birthdate": "1985-05-17",
    "nationality": "FR",
    "country_of_residence": "FR",
}


def lacking(user: User) -> set[str]:
    return {finding.name for finding in missing(user, OWNER).missing}


def test_what_is_missing_of_a_person_has_the_role_or_the_ref() -> None:
    of_role = {f"people[representative].identity.{part}" for part in PARTS}
    of_ada = {f"people[ada].identity.{part}" for part in PARTS}

    assert lacking(FIRM) == of_role | {"people[representative].email"}
    assert lacking(FIRM.replace(people=(ADA,))) == of_ada


def test_a_rule_about_a_role_is_of_each_person_that_has_it() -> None:
    rule = RequirementRule(
        name="people[director].identity.birthdate",
        options=(user_field("people[director].identity.birthdate", "is required"),),
        source="docs",
    )
    target = Target(provider="acme", name="able", words="do it", source="docs", rules=(rule,))
    eve = Person(ref="eve", roles=(PersonRole.DIRECTOR,))
    known = evolve(eve, identity=Identity(birthdate=date(1985, 5, 17)))

    def asked(user: User) -> list[str]:
        lacks = [one.name for one in missing(user, target).missing]
        assert [one.path for one in questionnaire(user, [target])] == lacks
        return lacks

    assert asked(FIRM) == ["people[director].identity.birthdate"]
    assert asked(FIRM.replace(people=(eve,))) == ["people[eve].identity.birthdate"]
    assert asked(FIRM.replace(people=(known,))) == []
    assert asked(FIRM.replace(people=(known, evolve(eve, ref="bob")))) == [
        "people[bob].identity.birthdate"
    ]
    assert asked(FIRM.replace(people=(eve, evolve(eve, ref="bob")))) == [
        "people[eve].identity.birthdate",
        "people[bob].identity.birthdate",
    ]


def test_the_answers_to_a_questionnaire_are_a_person_with_the_role() -> None:
    found = questionnaire(FIRM, [OWNER])
    check = jsonschema.Draft202012Validator(found.json_schema())
    answers: dict[str, Any] = {
        "people": {"representative": {"identity": WHO, "email": "ada@example.com"}}
    }

    assert {question.path for question in found} == lacking(FIRM)
    assert check.is_valid(answers)
    assert not check.is_valid({"people": {"representative": {"identity": WHO}}})
    assert not check.is_valid({"people": {"ada": {"identity": WHO, "email": "a@example.com"}}})
    people = User.parse(answers).people
    assert people[0].roles == (PersonRole.REPRESENTATIVE,)
    assert lacking(FIRM.replace(people=people)) == set()


def test_each_answer_can_be_put_into_the_user_by_its_path() -> None:
    user = FIRM.replace(people=(ADA,))
    values = vars(Identity(**{**WHO, "birthdate": None}))  # type: ignore[arg-type]

    for question in questionnaire(user, [OWNER]):
        name = question.path.rpartition(".")[2]
        if name != "birthdate":
            user = user.replace({question.path: values[name]})

    assert lacking(user) == {"people[ada].identity.birthdate"}


def test_a_field_that_is_declared_absent_of_a_person_is_not_asked_for() -> None:
    user = FIRM.replace(
        people=(ADA,), declared_absent=frozenset({"people[ada].identity.given_name"})
    )

    found = questionnaire(user, [OWNER])

    assert "people[ada].identity.given_name" not in {question.path for question in found}
    [finding] = [step for step in found.steps if step.name.endswith("given_name")]
    assert "declared it absent" in finding.reason


def test_nothing_is_asked_of_people_who_are_declared_absent() -> None:
    asked = questionnaire(FIRM.replace(people=()), [OWNER])
    found = questionnaire(FIRM.replace(people=(), declared_absent=frozenset({"people"})), [OWNER])

    assert any(question.path.startswith("people[") for question in asked)
    assert not any(question.path.startswith("people[") for question in found)


def test_a_person_who_is_refused_is_told_by_ref() -> None:
    eve = Person(ref="eve", roles=(PersonRole.DIRECTOR,))

    report = missing(FIRM.replace(people=(ADA, eve)), OWNER)

    assert [loss.core_path for loss in report.refused] == ["people[eve]"]
