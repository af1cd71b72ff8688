"""What `missing` says of a target, the simulated provider says too, user by user.

Each provider is simulated twice: once as strict as its documents can be read, once as generous.
Where a demand is missing both refuse; where all is met both accept; where `missing` leaves it to
the provider, they disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st
from onboarding import (
    Company,
    Identity,
    NationalId,
    Password,
    Person,
    PersonRole,
    ProviderError,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.mapping import On
from onboarding.requirements import RequirementReport, RequirementStatus
from onboarding.spi import Adapter
from onboarding.testing import PaperGateway, paper, supported_users, users
from tests.scaling import scaled

from onboarding_mangopay import Api, MangoPay, MangoPayExtras
from onboarding_paysera import Paysera, PayseraExtras
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

Flow = Callable[[PaperGateway[Any], User], object]


@frozen
class Case:
    """A target with the makers of the two simulators that decide it."""

    adapter: Adapter
    target: str
    strict: Callable[[], Any]
    generous: Callable[[], Any]
    flow: Flow
    extras: type
    on: On = On.CREATE


def mangopay(api: Api, target: str, flow: Flow, on: On = On.CREATE) -> Case:
    adapter = MangoPay(
        client_id="simulated-client",
        api_key=Secret("simulated-key"),
        api=api,
        base_url="https://mangopay.invalid",
        name="fr",
    )
    return Case(
        adapter,
        target,
        partial(MangoPaySimulator, strict=True),
        partial(MangoPaySimulator, enrolment_waived=True),
        flow,
        MangoPayExtras,
        on,
    )


def paysera(target: str, flow: Flow, *, sends_address: bool) -> Case:
    adapter = Paysera(
        client_id="client",
        mac_key=Secret("key"),
        base_url="https://paysera.invalid",
        name="lt",
        sends_address=sends_address,
    )
    simulator = partial(PayseraSimulator, client_id="client", mac_key="key")
    return Case(
        adapter,
        target,
        partial(simulator, credentials_required=True, minimum_password_length=1_000_000),
        partial(simulator, identity_required=frozenset(), minimum_password_length=0),
        flow,
        PayseraExtras,
    )


def create(gateway: PaperGateway[Any], user: User) -> object:
    return gateway.run(gateway.adapter.create_user(user))


def categorise(gateway: PaperGateway[Any], user: User) -> object:
    """Makes an OWNER of a PAYER who has been registered with the least there is."""
    payer = User(
        email="ona@example.com",
        category=UserCategory.PAYER,
        identity=Identity(given_name="Ona", family_name="Ona") if user.company is None else None,
        company=_company(user),
        people=(ONA,) if user.company is not None else (),
    )
    record: UserRecord = gateway.run(gateway.adapter.create_user(payer))
    return gateway.run(gateway.adapter.categorise_user(record, _joined(record.user, user)))


ONA = Person(
    ref="representative",
    roles=(PersonRole.REPRESENTATIVE,),
    identity=Identity(given_name="Ona", family_name="Ona"),
)


def _company(user: User) -> Company | None:
    if user.company is None:
        return None
    from onboarding import LegalPersonType

    return Company(
        legal_name="Ona",
        legal_person_type=user.company.legal_person_type or LegalPersonType.SOLETRADER,
    )


def _joined(known: User, wanted: User) -> User:
    """The known user with what categorising can write of the wanted one."""
    from onboarding.mapping import translation
    from onboarding.mapping.paths import lookup
    from onboarding.testing import changed

    from onboarding_mangopay.wire.legal import LegalUser
    from onboarding_mangopay.wire.natural import NaturalUser

    wire = translation(LegalUser if wanted.company is not None else NaturalUser, "mangopay")
    for path in sorted(wire.plan.writable(On.CATEGORISE)):
        if not path.startswith("extras.") and lookup(wanted, path) is not None:
            known = changed(known, path, lookup(wanted, path))
    if (person := lookup(wanted, "people[representative]")) is not None:  # as the caller names it
        known = changed(known, "people[representative].ref", person.ref)
    return changed(known, "extras", wanted.extras)


CASES = {
    "mangopay create_payer": mangopay(Api.SCA, "create_payer", create),
    "mangopay create_owner": mangopay(Api.SCA, "create_owner", create),
    "mangopay become_owner": mangopay(Api.SCA, "become_owner", categorise, On.CATEGORISE),
    "mangopay create_payer, legacy": mangopay(Api.LEGACY, "create_payer", create),
    "mangopay create_owner, legacy": mangopay(Api.LEGACY, "create_owner", create),
    "paysera register": paysera("register", create, sends_address=False),
    "paysera register with an address": paysera("register", create, sends_address=True),
}


ABLE = {
    "mangopay": User(
        identity=Identity(
            given_name="Ona",
            family_name="Ona",
            birthdate=date(1990, 3, 11),
            nationality="LT",
            country_of_residence="LT",
        ),
        email="ona@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
    ),
    "paysera": User(
        identity=Identity(
            given_name="Ona",
            family_name="Ona",
            nationality="LT",
            national_id=NationalId(code="49003110000", country="LT"),
        ),
        email="ona@example.com",
        credentials=Password(password=Secret("correct horse")),
    ),
}
"""For each provider, one who lacks nothing that can be sent: so that a short run meets one too."""


def users_of(case: Case) -> st.SearchStrategy[User]:
    """Users who lack nothing, users within the limits, and any user at all."""
    wires = {case.adapter.wire_for(user) for user in (User(), User(company=Company()))}
    found = [
        supported_users(wire, case.on, extras=case.extras, complete=complete)
        for wire in wires
        for complete in (True, True, False)
    ]
    if case.on is On.CREATE:
        found.append(users({case.adapter.provider: case.extras}))
    return st.one_of(found)


def answer(case: Case, simulator: Callable[[], Any], user: User) -> set[str] | None:
    """The paths that a provider without users complains of; None when the call succeeds."""
    try:
        case.flow(PaperGateway(case.adapter, paper(simulator())), user)
    except Unsupported as error:
        return set(error.paths)
    except ProviderError as error:
        return {problem.path for problem in error.problems}
    return None


def told(report: RequirementReport, complaint: set[str]) -> bool:
    """Whether the report names whatever is complained of: it, a part of it, or what it is in."""
    named = {path for finding in report.requirements for path in finding.paths}
    named |= {loss.core_path for loss in report.refused}
    return all(
        any(f"{name}.".startswith(f"{path}.") or path.startswith(f"{name}.") for name in named)
        for path in complaint
    )


@pytest.mark.parametrize("name", CASES)
def test_missing_agrees_with_the_provider(name: str) -> None:
    case = CASES[name]
    seen: dict[RequirementStatus, int] = dict.fromkeys(RequirementStatus, 0)

    @scaled(10)
    @given(users_of(case))
    @example(User())
    @example(ABLE[case.adapter.provider])
    def check(user: User) -> None:
        if user.extras.get("paysera", {}).get("card") is not None:
            return  # its shape is the simulator's own judgement
        user = case.adapter.target(case.target).supposed(user)

        report = case.adapter.missing(user, case.target)
        strict = answer(case, case.strict, user)
        generous = answer(case, case.generous, user)

        seen[report.status] += 1
        assert (strict is None) == (report.status is RequirementStatus.MET)
        assert (generous is None) == report.ready
        assert told(report, (strict or set()) | (generous or set()))

    check()

    assert seen[RequirementStatus.MISSING]
    assert seen[RequirementStatus.MET] + seen[RequirementStatus.PROVIDER_DECIDES]


def test_what_is_left_to_the_provider_is_named_with_its_reason() -> None:
    adapter: Any = CASES["paysera register"].adapter

    report = adapter.missing(User(email="ona@example.com"), "register")

    assert report.ready
    assert [finding.name for finding in report.undecided] == ["credentials"]
    assert report.undecided[0].reason == "conditional: the documents do not say when it is required"
