"""What Paysera asks of one user: the codes that it sent, and the receipt of an identification.

docs: user-resource, Confirm Phone, Confirm Email, Provide Identity
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from onboarding.spi import (
    Actor,
    Requirement,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
    step,
    trust,
)

__all__ = ["CONFIRMS", "IDENTIFIES", "PRINT_RECEIPT", "requirements"]

CONFIRMS = "docs: user-resource, Confirm Phone, Confirm Email"
IDENTIFIES = "docs: user-resource, Provide Identity"

PRINT_RECEIPT = step("print the receipt of identification", Actor.PLATFORM)
_CODES = {
    "email": step("enter the code that was sent by e-mail", Actor.USER),
    "phone": step("enter the code that was sent to the phone", Actor.USER),
}


def requirements(waiting: Collection[str], *, confirmed: bool) -> tuple[Requirement, ...]:
    """Returns what the open steps ask for: contacts that await a code, `identity` for a receipt.

    One confirmed contact is enough for the target `confirmed`. While none is, any of the open codes
    meets the requirement of its rule; afterwards each is a requirement of its own.
    """
    return tuple(_asked(waiting, confirmed=confirmed))


def _asked(waiting: Collection[str], *, confirmed: bool) -> Iterator[Requirement]:
    codes = {contact: code for contact, code in _CODES.items() if contact in waiting}
    if codes and not confirmed:
        yield _requirement("confirmation", CONFIRMS, *codes.values())
    for contact, code in codes.items() if confirmed else ():
        yield _requirement(f"confirmation.{contact}", CONFIRMS, code)
    if "identity" in waiting:
        yield _requirement("receipt", IDENTIFIES, PRINT_RECEIPT)


def _requirement(name: str, source: str, *options: RequirementOption) -> Requirement:
    facts = {
        "name": name,
        "status": RequirementStatus.MISSING,
        "options": options,
        "reason": " or ".join(option.words for option in options),
        "source": source,
        "origin": RequirementOrigin.PROVIDER,
    }
    return trust(Requirement, facts)
