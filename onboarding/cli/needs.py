"""Finds the targets that require a field of a new person."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from onboarding.model.user import Company, PersonType, User
from onboarding.requirements import RequirementStatus, Target, missing, questionnaire

__all__ = ["Need", "needs"]


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
