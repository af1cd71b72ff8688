"""Laws of provenance: a record names its gateway, and no other gateway accepts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from onboarding.adapter import Adapter
from onboarding.banking import BankAccountRecord
from onboarding.errors import InvalidInput
from onboarding.http import Flow, Request
from onboarding.model.action import NextAction, NextActionKind
from onboarding.model.answers import Partial
from onboarding.model.documents import Document, DocumentPurpose
from onboarding.model.user import User
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.subject import Subject
from onboarding.testing.suite.conversations import live, simulated

__all__ = ["TAKES_BACK", "foreign_values_refused", "provenance"]

ELSEWHERE = "elsewhere"

Held: TypeAlias = Any
"""A record, an action, an account: `UserRecord | NextAction | BankAccountRecord | Partial`."""

TAKES_BACK: dict[str, Callable[[Adapter, Held], Flow[Any]]] = {
    "update_user": lambda a, held: a.update_user(held, User(email="someone@example.com")),
    "categorise_user": lambda a, held: a.categorise_user(held, User()),
    "close_user": lambda a, held: a.close_user(held),
    "assign_contact": lambda a, held: a.assign_contact(held, email="someone@example.com"),
    "confirm": lambda a, held: a.confirm(held, "1"),
    "renew": lambda a, held: a.renew(held),
    "create_link": lambda a, held: a.create_link(held, return_url="https://platform.example/"),
    "fetch_capabilities": lambda a, held: a.fetch_capabilities(held),
    "deactivate_bank_account": lambda a, held: a.deactivate_bank_account(held),
    "resume": lambda a, held: a.resume(held, Document(purpose=DocumentPurpose.IDENTITY)),
}
"""Every operation that accepts a value that a gateway returned, each with a call of it."""


def _held(subject: Subject, adapter: Adapter, operation: str) -> Held:
    """Returns a value of this adapter that the operation accepts."""
    where = adapter.provenance
    match operation:
        case "confirm" | "renew" | "create_link":
            kind = NextActionKind.CONFIRM_CODE
            return NextAction(**where, kind=kind, user_id="1", concerns="email")
        case "deactivate_bank_account":
            return BankAccountRecord(**where, id="1", user_id="1")
        case "resume":
            return Partial(**where, operation="submit_document", user_id="1", id="1")
        case _:
            return attrs.evolve(subject.record_of(adapter, User()), **where)


def takes_back(subject: Subject) -> bool:
    """Returns whether a variant has an operation that accepts a value of a gateway."""
    return any(a.supports(name) for a in subject.variants.values() for name in TAKES_BACK)


@law(
    "a record of another provider, gateway or environment is refused before sending",
    takes_back,
    exhaustive=True,
)
def foreign_values_refused(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for operation, call in TAKES_BACK.items():
            if adapter.supports(operation):
                held = _held(runner.subject, adapter, operation)
                for name in adapter.provenance:
                    foreign = attrs.evolve(held, **{name: ELSEWHERE})
                    first = attempt(call, adapter, foreign)
                    assert not isinstance(first, Request), f"{operation} sends a foreign {name}"
                    assert isinstance(first, InvalidInput), f"{operation} accepts a foreign {name}"
                    runner.examples += 1


@law("records and next actions name their provider, gateway and environment", simulated)
def provenance(runner: Runner) -> None:
    def check(case: Case) -> None:
        adapter = attrs.evolve(case.adapter, name="ours")
        _, made, seen = live(runner, attrs.evolve(case, adapter=adapter))
        expected = adapter.provenance
        for held in (made, seen, *made.next_actions, *seen.next_actions):
            for name, value in expected.items():
                assert getattr(held, name) == value, f"{type(held).__name__} has another {name}"

    runner.for_all(runner.cases(complete=True), check, share=10)
