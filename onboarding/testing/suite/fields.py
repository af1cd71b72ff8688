"""The law of fields: each field behaves as declared, in each call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.mapping.conditions import Case, Condition, listed
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import EXTRAS, MappedField
from onboarding.mapping.rows import NEVER
from onboarding.mapping.translation import Translation
from onboarding.model.answers import LossKind
from onboarding.model.user import User
from onboarding.testing.bodies import on_wire, wire_paths
from onboarding.testing.claims import WRITES
from onboarding.testing.generators import full_users
from onboarding.testing.law import law
from onboarding.testing.laws import loss_paths
from onboarding.testing.runner import Runner, attempt
from onboarding.testing.strategies import changed
from onboarding.testing.suite.writing import writes
from onboarding.testing.why import unlike

__all__ = ["each_field"]


@law(
    "each field is sent by the declared calls, reads back, and is hidden as declared",
    writes,
    exhaustive=True,
)
def each_field(runner: Runner) -> None:
    """With users that have every field, unchanged and with one field removed."""
    for _, adapter, wire in runner.wired:
        runner.for_all(
            full_users(wire, adapter.extras),
            lambda user, a=adapter, w=wire: _every(runner, a, w, user),  # type: ignore[misc]
            share=runner.settings.max_examples,
        )


def _every(runner: Runner, adapter: Adapter, wire: Translation, user: User) -> None:
    for mapped in wire.plan.fields:
        for operation, on in WRITES.items():
            if mapped.on & on and adapter.supports(operation):
                for each in _words(mapped, user):
                    _sent(runner, adapter, wire, mapped, operation, each)
        if mapped.on == NEVER:
            continue
        if mapped.hidden_when is not None:
            _hidden(runner, adapter, wire, mapped, user)
        if mapped.required_when is not None:
            _required(runner, adapter, wire, mapped, user)


def _words(mapped: MappedField, user: User) -> Iterator[User]:
    """Yields the user with each word of a vocabulary; the user itself if there is none."""
    codec = mapped.row.codec
    words = codec.members if codec is not None else ()
    yield from (given(user, mapped.core, word) for word in words)
    if not words:
        yield user


def given(user: User, core: str, value: Any) -> User:
    """Returns the user with another value of a field, also of an extra."""
    if not core.startswith(EXTRAS):
        return changed(user, core, value)
    _, provider, name = core.split(".", 2)
    mine = {**user.extras.get(provider, {}), name: value}
    mine = {key: kept for key, kept in mine.items() if kept is not None}
    return changed(user, "extras", {**user.extras, provider: mine})


def _sent(
    runner: Runner,
    adapter: Adapter,
    wire: Translation,
    mapped: MappedField,
    operation: str,
    user: User,
) -> None:
    before = None if operation == "create_user" else given(user, mapped.core, None)
    begun = runner.begin(adapter, operation, user, before)
    there = wire_paths(wire, begun.body)
    assert mapped.wire in there, f"{operation} is declared to write {mapped.wire}, and does not"
    back, _ = wire.from_wire(on_wire(begun.body))
    named = loss_paths(begun.losses, wire, user)
    same = lookup(back, mapped.core) == lookup(user, mapped.core)
    same = same or _respelled(wire, mapped, user, back)
    if not same and mapped.core not in named:
        pair = lookup(user, mapped.core), lookup(back, mapped.core)
        raise unlike(f"{mapped.core} does not read back", *pair)
    runner.saw("written", f"{wire.plan.cls.__name__}.{mapped.wire}", operation)


def _respelled(wire: Translation, mapped: MappedField, one: User, other: User) -> bool:
    """Returns whether two values of a field are equal apart from spelling."""
    if mapped.core.startswith(EXTRAS):
        return False
    return mapped.core not in wire.changed(one, other)


def _hidden(
    runner: Runner, adapter: Adapter, wire: Translation, mapped: MappedField, user: User
) -> None:
    """Checks that the report names a field if it is hidden, and only then."""
    assert mapped.hidden_when is not None
    for inside in _where(mapped, mapped.hidden_when, user):
        begun = runner.begin(adapter, "create_user", inside)
        told = (x for x in begun.losses if x.kind is LossKind.WRITE_ONLY)
        reported = loss_paths(told, wire, inside)
        assert mapped.core in reported, f"{mapped.core} is hidden, and the report does not say so"
        runner.saw("hidden", f"{wire.plan.cls.__name__}.{mapped.wire}")
    for outside in _elsewhere(mapped.hidden_when, user):
        begun = runner.begin(adapter, "create_user", outside)
        told = (x for x in begun.losses if x.kind is LossKind.WRITE_ONLY)
        reported = loss_paths(told, wire, outside)
        assert mapped.core not in reported or not mapped.shown, (
            f"{mapped.core} is reported as hidden, and is not"
        )


def _required(
    runner: Runner, adapter: Adapter, wire: Translation, mapped: MappedField, user: User
) -> None:
    """Checks that a user with every required field is accepted."""
    assert mapped.required_when is not None
    for demanding in _where(mapped, mapped.required_when, user):
        first = attempt(adapter.create_user, demanding)
        assert not isinstance(first, OnboardingError), f"refuses the required {mapped.core}"
        runner.saw("required", f"{wire.plan.cls.__name__}.{mapped.wire}")


def _where(mapped: MappedField, condition: Condition, user: User) -> Iterator[User]:
    """Yields users for whom a condition holds: one for each value in its cases."""
    if condition.holds(user):
        yield user
    for group in condition.groups:
        for place, words in _words_of(group):
            for word in words:
                made = changed(user, place, word)
                for other, [first, *_] in _words_of(group):
                    made = made if other == place else changed(made, other, first)
                assert condition.holds(made), f"{mapped.core}: {condition.words} cannot hold"
                yield made


def _elsewhere(condition: Condition, user: User) -> Iterator[User]:
    """Yields a user for whom a condition does not hold, if there is one."""
    for case in condition.cases:
        user = changed(user, case.path, None)
    if not condition.holds(user):
        yield user


def _words_of(group: tuple[Case, ...]) -> list[tuple[str, list[Any]]]:
    """Returns the paths of the cases that list values, with these values."""
    return [(case.path, words) for case in group if (words := listed(case.values))]
