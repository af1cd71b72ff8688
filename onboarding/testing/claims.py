"""What an adapter claims, as a list that can be compared with what was seen at work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from onboarding import operations
from onboarding.adapter import Adapter
from onboarding.mapping import rows
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import translation

if TYPE_CHECKING:
    from onboarding.testing.subject import Subject

__all__ = ["OPERATIONS", "WRITES", "Claim", "can", "claims_of"]

WRITES = {name: on for on, name in rows.WRITES.items()}
"""The operations that write a user, and the rows that each may write."""

OPERATIONS = (*operations.OPERATIONS, "login")
"""Every operation that an adapter may have, and the login that is behind them."""


@frozen(order=True)
class Claim:
    """One thing that an adapter says of itself.

    `kind` is `operation`, `written`, `hidden`, `required`, `level` or `error`; `what` is a wire
    path below its class, a level or a code; `by` is the operation, where one is meant.
    """

    kind: str
    what: str
    by: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.what}{f' by {self.by}' if self.by else ''}"


def can(adapter: Adapter, operation: str) -> bool:
    """Whether an adapter has an operation of its own."""
    return adapter.supports(operation)


def claims_of(subject: Subject) -> frozenset[Claim]:
    """Everything that an adapter claims, over all its variants."""
    return frozenset(_claims(subject))


def _claims(subject: Subject) -> Iterator[Claim]:
    for adapter in subject.variants.values():
        able = [name for name in OPERATIONS if can(adapter, name)]
        yield from (Claim("operation", name) for name in able)
        yield from (Claim("level", row.provider_level) for row in adapter.policy.rows)
        for cls in adapter.wires:
            writes = {name: on for name, on in WRITES.items() if name in able}
            yield from _of_wire(translation(cls, adapter.provider).plan, writes)
    yield from (Claim("error", code) for code in subject.codes)


def _of_wire(plan: Plan, writes: dict[str, On]) -> Iterator[Claim]:
    for mapped in plan.fields:
        what = f"{plan.cls.__name__}.{mapped.wire}"
        written = [name for name, on in writes.items() if mapped.on & on]
        yield from (Claim("written", what, name) for name in written)
        if mapped.hidden_when is not None and written:
            yield Claim("hidden", what)
        if mapped.required_when is not None and written:
            yield Claim("required", what)
