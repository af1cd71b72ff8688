"""A questionnaire asks for all that is missing, and for nothing that is not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onboarding import (
    Address,
    Company,
    Document,
    DocumentPurpose,
    Identity,
    LegalPersonType,
    Secret,
    User,
    UserCategory,
    missing,
    questionnaire,
)
from onboarding.mapping import On
from onboarding.mapping.paths import leaves, lookup
from onboarding.requirements import Questionnaire, RequirementReport
from onboarding.requirements.schema import schema
from onboarding.serialization import plain as to_plain
from onboarding.spi import Question, Target
from onboarding.testing import changed, users
from onboarding.testing.generators import supported_values
from onboarding.testing.strategies import values_at
from onboarding.values.base import step_of
from tests.scaling import scaled

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

PAYER, OWNER = MangoPay.targets["create_payer"], MangoPay.targets["create_owner"]
REGULAR, PAYOUTS = MangoPay.targets["kyc_regular"], MangoPay.targets["payouts"]
REGISTER, IDENTITY_GIVEN = Paysera.targets["register"], Paysera.targets["identity_given"]
FULLY = Paysera.targets["fully_identified"]


def asked(found: Questionnaire) -> list[str]:
    return [question.name for question in found]


def test_two_providers_are_asked_for_at_once_and_nothing_twice() -> None:
    found = questionnaire(User(), [OWNER, REGISTER])

    assert sorted(asked(found)) == [
        "email",
        "identity.birthdate",
        "identity.country_of_residence",
        "identity.family_name",
        "identity.given_name",
        "identity.nationality",
        "terms.accepted",
    ]
    email = next(question for question in found if question.path == "email")
    assert email.targets == ("mangopay/create_owner", "paysera/register")
    assert [finding.name for finding in found.steps] == ["credentials"]


def test_of_two_data_that_would_do_the_first_is_asked_for() -> None:
    assert asked(questionnaire(User(), [REGISTER])) == ["email"]
    assert asked(questionnaire(User(phone="+37061234567"), [REGISTER])) == []


def test_what_an_answer_can_make_necessary_is_asked_under_that_condition() -> None:
    company = Company(
        legal_name="UAB Ona",
        legal_person_type=LegalPersonType.BUSINESS,
    )

    found = questionnaire(User(company=company), [OWNER])

    region = next(question for question in found if question.path == "company.headquarters.region")
    assert region.when is not None
    assert region.when.words == "company.headquarters.country is CA or MX or US"
    assert region.when.holds(User(company=company.replace(headquarters=Address(country="US"))))
    number = next(q for q in found if q.path == "company.registration_number")
    assert number.when is None


def test_a_hosted_page_in_place_of_a_document_leaves_the_document_to_be_asked_for() -> None:
    found = questionnaire(User(), [REGULAR])

    documents = [question.purpose for question in found if question.purpose]
    assert documents == [DocumentPurpose.IDENTITY]
    assert "review" in [finding.name for finding in found.steps]


def test_the_documents_of_a_company_are_those_of_its_legal_form() -> None:
    def documents(form: LegalPersonType) -> set[DocumentPurpose | None]:
        user = User(company=Company(legal_person_type=form))
        return {question.purpose for question in questionnaire(user, [REGULAR]) if question.purpose}

    basic = {DocumentPurpose.IDENTITY, DocumentPurpose.REGISTRATION}
    assert documents(LegalPersonType.SOLETRADER) == basic
    assert documents(LegalPersonType.ORGANIZATION) == basic | {DocumentPurpose.ARTICLES}
    assert documents(LegalPersonType.BUSINESS) == basic | {DocumentPurpose.ARTICLES}


# -- minimal, and enough ---------------------------------------------------------------------------


def given_answers(user: User, questions: list[Question], answers: dict[str, Any]) -> User:
    """The user with the answers to some questions."""
    for question in questions:
        if question.purpose is not None:
            documents = (*user.documents, Document(purpose=question.purpose))
            user = changed(user, "documents", documents)
        else:
            user = changed(user, question.path, answers[question.path])
    return user


def lacking(report: RequirementReport) -> set[str]:
    """What of a report an answer could put right."""
    return {
        finding.name
        for finding in report.missing
        if any(option.path or option.purpose for option in finding.options)
    }


def unmet(user: User, targets: list[Target]) -> set[str]:
    return {f"{target.id} {name}" for target in targets for name in lacking(missing(user, target))}


def answer_to(question: Question) -> st.SearchStrategy[Any]:
    """A value within the limits of every provider that asks."""

    def welcome(value: Any) -> bool:
        return all(_fits(mapped, value) for mapped in question.data)

    def _fits(mapped: Any, value: Any) -> bool:
        row = mapped.row
        if row.max is not None and not row.min <= len(value) <= row.max:
            return False
        try:
            written = row.codec.write(value)
        except ValueError:
            return False
        if row.pattern is not None and not row.pattern.fits(written):
            return False
        return not any(bar.certain and value in bar.values for bar in mapped.disallowed)

    if not question.data:  # a part of the core alone
        return values_at(question.path)
    return supported_values(question.data[0]).filter(welcome)


@st.composite
def partial_users(draw: st.DrawFn) -> User:
    """Users who have been asked some of it, within limits or not."""
    user = draw(users())
    return user if draw(st.booleans()) else User(identity=user.identity, company=user.company)


@scaled(8)
@given(
    partial_users(),
    st.lists(
        st.sampled_from([PAYER, OWNER, REGULAR, PAYOUTS, REGISTER, IDENTITY_GIVEN, FULLY]),
        min_size=1,
        max_size=3,
        unique_by=lambda target: target.id,
    ),
    st.data(),
)
def test_answers_to_all_of_it_leave_nothing_missing_and_each_is_needed(
    user: User, targets: list[Target], data: st.DataObject
) -> None:
    if user.company is not None:
        targets = [target for target in targets if target.provider == "mangopay"]
        assume(targets)
    found = list(questionnaire(user, targets))
    answers = {
        question.path: data.draw(answer_to(question), question.path)
        for question in found
        if question.path
    }
    always = [question for question in found if question.when is None]
    known = given_answers(user, always, answers)
    due = [question for question in found if question.when and question.when.holds(known)]
    everything = [*always, *due]

    left = unmet(given_answers(user, everything, answers), targets)
    assert {one for one in left if not says_absent(user, one.partition(" ")[2])} == set()
    for question in everything:
        rest = [other for other in everything if other is not question]
        if not question.data:  # the core wants it, for another part of the same object
            continue
        more = unmet(given_answers(user, rest, answers), targets) - left
        assert more, f"{question.name} is not needed"


def test_an_answer_to_what_the_target_sets_asks_for_nothing_more() -> None:
    found = questionnaire(User(category=UserCategory.PLATFORM), [PAYER])

    assert "category" in {question.name for question in found}
    assert [question.name for question in found if question.when] == []


def says_absent(user: User, name: str) -> bool:
    """Whether the user declared each field absent that would meet a requirement."""
    return all(map(user.is_declared_absent, name.split(" or ")))


# -- a form that is filled from the questions alone ------------------------------------------------

ADAPTERS = {
    "mangopay": MangoPay(client_id="client", api_key=Secret("key"), name="fr"),
    "paysera": Paysera(client_id="client", mac_key=Secret("key"), name="lt"),
}
NEW = {
    "natural": User(),
    "legal": User(company=Company()),
    **{str(form): User(company=Company(legal_person_type=form)) for form in LegalPersonType},
}
TARGETS = [*MangoPay.targets.values(), *Paysera.targets.values()]


@cache
def asked_of(new: str, targets: tuple[str, ...]) -> tuple[Questionnaire, Any]:
    """The questions to a new user, and the schema of the answers."""
    found = questionnaire(NEW[new], [target for target in TARGETS if target.id in targets])
    return found, jsonschema.Draft202012Validator(found.json_schema())


@cache
def values_of(leaf: str, path: str) -> st.SearchStrategy[Any]:
    """The values of the core that the schema of one question takes, as plain data."""
    schema = json.loads(leaf)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    takes = jsonschema.Draft202012Validator(schema).is_valid
    plain = values_at(path).map(lambda value: value.isoformat() if path in DATES else value)
    return plain.filter(takes)


DATES = {"identity.birthdate", "people[representative].identity.birthdate"}


def steps(path: str) -> list[str]:
    """The names on the way to a path in plain data, where people are an object by ref."""
    return [name for step in path.split(".") for name in step_of(step) if name]


def filled(found: Questionnaire, schema: Any, form: dict[str, Any], data: st.DataObject) -> None:
    """Answers each question that is due, by nothing but its own schema."""
    for question in found:
        if question.when is not None and not question.when.holds(User.parse(form)):
            continue
        if question.purpose is not None:
            form.setdefault("documents", []).append({"purpose": question.purpose.value})
            continue
        leaf: Any = schema
        *above, name = steps(question.path)
        place = form
        for step in above:
            place, leaf = place.setdefault(step, {}), leaf["properties"][step]
        told = json.dumps(leaf["properties"][name])
        place[name] = (
            _at(form, question.same_as)
            if question.same_as
            else data.draw(values_of(told, question.path), question.path)
        )


def _at(form: Any, path: str) -> Any:
    for name in steps(path):
        form = form[name]
    return form


@pytest.mark.parametrize("new", NEW)
@given(data=st.data())
@settings(max_examples=max(8, settings().max_examples // 20))
def test_a_form_filled_from_the_questions_alone_is_accepted(new: str, data: st.DataObject) -> None:
    legal = NEW[new].company is not None
    able = [target for target in TARGETS if not legal or target.provider == "mangopay"]
    targets = data.draw(st.lists(st.sampled_from(able), min_size=1, max_size=2, unique_by=by_id))
    found, judge = asked_of(new, tuple(sorted(target.id for target in targets)))
    known: dict[str, Any] = to_plain(NEW[new])

    filled(found, judge.schema, known, data)

    assert judge.is_valid(known)
    user = User.parse(known)
    for target in targets:
        lossy = found.accept_loss.get(target.provider, ())
        report = missing(user, target, accept_loss=lossy)
        assert lacking(report) == set()
        assert not report.refused
        if target.on is On.CREATE:
            adapter = evolve(ADAPTERS[target.provider], accept_loss=lossy)
            flow: Any = adapter.create_user(target.supposed(user))
            assert next(flow).operation in ("create_user", "server_time")


def by_id(target: Target) -> str:
    return target.id


@pytest.mark.parametrize("target", TARGETS, ids=by_id)
def test_a_question_left_open_is_refused_by_the_schema(target: Target) -> None:
    found, judge = asked_of("natural", (target.id,))

    assert not judge.is_valid({})
    assert {question.when for question in found} == {None}


def test_a_personal_number_is_asked_for_with_its_country() -> None:
    found = questionnaire(User(), [IDENTITY_GIVEN, OWNER])

    number, country = [q for q in found if q.path.startswith("identity.national_id.")]
    assert (number.path, country.path) == (
        "identity.national_id.code",
        "identity.national_id.country",
    )
    assert country.same_as == "identity.nationality"
    assert country.targets == number.targets == ("paysera/identity_given",)


def test_fields_that_other_providers_do_not_support_are_named() -> None:
    found = questionnaire(User(), [IDENTITY_GIVEN, OWNER])

    assert found.accept_loss == {
        "mangopay": ("identity.national_id.code", "identity.national_id.country"),
        "paysera": ("identity.birthdate", "identity.country_of_residence"),
    }
    assert questionnaire(User(), [OWNER]).accept_loss == {}


def test_the_schema_requires_the_country_of_the_number_to_be_the_nationality() -> None:
    check = jsonschema.Draft202012Validator(questionnaire(User(), [IDENTITY_GIVEN]).json_schema())
    names = {"given_name": "Ona", "family_name": "Ona", "nationality": "LT"}

    def valid(country: str) -> bool:
        number = {"code": "1", "country": country}
        answers = {"email": "a@example.com", "identity": {**names, "national_id": number}}
        return check.is_valid(answers)

    assert valid("LT")
    assert not valid("LV")
    assert not valid("AA")


# -- as JSON Schema --------------------------------------------------------------------------------


def test_the_schema_accepts_complete_answers_and_names_missing_ones() -> None:
    found = questionnaire(User(), [OWNER, REGISTER])
    check = jsonschema.Draft202012Validator(found.json_schema())
    answers = {
        "identity": {
            "given_name": "Ona",
            "family_name": "Šimkutė",
            "birthdate": "1968-03-09",
            "nationality": "LT",
            "country_of_residence": "LT",
        },
        "email": "ona@example.com",
        "terms": {"accepted": True},
    }

    assert check.is_valid(answers)
    assert lacking(missing(User.parse(answers), OWNER)) == set()
    for wrong in (
        {**answers, "email": None},
        {**answers, "identity": {**answers["identity"], "nationality": "KP"}},  # type: ignore[dict-item]
        {**answers, "identity": {**answers["identity"], "given_name": "x" * 101}},  # type: ignore[dict-item]
        {name: value for name, value in answers.items() if name != "terms"},
    ):
        assert not check.is_valid(wrong)


def test_the_schema_of_a_condition_asks_only_where_it_holds() -> None:
    user = User(
        category=UserCategory.PAYER,
        email="ona@example.com",
        identity=Identity(given_name="Ona", family_name="Šimkutė"),
        address=Address(line1="Lauko g. 1"),
    )
    check = jsonschema.Draft202012Validator(questionnaire(user, [PAYER]).json_schema())

    abroad = {"address": {"city": "Austin", "postal_code": "73301", "country": "US"}}
    here = {"address": {"city": "Vilnius", "postal_code": "LT-01100", "country": "LT"}}

    assert check.is_valid(here)
    assert not check.is_valid(abroad)
    assert check.is_valid({"address": {**abroad["address"], "region": "Texas"}})


@given(partial_users())
@scaled(8)
def test_the_schema_accepts_the_answers_that_parse_accepts(user: User) -> None:
    new, targets = ("legal", [OWNER]) if user.company else ("natural", [OWNER, IDENTITY_GIVEN])
    found, judge = asked_of(new, tuple(sorted(target.id for target in targets)))

    if all(lookup(user, q.path) is not None for q in found if q.path and q.when is None):
        answers = to_plain(user, secrets=True)
        fits = not any(unmet(user, [target]) for target in targets)
        assert judge.is_valid(answers) or not fits


@pytest.mark.parametrize(
    ("new", "targets"),
    [("natural", ["paysera/identity_given"]), ("legal", ["mangopay/create_payer"])],
)
def test_the_schema_is_one(new: str, targets: list[str]) -> None:
    _, judge = asked_of(new, tuple(targets))

    jsonschema.Draft202012Validator.check_schema(judge.schema)


@pytest.mark.parametrize("path", [*leaves(User)])
def test_every_field_of_the_model_can_be_asked_for_in_a_schema(path: str) -> None:
    found = schema([Question(path=path, targets=("acme/register",), sources=())])

    jsonschema.Draft202012Validator.check_schema(found)
    assert path.rpartition(".")[2] in json.dumps(found)


@pytest.mark.parametrize(("website", "fits"), [("https://a.example/?b#c", True), ("a.eu", False)])
def test_the_schema_takes_a_website_with_its_scheme(website: str, fits: bool) -> None:
    found = schema([Question(path="company.website", targets=("acme/register",), sources=())])

    answers = {"company": {"website": website}}

    assert jsonschema.Draft202012Validator(found).is_valid(answers) is fits


def test_a_paper_of_questions_shows_no_value() -> None:
    found = questionnaire(User(email="ona@example.com"), [OWNER])

    assert "ona@" not in repr(found)


@pytest.mark.parametrize("target", [*MangoPay.targets.values(), *Paysera.targets.values()])
def test_every_target_names_its_source(target: Target) -> None:
    report = missing(User(), target)

    assert target.source
    assert all(finding.source for finding in report.requirements)
