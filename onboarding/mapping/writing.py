"""Compiles the writer of a wire class: one straight-line function from the core to an object.

`Translation.source` shows the generated code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from onboarding.mapping.codecs import Inline
from onboarding.mapping.conditions import Case, Condition
from onboarding.mapping.joining import Joined, unheld
from onboarding.mapping.losses import emit_losses
from onboarding.mapping.paths import EMPTY, class_at, model_below
from onboarding.mapping.plan import EXTRAS, MappedField, Plan
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.mapping.source import Source
from onboarding.model.answers import Loss, LossKind
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.values.base import checks_of, named_in, step_of

__all__ = ["Write", "compile_write"]

Write = Callable[[Any, list[Loss]], dict[str, Any]]


def compile_write(plan: Plan, on: On) -> Write:
    """Returns a function from a core value to the provider's object.

    The function appends the losses to a list.
    """
    text = Source(names={"cannot": _cannot, "who": named_in})
    text.add(0, "def write(u, lost):")
    text.add(1, "out = {}")
    if plan.root is User:
        text.add(1, f"ex = u.extras.get({plan.provider!r}) if u.extras else None")
    writing = _Writing(plan, on, text)
    writing.fetch_nodes()
    writing.ask_conditions()
    writing.write_object(plan.rows, "out", "", "", 1, frozenset({"u"}))
    emit_losses(text, plan, on, writing.nodes)
    text.add(1, "return out")
    return text.build("write", f"{plan.cls.__name__}.write {str(on.name).lower()}")


@define
class _Writing:
    """A writer under construction.

    `nodes` are its variables for the objects of the core, by path; `conditions` are its variables
    for the results of conditions.
    """

    plan: Plan
    on: On
    text: Source
    nodes: dict[str, str] = field(factory=lambda: {"": "u"})
    conditions: dict[Condition, str] = field(factory=dict[Condition, str])

    def fetch_nodes(self) -> None:
        """Emits the lookup of each object of the core that is written or used in a condition."""
        wanted = {*self.plan.writable(self.on), *self.plan.implied()}
        wanted |= {case.path for hidden in self._hiding() for case in hidden.cases}
        found = [*_core_nodes(self.plan.root, "")]
        for slot in self.plan.slots.paths:
            found += [(slot, slot, ""), *_core_nodes(Person, slot)]
        for path, name, parent in found:
            if any(core.startswith(f"{path}.") for core in wanted):
                above = self.nodes[parent]
                field, key = step_of(name)
                if key:
                    self.nodes[path] = self.text.fresh("n")
                    self.text.add(1, f"{self.nodes[path]} = who({above}.{field}, {key!r})")
                    continue
                guard = "" if above == "u" else f" if {above} is not None else None"
                self.nodes[path] = self.text.fresh("n")
                self.text.add(1, f"{self.nodes[path]} = {above}.{name}{guard}")

    def ask_conditions(self) -> None:
        """Emits the conditions under which the provider returns null for a field."""
        for hidden in self._hiding():
            self.conditions[hidden] = self.text.fresh("h")
            self.text.add(1, f"{self.conditions[hidden]} = {self._condition(hidden)}")

    def _hiding(self) -> list[Condition]:
        found = [
            d.hidden_when for d in self.plan.fields if d.hidden_when is not None and d.on & self.on
        ]
        return list(dict.fromkeys(found))

    def _condition(self, condition: Condition) -> str:
        known = set(self.plan.leaves())
        simple = all(
            case.path in known and isinstance(case.values, frozenset) for case in condition.cases
        )
        if not simple or not all(condition.groups):
            return f"{self.text.name(condition.holds, 'holds')}(u)"
        groups = (" and ".join(map(self._case, group)) for group in condition.groups)
        return " or ".join(groups) or "False"

    def _case(self, case: Case) -> str:
        parent, _, name = case.path.rpartition(".")
        node = self.nodes[parent]
        guard = "" if node == "u" else f"{node} is not None and "
        return f"{guard}{node}.{name} in {self.text.name(case.values, 'those')}"

    def write_object(
        self,
        rows: tuple[Row, ...],
        target: str,
        prefix: str,
        base: str,
        depth: int,
        there: frozenset[str],
    ) -> None:
        """Emits the writing of one wire object into `target`; the nodes in `there` are not None."""
        for row in rows:
            wire = prefix + row.wire
            place = f"{target}[{row.wire!r}]"
            if not row.on & self.on:
                continue
            if row.inside is not None:
                inner = self.text.fresh("o")
                self.text.add(depth, f"{inner} = {{}}")
                deeper = f"{base}{row.core}." if row.core else base
                self._write_inside(rows_of(row.inside), inner, f"{wire}.", deeper, depth, there)
                self.text.add(depth, f"if {inner}: {place} = {inner}")
            elif row.joined:
                self._write_joined(self.plan.by_wire[wire], place, depth, there)
            elif row.core:
                places = (f"{target}[{key!r}]" for key in row.keys or (row.wire,))
                self._write_leaf(self.plan.by_wire[wire], ", ".join(places), depth, there)

    def _write_inside(
        self,
        rows: tuple[Row, ...],
        target: str,
        prefix: str,
        base: str,
        depth: int,
        there: frozenset[str],
    ) -> None:
        """Emits one test for a whole object if one object of the core has all of its fields."""
        node = self.nodes.get(base.removesuffix("."), "u")
        below = [mapped for mapped in self.plan.fields if mapped.wire.startswith(prefix)]
        if node in there or any(mapped.core.startswith(EXTRAS) for mapped in below):
            self.write_object(rows, target, prefix, base, depth, there)
            return
        self.text.add(depth, f"if {node} is not None:")
        mark = len(self.text.lines)
        self.write_object(rows, target, prefix, base, depth + 1, there | {node})
        if len(self.text.lines) == mark:
            self.text.add(depth + 1, "pass")

    def _given(self, core: str, there: frozenset[str]) -> str:
        """Returns the test that a field is given, which assigns the field to `v`."""
        if core.startswith(EXTRAS):
            name = core.split(".", 2)[2]
            return f"ex is not None and (v := ex.get({name!r})) is not None"
        parent, _, name = core.rpartition(".")
        node = self.nodes[parent]
        guard = "" if node in there else f"{node} is not None and "
        if checks_of(class_at(parent, self.plan.root))[name].many:
            return f"{guard}(v := {node}.{name})"
        return f"{guard}(v := {node}.{name}) is not None"

    def _write_leaf(
        self, mapped: MappedField, place: str, depth: int, there: frozenset[str]
    ) -> None:
        text, row = self.text, mapped.row
        text.add(depth, f"if {self._given(mapped.core, there)}:")
        inner, word = depth + 1, "if"
        for test, reason in _limits(row):
            lost = self._lost(mapped, LossKind.DROPPED, reason)
            text.add(inner, f"{word} {test}: {lost}")
            word = "elif"
        if row.codec is not None and row.codec.inline.refuses:
            test = text.filled(row.codec.inline, row.codec.inline.refuses, v="v")
            text.add(inner, f"{word} {test}: lost.append(cannot({text.name(mapped, 'd')}, v))")
            word = "elif"
        if row.pattern is not None:
            inline = row.codec.inline if row.codec is not None else Inline()
            written = text.filled(inline, inline.write, v="v") or "v"
            fits = f"{text.name(row.pattern.regex.fullmatch, 'p')}({written})"
            lost = self._lost(mapped, LossKind.DROPPED, f"the provider accepts {row.pattern.words}")
            text.add(inner, f"{word} {fits} is None: {lost}")
            word = "elif"
        if mapped.format.excluded and row.codec is not None and row.codec.wire in ("string", "any"):
            odd = text.name(mapped.format.cannot_hold, "odd")
            lost = self._lost(mapped, LossKind.DROPPED, unheld(mapped))
            text.add(inner, f"{word} {odd}(v): {lost}")
            word = "elif"
        if word == "elif":
            text.add(inner, "else:")
            inner += 1
        self._write_value(mapped, place, inner)
        if not mapped.shown:
            text.add(inner, self._lost(mapped, LossKind.WRITE_ONLY, "never returned"))
        elif mapped.hidden_when is not None:
            reason = f"returned as null when {mapped.hidden_when.words}"
            lost = self._lost(mapped, LossKind.WRITE_ONLY, reason)
            text.add(inner, f"if {self.conditions[mapped.hidden_when]}: {lost}")
        if row.default is not None and self.on is On.CREATE:
            text.add(depth, "else:")
            text.add(depth + 1, f"{place} = {row.default!r}")
            text.add(
                depth + 1, self._lost(mapped, LossKind.DEFAULTED, f"written as {row.default!r}")
            )

    def _write_value(self, mapped: MappedField, place: str, depth: int) -> None:
        text, codec = self.text, mapped.row.codec
        assert codec is not None
        if codec.plain is not None:
            text.add(depth, f"{place} = v")
            return
        kept = f"{place} = " if codec.exact_write else f"{place} = w = "
        if codec.inline.write:
            text.add(depth, f"{kept}{text.filled(codec.inline, codec.inline.write, v='v')}")
        else:
            call, unfit = f"{text.name(codec.write, 'w')}(v)", "ValueError"
            if codec.table is not None:
                call, unfit = f"{text.name(codec.table, 'words')}[v]", "KeyError"
            text.add(depth, f"try: {kept}{call}")
            text.add(depth, f"except {unfit}: lost.append(cannot({text.name(mapped, 'd')}, v))")
        if not codec.exact_write:
            lost = self._lost(mapped, codec.blur, f"kept as {codec.name}")
            if not codec.inline.write:
                text.add(depth, "else:")
                depth += 1
            text.add(depth, f"if {text.name(codec.read, 'r')}(w) != v: {lost}")

    def _write_joined(
        self, mapped: MappedField, place: str, depth: int, there: frozenset[str]
    ) -> None:
        """Emits the writing of several core values as one wire value."""
        text = self.text
        values = [text.fresh("v") for _ in mapped.cores]
        for value, core in zip(values, mapped.cores, strict=True):
            parent, _, name = core.rpartition(".")
            node = self.nodes[parent]
            guard = "" if node in there else f" if {node} is not None else None"
            text.add(depth, f"{value} = {node}.{name}{guard}")
        given = " or ".join(f"{value} not in {EMPTY}" for value in values)
        text.add(depth, f"if {given}:")
        hidden = f", {self.conditions[mapped.hidden_when]}" if mapped.hidden_when else ""
        write = text.name(Joined(mapped), "join")
        text.add(depth + 1, f"w = {write}(({', '.join(values)}), lost{hidden})")
        text.add(depth + 1, f"if w is not None: {place} = w")

    def _lost(self, mapped: MappedField, kind: LossKind, reason: str) -> str:
        return f"lost.append({self.text.name(_loss(mapped, kind, reason), 'L')})"


def _core_nodes(cls: type, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yields each object below a model: its path, its name, the path of its parent."""
    for name, below in model_below(cls).items():
        if below is not object:
            path = f"{prefix}.{name}" if prefix else name
            yield path, name, prefix
            yield from _core_nodes(below, path)


def _limits(row: Row) -> Iterator[tuple[str, str]]:
    """Yields the tests whether `v` is beyond a limit, each with the reason of the loss."""
    if row.max is not None:
        yield f"len(v) > {row.max}", f"longer than {row.max} characters"
    if row.min:
        test = f"len(v) < {row.min}" if row.min > 1 else "not v"
        yield test, f"shorter than {row.min} characters"


def _loss(mapped: MappedField, kind: LossKind, reason: str) -> Loss:
    return Loss(core_path=mapped.core, kind=kind, reason=reason, wire_path=mapped.wire)


def _cannot(mapped: MappedField, value: object) -> Loss:
    """Returns the loss of a value that the codec refuses; the reason is the codec's error text."""
    codec = mapped.row.codec
    assert codec is not None
    try:
        codec.write(value)
    except ValueError as error:
        return _loss(mapped, LossKind.DROPPED, str(error))
    raise AssertionError("a value was first refused, then accepted")
