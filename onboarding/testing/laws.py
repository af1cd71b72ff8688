"""The laws of translation, each a function that raises `AssertionError` where one is broken.

They take a translation and values, and speak in paths: no value is in what they raise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import MappedField, wire_value
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User
from onboarding.testing.bodies import at_path, merged, on_wire, wire_paths

__all__ = [
    "arrives",
    "becomes",
    "every_wire_path_has_a_way_back",
    "no_change_no_write",
    "nothing_lost",
    "reads_back",
    "residue_survives",
    "round_trip",
    "says_no_more",
    "sends_along",
    "silent_losses",
    "unheard_of",
    "update_arrives",
    "update_is_minimal",
]

Json = dict[str, Any]

MISSING = (LossKind.DROPPED, LossKind.COARSENED, LossKind.NOT_APPLICABLE)


def _named(losses: Iterable[Loss]) -> set[str]:
    return {loss.core_path for loss in losses}


def nothing_lost(given: User, shown: User, losses: Iterable[Loss]) -> None:
    """What was given is shown, but for what the report names. More may be shown."""
    silent = {
        path
        for path in changed_paths(given, shown) - _named(losses)
        if lookup(given, path) not in EMPTY
    }
    assert not silent, f"lost, and not in the report: {sorted(silent)}"


def round_trip(translation: Translation, user: User, on: On = On.CREATE) -> tuple[Loss, ...]:
    """Core -> wire -> core: what the report does not name comes back equal, and nothing is added.

    What the report calls lost is lost: a report that names everything is none.
    """
    body, losses = translation.to_wire(user, on)
    reads_back(translation, user, on_wire(body), losses)
    return losses


def reads_back(translation: Translation, user: User, body: Json, losses: Iterable[Loss]) -> None:
    """A body says of a user what the report does not name, and no more."""
    losses = tuple(losses)
    back, unmapped = translation.from_wire(body)

    strange = changed_paths(user, back) - _named(losses)
    assert not strange, f"not as it was, and not in the report: {sorted(strange)}"
    missing = {x.core_path for x in losses if x.kind in MISSING}
    arrived = [path for path in sorted(missing) if lookup(user, path) == lookup(back, path)]
    assert not arrived, f"in the report, and yet it came back: {arrived}"
    unread = {path for path in unmapped if not _is_never_shown(translation, path)}
    assert not unread, f"written, and yet not read: {sorted(unread)}"


def _is_never_shown(translation: Translation, wire: str) -> bool:
    mapped = translation.plan.by_wire.get(wire)
    return mapped is not None and not mapped.shown


def silent_losses(translation: Translation, before: User, after: User, on: On) -> set[str]:
    """The paths that differ, and neither change what is sent nor are named in the report."""
    same: Json = {}
    unsaid: tuple[Loss, ...] = ()
    if on is On.UPDATE:
        body, losses = translation.update(before, after)
    else:
        body, losses = translation.to_wire(after, on, since=None if on is On.CREATE else before)
        same, unsaid = translation.to_wire(before, on)
    return unheard_of(translation, before, after, body, same, losses, unsaid)


def unheard_of(
    translation: Translation,
    before: User,
    after: User,
    body: Json,
    same: Json,
    losses: Iterable[Loss],
    unsaid: Iterable[Loss] = (),
) -> set[str]:
    """The paths that differ, of which neither a body nor its report tells.

    `same` and `unsaid` are what would be sent and reported had nothing changed.
    """
    named = _named(losses) | {x.core_path for x in unsaid if x.kind is LossKind.DEFAULTED}
    silent: set[str] = set()
    for path in changed_paths(before, after) - named:
        by = translation.plan.implied().get(path)
        mapped = translation.plan.by_core.get(path)
        if by is not None and lookup(after, path) in (None, lookup(after, by)):
            continue  # it is read off the other's key
        if mapped is None or not _is_heard(mapped, body, same):
            silent.add(path)
    return silent


def _is_heard(mapped: MappedField, body: Json, same: Json) -> bool:
    """Whether a body tells of a field: by its key, or by an object that replaces the one around."""
    replaced = mapped.replaced and wire_value(body, mapped.replaced) is not None and body != same
    return bool(replaced) or at_path(body, mapped.wire) != at_path(same, mapped.wire)


def no_change_no_write(translation: Translation, user: User) -> None:
    """An update in which nothing changed sends nothing and reports nothing."""
    assert translation.update(user, user) == ({}, ())


def update_is_minimal(translation: Translation, old: User, new: User) -> Json:
    """An update sends what changed, and beside it only what the declaration sends along."""
    body, _ = translation.update(old, new)
    says_no_more(translation, old, new, body)
    sends_along(translation, new, body)
    return body


def says_no_more(translation: Translation, old: User, new: User, body: Json) -> None:
    """The body of an update holds what changed, and what the declaration sends along."""
    plan = translation.plan
    wanted = plan.touched(changed_paths(old, new)) | {
        d.core for d in plan.fields if d.row.always_send
    }
    allowed: set[str] = set()
    for mapped in plan.fields:
        around = [d for d in plan.fields if mapped.whole and d.parents == mapped.parents]
        if any(d.core in wanted for d in (mapped, *around)):
            allowed.add(mapped.wire)
    extra = set(wire_paths(translation, body)) - allowed
    assert not extra, f"sent, though not changed: {sorted(extra)}"


def sends_along(translation: Translation, new: User, body: Json) -> None:
    """The body of an update holds what is declared to go with every one."""
    full, _ = translation.to_wire(new, On.UPDATE)
    along = [d.wire for d in translation.plan.fields if d.row.always_send and d.on & On.UPDATE]
    given = set(wire_paths(translation, full))
    left = [wire for wire in along if wire in given and wire not in wire_paths(translation, body)]
    assert not (body and left), f"declared to go along, and left out: {left}"


def update_arrives(translation: Translation, old: User, new: User) -> None:
    """A provider that has `old` and gets the update has `new`, but for what the report names."""
    there, unsaid = translation.to_wire(old, On.CREATE)
    body, losses = translation.update(old, new)
    becomes(translation, new, merged(translation, on_wire(there), on_wire(body)), losses, unsaid)


def becomes(
    translation: Translation,
    new: User,
    on_file: Json,
    losses: Iterable[Loss],
    unsaid: Iterable[Loss] = (),
) -> None:
    """What a provider has on file after an update is the new user, but for what is named."""
    shown, _ = translation.from_wire(on_file)

    strange = changed_paths(new, shown) - _named(losses) - _named(unsaid)
    assert not strange, f"not as wanted, and not in the report: {sorted(strange)}"


def arrives(translation: Translation, path: str, old: User, new: User, on: On) -> None:
    """One changed field changes what is sent, or the report names it."""
    silent = silent_losses(translation, old, new, on)
    assert path not in silent, f"{path} changes, and nobody hears of it"


def residue_survives(translation: Translation, payload: Json) -> None:
    """What the core has no shape for is kept; a field that stays is spelled as it came."""
    user, unmapped = translation.from_wire(payload)
    again, _ = translation.to_wire(user, On.CREATE, unmapped=unmapped)
    for path in wire_paths(translation, payload):
        value = at_path(payload, path)
        mapped = translation.plan.by_wire.get(path)
        if value in (None, [], {}) or path.partition(".")[0] in translation.plan.kept:
            continue
        if mapped is None:
            assert path in unmapped, f"{path} is forgotten"
        elif mapped.on & On.CREATE:
            kept = at_path(again, path) == value or unmapped.get(path) == value
            assert kept, f"{path} is spelled anew"


def every_wire_path_has_a_way_back(translation: Translation) -> None:
    """Each wire path that can be written means its core path, in any case of its letters."""
    for mapped in translation.plan.fields:
        if mapped.on:
            for name in (mapped.wire, mapped.wire.upper(), mapped.wire.lower()):
                found = translation.core_path(name)
                assert found == mapped.core, f"{mapped.wire} has no way back"
            _bare(translation, mapped)


def _bare(translation: Translation, mapped: MappedField) -> None:
    """A name without its parents is understood where it is nobody else's too."""
    bare = mapped.wire.rpartition(".")[2]
    namesakes = [d for d in translation.plan.fields if d.wire.rpartition(".")[2] == bare]
    if namesakes == [mapped]:
        assert translation.core_path(bare) == mapped.core, f"{bare} has no way back"
    elif not any(d.wire == bare for d in namesakes):
        assert translation.core_path(bare) is None, f"{bare} is guessed"
