"""Compiles the reader of a wire class: one straight-line function from an object to the core.

`Translation.source` shows the generated code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from onboarding.mapping.codecs import UNREADABLE, Codec, word_kinds
from onboarding.mapping.paths import model_below
from onboarding.mapping.people import PEOPLE
from onboarding.mapping.plan import EXTRAS, MappedField, Plan
from onboarding.mapping.rows import Row, rows_of
from onboarding.mapping.source import Source
from onboarding.model.people import Person, PersonRole
from onboarding.model.user import User
from onboarding.values.base import Model, defaults_of, factories_of, put, step_of

__all__ = ["Read", "compile_read"]

Read = Callable[[Mapping[str, Any]], tuple[Any, dict[str, Any]]]


def compile_read(plan: Plan) -> Read:
    """Returns a function from the provider's object to (value, unmapped).

    A value that cannot be read, whatever its type, is None in the value and kept in unmapped.
    """
    text = Source(names={"new": object.__new__, "put": put, "unreadable": UNREADABLE})
    variables: dict[str, str] = {}
    text.add(0, "def read(d):")
    text.add(1, "unmapped = {}")
    _read_object(text, plan, plan.rows, "d", "", 1, variables)
    by_core = dict(variables)
    for core, by in plan.implied().items():
        by_core[core] = f"~{by_core[by]}"
    if plan.root is User:
        _read_extras(text, by_core)
    root = _build(text, plan.root, "", by_core, plan.slots.paths)
    text.add(1, f"return {root}, unmapped")
    return text.build("read", f"{plan.cls.__name__}.read")


def _read_object(
    text: Source,
    plan: Plan,
    rows: tuple[Row, ...],
    source: str,
    path: str,
    depth: int,
    variables: dict[str, str],
) -> None:
    known = text.name(plan.known[path], "known")
    prefix = f"{path}." if path else ""
    name = f"{prefix!r} + key" if path else "key"
    text.add(depth, f"if not {known}.issuperset({source}):")
    text.add(depth + 1, f"for key in {source}.keys():")
    text.add(depth + 2, f"if key not in {known}: unmapped[{name}] = {source}[key]")
    for row in rows:
        wire = prefix + row.wire
        if row.inside is not None:
            _read_nested(text, plan, row, source, wire, depth, variables)
        elif row.joined:
            variables |= _read_joined(text, plan.by_wire[wire], source, depth)
        elif row.keys:
            variables |= _read_split(text, plan.by_wire[wire], source, depth)
        elif row.core:
            core = plan.by_wire[wire].core
            variables[core] = _read_leaf(text, row, source, wire, depth)


def _read_nested(
    text: Source,
    plan: Plan,
    row: Row,
    source: str,
    wire: str,
    depth: int,
    variables: dict[str, str],
) -> None:
    inner = text.fresh("o")
    text.add(depth, f"{inner} = {source}.get({row.wire!r})")
    text.add(depth, f"if {inner}.__class__ is dict and {inner}:")
    before = set(variables)
    _read_object(text, plan, rows_of(cast("type", row.inside)), inner, wire, depth + 1, variables)
    fresh = [name for key, name in variables.items() if key not in before]
    if row.complete:
        text.add(depth + 1, f"if None in ({', '.join(fresh)},):")
        text.add(depth + 2, f"unmapped[{wire!r}] = {inner}")
        text.add(depth + 2, f"{' = '.join(fresh)} = None")
    text.add(depth, "else:")
    text.add(depth + 1, f"if {inner}: unmapped[{wire!r}] = {inner}")
    if fresh:
        text.add(depth + 1, " = ".join([*fresh, "None"]))


def _read_leaf(text: Source, row: Row, source: str, wire: str, depth: int) -> str:
    """Emits the reading of one field; returns its variable."""
    codec = row.codec
    assert codec is not None
    v = text.fresh("v")
    given = f"{source}.get({row.wire!r})"
    if codec.plain is not None:
        text.add(depth, f"{v} = {given}")
        if codec.plain is not object:
            other = f"{v}.__class__ is not {codec.plain.__name__}"
            text.add(depth, f"if {other} and {v} is not None:")
            text.add(depth + 1, f"unmapped[{wire!r}] = {v}")
            text.add(depth + 1, f"{v} = None")
        return v
    text.add(depth, f"{v} = w = {given}")
    text.add(depth, "if w is not None:")
    if codec.table is not None:
        words = text.name({word: member for member, word in codec.table.items()}, "words")
        kinds = text.name(word_kinds(codec.table), "kinds")
        text.add(depth + 1, f"{v} = {words}.get(w) if w.__class__ in {kinds} else None")
        text.add(depth + 1, f"if {v} is None: unmapped[{wire!r}] = w")
    else:
        beside = f"{source}.get({codec.beside!r})"
        _read_by_codec(text, codec, v, beside, wire, depth + 1)
    return v


def _read_joined(text: Source, mapped: MappedField, source: str, depth: int) -> dict[str, str]:
    """Emits the reading of one key as several core values; returns their variables by path."""
    codec, wire = mapped.row.codec, mapped.wire
    assert codec is not None
    found = {core: text.fresh("v") for core in mapped.cores}
    values = ", ".join(found.values())
    text.add(depth, f"{' = '.join(found.values())} = None")
    text.add(depth, f"w = {source}.get({mapped.row.wire!r})")
    text.add(depth, "if w is not None:")
    text.add(depth + 1, "try:")
    text.add(depth + 2, f"{values} = {text.name(codec.read, 'r')}(w)")
    lost = f"({values}) == {(None,) * len(found)}"
    if not codec.exact_read:
        lost += f" or {text.name(codec.write, 'w')}(({values})) != w"
    text.add(depth + 2, f"if {lost}: unmapped[{wire!r}] = w")
    text.add(depth + 1, f"except unreadable: unmapped[{wire!r}] = w")
    return found


def _read_split(text: Source, mapped: MappedField, source: str, depth: int) -> dict[str, str]:
    """Emits the reading of several keys as one core value; returns its variable by path."""
    codec, keys = mapped.row.codec, mapped.row.keys
    assert codec is not None
    v = text.fresh("v")
    parts = ", ".join(f"{source}.get({key!r})" for key in keys)
    kept = f"unmapped |= left({text.name(mapped.wires, 'wires')}, w)"
    text.names["left"] = _left
    text.add(depth, f"{v} = None")
    text.add(depth, f"w = {parts}")
    text.add(depth, f"if w != {(None,) * len(keys)}:")
    text.add(depth + 1, "try:")
    text.add(depth + 2, f"{v} = {text.name(codec.read, 'r')}(w)")
    if not codec.exact_read:
        text.add(depth + 2, f"if {text.name(codec.write, 'w')}({v}) != w: {kept}")
    text.add(depth + 1, f"except unreadable: {kept}")
    return {mapped.core: v}


def _left(wires: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    """Returns the given values of a split by wire path."""
    pairs = zip(wires, values, strict=True)
    return {wire: value for wire, value in pairs if value is not None}


def _read_by_codec(
    text: Source, codec: Codec[Any, Any], v: str, beside: str, wire: str, depth: int
) -> None:
    """Emits the reading of `w` as `v`; an unreadable or inexact value is kept as unmapped."""
    inline = codec.inline
    call = f"{text.name(codec.read, 'r')}(w)"
    if codec.join is not None:
        call = f"{text.name(codec.join, 'j')}(w, {beside})"
    if inline.read:
        short = text.filled(inline, inline.read, w="w", beside=beside)
        call = f"({short}) if w.__class__ is {inline.kind.__name__} else {call}"
    text.add(depth, f"try: {v} = {call}")
    text.add(depth, "except unreadable:")
    text.add(depth + 1, f"{v} = None")
    text.add(depth + 1, f"unmapped[{wire!r}] = w")
    if codec.exact_read:
        return
    text.add(depth, "else:")
    if inline.differs:
        differs = text.filled(inline, inline.differs, v=v, w="w")
        text.add(depth + 1, f"if {differs}: unmapped[{wire!r}] = w")
        return
    text.add(depth + 1, "try:")
    text.add(depth + 2, f"if {text.name(codec.write, 'w')}({v}) != w: unmapped[{wire!r}] = w")
    text.add(depth + 1, "except unreadable:")  # readable, but not writable
    text.add(depth + 2, f"unmapped[{wire!r}] = w")


def _read_extras(text: Source, by_core: dict[str, str]) -> None:
    mine = {core: v for core, v in by_core.items() if core.startswith(EXTRAS)}
    text.add(1, "extras = {}")
    for core, v in mine.items():
        _, provider, name = core.split(".", 2)
        text.add(1, f"if {v} is not None: extras.setdefault({provider!r}, {{}})[{name!r}] = {v}")


def _build(
    text: Source,
    cls: type[Model],
    path: str,
    by_core: dict[str, str],
    slots: Collection[str] = (),
) -> str:
    """Emits the building of one core object; returns its variable.

    For the people in `slots`, the provider's `ref` is the name of the role.
    """
    parts: dict[str, str] = {}
    if slots:
        people = [_build(text, Person, f"{slot}.", by_core) for slot in slots]
        parts[PEOPLE] = text.fresh("p")
        there = f"[p for p in ({', '.join(people)},) if p is not None]"
        text.add(1, f"{parts[PEOPLE]} = tuple({there}) or None")
    for name, below in model_below(cls).items():
        core = path + name
        if core in by_core:
            parts[name] = by_core[core]
        elif below is not object and any(key.startswith(f"{core}.") for key in by_core):
            parts[name] = _build(text, below, f"{core}.", by_core)
    if cls is User:
        parts["extras"] = "extras"
    made = text.fresh("n")
    given = [f"{v} is None" for v in parts.values() if not v.startswith("~")]
    depth = 1
    if path:
        text.add(1, f"if {' and '.join(given)}: {made} = None")
        text.add(1, "else:")
        depth = 2
    items: list[str] = []
    fixed: dict[str, Any] = {}
    if cls is Person and path:
        key = step_of(path.removesuffix("."))[1]
        fixed = {"ref": key, "roles": (PersonRole(key),)}
    for name, default in defaults_of(cls).items():
        if name in fixed:
            items.append(f"{name!r}: {text.name(fixed[name], 'c')}")
            continue
        v = parts.get(name, "").removeprefix("~")
        if not v and name in factories_of(cls):
            items.append(f"{name!r}: {text.name(factories_of(cls)[name], 'f')}()")
        elif not v:
            items.append(f"{name!r}: {text.name(default, 'c') if default is not None else None}")
        elif default is None:
            items.append(f"{name!r}: {v}")
        else:
            items.append(f"{name!r}: {text.name(default, 'c')} if {v} is None else {v}")
    text.add(depth, f"{made} = new({text.name(cls, 'Class')})")
    text.add(depth, f"put({made}, {{{', '.join(items)}}})")
    return made
