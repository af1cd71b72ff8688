"""`missing`: what a user still lacks for a target, by the declared mapping alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from onboarding.mapping.conditions import ALWAYS
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import MappedField
from onboarding.mapping.policy import Disallowed, OneOf
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss, LossKind, refused
from onboarding.model.record import Absence, UserRecord
from onboarding.model.user import PersonType, User
from onboarding.requirements.report import Requirement, RequirementReport, RequirementStatus
from onboarding.requirements.target import (
    Actor,
    RequirementOption,
    RequirementRule,
    Target,
    user_field,
)
from onboarding.serialization import problems_of

__all__ = ["missing"]


def missing(
    held: User | UserRecord, target: Target, *, accept_loss: Iterable[str] = ()
) -> RequirementReport:
    """How a user, or what a provider has on file of one, stands before a target.

    Nothing is sent. A record tells more than a user: what the provider decided already, and
    what it hides; to another provider it is no more than its user. `accept_loss` are the core
    paths that the gateway may leave out.
    """
    given, record = (held.user, held) if isinstance(held, UserRecord) else (held, None)
    if record is not None and record.provider != target.provider:
        record = None
    accepted = tuple(accept_loss)
    findings: dict[str, Requirement] = {}
    losses: dict[str, Loss] = {}
    for part in target.way():
        user = part.supposed(given)
        if part.on is not None and not _is_behind(part, record):
            wire = part.wire(user.person_type)
            if wire is None:  # whatever else there is, this person cannot get there
                return RequirementReport(target=target, requirements=(_of_person(part, user),))
            unfit = _of_extras(part, given, record)
            if unfit:
                given = _without(given, part.provider, unfit)
                user = part.supposed(given)
            found, lost = _of_rows(wire, part.on, user, given, record, accepted)
            losses.update({loss.core_path: loss for loss in lost})
            for finding in (*unfit.values(), *found):
                _keep(findings, finding)
        for ask in part.rules:
            if ask.when.holds(user):
                _keep(findings, _of_ask(ask, user, record))
    return RequirementReport(
        target=target,
        requirements=tuple(findings.values()),
        refused=tuple(
            loss for loss in refused(losses.values(), accepted) if loss.core_path not in findings
        ),
        losses=tuple(losses.values()),
    )


def _keep(findings: dict[str, Requirement], new: Requirement) -> None:
    """The worse of two findings of one name stands."""
    old = findings.get(new.name)
    if (
        old is None
        or old.status is RequirementStatus.MET
        or new.status is RequirementStatus.MISSING
    ):
        findings[new.name] = new


def _is_behind(target: Target, record: UserRecord | None) -> bool:
    """Whether a record shows that a registration has been made as the target supposes."""
    if record is None or target.on is not On.CREATE:
        return False
    return all(lookup(record.user, path) == value for path, value in target.supposes.items())


def _of_person(target: Target, user: User) -> Requirement:
    """A natural person may stand for a company; a legal one cannot become a natural one."""
    words = f"{target.provider} takes no {user.person_type} person here"
    actor = Actor.PLATFORM if user.person_type is PersonType.NATURAL else Actor.PROVIDER
    return Requirement(
        name="company",
        status=RequirementStatus.MISSING,
        options=(RequirementOption(words=words, path="company", actor=actor),),
        reason=words,
        condition=ALWAYS.words,
        source=target.source,
    )


def _of_extras(target: Target, given: User, record: UserRecord | None) -> dict[str, Requirement]:
    """What the adapter's own class refuses of the extras, by name, but for what is on file."""
    own: Mapping[str, Any] = given.extras.get(target.provider, {})
    if not own or target.extras is None or record is not None:
        return {}
    found: dict[str, Requirement] = {}
    for problem in problems_of(own, target.extras):
        name = problem.path.partition(".")[0]
        path = problem.under(target.provider).under("extras").path
        found[name] = Requirement(
            name=path,
            status=RequirementStatus.MISSING,
            options=(user_field(path, problem.message),),
            reason=problem.message,
            condition=ALWAYS.words,
            source=target.source,
        )
    return found


def _without(user: User, provider: str, names: Collection[str]) -> User:
    kept = {name: it for name, it in user.extras[provider].items() if name not in names}
    return user.replace(extras={**user.extras, provider: kept})


def _of_rows(
    wire: Translation,
    on: On,
    user: User,
    given: User,
    record: UserRecord | None,
    accepted: tuple[str, ...],
) -> tuple[list[Requirement], list[Loss]]:
    """What the rows ask of `user`, as the target supposes it, who was `given` otherwise."""
    since = record.user if record is not None else None
    _, lost = wire.to_wire(user, on, since=since)
    if on is not On.CREATE and since is None:
        lost = tuple(loss for loss in lost if loss.core_path in wire.plan.writable(on))
    absent: Mapping[str, Absence] = record.absent if record is not None else {}
    findings = [*_of_data(wire, on, user, given, lost, refused(lost, accepted), absent)]
    if on is On.CREATE:
        findings += [_of_choice(one, user) for one in wire.plan.about.one_of_required]
    return findings, list(lost)


def _of_data(
    wire: Translation,
    on: On,
    user: User,
    given: User,
    lost: Iterable[Loss],
    stopping: Iterable[Loss],
    absent: Mapping[str, Absence],
) -> Iterator[Requirement]:
    plan = wire.plan
    there = plan.given(user, on)
    unfit = {loss.core_path: loss for loss in lost if loss.kind is LossKind.DROPPED}
    stops = {loss.core_path for loss in stopping}
    for one in plan.fields:
        if not one.on & on:
            continue
        asked = plan.demands(one, user, there, on)
        left_open = plan.leaves_open(one, user, there, on)
        value = _value(one, user)
        bar = _bar(one, value, user) or _bar(one, lookup(given, one.core), user)
        if one.core in unfit and (asked or one.core in stops):
            yield _finding(one, RequirementStatus.MISSING, unfit[one.core].reason)
        elif bar is not None:
            status = (
                RequirementStatus.MISSING if bar.certain else RequirementStatus.PROVIDER_DECIDES
            )
            yield _finding(one, status, bar.words, bar.source)
        elif not (asked or left_open):
            continue
        elif value not in EMPTY:
            yield _finding(one, RequirementStatus.MET)
        elif left_open:
            yield _finding(one, RequirementStatus.PROVIDER_DECIDES, one.row.uncertain)
        elif absent.get(one.core) is Absence.HIDDEN:
            yield _finding(one, RequirementStatus.PROVIDER_DECIDES, "the record does not show it")
        elif absent.get(one.core) is Absence.UNREADABLE:
            yield _finding(
                one, RequirementStatus.PROVIDER_DECIDES, "what is on file could not be read"
            )
        else:
            yield _finding(one, RequirementStatus.MISSING, _required(one.row.without))


def _required(without: str) -> str:
    return f"is required; {without}" if without else "is required"


def _bar(one: MappedField, value: object, user: User) -> Disallowed | None:
    """The bar that stops a value of a field of this user."""
    return next((bar for bar in one.disallowed if bar.stops(value, user)), None)


def _value(one: MappedField, user: User) -> object:
    """The field, or what is written in its place."""
    value = lookup(user, one.core)
    if value in EMPTY and one.row.default is not None and one.row.codec is not None:
        return one.row.codec.read(one.row.default)
    return value


def _finding(
    one: MappedField, status: RequirementStatus, reason: str = "", source: str = ""
) -> Requirement:
    asked = one.required_when if one.required_when is not None else ALWAYS
    return Requirement(
        name=one.core,
        status=status,
        options=(user_field(one.core, reason or "is given"),),
        reason=reason,
        condition=asked.words,
        source=source or one.source,
        wire_path=one.wire,
    )


def _of_choice(one: OneOf, user: User) -> Requirement:
    met = any(lookup(user, path) not in EMPTY for path in one.paths)
    return Requirement(
        name=" or ".join(one.paths),
        status=RequirementStatus.MET if met else RequirementStatus.MISSING,
        options=tuple(user_field(path, one.words) for path in one.paths),
        reason="" if met else one.words,
        condition=ALWAYS.words,
        source=one.source,
    )


def _of_ask(ask: RequirementRule, user: User, record: UserRecord | None) -> Requirement:
    shown = record is not None and ask.shown is not None and ask.shown.holds(record)
    if shown or (not ask.decided and any(option.satisfied_by(user) for option in ask.options)):
        status, reason = RequirementStatus.MET, ""
    elif ask.decided or all(option.actor is Actor.PROVIDER for option in ask.options):
        status, reason = RequirementStatus.PROVIDER_DECIDES, ask.options[0].words
    else:
        status, reason = (
            RequirementStatus.MISSING,
            " or ".join(option.words for option in ask.options),
        )
    return Requirement(
        name=ask.name,
        status=status,
        options=ask.options,
        reason=reason,
        condition=ask.when.words,
        source=ask.source,
    )
