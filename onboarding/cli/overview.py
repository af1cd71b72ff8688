"""The fields, operations, targets and levels of every provider, for tables."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from onboarding.adapter import Adapter
from onboarding.cli.fields import Need, needs, persons
from onboarding.levels import LevelRow
from onboarding.mapping.explain import Explanation, explanation
from onboarding.mapping.paths import leaves
from onboarding.mapping.people import PEOPLE, person_leaves
from onboarding.mapping.plan import Plan
from onboarding.mapping.support import Support, support_of
from onboarding.mapping.translation import translation
from onboarding.model.user import PersonType, User
from onboarding.operations import OPERATIONS, Operations
from onboarding.requirements import Target

__all__ = [
    "NO_PERSON",
    "Cell",
    "Provider",
    "grouped",
    "level_as_dict",
    "level_axes",
    "overview",
    "paths_of",
    "provider_as_dict",
    "summary_of",
]

NO_PERSON = "no such person"
"""The word of a cell of a provider that registers no such person."""

_AXES = ("kyc_level", "identification_level")
_LAWS = ("eidas_level", "nist_ial")


@frozen(kw_only=True)
class Cell:
    """One field at one provider, in a registration of one kind of person.

    `support` is None if the provider registers no such person.
    """

    support: Support | None = None
    explanation: Explanation | None = None
    needs: tuple[Need, ...] = ()

    @property
    def word(self) -> str:
        """How it is supported, in words."""
        if self.explanation is not None and self.support is Support.DERIVED:
            return self.explanation.form
        return str(self.support or NO_PERSON)

    @property
    def demands(self) -> list[str]:
        """Who asks for it, in words; a target that includes such a one asks too."""
        said: dict[tuple[str, bool], list[str]] = {}
        for need in self.needs:
            if need.by == need.target:
                said.setdefault((need.when, need.certain), []).append(need.target)
        if not said and self.explanation is not None and self.explanation.required:
            return [_by_itself(self.explanation)]
        return [
            f"{'' if certain else 'perhaps '}needed for {', '.join(targets)}"
            f"{f', {when}' if when else ''}"
            for (when, certain), targets in said.items()
        ]


def _by_itself(found: Explanation) -> str:
    """Returns when a field is needed that no target requires."""
    around = found.core_path.rpartition(".")[0]
    when = found.required.replace(f"{around} ", f"{around.rpartition('.')[2]} ")
    when = when if when.startswith(("if ", "always")) else f"if {when}"
    perhaps = found.uncertain and not found.uncertain_when
    return f"{'perhaps ' if perhaps else ''}needed {when}"


@frozen(kw_only=True)
class Provider:
    """One provider: its cells by kind of person and core path, and what else it has."""

    name: str
    cells: Mapping[PersonType, Mapping[str, Cell]] = field(repr=False)
    operations: Mapping[str, bool]
    targets: Mapping[str, Target]
    levels: tuple[LevelRow, ...]

    def takes(self, kind: PersonType) -> bool:
        """Returns whether the provider registers such persons, according to its mapping."""
        return any(cell.support is not None for cell in self.cells.get(kind, {}).values())


def paths_of(kind: PersonType, slots: Iterable[str] = ()) -> list[str]:
    """Returns the core paths of a kind of person, with those of people in these `slots`."""
    other = "company." if kind is PersonType.NATURAL else "identity."
    people = [f"{slot}.{leaf}" for slot in slots for leaf in person_leaves()]
    found: list[str] = []
    for core in leaves(User):
        if not core.startswith(other):
            found += people if core == PEOPLE and people else [core]
    return found


def grouped(kind: PersonType, providers: Iterable[Provider]) -> dict[str, dict[str, str]]:
    """Returns the rows of a table: by object, the name of each field and its core path.

    An object of which no provider has anything to tell is one row, `birthplace.*`.
    """
    found = list(providers)
    paths = list(dict.fromkeys(path for one in found for path in one.cells.get(kind, {})))
    rows: dict[str, dict[str, str]] = {}
    for core in paths:
        parent, _, name = core.rpartition(".")
        below = [path for path in paths if path.startswith(f"{parent}.")]
        if parent and all(_says_the_same(p.cells.get(kind, {}), below) for p in found):
            above, _, name = parent.rpartition(".")
            rows.setdefault(above, {})[f"{name}.*"] = core
        else:
            rows.setdefault(parent, {})[name] = core
    return rows


def _says_the_same(cells: Mapping[str, Cell], paths: list[str]) -> bool:
    """Returns whether one word describes all of the fields completely."""
    found = {cell.support for path in paths if (cell := cells.get(path)) is not None}
    return any(found <= {one} for one in (Support.NOT_SUPPORTED, Support.NOT_APPLICABLE, None))


def overview(kinds: Mapping[str, type[Adapter]]) -> list[Provider]:
    """Returns every provider, by the declarations of its adapter."""
    paths = {kind: paths_of(kind, _slots(kinds.values(), kind)) for kind in PersonType}
    return [
        Provider(
            name=name,
            cells={kind: _cells(adapter, kind, paths[kind]) for kind in PersonType}
            if adapter.wires
            else {},
            operations={name: adapter.supports(name) for name in OPERATIONS},
            targets=adapter.targets,
            levels=adapter.default_level_policy.rows,
        )
        for name, adapter in kinds.items()
    ]


def summary_of(operation: str) -> str:
    """Returns the first sentence of the documentation of an operation."""
    found = " ".join((inspect.getdoc(getattr(Operations, operation)) or "").split())
    return found.partition(". ")[0].removesuffix(".")


def _plan(adapter: type[Adapter], kind: PersonType) -> Plan | None:
    plans = (translation(wire, adapter.provider).plan for wire in adapter.wires)
    return next((plan for plan in plans if kind in persons(plan)), None)


def _slots(adapters: Iterable[type[Adapter]], kind: PersonType) -> list[str]:
    """Returns the roles whose person some provider takes with a kind of person, as paths."""
    plans = [plan for adapter in adapters if (plan := _plan(adapter, kind)) is not None]
    return list(dict.fromkeys(slot for plan in plans for slot in plan.slots.paths))


def _cells(adapter: type[Adapter], kind: PersonType, paths: Iterable[str]) -> dict[str, Cell]:
    plan = _plan(adapter, kind)
    asked = needs(adapter.targets.values(), kind) if plan is not None else {}
    return {core: _cell(plan, core, tuple(asked.get(core, {}).values())) for core in paths}


def _cell(plan: Plan | None, core: str, asked: tuple[Need, ...]) -> Cell:
    if plan is None:
        return Cell()
    return Cell(support=support_of(core, plan), explanation=explanation(core, plan), needs=asked)


# -- as plain data


def provider_as_dict(provider: Provider) -> dict[str, Any]:
    """Returns a provider as plain data."""
    return {
        "provider": provider.name,
        "data": {
            str(kind): {core: _cell_as_dict(cell) for core, cell in cells.items()}
            for kind, cells in provider.cells.items()
        },
        "operations": dict(provider.operations),
        "targets": {
            name: {"words": target.words, "source": target.source}
            for name, target in provider.targets.items()
        },
        "levels": [level_as_dict(row) for row in provider.levels],
    }


def level_axes(rows: Iterable[LevelRow]) -> list[str]:
    """Returns the scales for a table of levels; those of laws only if a row has one."""
    found = [level_as_dict(row) for row in rows]
    return [*_AXES, *(axis for axis in _LAWS if any(one[axis] for one in found))]


def level_as_dict(row: LevelRow) -> dict[str, Any]:
    """Returns a level as plain data."""
    return {
        "provider_level": row.provider_level,
        "kyc_level": row.kyc.value,
        "identification_level": row.identification.value,
        "eidas_level": row.eidas.value if row.eidas else None,
        "nist_ial": row.nist.value if row.nist else None,
        "why": row.why,
    }


def _cell_as_dict(cell: Cell) -> dict[str, Any]:
    found = cell.explanation
    return {
        "support": str(cell.support or NO_PERSON),
        "wire_path": found.wire_path if found else "",
        "limits": list(found.limits) if found else [],
        "required_for": [
            {"target": need.target, "when": need.when or None, "certain": need.certain}
            for need in cell.needs
        ],
    }
