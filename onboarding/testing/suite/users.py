"""Laws of further calls about users: searches, lists, contacts, capabilities, an end."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from onboarding.errors import OnboardingError
from onboarding.mapping.phones import same
from onboarding.model.record import UserStatus
from onboarding.model.user import User
from onboarding.operations import OPERATIONS, Criterion
from onboarding.provider_errors import NotFound
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import check_at
from onboarding.testing.subject import Subject, World
from onboarding.testing.suite.conversations import LIVES, simulated
from onboarding.testing.suite.kept import plays
from onboarding.values.base import trust

__all__ = ["capabilities", "closed_users", "contacts", "found_users", "lists"]

NOBODY = {"email": "nobody.has.this@example.com", "phone": "+37060000000"}
"""Search criteria of no user in a scenario."""

LISTS = tuple(name for name in OPERATIONS if name.startswith("list_"))


def _alike(path: str, one: object, other: object) -> bool:
    """Returns whether two contacts are spellings of the same."""
    if path == "email" and isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return one == other or same(check_at(path).shape, one, other)


@law(
    "a search finds the user that has the given value, and raises `NotFound` for an unknown value",
    plays("find_user"),
    exhaustive=True,
)
def found_users(runner: Runner) -> None:
    for world, call in runner.calls_of("find_user"):
        criterion: Criterion = call.arguments[0]
        for path in NOBODY:
            wanted, shown = getattr(criterion, path), getattr(call.result.user, path)
            if wanted is None:
                continue
            assert shown is None or _alike(path, wanted, shown), f"finds a user of another {path}"
            try:
                world.perform("find_user", Criterion(**{path: NOBODY[path]}))
            except NotFound:
                continue
            except OnboardingError as error:
                text = f"a search by an {path} that nobody has raises {type(error).__name__}"
                raise AssertionError(text) from None
            raise AssertionError(f"finds a user by an {path} that nobody has")


def lists_something(subject: Subject) -> bool:
    return simulated(subject) and any(
        adapter.supports(name) for adapter in subject.variants.values() for name in LISTS
    )


@law("the pages of a list have every item once, and end", lists_something)
def lists(runner: Runner) -> None:
    for world, call in runner.calls_of(*LISTS):
        whose = call.arguments[:1] if call.operation != "list_users" else ()
        with suppress(OnboardingError):  # the scenario closed the user afterwards
            _once(world, call.operation, *whose)

    def check(drawn: tuple[Case, Case, Case]) -> None:
        world = runner.world(drawn[0].adapter)
        if not world.adapter.supports("list_users"):
            return
        made = {_made(world, case.user) for case in drawn} - {""}
        missing = made - {*_once(world, "list_users")}
        assert not missing, f"list_users leaves out {len(missing)} of {len(made)} users"

    each = [runner.cases(complete=True, variant=name) for name in runner.subject.variants]
    three = st.one_of([st.tuples(one, one, one) for one in each])
    runner.for_all(three, check, share=3 * LIVES)


def _made(world: World, user: User) -> str:
    """Returns the id of a new user; empty if the provider has the like already."""
    try:
        return str(world.call("create_user", user).id)
    except OnboardingError:
        return ""


def _once(world: World, operation: str, *whose: Any) -> list[str]:
    ids = [one.id for one in world.every(operation, *whose)]
    assert len({*ids}) == len(ids), f"{operation} has an item twice"
    return ids


@law(
    "an assigned contact is shown or waits for a code; a confirmed one is shown; a renewed action "
    "is about the same contact",
    plays("assign_contact", "confirm", "renew"),
    exhaustive=True,
)
def contacts(runner: Runner) -> None:
    for _, call in runner.calls_of("assign_contact"):
        given, found = call.arguments[0], call.result
        assert found.id == given.id, "assign_contact returns another user"
        for path, value in call.named.items():
            shown = _alike(path, value, getattr(found.user, path))
            waits = [x for x in found.next_actions if x.concerns == path and x.user_id == given.id]
            assert shown or waits, f"the assigned {path} is neither shown nor waits for a code"
    for _, call in runner.calls_of("confirm"):
        action, found = call.arguments[0], call.result
        assert found.id == action.user_id, "confirm returns another user"
        if action.concerns in NOBODY and action.value is not None:
            shown = getattr(found.user, action.concerns)
            assert _alike(action.concerns, action.value, shown), "the confirmed value is not shown"
    for _, call in runner.calls_of("renew"):
        action, found = call.arguments[0], call.result
        for name in ("kind", "user_id", "concerns", "value"):
            assert getattr(found, name) == getattr(action, name), f"renew changes the {name}"


@law(
    "fetching capabilities returns the same user, with what a fetch shows",
    plays("fetch_capabilities"),
    exhaustive=True,
)
def capabilities(runner: Runner) -> None:
    for world, call in runner.calls_of("fetch_capabilities"):
        (given,) = call.arguments
        assert call.result.id == given.id, "returns another user"
        again = world.perform("fetch_capabilities", evolve(given, user=trust(User, {})))
        assert again.id == given.id, "returns another user"
        assert world.perform("fetch_user", given.id).user == again.user, (
            "depends on the user in the given record"
        )


@law("a closed user is closed at the provider", plays("close_user"), exhaustive=True)
def closed_users(runner: Runner) -> None:
    for world, call in runner.calls_of("close_user"):
        (given,) = call.arguments
        assert call.writes, "nothing is sent to close a user"
        assert call.result.id == given.id, "close_user returns another user"
        try:
            seen = world.perform("fetch_user", given.id)
        except OnboardingError:
            continue
        assert seen.status is not UserStatus.ACTIVE, "a closed user is active"
