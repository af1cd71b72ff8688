"""Laws of idempotency keys: each is checked, and names one call with one content."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError, Unsupported
from onboarding.mapping.plan import EXTRAS
from onboarding.mapping.rows import On
from onboarding.model.user import User
from onboarding.testing.calls import Call, calls
from onboarding.testing.law import law
from onboarding.testing.laws import nothing_lost
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.strategies import changed, values_at
from onboarding.testing.subject import Subject
from onboarding.testing.suite.conversing import simulated

__all__ = ["keyed_results", "keys_are_checked"]

BAD_KEYS: tuple[Any, ...] = ("", " \t", 7, True, b"order-7", "order-\ud800")
USER = User(email="someone@example.com")


def _keyed(subject: Subject, adapter: Adapter) -> list[Call]:
    """The calls of an adapter that take an idempotency key."""
    return [
        call
        for call in calls(subject, adapter, USER)
        if "idempotency_key" in inspect.signature(getattr(adapter, call.operation)).parameters
    ]


def takes_keys(subject: Subject) -> bool:
    return any(_keyed(subject, adapter) for adapter in subject.variants.values())


@law(
    "a key that is blank or no text is refused before anything is sent",
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
                    break  # what the kit gives it cannot be sent at all
                told = f"{call.operation} takes the bad key number {number}"
                assert isinstance(first, InvalidInput), told
                assert "idempotency_key" in first.paths, f"{told}, or refuses something else"


@law("the result under an idempotency key is that of the user that was given", simulated)
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
