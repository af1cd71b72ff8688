"""A user is onboarded once, and the answer is the same in each process."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from onboarding import Gateways, RateLimited, Rejected, User
from onboarding.directory import ClaimState, Directory, OperationState, key_of
from onboarding.errors import ConfigurationError, IdempotencyConflict, Outcome, UnknownUser
from onboarding.provider_errors import Unavailable
from onboarding.routing import Routes
from onboarding.service import OnboardingService, OnboardingStatus
from tests.world import World

from .conftest import ROUTES, Later, lithuanian

DONE, UNKNOWN = OnboardingStatus.DONE, OnboardingStatus.UNKNOWN


def created(world: World, gateway: str = "fr") -> list[str]:
    """The ids of the users whom a provider has."""
    return [record.id for record in world.gateways[gateway].users()]


def states(directory: Directory, own_id: str = "user-42") -> list[str]:
    return [str(one.state) for one in directory.operations(own_id)]


def test_the_second_call_has_the_answer_of_the_first(
    service: OnboardingService, world: World, directory: Directory, ona: User
) -> None:
    first = service.onboard("user-42", ona)
    second = service.onboard("user-42", ona)

    assert (first.status, first.id) == (DONE, created(world)[0])
    assert evolve(first, record=None) == second
    assert len(created(world)) == 1
    assert directory.own_id("fr", first.id or "") == "user-42"
    assert first.record is not None
    assert [event.kind for event in service.events()] == ["level_gained"]


def test_a_user_stays_where_the_routes_sent_it_first(
    world: World, directory: Directory, ona: User
) -> None:
    first = OnboardingService(world.gateways, directory, ROUTES).onboard("user-42", ona)

    changed = OnboardingService(world.gateways, directory, Routes(default="lt"))
    again = changed.onboard("user-42", ona.replace(email="other@example.com"))
    other = changed.onboard("user-43", lithuanian())

    assert (first.gateway, again.gateway, other.gateway) == ("fr", "fr", "lt")
    assert again.id == first.id
    assert again.other_content
    assert not first.other_content


def test_a_user_without_a_route_is_an_error_and_nothing_is_stored(
    world: World, directory: Directory, ona: User
) -> None:
    service = OnboardingService(world.gateways, directory, Routes())

    with pytest.raises(ConfigurationError):
        service.onboard("user-42", ona)

    assert directory.user("user-42") is None


def test_a_user_who_was_onboarded_before_the_directory_is_not_created(
    service: OnboardingService, world: World, directory: Directory, ona: User
) -> None:
    record = world.gateways["fr"].create_user(ona)
    directory.link("user-42", "fr", record.id)

    answer = service.onboard("user-42", lithuanian())

    assert (answer.status, answer.gateway, answer.id) == (DONE, "fr", record.id)
    assert created(world) == [record.id]


def test_a_refused_user_can_be_corrected(
    service: OnboardingService, world: World, directory: Directory, ona: User
) -> None:
    world.mangopay.misbehave(kind="error", route="POST */users/*", status=400, times=1)
    with pytest.raises(Rejected):
        service.onboard("user-42", ona)
    assert states(directory) == ["not_done"]

    answer = service.onboard("user-42", ona.replace(email="other@example.com"))

    assert answer.status is DONE
    assert states(directory) == ["done"]
    assert len(created(world)) == 1


def test_while_another_process_is_at_work_the_answer_is_in_progress(
    service: OnboardingService, world: World, directory: Directory, ona: User
) -> None:
    directory.assign("user-42", "fr")
    claim = directory.claim("user-42", "fr", "create_user", content=ona)

    answer = service.onboard("user-42", ona)

    assert (answer.status, answer.id) == (OnboardingStatus.IN_PROGRESS, None)
    assert answer.again_at == claim.operation.due_at
    assert created(world) == []


@pytest.mark.parametrize("was_sent", [True, False])
def test_a_process_that_was_killed_is_taken_over_after_its_lease(
    service: OnboardingService,
    world: World,
    directory: Directory,
    later: Later,
    ona: User,
    was_sent: bool,
) -> None:
    directory.assign("user-42", "fr")
    claim = directory.claim("user-42", "fr", "create_user", content=ona)
    if was_sent:
        world.gateways["fr"].create_user(ona, idempotency_key=claim.operation.key)

    later.pass_(minutes=6)
    answer = service.onboard("user-42", ona)

    assert answer.status is DONE
    assert created(world) == [answer.id]
    assert not answer.other_content


@pytest.mark.parametrize("kind", ["drop_after", "empty", "truncated", "bad_gateway", "error"])
def test_an_unknown_outcome_is_settled_by_the_next_call(
    service: OnboardingService, world: World, directory: Directory, ona: User, kind: str
) -> None:
    world.mangopay.misbehave(kind=kind, route="POST */users/*", times=1)
    first = service.onboard("user-42", ona)
    assert states(directory) == ["unknown"]

    second = service.onboard("user-42", ona)

    assert (first.status, first.id) == (UNKNOWN, None)
    assert second.status is DONE
    assert created(world) == [second.id]


def test_after_the_key_was_forgotten_the_list_decides(
    service: OnboardingService, world: World, directory: Directory, later: Later, ona: User
) -> None:
    """MangoPay keeps a key for a day; its list proves what was created and what was not."""
    world.mangopay.misbehave(kind="drop_after", route="POST */users/*", times=1)
    service.onboard("user-1", ona)
    world.mangopay.misbehave(kind="drop_before", route="POST */users/*", times=1)
    second = ona.replace(email="second@example.com")
    service.onboard("user-2", second)
    later.pass_(hours=25)
    there = created(world)

    done, anew = service.onboard("user-1", ona), service.onboard("user-2", second)

    assert [done.id] == there
    assert (done.status, anew.status) == (DONE, DONE)
    assert sorted(created(world)) == sorted(filter(None, [done.id, anew.id]))
    assert [one.state for one in directory.operations("user-2")] == [
        OperationState.NOT_DONE,
        OperationState.DONE,
    ]


def test_corrected_content_meets_the_user_of_the_unknown_call(
    service: OnboardingService, world: World, ona: User
) -> None:
    world.mangopay.misbehave(kind="drop_after", route="POST */users/*", times=1)
    service.onboard("user-42", ona)

    answer = service.onboard("user-42", ona.replace(email="other@example.com"))

    assert (answer.status, answer.other_content) == (DONE, True)
    assert created(world) == [answer.id]


def test_other_content_proves_nothing_once_the_key_is_forgotten(
    service: OnboardingService, world: World, later: Later, ona: User
) -> None:
    world.mangopay.misbehave(kind="drop_after", route="POST */users/*", times=1)
    service.onboard("user-42", ona)
    later.pass_(hours=25)

    answer = service.onboard("user-42", ona.replace(email="other@example.com"))

    assert (answer.status, answer.remedy) == (UNKNOWN, "settle it by hand")
    assert len(created(world)) == 1


def test_without_keys_a_search_finds_the_user_of_a_lost_answer(
    service: OnboardingService, world: World, directory: Directory
) -> None:
    world.paysera.misbehave(kind="drop_after", route="POST */user", times=1)
    first = service.onboard("user-42", lithuanian())
    assert (first.status, first.gateway) == (UNKNOWN, "lt")

    second = service.onboard("user-42", lithuanian())

    assert second.status is DONE
    assert directory.own_id("lt", second.id or "") == "user-42"


def test_a_search_that_fails_leaves_the_outcome_unknown(
    service: OnboardingService, world: World, directory: Directory
) -> None:
    world.paysera.misbehave(kind="drop_after", route="POST */user", times=1)
    service.onboard("user-42", lithuanian())
    world.paysera.misbehave(kind="rate_limit", route="GET *", times=20, seconds=0)

    with pytest.raises(RateLimited):
        service.onboard("user-42", lithuanian())

    assert states(directory) == ["unknown"]
    world.paysera.behave()
    assert service.onboard("user-42", lithuanian()).status is DONE
    assert len([one for one in world.paysera.log if one.method == "POST"]) == 1


def killed(directory: Directory, later: Later, user: User) -> None:
    """A process claims the creation of a user at Paysera, and is killed; its lease passes."""
    directory.assign("user-42", "lt")
    directory.claim("user-42", "lt", "create_user", content=user)
    later.pass_(minutes=10)


def posted(world: World) -> int:
    """How many users Paysera was asked to create."""
    return sum((one.method, one.path) == ("POST", "/rest/v1/user") for one in world.paysera.log)


def test_without_keys_and_without_a_proof_nothing_is_sent_again_until_settled_by_hand(
    service: OnboardingService, world: World, directory: Directory, later: Later
) -> None:
    user = lithuanian()
    killed(directory, later, user)
    world.paysera.misbehave(kind="error", route="GET *", status=500, times=1)

    with pytest.raises(Unavailable):
        service.onboard("user-42", user)
    open_, sent = states(directory), posted(world)
    settled = service.settle("user-42", None)
    done = service.onboard("user-42", user)

    assert (open_, sent) == (["unknown"], 0)
    assert settled
    assert done.status is DONE
    assert not service.settle("user-42", done.id)


@pytest.mark.parametrize("was_sent", [True, False])
def test_without_keys_a_user_is_sent_again_if_a_second_one_would_be_refused(
    service: OnboardingService, world: World, directory: Directory, later: Later, was_sent: bool
) -> None:
    user = lithuanian()
    if was_sent:
        world.gateways["lt"].create_user(user)
    killed(directory, later, user)

    answer = service.onboard("user-42", user)

    assert answer.status is DONE
    assert posted(world) == 1
    assert states(directory) == ["done"]


def test_without_keys_a_user_who_is_found_late_is_refused_a_second_time_and_is_settled(
    service: OnboardingService, world: World, directory: Directory, later: Later
) -> None:
    user = lithuanian()
    there = world.gateways["lt"].create_user(user)
    killed(directory, later, user)
    world.paysera.misbehave(kind="error", route="GET *", status=404, code="not_found", times=1)

    answer = service.onboard("user-42", user)

    assert (answer.status, answer.id, posted(world)) == (DONE, there.id, 2)
    assert states(directory) == ["done"]


def test_a_user_who_has_the_number_of_another_one_is_not_sent_again(
    service: OnboardingService, world: World, directory: Directory, later: Later
) -> None:
    user = lithuanian()
    assert user.identity is not None
    other = world.gateways["lt"].create_user(
        user.replace(identity=evolve(user.identity, given_name="Rasa"))
    )
    killed(directory, later, user)

    answer = service.onboard("user-42", user)

    assert (answer.status, posted(world)) == (UNKNOWN, 1)
    assert answer.candidates == (other.id,)
    assert answer.remedy == "compare them at the provider"


def test_an_unknown_outcome_is_settled_by_the_id_that_a_person_found(
    service: OnboardingService, world: World, directory: Directory, later: Later, ona: User
) -> None:
    directory.assign("user-42", "fr")
    directory.claim("user-42", "fr", "create_user", content=ona)
    record = world.gateways["fr"].create_user(ona)
    later.pass_(minutes=6)

    assert service.settle("user-42", record.id)

    assert service.onboard("user-42", ona).id == record.id
    assert states(directory) == ["done"]


def test_a_late_answer_of_a_process_that_was_taken_over_changes_nothing(
    service: OnboardingService, world: World, directory: Directory, later: Later, ona: User
) -> None:
    directory.assign("user-42", "fr")
    late = directory.claim("user-42", "fr", "create_user", content=ona)
    later.pass_(minutes=6)
    answer = service.onboard("user-42", ona)

    record = world.gateways["fr"].create_user(ona, idempotency_key=late.operation.key)
    directory.finish(late, Outcome.DONE, id=record.id)

    assert record.id == answer.id
    assert service.onboard("user-42", ona).id == answer.id


def test_an_erased_user_is_unknown(
    service: OnboardingService, directory: Directory, ona: User
) -> None:
    service.onboard("user-42", ona)
    directory.claim("user-42", "fr", "update_user", key="k", content=ona)
    directory.erase("user-42")

    for call in (service.refresh, lambda own_id: service.onboard(own_id, ona)):
        with pytest.raises(UnknownUser):
            call("user-42")


def test_what_keeps_an_erasure_from_being_complete_is_settled_by_hand(
    service: OnboardingService, world: World, directory: Directory, later: Later, ona: User
) -> None:
    directory.assign("user-42", "fr")
    directory.claim("user-42", "fr", "create_user", content=ona)
    record = world.gateways["fr"].create_user(ona)
    assert not directory.erase("user-42").complete
    later.pass_(minutes=6)

    assert service.settle("user-42", record.id)

    assert directory.erase("user-42").complete
    assert directory.own_id("fr", record.id) is None


def test_a_new_user_with_an_own_id_of_an_erased_one_does_not_get_its_account(
    service: OnboardingService, world: World, directory: Directory, ona: User
) -> None:
    """MangoPay still knows the key, which is derived from the own id."""
    service.onboard("user-42", ona)
    directory.erase("user-42")

    for _ in range(2):
        with pytest.raises(IdempotencyConflict):
            service.onboard("user-42", ona.replace(email="somebody-else@example.com"))

    assert directory.references("user-42") == ()


def test_no_personal_value_is_left_after_an_erasure(
    world: World, tmp_path: Path, ona: User
) -> None:
    place = tmp_path / "personal.db"
    with Directory.open(f"sqlite:///{place}", personal_data=True) as directory:
        service = OnboardingService(world.gateways, directory, ROUTES)
        service.onboard("user-42", ona)
        kept = place.read_bytes() + place.with_name("personal.db-wal").read_bytes()
        directory.erase("user-42")
    left = b"".join(path.read_bytes() for path in tmp_path.glob("personal.db*"))

    for canary in (b"ona.canary@example.com", b"imkut"):
        assert canary in kept
        assert canary not in left


@pytest.mark.parametrize("kind", ["threads"])
def test_no_personal_value_is_stored_or_logged(
    service: OnboardingService, directory: Directory, ona: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        service.onboard("user-42", ona)
        service.refresh("user-42")

    stored = str(directory.export("user-42")) + str(directory.history("user-42"))
    for canary in ("canary", "imkut"):
        assert canary not in stored
        assert canary not in caplog.text


def test_the_own_id_goes_to_a_provider_that_keeps_one(
    world: World, directory: Directory, ona: User
) -> None:
    config = world.config()
    config["gateways"]["fr"]["tag_holds"] = "reference"

    with Gateways.from_config(config, env=world.env) as gateways:
        answer = OnboardingService(gateways, directory, ROUTES).onboard("user-42", ona)

    assert answer.record is not None
    assert answer.record.user.reference == "user-42"


def test_a_claim_in_the_documented_form_is_the_services_own(
    service: OnboardingService, directory: Directory, ona: User
) -> None:
    service.onboard("user-42", ona)

    claim = directory.claim("user-42", "fr", "create_user", content=ona)

    assert claim.state is ClaimState.DONE
    assert claim.operation.key == key_of("fr", "create_user", "user-42")
    assert service.due(within=timedelta(days=1)) is not None
