"""What `missing` says of a target at Stripe, the simulator says too, user by user.

Two sources are compared with the simulator's lists: the rules, before an account exists, and the
lists of the account. The names of Stripe's paths are a table of this test's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st
from onboarding import (
    Address,
    CapabilityName,
    Company,
    Identity,
    NationalId,
    Person,
    PersonRole,
    Secret,
    Terms,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.mapping import On
from onboarding.mapping.paths import lookup
from onboarding.requirements import RequirementStatus
from onboarding.testing import PaperGateway, changed, paper, supported_users
from tests.scaling import scaled
from tests.simulators.stripe.stage import KEY
from tests.stripe.people import JENNY, MOREAU

from onboarding_simulators.shared import VirtualClock
from onboarding_simulators.stripe import StripeSimulator
from onboarding_stripe import Stripe

NAMES = {
    "business_profile.mcc": "extras.stripe.mcc",
    "business_profile.product_description": "extras.stripe.product_description",
    "business_profile.support_phone": "extras.stripe.support_phone",
    "business_profile.url": "extras.stripe.url",
    "external_account": "bank_account",
    "individual.address.city": "address.city",
    "individual.address.line1": "address.line1",
    "individual.address.postal_code": "address.postal_code",
    "individual.address.state": "address.region",
    "individual.dob.day": "identity.birthdate",
    "individual.dob.month": "identity.birthdate",
    "individual.dob.year": "identity.birthdate",
    "individual.email": "email",
    "individual.first_name": "identity.given_name",
    "individual.id_number": "identity.national_id.code",
    "individual.last_name": "identity.family_name",
    "individual.phone": "phone",
    "individual.ssn_last_4": "identity.national_id.code",
    "individual.verification.document": "documents.proof_of_identity",
    "tos_acceptance.date": "terms.accepted",
    "tos_acceptance.ip": "terms.ip_address",
}
RECORDED = ("US", "DE")
CARDS = ("card_payments", "transfers")
CASES = {
    "receive_transfers": ("transfers",),
    "accept_payments": CARDS,
    "payouts": CARDS,
}
GRANTED = {
    "receive_transfers": [CapabilityName.RECEIVE_TRANSFERS],
    "accept_payments": [CapabilityName.ACCEPT_PAYMENTS, CapabilityName.RECEIVE_TRANSFERS],
    "payouts": [CapabilityName.PAY_OUT, CapabilityName.RECEIVE_TRANSFERS],
}


def adapter_of(target: str) -> Stripe:
    return Stripe(
        api_key=Secret(KEY),
        base_url="https://stripe.invalid",
        name="us",
        capabilities=CASES[target],
    )


NOW = 1_800_000_000
EXTRAS = {
    "mcc": "7623",
    "url": "https://accessible.stripe.com",
    "product_description": "Repairs",
    "support_phone": "+4930123456",
}
"""Values that Stripe takes: their forms are not the rules that are compared here."""


@st.composite
def individuals(draw: st.DrawFn, adapter: Stripe) -> User:
    """Users of the recorded countries, of others and of none, whole or with gaps."""
    wire = adapter.wire_for(User())
    user = draw(supported_users(wire, On.CREATE, complete=draw(st.booleans())))
    country = draw(st.sampled_from([*RECORDED, "US", "FR", "GB", None]))
    user = changed(user, "identity.country_of_residence", country)
    if user.address is not None:
        user = changed(user, "address.country", country)
    if lookup(user, "identity.national_id") is not None:
        user = changed(user, "identity.national_id.code", "000000000")
        user = changed(user, "identity.national_id.country", country or "US")
    given = {name: it for name, it in EXTRAS.items() if draw(st.integers(0, 3))}
    at = datetime.fromtimestamp(draw(st.integers(1, NOW)), UTC)
    terms = Terms(accepted=True, accepted_at=at, ip_address="8.8.8.8")
    lacking = not draw(st.integers(0, 3))
    return user.replace(extras={"stripe": given}, terms=None if lacking else terms)


Names: TypeAlias = set[str]


def agree(
    adapter: Stripe,
    name: str,
    user: User,
    completed: bool,
    *,
    owed_of: Callable[[UserRecord], Names],
    is_recorded: bool,
    comparable: Callable[[Names], Names] = set,
) -> RequirementStatus | None:
    """Compares what `missing` tells of a user with Stripe's list, before and after the hosted page.

    `owed_of` are the core names of the list, which must be told in full if `is_recorded`. Returns
    the status at the end; None for a user whom the adapter refuses.
    """
    clock = VirtualClock(NOW)
    sim = StripeSimulator(api_key=KEY, clock=clock, strict_birthdates=False)
    gateway: PaperGateway[Any] = PaperGateway(adapter, paper(sim))
    before = adapter.missing(user, name)
    if before.refused:
        with pytest.raises(Unsupported):
            gateway.run(adapter.create_user(user))
        return None
    record: UserRecord = gateway.run(adapter.create_user(user))
    owed = comparable(owed_of(record))
    if completed:
        sim.complete_onboarding(record.id)
    clock.advance(5)
    record = gateway.run(adapter.fetch_capabilities(record))
    after = adapter.missing(record, name)

    lacks = comparable({one.name for one in before.missing})
    if name == "accept_payments" and is_recorded:
        assert lacks == owed
    assert lacks <= owed
    assert {one.name for one in after.missing} <= owed_of(record)
    able = all(map(record.can, GRANTED[name]))
    assert able == (after.status is RequirementStatus.MET)
    return after.status


def owed_by_individual(record: UserRecord) -> Names:
    return {NAMES[path] for path in record.raw["requirements"]["currently_due"]}


@pytest.mark.parametrize("name", CASES)
def test_missing_agrees_with_the_lists_of_individuals(name: str) -> None:
    adapter = adapter_of(name)
    seen: set[RequirementStatus | None] = set()

    @scaled(10)
    @given(individuals(adapter), st.booleans())
    @example(JENNY, True)
    @example(JENNY, False)
    def check(user: User, completed: bool) -> None:
        is_recorded = lookup(user, "identity.country_of_residence") in RECORDED
        seen.add(
            agree(
                adapter, name, user, completed,
                owed_of=owed_by_individual, is_recorded=is_recorded,
            )
        )  # fmt: skip

    check()

    assert seen >= {RequirementStatus.MET, RequirementStatus.MISSING}


# -- companies -------------------------------------------------------------------------------------

ROLES = {
    "representative": PersonRole.REPRESENTATIVE,
    "owner": PersonRole.BENEFICIAL_OWNER,
    "director": PersonRole.DIRECTOR,
    "executive": PersonRole.EXECUTIVE,
}
OF_A_COMPANY = {
    "business_profile.mcc": "extras.stripe.mcc",
    "business_profile.product_description": "extras.stripe.product_description",
    "business_profile.support_phone": "extras.stripe.support_phone",
    "business_profile.url": "company.website",
    "company.address.city": "company.headquarters.city",
    "company.address.line1": "company.headquarters.line1",
    "company.address.postal_code": "company.headquarters.postal_code",
    "company.address.state": "company.headquarters.region",
    "company.directors_provided": "people[director]",
    "company.executives_provided": "people[executive]",
    "company.name": "company.legal_name",
    "company.owners_provided": "people[beneficial_owner]",
    "company.phone": "phone",
    "company.tax_id": "company.registration_number",
    "company.verification.document": "documents.proof_of_registration",
    "external_account": "bank_account",
    "relationship.owner": "people[beneficial_owner]",
    "relationship.representative": "people[representative]",
    "tos_acceptance.date": "terms.accepted",
    "tos_acceptance.ip": "terms.ip_address",
}
OF_A_PERSON = {
    name.removeprefix("individual."): core
    for name, core in NAMES.items()
    if name.startswith("individual.")
} | {"relationship.executive": "roles", "relationship.title": "job_title"}


def core_name(path: str, people: Mapping[str, str]) -> str:
    """The core's name of a path in the list of a company; `people` are the refs by id."""
    head, _, rest = path.partition(".")
    if head in people or head in ROLES:
        whose = people.get(head) or f"people[{ROLES[head]}]"
        return f"{whose}.{OF_A_PERSON[rest]}"
    return OF_A_COMPANY[path]


OWNER, REPRESENTATIVE = "people[beneficial_owner]", "people[representative]"
DIRECTOR, EXECUTIVE = "people[director]", "people[executive]"


def comparable(names: set[str]) -> set[str]:
    """The names of both sources in one form.

    Where there is none, the rules ask for an owner and a representative by all their fields. No
    rule says that a representative is an executive too: Stripe's list does.
    """
    plain = {OWNER if name.startswith(OWNER) else name for name in names}
    return {name for name in plain - {REPRESENTATIVE} if not name.endswith("].roles")}


ADDRESS = Address(line1="1 Main Street", city="Springfield", postal_code="10001", region="NY")


@st.composite
def persons(draw: st.DrawFn, country: str) -> tuple[Person, ...]:
    """Up to two people, whole or with gaps; one of them may represent the company."""
    found: list[Person] = []
    for ref in draw(st.sampled_from(((), ("ada",), ("ada", "bob")))):
        most = (PersonRole.BENEFICIAL_OWNER, PersonRole.DIRECTOR, PersonRole.EXECUTIVE)
        roles = draw(st.lists(st.sampled_from(most), unique=True, min_size=ref == "bob"))
        if ref == "ada" and (not roles or draw(st.booleans())):
            roles.append(PersonRole.REPRESENTATIVE)
        whole = Person(
            ref=ref,
            roles=tuple(roles),
            identity=Identity(
                given_name="Ada",
                family_name="Moreau",
                birthdate=date(1901, 1, 1),
                national_id=NationalId(code="000000000", country=country),
            ),
            address=evolve(ADDRESS, country=country),
            email="ada@example.com",
            phone="+12015550123",
            job_title="CEO",
        )
        gaps = ("email", "phone", "job_title", "identity.birthdate", "address.city")
        left = draw(st.sets(st.sampled_from(gaps), max_size=2))
        found.append(whole.replace(dict.fromkeys(left)))
    return tuple(found)


@st.composite
def companies(draw: st.DrawFn, adapter: Stripe) -> User:
    """Companies of the recorded country, of others and of none, whole or with gaps."""
    wire = adapter.wire_for(User(company=Company()))
    user = draw(supported_users(wire, On.CREATE, complete=draw(st.booleans())))
    country = draw(st.sampled_from(["US", "US", "DE", "GB", None]))
    if lookup(user, "company.headquarters") is not None:
        user = changed(user, "company.headquarters.country", country)
    if lookup(user, "company.registration_number") is not None:
        user = changed(user, "company.registration_number", "000000000")
    user = changed(user, "company.website", draw(st.sampled_from([None, EXTRAS["url"]])))
    given = {name: EXTRAS[name] for name in EXTRAS if name != "url" and draw(st.integers(0, 3))}
    at = datetime.fromtimestamp(draw(st.integers(1, NOW)), UTC)
    terms = Terms(accepted=True, accepted_at=at, ip_address="8.8.8.8")
    lacking = not draw(st.integers(0, 3))
    people = draw(persons(country or "US"))
    held = {role for one in people for role in one.roles}
    absent = draw(st.sets(st.sampled_from(sorted({OWNER, DIRECTOR, EXECUTIVE}))))
    return user.replace(
        extras={"stripe": given},
        terms=None if lacking else terms,
        people=people,
        declared_absent=frozenset(absent - {f"people[{role}]" for role in held}),
    )


def of_the_us(*roles: PersonRole) -> User:
    """A company of the US that has nothing but people without data, one for each of the roles."""
    people = (Person(ref=f"person-{place}", roles=(role,)) for place, role in enumerate(roles))
    return User(company=Company(headquarters=Address(country="US")), people=tuple(people))


def owed_by_company(record: UserRecord) -> Names:
    people = {id: place for place, id in record.references.items()}
    return {core_name(path, people) for path in record.raw["requirements"]["currently_due"]}


@pytest.mark.parametrize("name", CASES)
def test_missing_agrees_with_the_lists_of_companies(name: str) -> None:
    adapter = adapter_of(name)
    seen: set[RequirementStatus | None] = set()

    @scaled(10)
    @given(companies(adapter), st.booleans())
    @example(MOREAU, True)
    @example(MOREAU, False)
    @example(of_the_us(PersonRole.BENEFICIAL_OWNER), False)
    @example(of_the_us(PersonRole.BENEFICIAL_OWNER, PersonRole.BENEFICIAL_OWNER), False)
    @example(of_the_us(PersonRole.DIRECTOR, PersonRole.EXECUTIVE), False)
    def check(user: User, completed: bool) -> None:
        is_recorded = lookup(user, "company.headquarters.country") == "US"
        seen.add(
            agree(
                adapter, name, user, completed,
                owed_of=owed_by_company, is_recorded=is_recorded, comparable=comparable,
            )
        )  # fmt: skip

    check()

    assert seen >= {RequirementStatus.MET, RequirementStatus.MISSING}
