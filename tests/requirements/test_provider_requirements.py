"""What a provider asks of a user, merged into the documented rules of a target."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from attrs import evolve
from onboarding import (
    CapabilityName,
    Document,
    DocumentPage,
    DocumentPurpose,
    InvalidInput,
    Person,
    PersonRole,
    User,
    UserRecord,
    missing,
    questionnaire,
)
from onboarding.model.documents import Refusal, RefusalReason
from onboarding.requirements import (
    Actor,
    Requirement,
    RequirementKind,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
    Target,
)
from onboarding.spi import (
    Capability,
    CapabilityState,
    On,
    RequirementRule,
    document,
    step,
    user_field,
)

from onboarding_mangopay.wire.natural import NaturalUser

MET, MISSING = RequirementStatus.MET, RequirementStatus.MISSING
UPCOMING, DECIDES = RequirementStatus.UPCOMING, RequirementStatus.PROVIDER_DECIDES
DUE = datetime(2027, 3, 1, tzinfo=UTC)

OPEN = Target(
    provider="acme",
    name="open",
    words="have an account",
    source="docs: accounts",
    rules=(RequirementRule(name="phone", options=(user_field("phone", "p"),), source="docs: p"),),
)
PAID = Target(
    provider="acme",
    name="paid",
    words="be paid out to",
    source="docs: payouts",
    includes=(OPEN,),
    grants=(CapabilityName.PAY_OUT,),
    rules=(
        RequirementRule(name="email", options=(user_field("email", "e"),), source="docs: e"),
        RequirementRule(
            name="review",
            options=(step("Acme reviews", Actor.PROVIDER),),
            decided=True,
            source="docs: r",
        ),
    ),
)
LISTED = evolve(PAID, complete=True)


def asked(name: str, *options: RequirementOption, **facts: Any) -> Requirement:
    told = {"status": MISSING, "blocks": ("pay_out",), "origin": RequirementOrigin.PROVIDER}
    return Requirement(name=name, options=options, **{**told, **facts})


def record(*requirements: Requirement, **facts: Any) -> UserRecord:
    told = {"provider": "acme", "gateway": "a", "id": "1", "user": User()}
    return UserRecord(**{**told, **facts}, requirements=requirements)


def found(held: User | UserRecord, target: Target) -> dict[str, Requirement]:
    report = missing(held, target)
    names = [one.name for one in report.requirements]
    assert len(names) == len(set(names))
    return {one.name: one for one in report.requirements}


def statuses(held: User | UserRecord, target: Target) -> dict[str, RequirementStatus]:
    return {name: one.status for name, one in found(held, target).items()}


# -- merging ---------------------------------------------------------------------------------------


def test_a_rule_blocks_what_its_target_grants() -> None:
    assert found(User(), PAID)["email"].blocks == ("pay_out",)
    assert found(User(), OPEN)["phone"].blocks == ()
    assert {one.origin for one in found(User(), PAID).values()} == {RequirementOrigin.RULE}


def test_the_facts_of_the_provider_win_over_those_of_a_rule_of_the_same_name() -> None:
    refused = Refusal(reason=RefusalReason.OTHER, provider_code="mail_bounced")
    said = asked("email", deadline=DUE, past_due=True, refusal=refused, wire_path="mail")
    user = User(email="ona@example.com")

    one = found(record(said, user=user), PAID)["email"]

    assert (one.status, one.deadline, one.past_due, one.refusal) == (MISSING, DUE, True, refused)
    assert (one.origin, one.wire_path) == (RequirementOrigin.PROVIDER, "mail")
    assert (one.source, one.options[0].path) == ("docs: e", "email")
    assert statuses(user, PAID)["email"] is MET


def test_the_reason_of_a_rule_is_not_that_of_another_status() -> None:
    checking = record(asked("email", step("Acme checks", Actor.PROVIDER), status=DECIDES))
    told = record(asked("email", reason="the mail bounced"))

    assert found(User(), PAID)["email"].reason == "e"
    assert found(checking, PAID)["email"].reason == ""
    assert found(record(asked("email")), PAID)["email"].reason == "e"
    assert found(told, PAID)["email"].reason == "the mail bounced"


def test_a_target_grants_what_the_targets_on_the_way_grant() -> None:
    holding = evolve(OPEN, grants=(CapabilityName.HOLD_BALANCE,))
    said = record(asked("vat", blocks=("hold_balance",)))

    assert "vat" not in found(said, PAID)
    assert "vat" in found(said, evolve(PAID, includes=(holding,)))


def test_what_only_the_provider_asks_for_comes_after_the_rules() -> None:
    said = asked("interv_1.supportability.form", step("answer Acme", Actor.USER))

    names = list(found(record(said), PAID))

    assert names == ["phone", "email", "review", "interv_1.supportability.form"]
    assert missing(record(said), PAID).missing[-1].actors == (Actor.USER,)


def test_what_stops_other_capabilities_is_not_of_the_target() -> None:
    assert "vat" not in found(record(asked("vat", blocks=("card_payments",))), PAID)
    assert "vat" in found(record(asked("vat", blocks=("card_payments", "pay_out"))), PAID)
    assert "vat" not in found(record(asked("vat")), OPEN)


def test_what_may_stop_anything_is_of_each_target_that_grants_something() -> None:
    unknown = record(asked("vat", blocks=()), asked("phone", blocks=(), deadline=DUE))

    assert "vat" in found(unknown, PAID)
    assert "vat" not in found(unknown, OPEN)
    assert found(unknown, OPEN)["phone"].deadline == DUE


def test_an_upcoming_requirement_is_reported_and_does_not_count() -> None:
    user = User(phone="+37061234567")
    report = missing(record(asked("email", status=UPCOMING, deadline=DUE), user=user), PAID)

    assert [one.name for one in report.upcoming] == ["email"]
    assert (report.ready, report.status) == (True, DECIDES)


def test_of_two_requirements_of_one_name_the_worse_is_kept() -> None:
    for order in ((MISSING, UPCOMING), (UPCOMING, MISSING)):
        two = record(*(asked("vat", status=status) for status in order))
        assert statuses(two, PAID)["vat"] is MISSING


def test_the_list_of_another_provider_is_not_asked() -> None:
    assert "vat" not in found(evolve(record(asked("vat")), provider="other"), PAID)


# -- a complete list -------------------------------------------------------------------------------


def test_a_complete_list_excuses_the_rules_that_it_does_not_name() -> None:
    said = asked("vat")

    assert statuses(record(said), PAID)["email"] is MISSING
    assert statuses(record(said), LISTED) == {
        "phone": MET,
        "email": MET,
        "review": MET,
        "vat": MISSING,
    }


def test_a_list_without_anything_for_the_target_excuses_only_an_able_user() -> None:
    able = Capability(name=CapabilityName.PAY_OUT, state=CapabilityState.ACTIVE)
    other = asked("vat", blocks=("card_payments",))

    for unread in (record(), record(other)):
        assert statuses(unread, LISTED)["email"] is MISSING
    assert set(statuses(record(capabilities=(able,)), LISTED).values()) == {MET}
    assert statuses(User(), LISTED)["email"] is MISSING


def test_an_able_user_shows_what_the_provider_has_decided() -> None:
    able = Capability(name=CapabilityName.PAY_OUT, state=CapabilityState.ACTIVE)

    assert statuses(record(), PAID)["review"] is DECIDES
    found = statuses(record(capabilities=(able,)), PAID)
    assert (found["review"], found["email"]) == (MET, MISSING)


# -- a questionnaire -------------------------------------------------------------------------------


def test_what_the_provider_asks_for_becomes_questions_and_steps() -> None:
    said = record(
        asked("identity.birthdate", user_field("identity.birthdate", "b"), deadline=DUE),
        asked("id", document(DocumentPurpose.IDENTITY), deadline=DUE),
        asked("interv_1.form", step("answer Acme", Actor.USER), deadline=DUE),
        asked("later", user_field("identity.gender", "g"), status=UPCOMING),
        asked("checked", step("Acme checks", Actor.PROVIDER), status=DECIDES),
        user=User(email="ona@example.com", phone="+37061234567"),
    )

    asking = questionnaire(said, [LISTED])

    assert [(one.name, one.deadline) for one in asking] == [
        ("identity.birthdate", DUE),
        ("documents.proof_of_identity", DUE),
    ]
    steps = [(one.name, *one.actors, one.deadline) for one in asking.steps]
    assert steps == [("interv_1.form", Actor.USER, DUE), ("checked", Actor.PROVIDER, None)]
    born = asking.json_schema()["properties"]["identity"]["properties"]["birthdate"]
    assert born["description"] == "for acme/paid, until 2027-03-01"


def test_the_earliest_deadline_of_several_targets_is_the_questions() -> None:
    email = user_field("email", "e")
    other = evolve(PAID, name="other", grants=(CapabilityName.HOLD_BALANCE,))
    said = record(
        asked("email", email, deadline=DUE, blocks=("pay_out",)),
        asked("mail", email, deadline=DUE.replace(year=2028), blocks=("hold_balance",)),
    )

    for targets in ([PAID, other], [other, PAID]):
        (question,) = (one for one in questionnaire(said, targets) if one.name == "email")
        assert question.deadline == DUE


def test_a_choice_between_two_sets_of_fields_asks_for_one_of_them() -> None:
    one, two, other = (user_field(path, path) for path in ("occupation", "income_bracket", "tag"))
    either = (
        asked("occupation or tag", one, other),
        asked("income_bracket or tag", two, other),
    )
    user = User(email="ona@example.com", phone="+37061234567")

    def questions(*said: Requirement) -> list[str]:
        return [q.name for q in questionnaire(record(*said, user=user), [LISTED])]

    assert questions(*either) == ["occupation", "income_bracket"]
    assert questions(*either, asked("tag", other)) == ["tag"]


def test_a_document_about_a_person_is_asked_for_in_the_person() -> None:
    ada = Person(ref="ada", roles=(PersonRole.DIRECTOR,))
    option = document(DocumentPurpose.IDENTITY, person="people[ada]")
    said = record(
        asked(option.name, option, subject="people[ada]"), user=User(people=(ada,), email="a@b.ee")
    )
    name = "people[ada].documents.proof_of_identity"

    asking = questionnaire(said, [LISTED])

    assert [one.name for one in asking] == [name]
    judge = jsonschema.Draft202012Validator(asking.json_schema())
    proof = {"documents": [{"purpose": "proof_of_identity"}]}
    assert judge.is_valid({"people": {"ada": proof}})
    assert not judge.is_valid({"people": {"ada": {}}, **proof})


def test_a_document_of_a_person_is_not_one_of_the_user() -> None:
    proof = Document(purpose=DocumentPurpose.IDENTITY, pages=(DocumentPage(content=b"1"),))
    option = document(DocumentPurpose.IDENTITY, person="people[ada]")
    rule = RequirementRule(name=option.name, options=(option,), source="docs: p")
    target = evolve(OPEN, rules=(rule,))

    def status(*documents: Document, of: tuple[Document, ...] = ()) -> RequirementStatus:
        ada = Person(ref="ada", roles=(PersonRole.DIRECTOR,), documents=of)
        return missing(User(people=(ada,), documents=documents), target).status

    assert status(proof) is MISSING
    assert status(of=(proof,)) is MET
    assert missing(User(documents=(proof,)), target).status is MISSING


def test_a_question_of_the_provider_waits_for_no_other_answer() -> None:
    paths = ("category", "identity.nationality")
    said = record(*(asked(path, user_field(path, "is asked")) for path in paths))
    target = evolve(PAID, on=On.CREATE, natural=NaturalUser)

    asking = questionnaire(said, [target])

    (question,) = (one for one in asking if one.name == "identity.nationality")
    assert question.when is None


# -- the value -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "kind", "name"),
    [
        (user_field("email", ""), RequirementKind.FIELD, "email"),
        (user_field("terms.accepted", ""), RequirementKind.TERMS, "terms.accepted"),
        (document(DocumentPurpose.ADDRESS), RequirementKind.DOCUMENT, "documents.proof_of_address"),
        (step("go", Actor.USER, link=True), RequirementKind.LINK, ""),
        (step("go", Actor.USER), RequirementKind.OTHER, ""),
    ],
)
def test_an_option_has_a_kind(option: RequirementOption, kind: RequirementKind, name: str) -> None:
    assert (option.kind, option.name) == (kind, name)


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"name": "has blanks"}, "name"),
        ({"name": ""}, "name"),
        ({"subject": "people[a b]"}, "subject"),
        ({"subject": "the company"}, "subject"),
        ({"deadline": datetime(2027, 3, 1)}, "deadline"),
    ],
)
def test_a_requirement_of_another_form_is_refused(facts: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as error:
        asked(**{"name": "vat", **facts})

    assert error.value.paths == (path,)


def test_requirements_are_stored_and_their_reprs_show_no_text_of_the_provider() -> None:
    refusal = Refusal(reason=RefusalReason.OTHER, provider_code="name_mismatch", text="Zxqcanary")
    said = asked(
        "people[ada].identity.given_name or vat",
        document(DocumentPurpose.IDENTITY, person="people[ada]"),
        step("go", Actor.USER, link=True),
        subject="people[ada]",
        deadline=DUE,
        past_due=True,
        refusal=refusal,
        wire_path="person_1.first_name",
    )
    held = record(said, asked("vat", status=UPCOMING, subject="bank_account"))

    assert UserRecord.from_json(held.to_json()).requirements == held.requirements
    assert "Zxqcanary" not in f"{held!r}{said!r}{said.options!r}"
