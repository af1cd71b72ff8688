"""A proof of an adapter: the result of every law, and the claims that were exercised."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, cast

from attrs import field, frozen
from hypothesis import settings

from onboarding.testing.claims import Claim, claims_of
from onboarding.testing.concepts import concepts
from onboarding.testing.examples import patient, unshrunk
from onboarding.testing.exemptions import claims_covered, validated
from onboarding.testing.law import Law, reason
from onboarding.testing.runner import Runner
from onboarding.testing.smallest import smallest
from onboarding.testing.subject import Subject
from onboarding.testing.suite import (
    answers,
    calls,
    canaries,
    conversations,
    errors,
    fields,
    invariants,
    kept,
    levels,
    links,
    notifications,
    operations,
    other_calls,
    others,
    people,
    predictions,
    provenance,
    reconciling,
    records,
    secrecy,
    sockets,
    spelling,
    texts,
    unreadable,
    updating,
    users,
    writing,
)
from onboarding.testing.why import Broken, Why, declared_at, told

__all__ = [
    "BRIEF",
    "CLAIMS",
    "LAWS",
    "Proof",
    "Verdict",
    "exemptions_of",
    "findings",
    "laws_for",
    "prove",
    "tried",
    "unseen",
    "why",
]

LAWS: tuple[Law, ...] = (
    writing.willingness,
    answers.quoted_samples,
    fields.each_field,
    writing.round_trip,
    writing.silent_loss,
    writing.refuse_before_sending,
    texts.any_text,
    writing.national_numbers,
    updating.no_change_no_write,
    updating.minimal_update,
    updating.update_arrives,
    updating.unmapped,
    spelling.stays_as_it_came,
    spelling.stays_cleared,
    answers.strange_keys,
    answers.open_enums,
    levels.levels,
    answers.any_answer,
    unreadable.bad_field,
    unreadable.bounded_ids,
    records.valid_records,
    records.stated_requirements,
    errors.error_inverse,
    errors.field_complaints,
    errors.quoted_errors,
    others.each_other_field,
    others.other_round_trip,
    others.other_bad_field,
    others.other_spelling,
    others.other_inverse,
    other_calls.other_calls,
    other_calls.other_complaints,
    secrecy.secrets_stay_in,
    secrecy.encryption,
    provenance.foreign_values_refused,
    invariants.ids_stay_in_place,
    invariants.same_everywhere,
    invariants.signature_is_pure,
    conversations.shown_as_given,
    conversations.change_is_shown,
    conversations.same_result,
    operations.each_operation,
    people.people,
    users.found_users,
    users.lists,
    users.contacts,
    users.capabilities,
    users.closed_users,
    kept.documents,
    kept.declarations,
    kept.bank_accounts,
    links.links,
    notifications.genuine_notifications,
    notifications.any_notification,
    calls.raw_requests,
    calls.stored_results,
    calls.resumed,
    provenance.provenance,
    operations.keys_are_checked,
    operations.keyed_results,
    reconciling.reconciled,
    predictions.demands,
    predictions.effects,
    sockets.over_a_socket,
    canaries.silent_everywhere,
)
"""Every law, in the order in which they are checked."""


def laws_for(subject: Subject) -> tuple[Law, ...]:
    """Returns the laws that apply to an adapter, by what it declares."""
    return tuple(law for law in LAWS if law.needs(subject))


def exemptions_of(subject: Subject) -> dict[str, str]:
    """Returns the exempt laws of an adapter, each with its reason.

    Raises `InvalidInput`, by path, for an unknown law and for a missing reason.
    """
    return validated(subject.exempt, [law.name for law in LAWS])


CLAIMS = "every_claim_is_exercised"
"""The name of the last law: it compares the claims with those that the others exercised."""

BRIEF = 10
"""The examples per law in a brief run, the same in every run."""


@frozen(kw_only=True)
class Verdict:
    """The result of one law."""

    law: str
    examples: int
    seconds: float
    broken: str = ""
    """The reason of a failure; empty if the law holds."""
    exempt: str = ""
    """Why the adapter does not keep the law; empty if it is to keep it."""
    why: Why = field(factory=Why)
    """More about a failure: an example, expected and actual, the line of the declaration."""

    def plain(self) -> dict[str, Any]:
        """Returns the result in the form of a conformance report."""
        plain: dict[str, Any] = {"holds": not self.broken, "examples": self.examples}
        told = {"reason": self.broken, "exempt": self.exempt}
        told |= {name: getattr(self.why, name) for name in ("example", "expected", "came")}
        told["declared"] = ", ".join(self.why.declared)
        return plain | {name: text for name, text in told.items() if text}


@frozen(kw_only=True)
class Proof:
    """The results of all laws for one adapter."""

    provider: str
    verdicts: tuple[Verdict, ...]
    claims: frozenset[Claim]
    exercised: frozenset[Claim]
    losses: dict[str, int] = field(factory=dict[str, int])
    concepts: dict[str, str] = field(factory=dict[str, str])
    """What the adapter has of each concept of the core, in words."""
    beside: tuple[str, ...] = ()
    """The exempt laws that do not apply to the adapter."""

    @property
    def unexercised(self) -> tuple[Claim, ...]:
        """The claims that no law exercised, except those that only an exempt law would exercise."""
        covered = claims_covered(self.exempt)
        return tuple(sorted(x for x in self.claims - self.exercised if x.kind not in covered))

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the broken laws."""
        return tuple(self.reasons)

    @property
    def reasons(self) -> dict[str, str]:
        """The reason of each broken law, with paths and without values."""
        return {one.law: one.broken for one in self.verdicts if one.broken and not one.exempt}

    @property
    def exempt(self) -> dict[str, str]:
        """The exempt laws, each with the reason that the adapter's author gives."""
        return {verdict.law: verdict.exempt for verdict in self.verdicts if verdict.exempt}

    @property
    def needless(self) -> tuple[str, ...]:
        """The names of the exempt laws that hold all the same, or do not apply."""
        held = (one.law for one in self.verdicts if one.exempt and not one.broken)
        return (*held, *self.beside)

    def __str__(self) -> str:
        """Returns the broken laws and why, without a value of a user; one line if all hold."""
        asked = sum(not verdict.exempt for verdict in self.verdicts)
        bad = [one for one in self.verdicts if one.broken and not one.exempt]
        head = f"{self.provider}: {asked - len(bad)} of {asked} laws hold"
        lines = [head, *(line for one in bad for line in _lines(one))]
        if left := unseen(self.unexercised):
            lines += ["", left]
        return "\n".join(lines)

    @property
    def not_claimed(self) -> tuple[str, ...]:
        """The names of the laws that do not apply."""
        asked = {verdict.law for verdict in self.verdicts}
        return tuple(law.name for law in LAWS if law.name not in asked)

    def plain(self) -> dict[str, Any]:
        """Returns the proof in the form of a conformance report."""
        laws = {verdict.law: verdict.plain() for verdict in self.verdicts}
        laws[CLAIMS] = Verdict(
            law=CLAIMS, examples=len(self.claims), seconds=0, broken=unseen(self.unexercised)
        ).plain()
        return {
            "laws": laws,
            "claims": [[claim.kind, claim.what, claim.by] for claim in sorted(self.claims)],
            "exercised": [[claim.kind, claim.what, claim.by] for claim in sorted(self.exercised)],
            "not_claimed": list(self.not_claimed),
            "concepts": self.concepts,
        }


def _lines(verdict: Verdict) -> Iterator[str]:
    yield ""
    yield f"{verdict.law}: {_SAYS[verdict.law]}"
    yield f"  reason: {verdict.broken}"
    for name in ("example", "expected", "came"):
        if text := getattr(verdict.why, name):
            yield f"  {name}: {text}"
    yield from (f"  declared: {line}" for line in verdict.why.declared)


_SAYS = {law.name: law.says for law in LAWS}


def tried(subject: Subject, law: Law, given: settings | None = None) -> Runner:
    """Checks one law on an adapter. Raises `AssertionError` if it is broken."""
    runner = Runner(subject, settings=patient(given), name=law.name)
    law.check(runner)
    return runner


def prove(subject: Subject, *, examples: int = BRIEF, exhaustive: bool = False) -> Proof:
    """Checks every law that applies to an adapter, with the same examples in every run.

    With `exhaustive`, only the laws that check every claim. A broken law does not raise: it is in
    the result, with the reason. An exempt law is checked too, so that the result says whether it
    holds. Raises `InvalidInput` for an exemption of an unknown law, or without a reason.
    """
    exempt = exemptions_of(subject)
    given = settings(max_examples=examples, derandomize=True, database=None)
    verdicts: list[Verdict] = []
    exercised: set[Claim] = set()
    losses: dict[str, int] = {}
    for law in laws_for(subject):
        if exhaustive and not law.exhaustive:
            continue
        closed = exempt.get(law.name, "")
        wanted = unshrunk(given) if closed else patient(given)
        runner = Runner(subject, settings=wanted, name=law.name)
        began, broken, more = time.perf_counter(), "", Why()
        try:
            law.check(runner)
        except Exception as error:
            broken, more = reason(error), why(runner, error)
        exercised |= runner.exercised
        for path, count in runner.losses.items():
            losses[path] = losses.get(path, 0) + count
        verdicts.append(
            Verdict(
                law=law.name,
                examples=runner.examples,
                seconds=round(time.perf_counter() - began, 3),
                broken=broken,
                exempt=closed,
                why=more,
            )
        )
    claims = claims_of(subject)
    asked = {law.name for law in laws_for(subject)}
    return Proof(
        provider=subject.provider,
        verdicts=tuple(verdicts),
        claims=claims,
        exercised=frozenset(exercised) & claims,
        losses=losses,
        concepts=concepts(Runner(subject, settings=patient(given))),
        beside=tuple(name for name in exempt if name not in asked),
    )


def why(runner: Runner, error: BaseException) -> Why:
    """Returns more about the failure of a law: nothing in it is a value of a user."""
    plans = [wire.plan for _, _, wire in runner.wired] + [wire.plan for wire in runner.others]
    adapters = dict.fromkeys(type(one) for one in runner.subject.variants.values())
    group = isinstance(error, BaseExceptionGroup)  # several failures of one law
    first = cast("BaseExceptionGroup[BaseException]", error).exceptions[0] if group else error
    text = reason(error)
    return Why(
        example=_example(runner),
        expected=first.expected if isinstance(first, Broken) else "",
        came=first.came if isinstance(first, Broken) else "",
        declared=declared_at(text, plans, adapters),
    )


def _example(runner: Runner) -> str:
    """Returns the smallest example that fails like the last one did; empty if there is none."""
    if runner.failed is None:
        return ""
    example, check, failure = runner.failed

    def fails(smaller: object) -> bool:
        try:
            check(smaller)
        except Exception as error:
            return reason(error) == reason(failure)
        return False

    return told(smallest(example, fails))


def unseen(claims: Iterable[Claim]) -> str:
    """Returns the reason of the law of claims; empty if there are no claims."""
    left = [str(claim) for claim in claims]
    return f"claimed, but never exercised: {', '.join(left)}" if left else ""


def findings(runner: Runner, seconds: float, reason: str = "", exempt: str = "") -> dict[str, Any]:
    """Returns the result of a law as plain data; `reason` is empty if the law holds."""
    return {
        "provider": runner.subject.provider,
        "law": runner.name,
        "reason": reason,
        "exempt": exempt,
        "examples": runner.examples,
        "seconds": round(seconds, 3),
        "exercised": [[claim.kind, claim.what, claim.by] for claim in sorted(runner.exercised)],
        "losses": dict(sorted(runner.losses.items())),
    }
