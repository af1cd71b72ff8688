"""`questionnaire`: the least to ask of a user, for several targets at several providers at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from onboarding.mapping.conditions import ALWAYS, Case, Condition, Form, listed
from onboarding.mapping.paths import EMPTY, class_at, lookup
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.rows import On
from onboarding.model.answers import refused
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.requirements.evaluation import missing
from onboarding.requirements.question import Question
from onboarding.requirements.report import Requirement, RequirementStatus
from onboarding.requirements.schema import schema
from onboarding.requirements.target import RequirementOption, Target, user_field
from onboarding.values.base import required_of

__all__ = ["Questionnaire", "questionnaire"]


@frozen(kw_only=True)
class Questionnaire:
    """What to ask of a user, and the steps that no answer can bring.

    `accept_loss` are, by provider, the core paths that only another target asks for and that the
    provider does not support: a gateway refuses the answers unless its `accept_loss` names them.
    """

    questions: tuple[Question, ...]
    """What to ask the user."""
    steps: tuple[Requirement, ...]
    """What no answer can meet."""
    accept_loss: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    """By provider, the core paths to accept as lost.

    Example: `{"mangopay": ("identity.gender",)}`.
    """

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def json_schema(self) -> dict[str, Any]:
        """The same as a JSON Schema (draft 2020-12) for plain data that `User.parse` reads."""
        return schema(self.questions)


def questionnaire(held: User | UserRecord, targets: Iterable[Target]) -> Questionnaire:
    """The least to ask of a user so that nothing is known to be missing for any of the targets.

    Where one of several data would do, the one is chosen that is asked for anyway, else the
    first. What an answer itself can make necessary is asked under that condition. A part of an
    object is asked for together with the parts that the object cannot be built without.
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
            if finding.status is RequirementStatus.MET:
                continue
            if finding.status is RequirementStatus.MISSING and finding.name in unsure:
                waiting.append((target, finding))
                continue
            options = [option for option in finding.options if option.askable]
            if finding.status is RequirementStatus.PROVIDER_DECIDES or not options:
                steps.setdefault(finding.name, finding)
            elif len(options) == 1:
                _ask(asked, options[0], target, finding.source)
            else:
                choices.append((target, finding))
    for target in wanted:
        _conditional(asked, target, given)
    for target, finding in waiting:
        if finding.name not in asked:
            _ask(asked, finding.options[0], target, finding.source)
    for target, finding in choices:
        options = [option for option in finding.options if option.askable]
        always = [o for o in options if o.name in asked and asked[o.name].when is None]
        _ask(asked, (always or options)[0], target, finding.source)
    asked = _with_parts(asked, given)
    return Questionnaire(
        questions=tuple(one.question(wanted, given, asked) for one in asked.values()),
        steps=tuple(steps.values()),
        accept_loss=_lost(wanted, given, asked),
    )


@frozen
class _Asked:
    """A question in the making."""

    option: RequirementOption
    targets: dict[str, None]
    sources: dict[str, None]
    when: Condition | None = None

    def question(
        self, wanted: tuple[Target, ...], user: User, asked: Mapping[str, _Asked]
    ) -> Question:
        return Question(
            path=self.option.path,
            purpose=self.option.purpose,
            targets=tuple(self.targets),
            sources=tuple(source for source in self.sources if source),
            when=self.when,
            same_as=_same_as(wanted, user, self.option.path, asked),
            data=tuple(_data(wanted, user, self.option.path)),
        )


def _ask(
    asked: dict[str, _Asked],
    option: RequirementOption,
    target: Target,
    source: str,
    when: Condition | None = None,
) -> None:
    """Adds a question, or another reason for it: asked always, or where either reason holds."""
    old = asked.get(option.name)
    if old is not None:
        when = old.when if when == old.when else old.when | when if old.when and when else None
    targets = {**(old.targets if old else {}), target.id: None}
    sources = {**(old.sources if old else {}), source: None}
    asked[option.name] = _Asked(option, targets, sources, when)


def _conditional(asked: dict[str, _Asked], target: Target, given: User) -> None:
    """Adds what answers can make necessary: a country that wants a region."""
    seen: set[tuple[str, Condition]] = set()
    before = -1
    while before < len(seen):
        before = len(seen)
        for part in target.way():
            user = part.supposed(given)
            for option, condition, source in _dependent(part, user):
                known = asked.get(option.name)
                if (known is not None and known.when is None) or option.satisfied_by(user):
                    continue
                when = _possible(condition, user, asked)
                if when is not None and (option.name, when) not in seen:
                    seen.add((option.name, when))
                    _ask(asked, option, target, source, when)


def _depending(target: Target, given: User) -> Iterator[str]:
    """The data that are required as long as another is not given, by core path.

    The answer to another question can make them needless.
    """
    for part in target.way():
        user = part.supposed(given)
        for option, condition, _ in _dependent(part, user):
            if any(lookup(user, case.path) in EMPTY for case in condition.cases):
                yield option.path


def _dependent(part: Target, user: User) -> Iterator[tuple[RequirementOption, Condition, str]]:
    """What a target wants under a condition: the option, the condition, the source."""
    wire = part.wire(user.person_type) if part.on is not None else None
    for one in wire.plan.fields if wire is not None else ():
        left_open = one.row.uncertain and one.row.uncertain_when == ALWAYS
        settled = left_open or one.row.default is not None
        if one.required_when is not None and not settled and one.asked_on(part.on):
            yield user_field(one.core, one.required_when.words), one.required_when, one.source
    for ask in part.rules:
        options = [option for option in ask.options if option.askable]
        if options and not ask.decided:
            yield options[0], ask.when, ask.source


def _possible(condition: Condition, user: User, asked: Mapping[str, _Asked]) -> Condition | None:
    """The condition as one on the answers, if they can bring it about; None if they cannot."""
    groups = [
        tuple(case for case in group if case.path in asked)
        for group in condition.groups
        if all(case.path in asked or case.holds(user) for case in group)
    ]
    groups = [group for group in groups if group]
    return Condition(tuple(groups), _words(groups) or condition.words) if groups else None


def _words(groups: Iterable[tuple[Case, ...]]) -> str:
    """The condition with the full paths of what it asks; empty where a case lists no values."""
    found: dict[str, None] = {}
    for group in groups:
        if any(isinstance(case.values, Form) or not listed(case.values) for case in group):
            return ""
        told = (f"{case.path} is {' or '.join(map(str, listed(case.values)))}" for case in group)
        found[" and ".join(told)] = None
    return " or ".join(found)


def _with_parts(asked: Mapping[str, _Asked], given: User) -> dict[str, _Asked]:
    """Adds, after each part of an object, the parts that the object cannot be built without."""
    found: dict[str, _Asked] = {}
    for one in asked.values():
        found.setdefault(one.option.name, one)
        for path in _parts(one.option.path):
            if path in asked or path in found or lookup(given, path) not in EMPTY:
                continue
            found[path] = evolve(one, option=user_field(path, f"goes with {one.option.path}"))
    return found


def _parts(path: str) -> Iterator[str]:
    """The other data that the object of the core around a path must have."""
    above = path.rpartition(".")[0]
    for name in sorted(required_of(class_at(above))) if above else ():
        if f"{above}.{name}" != path:
            yield f"{above}.{name}"


def _plans(wanted: Iterable[Target], user: User) -> Iterator[tuple[Target, Plan]]:
    """The plans that ask for data, each with the target on the way that it is for."""
    for target in wanted:
        for part in target.way():
            wire = part.wire(user.person_type) if part.on is not None else None
            if wire is not None:
                yield part, wire.plan


def _data(wanted: tuple[Target, ...], user: User, path: str) -> Iterator[MappedField]:
    for _, plan in _plans(wanted, user):
        if path in plan.by_core:
            yield plan.by_core[path]


def _same_as(wanted: tuple[Target, ...], user: User, path: str, asked: Mapping[str, _Asked]) -> str:
    """The path that a provider takes for the same, if it is known or asked for."""
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
    """By provider, what a registration refuses of the data that are asked for."""
    found: dict[str, dict[str, None]] = {}
    for part, plan in _plans(wanted, user):
        for path in asked if part.on is On.CREATE else ():
            loss = plan.loss_of(path, On.CREATE) if path not in plan.implied() else None
            if loss is not None and refused([loss], ()):
                found.setdefault(part.provider, {})[path] = None
    return {provider: tuple(paths) for provider, paths in found.items()}
