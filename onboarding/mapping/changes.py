"""What a change of a user is to a provider: what is sent, what goes along, what is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from onboarding.mapping.paths import EMPTY, lookup, model_below
from onboarding.mapping.plan import Plan, wire_value
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = ["changes", "concerned", "unheard", "updated"]


def changes(old: User, new: User) -> set[str]:
    """The core paths at which two users differ. An empty tuple or object says no more than none."""
    found: set[str] = set()
    _differ(User, old, new, "", found)
    for provider in {*old.extras, *new.extras}:
        before, after = old.extras.get(provider, {}), new.extras.get(provider, {})
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                found.add(f"extras.{provider}.{name}")
    return found


def _differ(cls: type, old: object, new: object, prefix: str, found: set[str]) -> None:
    for name, below in model_below(cls).items():
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before is after or before == after or name == "extras":
            continue
        if below is not object:
            _differ(below, before, after, f"{prefix}{name}.", found)
        elif before not in EMPTY or after not in EMPTY:
            found.add(prefix + name)


def updated(
    plan: Plan,
    full: Mapping[str, Any],
    lost: Collection[Loss],
    changed: set[str],
    new: User,
    residue: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The body of an update and its losses, out of all that could be written of `new`."""
    body = _picked(plan, plan.rows, full, changed, "")
    _keep_unshapely(plan, body, new, changed, lost)
    _empty(plan, body, new, changed)
    paths = concerned(plan, changed)
    kept = [loss for loss in lost if loss.core_path in paths]
    kept += unheard(plan, changed - {loss.core_path for loss in kept}, new, body, On.UPDATE)
    if not body:
        return {}, tuple(kept)
    for row in (row for row in plan.rows if row.goes_along and row.wire in full):
        body.setdefault(row.wire, full[row.wire])
    _keep_residue(plan, body, new, residue)
    return {row.wire: body[row.wire] for row in plan.rows if row.wire in body}, tuple(kept)


def _keep_residue(plan: Plan, body: dict[str, Any], new: User, residue: Mapping[str, Any]) -> None:
    """Puts back what the core has no shape for, into objects sent whole and what goes along."""
    for wire, original in residue.items():
        parent, _, name = wire.rpartition(".")
        datum = plan.by_wire.get(wire)
        place = wire_value(body, parent) if parent else body
        if place is None:
            continue
        if datum is None:
            known = [other for other in plan.data if other.wire.rpartition(".")[0] == parent]
            if parent and any(other.whole for other in known):
                place[name] = original
        elif datum.on & On.UPDATE and (datum.whole or datum.row.goes_along):
            place[name] = original if lookup(new, datum.core) in EMPTY else place[name]


def _picked(
    plan: Plan, rows: tuple[Row, ...], full: Mapping[str, Any], changed: set[str], prefix: str
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for row in (row for row in rows if row.wire in full):
        wire = prefix + row.wire
        if row.inside is None:
            datum = plan.by_wire.get(wire)
            if datum is not None and datum.core in changed:
                body[row.wire] = full[row.wire]
        elif row.whole:
            below = [d for d in plan.data if d.wire.startswith(f"{wire}.")]
            if any(datum.core in changed for datum in below):
                body[row.wire] = full[row.wire]
        elif inner := _picked(plan, rows_of(row.inside), full[row.wire], changed, f"{wire}."):
            body[row.wire] = inner
    return body


def _keep_unshapely(
    plan: Plan, body: dict[str, Any], new: User, changed: set[str], lost: Collection[Loss]
) -> None:
    """Puts what is unchanged back into an object sent whole, though it is beyond a limit.

    The provider once sent it so; left out, it would be gone.
    """
    beyond = {loss.wire_path for loss in lost if loss.kind is LossKind.DROPPED}
    for wire in beyond:
        datum = plan.by_wire.get(wire)
        if datum is None or datum.core in changed or not datum.whole:
            continue
        place = wire_value(body, wire.rpartition(".")[0])
        codec = datum.row.codec
        if place is not None and codec is not None and datum.on & On.UPDATE:
            with suppress(ValueError):
                place[wire.rpartition(".")[2]] = codec.write(lookup(new, datum.core))


def _empty(plan: Plan, body: dict[str, Any], new: User, changed: set[str]) -> None:
    """Puts null where a document says that it empties a datum."""
    for datum in plan.data:
        if not datum.row.clears or not datum.on & On.UPDATE or datum.core not in changed:
            continue
        if lookup(new, datum.core) in EMPTY:
            place = body
            for parent in datum.parents:
                place = place.setdefault(parent.wire, {})
            place[datum.row.wire] = None


def concerned(plan: Plan, changed: set[str]) -> set[str]:
    """What changed, and what has no key of its own and is read off a key that changes."""
    return changed | {core for core, by in plan.implied().items() if by in changed}


def unheard(
    plan: Plan, changed: set[str], new: User, body: Mapping[str, Any], on: On
) -> list[Loss]:
    """The losses of changes that empty a datum, where the body does not say so."""
    found: list[Loss] = []
    for path in sorted(changed):
        if lookup(new, path) not in EMPTY:
            continue  # it is in the body, or was found lost
        datum = plan.by_core.get(path)
        if datum is not None and datum.on & on:
            replaced = datum.whole and datum.parents[0].wire in body
            if replaced or (datum.row.clears and on is On.UPDATE):
                continue
        loss = plan.loss_of(path, on)
        if loss is None:
            assert datum is not None
            reason = "no document says that it can be emptied"
            loss = Loss(core_path=path, kind=LossKind.DROPPED, reason=reason, wire_path=datum.wire)
        found.append(loss)
    return found
