"""Companies and their people at Stripe, through a gateway, a socket and the simulator."""

from __future__ import annotations

import pytest
from onboarding import (
    Absence,
    Address,
    Company,
    Gateway,
    LossKind,
    PartialFailure,
    Person,
    PersonRole,
    Rejected,
    Unsupported,
    User,
)
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import ADA, BOB, JENNY, MOREAU

from onboarding_stripe import Stripe

OWNER = BOB.replace(roles=(PersonRole.BENEFICIAL_OWNER,))
FOREIGN = JENNY.replace({"identity.nationality": "FR"})


def sent(stage: Stage) -> list[tuple[str, str]]:
    """The calls so far, with kinds in place of ids."""
    return [(one.method, place(one.path)) for one in stage.sim.log]


def place(path: str) -> str:
    kinds = {"acct": "A", "person": "P"}
    return "/".join(kinds.get(part.partition("_")[0], part) for part in path.split("/")[2:])


def by_ref(people: tuple[Person, ...]) -> dict[str, Person]:
    return {one.ref: one for one in people}


def test_a_company_is_created_with_its_people(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(MOREAU)

    assert by_ref(record.user.people) == by_ref(MOREAU.people)
    assert record.references["people[ada]"].startswith("person_")
    account = stage.v1.accounts.retrieve(record.id)
    assert account.company.owners_provided
    assert account.company.directors_provided
    assert not account.company.executives_provided
    assert sent(stage)[:5] == [
        ("POST", "accounts"),
        ("POST", "accounts/A/persons"),
        ("POST", "accounts/A/persons"),
        ("POST", "accounts/A"),
        ("GET", "accounts/A/persons"),
    ]


@pytest.mark.parametrize(
    "user", [MOREAU, MOREAU.replace(people=(ADA,)), MOREAU.replace(people=()), JENNY, FOREIGN]
)
def test_the_calls_of_a_creation_are_counted_beforehand(
    stage: Stage, gateway: Gateway[Stripe], user: User
) -> None:
    count = gateway.adapter.calls_to_create(user)

    gateway.create_user(user)

    assert len(sent(stage)) == count


def test_what_is_written_only_is_never_claimed(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(MOREAU)

    assert record.user.company is not None
    assert record.user.company.registration_number is None
    assert record.absent["company.registration_number"] is Absence.NULL_BY_RULE
    assert record.absent["company.vat_number"] is Absence.NOT_GIVEN
    assert record.absent["people[ada].identity.national_id.code"] is Absence.NOT_GIVEN


def test_people_are_added_changed_and_removed(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(MOREAU)
    ada = ADA.replace(ownership_percent=None, job_title="Chair", roles=(PersonRole.REPRESENTATIVE,))
    eve = BOB.replace(ref="eve", roles=(PersonRole.BENEFICIAL_OWNER,), ownership_percent=70.0)
    stage.sim.clear_log()

    changed = gateway.update_user(record, record.user.replace(people=(ada, eve)))

    assert by_ref(changed.user.people) == {"ada": ada, "eve": eve}
    assert changed.references["people[ada]"] == record.references["people[ada]"]
    assert sent(stage) == [
        ("DELETE", "accounts/A/persons/P"),
        ("POST", "accounts/A/persons/P"),
        ("POST", "accounts/A/persons"),
        ("POST", "accounts/A"),
        ("GET", "accounts/A/persons"),
    ]
    assert not stage.v1.accounts.retrieve(record.id).company.directors_provided


NO_OWNER, NO_DIRECTOR = "people[beneficial_owner]", "people[director]"
ALONE = MOREAU.replace(
    people=(ADA.replace(roles=(PersonRole.REPRESENTATIVE,), ownership_percent=None),),
    declared_absent=frozenset({NO_OWNER, "company.vat_number"}),
)


def test_a_company_declares_that_nobody_has_a_role(stage: Stage, gateway: Gateway[Stripe]) -> None:
    unsaid = ALONE.replace({"company.headquarters.country": "US"}, declared_absent=frozenset[str]())
    before = gateway.missing(unsaid, "accept_payments")
    after = gateway.missing(
        unsaid.replace(declared_absent=frozenset({NO_OWNER})), "accept_payments"
    )

    record = gateway.create_user(ALONE)

    asked = [one.reason for one in before.missing if one.name.startswith(NO_OWNER)]
    assert asked
    assert all(reason.endswith(f"or declare {NO_OWNER} absent") for reason in asked)
    assert not any(one.name.startswith(NO_OWNER) for one in after.missing)
    assert stage.v1.accounts.retrieve(record.id).company.owners_provided
    assert record.user.declared_absent == {NO_OWNER}
    assert not any(one.subject == NO_OWNER for one in record.requirements)
    losses = {loss.core_path: loss.kind for loss in record.losses}
    assert losses["declared_absent"] is LossKind.NOT_APPLICABLE
    assert gateway.update_user(record, record.user) is record


def test_an_owner_without_an_address_for_mail_still_lacks_it(gateway: Gateway[Stripe]) -> None:
    owner = OWNER.replace(email=None)
    user = ALONE.replace(
        {"company.headquarters.country": "US"},
        people=(*ALONE.people, owner),
        declared_absent=frozenset({f"people[{owner.ref}].email"}),
    )

    found = gateway.missing(user, "accept_payments")

    assert f"people[{owner.ref}].email" in {one.name for one in found.missing}


def test_a_declared_absence_is_added_and_taken_back(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(ALONE)
    stage.sim.clear_log()

    other = record.user.replace(declared_absent=frozenset({NO_DIRECTOR}))
    record = gateway.update_user(record, other)

    assert sent(stage) == [("POST", "accounts/A"), ("GET", "accounts/A/persons")]
    assert record.user.declared_absent == {NO_DIRECTOR}
    company = stage.v1.accounts.retrieve(record.id).company
    assert (company.owners_provided, company.directors_provided) == (False, True)
    assert any(one.subject == NO_OWNER for one in record.requirements)


def test_an_owner_ends_the_statement_that_there_is_none(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    record = gateway.create_user(ALONE)
    given = record.user.replace(people=(*record.user.people, OWNER))

    record = gateway.update_user(record, given)

    assert given.declared_absent == frozenset()
    assert record.user.declared_absent == frozenset()
    assert stage.v1.accounts.retrieve(record.id).company.owners_provided
    record = gateway.update_user(
        record, record.user.replace(people=ALONE.people, declared_absent=frozenset({NO_OWNER}))
    )
    assert record.user.declared_absent == {NO_OWNER}
    assert stage.v1.accounts.retrieve(record.id).company.owners_provided


def test_a_platform_in_france_does_not_send_a_declared_absence(stage: Stage) -> None:
    adapter = adapter_at(stage.base_url, platform_country="FR")
    firm = User(company=Company(), declared_absent=frozenset({NO_OWNER}))

    with Gateway(adapter) as gateway, pytest.raises(Unsupported) as caught:
        gateway.create_user(firm)

    assert "declared_absent" in {problem.path for problem in caught.value.problems}


def test_an_unchanged_company_is_not_sent(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(MOREAU)
    stage.sim.clear_log()

    again = gateway.update_user(record, record.user)

    assert again is record
    assert sent(stage) == []


def test_a_refused_person_is_named_and_the_call_is_resumed(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    greedy = BOB.replace(ownership_percent=90.0)
    user = MOREAU.replace(people=(ADA, greedy))

    with pytest.raises(PartialFailure) as caught:
        gateway.create_user(user)

    cause = caught.value.__cause__
    assert isinstance(cause, Rejected)
    assert [problem.path for problem in cause.problems] == ["people[bob].ownership_percent"]
    record = gateway.resume(caught.value.partial, MOREAU)
    assert by_ref(record.user.people) == by_ref(MOREAU.people)
    assert len(stage.v1.accounts.list().data) == 1


def test_people_of_the_official_client_are_read(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(MOREAU)
    given = {"first_name": "Zoe", "relationship": {"executive": True, "title": "Chair"}}
    zoe = stage.v1.accounts.persons.create(record.id, given)

    fetched = gateway.fetch_user(record.id)

    person = by_ref(fetched.user.people)[zoe.id]
    assert person.identity is not None
    assert (person.identity.given_name, person.job_title) == ("Zoe", "Chair")
    assert person.roles == (PersonRole.EXECUTIVE,)
    assert fetched.references[f"people[{zoe.id}]"] == zoe.id


def test_the_residence_of_a_person_is_taken_from_the_address(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    home = Address(line1="3 rue Un", city="Paris", postal_code="75004", country="FR")

    record = gateway.create_user(MOREAU.replace(people=(ADA.replace(address=home),)))

    told = [(loss.core_path, loss.kind) for loss in record.losses]
    assert ("people[ada].identity.country_of_residence", LossKind.DEFAULTED) in told
    elsewhere = ADA.replace({"address": home, "identity.country_of_residence": "BE"})
    with pytest.raises(Unsupported, match=r"people\[ada\].identity.country_of_residence"):
        gateway.create_user(MOREAU.replace(people=(elsewhere,)))


def test_nothing_is_said_of_the_owners_of_an_individual(stage: Stage) -> None:
    user = JENNY.replace({"identity.nationality": "US"}).replace(people=MOREAU.people)

    with Gateway(adapter_at(stage.base_url, accept_loss=("people", "people.*"))) as gateway:
        record = gateway.create_user(user)

    assert "company" not in stage.v1.accounts.retrieve(record.id)
