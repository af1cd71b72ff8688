"""The claims of an adapter: what it declares, to be compared with what tests exercised."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from onboarding import operations
from onboarding.mapping import rows
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import translation
from onboarding.testing.subject import Subject, others_of

__all__ = ["OPERATIONS", "WRITES", "Claim", "claims_of"]

WRITES = {name: on for on, name in rows.WRITES.items()}
"""The operations that write a user, with the rows that each may write."""

OPERATIONS = (*operations.OPERATIONS, "login")
"""Every operation that an adapter may have, and `login`."""


@frozen(order=True)
class Claim:
    """One thing that an adapter declares.

    - `kind`: `operation`, `written`, `mapped`, `hidden`, `required`, `level` or `error`;
    - `what`: a wire class and path, an operation, a level or an error code;
    - `by`: the operation that writes a field; otherwise empty.
    """

    kind: str
    what: str
    by: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.what}{f' by {self.by}' if self.by else ''}"


def claims_of(subject: Subject) -> frozenset[Claim]:
    """Returns the claims of all variants of an adapter."""
    return frozenset(_claims(subject))


def _claims(subject: Subject) -> Iterator[Claim]:
    for adapter in subject.variants.values():
        able = [name for name in OPERATIONS if adapter.supports(name)]
        yield from (Claim("operation", name) for name in able)
        yield from (Claim("level", row.provider_level) for row in adapter.policy.rows)
        for cls in adapter.wires:
            writes = {name: on for name, on in WRITES.items() if name in able}
            yield from _of_wire(translation(cls, adapter.provider).plan, writes)
        for wire in others_of(adapter):
            name = wire.plan.cls.__name__
            yield from (Claim("mapped", f"{name}.{mapped.wire}") for mapped in wire.plan.fields)
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
