"""Merges what a provider asks of a user into the documented rules of a target."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from onboarding.model.record import UserRecord
from onboarding.model.requirements import Requirement, RequirementStatus
from onboarding.requirements.target import Target
from onboarding.values.base import EMPTY_VALUES, trust

__all__ = ["merged"]

_RANKS = (
    RequirementStatus.MET,
    RequirementStatus.UPCOMING,
    RequirementStatus.PROVIDER_DECIDES,
    RequirementStatus.MISSING,
)


def merged(
    rules: Mapping[str, Requirement], record: UserRecord | None, target: Target
) -> Iterator[Requirement]:
    """Yields one requirement for each name: the rules, then what the provider asks for beside them.

    The provider's facts win over those of a rule with the same name. A rule that a complete list
    does not name counts as met; but a list without any requirement of the target may be one that
    was not read, so that it excuses only a user who has the target's capabilities. For such a user
    the provider has decided what is left to it.
    """
    granted = frozenset(name for part in target.way() for name in part.grants)
    stated: dict[str, Requirement] = {}
    for one in record.requirements if record is not None else ():
        if _concerns(one, granted, rules):
            stated[one.name] = max(stated.get(one.name, one), one, key=_rank)
    able = record is not None and bool(granted) and all(map(record.can, granted))
    excused = target.complete and (bool(stated) or able)
    blocks = tuple(sorted(map(str, granted)))
    for name, rule in rules.items():
        if name in stated:
            yield _both(rule, stated.pop(name))
        elif rule.status is RequirementStatus.MET:
            yield rule
        elif excused or (able and rule.status is RequirementStatus.PROVIDER_DECIDES):
            reason = "the record shows the capability" if able else "the provider does not ask"
            facts = {"status": RequirementStatus.MET, "reason": reason}
            yield trust(Requirement, {**vars(rule), **facts})
        else:
            yield trust(Requirement, {**vars(rule), "blocks": blocks}) if blocks else rule
    yield from stated.values()


def _concerns(one: Requirement, granted: frozenset[str], named: Collection[str]) -> bool:
    """Whether a requirement of a record is one of a target.

    One that names the capabilities that it stops concerns the targets that grant one of them. One
    that names none may stop any; a target that grants none needs a rule of its name.
    """
    if one.blocks:
        return not granted.isdisjoint(one.blocks)
    return bool(granted) or one.name in named


def _rank(one: Requirement) -> int:
    return _RANKS.index(one.status)


def _both(rule: Requirement, said: Requirement) -> Requirement:
    """Returns the provider's requirement, with the facts of the rule that the provider omits."""
    reason = rule.reason if rule.status is said.status else ""
    facts = {name: value for name, value in vars(said).items() if value not in (*EMPTY_VALUES, "")}
    return trust(Requirement, {**vars(rule), "reason": reason, **facts})
