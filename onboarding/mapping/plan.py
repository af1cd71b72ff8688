"""The rows of a wire class laid out flat: each datum with both of its full paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from attrs import frozen

from onboarding.mapping.paths import Condition, leaves
from onboarding.mapping.rows import NEVER, On, Row, WireClass, rows_of
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = ["EXTRAS", "Datum", "Plan", "wire_value"]

EXTRAS = "extras."


@frozen
class Datum:
    """One row with its full wire path, its full core path, and its wire parents."""

    row: Row
    wire: str
    core: str
    parents: tuple[Row, ...]

    @property
    def on(self) -> On:
        on = self.row.on
        for parent in self.parents:
            on &= parent.on
        return on

    @property
    def shown(self) -> bool:
        return self.row.shown and all(parent.shown for parent in self.parents)

    @property
    def hidden(self) -> Condition | None:
        return self.row.hidden or next((p.hidden for p in self.parents if p.hidden), None)

    @property
    def scope(self) -> str:
        return self.row.scope or next((p.scope for p in self.parents if p.scope), "")

    @property
    def whole(self) -> bool:
        return any(parent.whole for parent in self.parents)


@frozen(slots=False)
class Plan:
    """Everything one wire class says, ready to be compiled, searched or printed."""

    cls: type
    provider: str

    @cached_property
    def about(self) -> WireClass:
        return cast("WireClass", getattr(self.cls, "__wire__"))  # noqa: B009

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return rows_of(self.cls)

    @cached_property
    def data(self) -> tuple[Datum, ...]:
        """Every datum of the user, in wire order."""
        return tuple(_flat(self.rows, (), ""))

    @cached_property
    def by_core(self) -> dict[str, Datum]:
        return {datum.core: datum for datum in self.data}

    @cached_property
    def by_wire(self) -> dict[str, Datum]:
        return {datum.wire: datum for datum in self.data}

    @cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """The keys that each wire object may have, by its wire path."""
        found = {"": frozenset(row.wire for row in self.rows)}
        for row, path in _nested(self.rows, ""):
            found[path] = frozenset(inner.wire for inner in rows_of(cast("type", row.inside)))
        return found

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The wire paths of the record's own facts."""
        return tuple(_kept(self.rows, ""))

    def implied(self) -> dict[str, str]:
        """Core paths that hold the datum of another path and have no wire key of their own."""
        return dict(self.about.implied)

    def writable(self, on: On) -> frozenset[str]:
        """The core paths that an operation can write."""
        return frozenset(datum.core for datum in self.data if datum.on & on)

    def loss_of(self, core: str, on: On) -> Loss | None:
        """The loss when the datum at `core` is given and `on` cannot write it."""
        for declared in self.about.left_out:
            if core == declared.core_path or core.startswith(f"{declared.core_path}."):
                return Loss(core_path=core, kind=declared.kind, reason=declared.reason)
        datum = self.by_core.get(core)
        if datum is not None and datum.on & on:
            return None
        if datum is None:
            reason = f"{self.provider} has no place for it"
        elif datum.on == NEVER:
            reason = f"{self.provider} shows it, but takes it in no call"
        else:
            others = {On.UPDATE: "update_user", On.CATEGORISE: "categorise_user"}
            able = [name for other, name in others.items() if datum.on & other]
            reason = f"this call cannot change it{f'; {able[0]} can' if able else ''}"
        wire = datum.wire if datum is not None else ""
        return Loss(core_path=core, kind=LossKind.DROPPED, reason=reason, wire_path=wire)

    def lost_leaves(self, on: On) -> Iterator[tuple[str, Loss]]:
        """Every core leaf that `on` cannot write, with what is said of it."""
        implied = self.implied()
        for core in leaves(User):
            if core not in implied and (loss := self.loss_of(core, on)) is not None:
                yield core, loss

    def core_path(self, wire_path: str) -> str | None:
        """The core path that a provider's name means; tolerant of case and of missing parents."""
        wanted = wire_path.casefold()
        exact = [d.core for d in self.data if d.wire.casefold() == wanted]
        if exact:
            return exact[0]
        objects = {path.casefold(): row for row, path in _nested(self.rows, "")}
        if (row := objects.get(wanted)) is not None and row.core:
            return row.core
        tails = [d.core for d in self.data if d.wire.casefold().endswith(f".{wanted}")]
        if len(tails) == 1:
            return tails[0]
        around = wire_path.rpartition(".")[0]  # a part of a datum: `credentials.password`
        return self.core_path(around) if around else None


def wire_value(payload: Mapping[str, Any], path: str) -> Any:
    """The value at a wire path; None when something on the way is empty.

    Raises `TypeError` when something on the way is no object.
    """
    value: Any = payload
    for name in path.split("."):
        if not value:
            return None  # null, or an empty object, which some providers spell as an empty list
        if not isinstance(value, Mapping):
            raise TypeError("expected an object around it")
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def _flat(rows: tuple[Row, ...], parents: tuple[Row, ...], base: str) -> Iterator[Datum]:
    for row in rows:
        if row.inside is not None:
            deeper = f"{base}{row.core}." if row.core else base
            yield from _flat(rows_of(row.inside), (*parents, row), deeper)
        elif row.core:
            wire = ".".join([*(parent.wire for parent in parents), row.wire])
            core = row.core if row.core.startswith(EXTRAS) else base + row.core
            yield Datum(row, wire, core, parents)


def _kept(rows: tuple[Row, ...], base: str) -> Iterator[str]:
    for row in rows:
        if row.inside is not None:
            yield from _kept(rows_of(row.inside), f"{base}{row.wire}.")
        elif not row.core and row.shown:
            yield base + row.wire


def _nested(rows: tuple[Row, ...], base: str) -> Iterator[tuple[Row, str]]:
    for row in rows:
        if row.inside is not None:
            yield row, base + row.wire
            yield from _nested(rows_of(row.inside), f"{base}{row.wire}.")
