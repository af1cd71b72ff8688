"""The control fields of a write: category, accepted terms, presence of the user."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from .calls import World
from .errors import TERMS_NOT_ACCEPTED, TERMS_REVOKED, RefusedError
from .kinds import CONTROLS
from .shapes import read_shape
from .values import required


@frozen(kw_only=True)
class Intent:
    """The control fields of a body, with their errors."""

    terms: bool | None
    category: str | None
    present: bool
    errors: dict[str, str]


def read_intent(body: Mapping[str, object]) -> Intent:
    """Reads the control fields; by default the user is present."""
    reading = read_shape(CONTROLS, body, lambda need: False)
    terms = reading.values.get("TermsAndConditionsAccepted")
    category = reading.values.get("UserCategory")
    return Intent(
        terms=None if terms is None else bool(terms),
        category=None if category is None else str(category),
        present=reading.values.get("ScaContext") != "USER_NOT_PRESENT",
        errors=reading.errors,
    )


def category_on_create(world: World, intent: Intent) -> str:
    """Returns the category of a new user; adds an error if it is required and missing.

    The documents require it. The test suites of both official SDKs omit it and expect an OWNER if
    the terms are accepted, so a simulator that is not strict accepts that.
    """
    if intent.category is not None:
        return intent.category
    if world.strict:
        intent.errors.setdefault("UserCategory", required("UserCategory"))
    return "OWNER" if intent.terms else "PAYER"


def want_terms(world: World, intent: Intent, category: str, *, with_sca: bool) -> None:
    """Adds an error if the write of a PAYER omits the terms; for an OWNER it is a 403.

    The documents require them at the legacy endpoints too, but clients of 2025 omit them.
    """
    if not with_sca and not world.strict:
        return
    if intent.terms is None and category == "PAYER":
        name = "TermsAndConditionsAccepted"
        intent.errors.setdefault(name, required(name))


def check_terms(intent: Intent, category: str, *, accepted: bool) -> None:
    """Refuses revoked terms, then an OWNER without terms (docs: update-natural-user)."""
    if accepted and intent.terms is False:
        raise RefusedError(TERMS_REVOKED)
    if category == "OWNER" and not intent.terms:
        raise RefusedError(TERMS_NOT_ACCEPTED)
