"""A wire class at work: both directions, the loss report, the update, the way back of errors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, cached_property
from typing import Any

from attrs import frozen

from onboarding.errors import Problem, UnexpectedResponse
from onboarding.mapping.changes import (
    compared,
    concerned,
    keep_unchanged,
    overwritten,
    unheard,
    updated,
)
from onboarding.mapping.codecs import UNREADABLE
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import Datum, Plan, wire_value
from onboarding.mapping.reading import Read, compile_read
from onboarding.mapping.rows import On
from onboarding.mapping.writing import Write, compile_write
from onboarding.model.loss import Loss
from onboarding.model.record import Absence
from onboarding.model.user import User

__all__ = ["Translation", "translation"]


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

        With the residue of a record, a datum that is still the same is spelled as it came; with
        `since`, the user of that record, all that is unchanged is, and only what changed since
        then counts as lost.
        """
        if since is not None:
            return self._written_since(since, user, on, residue or {})
        lost: list[Loss] = []
        out = self._write(on)(user, lost)
        if residue:
            self._keep_spelling(out, residue, user, on)
        return out, tuple(lost)

    def _keep_spelling(
        self, out: dict[str, Any], residue: Mapping[str, Any], user: User, on: On
    ) -> None:
        kept = [self.plan.by_wire[wire] for wire in residue if wire in self.plan.by_wire]
        anew = {datum.core for datum in kept if not _reads_as(datum, residue, out, user)}
        keep_unchanged(self.plan, out, user, anew, (), residue, on)

    def _written_since(
        self, old: User, new: User, on: On, residue: Mapping[str, Any]
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        changed, new = compared(old, new)
        lost: list[Loss] = []
        out = self._write(on)(new, lost)
        keep_unchanged(self.plan, out, new, self.plan.touched(changed), lost, residue, on)
        paths = concerned(self.plan, changed)
        kept = [loss for loss in lost if loss.core_path in paths]
        kept += unheard(self.plan, changed - {loss.core_path for loss in kept}, new, out, on)
        return out, (*kept, *overwritten(self.plan, out, residue))

    def update(
        self, old: User, new: User, *, residue: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """What an update from `old` to `new` sends: what changed, and what must go with it.

        Empty when nothing changed; another spelling of the same value is no change. What is
        unchanged is never a loss: where it must go along it goes as it came, in whatever shape;
        so does the residue of the record.
        """
        changed, new = compared(old, new)
        if not changed:
            return {}, ()
        lost: list[Loss] = []
        full = self._write(On.UPDATE)(new, lost)
        return updated(self.plan, full, lost, changed, new, residue or {})

    # -- wire -> core

    def from_wire(self, payload: Mapping[str, Any]) -> tuple[User, dict[str, Any]]:
        """The user as the provider shows it, and the residue, by wire path.

        A field that cannot be read is None in the user and in the residue as it came. Raises
        `UnexpectedResponse` for what is no object.
        """
        if payload.__class__ is not dict and not isinstance(payload, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UnexpectedResponse([Problem("", "type", "expected an object")])
        return self._read(payload)

    def native(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The record's own facts, by wire path."""
        found = {path: wire_value(payload, path) for path in self.plan.kept}
        return {path: value for path, value in found.items() if value is not None}

    def absent(
        self,
        user: User,
        payload: Mapping[str, Any],
        *,
        residue: Mapping[str, Any] | None = None,
        scopes: Collection[str] | None = None,
    ) -> dict[str, Absence]:
        """Why a datum of `user` is empty, by core path.

        `residue` is what was read beside the user; `scopes` are those held, if known.
        """
        left = self._read(payload)[1] if residue is None else residue
        return {
            datum.core: _why(datum, user, payload, left, scopes)
            for datum in self.plan.data
            if lookup(user, datum.core) in EMPTY
        }

    # -- the way back

    def core_path(self, wire_path: str) -> str | None:
        """The core path that a provider's field name means, if any."""
        return self.plan.core_path(wire_path)

    # -- compiled when first needed

    @cached_property
    def _read(self) -> Read:
        return compile_read(self.plan)

    @cached_property
    def _writers(self) -> dict[On, Write]:
        return {}

    def _write(self, on: On) -> Write:
        made = self._writers.get(on)
        if made is None:
            made = self._writers[on] = compile_write(self.plan, on)
        return made


@cache
def translation(cls: type, provider: str) -> Translation:
    """The translation of a wire class; made once."""
    return Translation(Plan(cls, provider))


def _reads_as(datum: Datum, residue: Mapping[str, Any], out: Mapping[str, Any], user: User) -> bool:
    """Whether what was kept of a datum still means what the user has."""
    codec, parent = datum.row.codec, datum.wire.rpartition(".")[0]
    around = wire_value(out, parent) if parent else out
    try:
        read = codec.read_in(residue[datum.wire], around or {}) if codec is not None else None
    except UNREADABLE:
        return False
    return bool(read == lookup(user, datum.core))


def _has(payload: Mapping[str, Any], path: str) -> bool:
    parent, _, name = path.rpartition(".")
    around = wire_value(payload, parent) if parent else payload
    return isinstance(around, Mapping) and name in around


def _why(
    datum: Datum,
    user: User,
    payload: Mapping[str, Any],
    residue: Mapping[str, Any],
    scopes: Collection[str] | None,
) -> Absence:
    if any(residue.get(path) not in (None, "") for path in (datum.wire, *datum.objects)):
        return Absence.UNREADABLE
    if not datum.shown or (datum.hidden is not None and datum.hidden.holds(user)):
        return Absence.NULL_BY_RULE
    if scopes is not None and datum.scope and not set(datum.scope.split()) & set(scopes):
        return Absence.HIDDEN
    return Absence.NOT_GIVEN if _has(payload, datum.wire) else Absence.NOT_THERE
