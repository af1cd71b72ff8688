"""The laws of translation: functions that raise `AssertionError` if a law is broken.

They take a translation and values. Messages contain paths, never values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.people import PEOPLE, pairs, person_leaves
from onboarding.mapping.plan import MappedField
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss, LossKind
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.testing.bodies import at_path, merged, on_wire, wire_paths
from onboarding.testing.why import differs
from onboarding.values.base import Model

__all__ = [
    "arrives",
    "becomes",
    "every_wire_path_has_a_way_back",
    "loss_paths",
    "no_change_no_write",
    "nothing_lost",
    "reads_back",
    "residue_survives",
    "round_trip",
    "says_no_more",
    "sends_along",
    "silent_losses",
    "unreported",
    "update_arrives",
    "update_is_minimal",
]

Json = dict[str, Any]

M = TypeVar("M", bound=Model)

MISSING = (LossKind.DROPPED, LossKind.COARSENED, LossKind.NOT_APPLICABLE)


def loss_paths(
    losses: Iterable[Loss], wire: Translation[Any] | None = None, *users: Model
) -> set[str]:
    """Returns the paths of losses; with users, also as the wire class declares the paths."""
    found = {loss.core_path for loss in losses}
    return found.union(*({wire.plan.slots.mapped(x, one) for x in found} for one in users if wire))


def nothing_lost(given: User, shown: User, losses: Iterable[Loss]) -> None:
    """Checks that every field given is shown, except for reported losses."""
    named = loss_paths(losses)
    silent = {
        path
        for path in changed_paths(given, shown) - named
        if lookup(given, path) not in EMPTY and not _in_parts(path, given, named)
    }
    if silent:
        raise differs("lost, and not in the report", silent, given, shown)


def _in_parts(path: str, given: User, named: set[str]) -> bool:
    """Whether it is the path of a person of whom every given field is named."""
    person = lookup(given, path)
    return isinstance(person, Person) and all(
        f"{path}.{leaf}" in named for leaf in person_leaves() if lookup(person, leaf) not in EMPTY
    )


def round_trip(translation: Translation[M], user: M, on: On = On.CREATE) -> tuple[Loss, ...]:
    """Checks core -> wire -> core: unreported fields come back equal, and nothing is added.

    A reported loss must be one. Returns the losses. `translation` writes the user in the operation
    `on`.
    """
    body, losses = translation.to_wire(user, on)
    reads_back(translation, user, on_wire(body), losses)
    return losses


def reads_back(translation: Translation[M], user: M, body: Json, losses: Iterable[Loss]) -> None:
    """Checks that a body contains every unreported field of a value, and nothing else."""
    losses = tuple(losses)
    back, unmapped = translation.from_wire(body)

    strange = translation.changed(user, back) - loss_paths(losses, translation, user)
    strange = {path for path in strange if not translation.plan.about.is_elsewhere(path)}
    if strange:
        raise differs("changed, and not in the report", strange, user, back)
    slots = translation.plan.slots
    missing = {slots.mapped(x.core_path, user) for x in losses if x.kind in MISSING}
    missing -= translation.plan.implied().keys()  # read off another key, which may say the same
    arrived = [path for path in sorted(missing) if lookup(user, path) == lookup(back, path)]
    assert not arrived, f"in the report, but read back: {arrived}"
    unread = {path for path in unmapped if not _is_never_shown(translation, path)}
    assert not unread, f"written, but not read: {sorted(unread)}"


def _is_never_shown(translation: Translation[Any], wire: str) -> bool:
    mapped = translation.plan.by_wire.get(wire)
    return mapped is not None and not mapped.shown


def silent_losses(translation: Translation[M], before: M, after: M, on: On) -> set[str]:
    """Returns the paths whose change neither changes the request nor is reported.

    `translation` writes the values `before` and `after` the change in the operation `on`.
    """
    same: Json = {}
    unsaid: tuple[Loss, ...] = ()
    if on is On.UPDATE:
        body, losses = translation.update(before, after)
    else:
        body, losses = translation.to_wire(after, on, since=None if on is On.CREATE else before)
        same, unsaid = translation.to_wire(before, on)
    return unreported(translation, before, after, body, same, losses, unsaid)


def unreported(
    translation: Translation[M],
    before: M,
    after: M,
    body: Json,
    same: Json,
    losses: Iterable[Loss],
    unsaid: Iterable[Loss] = (),
) -> set[str]:
    """Returns the paths whose change is neither in a body nor reported.

    `same` and `unsaid` are the body and the losses without the change: a value that they report as
    not distinguished may change to the one that it was taken for.
    """
    told = (x for x in unsaid if x.kind is LossKind.DEFAULTED or _is_blurred(translation, x))
    named = loss_paths((*losses, *told), translation, before, after)
    named |= {*_also_named(translation, before, after, named)}
    silent: set[str] = set()
    for path in translation.changed(before, after) - named:
        if translation.plan.about.is_elsewhere(path):
            continue
        by = translation.plan.implied().get(path)
        mapped = translation.plan.by_core.get(path)
        if by is not None and lookup(after, path) in (None, lookup(after, by)):
            continue  # it is derived from the key of the other
        if path.endswith("].roles") and {*lookup(after, path)} < {*lookup(before, path)}:
            continue  # roles beside the mapped one are not at the provider
        if mapped is None or not _is_in(mapped, after, body, same):
            silent.add(path)
    return silent


def _also_named(translation: Translation[M], before: M, after: M, named: set[str]) -> Iterator[str]:
    """Yields the path of each named person who has another `ref` in the other user."""
    if isinstance(before, User) and isinstance(after, User):
        for pair in pairs(before.people, after.people, translation.plan.slots):
            if pair.after is not None and f"{PEOPLE}[{pair.after.ref}]" in named:
                yield pair.path


def _is_blurred(translation: Translation[Any], loss: Loss) -> bool:
    """Whether a loss is that of a value which the wire spells as it spells another one."""
    mapped = translation.plan.by_core.get(loss.core_path)
    codec = mapped.row.codec if mapped is not None else None
    return codec is not None and not codec.exact_write and loss.kind is codec.blur


def _is_in(mapped: MappedField, after: Model, body: Json, same: Json) -> bool:
    """Returns whether a body contains a field: by its key, or in an object that is replaced."""
    cleared = mapped.is_empty(after) and mapped.is_replaced(body) and body != same
    return cleared or any(at_path(body, at) != at_path(same, at) for at in mapped.wires)


def no_change_no_write(translation: Translation, user: User) -> None:
    """Checks that an update of a user without changes sends nothing and reports nothing.

    `translation` writes the update.
    """
    assert translation.update(user, user) == ({}, ())


def update_is_minimal(translation: Translation, old: User, new: User) -> Json:
    """Checks that an update from `old` to `new` sends only changed fields and those always sent.

    `translation` writes the update, which is returned.
    """
    body, _ = translation.update(old, new)
    says_no_more(translation, old, new, body)
    sends_along(translation, new, body)
    return body


def says_no_more(translation: Translation, old: User, new: User, body: Json) -> None:
    """Checks that the body of an update has only changed fields, and those always sent."""
    plan = translation.plan
    if plan.about.replaces:
        assert old != new or not body, "sends a request, though nothing changed"
        return
    wanted = plan.touched(translation.changed(old, new)) | {
        d.core for d in plan.fields if d.row.always_send
    }
    allowed: set[str] = set()
    for mapped in plan.fields:
        around = [d for d in plan.fields if mapped.whole and d.parents == mapped.parents]
        if any(d.core in wanted for d in (mapped, *around)):
            allowed.update(mapped.wires)
    extra = set(wire_paths(translation, body)) - allowed
    assert not extra, f"sent, though not changed: {sorted(extra)}"


def sends_along(translation: Translation, new: User, body: Json) -> None:
    """Checks that the body of an update has the fields that are declared as always sent."""
    full, _ = translation.to_wire(new, On.UPDATE)
    always = [d for d in translation.plan.fields if d.row.always_send and d.on & On.UPDATE]
    along = {wire for mapped in always for wire in mapped.wires}
    given = set(wire_paths(translation, full))
    left = (along & given) - set(wire_paths(translation, body))
    assert not (body and left), f"declared as always sent, but left out: {sorted(left)}"


def update_arrives(translation: Translation, old: User, new: User) -> None:
    """Checks that an update of `old`, by the translation, leads to `new`, except for losses."""
    there, unsaid = translation.to_wire(old, On.CREATE)
    body, losses = translation.update(old, new)
    on_file = merged(translation, on_wire(there), on_wire(body))
    becomes(translation, new, on_file, losses, loss_paths(unsaid, translation, old))


def becomes(
    translation: Translation,
    new: User,
    on_file: Json,
    losses: Iterable[Loss],
    unsaid: Iterable[str] = (),
) -> None:
    """Checks that the object after an update reads as the new user, except for losses.

    `unsaid` are the paths of losses before the update.
    """
    shown, _ = translation.from_wire(on_file)

    named = loss_paths(losses, translation, new) | {*unsaid}
    strange = translation.changed(new, shown) - named
    strange = {path for path in strange if not translation.plan.about.is_elsewhere(path)}
    if strange:
        raise differs("not updated, and not in the report", strange, new, shown)


def arrives(translation: Translation, path: str, old: User, new: User, on: On) -> None:
    """Checks that a change of the field at a path changes the request or is reported.

    `translation` writes the values `old` and `new` in the operation `on`.
    """
    silent = silent_losses(translation, old, new, on)
    assert path not in silent, f"{path} is changed, but neither sent nor reported"


def residue_survives(translation: Translation[Any], payload: Json) -> None:
    """Checks that unmapped values are kept, and that unchanged fields keep their spelling.

    `translation` reads the payload, an object of the provider, and writes updates of it.
    """
    user, unmapped = translation.from_wire(payload)
    again, _ = translation.to_wire(user, On.CREATE, unmapped=unmapped)
    for path in wire_paths(translation, payload):
        value = at_path(payload, path)
        mapped = translation.plan.by_wire.get(path)
        empty = value in (None, [], {}) or (value == "" and path in translation.plan.objects)
        if empty or {path, path.partition(".")[0]} & {*translation.plan.kept}:
            continue
        if mapped is None:
            assert path in unmapped, f"{path} is not kept"
        elif mapped.on & On.CREATE:
            kept = at_path(again, path) == value or unmapped.get(path) == value
            assert kept, f"{path} is spelled differently"


def every_wire_path_has_a_way_back(translation: Translation[Any]) -> None:
    """Checks that each writable wire path leads to its core paths, in upper and lower case."""
    for wire, mapped in translation.plan.by_wire.items():
        if mapped.on:
            for name in (wire, wire.upper(), wire.lower()):
                found = translation.core_paths(name)
                assert found == mapped.cores, f"{wire} has no way back"
                assert translation.core_path(name) == found[0], f"{wire} has no way back"
            _bare(translation, wire, mapped)


def _bare(translation: Translation[Any], wire: str, mapped: MappedField) -> None:
    """Checks that a name without its parents is resolved only if it is unique."""
    bare = wire.rpartition(".")[2]
    namesakes = [other for other in translation.plan.by_wire if other.rpartition(".")[2] == bare]
    if namesakes == [wire]:
        assert translation.core_paths(bare) == mapped.cores, f"{bare} has no way back"
    elif bare not in namesakes:
        assert not translation.core_paths(bare), f"{bare} is guessed"
