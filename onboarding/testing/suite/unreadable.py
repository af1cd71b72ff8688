"""Laws of unreadable responses: a bad field affects only itself, a bad id the response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.adapter.reading import LONGEST_ID, reference
from onboarding.errors import OnboardingError, UnexpectedResponse
from onboarding.mapping.changes import compared
from onboarding.mapping.paths import EMPTY, lookup, wire_value
from onboarding.mapping.plan import DECLARED_ABSENT, Plan
from onboarding.mapping.translation import Translation
from onboarding.model.record import Absence, UserRecord
from onboarding.model.user import User
from onboarding.testing.bodies import put
from onboarding.testing.law import law
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Runner
from onboarding.testing.suite.answers import shown, shows

__all__ = ["bad_field", "bounded_ids"]

# Of every JSON type, and numbers that are no time: milliseconds, beyond 64 bits.
ABSURD: tuple[Any, ...] = (
    True, False, 1_753_315_200_000, -(10**15), 10**30, 1.5, 1e308, "x_no_word", [], [1], {},
    {"x": 1}, [{"x": None}],
)  # fmt: skip
NO_IDS: tuple[Any, ...] = (
    None, "", True, 1.5, [], ["7"], {}, {"x": 1}, "7" * (LONGEST_ID + 1), 10 ** (LONGEST_ID + 1),
)  # fmt: skip


def _id_of(plan: Plan, record: UserRecord) -> Iterator[str]:
    """Yields the wire path of the id: it is not in `provider_fields`."""
    for path in plan.kept:
        if path not in record.provider_fields and str(wire_value(record.raw, path)) == record.id:
            yield path


@law("a field of another type is reported as unreadable and kept; the other fields are read", shows)
def bad_field(runner: Runner) -> None:
    places: list[tuple[Adapter, Translation, Json, UserRecord, str]] = []
    for adapter, wire, payload in shown(runner):
        sound = runner.fetch(adapter, payload)
        ids = {*_id_of(wire.plan, sound)}
        paths = [*wire.plan.by_wire, *wire.plan.kept, *wire.plan.objects]
        places += [(adapter, wire, payload, sound, path) for path in paths if not _holds(path, ids)]

    def check(drawn: tuple[tuple[Adapter, Translation, Json, UserRecord, str], Any]) -> None:
        (adapter, wire, payload, sound, path), value = drawn
        spoilt = runner.subject.carried(put(payload, path, value))
        if spoilt is None:
            return
        try:
            record = runner.fetch(adapter, spoilt)
        except OnboardingError as error:
            known = isinstance(error, UnexpectedResponse) and sound.references.values()
            if known and str(wire_value(payload, path)) in known:
                return  # the id of another object, which a later request of the call needs
            raise AssertionError(f"{path} of another type ends the read: {error}") from None
        _sound_but_for(wire.plan, path, sound, record)

    runner.for_all(st.tuples(st.sampled_from(places), st.sampled_from(ABSURD)), check)


def _holds(path: str, ids: set[str]) -> bool:
    """Whether it is the path of an id, or of an object around one."""
    return any(id == path or id.startswith(f"{path}.") for id in ids)


def _sound_but_for(plan: Plan, path: str, sound: UserRecord, record: UserRecord) -> None:
    assert record.id == sound.id, f"{path} of another type changes the id"
    data = [d for d in plan.fields if path in (*d.wires, *d.objects)]
    own = {mapped.core for mapped in data}
    objects = {core.rpartition(".")[0] for core in own}
    implied = plan.implied().items()  # read off another key, into an object that has a key
    beside = {core for core, by in implied if by in own or core.rpartition(".")[0] in objects}
    beside |= plan.touched(own)
    if path in plan.kept and plan.about.is_elsewhere(DECLARED_ABSENT):
        beside.add(DECLARED_ABSENT)  # the adapter reads it off fields of the record
    others = compared(User, sound.user, record.user, plan.slots)[0] - own - beside
    assert not others, f"{path} of another type changes {sorted(others)}"
    value = wire_value(record.raw, path)
    for mapped in data:
        lost = value != "" and mapped.is_empty(record.user) and path in record.unmapped
        told = record.absent.get(mapped.core)
        assert not lost or told is Absence.UNREADABLE, f"{mapped.core}: no reason"
    read = any(lookup(record.user, core) not in EMPTY for core in own)
    kept = any(left == path or left.startswith(f"{path}.") for left in record.unmapped)
    swallowed = value and own and not read and not kept
    assert not swallowed, f"{path} is not kept"


@law("a response without a valid id is an unexpected response", shows)
def bounded_ids(runner: Runner) -> None:
    places = [
        (adapter, payload, path)
        for adapter, wire, payload in shown(runner)
        for path in _id_of(wire.plan, runner.fetch(adapter, payload))
    ]

    def check(drawn: tuple[tuple[Adapter, Json, str], Any]) -> None:
        (adapter, payload, path), value = drawn
        spoilt = runner.subject.carried(put(payload, path, value))
        if spoilt is None or reference(wire_value(spoilt, path)) is not None:
            return  # the wire has no such value, or spells it as an id
        try:
            runner.fetch(adapter, spoilt)
        except UnexpectedResponse:
            return
        raise AssertionError(f"{path}: {type(value).__name__} is read as an id")

    if places:
        runner.for_all(st.tuples(st.sampled_from(places), st.sampled_from(NO_IDS)), check)
