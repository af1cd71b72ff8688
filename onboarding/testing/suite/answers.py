"""Laws of reading: quoted objects, unknown words, unknown keys, responses of any shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.http import Response, as_object
from onboarding.mapping.paths import lookup, wire_value
from onboarding.mapping.plan import MappedField
from onboarding.mapping.translation import Translation
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.testing.bodies import on_wire, put
from onboarding.testing.law import law, reason
from onboarding.testing.laws import nothing_lost
from onboarding.testing.quotations import Json, Sample
from onboarding.testing.runner import Runner, attempt
from onboarding.testing.subject import Subject
from onboarding.testing.suite.updating import STRANGE, WORDS

__all__ = [
    "ABSURD",
    "any_answer",
    "open_enums",
    "paths_in",
    "quoted_samples",
    "shown",
    "shows",
    "strange_keys",
]


def shows(subject: Subject) -> bool:
    """Returns whether there is an object from the provider: a quoted or a simulated one."""
    answers = any(sample.answer for sample in subject.samples)
    source = answers or subject.simulator is not None
    return source and subject.has_operations("fetch_user")


def quotes(subject: Subject) -> bool:
    return bool(subject.samples)


def shown(runner: Runner) -> list[tuple[Adapter, Translation, Json]]:
    """Returns, for every variant and translation, an object as the provider returns it."""
    found = [
        (adapter, wire, payload)
        for _, adapter, wire in runner.wired
        if (payload := runner.shown(adapter, wire)) is not None and adapter.supports("fetch_user")
    ]
    why = f": {reason(runner.unshown)}" if runner.unshown is not None else ""
    assert found, f"there is no object to read, neither quoted nor simulated{why}"
    return found


@law(
    "every quoted object is read without a loss, and is written back unchanged",
    quotes,
    exhaustive=True,
)
def quoted_samples(runner: Runner) -> None:
    for sample in runner.subject.samples:
        runner.examples += 1
        _answer(runner, sample) if sample.answer else _request(runner, sample)


def _answer(runner: Runner, sample: Sample) -> None:
    adapter = runner.subject.variant(sample.variant)
    record = runner.read(adapter, sample.payload)
    if sample.user is not None:
        nothing_lost(sample.user, record.user, ())
    assert record.raw == sample.payload, f"{sample.name}: raw is not the object that was returned"
    wire = adapter.wire_for(record.user)
    lost = [path for path, d in wire.plan.by_wire.items() if _is_lost(path, d, record)]
    assert not lost, f"{sample.name}: not read: {lost}"
    unknown = record.unmapped.keys() - wire.plan.by_wire.keys()
    assert not unknown, f"{sample.name}: quoted, but not declared: {sorted(unknown)}"


def _is_lost(wire: str, mapped: MappedField, record: UserRecord) -> bool:
    given = wire_value(record.raw, wire)
    return given not in (None, "", [], {}) and (
        mapped.is_empty(record.user) and wire not in record.unmapped
    )


def _request(runner: Runner, sample: Sample) -> None:
    adapter = runner.subject.variant(sample.variant)
    fitting = [w for _, a, w in runner.wired if a is adapter and _reads(w, sample.payload)]
    assert fitting, f"{sample.name}: has keys that no wire class declares"
    wire = fitting[0]
    user = sample.user if sample.user is not None else wire.from_wire(sample.payload)[0]
    first = attempt(adapter.create_user, user)
    assert not isinstance(first, OnboardingError), f"{sample.name}: refused"
    assert first is not None
    body = on_wire(runner.body_in(first, wire))
    read, quoted = wire.from_wire(body)[0], wire.from_wire(sample.payload)[0]
    nothing_lost(quoted, read, ())
    nothing_lost(read, quoted, ())


def _reads(wire: Translation, payload: Json) -> bool:
    user, left = wire.from_wire(payload)
    return user != User() and not [path for path in left if path not in wire.plan.by_wire]


@law("an unknown word never breaks a read, and is kept unchanged", shows)
def open_enums(runner: Runner) -> None:
    found = shown(runner)
    for adapter, wire, payload in found:
        places = [
            *((p, "") for p in wire.plan.kept if isinstance(wire_value(payload, p), str)),
            *((d.wire, d.core) for d in wire.plan.fields if d.row.codec and d.row.codec.members),
        ]
        for path, core in places:
            runner.for_all(
                WORDS.map("x_{}".format),
                lambda word, a=adapter, p=payload, at=path, c=core: _unknown_word(  # type: ignore[misc]
                    runner, a, put(p, at, word), at, c
                ),
                share=len(places) * len(found),
            )


def _unknown_word(runner: Runner, adapter: Adapter, payload: Json, path: str, core: str) -> None:
    word = wire_value(payload, path)
    record = runner.read(adapter, payload)
    kept = {**record.provider_fields, **record.unmapped}.get(path)
    if core:
        assert kept == word or lookup(record.user, core) == word, f"{path} is not kept"
    else:
        assert word in (kept, record.id, str(wire_value(record.raw, path))), f"{path} is not kept"


@law("unknown keys at every level are in the record, beside the raw object", shows)
def strange_keys(runner: Runner) -> None:
    found = shown(runner)

    def check(drawn: tuple[tuple[Adapter, Translation, Json], Json]) -> None:
        (adapter, wire, payload), strange = drawn
        for path in wire.plan.known:
            if not path or isinstance(wire_value(payload, path), dict):
                payload = _with(payload, path, strange)
        if (there := runner.subject.carried(payload)) is None:
            return
        record = runner.read(adapter, there)
        assert record.raw == there, "raw is not the object that was returned"
        for path in wire.plan.known:
            for name in strange:
                at = f"{path}.{name}" if path else name
                if (value := wire_value(there, at)) is not None:
                    assert record.unmapped.get(at) == value, f"{at} is not unmapped"

    runner.for_all(st.tuples(st.sampled_from(found), STRANGE), check)


def _with(payload: Json, path: str, strange: Json) -> Json:
    for name, value in strange.items():
        payload = put(payload, f"{path}.{name}" if path else name, value)
    return payload


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda more: st.lists(more, max_size=3) | st.dictionaries(WORDS, more, max_size=3),
    max_leaves=6,
)


ABSURD: tuple[Any, ...] = (
    None, True, -1, 1.5, 10**15, 10**400, -(10**400), float("inf"), float("nan"), "", "\ud800",
    "\x00", "x" * 2_000, [], [None], {}, {"": []},
)  # fmt: skip
"""Values that no field is documented to have: out of range, of another type, nested."""


@law("for any response, only errors of the library are raised", shows)
def any_answer(runner: Runner) -> None:
    """Successes and errors, with any JSON, with known keys, with any value in any field."""
    found = shown(runner)
    keys = {key for _, wire, payload in found for key in [*wire.plan.known[""], *payload]}
    for error in runner.subject.errors:
        keys |= error.body.keys() if isinstance(error.body, dict) else set()
    bodies = st.dictionaries(st.sampled_from(sorted(keys)), _JSON, max_size=4) | _JSON
    raw = bodies.map(runner.subject.body_with) | st.binary(max_size=60)
    fields = [(payload, path) for _, _, payload in found for path in paths_in(payload)]
    spoiled = st.tuples(st.sampled_from(fields), st.sampled_from(ABSURD)).map(
        lambda drawn: runner.subject.body_with(put(*drawn[0], drawn[1]))
    )

    def check(drawn: tuple[tuple[Adapter, Translation, Json], int, bytes | None]) -> None:
        (adapter, _, _), status, body = drawn
        if body is None:
            return
        flow = adapter.fetch_user("1")
        next(flow)
        try:
            flow.send(Response(status=status, body=body))
        except (OnboardingError, StopIteration):
            return
        finally:
            flow.close()

    statuses = st.sampled_from((200, 201, 204)) | st.integers(400, 599)
    runner.for_all(st.tuples(st.sampled_from(found), statuses, raw), check, share=2)
    runner.for_all(st.tuples(st.sampled_from(found), st.just(200), spoiled), check, share=2)


def paths_in(payload: Json, before: str = "") -> Iterator[str]:
    """Yields the path of each field of an object, at every level."""
    for name, value in payload.items():
        yield before + name
        yield from paths_in(as_object(value), f"{before}{name}.")
