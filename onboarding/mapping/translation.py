"""A wire class at work: both directions, the loss report, the update, the way back of errors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache, cached_property
from typing import Any, cast

from attrs import frozen

from onboarding.errors import Problem, UnexpectedResponse
from onboarding.mapping.paths import lookup, model_below
from onboarding.mapping.plan import Datum, Plan
from onboarding.mapping.reading import Read, compile_read
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.mapping.writing import Write, compile_write
from onboarding.model.loss import Loss, LossKind
from onboarding.model.record import Absence
from onboarding.model.user import User

__all__ = ["Translation", "translation"]

EMPTY = (None, ())


@frozen(slots=False)
class Translation:
    """Translates users between the core and one wire class of one provider."""

    plan: Plan

    # -- core -> wire

    def to_wire(
        self,
        user: User,
        on: On = On.CREATE,
        *,
        residue: Mapping[str, Any] | None = None,
        since: User | None = None,
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """The provider's object, and what it cannot carry; never truncates, never raises.

        With the residue of a record, a datum that is still the same is spelled as it came;
        with `since`, only what changed since then counts as lost.
        """
        lost: list[Loss] = []
        out = self._write(on)(user, lost)
        if since is not None:
            changed = changes(since, user)
            concerned = self._concerned(changed)
            lost = [loss for loss in lost if loss.core_path in concerned]
            lost += self._unheard(changed - {loss.core_path for loss in lost}, user, out, on)
        for wire, original in (residue or {}).items():
            datum = self.plan.by_wire.get(wire)
            if datum is None or not datum.on & on or not _reads_as(datum, original, user):
                continue
            place = _wire_value(out, wire.rpartition(".")[0]) if datum.parents else out
            if place is not None:
                place[datum.row.wire] = original
        return out, tuple(lost)

    def update(self, old: User, new: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """What an update from `old` to `new` sends: what changed, and what must go with it.

        Empty when nothing changed. What is unchanged is never a loss: where it must go along it
        goes as it came, in whatever shape.
        """
        changed = changes(old, new)
        if not changed:
            return {}, ()
        lost: list[Loss] = []
        full = self._write(On.UPDATE)(new, lost)
        body = self._picked(self.plan.rows, full, changed, "")
        self._keep_unshapely(body, new, changed, lost)
        self._empty(body, new, changed)
        concerned = self._concerned(changed)
        kept = [loss for loss in lost if loss.core_path in concerned]
        kept += self._unheard(changed - {loss.core_path for loss in kept}, new, body, On.UPDATE)
        if not body:
            return {}, tuple(kept)
        along = {row.wire for row in self.plan.rows if row.goes_along and row.wire in full}
        defaulted = [
            loss
            for loss in lost
            if loss.kind is LossKind.DEFAULTED and loss.core_path not in concerned
        ]
        order = [row.wire for row in self.plan.rows]
        both = {name: body.get(name, full.get(name)) for name in order if name in {*body, *along}}
        return both, (*kept, *defaulted)

    def _picked(
        self, rows: tuple[Row, ...], full: Mapping[str, Any], changed: set[str], prefix: str
    ) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for row in (row for row in rows if row.wire in full):
            wire = prefix + row.wire
            if row.inside is None:
                datum = self.plan.by_wire.get(wire)
                if datum is not None and datum.core in changed:
                    body[row.wire] = full[row.wire]
            elif row.whole:
                below = [d for d in self.plan.data if d.wire.startswith(f"{wire}.")]
                if any(datum.core in changed for datum in below):
                    body[row.wire] = full[row.wire]
            elif inner := self._picked(rows_of(row.inside), full[row.wire], changed, f"{wire}."):
                body[row.wire] = inner
        return body

    def _keep_unshapely(
        self, body: dict[str, Any], new: User, changed: set[str], lost: Collection[Loss]
    ) -> None:
        """Puts what is unchanged back into an object sent whole, though it is beyond a limit.

        The provider once sent it so; left out, it would be gone.
        """
        beyond = {loss.wire_path for loss in lost if loss.kind is LossKind.DROPPED}
        for wire in beyond:
            datum = self.plan.by_wire.get(wire)
            if datum is None or datum.core in changed or not datum.whole:
                continue
            place = _wire_value(body, wire.rpartition(".")[0])
            codec = datum.row.codec
            if place is not None and codec is not None and datum.on & On.UPDATE:
                with suppress(ValueError):
                    place[wire.rpartition(".")[2]] = codec.write(lookup(new, datum.core))

    def _empty(self, body: dict[str, Any], new: User, changed: set[str]) -> None:
        """Puts null where a document says that it empties a datum."""
        for datum in self.plan.data:
            if not datum.row.clears or not datum.on & On.UPDATE or datum.core not in changed:
                continue
            if lookup(new, datum.core) in EMPTY:
                place = body
                for parent in datum.parents:
                    place = place.setdefault(parent.wire, {})
                place[datum.row.wire] = None

    def _concerned(self, changed: set[str]) -> set[str]:
        """What changed, and what has no key of its own and is read off a key that changes."""
        return changed | {core for core, by in self.plan.implied().items() if by in changed}

    def _unheard(self, changed: set[str], new: User, body: Mapping[str, Any], on: On) -> list[Loss]:
        """The losses of changes that empty a datum, where the body does not say so."""
        found: list[Loss] = []
        for path in sorted(changed):
            if lookup(new, path) not in EMPTY:
                continue  # it is in the body, or was found lost
            datum = self.plan.by_core.get(path)
            if datum is not None and datum.on & on:
                replaced = datum.whole and datum.parents[0].wire in body
                if replaced or (datum.row.clears and on is On.UPDATE):
                    continue
            loss = self.plan.loss_of(path, on)
            if loss is None:
                assert datum is not None
                reason = "no document says that it can be emptied"
                loss = Loss(
                    core_path=path, kind=LossKind.DROPPED, reason=reason, wire_path=datum.wire
                )
            found.append(loss)
        return found

    # -- wire -> core

    def from_wire(self, payload: Mapping[str, Any]) -> tuple[User, dict[str, Any]]:
        """The user as the provider shows it, and the residue, by wire path.

        Raises `UnexpectedResponse`, which names every field of a wrong type.
        """
        try:
            return self._read(cast("dict[str, Any]", payload))
        except (TypeError, AttributeError):
            raise UnexpectedResponse(self._type_problems(payload)) from None

    def native(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The record's own facts, by wire path."""
        found = {path: _wire_value(payload, path) for path in self.plan.kept}
        return {path: value for path, value in found.items() if value is not None}

    def absent(
        self, user: User, payload: Mapping[str, Any], *, scopes: Collection[str] | None = None
    ) -> dict[str, Absence]:
        """Why a datum of `user` is empty, by core path; `scopes` are those held, if known."""
        return {
            datum.core: _why(datum, user, payload, scopes)
            for datum in self.plan.data
            if lookup(user, datum.core) in EMPTY
        }

    def _type_problems(self, payload: object) -> list[Problem]:
        if not isinstance(payload, Mapping):
            return [Problem("", "type", "expected an object")]
        found: list[Problem] = []
        for datum in self.plan.data:
            codec = datum.row.codec
            try:
                value = _wire_value(cast("Mapping[str, Any]", payload), datum.wire)
                if value is not None and codec is not None:
                    codec.read(value)
            except ValueError:
                continue  # legal, only not modelled
            except TypeError as error:
                found.append(Problem(datum.core, "type", str(error), datum.wire))
        return found or [Problem("", "type", "a nested object has another type")]

    # -- the way back

    def core_path(self, wire_path: str) -> str | None:
        """The core path that a provider's field name means, if any."""
        return self.plan.core_path(wire_path)

    @cached_property
    def _read(self) -> Read:
        return compile_read(self.plan)

    def _write(self, on: On) -> Write:
        return _writers(self.plan, on)


@cache
def _writers(plan: Plan, on: On) -> Write:
    return compile_write(plan, on)


@cache
def translation(cls: type, provider: str) -> Translation:
    """The translation of a wire class; made once."""
    return Translation(Plan(cls, provider))


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


def _reads_as(datum: Datum, original: Any, user: User) -> bool:
    codec = datum.row.codec
    try:
        return codec is not None and codec.read(original) == lookup(user, datum.core)
    except (TypeError, ValueError):
        return False


def _wire_value(payload: Mapping[str, Any], path: str) -> Any:
    value: Any = payload
    for name in path.split("."):
        if not value:
            return None  # null, or an empty object, which some providers spell as an empty list
        if not isinstance(value, Mapping):
            raise TypeError("expected an object around it")
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def _has(payload: Mapping[str, Any], path: str) -> bool:
    parent, _, name = path.rpartition(".")
    around = _wire_value(payload, parent) if parent else payload
    return isinstance(around, Mapping) and name in around


def _why(
    datum: Datum, user: User, payload: Mapping[str, Any], scopes: Collection[str] | None
) -> Absence:
    if _wire_value(payload, datum.wire) not in (None, ""):
        return Absence.UNREADABLE
    if not datum.shown or (datum.hidden is not None and datum.hidden.holds(user)):
        return Absence.NULL_BY_RULE
    if scopes is not None and datum.scope and not set(datum.scope.split()) & set(scopes):
        return Absence.HIDDEN
    return Absence.NOT_GIVEN if _has(payload, datum.wire) else Absence.NOT_THERE
