"""Laws of spelling in updates: unchanged values keep their spelling, cleared ones stay cleared."""

from __future__ import annotations

from typing import Any, cast
from unicodedata import normalize

from hypothesis import strategies as st

from onboarding.errors import Unsupported
from onboarding.mapping.paths import EMPTY, leaves, lookup
from onboarding.mapping.plan import EXTRAS, MappedField
from onboarding.mapping.rows import On
from onboarding.model.user import User
from onboarding.testing.bodies import NOTHING, at_path, on_wire, put, wire_paths
from onboarding.testing.law import law
from onboarding.testing.laws import loss_paths
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Case, Runner, draw_field
from onboarding.testing.strategies import changed, check_at, values_at
from onboarding.testing.suite.updating import STRANGE, odd, updates, updating
from onboarding.testing.suite.writing import of_the_whole

__all__ = ["respelled", "stays_as_it_came", "stays_cleared"]


def respelled(user: User, without: str = "") -> User:
    """Returns the user with each value in another spelling, if there is one."""
    for path in leaves(User):
        value, shape = lookup(user, path), check_at(path).shape
        if path == without or shape is None or not isinstance(value, str):
            continue
        other = _otherwise(shape.name, value)
        user = user if other == value else changed(user, path, other)
    return user


def _otherwise(shape: str, value: str) -> str:
    if shape in ("text", "postal_code"):
        return normalize("NFD", value)
    if shape in ("email", "locale") and value.upper().lower() == value.lower():
        return value.upper()
    return value


def spelled_oddly(case: Case, payload: Json) -> Json:
    """Returns an object with each text in capitals that still reads as the same value."""
    user, _ = case.wire.from_wire(payload)
    for mapped in case.wire.plan.fields:
        codec, word = mapped.row.codec, at_path(payload, mapped.wire)
        if codec is None or codec.plain is not None or not isinstance(word, str):
            continue
        place = payload
        for parent in mapped.parents:
            place = place[parent.wire]
        place[mapped.row.wire] = word.upper()
        if lookup(case.wire.from_wire(payload)[0], mapped.core) != lookup(user, mapped.core):
            place[mapped.row.wire] = word
    return payload


def records(runner: Runner) -> st.SearchStrategy[tuple[Case, Json]]:
    """Draws objects as a provider returns them, with unknown keys and words, and odd spellings."""
    drawn = st.tuples(updating(runner), STRANGE, st.integers(1, 86_399))
    carried = runner.subject.carried
    shown = drawn.map(lambda found: (found[0], carried(_shown(*found))))
    return cast(
        "st.SearchStrategy[tuple[Case, Json]]", shown.filter(lambda found: found[1] is not None)
    )


def _shown(case: Case, strange: Json, number: int) -> Json:
    body, _ = case.wire.to_wire(changed(case.user, "credentials", None))
    payload = spelled_oddly(case, odd({**strange, **on_wire(body)}, case, strange, number))
    return _with_one_unreadable(case, payload, number)


def _with_one_unreadable(case: Case, payload: Json, number: int) -> Json:
    """Returns the object, every second time with a field of another type in a whole object."""
    parts = [d.wire for d in case.wire.plan.fields if d.whole]
    there = [wire for wire in parts if at_path(payload, wire) is not NOTHING]
    if not there or number % 2:
        return payload
    return put(payload, there[number % len(there)], [number])


def _updatable(case: Case) -> list[MappedField]:
    data = case.wire.plan.fields
    return [d for d in data if d.on & On.UPDATE and not d.core.startswith(EXTRAS)]


@law("an update keeps the provider's spelling of unchanged values, or does not send them", updates)
def stays_as_it_came(runner: Runner) -> None:
    def check(drawn: tuple[tuple[Case, Json], Any]) -> None:
        (case, payload), data = drawn
        user, unmapped = case.wire.from_wire(payload)
        nothing = runner.begin(case.adapter, "update_user", respelled(user), user, unmapped)
        assert nothing.request is None, "sends a value that differs only in spelling"
        if not (data_of := _updatable(case)):
            return
        parts = [mapped for mapped in data_of if mapped.whole]  # where most can go wrong
        mapped = draw_field(data, data_of, parts or data_of)
        new = changed(user, mapped.core, data.draw(values_at(mapped.core)))
        try:
            begun = runner.begin(
                case.adapter, "update_user", respelled(new, mapped.core), user, unmapped
            )
        except Unsupported as error:
            assert of_the_whole(error, new), f"refused, though accepted: {error.paths}"
            return
        anew = case.wire.plan.touched({mapped.core})
        for path, one in case.wire.plan.by_wire.items():
            sent, around = at_path(begun.body, path), path.rpartition(".")[0]
            there = begun.body if one.root_replaced else at_path(begun.body, around) is not NOTHING
            whole = one.whole and one.on & On.UPDATE and path in unmapped and there
            if one.core not in anew and (whole or sent is not NOTHING):
                same = sent == at_path(payload, path)
                assert same, f"{path} is unchanged, but is sent in another spelling"

    runner.for_all(st.tuples(records(runner), st.data()), check)


@law(
    "a cleared field is cleared or reported, and its old value is never sent again",
    updates,
)
def stays_cleared(runner: Runner) -> None:
    def check(drawn: tuple[tuple[Case, Json], Any]) -> None:
        (case, payload), data = drawn
        user, unmapped = case.wire.from_wire(payload)
        given = [d for d in _updatable(case) if lookup(user, d.core) not in EMPTY]
        if not given:
            return
        parts = [mapped for mapped in given if mapped.whole] or given  # where most can go wrong
        mapped, other = draw_field(data, given, parts), draw_field(data, given, parts)
        many = check_at(mapped.core).many
        new = changed(user, mapped.core, type(lookup(user, mapped.core))() if many else None)
        if other is not mapped:
            new = changed(new, other.core, data.draw(values_at(other.core)))
        try:
            begun = runner.begin(case.adapter, "update_user", new, user, unmapped)
        except Unsupported as error:
            assert of_the_whole(error, new), f"refused, though accepted: {error.paths}"
            return
        sent = mapped.wire in wire_paths(case.wire, begun.body)
        again = sent and at_path(begun.body, mapped.wire) not in (None, mapped.row.clear_with)
        if again and not mapped.is_empty(new):  # sent with the values that it is joined with
            again = lookup(case.wire.from_wire(on_wire(begun.body))[0], mapped.core) not in EMPTY
        assert not again, f"{mapped.core} is cleared, and sent again"
        reported = loss_paths(begun.losses, case.wire, new)
        replaced = mapped.is_replaced(begun.body)
        # A person without any value is a loss as a whole.
        told = any(mapped.core == path or mapped.core.startswith(f"{path}.") for path in reported)
        silent = not (sent or replaced or told)
        assert not silent, f"{mapped.core} is cleared, and neither sent nor reported"

    runner.for_all(st.tuples(records(runner), st.data()), check)
