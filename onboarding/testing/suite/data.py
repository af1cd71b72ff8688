"""The law of each datum: what is declared of it is so, datum by datum and call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.mapping.changes import changes
from onboarding.mapping.conditions import Case, Condition, listed
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import EXTRAS, Datum
from onboarding.mapping.rows import NEVER
from onboarding.mapping.translation import Translation
from onboarding.model.loss import LossKind
from onboarding.model.user import User
from onboarding.testing.bodies import on_wire, wire_paths
from onboarding.testing.carried import full_users
from onboarding.testing.claims import WRITES, can
from onboarding.testing.law import law
from onboarding.testing.strategies import changed
from onboarding.testing.suite.writing import writes
from onboarding.testing.trial import Trial, attempt

__all__ = ["each_datum"]


@law(
    "each datum is sent by the calls that claim it, reads back, and is hidden as declared",
    writes,
    exhaustive=True,
)
def each_datum(trial: Trial) -> None:
    """With users that have every datum: as they are, and with one taken away."""
    for _, adapter, wire in trial.wired:
        trial.for_all(
            full_users(wire, adapter.extras),
            lambda user, a=adapter, w=wire: _every(trial, a, w, user),  # type: ignore[misc]
            share=trial.settings.max_examples,
        )


def _every(trial: Trial, adapter: Adapter, wire: Translation, user: User) -> None:
    for datum in wire.plan.data:
        for operation, on in WRITES.items():
            if datum.on & on and can(adapter, operation):
                for each in _words(datum, user):
                    _sent(trial, adapter, wire, datum, operation, each)
        if datum.on == NEVER:
            continue
        if datum.hidden is not None:
            _hidden(trial, adapter, wire, datum, user)
        if datum.required is not None:
            _required(trial, adapter, wire, datum, user)


def _words(datum: Datum, user: User) -> Iterator[User]:
    """The user with every word of a vocabulary; as it is where there is none."""
    codec = datum.row.codec
    words = codec.members if codec is not None else ()
    yield from (given(user, datum.core, word) for word in words)
    if not words:
        yield user


def given(user: User, core: str, value: Any) -> User:
    """The user with another datum, be it one that a provider alone knows."""
    if not core.startswith(EXTRAS):
        return changed(user, core, value)
    _, provider, name = core.split(".", 2)
    mine = {**user.extras.get(provider, {}), name: value}
    mine = {key: kept for key, kept in mine.items() if kept is not None}
    return changed(user, "extras", {**user.extras, provider: mine})


def _sent(
    trial: Trial, adapter: Adapter, wire: Translation, datum: Datum, operation: str, user: User
) -> None:
    before = None if operation == "create_user" else given(user, datum.core, None)
    begun = trial.begin(adapter, operation, user, before)
    there = wire_paths(wire, begun.body)
    assert datum.wire in there, f"{operation} says that it writes {datum.wire}, and does not"
    back, _ = wire.from_wire(on_wire(begun.body))
    named = {loss.core_path for loss in begun.losses}
    same = lookup(back, datum.core) == lookup(user, datum.core) or _respelled(datum, user, back)
    assert same or datum.core in named, f"{datum.core} does not read back"
    trial.saw("written", f"{wire.plan.cls.__name__}.{datum.wire}", operation)


def _respelled(datum: Datum, one: User, other: User) -> bool:
    """Whether two values of a datum are one in two spellings."""
    if datum.core.startswith(EXTRAS):
        return False
    return datum.core not in changes(one, other)


def _hidden(trial: Trial, adapter: Adapter, wire: Translation, datum: Datum, user: User) -> None:
    """The report says so when it is hidden, and does not when it is not."""
    assert datum.hidden is not None
    for inside in _where(datum, datum.hidden, user):
        begun = trial.begin(adapter, "create_user", inside)
        told = {x.core_path for x in begun.losses if x.kind is LossKind.NOT_SHOWN}
        assert datum.core in told, f"{datum.core} is hidden, and the report does not say so"
        trial.saw("hidden", f"{wire.plan.cls.__name__}.{datum.wire}")
    for outside in _elsewhere(datum.hidden, user):
        begun = trial.begin(adapter, "create_user", outside)
        told = {x.core_path for x in begun.losses if x.kind is LossKind.NOT_SHOWN}
        assert datum.core not in told or not datum.shown, f"{datum.core} is shown, they say hidden"


def _required(trial: Trial, adapter: Adapter, wire: Translation, datum: Datum, user: User) -> None:
    """A user that has what is demanded is accepted, wherever it is."""
    assert datum.required is not None
    for demanding in _where(datum, datum.required, user):
        first = attempt(adapter.create_user, demanding)
        assert not isinstance(first, OnboardingError), f"refuses what it demands: {datum.core}"
        trial.saw("required", f"{wire.plan.cls.__name__}.{datum.wire}")


def _where(datum: Datum, condition: Condition, user: User) -> Iterator[User]:
    """Users for whom a condition of a datum holds: one for each word that a case looks for."""
    if condition.holds(user):
        yield user
    for group in condition.groups:
        for place, words in _words_of(group):
            for word in words:
                made = changed(user, place, word)
                for other, [first, *_] in _words_of(group):
                    made = made if other == place else changed(made, other, first)
                assert condition.holds(made), f"{datum.core}: {condition.words} cannot hold"
                yield made


def _elsewhere(condition: Condition, user: User) -> Iterator[User]:
    """A user for whom a condition does not hold."""
    for case in condition.cases:
        user = changed(user, case.path, None)
    if not condition.holds(user):
        yield user


def _words_of(group: tuple[Case, ...]) -> list[tuple[str, list[Any]]]:
    """The places that cases look at, with the words that they look for, where those are few."""
    return [(case.path, words) for case in group if (words := listed(case.values))]
