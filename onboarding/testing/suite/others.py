"""Laws of everything but users: bank accounts, documents, owners, and what is only read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.testing.bodies import at_path, on_wire, put
from onboarding.testing.generators import full_values
from onboarding.testing.law import law
from onboarding.testing.laws import (
    every_wire_path_has_a_way_back,
    residue_survives,
    round_trip,
)
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Runner
from onboarding.testing.strategies import changed, models
from onboarding.testing.subject import Subject, others_of
from onboarding.testing.suite.unreadable import ABSURD
from onboarding.testing.suite.updating import STRANGE
from onboarding.testing.why import unlike
from onboarding.values.base import Model, trust

__all__ = [
    "built",
    "each_other_field",
    "other_bad_field",
    "other_inverse",
    "other_round_trip",
    "other_spelling",
]

Values = dict[str, Any]


def has_others(subject: Subject) -> bool:
    """Returns whether a variant declares wire classes of other roots than users."""
    return any(adapter.other_wires for adapter in subject.variants.values())


def writes_others(subject: Subject) -> bool:
    """Returns whether one of these classes is written."""
    return any(
        wire.plan.writable(On.CREATE)
        for adapter in subject.variants.values()
        for wire in others_of(adapter)
    )


def written(runner: Runner) -> Iterator[Translation[Any]]:
    """Yields the translations of other values that a call writes."""
    yield from (wire for wire in runner.others if wire.plan.writable(On.CREATE))


def built(plan: Plan, values: Values) -> Any:
    """Returns the core value with these fields."""
    value: Model = trust(plan.root, {})
    for core, each in values.items():
        value = changed(value, core, each)
    return value


def payload_of(plan: Plan, values: Values) -> Json:
    """Returns the provider's object that shows these fields, each as its codec writes it."""
    payload: Json = {}
    for mapped in plan.fields:
        codec = mapped.row.codec
        assert codec is not None
        given = tuple(values[core] for core in mapped.cores)
        place: Json = {}
        mapped.put(place, codec.write(given if mapped.row.joined else given[0]))
        around = mapped.wire.rpartition(".")[0]
        for name, shown in place.items():
            payload = put(payload, f"{around}.{name}" if around else name, shown)
    return on_wire(payload)


@law(
    "each field of a value other than a user, such as a bank account, is read and sent",
    has_others,
    exhaustive=True,
)
def each_other_field(runner: Runner) -> None:
    for wire in runner.others:
        runner.for_all(
            full_values(wire),
            lambda values, w=wire: _every(runner, w, values),  # type: ignore[misc]
            share=runner.settings.max_examples,
        )


def _every(runner: Runner, wire: Translation[Any], values: Values) -> None:
    plan, payload = wire.plan, payload_of(wire.plan, values)
    read, unmapped = wire.from_wire(payload)
    given = built(plan, values) if plan.writable(On.CREATE) else None
    body = on_wire(wire.to_wire(given)[0]) if given is not None else {}
    respelled = {*values} - wire.changed(given, read) if given is not None else set[str]()
    assert not unmapped, f"{plan.cls.__name__}: written, but not read: {sorted(unmapped)}"
    for mapped in plan.fields:
        what = f"{plan.cls.__name__}.{mapped.wire}"
        if mapped.core not in respelled:
            _same(f"{what} does not read back", values[mapped.core], lookup(read, mapped.core))
        if mapped.on & On.CREATE:
            pair = at_path(payload, mapped.wire), at_path(body, mapped.wire)
            _same(f"{what} is declared to be written, and is not", *pair)
        runner.saw("mapped", what)


def _same(text: str, expected: object, came: object) -> None:
    if expected != came:
        raise unlike(text, expected, came)


@law(
    "a value other than a user reads back from what is sent, except for reported losses",
    writes_others,
)
def other_round_trip(runner: Runner) -> None:
    each = list(written(runner))
    for wire in each:
        runner.for_all(
            models(wire.plan.root),
            lambda value, w=wire: runner.saw_losses(round_trip(w, value)),  # type: ignore[misc]
            share=len(each),
        )


@law(
    "a field of another type in a value other than a user is kept; the other fields are read",
    has_others,
)
def other_bad_field(runner: Runner) -> None:
    each = runner.others
    for wire in each:
        places = sorted({*wire.plan.by_wire, *wire.plan.kept, *wire.plan.objects})
        runner.for_all(
            st.tuples(full_values(wire), st.sampled_from(places), st.sampled_from(ABSURD)),
            lambda drawn, w=wire: _affects_itself(w, *drawn),  # type: ignore[misc]
            share=len(each),
        )


def _affects_itself(wire: Translation[Any], values: Values, path: str, absurd: Any) -> None:
    plan, name = wire.plan, f"{wire.plan.cls.__name__}.{path}"
    payload = payload_of(plan, values)
    sound, _ = wire.from_wire(payload)
    try:
        read, unmapped = wire.from_wire(put(payload, path, absurd))
    except Exception as error:
        raise AssertionError(f"{name} of another type ends the read: {type(error)}") from None
    whole = {
        w for d in plan.fields for r, w in zip(d.parents, d.objects, strict=True) if r.complete
    }
    around = {path, *(w for w in whole if path.startswith(f"{w}."))}
    own = {d.core for d in plan.fields if around & {*d.wires, *d.objects}}
    implied = {core for core, by in plan.implied().items() if by in own}
    others = changed_paths(sound, read) - own - implied - plan.touched(own)
    assert not others, f"{name} of another type changes {sorted(others)}"
    kept = any(left in around or left.startswith(f"{path}.") for left in unmapped)
    shown = any(lookup(read, core) not in (None, (), "") for core in own)
    assert kept or shown or not absurd or not own, f"{name} is not kept"


@law("unknown keys and odd spellings of a value other than a user survive a read", writes_others)
def other_spelling(runner: Runner) -> None:
    each = list(written(runner))
    for wire in each:
        fields = st.sampled_from(wire.plan.fields)
        runner.for_all(
            st.tuples(full_values(wire), STRANGE, fields),
            lambda drawn, w=wire: _keeps(w, *drawn),  # type: ignore[misc]
            share=len(each),
        )


def _keeps(wire: Translation[Any], values: Values, strange: Json, mapped: MappedField) -> None:
    payload = payload_of(wire.plan, values)
    for path in wire.plan.known:
        for key, value in strange.items():
            payload = put(payload, f"{path}.{key}" if path else key, value)
    given = at_path(payload, mapped.wire)
    if isinstance(given, str) and len(odd := given.swapcase()) == len(given):
        payload = put(payload, mapped.wire, odd)  # a longer one, as of `ß`, may break a limit
    residue_survives(wire, payload)


@law(
    "each writable wire path of a value other than a user leads back to its core path",
    writes_others,
    exhaustive=True,
)
def other_inverse(runner: Runner) -> None:
    for wire in written(runner):
        runner.examples += len(wire.plan.fields)
        every_wire_path_has_a_way_back(wire)
