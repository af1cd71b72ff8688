"""Markdown tables of what is declared: wire classes, level policies, values, settings, errors.

A page holds a table between two comments, and `refresh` writes it anew:

```
<!-- table: wire onboarding_mangopay.wire.natural:NaturalUser mangopay -->
<!-- end -->
```

The words are: the kind of table, where its subject is, and what else the table takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from importlib import import_module
from inspect import get_annotations
from typing import Any, Protocol, cast

import attrs
from onboarding.adapter import Adapter
from onboarding.adapter.reconciling import WRITES
from onboarding.errors import OnboardingError
from onboarding.levels import LevelPolicy
from onboarding.mapping.explain import Explanation, explanation
from onboarding.mapping.paths import leaves
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On, Row, rows_of
from onboarding.mapping.support import Support, support_of
from onboarding.model.user import User
from onboarding.reconciliation import Lookup, Means
from onboarding.requirements import Target
from tests.house.meanings import Meaning, meanings
from tests.mutations.mutation import Mutation

__all__ = [
    "error_table",
    "event_table",
    "field_table",
    "kind_table",
    "level_table",
    "lookup_table",
    "loss_table",
    "refresh",
    "support_table",
    "target_table",
    "wire_table",
    "word_table",
]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in markdown. A pipe in a cell would end it, and is written as an entity."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    cells = [[cell.replace("|", "&#124;") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


# -- mapping ---------------------------------------------------------------------------------


def wire_table(plan: Plan) -> str:
    """Every field of a wire class, in the provider's order."""
    head = "Wire field|Core path|Form|Limits|Required|Not shown|Written|Scope|On change"
    return _table(head.split("|"), _wire_rows(plan, plan.rows, ""))


def _wire_rows(plan: Plan, rows: tuple[Row, ...], prefix: str) -> Iterator[list[str]]:
    for row in rows:
        wire = prefix + row.wire
        mapped = plan.by_wire.get(wire)
        if row.inside is not None:
            yield from _wire_rows(plan, rows_of(row.inside), f"{wire}.")
        elif mapped is None:
            place = "(of the record)" if wire in plan.kept else "(only in `raw`)"
            yield [_code(wire), place, "", "", "", "", "", row.scope, ""]
        else:
            yield _wire_row(explanation(mapped.core, plan))


def _wire_row(one: Explanation) -> list[str]:
    required = [one.required, f"open: {one.uncertain}" if one.uncertain else ""]
    required += one.refused
    default = f"`{one.default}` when not given" if one.default else ""
    return [
        _code(one.wire_path),
        _code(one.core_path),
        one.form,
        ", ".join(one.limits),
        "; ".join(words for words in required if words),
        one.hidden if one.shown else "never shown",
        ", ".join(one.written_on) or "never",
        " or ".join(one.scope),
        ", ".join(words for words in (*one.on_change, one.along, default) if words),
    ]


def loss_table(plan: Plan, on: On = On.CREATE, *, without: Iterable[str] = ()) -> str:
    """What an operation does not support: paths with one reason joined, `without` some prefixes."""
    skipped = tuple(without)
    losses = {
        core: (str(loss.kind), loss.reason)
        for core, loss in plan.lost_leaves(on)
        if not any(core == path or core.startswith(f"{path}.") for path in skipped)
    }
    joined: dict[str, tuple[str, str]] = {}
    for core, loss in losses.items():
        joined.setdefault(_widest(core, loss, losses), loss)
    rows = ([_code(path), *loss] for path, loss in joined.items())
    return _table(("Core path", "Loss", "Reason"), rows)


def _widest(core: str, loss: tuple[str, str], losses: dict[str, tuple[str, str]]) -> str:
    """The shortest `path.*` around `core` below which everything has this loss."""
    names = core.split(".")
    for depth in range(1, len(names)):
        prefix = ".".join(names[:depth]) + "."
        below = [path for path in leaves(User) if path.startswith(prefix)]
        if all(losses.get(path) == loss for path in below):
            return f"{prefix}*"
    return core


def support_table(plans: Iterable[Plan]) -> str:
    """What a registration carries to each provider, field by field of a natural person."""
    found = list(plans)
    rows: dict[str, list[str]] = {}
    for core in leaves(User):
        if not core.startswith("company."):
            top = core if core.startswith("identity.") else core.partition(".")[0]
            rows.setdefault(top, []).append(core)
    head = ("Field", *(plan.provider for plan in found))
    lines = (
        [_code(top), *(_supports(plan, below) for plan in found)] for top, below in rows.items()
    )
    return _table(head, lines)


def _supports(plan: Plan, paths: list[str]) -> str:
    """How some paths are supported: one word if it is the same for all, else a word for each."""
    found = {path.rpartition(".")[2]: _support(plan, path) for path in paths}
    words = list(dict.fromkeys(found.values()))
    if len(words) == 1:
        return words[0]
    return "; ".join(
        f"{word}: {', '.join(name for name, of in found.items() if of == word)}" for word in words
    )


def _support(plan: Plan, core: str) -> str:
    support = support_of(core, plan)
    if support is Support.DERIVED:
        return f"as `{plan.implied()[core]}`"
    hidden = plan.by_core[core].hidden_when if support is Support.SUPPORTED else None
    return f"{support}, null if {hidden.words}" if hidden is not None else str(support)


def level_table(policy: LevelPolicy) -> str:
    """What each of a provider's own levels is worth, weakest first."""
    axes = [
        ("kyc_level", "kyc"),
        ("identification_level", "identification"),
        *(
            (shown, axis)
            for shown, axis in (("eidas_level", "eidas"), ("nist_ial", "nist"))
            if any(getattr(row, axis) is not None for row in policy.rows)
        ),
    ]

    def cell(level: Enum | None) -> str:
        return _code(level.name) if level is not None else ""

    rows = (
        [_code(row.provider_level), *(cell(getattr(row, axis)) for _, axis in axes), row.why]
        for row in policy.rows
    )
    return _table(("Provider's word", *(_code(shown) for shown, _ in axes), "Why"), rows)


# -- values ----------------------------------------------------------------------------------


def field_table(cls: type, *, inherited: bool = True) -> str:
    """Every field of an attrs class, or only those that it does not owe to another package.

    The table has meanings and examples if the fields have docstrings.
    """
    found = cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
    package = cls.__module__.partition(".")[0]
    mine = [base for base in cls.__mro__ if base.__module__.partition(".")[0] == package]
    own = {name for base in mine for name in get_annotations(base)}
    told = meanings(cls)
    rows = [
        [_code(field.name), _type(field), _default(field.default)]
        for field in found
        if field.init and (inherited or field.name in own)
    ]
    if not told:
        return _table(("Field", "Type", "Default"), rows)
    return _table(("Field", "Type", "Meaning", "Example"), (_meant(told, *row) for row in rows))


def _meant(told: dict[str, Meaning], name: str, kind: str, default: str) -> list[str]:
    """The row of a field with its meaning. Its default stands in the cell of its type."""
    meaning = told.get(name.strip("`"), Meaning())
    extra = default if default in ("", "required") else f"default {default}"
    typed = ", ".join(word for word in (kind, extra) if word)
    return [name, typed, meaning.words, _code(meaning.example)]


def _type(field: attrs.Attribute[Any]) -> str:
    text = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")
    return " or ".join(_code(part) for part in text.split(" | ") if part != "None")


def _default(default: Any) -> str:
    if default is attrs.NOTHING:
        return "required"
    factory = getattr(default, "factory", None)
    value = factory() if factory is not None else default
    if isinstance(value, Enum):
        return _code(str(value.value))
    return "" if value is None else _code(repr(value))


def word_table(kind: type[Enum]) -> str:
    """The members of an enum and their spellings in plain data and JSON."""
    rows = [[_code(f"{kind.__name__}.{word.name}"), _code(str(word.value))] for word in kind]
    told = meanings(kind)
    if not told:
        return _table(("Member", "In plain data"), rows)
    words = [told.get(word.name, Meaning()).words for word in kind]
    meant = ([*row, meaning] for row, meaning in zip(rows, words, strict=True))
    return _table(("Member", "In plain data", "Meaning"), meant)


class _Meaning(Protocol):
    """What a type of event becomes, and what is read of it."""

    @property
    def kind(self) -> Enum: ...
    @property
    def subject(self) -> Enum: ...


def event_table(words: Iterable[str], meaning_of: Callable[[str], _Meaning]) -> str:
    """Every documented type of event, the kind that it becomes, and what is read to confirm it."""
    rows: list[list[str]] = []
    for word in words:
        meaning = meaning_of(word)
        subject = meaning.subject.name.lower()
        read = "nothing" if subject == "unknown" else subject
        rows.append([_code(word), _code(str(meaning.kind.value)), read])
    return _table(("Event type", "`event.kind`", "Read anew"), rows)


def kind_table(kinds: Mapping[str, Enum]) -> str:
    """Every documented type of event, and the kind that it becomes."""
    rows = ([_code(word), _code(str(kind.value))] for word, kind in kinds.items())
    return _table(("Event type", "`event.kind`"), rows)


def target_table(targets: Mapping[str, Target]) -> str:
    """Every target of a provider, the capabilities that it grants, and its source."""
    rows = (
        [_code(one.id), one.words, ", ".join(_code(str(name)) for name in one.grants), one.source]
        for one in targets.values()
    )
    return _table(("Target", "Meaning", "Grants", "Source"), rows)


def error_table(module: str = OnboardingError.__module__) -> str:
    """Every error of a module, what it is a kind of, and the outcome of its class."""
    rows: list[list[str]] = []
    for found in vars(import_module(module)).values():
        if not (isinstance(found, type) and issubclass(found, OnboardingError)):
            continue
        if _public(found) and found.__module__ == module:
            kinds = ", ".join(_code(base.__name__) for base in _parents(found))
            outcome = _code(str(found.outcome))
            rows.append(
                [_code(found.__name__), kinds, outcome, (found.__doc__ or "").split("\n")[0]]
            )
    return _table(("Error", "Is a kind of", "`outcome` of its class", "Meaning"), rows)


def _public(cls: type) -> bool:
    return not cls.__name__.startswith("_")


def _parents(cls: type) -> list[type]:
    """The nearest public bases, without those that another one implies."""
    bases: list[type] = []
    for base in cls.__bases__:
        bases += [base] if _public(base) else _parents(base)
    return [base for base in bases if not any(issubclass(b, base) for b in bases if b is not base)]


# -- pages -----------------------------------------------------------------------------------

_MARKED = re.compile(
    r"(<!-- table: (?P<words>[^>]+?) -->\n)(?P<table>.*?)(<!-- end -->)", re.DOTALL
)


def promise_table(promises: Iterable[tuple[str, Iterable[Mutation]]]) -> str:
    """Each promise of the engine, with its tests and the patches that they notice."""
    rows: list[list[str]] = []
    for words, broken in promises:
        for number, one in enumerate(broken):
            test = one.test.rpartition("::")[2]
            rows.append(["" if number else words, _code(test), _code(one.name)])
    return _table(("Promise", "Test", "Patch that it notices"), rows)


def fault_table(expected: Mapping[Any, Mapping[Any, Any]]) -> str:
    """How calls end: a row for each fault, a column for each kind of request."""
    kinds = list(next(iter(expected.values())))
    rows = [[str(fault), *map(str, ends.values())] for fault, ends in expected.items()]
    return _table(["Fault", *map(str.capitalize, kinds)], rows)


MEANS = {
    Means.KEY: "answer to the idempotency key",
    Means.FETCH: "the object, fetched",
    Means.LIST: "list, newest first",
    Means.SEARCH: "search",
}


def lookup_table(adapter: type[Adapter]) -> str:
    """How `reconcile` learns the outcome of each operation, and what it cannot resolve."""
    rows: list[list[str]] = []
    for operation in WRITES:
        if adapter.supports(operation):
            found = adapter.lookups_of(operation)
            rows += [_lookup_row(operation, one) for one in found]
            rows += [] if found else [[_code(operation), "nothing", "no", "no", "always unknown"]]
    return _table(("Operation", "By", "Proves `done`", "Proves `not_done`", "Limits"), rows)


def _lookup_row(operation: str, one: Lookup) -> list[str]:
    limits = "; ".join(filter(None, (one.limits, one.remedy)))
    absent = "yes" if one.proves_absence else "no"
    return [_code(operation), MEANS[one.means], "yes", absent, limits]


def refresh(page: str) -> str:
    """The text of a page with each of its tables written anew."""

    def table(found: re.Match[str]) -> str:
        kind, place, *rest = found["words"].split()
        return f"{found[1]}\n{_drawn(kind, place, rest)}\n\n{found[4]}"

    return _MARKED.sub(table, page)


def _drawn(kind: str, place: str, rest: list[str]) -> str:
    subject = _subject(place)
    match kind:
        case "wire":
            return wire_table(Plan(subject, rest[0]))
        case "supported":
            others = [_subject(other) for other in rest[1::2]]
            pairs = zip([subject, *others], rest[::2], strict=True)
            return support_table(Plan(cls, provider) for cls, provider in pairs)
        case "losses":
            return loss_table(Plan(subject, rest[0]), without=rest[1:])
        case "levels":
            return level_table(subject)
        case "promises":
            return promise_table(subject())
        case "faults":
            return fault_table(subject)
        case "fields":
            return field_table(subject)
        case "settings":
            return field_table(subject, inherited=False)
        case "words":
            return word_table(subject)
        case "events":
            return event_table(subject, _subject(rest[0]))
        case "kinds":
            return kind_table(subject)
        case "targets":
            return target_table(subject)
        case "lookups":
            return lookup_table(subject)
        case "errors":
            return error_table(place)
        case _:
            raise ValueError(f"there is no table of the kind {kind}")


def _subject(place: str) -> Any:
    module, _, name = place.partition(":")
    subject: Any = import_module(module)
    for part in name.split(".") if name else ():
        subject = getattr(subject, part)
    return subject
