"""Turns a plan into two straight-line functions: one reads the wire, one writes it.

The functions are compiled once a class, when first needed. The generated text is kept on them
(`function.source`), so that a doubtful translation can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, cast

from attrs import define, field

from onboarding.mapping.paths import Condition, class_at, model_below
from onboarding.mapping.plan import EXTRAS, Datum, Plan
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.model.base import Model, checks_of, defaults_of
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = ["Read", "Write", "compile_read", "compile_write"]

Read = Callable[[dict[str, Any]], tuple[User, dict[str, Any]]]
Write = Callable[[User, list[Loss]], dict[str, Any]]


@define
class _Text:
    """The text of a function under construction, and the names that it uses."""

    lines: list[str] = field(factory=list[str])
    names: dict[str, Any] = field(factory=dict[str, Any])
    conditions: dict[Condition, str] = field(factory=dict[Condition, str])
    count: int = 0

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self, value: Any, stem: str) -> str:
        """A name for a constant."""
        self.count += 1
        name = f"{stem}{self.count}"
        self.names[name] = value
        return name

    def build(self, function: str) -> Callable[..., Any]:
        source = "\n".join(self.lines)
        exec(compile(source, f"<onboarding {function}>", "exec"), self.names)  # noqa: S102
        made = cast("Callable[..., Any]", self.names[function])
        setattr(made, "source", source)  # noqa: B010
        return made


def _mismatch(wire: str) -> None:
    raise TypeError(wire)


# -- reading ---------------------------------------------------------------------------------


def compile_read(plan: Plan) -> Read:
    """A function from the provider's object to (user, residue). Raises `TypeError` on bad types."""
    text = _Text(names={"new": object.__new__, "put": object.__setattr__, "bad": _mismatch})
    variables: dict[str, str] = {}
    text.add(0, "def read(d):")
    text.add(1, "residue = {}")
    _read_object(text, plan, plan.rows, "d", "", 1, variables)
    by_core = {datum.core: variables[datum.wire] for datum in plan.data}
    for core, by in plan.implied().items():
        by_core[core] = f"~{by_core[by]}"
    _read_extras(text, by_core)
    root = _build(text, User, "", by_core)
    text.add(1, f"return {root}, residue")
    return text.build("read")


def _read_object(
    text: _Text,
    plan: Plan,
    rows: tuple[Row, ...],
    source: str,
    path: str,
    depth: int,
    variables: dict[str, str],
) -> None:
    known = text.name(plan.known[path], "known")
    prefix = f"{path}." if path else ""
    text.add(depth, f"if not {source}.keys() <= {known}:")
    text.add(depth + 1, f"for key in {source}.keys() - {known}:")
    text.add(depth + 2, f"residue[{prefix!r} + key] = {source}[key]")
    for row in rows:
        wire = prefix + row.wire
        if row.inside is not None:
            _read_nested(text, plan, row, source, wire, depth, variables)
        elif row.core:
            variables[wire] = _read_leaf(text, row, source, wire, depth)


def _read_nested(
    text: _Text,
    plan: Plan,
    row: Row,
    source: str,
    wire: str,
    depth: int,
    variables: dict[str, str],
) -> None:
    text.count += 1
    inner = f"o{text.count}"
    text.add(depth, f"{inner} = {source}.get({row.wire!r})")
    text.add(depth, f"if {inner}:")
    text.add(depth + 1, f"if {inner}.__class__ is not dict: bad({wire!r})")
    before = set(variables)
    _read_object(text, plan, rows_of(cast("type", row.inside)), inner, wire, depth + 1, variables)
    fresh = [name for key, name in variables.items() if key not in before]
    text.add(depth, "else:")
    text.add(depth + 1, " = ".join([*fresh, "None"]) if fresh else "pass")


def _read_leaf(text: _Text, row: Row, source: str, wire: str, depth: int) -> str:
    codec = row.codec
    assert codec is not None
    text.count += 1
    v = f"v{text.count}"
    text.add(depth, f"{v} = {source}.get({row.wire!r})")
    if codec.plain:
        text.add(depth, f"if {v}.__class__ is not str and {v} is not None: bad({wire!r})")
        return v
    read = text.name(codec.read, "r")
    text.add(depth, f"if {v} is not None:")
    text.add(depth + 1, f"w = {v}")
    text.add(depth + 1, "try:")
    text.add(depth + 2, f"{v} = {read}(w)")
    text.add(depth + 1, "except ValueError:")
    text.add(depth + 2, f"{v} = None")
    text.add(depth + 2, f"residue[{wire!r}] = w")
    if not codec.exact_read:
        text.add(depth + 1, "else:")
        text.add(depth + 2, "try:")
        text.add(depth + 3, f"if {text.name(codec.write, 'w')}({v}) != w: residue[{wire!r}] = w")
        text.add(depth + 2, "except ValueError:")  # read, but not of the words that may be written
        text.add(depth + 3, f"residue[{wire!r}] = w")
    return v


def _read_extras(text: _Text, by_core: dict[str, str]) -> None:
    mine = {core: v for core, v in by_core.items() if core.startswith(EXTRAS)}
    text.add(1, "extras = {}")
    for core, v in mine.items():
        _, provider, name = core.split(".", 2)
        text.add(1, f"if {v} is not None: extras.setdefault({provider!r}, {{}})[{name!r}] = {v}")


def _build(text: _Text, cls: type[Model], path: str, by_core: dict[str, str]) -> str:
    """Emits the building of one core object; gives its variable."""
    parts: dict[str, str] = {}
    for name, below in model_below(cls).items():
        core = path + name
        if core in by_core:
            parts[name] = by_core[core]
        elif below is not object and any(key.startswith(f"{core}.") for key in by_core):
            parts[name] = _build(text, below, f"{core}.", by_core)
    if cls is User:
        parts["extras"] = "extras"
    text.count += 1
    made = f"n{text.count}"
    given = [f"{v} is None" for v in parts.values() if not v.startswith("~")]
    depth = 1
    if path:
        text.add(1, f"if {' and '.join(given)}: {made} = None")
        text.add(1, "else:")
        depth = 2
    items: list[str] = []
    for name, default in defaults_of(cls).items():
        v = parts.get(name, "").removeprefix("~")
        if not v:
            items.append(f"{name!r}: {text.name(default, 'c') if default is not None else None}")
        elif default is None or name == "extras":
            items.append(f"{name!r}: {v}")
        else:
            items.append(f"{name!r}: {text.name(default, 'c')} if {v} is None else {v}")
    text.add(depth, f"{made} = new({text.name(cls, 'Class')})")
    text.add(depth, f"put({made}, '__dict__', {{{', '.join(items)}}})")
    return made


# -- writing ---------------------------------------------------------------------------------


def compile_write(plan: Plan, on: On) -> Write:
    """A function from a user to the provider's object, which appends what is lost to a list."""
    text = _Text(names={"lose_extras": _lose_extras, "cannot": _cannot})
    text.add(0, "def write(u, lost):")
    text.add(1, "out = {}")
    text.add(1, f"ex = u.extras.get({plan.provider!r}) if u.extras else None")
    nodes = _nodes(text, plan, on)
    for hidden in dict.fromkeys(d.hidden for d in plan.data if d.hidden and d.on & on):
        text.conditions[hidden] = text.name(None, "h")
        text.add(1, f"{text.conditions[hidden]} = {text.name(hidden.holds, 'holds')}(u)")
    _write_object(text, plan, plan.rows, on, "out", "", "", nodes)
    _write_losses(text, plan, on, nodes)
    text.add(1, "return out")
    return text.build("write")


def _nodes(text: _Text, plan: Plan, on: On) -> dict[str, str]:
    """Variables for the core objects on the way to any datum."""
    wanted = {datum.core for datum in plan.data} | {core for core, _ in plan.lost_leaves(on)}
    nodes = {"": "u"}
    for path, name, parent in _core_nodes(User, ""):
        if not any(core.startswith(f"{path}.") for core in wanted):
            continue
        text.count += 1
        above = nodes[parent]
        guard = "" if above == "u" else f" if {above} is not None else None"
        nodes[path] = f"n{text.count}"
        text.add(1, f"{nodes[path]} = {above}.{name}{guard}")
    return nodes


def _core_nodes(cls: type, prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, below in model_below(cls).items():
        if below is not object:
            path = f"{prefix}.{name}" if prefix else name
            yield path, name, prefix
            yield from _core_nodes(below, path)


def _fetch(core: str, nodes: dict[str, str]) -> str:
    """The test that a datum is given; it leaves the datum in `v`."""
    if core.startswith(EXTRAS):
        name = core.split(".", 2)[2]
        return f"ex is not None and (v := ex.get({name!r})) is not None"
    parent, _, name = core.rpartition(".")
    node = nodes[parent]
    guard = "" if node == "u" else f"{node} is not None and "
    given = " and v != ()" if checks_of(class_at(parent))[name].many else ""
    return f"{guard}(v := {node}.{name}) is not None{given}"


def _write_object(
    text: _Text,
    plan: Plan,
    rows: tuple[Row, ...],
    on: On,
    target: str,
    prefix: str,
    base: str,
    nodes: dict[str, str],
) -> None:
    for row in rows:
        wire = prefix + row.wire
        if row.inside is not None:
            if not row.on & on:
                continue
            text.count += 1
            inner = f"o{text.count}"
            node = nodes.get((base + row.core).rstrip("."), "u") if row.core else "u"
            text.add(1, f"{inner} = {{}}")
            deeper = f"{base}{row.core}." if row.core else base
            inside = rows_of(row.inside)
            if node == "u" or any(part.core.startswith(EXTRAS) for part in inside):
                _write_object(text, plan, inside, on, inner, f"{wire}.", deeper, nodes)
            else:
                text.add(1, f"if {node} is not None:")
                mark = len(text.lines)
                _write_object(text, plan, inside, on, inner, f"{wire}.", deeper, nodes)
                text.lines[mark:] = ["    " + line for line in text.lines[mark:]]
                text.add(2, "pass")
            text.add(1, f"if {inner}: {target}[{row.wire!r}] = {inner}")
        elif row.core and plan.by_wire[wire].on & on:
            _write_leaf(text, plan.by_wire[wire], target, nodes)


def _write_leaf(text: _Text, datum: Datum, target: str, nodes: dict[str, str]) -> None:
    row, codec = datum.row, datum.row.codec
    assert codec is not None
    place = f"{target}[{row.wire!r}]"
    text.add(1, f"if {_fetch(datum.core, nodes)}:")
    depth = 2
    for test, reason in _limits(text, row):
        loss = text.name(_loss(datum, LossKind.DROPPED, reason), "L")
        text.add(depth, f"if {test}: lost.append({loss})")
        text.add(depth, "else:")
        depth += 1
    if codec.plain or codec.wire == "any":
        text.add(depth, f"{place} = v")
    else:
        about = text.name(datum, "d")
        text.add(depth, "try:")
        text.add(depth + 1, f"{place} = w = {text.name(codec.write, 'w')}(v)")
        text.add(depth, "except ValueError as error:")
        text.add(depth + 1, f"lost.append(cannot({about}, error))")
        if not codec.exact_write:
            loss = text.name(_loss(datum, codec.blur, f"kept as {codec.name}"), "L")
            text.add(depth, "else:")
            text.add(depth + 1, f"if {text.name(codec.read, 'r')}(w) != v: lost.append({loss})")
    if not datum.shown:
        loss = text.name(_loss(datum, LossKind.NOT_SHOWN, "never shown back"), "L")
        text.add(depth, f"lost.append({loss})")
    elif datum.hidden is not None:
        reason = f"not shown back when {datum.hidden.words}"
        loss = text.name(_loss(datum, LossKind.NOT_SHOWN, reason), "L")
        text.add(depth, f"if {text.conditions[datum.hidden]}: lost.append({loss})")
    if row.default is not None:
        loss = text.name(_loss(datum, LossKind.DEFAULTED, f"written as {row.default!r}"), "L")
        text.add(1, "else:")
        text.add(2, f"{place} = {row.default!r}")
        text.add(2, f"lost.append({loss})")


def _limits(text: _Text, row: Row) -> Iterator[tuple[str, str]]:
    if row.max is not None:
        yield f"len(v) > {row.max}", f"longer than {row.max} characters"
    if row.min:
        yield f"len(v) < {row.min}", f"shorter than {row.min} characters"
    if row.pattern is not None:
        yield f"{text.name(row.pattern.fullmatch, 'p')}(v) is None", "has not the documented form"


def _loss(datum: Datum, kind: LossKind, reason: str) -> Loss:
    return Loss(core_path=datum.core, kind=kind, reason=reason, wire_path=datum.wire)


def _cannot(datum: Datum, error: ValueError) -> Loss:
    return _loss(datum, LossKind.DROPPED, str(error))


def _write_losses(text: _Text, plan: Plan, on: On, nodes: dict[str, str]) -> None:
    for head, leaves in groupby(plan.lost_leaves(on), lambda leaf: leaf[0].partition(".")[0]):
        depth = 1
        if head in nodes:  # one test for all that lies below
            text.add(1, f"if {nodes[head]} is not None:")
            depth = 2
        for core, loss in leaves:
            text.add(depth, f"if {_fetch(core, nodes)}: lost.append({text.name(loss, 'L')})")
    for core, by in plan.implied().items():
        reason = f"{plan.provider} takes it for the same as {by}"
        loss = Loss(core_path=core, kind=LossKind.DROPPED, reason=reason)
        node = nodes[by.rpartition(".")[0]]
        other = f"{node}.{by.rpartition('.')[2]}"
        text.add(1, f"if {_fetch(core, nodes)} and v != {other}:")
        text.add(2, f"lost.append({text.name(loss, 'L')})")
    mine = {core.split(".", 2)[2] for core in plan.writable(on) if core.startswith(EXTRAS)}
    known = text.name(frozenset(mine), "known")
    text.add(1, f"if u.extras: lose_extras(u.extras, {plan.provider!r}, {known}, lost)")


def _lose_extras(
    extras: dict[str, dict[str, Any]], provider: str, known: frozenset[str], lost: list[Loss]
) -> None:
    for owner, given in extras.items():
        for name in given:
            path = f"{EXTRAS}{owner}.{name}"
            if owner != provider:
                kind, reason = LossKind.NOT_APPLICABLE, f"meant for {owner}"
            elif name not in known:
                kind, reason = LossKind.DROPPED, "this call has no place for it"
            else:
                continue
            lost.append(Loss(core_path=path, kind=kind, reason=reason))
