"""Compiles the reasons of a wire class: one function that tells why fields are empty.

The generated source is an attribute of the function (`why.source`), for debugging.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from onboarding.mapping.conditions import Condition
from onboarding.mapping.paths import EMPTY, class_at, lookup
from onboarding.mapping.plan import EXTRAS, MappedField, Plan
from onboarding.mapping.source import Source
from onboarding.model.record import Absence
from onboarding.values.base import checks_of, named_in, step_of

__all__ = ["Why", "compile_why"]

Why = Callable[
    [Any, Mapping[str, Any], Mapping[str, Any], Collection[str] | None], dict[str, Absence]
]


def compile_why(plan: Plan) -> Why:
    """Returns a function from (value, object, unmapped, scopes) to the reasons by core path."""
    text = Source(names={"lookup": lookup, "Mapping": Mapping, "nothing": {}})
    text.names |= {"who": named_in, "empty": EMPTY, "blank": (None, "")}
    text.names |= {absence.name: absence for absence in Absence}
    text.add(0, "def why(u, d, unmapped, scopes):")
    text.add(1, "found = {}")
    nodes, objects = {"": "u"}, {"": "d"}
    for mapped in plan.fields:
        if not mapped.core.startswith(EXTRAS):
            _fetch_node(text, nodes, mapped.core.rpartition(".")[0])
        for path in mapped.objects:
            _fetch_object(text, objects, path)
    known = {*plan.leaves()}
    for mapped in plan.fields:
        text.add(1, f"if {_is_empty(plan, mapped, nodes)}:")
        around, _, name = mapped.wire.rpartition(".")
        place, name = objects[around], mapped.row.provided or name
        unseen = f"{place}.get({name!r}) is not False" if mapped.row.provided else "True"
        hidden = _hidden(text, mapped.hidden_when, nodes, known) if mapped.shown else unseen
        for word, test, absence in (
            ("if", _unreadable(text, mapped), Absence.UNREADABLE),
            ("elif", hidden, Absence.NULL_BY_RULE),
            ("elif", _out_of_scope(text, mapped), Absence.HIDDEN),
        ):
            if test:
                text.add(2, f"{word} {test}: found[{mapped.core!r}] = {absence.name}")
        given = f"NOT_GIVEN if {name!r} in {place} else NOT_RETURNED"
        text.add(2, f"else: found[{mapped.core!r}] = {given}")
    for core in plan.implied():
        if (beside := plan.write_only_beside(core)) is not None:
            same = f"found[{core!r}] = found[{beside.core!r}]"
            text.add(1, f"if {beside.core!r} in found and lookup(u, {core!r}) is None: {same}")
    text.add(1, "return found")
    return text.build("why", f"{plan.cls.__name__}.absent")


def _fetch_node(text: Source, nodes: dict[str, str], path: str) -> None:
    """Emits the lookup of the object of the core at a path, once."""
    if path in nodes:
        return
    parent, _, name = path.rpartition(".")
    _fetch_node(text, nodes, parent)
    above, nodes[path] = nodes[parent], text.fresh("n")
    field, key = step_of(name)
    if key:
        text.add(1, f"{nodes[path]} = who({above}.{field}, {key!r})")
        return
    guard = "" if above == "u" else f" if {above} is not None else None"
    text.add(1, f"{nodes[path]} = {above}.{name}{guard}")


def _fetch_object(text: Source, objects: dict[str, str], path: str) -> None:
    """Emits the lookup of the object of the provider at a path, once; anything else is empty."""
    if path in objects:
        return
    parent, _, name = path.rpartition(".")
    made = objects[path] = text.fresh("o")
    text.add(1, f"{made} = {objects[parent]}.get({name!r})")
    text.add(1, f"if {made}.__class__ is not dict and not isinstance({made}, Mapping):")
    text.add(2, f"{made} = nothing")


def _is_empty(plan: Plan, mapped: MappedField, nodes: Mapping[str, str]) -> str:
    if mapped.core.startswith(EXTRAS):
        return f"not u.extras or lookup(u, {mapped.core!r}) in empty"
    parent, _, name = mapped.core.rpartition(".")
    node = nodes[parent]
    guard = "" if node == "u" else f"{node} is None or "
    many = checks_of(class_at(parent, plan.root))[name].many
    return f"{guard}{node}.{name} {'in empty' if many else 'is None'}"


def _unreadable(text: Source, mapped: MappedField) -> str:
    tests = (f"unmapped.get({p!r}) not in blank" for p in (*mapped.wires, *mapped.objects))
    test = f"unmapped and ({' or '.join(tests)})"
    # a joined key was read if any of its core paths has a value
    return f"{test} and {text.name(mapped.is_empty, 'empty')}(u)" if mapped.cores[1:] else test


def _hidden(
    text: Source, condition: Condition | None, nodes: Mapping[str, str], known: Collection[str]
) -> str:
    if condition is None:
        return ""
    groups: list[str] = []
    for group in condition.groups:
        cases: list[str] = []
        for case in group:
            parent, _, name = case.path.rpartition(".")
            if case.path not in known or parent not in nodes:
                return f"{text.name(condition.holds, 'holds')}(u)"
            node = nodes[parent]
            value = f"{node}.{name}" if node == "u" else f"({node} and {node}.{name})"
            cases.append(f"{value} in {text.name(case.values, 'those')}")
        groups.append(" and ".join(cases) or "True")
    return " or ".join(groups) or "False"


def _out_of_scope(text: Source, mapped: MappedField) -> str:
    if not mapped.scope:
        return ""
    scopes = text.name(frozenset(mapped.scope.split()), "scopes")
    return f"scopes is not None and {scopes}.isdisjoint(scopes)"
