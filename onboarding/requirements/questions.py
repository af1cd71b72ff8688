"""`questionnaire`: the fewest questions that meet the requirements of several targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from onboarding.mapping.conditions import ALWAYS, Case, Condition, Form, listed
from onboarding.mapping.paths import EMPTY, class_at, lookup
from onboarding.mapping.people import named
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.rows import On
from onboarding.model.answers import refused
from onboarding.model.record import UserRecord
from onboarding.model.requirements import (
    Requirement,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
)
from onboarding.model.user import User
from onboarding.requirements.evaluation import missing
from onboarding.requirements.report import Question
from onboarding.requirements.schema import schema
from onboarding.requirements.target import Target, is_askable, is_satisfied, user_field
from onboarding.values.base import required_of

__all__ = ["Questionnaire", "questionnaire"]


@frozen(kw_only=True)
class Questionnaire:
    """What to ask of a user, and the steps that no answer can bring."""

    questions: tuple[Question, ...]
    """What to ask the user."""
    steps: tuple[Requirement, ...]
    """What no answer can meet."""
    accept_loss: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    """By provider, the core paths that only another target asks for and that the provider does not
    support: a gateway refuses the answers unless its `accept_loss` names them.

    Example: `{"mangopay": ("identity.gender",)}`.
    """

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def json_schema(self) -> dict[str, Any]:
        """Returns a JSON Schema (draft 2020-12) for the answers, as plain data for `User.parse`."""
        return schema(self.questions)


def questionnaire(held: User | UserRecord, targets: Iterable[Target]) -> Questionnaire:
    """Returns the fewest questions after which nothing is known to be missing for the targets.

    If one of several fields is sufficient, the one that is asked anyway is chosen, else the
    first. A field that is required only for some answers is asked under that condition. A field
    of an object is asked together with the required fields of the object.
    """
    wanted = tuple(targets)
    given = held.user if isinstance(held, UserRecord) else held
    asked: dict[str, _Asked] = {}
    steps: dict[str, Requirement] = {}
    choices: list[tuple[Target, Requirement]] = []
    waiting: list[tuple[Target, Requirement]] = []
    for target in wanted:
        unsure = set(_depending(target, given))
        for finding in missing(held, target).requirements:
            if finding.status in (RequirementStatus.MET, RequirementStatus.UPCOMING):
                continue
            by_rule = finding.origin is RequirementOrigin.RULE and finding.name in unsure
            open_ = by_rule and not given.is_declared_absent(finding.name)
            if finding.status is RequirementStatus.MISSING and open_:
                waiting.append((target, finding))
                continue
            options = [option for option in finding.options if _can_ask(option, given)]
            if finding.status is RequirementStatus.PROVIDER_DECIDES or not options:
                steps.setdefault(finding.name, finding)
            elif len(options) == 1:
                _ask(asked, options[0], target, finding.source, deadline=finding.deadline)
            else:
                choices.append((target, finding))
    for target in wanted:
        _conditional(asked, target, given)
    for target, finding in waiting:
        if finding.name not in asked:
            _ask(asked, finding.options[0], target, finding.source)
    for target, finding in choices:
        options = [option for option in finding.options if _can_ask(option, given)]
        always = [o for o in options if o.name in asked and asked[o.name].when is None]
        chosen = (always or options)[0]
        _ask(asked, chosen, target, finding.source, deadline=finding.deadline)
    asked = _with_parts(asked, given)
    return Questionnaire(
        questions=tuple(one.question(wanted, given, asked) for one in asked.values()),
        steps=tuple(steps.values()),
        accept_loss=_lost(wanted, given, asked),
    )


def _can_ask(option: RequirementOption, given: User) -> bool:
    """Whether an answer can meet the option: not after the user declared the field absent."""
    return is_askable(option) and not given.is_declared_absent(option.path)


@frozen
class _Asked:
    """A question that is being built."""

    option: RequirementOption
    targets: dict[str, None]
    sources: dict[str, None]
    when: Condition | None = None
    deadline: datetime | None = None

    def question(
        self, wanted: tuple[Target, ...], user: User, asked: Mapping[str, _Asked]
    ) -> Question:
        return Question(
            path=self.option.path,
            purpose=self.option.purpose,
            targets=tuple(self.targets),
            sources=tuple(source for source in self.sources if source),
            when=self.when,
            deadline=self.deadline,
            same_as=_same_as(wanted, user, self.option.path, asked),
            data=tuple(_data(wanted, user, self.option.path)),
        )


def _ask(
    asked: dict[str, _Asked],
    option: RequirementOption,
    target: Target,
    source: str,
    when: Condition | None = None,
    deadline: datetime | None = None,
) -> None:
    """Adds a question, or another target to it: it is then asked if either condition holds."""
    old = asked.get(option.name)
    if old is not None:
        when = old.when if when == old.when else old.when | when if old.when and when else None
    deadlines = [it for it in (deadline, old.deadline if old else None) if it is not None]
    targets = {**(old.targets if old else {}), target.id: None}
    sources = {**(old.sources if old else {}), source: None}
    asked[option.name] = _Asked(option, targets, sources, when, min(deadlines, default=None))


def _conditional(asked: dict[str, _Asked], target: Target, given: User) -> None:
    """Adds questions that depend on answers: a region, for the countries that need one."""
    seen: set[tuple[str, Condition]] = set()
    before = -1
    while before < len(seen):
        before = len(seen)
        for part in target.way():
            user = part.supposed(given)
            answers = asked.keys() - part.supposes.keys()  # the target sets the others
            for option, condition, source in _dependent(part, user):
                known = asked.get(option.name)
                if (known is not None and known.when is None) or is_satisfied(option, user):
                    continue
                if user.is_declared_absent(option.path):
                    continue
                when = _possible(condition, user, answers)
                if when is not None and (option.name, when) not in seen:
                    seen.add((option.name, when))
                    _ask(asked, option, target, source, when)


def _depending(target: Target, given: User) -> Iterator[str]:
    """Yields the core paths that are required only while another field is empty.

    The answer to another question can make them unnecessary.
    """
    for part in target.way():
        user = part.supposed(given)
        for option, condition, _ in _dependent(part, user):
            if any(lookup(user, case.path) in EMPTY for case in condition.cases):
                yield option.path


def _dependent(part: Target, user: User) -> Iterator[tuple[RequirementOption, Condition, str]]:
    """Yields what a target requires under a condition: the option, the condition, the source."""
    wire = part.wire(user.person_type) if part.on is not None else None
    for one in wire.plan.fields if wire is not None else ():
        left_open = one.row.uncertain and one.row.uncertain_when == ALWAYS
        settled = left_open or one.row.default is not None
        if one.required_when is not None and not settled and one.asked_on(part.on):
            path = named(one.core, user)
            yield user_field(path, one.required_when.words), one.required_when, one.source
    for ask in (one for rule in part.rules for one in rule.about(user)):
        options = [option for option in ask.options if is_askable(option)]
        if options and not ask.decided:
            yield options[0], ask.when, ask.source


def _possible(condition: Condition, user: User, asked: Collection[str]) -> Condition | None:
    """Returns the condition on the answers alone; None if no answers can meet it."""
    groups = [
        tuple(case for case in group if case.path in asked)
        for group in condition.groups
        if all(case.path in asked or case.holds(user) for case in group)
    ]
    groups = [group for group in groups if group]
    return Condition(tuple(groups), _words(groups) or condition.words) if groups else None


def _words(groups: Iterable[tuple[Case, ...]]) -> str:
    """Returns the condition in words with full paths; empty if a case does not list values."""
    found: dict[str, None] = {}
    for group in groups:
        if any(isinstance(case.values, Form) or not listed(case.values) for case in group):
            return ""
        words = (f"{case.path} is {' or '.join(map(str, listed(case.values)))}" for case in group)
        found[" and ".join(words)] = None
    return " or ".join(found)


def _with_parts(asked: Mapping[str, _Asked], given: User) -> dict[str, _Asked]:
    """Adds, after each field of an object, the required fields of the object."""
    found: dict[str, _Asked] = {}
    for one in asked.values():
        found.setdefault(one.option.name, one)
        for path in _parts(one.option.path):
            if path in asked or path in found or lookup(given, path) not in EMPTY:
                continue
            found[path] = evolve(one, option=user_field(path, f"goes with {one.option.path}"))
    return found


def _parts(path: str) -> Iterator[str]:
    """Yields the required fields of the object around a path, except the path itself."""
    above = path.rpartition(".")[0]
    if not above or above.endswith("]"):  # a path names a person by its ref
        return
    for name in sorted(required_of(class_at(above))):
        if f"{above}.{name}" != path:
            yield f"{above}.{name}"


def _plans(wanted: Iterable[Target], user: User) -> Iterator[tuple[Target, Plan]]:
    """Yields the mapping plans that the targets use, each with its target."""
    for target in wanted:
        for part in target.way():
            wire = part.wire(user.person_type) if part.on is not None else None
            if wire is not None:
                yield part, wire.plan


def _data(wanted: tuple[Target, ...], user: User, path: str) -> Iterator[MappedField]:
    for _, plan in _plans(wanted, user):
        declared = plan.slots.mapped(path, user)
        if declared in plan.by_core:
            yield plan.by_core[declared]


def _same_as(wanted: tuple[Target, ...], user: User, path: str, asked: Mapping[str, _Asked]) -> str:
    """Returns the path of the field that shares a provider's key, if it is known or asked for."""
    for _, plan in _plans(wanted, user):
        for core, by in plan.implied().items():
            if path == core and (by in asked or lookup(user, by) not in EMPTY):
                return by
            if path == by and lookup(user, core) not in EMPTY:
                return core
    return ""


def _lost(
    wanted: tuple[Target, ...], user: User, asked: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Returns by provider the questions whose answers a registration would refuse."""
    found: dict[str, dict[str, None]] = {}
    for part, plan in _plans(wanted, user):
        for path in asked if part.on is On.CREATE else ():
            declared = plan.slots.mapped(path, user)
            loss = plan.loss_of(declared, On.CREATE) if declared not in plan.implied() else None
            if loss is not None and refused([loss], ()):
                found.setdefault(part.provider, {})[path] = None
    return {provider: tuple(paths) for provider, paths in found.items()}
