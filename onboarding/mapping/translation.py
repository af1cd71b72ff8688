"""The translation of a wire class: reading, writing, losses, updates, names of fields in errors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Generic, overload

from attrs import evolve, frozen

from onboarding.errors import Problem, UnexpectedResponse
from onboarding.mapping.absence import Why, compile_why
from onboarding.mapping.changes import (
    compared,
    concerned,
    keep_unchanged,
    overwritten,
    unheard,
    updated,
)
from onboarding.mapping.codecs import UNREADABLE
from onboarding.mapping.paths import wire_value
from onboarding.mapping.people import named
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.reading import Read, compile_read
from onboarding.mapping.rows import On
from onboarding.mapping.writing import Write, compile_write
from onboarding.model.answers import Loss
from onboarding.model.record import Absence
from onboarding.model.user import User
from onboarding.values.base import Model

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # `typing` has the default from Python 3.13

    M = TypeVar("M", bound=Model, default=User)
else:
    from typing import TypeVar

    M = TypeVar("M", bound=Model)

__all__ = ["Translation", "translation"]


@frozen(slots=False)
class Translation(Generic[M]):
    """Translates values between the core and one wire class of a provider.

    The values are users, or values of another core class that is the root of the wire class.
    """

    plan: Plan
    """The rows of the wire class, with their paths from the root."""

    # -- core -> wire

    def to_wire(
        self,
        model: M,
        on: On = On.CREATE,
        *,
        unmapped: Mapping[str, Any] | None = None,
        since: M | None = None,
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """Returns the provider's object for `model` in an operation, and the losses.

        `on` is the operation. No value is truncated, and none raises an error.

        With the unmapped values of a record, a field with an unchanged value keeps the provider's
        spelling. With `since`, the value in that record, every unchanged field does, and only
        changed fields are reported as losses.
        """
        if since is not None:
            return self._written_since(since, model, on, unmapped or {})
        lost: list[Loss] = []
        out = self._write(on)(model, lost)
        if unmapped:
            self._keep_spelling(out, unmapped, model, on)
        return out, self._named(lost, model)

    def _named(self, lost: Iterable[Loss], model: Model) -> tuple[Loss, ...]:
        """Returns losses whose paths name people by `ref`."""
        if not self.plan.slots.paths:
            return tuple(lost)
        return tuple(
            evolve(loss, core_path=path)
            if (path := named(loss.core_path, model)) != loss.core_path
            else loss
            for loss in lost
        )

    def changed(self, old: M, new: M) -> set[str]:
        """Returns the core paths at which `old` and `new` differ, by the wire class."""
        return compared(self.plan.root, old, new, self.plan.slots)[0]

    def _keep_spelling(
        self, out: dict[str, Any], unmapped: Mapping[str, Any], model: M, on: On
    ) -> None:
        kept = [self.plan.by_wire[wire] for wire in unmapped if wire in self.plan.by_wire]
        anew = {mapped.core for mapped in kept if not _reads_as(mapped, unmapped, out, model)}
        keep_unchanged(self.plan, out, model, anew, (), unmapped, on)

    def _written_since(
        self, old: M, new: M, on: On, unmapped: Mapping[str, Any]
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        changed, new = compared(self.plan.root, old, new, self.plan.slots)
        lost: list[Loss] = []
        out = self._write(on)(new, lost)
        keep_unchanged(self.plan, out, new, self.plan.touched(changed), lost, unmapped, on)
        paths = concerned(self.plan, changed)
        kept = [loss for loss in lost if loss.core_path in paths]
        kept += unheard(self.plan, changed - {loss.core_path for loss in kept}, new, out, on)
        return out, self._named((*kept, *overwritten(self.plan, out, unmapped)), new)

    def update(
        self, old: M, new: M, *, unmapped: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """Returns the body of an update from `old` to `new`, and its losses.

        The body contains the changed fields and those that must be sent with them; it is empty if
        nothing changed. Another spelling of the same value is no change. An unchanged field is
        never a loss: if it must be sent, it keeps the provider's spelling, as do the unmapped
        values.
        """
        changed, new = compared(self.plan.root, old, new, self.plan.slots)
        if not changed:
            return {}, ()
        lost: list[Loss] = []
        full = self._write(On.UPDATE)(new, lost)
        body, left = updated(self.plan, full, lost, changed, new, unmapped or {})
        return body, self._named(left, new)

    # -- wire -> core

    def from_wire(self, payload: Mapping[str, Any]) -> tuple[M, dict[str, Any]]:
        """Returns the core value in a provider's object, and the unmapped values by wire path.

        A field that cannot be read is None in the core value, and its wire value is unmapped.
        Raises `UnexpectedResponse` if `payload` is not an object.
        """
        if payload.__class__ is not dict and not isinstance(payload, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UnexpectedResponse([Problem("", "type", "expected an object")])
        return self._read(payload)

    def provider_fields(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the fields of an object that are not fields of the core value, by wire path."""
        found: dict[str, Any] = {}
        for path in self.plan.kept:
            value = wire_value(payload, path) if "." in path else payload.get(path)
            if value is not None:
                found[path] = value
        return found

    def absent(
        self,
        model: M,
        payload: Mapping[str, Any],
        *,
        unmapped: Mapping[str, Any] | None = None,
        scopes: Collection[str] | None = None,
    ) -> dict[str, Absence]:
        """Returns why each empty field of `model` is empty, by core path.

        `payload` is the object that it was read from.
        `unmapped` are the values that were read with `model`; `scopes` are the granted ones, if
        known.
        """
        left = self._read(payload)[1] if unmapped is None else unmapped
        return self._why(model, payload, left, scopes)

    # -- names of fields in errors

    def core_path(self, wire_path: str, model: M | None = None) -> str | None:
        """Returns the core path of a provider's field name, None if it has none.

        `wire_path` is the name, with a dot before a name in a nested object. For a key of joined
        paths, it is the first one. With `model`, the value that was sent, the path names a person
        by `ref`, otherwise by its role.
        """
        return next(iter(self.core_paths(wire_path, model)), None)

    def core_paths(self, wire_path: str, model: M | None = None) -> tuple[str, ...]:
        """Returns the core paths of a provider's field name: several for a key of joined paths.

        `wire_path` and `model` are those of `core_path`.
        """
        found = self.plan.core_paths(wire_path)
        return found if model is None else tuple(named(path, model) for path in found)

    # -- compiled when first needed

    def source(self, on: On | None = None) -> str:
        """Returns the generated code that writes in an operation; that reads, for None.

        Tracebacks and debuggers show its lines, in files such as `<onboarding NaturalUser.read>`.
        """
        made = self._read if on is None else self._write(on)
        return str(getattr(made, "source"))  # noqa: B009

    @cached_property
    def _read(self) -> Read:
        return compile_read(self.plan)

    @cached_property
    def _why(self) -> Why:
        return compile_why(self.plan)

    @cached_property
    def _writers(self) -> dict[On, Write]:
        return {}

    def _write(self, on: On) -> Write:
        made = self._writers.get(on)
        if made is None:
            made = self._writers[on] = compile_write(self.plan, on)
        return made


@overload
def translation(cls: type, provider: str) -> Translation: ...
@overload
def translation(cls: type, provider: str, root: type[M]) -> Translation[M]: ...
def translation(cls: type, provider: str, root: type[Any] = User) -> Translation[Any]:
    """Returns the translation of a wire class, made once.

    `provider` is the name of the provider, `root` the core class of its values. Raises `ValueError`
    if the rows start at another class.
    """
    made = _translation(cls, provider)
    if made.plan.root is not root:
        raise ValueError(f"{cls.__name__} maps {made.plan.root.__name__}, not {root.__name__}")
    return made


@cache
def _translation(cls: type, provider: str) -> Translation[Any]:
    return Translation(Plan(cls, provider))


def _reads_as(
    mapped: MappedField, unmapped: Mapping[str, Any], out: Mapping[str, Any], model: Model
) -> bool:
    """Whether the unmapped value of a field is still the value in the core."""
    codec, parent = mapped.row.codec, mapped.wire.rpartition(".")[0]
    around = wire_value(out, parent) if parent else out
    left = tuple(unmapped.get(wire) for wire in mapped.wires)
    original = left if mapped.row.keys else left[0]
    try:
        read = codec.read_in(original, around or {}) if codec is not None else None
    except UNREADABLE:
        return False
    return bool(read == mapped.value(model))
