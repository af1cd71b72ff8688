"""A proof of an adapter: the result of every law, and the claims that were exercised."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen
from hypothesis import settings

from onboarding.testing.claims import Claim, claims_of
from onboarding.testing.examples import patient
from onboarding.testing.law import Law, reason
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject
from onboarding.testing.suite import (
    answers,
    canaries,
    conversations,
    errors,
    fields,
    invariants,
    levels,
    operations,
    predictions,
    provenance,
    records,
    secrecy,
    sockets,
    spelling,
    unreadable,
    updating,
    writing,
)

__all__ = [
    "BRIEF",
    "CLAIMS",
    "LAWS",
    "Proof",
    "Verdict",
    "findings",
    "laws_for",
    "prove",
    "tried",
    "unseen",
]

LAWS: tuple[Law, ...] = (
    writing.willingness,
    answers.quoted_samples,
    fields.each_field,
    writing.round_trip,
    writing.silent_loss,
    writing.refuse_before_sending,
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
    errors.error_inverse,
    errors.field_complaints,
    errors.quoted_errors,
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
    provenance.provenance,
    operations.keys_are_checked,
    operations.keyed_results,
    predictions.demands,
    predictions.effects,
    sockets.over_a_socket,
    canaries.silent_everywhere,
)
"""Every law, in the order in which they are checked."""


def laws_for(subject: Subject) -> tuple[Law, ...]:
    """Returns the laws that apply to an adapter, by what it declares."""
    return tuple(law for law in LAWS if law.needs(subject))


CLAIMS = "every_claim_is_exercised"
"""The name of the last law: it compares the claims with those that the others exercised."""

BRIEF = 10
"""The examples per law in a brief run, the same in every run."""


@frozen(kw_only=True)
class Verdict:
    """The result of one law: `broken` is the reason of a failure; empty if the law holds."""

    law: str
    examples: int
    seconds: float
    broken: str = ""

    def plain(self) -> dict[str, Any]:
        """Returns the result in the form of a conformance report."""
        plain: dict[str, Any] = {"holds": not self.broken, "examples": self.examples}
        return plain | ({"reason": self.broken} if self.broken else {})


@frozen(kw_only=True)
class Proof:
    """The results of all laws for one adapter."""

    provider: str
    verdicts: tuple[Verdict, ...]
    claims: frozenset[Claim]
    exercised: frozenset[Claim]
    losses: dict[str, int] = field(factory=dict[str, int])

    @property
    def unexercised(self) -> tuple[Claim, ...]:
        """The claims that no law exercised."""
        return tuple(sorted(self.claims - self.exercised))

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the broken laws."""
        return tuple(verdict.law for verdict in self.verdicts if verdict.broken)

    @property
    def reasons(self) -> dict[str, str]:
        """The reason of each broken law, with paths and without values."""
        return {verdict.law: verdict.broken for verdict in self.verdicts if verdict.broken}

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
        }


def tried(subject: Subject, law: Law, given: settings | None = None) -> Runner:
    """Checks one law on an adapter. Raises `AssertionError` if it is broken."""
    runner = Runner(subject, settings=patient(given), name=law.name)
    law.check(runner)
    return runner


def prove(subject: Subject, *, examples: int = BRIEF, exhaustive: bool = False) -> Proof:
    """Checks every law that applies to an adapter, with the same examples in every run.

    With `exhaustive`, only the laws that check every claim. A broken law does not raise: it is in
    the result, with the reason.
    """
    given = settings(max_examples=examples, derandomize=True, database=None)
    verdicts: list[Verdict] = []
    exercised: set[Claim] = set()
    losses: dict[str, int] = {}
    for law in laws_for(subject):
        if exhaustive and not law.exhaustive:
            continue
        runner = Runner(subject, settings=patient(given), name=law.name)
        began, broken = time.perf_counter(), ""
        try:
            law.check(runner)
        except Exception as error:
            broken = reason(error)
        exercised |= runner.exercised
        for path, count in runner.losses.items():
            losses[path] = losses.get(path, 0) + count
        seconds = round(time.perf_counter() - began, 3)
        verdicts.append(
            Verdict(law=law.name, examples=runner.examples, seconds=seconds, broken=broken)
        )
    claims = claims_of(subject)
    return Proof(
        provider=subject.provider,
        verdicts=tuple(verdicts),
        claims=claims,
        exercised=frozenset(exercised) & claims,
        losses=losses,
    )


def unseen(claims: Iterable[Claim]) -> str:
    """Returns the reason of the law of claims; empty if there are no claims."""
    left = [str(claim) for claim in claims]
    return f"claimed, but never exercised: {', '.join(left)}" if left else ""


def findings(runner: Runner, seconds: float, reason: str = "") -> dict[str, Any]:
    """Returns the result of a law as plain data; `reason` is empty if the law holds."""
    return {
        "provider": runner.subject.provider,
        "law": runner.name,
        "reason": reason,
        "examples": runner.examples,
        "seconds": round(seconds, 3),
        "exercised": [[claim.kind, claim.what, claim.by] for claim in sorted(runner.exercised)],
        "losses": dict(sorted(runner.losses.items())),
    }
