"""The law of operations: what an adapter has of its own can be called, and gives what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onboarding.model.record import UserRecord
from onboarding.operations import OPERATIONS
from onboarding.testing.claims import can
from onboarding.testing.law import law
from onboarding.testing.reasons import reason
from onboarding.testing.runner import Case, Runner
from onboarding.testing.subject import Subject
from onboarding.testing.suite.conversing import live, simulated

__all__ = ["each_operation"]


def playable(subject: Subject) -> bool:
    return simulated(subject) or bool(subject.scenarios)


@law(
    "each operation runs to its end against a simulated provider, and gives what the core says",
    playable,
    exhaustive=True,
)
def each_operation(runner: Runner) -> None:
    """By a scenario, or by the kit where an operation wants no more than a user."""
    for name, adapter in runner.subject.variants.items():
        for scenario in runner.subject.scenarios:
            runner.examples += 1
            try:
                scenario(runner.world(adapter))
            except Exception as error:
                told = f"scenario {scenario.__name__} {f'of {name} ' if name else ''}fails"
                raise AssertionError(f"{told}: {reason(error)}") from error
    played = {claim.what for claim in runner.exercised if claim.kind == "operation"}
    if simulated(runner.subject):
        for name in runner.subject.variants:
            runner.for_all(
                runner.cases(complete=True, variant=name),
                lambda case: _by_itself(runner, case, played),
                share=runner.settings.max_examples,
            )


def _by_itself(runner: Runner, case: Case, played: set[str]) -> None:
    """What wants no more than a user who is there, but for what a scenario plays."""
    world, _, record = live(runner, case)
    for operation, arguments in _plain(record):
        if can(case.adapter, operation) and operation not in played:
            try:
                world.call(operation, *arguments)
            except Exception as error:
                text = f"{operation} fails, and no scenario calls it: {reason(error)}"
                raise AssertionError(text) from error


def _plain(record: UserRecord) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name in OPERATIONS:
        if name.startswith("list_"):
            yield name, () if name == "list_users" else (record.id,)
    yield "close_user", (record,)
