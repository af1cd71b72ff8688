"""The decorator of wire classes, and the checks of a declaration when the class is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar, dataclass_transform

import attrs
from attrs import field

from onboarding.bodies import JSON_BODY, BodyFormat
from onboarding.mapping.conditions import ALWAYS
from onboarding.mapping.groups import joined, part, split
from onboarding.mapping.paths import dotted, kind_at
from onboarding.mapping.policy import OneOf
from onboarding.mapping.rows import (
    EVERY,
    EXTRAS,
    UNSET,
    On,
    Row,
    WireClass,
    about_of,
    at,
    inside,
    paths_of,
    record_only,
    root_class,
    rows_of,
)
from onboarding.model.answers import Loss

__all__ = ["check_rows", "wire"]

T = TypeVar("T")


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(at, inside, joined, split, part, record_only, field),
)
def wire(
    *,
    source: str,
    not_supported: tuple[Loss, ...] = (),
    implied: tuple[tuple[object, object], ...] = (),
    filled: tuple[object, ...] = (),
    one_of_required: tuple[OneOf, ...] = (),
    since: date | None = None,
    until: date | None = None,
    replaces: bool = False,
    on: On = EVERY,
    elsewhere: tuple[object, ...] = (),
    format: BodyFormat = JSON_BODY,
) -> Callable[[type[T]], type[T]]:
    """Makes a wire class: a frozen attrs class whose fields know their paths in the core.

    The core class at which the paths of the rows start is its root: `User` or any other class.

    `source` is the provider's page, which tables and requirements cite.
    `not_supported` are the losses of core paths without a row; `implied` pairs a core path without
    a wire key with the path that it is derived from; `filled` are those of them that may be empty
    in the core: the provider fills them, which is reported and not refused; of each of
    `one_of_required`, the provider requires at least one field; `since` and `until` are the first
    and the last day on which the provider accepts the object; `on` are the operations in which any
    row may be written, `NEVER` for an object that is only read; `elsewhere` are core paths that
    other requests of the same call write, which are no losses here.

    `format` is what the bodies can hold in which the class is sent: a text with a character that it
    excludes is a loss. Objects inside another one have the format of the outermost.

    With `replaces`, an update replaces the object on file, as documented: it sends every field that
    an update writes and every unmapped value of the record, and clears a field by leaving it out.

    Raises `ValueError`, which names the row, for a path that is not one field of the core, for two
    rows with the same path, for a `split` whose keys are not in the class, for a codec that reads a
    key `beside` it that the class lacks, for a `clear_with` that no update can send, and for
    a field of a class that `replaces` which an answer may not show: an update would delete it; for
    a field that null clears in a format without null; for a path of `filled` that is not in
    `implied`.
    """
    pairs = tuple((dotted(path), dotted(by)) for path, by in implied)
    empty = frozenset(map(dotted, filled))
    others = tuple(map(dotted, elsewhere))

    def decorate(cls: type[T]) -> type[T]:
        made = attrs.frozen(cls, kw_only=True, slots=False, repr=False)
        about = WireClass(
            source,
            not_supported,
            pairs,
            one_of_required,
            since,
            until,
            replaces,
            on,
            others,
            format,
            empty,
        )
        setattr(made, "__wire__", about)  # noqa: B010
        if alone := sorted(empty - {path for path, _ in pairs}):
            raise ValueError(f"{cls.__name__}: {alone[0]} is filled, and not derived by `implied`")
        check_rows(made)
        if not format.nulls:
            _check_nulls(made, cls.__name__, format)
        if replaces:
            _check_shown(made, cls.__name__, On.UPDATE)
        return made

    return decorate


def check_rows(cls: type) -> None:
    """Checks the rows of a wire class. Raises `ValueError`, which names the row."""
    rows: dict[str, str] = {}
    for row, path in _fields(cls, "", "", root_class(cls)):
        if path in rows:
            raise ValueError(f"{cls.__name__}.{row}: {path} is also the path of {rows[path]}")
        rows[path] = row


def _check_nulls(cls: type, name: str, format: BodyFormat) -> None:
    """Checks that no field is cleared by a null."""
    for row in rows_of(cls):
        if row.clear_with is None:
            raise ValueError(f"{name}.{row.wire}: {format.name} has no null to clear it with")
        if row.inside is not None:
            _check_nulls(row.inside, f"{name}.{row.wire}", format)


def _check_shown(cls: type, name: str, on: On) -> None:
    """Checks that answers show each field that an update writes."""
    for row in rows_of(cls):
        if not row.on & on:
            continue
        if not row.shown or row.hidden_when is not None or row.scope:
            raise ValueError(
                f"{name}.{row.wire}: an answer may not show it, so an update that replaces the "
                "object would delete it"
            )
        if row.inside is not None:
            _check_shown(row.inside, f"{name}.{row.wire}", row.on & on)


def _fields(cls: type, wire: str, base: str, around: type) -> Iterator[tuple[str, str]]:
    """Yields the wire path and the core path of each row; `around` is the class at `base`."""
    rows = rows_of(cls)
    _check_parts(cls, rows)
    for row in rows:
        name, core, root = f"{cls.__name__}.{row.wire}", row.core, row.root or around
        if row.codec is not None and row.codec.beside not in ("", *(other.wire for other in rows)):
            raise ValueError(f"{name}: its codec reads {row.codec.beside}, which the class lacks")
        _check_clearing(name, row)
        if core.startswith(EXTRAS):
            yield f"{wire}{row.wire}", core
            continue
        if core and not issubclass(around, root):
            place = f"an object at {base.rstrip('.')}" if base else f"a class of {around.__name__}"
            raise ValueError(f"{name}: {core} is a path of {root.__name__}, but is inside {place}")
        if row.inside is not None:
            kind = _kind_at(root, core, name) if core else around
            if kind is object:
                raise ValueError(f"{name}: {core} is a field, not an object")
            if about_of(row.inside).replaces:
                raise ValueError(f"{name}: declare on the row that the object is replaced")
            below = f"{base}{core}." if core else base
            yield from _fields(row.inside, f"{wire}{row.wire}.", below, kind)
        for path in paths_of(row):
            if _kind_at(root, path, name) is not object or path == "extras":
                raise ValueError(f"{name}: {path} is an object; a row maps one field")
            yield f"{wire}{row.wire}", base + path


def _check_parts(cls: type, rows: tuple[Row, ...]) -> None:
    """Checks that the keys of each split are its own row and parts that no other split names."""
    free = {row.wire for row in rows if row.part}
    for row in rows:
        name = f"{cls.__name__}.{row.wire}"
        if row.keys and row.wire not in row.keys:
            raise ValueError(f"{name}: its keys do not name it")
        for key in row.keys:
            if key != row.wire and key not in free:
                raise ValueError(f"{name}: {key} is not a part() of the class, or has two splits")
        free -= set(row.keys)
    if free:
        raise ValueError(f"{cls.__name__}.{min(free)}: no split names it")


def _check_clearing(name: str, row: Row) -> None:
    """Checks that a field can be cleared as declared."""
    if row.replaces and not row.send_whole:
        raise ValueError(f"{name}: an object that replaces the one on file must be sent whole")
    if row.clear_with is UNSET:
        return
    if row.required_when == ALWAYS:
        raise ValueError(f"{name}: a field that is always required cannot be cleared")
    if not row.on & On.UPDATE:
        raise ValueError(f"{name}: no update writes it, so none can clear it")
    if row.clear_with == "" and row.codec is not None and row.codec.wire not in ("string", "any"):
        raise ValueError(f"{name}: an empty text cannot clear a field that is not a text")


def _kind_at(cls: type, core: str, name: str) -> type:
    """Returns the class at a path below `cls`; `object` for a field."""
    for step in core.split("."):
        try:
            cls = kind_at(cls, step)
        except KeyError:
            raise ValueError(f"{name}: the core has no path {core}") from None
    return cls
