"""A wire class at work: both directions, the loss report, the update, the way back of errors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, cached_property
from typing import Any, cast

from attrs import frozen

from onboarding.errors import Problem, UnexpectedResponse
from onboarding.mapping.changes import changes, concerned, unheard, updated
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

        With the residue of a record, a datum that is still the same is spelled as it came;
        with `since`, only what changed since then counts as lost.
        """
        lost: list[Loss] = []
        out = self._write(on)(user, lost)
        if since is not None:
            lost = self._lost_since(since, user, lost, out, on)
        if residue:
            self._keep_spelling(out, residue, user, on)
        return out, tuple(lost)

    def _lost_since(
        self, old: User, new: User, lost: list[Loss], out: Mapping[str, Any], on: On
    ) -> list[Loss]:
        changed = changes(old, new)
        paths = concerned(self.plan, changed)
        kept = [loss for loss in lost if loss.core_path in paths]
        left = changed - {loss.core_path for loss in kept}
        return kept + unheard(self.plan, left, new, out, on)

    def _keep_spelling(
        self, out: dict[str, Any], residue: Mapping[str, Any], user: User, on: On
    ) -> None:
        for wire, original in residue.items():
            datum = self.plan.by_wire.get(wire)
            if datum is None or not datum.on & on or not _reads_as(datum, original, user):
                continue
            place = wire_value(out, wire.rpartition(".")[0]) if datum.parents else out
            if place is not None:
                place[datum.row.wire] = original

    def update(
        self, old: User, new: User, *, residue: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """What an update from `old` to `new` sends: what changed, and what must go with it.

        Empty when nothing changed. What is unchanged is never a loss: where it must go along it
        goes as it came, in whatever shape; so does the residue of the record.
        """
        changed = changes(old, new)
        if not changed:
            return {}, ()
        lost: list[Loss] = []
        full = self._write(On.UPDATE)(new, lost)
        return updated(self.plan, full, lost, changed, new, residue or {})

    # -- wire -> core

    def from_wire(self, payload: Mapping[str, Any]) -> tuple[User, dict[str, Any]]:
        """The user as the provider shows it, and the residue, by wire path.

        Raises `UnexpectedResponse`, which names every field of a wrong type.
        """
        try:
            return self._read(payload)
        except (TypeError, AttributeError):
            raise UnexpectedResponse(self._type_problems(payload)) from None

    def native(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The record's own facts, by wire path."""
        found = {path: wire_value(payload, path) for path in self.plan.kept}
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
                value = wire_value(cast("Mapping[str, Any]", payload), datum.wire)
                if value is not None and codec is not None:
                    codec.read(value)
            except ValueError:
                continue  # legal, only not modelled
            except (TypeError, AttributeError) as error:
                words = str(error) if type(error) is TypeError else "has another type"
                found.append(Problem(datum.core, "type", words, datum.wire))
        return found or [Problem("", "type", "a nested object has another type")]

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


def _reads_as(datum: Datum, original: Any, user: User) -> bool:
    """Whether a wire value still means what the user has."""
    codec = datum.row.codec
    try:
        return codec is not None and codec.read(original) == lookup(user, datum.core)
    except (TypeError, ValueError):
        return False


def _has(payload: Mapping[str, Any], path: str) -> bool:
    parent, _, name = path.rpartition(".")
    around = wire_value(payload, parent) if parent else payload
    return isinstance(around, Mapping) and name in around


def _why(
    datum: Datum, user: User, payload: Mapping[str, Any], scopes: Collection[str] | None
) -> Absence:
    if wire_value(payload, datum.wire) not in (None, ""):
        return Absence.UNREADABLE
    if not datum.shown or (datum.hidden is not None and datum.hidden.holds(user)):
        return Absence.NULL_BY_RULE
    if scopes is not None and datum.scope and not set(datum.scope.split()) & set(scopes):
        return Absence.HIDDEN
    return Absence.NOT_GIVEN if _has(payload, datum.wire) else Absence.NOT_THERE
