"""The laws of translation, each a function that raises `AssertionError` where one is broken.

They take a translation and values, and speak in paths: no value is in what they raise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from onboarding.http import json_body
from onboarding.mapping.changes import changes
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import Datum
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = [
    "arrives",
    "every_wire_path_has_a_way_back",
    "merged",
    "no_change_no_write",
    "nothing_lost",
    "residue_survives",
    "round_trip",
    "silent_losses",
    "update_arrives",
    "update_is_minimal",
    "wire_paths",
]

Json = dict[str, Any]

MISSING = (LossKind.DROPPED, LossKind.COARSENED, LossKind.NOT_APPLICABLE)


def _sent(body: Json) -> Json:
    """The body as the provider receives it."""
    return cast("Json", json.loads(json_body(body)))


def _named(losses: Iterable[Loss]) -> set[str]:
    return {loss.core_path for loss in losses}


def nothing_lost(given: User, shown: User, losses: Iterable[Loss]) -> None:
    """What was given is shown, but for what the report names. More may be shown."""
    silent = {
        path for path in changes(given, shown) - _named(losses) if lookup(given, path) not in EMPTY
    }
    assert not silent, f"lost, and not in the report: {sorted(silent)}"


def round_trip(translation: Translation, user: User, on: On = On.CREATE) -> tuple[Loss, ...]:
    """Core -> wire -> core: what the report does not name comes back equal, and nothing is added.

    What the report calls lost is lost: a report that names everything is none.
    """
    body, losses = translation.to_wire(user, on)
    back, residue = translation.from_wire(_sent(body))

    strange = changes(user, back) - _named(losses)
    assert not strange, f"not as it was, and not in the report: {sorted(strange)}"
    arrived = {x.core_path for x in losses if x.kind in MISSING} - changes(user, back)
    assert not arrived, f"in the report, and yet it came back: {sorted(arrived)}"
    unread = {path for path in residue if not _is_never_shown(translation, path)}
    assert not unread, f"written, and yet not read: {sorted(unread)}"
    return losses


def _is_never_shown(translation: Translation, wire: str) -> bool:
    datum = translation.plan.by_wire.get(wire)
    return datum is not None and not datum.shown


def silent_losses(translation: Translation, before: User, after: User, on: On) -> set[str]:
    """The paths that differ, and neither change what is sent nor are named in the report."""
    same: Json = {}
    if on is On.UPDATE:
        body, losses = translation.update(before, after)
        named = _named(losses)
    else:
        body, losses = translation.to_wire(after, on, since=None if on is On.CREATE else before)
        same, unsaid = translation.to_wire(before, on)
        named = _named(losses) | {x.core_path for x in unsaid if x.kind is LossKind.DEFAULTED}
    silent: set[str] = set()
    for path in changes(before, after) - named:
        by = translation.plan.implied().get(path)
        datum = translation.plan.by_core.get(path)
        if by is not None and lookup(after, path) in (None, lookup(after, by)):
            continue  # it is read off the other's key
        if datum is None or not _is_heard(datum, body, same):
            silent.add(path)
    return silent


def _is_heard(datum: Datum, body: Json, same: Json) -> bool:
    """Whether a body tells of a datum: by its key, or by the whole object around it without it."""
    replaced = datum.whole and datum.parents[0].wire in body and body != same
    return replaced or _at(body, datum.wire) != _at(same, datum.wire)


_NOTHING = object()


def _at(body: object, wire: str) -> object:
    """What a body says at a wire path; an explicit null is something."""
    for name in wire.split("."):
        found = cast("Json", body) if isinstance(body, dict) else {}
        body = found.get(name, _NOTHING)
    return body


def no_change_no_write(translation: Translation, user: User) -> None:
    """An update in which nothing changed sends nothing and reports nothing."""
    assert translation.update(user, user) == ({}, ())


def update_is_minimal(translation: Translation, old: User, new: User) -> Json:
    """An update sends what changed, and beside it only what the declaration sends along."""
    body, _ = translation.update(old, new)
    changed = changes(old, new)
    allowed: set[str] = set()
    for datum in translation.plan.data:
        along = [row for row in (*datum.parents, datum.row) if row.goes_along]
        around = [d for d in translation.plan.data if datum.whole and d.parents == datum.parents]
        if along or datum.core in changed or any(d.core in changed for d in around):
            allowed.add(datum.wire)
    extra = set(wire_paths(translation, body)) - allowed
    assert not extra, f"sent, though not changed: {sorted(extra)}"
    return body


def wire_paths(translation: Translation, body: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The wire paths of the data in a body."""
    objects = {
        ".".join(row.wire for row in datum.parents[: depth + 1])
        for datum in translation.plan.data
        for depth in range(len(datum.parents))
    }
    found: list[str] = []
    for name, value in body.items():
        path = prefix + name
        found += wire_paths(translation, value, f"{path}.") if path in objects else [path]
    return found


def merged(translation: Translation, there: Json, body: Json, prefix: str = "") -> Json:
    """What a provider has on file after an update: objects merge, but for those sent whole."""
    whole = {
        ".".join(row.wire for row in datum.parents)
        for datum in translation.plan.data
        if datum.whole
    }
    result = dict(there)
    for name, value in body.items():
        path = prefix + name
        old = there.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and path not in whole:
            result[name] = merged(translation, cast("Json", old), cast("Json", value), f"{path}.")
        else:
            result[name] = value
    return result


def update_arrives(translation: Translation, old: User, new: User) -> None:
    """A provider that has `old` and gets the update has `new`, but for what the report names."""
    there, unsaid = translation.to_wire(old, On.CREATE)
    body, losses = translation.update(old, new)

    shown, _ = translation.from_wire(merged(translation, _sent(there), _sent(body)))

    strange = changes(new, shown) - _named(losses) - _named(unsaid)
    assert not strange, f"not as wanted, and not in the report: {sorted(strange)}"


def arrives(translation: Translation, path: str, old: User, new: User, on: On) -> None:
    """One changed datum changes what is sent, or the report names it."""
    silent = silent_losses(translation, old, new, on)
    assert path not in silent, f"{path} changes, and nobody hears of it"


def residue_survives(translation: Translation, payload: Json) -> None:
    """What the core has no shape for is kept; a datum that stays is spelled as it came."""
    user, residue = translation.from_wire(payload)
    again, _ = translation.to_wire(user, On.CREATE, residue=residue)
    for path in wire_paths(translation, payload):
        value = _at(payload, path)
        datum = translation.plan.by_wire.get(path)
        if value in (None, [], {}) or path.partition(".")[0] in translation.plan.kept:
            continue
        if datum is None:
            assert path in residue, f"{path} is forgotten"
        elif datum.on & On.CREATE:
            kept = _at(again, path) == value or residue.get(path) == value
            assert kept, f"{path} is spelled anew"


def every_wire_path_has_a_way_back(translation: Translation) -> None:
    """Each wire path that can be written means its core path, in any case of its letters."""
    for datum in translation.plan.data:
        if datum.on:
            for name in (datum.wire, datum.wire.upper(), datum.wire.lower()):
                found = translation.core_path(name)
                assert found == datum.core, f"{datum.wire} has no way back"
            _bare(translation, datum)


def _bare(translation: Translation, datum: Datum) -> None:
    """A name without its parents is understood where it is nobody else's too."""
    bare = datum.wire.rpartition(".")[2]
    namesakes = [d for d in translation.plan.data if d.wire.rpartition(".")[2] == bare]
    if namesakes == [datum]:
        assert translation.core_path(bare) == datum.core, f"{bare} has no way back"
    elif not any(d.wire == bare for d in namesakes):
        assert translation.core_path(bare) is None, f"{bare} is guessed"
