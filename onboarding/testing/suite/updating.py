"""Laws of updates: changes are sent, unchanged fields are not, unknown values survive."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import strategies as st

from onboarding.errors import Unsupported
from onboarding.mapping.paths import wire_value
from onboarding.mapping.plan import MappedField
from onboarding.mapping.rows import On
from onboarding.testing.bodies import merged, on_wire
from onboarding.testing.law import law
from onboarding.testing.laws import becomes, loss_paths, residue_survives, says_no_more, sends_along
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Case, Runner, attempt, draw_field
from onboarding.testing.strategies import alike, changed, values_at
from onboarding.testing.subject import Subject
from onboarding.testing.suite.writing import anybody, of_the_whole

__all__ = ["minimal_update", "no_change_no_write", "unmapped", "update_arrives"]

WORDS = st.text("abcZ_09", min_size=3, max_size=6)
_SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
STRANGE = st.dictionaries(
    WORDS.map("x_{}".format),
    st.recursive(_SCALARS, lambda more: st.lists(more, max_size=2), max_leaves=3),
    max_size=2,
)


def updates(subject: Subject) -> bool:
    """Returns whether a variant updates users."""
    return subject.has_operations("update_user", "wire_for")


def updating(runner: Runner) -> st.SearchStrategy[Case]:
    """Draws users within the limits, for the variants that update users."""
    return runner.cases().filter(lambda case: case.adapter.supports("update_user"))


@law("an update without changes sends nothing and returns the record", updates)
def no_change_no_write(runner: Runner) -> None:
    def check(drawn: tuple[Case, Json]) -> None:
        case, strange = drawn
        body, _ = case.wire.to_wire(case.user)
        for user, unmapped in ((case.user, {}), case.wire.from_wire({**on_wire(body), **strange})):
            record = runner.subject.record_of(case.adapter, user, unmapped)
            flow = case.adapter.update_user(record, user)
            try:
                next(flow)
            except StopIteration as done:
                assert done.value.user == user, "returns another user"
            else:
                raise AssertionError("sends a request, though nothing changed")

    runner.for_all(st.tuples(updating(runner), STRANGE), check)


def pairs(runner: Runner) -> st.SearchStrategy[tuple[Case, Case]]:
    """Draws two users: the current one, and a new one of any kind."""
    return st.tuples(updating(runner), runner.cases() | anybody(runner))


@law("an update sends only changed fields, and those declared as always sent", updates)
def minimal_update(runner: Runner) -> None:
    def check(drawn: tuple[Case, Case]) -> None:
        case, other = drawn
        new = alike(other.user, case.user)
        try:
            begun = runner.begin(case.adapter, "update_user", new, case.user)
        except Unsupported as error:
            assert of_the_whole(error, new), f"refused, though accepted: {error.paths}"
            return
        says_no_more(case.wire, case.user, new, begun.body)
        sends_along(case.wire, new, begun.body)

    runner.for_all(pairs(runner), check)


@law("after an update the provider has the new user, except for reported losses", updates)
def update_arrives(runner: Runner) -> None:
    def check(drawn: tuple[Case, Case]) -> None:
        case, other = drawn
        new = alike(other.user, case.user)
        there, unsaid = case.wire.to_wire(case.user, On.CREATE)
        try:
            begun = runner.begin(case.adapter, "update_user", new, case.user)
        except Unsupported as error:
            assert of_the_whole(error, new), f"refused, though accepted: {error.paths}"
            return
        on_file = merged(case.wire, on_wire(there), on_wire(begun.body))
        becomes(case.wire, new, on_file, begun.losses, loss_paths(unsaid, case.wire, case.user))

    runner.for_all(pairs(runner), check)


@law("unknown keys at every level, and odd spellings, survive a read and an update", updates)
def unmapped(runner: Runner) -> None:
    def check(drawn: tuple[Case, Json, Json, int, Any]) -> None:
        case, strange, deeper, number, data = drawn
        body, _ = case.wire.to_wire(changed(case.user, "credentials", None))
        payload = runner.subject.carried(odd({**strange, **on_wire(body)}, case, deeper, number))
        if payload is None:
            return
        residue_survives(case.wire, payload)
        _goes_back(runner, case, payload, data)

    drawn = st.tuples(updating(runner), STRANGE, STRANGE, st.integers(1, 86_399), st.data())
    runner.for_all(drawn, check)


def odd(payload: Json, case: Case, deeper: Json, number: int) -> Json:
    """Returns an object with unknown keys at each level, unknown words and odd numbers."""
    plan = case.wire.plan
    for path in sorted(filter(None, plan.known)):
        place = _made(payload, path)
        place.update({name: value for name, value in deeper.items() if name not in place})
    for mapped in plan.fields:
        codec, place = mapped.row.codec, _around(payload, mapped)
        if codec is None or place.get(mapped.row.wire) is None:
            continue
        if codec.members and number % 3 == 0:
            place[mapped.row.wire] = "x_unheard_of"
        elif codec.wire == "integer" and not codec.exact_read:
            place[mapped.row.wire] += number
    return payload


def _made(payload: Json, path: str) -> Json:
    for name in path.split("."):
        payload = payload.setdefault(name, {})
    return payload


def _around(payload: Json, mapped: MappedField) -> Json:
    parent = mapped.wire.rpartition(".")[0]
    return cast("Json", wire_value(payload, parent) or {}) if parent else payload


def _goes_back(runner: Runner, case: Case, payload: Json, data: Any) -> None:
    """Checks that unknown keys of an object that is sent whole are sent back with it."""
    user, left = case.wire.from_wire(payload)
    whole = [d for d in case.wire.plan.fields if d.whole and d.on & On.UPDATE]
    parts = [d for d in whole if not d.core.startswith("extras.") and d.row.codec is not None]
    if not parts:
        return
    mapped = draw_field(data, parts)
    new = changed(user, mapped.core, data.draw(values_at(mapped.core)))
    if case.adapter.wire_for(new) != case.wire:
        return  # nothing in the object says that the user is a company
    record = runner.subject.record_of(case.adapter, user, left)
    first = attempt(case.adapter.update_user, record, new)
    if not hasattr(first, "body"):
        return
    sent = runner.body_in(cast("Any", first), case.wire)
    there, known = _around(sent, mapped), case.wire.plan.known[mapped.wire.rpartition(".")[0]]
    for name, value in _around(payload, mapped).items():
        if name not in known:
            assert there.get(name, ...) == value, f"{name} is missing from the update"
