"""What a provider declares of a field: explanations by wire class, and targets that require it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.mapping.explain import Explanation
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import translation
from onboarding.model.user import Company, PersonType, User
from onboarding.requirements import RequirementStatus, Target, missing, questionnaire

__all__ = ["Need", "Variant", "needs", "persons", "variants"]

_OWN = ("identity", "company")


@frozen(kw_only=True)
class Variant:
    """An explanation that some wire classes of a provider share."""

    classes: tuple[str, ...]
    sources: tuple[str, ...]
    explanation: Explanation

    def plain(self) -> dict[str, Any]:
        """Returns the explanation as plain data."""
        one = self.explanation
        return {
            "provider": one.provider,
            "wire_classes": list(self.classes),
            "core_path": one.core_path,
            "wire_path": one.wire_path,
            "form": one.form,
            "limits": list(one.limits),
            "required": one.required,
            "uncertain": one.uncertain,
            "uncertain_when": one.uncertain_when,
            "refused": list(one.refused),
            "written_on": list(one.written_on),
            "default": one.default,
            "along": one.along,
            "on_change": list(one.on_change),
            "shown": one.shown,
            "hidden": one.hidden,
            "scope": list(one.scope),
            "inexact": str(one.inexact) if one.inexact else None,
            "loss": {"kind": str(one.loss.kind), "reason": one.loss.reason} if one.loss else None,
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
            "sources": list(self.sources),
        }


def persons(plan: Plan) -> frozenset[PersonType]:
    """Returns the kinds of persons that a wire class registers, by its writable fields."""
    tops = {core.partition(".")[0] for core in plan.writable(On.CREATE)}
    kinds = {
        kind
        for top, kind in zip(_OWN, (PersonType.NATURAL, PersonType.LEGAL), strict=True)
        if top in tops
    }
    return frozenset(kinds or PersonType)


def variants(kind: type[Adapter], path: str) -> dict[str, list[Variant]]:
    """Returns the explanations of the field at a path, or of each field below it, by core path.

    A wire class of natural persons does not explain fields of a company, and vice versa, unless
    there is no other class. Raises `InvalidInput` for an unknown path.
    """
    found: dict[str, list[Explanation]] = {}
    for one in kind.explain(path):
        found.setdefault(one.core_path, []).append(one)
    kinds = {wire.__name__: persons(translation(wire, kind.provider).plan) for wire in kind.wires}
    return {core: list(_joined(_concerned(core, all_, kinds))) for core, all_ in found.items()}


def _concerned(
    core: str, found: list[Explanation], kinds: dict[str, frozenset[PersonType]]
) -> list[Explanation]:
    top = core.partition(".")[0]
    if top not in _OWN:
        return found
    wanted = PersonType.NATURAL if top == "identity" else PersonType.LEGAL
    return [one for one in found if wanted in kinds[one.wire_class]] or found


def _joined(found: Iterable[Explanation]) -> Iterator[Variant]:
    alike: dict[Explanation, list[Explanation]] = {}
    for one in found:
        alike.setdefault(attrs.evolve(one, wire_class="", source=""), []).append(one)
    for group in alike.values():
        yield Variant(
            classes=tuple(one.wire_class for one in group),
            sources=tuple(dict.fromkeys(one.source for one in group)),
            explanation=group[0],
        )


# -- requirements


@frozen
class Need:
    """A target that requires a field, always or under the condition `when`.

    `certain` is false if the provider decides; `by` is the included target that requires it first.
    """

    target: str
    when: str = ""
    certain: bool = True
    by: str = ""


def needs(targets: Iterable[Target], kind: PersonType) -> dict[str, dict[str, Need]]:
    """Returns the requirements of targets for a new person, by core path and target."""
    found: dict[str, dict[str, Need]] = {}
    for target in targets:
        way = {part.name: _asked(part, kind) for part in target.way()}
        for path, (when, certain) in way[target.name].items():
            by = next(name for name, asked in way.items() if path in asked)
            found.setdefault(path, {})[target.name] = Need(target.name, when, certain, by)
    return found


def _asked(target: Target, kind: PersonType) -> dict[str, tuple[str, bool]]:
    """Returns the required core paths of a target: the condition, and whether it is certain."""
    new = User() if kind is PersonType.NATURAL else User(company=Company())
    asked: dict[str, tuple[str, bool]] = {}
    for part in target.way():
        asked.update({path: (f"as {value}", True) for path, value in part.supposes.items()})
    for finding in missing(new, target).requirements:
        for path in finding.paths if finding.status is not RequirementStatus.MET else ():
            others = " or ".join(other for other in finding.paths if other != path)
            certain = finding.status is RequirementStatus.MISSING
            asked.setdefault(path, (f"or {others}" if others else "", certain))
    questions = [*questionnaire(new, [target])]
    for question in questions:
        if question.path and question.when is not None:
            asked.setdefault(question.path, (f"if {question.when.words}", True))
    if purposes := [one.purpose.replace("_", " ") for one in questions if one.purpose]:
        asked["documents"] = (", ".join(purposes), True)
    return asked
