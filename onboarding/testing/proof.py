"""A proof of an adapter: every law that it claims, asked in turn, and what was seen at work."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen
from hypothesis import settings

from onboarding.testing.catalogue import LAWS, laws_for
from onboarding.testing.claims import Claim, claims_of
from onboarding.testing.law import Law
from onboarding.testing.reasons import reason
from onboarding.testing.runner import Runner
from onboarding.testing.settings import patient
from onboarding.testing.subject import Subject

__all__ = ["BRIEF", "CLAIMS", "Proof", "Verdict", "findings", "prove", "tried", "unseen"]

CLAIMS = "every_claim_is_exercised"
"""The last law: it compares what is claimed with what the others saw at work."""

BRIEF = 10
"""Examples a law in the brief pass, which is the same each time."""


@frozen(kw_only=True)
class Verdict:
    """What became of one law: `broken` is the reason why it does not hold, empty where it does."""

    law: str
    examples: int
    seconds: float
    broken: str = ""

    def plain(self) -> dict[str, Any]:
        """The verdict in the form that a report has for a law."""
        told: dict[str, Any] = {"holds": not self.broken, "examples": self.examples}
        return told | ({"reason": self.broken} if self.broken else {})


@frozen(kw_only=True)
class Proof:
    """What a pass over an adapter found."""

    provider: str
    verdicts: tuple[Verdict, ...]
    claims: frozenset[Claim]
    exercised: frozenset[Claim]
    losses: dict[str, int] = field(factory=dict[str, int])

    @property
    def unexercised(self) -> tuple[Claim, ...]:
        """The claims that no law saw at work."""
        return tuple(sorted(self.claims - self.exercised))

    @property
    def broken(self) -> tuple[str, ...]:
        """The laws that do not hold."""
        return tuple(verdict.law for verdict in self.verdicts if verdict.broken)

    @property
    def reasons(self) -> dict[str, str]:
        """Why each of the laws that do not hold is broken, by path and without a value."""
        return {verdict.law: verdict.broken for verdict in self.verdicts if verdict.broken}

    @property
    def not_claimed(self) -> tuple[str, ...]:
        """The laws that the adapter was not asked for."""
        asked = {verdict.law for verdict in self.verdicts}
        return tuple(law.name for law in LAWS if law.name not in asked)

    def plain(self) -> dict[str, Any]:
        """The proof in the form that a report has for a provider."""
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
    """Puts one law to an adapter. Raises `AssertionError` where it is broken."""
    runner = Runner(subject, settings=patient(given), name=law.name)
    law.check(runner)
    return runner


def prove(subject: Subject, *, examples: int = BRIEF, exhaustive: bool = False) -> Proof:
    """Puts every law that an adapter claims to it, always with the same examples.

    `exhaustive` leaves out the laws that go by examples: the others see every claim at work.
    A broken law is in the result, with the reason.
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
    """The reason why not every claim is exercised; empty where there is no such claim."""
    left = [str(claim) for claim in claims]
    return f"claimed, and never seen at work: {', '.join(left)}" if left else ""


def findings(runner: Runner, seconds: float, reason: str = "") -> dict[str, Any]:
    """What a run of a law has to report, as plain data; `reason` is why it does not hold."""
    return {
        "provider": runner.subject.provider,
        "law": runner.name,
        "reason": reason,
        "examples": runner.examples,
        "seconds": round(seconds, 3),
        "exercised": [[claim.kind, claim.what, claim.by] for claim in sorted(runner.exercised)],
        "losses": dict(sorted(runner.losses.items())),
    }
