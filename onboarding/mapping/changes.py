"""The body and the losses of an update: changed fields, fields sent with them, cleared fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar, cast

from onboarding.mapping.paths import EMPTY, lookup, model_below, wire_value
from onboarding.mapping.people import KEPT_APART, PEOPLE, Slots, pairs
from onboarding.mapping.phones import same
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.model.answers import Loss, LossKind
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.values.base import Model, checks_of, trust

__all__ = [
    "changed_paths",
    "compared",
    "concerned",
    "keep_unchanged",
    "overwritten",
    "unheard",
    "updated",
]

M = TypeVar("M", bound=Model)

_BLANK = (*EMPTY, "")  # some providers return an empty text for a field that was not given


def changed_paths(old: M, new: M) -> set[str]:
    """Returns the core paths at which two users, `old` and `new`, differ.

    They can also be two other values of one class.
    An empty text, tuple or object equals None; two spellings of one value are equal.
    """
    return compared(type(old), old, new)[0]


def compared(root: type[Model], old: M, new: M, slots: Slots | None = None) -> tuple[set[str], M]:
    """Returns the core paths at which two values differ, and the new one spelled as the old.

    With the `slots` of a wire class, people are compared by its roles, and one that has none of
    them differs as a whole.
    """
    found: set[str] = set()
    spelled = _compare(root, old, new, "", found, slots)
    if isinstance(old, User) and isinstance(new, User):
        found.update(_changed_extras(old.extras, new.extras))
    return found, cast("M", spelled)


def _changed_extras(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for provider in {*old, *new}:
        before, after = old.get(provider, {}), new.get(provider, {})
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                yield f"extras.{provider}.{name}"


def _compare(
    cls: type[Any],
    old: object,
    new: Model | None,
    prefix: str,
    found: set[str],
    slots: Slots | None = None,
) -> Model | None:
    """Adds the differing paths to `found`; returns the new object with equal values as before."""
    spelled: dict[str, Any] = {}
    for name, below in model_below(cls).items():
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before is after or before == after or name == "extras":
            continue
        if before in _BLANK and after in _BLANK:
            continue
        if cls is Person and name in KEPT_APART:
            continue
        if cls is User and name == PEOPLE:
            people = _compare_people(before or (), after or (), slots, found)
            if people != after:
                spelled[name] = people
            continue
        if below is not object:
            inner = _compare(below, before, after, f"{prefix}{name}.", found)
            if inner is not after:
                spelled[name] = inner
        elif same(checks_of(cls)[name].shape, before, after):
            spelled[name] = before
        else:
            found.add(prefix + name)
    return trust(cls, {**vars(new), **spelled}) if spelled and new is not None else new


def _compare_people(
    old: tuple[Person, ...], new: tuple[Person, ...], slots: Slots | None, found: set[str]
) -> tuple[Person, ...]:
    """Adds the differing paths; returns the new people with equal values as before."""
    spelled: dict[str, Any] = {}
    for pair in pairs(old, new, slots):
        alone = pair.before is None or pair.after is None
        if pair.after is None and not pair.key and slots is not None:
            continue  # the provider never had this person
        if not pair.key and (alone or slots is not None):
            inner: set[str] = set()
            _compare(Person, pair.before, pair.after, "", inner)
            if alone or inner or pair.other_roles:
                found.add(pair.path)
            continue
        if pair.other_roles and pair.after is not None:
            found.add(f"{pair.path}.roles")
        one = _compare(Person, pair.before, pair.after, f"{pair.path}.", found)
        if one is not pair.after and pair.after is not None:
            spelled[pair.after.ref] = one
    return tuple(spelled.get(person.ref, person) for person in new)


def updated(
    plan: Plan,
    full: Mapping[str, Any],
    lost: Collection[Loss],
    changed: set[str],
    new: Model,
    unmapped: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Returns the body of an update and its losses; `full` is the body that writes all of `new`."""
    touched = plan.touched(changed)
    wanted = {core for core in touched if not _stays(plan, core, new)}
    body = _picked(plan, plan.rows, full, wanted, "")
    _clear(plan, body, new, changed)
    replaces = plan.about.replaces
    if body or (replaces and _leaves_out(plan, changed, new)):
        along = {mapped.core for mapped in plan.fields if mapped.row.always_send}
        body = dict(full) if replaces else _picked(plan, plan.rows, full, wanted | along, "")
        keep_unchanged(plan, body, new, touched, lost, unmapped, On.UPDATE)
        _clear(plan, body, new, changed)
    paths = concerned(plan, changed)
    kept = [loss for loss in lost if loss.core_path in paths]
    kept += unheard(plan, changed - {loss.core_path for loss in kept}, new, body, On.UPDATE)
    kept += overwritten(plan, body, unmapped)
    ordered = {row.wire: body[row.wire] for row in plan.rows if row.wire in body}
    return {**ordered, **body}, tuple(kept)


def _leaves_out(plan: Plan, changed: set[str], new: Model) -> bool:
    """Whether an update of the whole object would clear a changed field by leaving it out."""
    data = [plan.by_core[core] for core in changed if core in plan.by_core]
    return any(mapped.on & On.UPDATE and mapped.is_empty(new) for mapped in data)


def _stays(plan: Plan, core: str, new: Model) -> bool:
    """Whether a field was cleared that no body can clear; its object is not sent for that."""
    mapped = plan.by_core.get(core)
    if mapped is None:
        return lookup(new, core) in EMPTY
    return mapped.is_empty(new) and not (mapped.clearable or mapped.replaced is not None)


def _picked(
    plan: Plan, rows: tuple[Row, ...], full: Mapping[str, Any], wanted: set[str], prefix: str
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for row in (row for row in rows if row.wire in full):
        wire = prefix + row.wire
        if row.inside is None:
            mapped = plan.by_wire.get(wire)
            if mapped is not None and not wanted.isdisjoint(mapped.cores):
                body[row.wire] = full[row.wire]
        elif row.send_whole:
            below = [d for d in plan.fields if d.wire.startswith(f"{wire}.")]
            if any(mapped.core in wanted for mapped in below):
                body[row.wire] = full[row.wire]
        elif inner := _picked(plan, rows_of(row.inside), full[row.wire], wanted, f"{wire}."):
            body[row.wire] = inner
    return body


def keep_unchanged(
    plan: Plan,
    body: dict[str, Any],
    new: Model,
    touched: Collection[str],
    lost: Collection[Loss],
    unmapped: Mapping[str, Any],
    on: On,
) -> None:
    """Restores the provider's own spelling of unchanged fields, and adds those not written again.

    These are values beyond a limit, values that the core cannot represent, and unknown keys of an
    object that is sent whole: without them, the update would delete them.
    """
    beyond = {loss.wire_path for loss in lost if loss.kind is LossKind.DROPPED}
    for one in (plan.by_wire[wire] for wire in beyond if wire in plan.by_wire):
        codec = one.row.codec
        if codec is None or one.core in touched:
            continue
        with suppress(ValueError):
            written = codec.write(one.value(new))
            if (place := _place(body, one, on)) is not None:
                one.put(place, written)
    for wire, original in unmapped.items():
        mapped = plan.by_wire.get(wire)
        if mapped is None:
            _keep_unknown(plan, body, wire, original, on)
        elif mapped.core not in touched and (place := _place(body, mapped, on)) is not None:
            place[wire.rpartition(".")[2]] = original


def _place(body: dict[str, Any], mapped: MappedField, on: On) -> dict[str, Any] | None:
    """Returns the object of a body that an unchanged field is sent in, None if it is not sent."""
    along = on is On.UPDATE and (mapped.row.always_send or mapped.root_replaced)
    if not mapped.on & on or (on is On.UPDATE and not (along or mapped.whole)):
        return None
    place = body
    for parent in mapped.parents:
        if parent.wire not in place and not along:
            return None
        place = place.setdefault(parent.wire, {})
    return place


def _keep_unknown(plan: Plan, body: dict[str, Any], wire: str, original: Any, on: On) -> None:
    around = [path for path in plan.known if path and wire.startswith(f"{path}.")]
    parent = max(around, key=len, default="")
    name = wire.removeprefix(f"{parent}.") if parent else wire
    if plan.about.replaces and on is On.UPDATE:
        place = body
        for step in parent.split(".") if parent else ():
            place = place.setdefault(step, {})
        place.setdefault(name, original)
        return
    found = wire_value(body, parent) if parent else None
    siblings = [mapped for mapped in plan.fields if mapped.wire.rpartition(".")[0] == parent]
    if found is not None and any(mapped.whole for mapped in siblings):
        found[name] = original


def _clear(plan: Plan, body: dict[str, Any], new: Model, changed: set[str]) -> None:
    """Writes the documented value, null or an empty text, for each cleared field that has one."""
    for mapped in plan.fields:
        if not mapped.clearable or not mapped.on & On.UPDATE or mapped.core not in changed:
            continue
        if mapped.is_empty(new):
            place = body
            for parent in mapped.parents:
                place = place.setdefault(parent.wire, {})
            place |= dict.fromkeys(mapped.row.keys or (mapped.row.wire,), mapped.row.clear_with)


def concerned(plan: Plan, changed: set[str]) -> set[str]:
    """Returns the changed paths, and the paths that are derived from them."""
    return changed | {core for core, by in plan.implied().items() if by in changed}


def unheard(
    plan: Plan, changed: set[str], new: Model, body: Mapping[str, Any], on: On
) -> list[Loss]:
    """Returns the losses for cleared fields that the body does not clear."""
    found: list[Loss] = []
    for path in sorted(changed):
        if lookup(new, path) not in EMPTY:
            continue  # it is in the body, or already a loss
        mapped = plan.by_core.get(path)
        if mapped is not None and mapped.on & on:
            replaced = mapped.is_replaced(body) and (on is On.UPDATE or not mapped.root_replaced)
            written = not mapped.is_empty(new) and wire_value(body, mapped.wire) is not None
            cleared = mapped.clearable and on is On.UPDATE and mapped.is_empty(new)
            if replaced or written or cleared:
                continue
        loss = plan.loss_of(path, on)
        if loss is None and mapped is None:
            continue  # another request of the call tells it
        if loss is None:
            assert mapped is not None
            reason = "the provider documents no way to clear it"
            loss = Loss(core_path=path, kind=LossKind.DROPPED, reason=reason, wire_path=mapped.wire)
        found.append(loss)
    return found


def overwritten(plan: Plan, body: Mapping[str, Any], unmapped: Mapping[str, Any]) -> list[Loss]:
    """Returns the losses for values on file that are no object, and that a body would replace."""
    return [
        Loss(
            core_path=plan.objects[wire],
            kind=LossKind.DROPPED,
            reason="the value on file is not an object and would be overwritten unread",
            wire_path=wire,
        )
        for wire, original in unmapped.items()
        if wire in plan.objects and wire_value(body, wire) not in (None, original)
    ]
