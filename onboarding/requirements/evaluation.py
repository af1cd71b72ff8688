"""`missing`: the requirements of a target that a user does not meet, by the declared mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from onboarding.mapping.conditions import ALWAYS
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.people import named
from onboarding.mapping.plan import MappedField
from onboarding.mapping.policy import Disallowed, OneOf
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss, LossKind, refused
from onboarding.model.record import Absence, UserRecord
from onboarding.model.requirements import (
    Actor,
    Requirement,
    RequirementOption,
    RequirementStatus,
    subject_of,
)
from onboarding.model.user import PersonType, User
from onboarding.requirements.merging import merged
from onboarding.requirements.report import RequirementReport
from onboarding.requirements.target import RequirementRule, Target, is_satisfied
from onboarding.serialization import problems_of
from onboarding.values.base import trust

__all__ = ["missing"]


def missing(
    held: User | UserRecord, target: Target, *, accept_loss: Iterable[str] = ()
) -> RequirementReport:
    """Returns the requirements of a target with their status for a user or a record.

    Nothing is sent. A record of the target's provider also shows what the provider has decided,
    what it hides, and what it asks for (`record.requirements`); a record of another provider counts
    as its user. `accept_loss` lists the core paths that the gateway may leave out.
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
            if wire is None:  # this kind of person cannot reach the target
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
                for one in ask.about(user):
                    _keep(findings, _of_ask(one, user, record))
    return RequirementReport(
        target=target,
        requirements=tuple(merged(findings, record, target)),
        refused=tuple(
            loss for loss in refused(losses.values(), accepted) if loss.core_path not in findings
        ),
        losses=tuple(losses.values()),
    )


def _keep(findings: dict[str, Requirement], new: Requirement) -> None:
    """Keeps the worse of two requirements of one name."""
    old = findings.get(new.name)
    if (
        old is None
        or old.status is RequirementStatus.MET
        or new.status is RequirementStatus.MISSING
    ):
        findings[new.name] = new


def _is_behind(target: Target, record: UserRecord | None) -> bool:
    """Returns whether a record shows that the registration has been made already."""
    if record is None or target.on is not On.CREATE:
        return False
    return all(lookup(record.user, path) == value for path, value in target.supposes.items())


def _of_person(target: Target, user: User) -> Requirement:
    """Returns the requirement of another kind of person: a company, or none that can be met."""
    words = f"{target.provider} does not register a {user.person_type} person here"
    actor = Actor.PLATFORM if user.person_type is PersonType.NATURAL else Actor.PROVIDER
    return _requirement(
        "company",
        RequirementStatus.MISSING,
        RequirementOption(words=words, path="company", actor=actor),
        reason=words,
        source=target.source,
    )


def _requirement(
    name: str,
    status: RequirementStatus,
    *options: RequirementOption,
    reason: str,
    source: str,
    condition: str = ALWAYS.words,
    wire_path: str = "",
) -> Requirement:
    """Returns a requirement by a documented rule."""
    facts = {"name": name, "status": status, "options": options, "reason": reason}
    about = {"condition": condition, "source": source, "wire_path": wire_path}
    return trust(Requirement, {**facts, **about, "subject": subject_of(name)})


def _field(path: str, words: str) -> RequirementOption:
    return trust(RequirementOption, {"words": words, "path": path})


def _of_extras(target: Target, given: User, record: UserRecord | None) -> dict[str, Requirement]:
    """Returns, by name, the extras that the adapter's class rejects; none for a record."""
    own: Mapping[str, Any] = given.extras.get(target.provider, {})
    if not own or target.extras is None or record is not None:
        return {}
    found: dict[str, Requirement] = {}
    for problem in problems_of(own, target.extras):
        name = problem.path.partition(".")[0]
        path = problem.under(target.provider).under("extras").path
        found[name] = _requirement(
            path,
            RequirementStatus.MISSING,
            _field(path, problem.message),
            reason=problem.message,
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
    """Returns the requirements and losses of the rows.

    `user` is as the target supposes it, `given` as the caller passed it.
    """
    since = record.user if record is not None else None
    _, lost = wire.to_wire(user, on, since=since)
    if on is not On.CREATE and since is None:
        able = {named(path, user) for path in wire.plan.writable(on)}
        lost = tuple(loss for loss in lost if loss.core_path in able)
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
        path = named(one.core, user)
        if path in unfit and (asked or path in stops):
            yield _finding(one, path, RequirementStatus.MISSING, unfit[path].reason)
        elif bar is not None:
            status = (
                RequirementStatus.MISSING if bar.certain else RequirementStatus.PROVIDER_DECIDES
            )
            yield _finding(one, path, status, bar.words, bar.source)
        elif not (asked or left_open):
            continue
        elif value not in EMPTY:
            yield _finding(one, path, RequirementStatus.MET)
        elif left_open:
            yield _finding(one, path, RequirementStatus.PROVIDER_DECIDES, one.row.uncertain)
        elif absent.get(one.core) is Absence.HIDDEN:
            yield _finding(
                one, path, RequirementStatus.PROVIDER_DECIDES, "the record does not show it"
            )
        elif absent.get(one.core) is Absence.UNREADABLE:
            yield _finding(
                one, path, RequirementStatus.PROVIDER_DECIDES, "what is on file could not be read"
            )
        else:
            absent_ = user.is_declared_absent(path)
            yield _finding(
                one, path, RequirementStatus.MISSING, _required(one.row.without, absent_)
            )


def _required(without: str, declared_absent: bool) -> str:
    reason = "is required, and the user declared it absent" if declared_absent else "is required"
    return f"{reason}; {without}" if without else reason


def _bar(one: MappedField, value: object, user: User) -> Disallowed | None:
    """Returns the rule that disallows a value for this user, if any."""
    return next((bar for bar in one.disallowed if bar.stops(value, user)), None)


def _value(one: MappedField, user: User) -> object:
    """Returns the value of a field, or the default that is sent for it."""
    value = lookup(user, one.core)
    if value in EMPTY and one.row.default is not None and one.row.codec is not None:
        return one.row.codec.read(one.row.default)
    return value


def _finding(
    one: MappedField, path: str, status: RequirementStatus, reason: str = "", source: str = ""
) -> Requirement:
    asked = one.required_when if one.required_when is not None else ALWAYS
    return _requirement(
        path,
        status,
        _field(path, reason or "is given"),
        reason=reason,
        condition=asked.words,
        source=source or one.source,
        wire_path=", ".join(one.wires),
    )


def _of_choice(one: OneOf, user: User) -> Requirement:
    met = any(lookup(user, path) not in EMPTY for path in one.paths)
    return _requirement(
        " or ".join(one.paths),
        RequirementStatus.MET if met else RequirementStatus.MISSING,
        *(_field(path, one.words) for path in one.paths),
        reason="" if met else one.words,
        source=one.source,
    )


def _of_ask(ask: RequirementRule, user: User, record: UserRecord | None) -> Requirement:
    shown = record is not None and ask.shown is not None and ask.shown.holds(record)
    waived = bool(ask.waived_without) and user.is_declared_absent(ask.waived_without)
    given = not ask.decided and any(is_satisfied(option, user) for option in ask.options)
    if shown or waived or given:
        status, reason = RequirementStatus.MET, ""
    elif ask.decided or all(option.actor is Actor.PROVIDER for option in ask.options):
        status, reason = RequirementStatus.PROVIDER_DECIDES, ask.options[0].words
    else:
        status, reason = (
            RequirementStatus.MISSING,
            " or ".join(option.words for option in ask.options),
        )
        if ask.waived_without:
            reason += f", or declare {ask.waived_without} absent"
    return _requirement(
        ask.name,
        status,
        *ask.options,
        reason=reason,
        condition=ask.when.words,
        source=ask.source,
    )
