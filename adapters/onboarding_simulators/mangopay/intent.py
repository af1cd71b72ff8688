"""What a write asks for besides facts: a category, accepted terms, whether the user is present."""

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
    """The steering fields of a body, with what is wrong about them."""

    terms: bool | None
    category: str | None
    present: bool
    errors: dict[str, str]


def read_intent(body: Mapping[str, object]) -> Intent:
    """Reads the steering fields; `ScaContext` defaults to a present user."""
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
    """Gives the category of a new user, noting an error if it is missing.

    The documents require it. Both official SDKs' suites leave it out and expect an OWNER where
    terms are accepted, so that a simulator which is not strict does the same.
    """
    if intent.category is not None:
        return intent.category
    if world.strict:
        intent.errors.setdefault("UserCategory", required("UserCategory"))
    return "OWNER" if intent.terms else "PAYER"


def want_terms(world: World, intent: Intent, category: str, *, with_sca: bool) -> None:
    """Notes an error if a PAYER's write does not mention the terms; an OWNER gets a 403 for it.

    At the legacy endpoints the documents require them too, and clients of 2025 leave them out.
    """
    if not with_sca and not world.strict:
        return
    if intent.terms is None and category == "PAYER":
        name = "TermsAndConditionsAccepted"
        intent.errors.setdefault(name, required(name))


def check_terms(intent: Intent, category: str, *, accepted: bool) -> None:
    """Refuses a withdrawn acceptance, then an OWNER without one (docs: update-natural-user)."""
    if accepted and intent.terms is False:
        raise RefusedError(TERMS_REVOKED)
    if category == "OWNER" and not intent.terms:
        raise RefusedError(TERMS_NOT_ACCEPTED)
