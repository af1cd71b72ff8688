"""The rows of a wire class as a flat list: each field with its full wire path and core path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from attrs import evolve, frozen

from onboarding.bodies import BodyFormat
from onboarding.mapping.conditions import Condition
from onboarding.mapping.paths import EMPTY, leaves, lookup, wire_value
from onboarding.mapping.people import KEPT_APART, PEOPLE, Slots, is_of_people, person_leaves
from onboarding.mapping.policy import Consequence, Disallowed
from onboarding.mapping.rows import (
    EXTRAS,
    NEVER,
    UNSET,
    WRITES,
    On,
    Row,
    WireClass,
    about_of,
    paths_of,
    root_class,
    rows_of,
)
from onboarding.model.answers import Loss, LossKind
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.values.base import Model

__all__ = ["DECLARED_ABSENT", "EXTRAS", "MappedField", "Plan"]

_PERSONS = {"identity", "company"}
DECLARED_ABSENT = "declared_absent"


@frozen
class MappedField:
    """One row with its full wire path, its full core path and its wire parents.

    The paths of its conditions start at the root. `required_when` is the row's own condition, which
    applies once the objects around it are given; `around` is when each of those objects is
    required, outermost first.

    `cores` are the core paths that share its wire key: itself, and those that are joined with it.
    `wires` are the wire keys that share its core path: `wire`, or all keys of a split.
    `root_replaced` is whether an update replaces the whole object; `format` is that of its bodies.
    """

    row: Row
    wire: str
    core: str
    cores: tuple[str, ...]
    wires: tuple[str, ...]
    parents: tuple[Row, ...]
    required_when: Condition | None
    hidden_when: Condition | None
    around: tuple[Condition | None, ...]
    disallowed: tuple[Disallowed, ...]
    effects: tuple[Consequence, ...]
    uncertain_when: Condition
    source: str
    root_replaced: bool
    format: BodyFormat

    def value(self, model: Model) -> Any:
        """Returns what the codec writes: the value in the core, a tuple for joined paths."""
        if len(self.cores) == 1:
            return lookup(model, self.core)
        return tuple(lookup(model, core) for core in self.cores)

    def is_empty(self, model: Model) -> bool:
        """Whether there is no value at any of the core paths of the wire key."""
        return all(lookup(model, core) in EMPTY for core in self.cores)

    def put(self, place: dict[str, Any], written: Any) -> None:
        """Puts what the codec wrote into the wire object around it."""
        if self.row.keys:
            place |= dict(zip(self.row.keys, written, strict=True))
        else:
            place[self.row.wire] = written

    @property
    def on(self) -> On:
        on = self.row.on
        for parent in self.parents:
            on &= parent.on
        return on

    def asked_on(self, on: On | None) -> bool:
        """Whether an operation can require it."""
        return on is not None and bool(on & self.on & self.row.required_on)

    @property
    def shown(self) -> bool:
        return self.row.shown and all(parent.shown for parent in self.parents)

    @property
    def scope(self) -> str:
        return self.row.scope or next((p.scope for p in self.parents if p.scope), "")

    @property
    def objects(self) -> tuple[str, ...]:
        """The wire paths of the objects around it, outermost first."""
        names = [row.wire for row in self.parents]
        return tuple(".".join(names[: depth + 1]) for depth in range(len(names)))

    @property
    def whole(self) -> bool:
        """Whether an update that changes its object sends all parts of it."""
        return self.root_replaced or any(parent.send_whole for parent in self.parents)

    @property
    def clearable(self) -> bool:
        """Whether the documents name a value that clears it."""
        return self.row.clear_with is not UNSET

    @property
    def replaced(self) -> str | None:
        """The wire path of the object around it that replaces the object on file.

        Empty for the whole object of the provider, None if nothing is replaced.
        """
        if self.root_replaced:
            return ""
        pairs = zip(self.parents, self.objects, strict=True)
        return next((path for row, path in pairs if row.send_whole and row.replaces), None)

    def is_replaced(self, body: Mapping[str, Any]) -> bool:
        """Whether the body of an update replaces the object on file around it."""
        if self.root_replaced:
            return bool(body)
        return self.replaced is not None and wire_value(body, self.replaced) is not None


@frozen
class _Parent:
    """A wire object around some rows, with its conditions about the core value."""

    row: Row
    required_when: Condition | None
    hidden_when: Condition | None


@frozen(slots=False)
class Plan:
    """The declarations of one wire class, with full paths."""

    cls: type
    provider: str

    @cached_property
    def about(self) -> WireClass:
        return about_of(self.cls)

    @cached_property
    def root(self) -> type[Model]:
        """The core class at which the core paths start."""
        return root_class(self.cls)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return rows_of(self.cls)

    @cached_property
    def fields(self) -> tuple[MappedField, ...]:
        """Every field of the core value, in wire order."""
        return tuple(_flat(self.cls, self.about, self.root, (), ""))

    def given(self, model: Model, on: On) -> frozenset[str]:
        """Returns the wire objects of which an operation on `model` would send a part."""
        return frozenset(
            path
            for mapped in self.fields
            if mapped.parents and mapped.on & on and lookup(model, mapped.core) not in EMPTY
            for path in mapped.objects
        )

    def demands(self, mapped: MappedField, model: Model, given: Collection[str], on: On) -> bool:
        """Whether the provider's documents require a field of this core value in an operation.

        A row's requirement applies if each object around it is given or required itself.
        """
        asked = mapped.required_when is not None and mapped.required_when.holds(model)
        return asked and self._counts(mapped, model, given, on)

    def leaves_open(
        self, mapped: MappedField, model: Model, given: Collection[str], on: On
    ) -> bool:
        """Whether the documents leave open whether a field of this core value is required."""
        open_ = bool(mapped.row.uncertain) and mapped.uncertain_when.holds(model)
        return open_ and self._counts(mapped, model, given, on)

    def _counts(self, mapped: MappedField, model: Model, given: Collection[str], on: On) -> bool:
        """Whether each object around a field is given or required."""
        return mapped.asked_on(on) and all(
            path in given or (asked is not None and asked.holds(model))
            for path, asked in zip(mapped.objects, mapped.around, strict=True)
        )

    @cached_property
    def by_core(self) -> dict[str, MappedField]:
        return {mapped.core: mapped for mapped in self.fields}

    @cached_property
    def by_wire(self) -> dict[str, MappedField]:
        """Each wire path with its field; with the first one for joined core paths."""
        return {wire: mapped for mapped in reversed(self.fields) for wire in mapped.wires}

    @cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """The known keys of each wire object, by its wire path."""
        found = {"": frozenset(row.wire for row in self.rows)}
        for row, path in _nested(self.rows, ""):
            found[path] = frozenset(inner.wire for inner in rows_of(cast("type", row.inside)))
        return found

    @cached_property
    def objects(self) -> dict[str, str]:
        """The core path of each nested object by its wire path, empty if it has none of its own."""
        return dict(_objects(self.rows, "", ""))

    @cached_property
    def beside(self) -> dict[str, str]:
        """The path of each value that a codec reads with another key, by the path of that key."""
        found: dict[str, str] = {}
        for mapped in self.fields:
            if mapped.row.codec is not None and mapped.row.codec.beside:
                parent = mapped.wire.rpartition(".")[0]
                beside = f"{parent}.{mapped.row.codec.beside}".lstrip(".")
                if beside in self.by_wire:
                    found[self.by_wire[beside].core] = mapped.core
        return found

    @cached_property
    def slots(self) -> Slots:
        """The roles whose person the class maps."""
        heads = (mapped.core.partition(".")[0] for mapped in self.fields)
        return Slots(tuple(dict.fromkeys(head for head in heads if is_of_people(head))))

    def leaves(self) -> Iterator[str]:
        """Yields the path of each field of the core value, with those of people in mapped roles."""
        for core in leaves(self.root):
            if self.root is Person and core in KEPT_APART:
                continue
            if core == PEOPLE and self.root is User and self.slots.paths:
                for slot in self.slots.paths:
                    yield from (f"{slot}.{leaf}" for leaf in person_leaves())
            else:
                yield core

    def touched(self, changed: set[str]) -> set[str]:
        """Returns the changed paths, and the paths of values that must be written with them."""
        found = changed | {self.beside[core] for core in changed if core in self.beside}
        return found.union(*(self.joined[core] for core in found if core in self.joined))

    @cached_property
    def joined(self) -> dict[str, tuple[str, ...]]:
        """The core paths that share a wire key, by each of them."""
        return {mapped.core: mapped.cores for mapped in self.fields if len(mapped.cores) > 1}

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The wire paths of the fields of the record that are not fields of the core value."""
        return tuple(_kept(self.rows, ""))

    def concerns(self, core: str) -> bool:
        """Whether a value of this class can have a field; users are natural or legal persons."""
        if self.root is not User:
            return True
        head, heads = core.partition(".")[0], {path.partition(".")[0] for path in self.by_core}
        return head in heads or head not in _PERSONS or heads.isdisjoint(_PERSONS)

    def implied(self) -> dict[str, str]:
        """Returns each derived core path, with the path that it is derived from."""
        return dict(self.about.implied)

    def write_only_beside(self, implied: str) -> MappedField | None:
        """Returns a field of the object of a derived path, if no field of it is ever returned."""
        around = implied.rpartition(".")[0]
        beside = [mapped for mapped in self.fields if mapped.core.rpartition(".")[0] == around]
        return beside[0] if beside and not any(mapped.shown for mapped in beside) else None

    def writable(self, on: On) -> frozenset[str]:
        """Returns the core paths that an operation can write."""
        return frozenset(mapped.core for mapped in self.fields if mapped.on & on)

    def loss_of(self, core: str, on: On) -> Loss | None:
        """Returns the loss if the field at `core` is given and the operation cannot write it."""
        for declared in self.about.not_supported:
            if core == declared.core_path or core.startswith(f"{declared.core_path}."):
                return Loss(core_path=core, kind=declared.kind, reason=declared.reason)
        mapped = self.by_core.get(core)
        if self.about.is_elsewhere(core) or (mapped is not None and mapped.on & on):
            return None
        if mapped is None and core == DECLARED_ABSENT and self.root is User:
            reason = f"{self.provider} has no way to record that a field does not exist"
            return Loss(core_path=core, kind=LossKind.NOT_APPLICABLE, reason=reason)
        if mapped is None:
            reason = f"{self.provider} does not support it"
        elif mapped.on == NEVER:
            reason = f"read-only at {self.provider}: no API call can set it"
        else:
            changing = mapped.on & ~On.CREATE
            writes = WRITES.items() if self.root is User else ()
            able = [name for other, name in writes if changing & other]
            reason = f"this call cannot change it{f'; {able[0]} can' if able else ''}"
        wire = mapped.wire if mapped is not None else ""
        return Loss(core_path=core, kind=LossKind.DROPPED, reason=reason, wire_path=wire)

    def lost_leaves(self, on: On) -> Iterator[tuple[str, Loss]]:
        """Yields every core leaf that the operation cannot write, with its loss."""
        implied = self.implied()
        for core in self.leaves():
            if core not in implied and (loss := self.loss_of(core, on)) is not None:
                yield core, loss

    def core_paths(self, wire_path: str) -> tuple[str, ...]:
        """Returns the core paths of a provider's field name in any case, with or without parents.

        There are several for a key of joined paths.
        """
        wanted = wire_path.casefold()
        known = {wire.casefold(): mapped.cores for wire, mapped in self.by_wire.items()}
        if wanted in known:
            return known[wanted]
        objects = {path.casefold(): row for row, path in _nested(self.rows, "")}
        if (row := objects.get(wanted)) is not None and row.core:
            return (row.core,)
        tails = [cores for wire, cores in known.items() if wire.endswith(f".{wanted}")]
        if len(tails) == 1:
            return tails[0]
        around = wire_path.rpartition(".")[0]  # a part of a field: `credentials.password`
        return self.core_paths(around) if around else ()


def _flat(
    cls: type, outer: WireClass, root: type, parents: tuple[_Parent, ...], base: str
) -> Iterator[MappedField]:
    """Yields the fields of a class; `outer` is the declaration of the class that is sent."""
    for row in rows_of(cls):
        if row.inside is not None:
            deeper = f"{base}{row.core}." if row.core else base
            required = _settled(row.required_when, base, root)
            parent = _Parent(row, required, _settled(row.hidden_when, base, root))
            yield from _flat(row.inside, outer, root, (*parents, parent), deeper)
        elif row.core:
            around = base.rstrip(".")
            own = _settled(row.hidden_when, base, root)
            prefix = "".join(f"{parent.row.wire}." for parent in parents)
            cores = tuple(x if x.startswith(EXTRAS) else base + x for x in paths_of(row))
            one = MappedField(
                row=row,
                wire=prefix + row.wire,
                core=cores[0],
                cores=cores,
                wires=tuple(prefix + key for key in row.keys or (row.wire,)),
                parents=tuple(parent.row for parent in parents),
                required_when=_settled(row.required_when, base, root),
                hidden_when=own or next((p.hidden_when for p in parents if p.hidden_when), None),
                around=tuple(parent.required_when for parent in parents),
                disallowed=tuple(bar.settled(around, root) for bar in row.disallowed),
                effects=tuple(cost.settled(around, root) for cost in row.effects),
                uncertain_when=row.uncertain_when.settled(around, root),
                source=row.source or about_of(cls).source,
                root_replaced=outer.replaces,
                format=outer.format,
            )
            yield from (evolve(one, core=core) if core != one.core else one for core in cores)


def _settled(condition: Condition | None, base: str, root: type) -> Condition | None:
    return condition.settled(base.rstrip("."), root) if condition is not None else None


def _kept(rows: tuple[Row, ...], base: str) -> Iterator[str]:
    for row in rows:
        if row.inside is not None:
            yield from _kept(rows_of(row.inside), f"{base}{row.wire}.")
        elif not row.core and row.shown and not row.part:
            yield base + row.wire


def _nested(rows: tuple[Row, ...], base: str) -> Iterator[tuple[Row, str]]:
    for row in rows:
        if row.inside is not None:
            yield row, base + row.wire
            yield from _nested(rows_of(row.inside), f"{base}{row.wire}.")


def _objects(rows: tuple[Row, ...], wire: str, base: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.inside is not None:
            path, core = wire + row.wire, f"{base}{row.core}"
            yield path, core if row.core else ""
            below = f"{core}." if row.core else base
            yield from _objects(rows_of(row.inside), f"{path}.", below)
