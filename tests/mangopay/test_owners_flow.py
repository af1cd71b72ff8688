"""Beneficial owners declared by one call, resumed, decided on, edited: over a socket."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve
from onboarding import (
    AsyncGateway,
    Conflict,
    DocumentStatus,
    Gateway,
    InvalidInput,
    LegalPersonType,
    LossKind,
    OutcomeUnknown,
    OwnerDeclaration,
    PartialFailure,
    Person,
    Rejected,
    Secret,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.spi import Response

from onboarding_mangopay import MangoPay
from onboarding_mangopay.keys import Keyed
from onboarding_simulators.mangopay.state import StoredResponse

from .people import COMPANY, OWNER, UBO
from .stage import Stage

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")


def declared(*owners: Person) -> tuple[Person, ...]:
    return owners


def named(name: str) -> Person:
    assert UBO.identity is not None
    return evolve(UBO, ref=name, identity=evolve(UBO.identity, given_name=name))


def test_one_call_declares_all_owners_and_submits_them(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(COMPANY)

    made = fr.declare_owners(user.id, declared(UBO, named("Ada")))

    assert (made.provider_status, made.user_id, made.editable) == (
        "VALIDATION_ASKED",
        user.id,
        False,
    )
    assert [owner.owner for owner in made.owners] == [UBO, named("Ada")]
    (listed,) = fr.declarations(user.id)
    assert listed.id == made.id
    assert (listed.provider, listed.gateway) == ("mangopay", "fr")
    assert made.rate_limits


def test_a_declaration_is_opened_filled_submitted_and_read_in_an_event_loop(
    fr: Gateway[MangoPay],
) -> None:
    async def declare() -> tuple[OwnerDeclaration, list[OwnerDeclaration]]:
        async with AsyncGateway(fr.adapter) as gateway:
            user = await gateway.create_user(COMPANY)
            made = await gateway.declare_owners(user.id, declared(UBO))
            seen = await gateway.fetch_declaration(made.id, user_id=user.id)
            return seen, [one async for one in gateway.declarations(user.id)]

    seen, listed = asyncio.run(declare())

    assert seen.status is DocumentStatus.IN_REVIEW
    assert [one.id for one in listed] == [seen.id]


# docs: view-ubo-declaration, Status; ECLIPSED is a word that nobody knows yet
@pytest.mark.parametrize(
    ("word", "status", "editable"),
    [
        ("CREATED", DocumentStatus.CREATED, True),
        ("VALIDATION_ASKED", DocumentStatus.IN_REVIEW, False),
        ("INCOMPLETE", None, True),
        ("VALIDATED", DocumentStatus.ACCEPTED, False),
        ("REFUSED", DocumentStatus.REFUSED, False),
        ("ECLIPSED", None, None),
    ],
)
def test_a_status_is_kept_as_it_came_and_told_in_the_words_of_the_core(
    word: str, status: DocumentStatus | None, editable: bool | None
) -> None:
    flow = PAPER.fetch_declaration("ubodec_m_1")
    next(flow)
    body = f'{{"Id": "ubodec_m_1", "Status": "{word}"}}'.encode()

    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=body))

    found = done.value.value
    assert (found.provider_status, found.status, found.editable) == (word, status, editable)


def test_a_declaration_comes_back_from_its_form(fr: Gateway[MangoPay], stage: Stage) -> None:
    made = fr.declare_owners(fr.create_user(COMPANY).id, declared(UBO, named("Ada")))
    stage.sim.decide_declaration(made.id, "INCOMPLETE", "WRONG_UBO_INFORMATION", "Gunner is Bo")
    seen = fr.fetch_declaration(made.id)

    again = OwnerDeclaration.from_json(seen.to_json())

    assert again == seen
    assert '"form": "owner_declaration/1"' in seen.to_json()
    changed = fr.run(fr.adapter.update_owner(again, again.owners[0].id, named("Bo")))
    assert changed.owner == named("Bo")


@pytest.mark.parametrize("name", ["update_owner", "submit_declaration"])
def test_a_declaration_of_another_gateway_is_refused_before_sending(name: str) -> None:
    elsewhere = OwnerDeclaration(provider="mangopay", gateway="de", id="ubodec_m_1", user_id="1")
    rest = ("ubo_m_1", UBO) if name == "update_owner" else ()

    with pytest.raises(InvalidInput) as raised:
        next(getattr(PAPER, name)(elsewhere, *rest))

    assert raised.value.paths == ("gateway",)


def test_the_sandbox_decides_by_the_first_name_of_the_first_owner(
    fr: Gateway[MangoPay],
) -> None:
    user = fr.create_user(COMPANY)

    made = fr.declare_owners(user.id, declared(named("AcceptUBO")))

    assert fr.fetch_declaration(made.id).provider_status == "VALIDATED"


def test_an_incomplete_declaration_is_edited_and_submitted_again(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(COMPANY)
    made = fr.declare_owners(user.id, declared(UBO))
    stage.sim.decide_declaration(made.id, "INCOMPLETE", "WRONG_UBO_INFORMATION", "Gunner is Bo")
    seen = fr.fetch_declaration(made.id)

    changed = fr.run(fr.adapter.update_owner(seen, seen.owners[0].id, named("Bo")))
    again = fr.run(fr.adapter.submit_declaration(seen))

    assert (seen.provider_status, seen.reason, seen.editable) == (
        "INCOMPLETE",
        "WRONG_UBO_INFORMATION",
        True,
    )
    assert changed.owner == named("Bo")
    assert (again.provider_status, [owner.owner for owner in again.owners]) == (
        "VALIDATION_ASKED",
        [evolve(named("Bo"), ref=made.owners[0].id)],
    )


def test_an_owner_is_added_to_an_open_declaration(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(COMPANY)
    assert stage.call("POST", f"users/{user.id}/kyc/ubodeclarations").status_code == 200
    (found,) = fr.declarations(user.id)

    added = fr.run(fr.adapter.add_owner(found, UBO))
    submitted = fr.run(fr.adapter.submit_declaration(found))

    assert added.owner == UBO
    assert [owner.owner for owner in submitted.owners] == [evolve(UBO, ref=added.id)]


# A key whose first call failed at MangoPay is spent, whatever was done.
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("lost", range(3))
def test_a_declaration_at_which_mangopay_failed_goes_on_with_no_owner_twice(
    fr: Gateway[MangoPay], stage: Stage, lost: int, kind: str
) -> None:
    user = fr.create_user(COMPANY)
    owners = declared(UBO, named("Ada"))
    if lost:
        stage.sim.misbehave(kind="slow", route="*kyc*", times=lost, seconds=0)  # goes well
    stage.sim.misbehave(kind=kind, route="*kyc*", times=1)
    with pytest.raises((OutcomeUnknown, PartialFailure)) as broken:
        fr.declare_owners(user.id, owners, idempotency_key="owners-1")
    keyed = Keyed("declare_owners", (user.id,), "owners-1")
    if isinstance(broken.value, PartialFailure):
        subject = (str(broken.value.partial.id), str(lost - 1))
        keyed = Keyed("declare_owners.owner", subject, "owners-1")
    stage.sim.store.save_response(
        fr.adapter.idempotency_key(keyed),
        StoredResponse(made=stage.clock(), status=502, content_type="", url="", body="{}"),
    )

    made = fr.declare_owners(user.id, owners, idempotency_key="owners-1")

    assert [owner.owner for owner in made.owners] == [UBO, named("Ada")]
    (listed,) = fr.declarations(user.id)
    assert (listed.id, listed.provider_status) == (made.id, "VALIDATION_ASKED")


def test_an_unsupported_field_of_an_owner_is_refused_before_sending() -> None:
    assert UBO.identity is not None
    resident = evolve(UBO, identity=evolve(UBO.identity, country_of_residence="FR"))
    flow = PAPER.declare_owners("user_m_1", declared(named("Ada"), resident))

    with pytest.raises(Unsupported) as raised:
        next(flow)

    assert raised.value.paths == ("people[gunner].identity.country_of_residence",)


def test_a_datum_of_an_owner_may_be_left_out_by_configuration(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    assert UBO.identity is not None
    resident = evolve(UBO, identity=evolve(UBO.identity, country_of_residence="FR"))
    user = fr.create_user(COMPANY)
    lenient = evolve(fr.adapter, accept_loss=("people.*",))

    made = fr.run(lenient.declare_owners(user.id, declared(resident)))

    assert [owner.owner for owner in made.owners] == [UBO]
    assert [(loss.core_path, loss.kind) for loss in made.losses] == [
        ("people[gunner].identity.country_of_residence", LossKind.DROPPED)
    ]


def test_an_owner_written_anew_tells_what_it_lost_as_well(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    assert UBO.identity is not None
    resident = evolve(UBO, identity=evolve(UBO.identity, country_of_residence="FR"))
    made = fr.declare_owners(fr.create_user(COMPANY).id, declared(UBO))
    stage.sim.decide_declaration(made.id, "INCOMPLETE")
    with pytest.raises(Unsupported) as raised:
        fr.run(fr.adapter.update_owner(made, made.owners[0].id, resident))
    lenient = evolve(fr.adapter, accept_loss=("people",))

    written = fr.run(lenient.update_owner(made, made.owners[0].id, resident))

    assert [loss.core_path for loss in written.losses] == list(raised.value.paths)


@pytest.mark.parametrize("count", [0, 16])
def test_no_owner_or_too_many_are_refused_before_sending(count: int) -> None:
    flow = PAPER.declare_owners(
        "user_m_1", declared(*(named(f"n{number}") for number in range(count)))
    )

    with pytest.raises(InvalidInput) as raised:
        next(flow)

    assert raised.value.paths == (("people[n15]",) if count else ("people",))


def test_what_mangopay_lacks_of_an_owner_is_named_by_its_path(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(COMPANY)
    homeless = evolve(UBO, ref="bo", address=None)

    with pytest.raises(PartialFailure) as raised:
        fr.declare_owners(user.id, declared(UBO, homeless))

    assert isinstance(raised.value.__cause__, Rejected)
    paths = {problem.path for problem in raised.value.__cause__.problems}
    assert paths
    assert all(path.startswith("people[bo].address") for path in paths)


# docs: create-ubo: `errors.Region`, a bare name
def test_a_region_that_is_missing_is_named_by_the_path_of_the_owner() -> None:
    flow = PAPER.declare_owners("user_m_1", declared(UBO))
    next(flow)
    flow.send(Response(status=200, body=b'{"Id": "ubodec_m_1", "Status": "CREATED"}'))
    body = b'{"Type": "param_error", "errors": {"Region": "The Region is a required field"}}'

    with pytest.raises(PartialFailure) as raised:
        flow.send(Response(status=400, body=body))

    assert isinstance(raised.value.__cause__, Rejected)
    assert [problem.path for problem in raised.value.__cause__.problems] == [
        "people[gunner].address.region"
    ]


def test_a_sole_trader_declares_no_owners(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(
        COMPANY.replace({"company.legal_person_type": LegalPersonType.SOLETRADER})
    )

    with pytest.raises(Rejected, match="invalid_action"):
        fr.declare_owners(user.id, COMPANY.people)


def test_a_second_declaration_waits_for_the_first(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(COMPANY)
    fr.declare_owners(user.id, COMPANY.people)

    with pytest.raises(Rejected, match="invalid_action"):
        fr.declare_owners(user.id, COMPANY.people)


def test_a_natural_person_declares_no_owners(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)

    with pytest.raises((Rejected, Conflict)):
        fr.declare_owners(user.id, COMPANY.people)


def test_a_declaration_shows_nobody_in_its_repr(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(COMPANY)

    made = fr.declare_owners(user.id, COMPANY.people)

    shown = f"{made!r} {made.owners[0]!r}"
    assert made.id in shown
    assert not [word for word in ("Gunner", "Beier", "Paris") if word in shown]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>"])
def test_a_declaration_without_an_id_is_an_unexpected_response(body: bytes) -> None:
    flow = PAPER.fetch_declaration("ubodec_m_1")
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=body))
