"""Compiles how a wire class is written: one straight-line function from a user to an object.

It appends what is lost on the way to a list. The generated text is kept on the function
(`write.source`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from onboarding.mapping.paths import class_at, model_below
from onboarding.mapping.plan import EXTRAS, Datum, Plan
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.mapping.source import Source
from onboarding.model.base import checks_of
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = ["Write", "compile_write"]

Write = Callable[[User, list[Loss]], dict[str, Any]]


def compile_write(plan: Plan, on: On) -> Write:
    """A function from a user to the provider's object, which appends what is lost to a list."""
    text = Source(names={"lose_extras": _lose_extras, "cannot": _cannot})
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


def _nodes(text: Source, plan: Plan, on: On) -> dict[str, str]:
    """Variables for the core objects on the way to any datum."""
    wanted = {datum.core for datum in plan.data} | {core for core, _ in plan.lost_leaves(on)}
    nodes = {"": "u"}
    for path, name, parent in _core_nodes(User, ""):
        if not any(core.startswith(f"{path}.") for core in wanted):
            continue
        above = nodes[parent]
        guard = "" if above == "u" else f" if {above} is not None else None"
        nodes[path] = text.fresh("n")
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
    text: Source,
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
            inner = text.fresh("o")
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
            _write_leaf(text, plan.by_wire[wire], on, target, nodes)


def _write_leaf(text: Source, datum: Datum, on: On, target: str, nodes: dict[str, str]) -> None:
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
    if row.default is not None and on is On.CREATE:
        loss = text.name(_loss(datum, LossKind.DEFAULTED, f"written as {row.default!r}"), "L")
        text.add(1, "else:")
        text.add(2, f"{place} = {row.default!r}")
        text.add(2, f"lost.append({loss})")


def _limits(text: Source, row: Row) -> Iterator[tuple[str, str]]:
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


def _write_losses(text: Source, plan: Plan, on: On, nodes: dict[str, str]) -> None:
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
