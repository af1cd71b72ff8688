"""The targets at Stripe: what is asked for before an account exists, and on Stripe's pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from onboarding import Company, Person, PersonRole, Secret, Terms, User, missing, questionnaire
from onboarding.requirements import RequirementKind, RequirementStatus
from tests.stripe.people import JENNY

from onboarding_stripe import Dashboard, Stripe

CARDS = Stripe.targets["accept_payments"]
READY = JENNY.replace(
    {
        "terms": Terms(
            accepted=True,
            accepted_at=datetime(2026, 11, 30, tzinfo=UTC),
            ip_address="8.8.8.8",
        ),
    }
)


def lacking(user: User) -> list[str]:
    return [one.name for one in missing(user, CARDS).missing]


def test_an_individual_of_the_us_lacks_what_was_recorded() -> None:
    assert lacking(READY) == ["bank_account"]
    assert lacking(READY.replace(phone=None)) == ["bank_account", "phone"]
    assert lacking(READY.replace({"identity.national_id": None})) == [
        "bank_account",
        "identity.national_id.code",
    ]


def test_the_country_of_the_address_counts_without_one_of_residence() -> None:
    user = READY.replace({"identity.country_of_residence": None, "phone": None})

    assert "phone" in lacking(user)
    assert "phone" not in lacking(user.replace({"address.country": "FR"}))


@pytest.mark.parametrize("country", ["FR", None])
def test_what_no_list_was_recorded_of_is_left_to_stripe(country: str | None) -> None:
    user = JENNY.replace({"identity.country_of_residence": country, "address.country": country})

    report = missing(user.replace(phone=None), CARDS)

    assert {one.name for one in report.undecided} == {"review", "list"}
    assert "phone" not in {one.name for one in report.requirements}
    assert {one.name for one in missing(JENNY, CARDS).undecided} == {"review"}


def test_a_company_of_the_us_lacks_its_people_by_ref() -> None:
    firm = User(company=Company(legal_name="Rocket Rides"))
    firm = firm.replace({"company.headquarters.country": "US"})
    ada = Person(ref="ada", roles=(PersonRole.REPRESENTATIVE,), email="ada@example.com")

    assert "people[representative].email" in lacking(firm)
    assert "people[beneficial_owner].identity.family_name" in lacking(firm)
    named = lacking(firm.replace(people=(ada,)))
    assert {"people[ada].email", "people[representative].email"}.isdisjoint(named)
    assert "people[ada].identity.birthdate" in named


def test_each_owner_of_a_company_of_the_us_is_asked_for_data() -> None:
    roles = {"bob": PersonRole.BENEFICIAL_OWNER, "eve": PersonRole.BENEFICIAL_OWNER}
    roles["joe"] = PersonRole.DIRECTOR
    people = tuple(Person(ref=ref, roles=(role,)) for ref, role in roles.items())
    firm = User(company=Company(legal_name="Rocket Rides"), people=people)
    firm = firm.replace({"company.headquarters.country": "US"})

    asked = {name.partition(".")[0] for name in lacking(firm) if name.startswith("people[")}

    assert asked == {"people[bob]", "people[eve]", "people[representative]"}
    assert {"people[bob].email", "people[eve].address.region"} <= {*lacking(firm)}


def test_a_form_for_a_company_asks_for_its_people() -> None:
    firm = User(company=Company(legal_name="Rocket Rides"))
    firm = firm.replace({"company.headquarters.country": "US"})

    form = questionnaire(firm, [CARDS]).json_schema()["properties"]

    assert (
        "family_name"
        in form["people"]["properties"]["beneficial_owner"]["properties"]["identity"]["properties"]
    )
    assert "job_title" in form["people"]["properties"]["representative"]["properties"]


@pytest.mark.parametrize("dashboard", [Dashboard.EXPRESS, Dashboard.FULL])
def test_what_stripe_collects_is_one_link(dashboard: Dashboard) -> None:
    adapter = Stripe(api_key=Secret("sk_test_a"), name="us", dashboard=dashboard)

    report = adapter.missing(User(), "accept_payments")

    (page,) = report.missing
    assert [option.kind for option in page.options] == [RequirementKind.LINK]
    assert adapter.missing(User(), "create").status is RequirementStatus.MET


def test_every_target_but_the_first_grants_a_capability() -> None:
    grants = {name: bool(target.grants) for name, target in Stripe.targets.items()}

    assert grants == {
        "create": False,
        "receive_transfers": True,
        "accept_payments": True,
        "payouts": True,
    }
    assert all(target.complete for target in Stripe.targets.values() if target.grants)
