"""Laws of operations: each runs to its end, and an idempotency key names one call."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError, Unsupported
from onboarding.mapping.plan import EXTRAS
from onboarding.mapping.rows import On
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.operations import OPERATIONS
from onboarding.testing.calls import Call, calls
from onboarding.testing.law import law, reason
from onboarding.testing.laws import nothing_lost
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.strategies import changed, values_at
from onboarding.testing.subject import Subject
from onboarding.testing.suite.conversations import live, simulated

__all__ = ["each_operation", "keyed_results", "keys_are_checked"]


def playable(subject: Subject) -> bool:
    return simulated(subject) or bool(subject.scenarios)


@law(
    "each operation runs to its end against a simulated provider, and returns the declared type",
    playable,
    exhaustive=True,
)
def each_operation(runner: Runner) -> None:
    """In a scenario; the kit itself calls the operations that need only a user."""
    for name, adapter in runner.subject.variants.items():
        for scenario in runner.subject.scenarios:
            runner.examples += 1
            try:
                scenario(runner.world(adapter))
            except Exception as error:
                text = f"scenario {scenario.__name__} {f'of {name} ' if name else ''}fails"
                raise AssertionError(f"{text}: {reason(error)}") from error
    played = {claim.what for claim in runner.exercised if claim.kind == "operation"}
    if simulated(runner.subject):
        for name in runner.subject.variants:
            runner.for_all(
                runner.cases(complete=True, variant=name),
                lambda case: _by_itself(runner, case, played),
                share=runner.settings.max_examples,
            )


def _by_itself(runner: Runner, case: Case, played: set[str]) -> None:
    """Calls the operations that need only a user, except those that a scenario has called."""
    world, _, record = live(runner, case)
    for operation, arguments in _plain(record):
        if case.adapter.supports(operation) and operation not in played:
            try:
                world.call(operation, *arguments)
            except Exception as error:
                text = f"{operation} fails, and no scenario calls it: {reason(error)}"
                raise AssertionError(text) from error


def _plain(record: UserRecord) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name in OPERATIONS:
        if name.startswith("list_"):
            yield name, () if name == "list_users" else (record.id,)
    yield "close_user", (record,)


# -- idempotency keys

BAD_KEYS: tuple[Any, ...] = ("", " \t", 7, True, b"order-7", "order-\ud800")
USER = User(email="someone@example.com")


def _keyed(subject: Subject, adapter: Adapter) -> list[Call]:
    """Returns the calls of an adapter that accept an idempotency key."""
    return [
        call
        for call in calls(subject, adapter, USER)
        if "idempotency_key" in inspect.signature(getattr(adapter, call.operation)).parameters
    ]


def takes_keys(subject: Subject) -> bool:
    return any(_keyed(subject, adapter) for adapter in subject.variants.values())


@law(
    "an idempotency key that is blank or not a text is refused before sending",
    takes_keys,
    exhaustive=True,
)
def keys_are_checked(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for call in _keyed(runner.subject, adapter):
            for number, key in enumerate(BAD_KEYS):
                operation: Any = getattr(adapter, call.operation)
                first = attempt(partial(operation, idempotency_key=key), *call.arguments)
                runner.examples += 1
                if isinstance(first, Unsupported):
                    break  # the arguments of the kit cannot be sent
                text = f"{call.operation} accepts the invalid key number {number}"
                assert isinstance(first, InvalidInput), text
                assert "idempotency_key" in first.paths, f"{text}, or names another path"


@law("a call with a used idempotency key never returns the result of another user", simulated)
def keyed_results(runner: Runner) -> None:
    def check(drawn: tuple[Case, Case, Any]) -> None:
        case, other, data = drawn
        world = runner.subject.world(case.adapter)
        first = world.call("create_user", case.user, idempotency_key="order-7")
        if case.adapter.key_lifetime is not None:
            again = world.call("create_user", case.user, idempotency_key="order-7")
            assert again.id == first.id, "key_lifetime is set, and a replay gives another user"
        user = other.user
        if data.draw(st.booleans()):
            paths = case.wire.plan.writable(On.CREATE)
            path = data.draw(st.sampled_from(sorted(p for p in paths if not p.startswith(EXTRAS))))
            user = runner.subject.welcome(changed(case.user, path, data.draw(values_at(path))))
        try:
            second = world.call("create_user", user, idempotency_key="order-7")
        except OnboardingError:
            return
        if second.id == first.id:
            nothing_lost(user, second.user, second.losses)

    each = [runner.cases(complete=True, variant=name) for name in runner.subject.variants]
    runner.for_all(st.one_of([st.tuples(one, one, st.data()) for one in each]), check, share=5)
