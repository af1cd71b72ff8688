"""KYC levels: the documents that they require, and the changes that lower them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from attrs import evolve

from .calls import World
from .events import emit
from .kinds import KINDS
from .state import User

DOCUMENTS, DECLARATIONS = "documents", "declarations"
IDENTITY, ADDRESS = "IDENTITY_PROOF", "ADDRESS_PROOF"
REGISTRATION, ARTICLES = "REGISTRATION_PROOF", "ARTICLES_OF_ASSOCIATION"
SHAREHOLDERS = "SHAREHOLDER_DECLARATION"

# docs: guides/users/verification/requirements: the allowed and the required documents by kind of
# user
ALLOWED = {
    "NATURAL_PERSON": (IDENTITY, ADDRESS),
    "BUSINESS": (IDENTITY, REGISTRATION, ARTICLES, SHAREHOLDERS),
    "PARTNERSHIP": (IDENTITY, REGISTRATION, ARTICLES, SHAREHOLDERS),
    "ORGANIZATION": (IDENTITY, REGISTRATION, ARTICLES, SHAREHOLDERS),
    # whether a sole trader may send SHAREHOLDER_DECLARATION is not clear
    "SOLETRADER": (IDENTITY, REGISTRATION),
}
NEEDED = {
    "NATURAL_PERSON": (IDENTITY,),
    "BUSINESS": (IDENTITY, REGISTRATION, ARTICLES),
    "PARTNERSHIP": (IDENTITY, REGISTRATION, ARTICLES),
    "ORGANIZATION": (IDENTITY, REGISTRATION, ARTICLES),
    "SOLETRADER": (IDENTITY, REGISTRATION),
}
WITH_OWNERS = ("BUSINESS", "PARTNERSHIP")
"""The kinds of user that declare beneficial owners."""

# docs: natural-user-object-sca, legal-user-object-sca: the keys of accepted documents
SHOWN = {
    "NATURAL": {IDENTITY: "ProofOfIdentity", ADDRESS: "ProofOfAddress"},
    "LEGAL": {
        IDENTITY: "LegalRepresentative.ProofOfIdentity",
        REGISTRATION: "ProofOfRegistration",
        ARTICLES: "Statute",
        SHAREHOLDERS: "ShareholderDeclaration",
    },
}
OPEN = ("VALIDATED", "VALIDATION_ASKED")


def kind_of(user: User) -> str:
    """Returns the kind of user that the document rules refer to."""
    return "NATURAL_PERSON" if user.person_type == "NATURAL" else str(user.facts["LegalPersonType"])


def is_complete(world: World, user: User) -> bool:
    """Whether every document that REGULAR requires was accepted."""
    kind, shown = kind_of(user), SHOWN[user.person_type]
    if not all(user.facts.get(shown[type]) for type in NEEDED[kind]):
        return False
    if kind == "BUSINESS" and not user.facts.get("CompanyNumber"):
        return False
    declarations = world.tables.owned(DECLARATIONS, user.id) if kind in WITH_OWNERS else ()
    return kind not in WITH_OWNERS or any(row["Status"] == "VALIDATED" for row in declarations)


def accept_proof(world: World, user: User, type: str, document_id: str) -> User:
    """Returns the user with an accepted document, and REGULAR if no document is missing."""
    user = evolve(user, facts={**user.facts, SHOWN[user.person_type][type]: document_id})
    if user.renewal_deadline and user.kyc_level == "REGULAR" and type in NEEDED[kind_of(user)]:
        # docs: guides/users/verification/renewal; which documents renew is not documented
        emit(world, "USER_KYC_RENEWED", user.id)
        return evolve(user, renewal_deadline=None, last_kyc=_today(world))
    return raise_level(world, user)


def raise_level(world: World, user: User) -> User:
    """Returns the user as REGULAR if nothing is missing (docs: guides/users/verification)."""
    if user.category == "OWNER" and user.kyc_level != "REGULAR" and is_complete(world, user):
        return set_level(world, user, "REGULAR")
    return user


def set_level(world: World, user: User, level: str) -> User:
    """Returns the user with that level; emits the event if it changed."""
    if level == user.kyc_level:
        return user
    emit(world, f"USER_KYC_{level}", user.id)
    if level == "REGULAR":
        return evolve(user, kyc_level=level, last_kyc=_today(world))
    return evolve(user, kyc_level=level)


def _today(world: World) -> str:
    return datetime.fromtimestamp(world.clock(), UTC).date().isoformat()


def on_change(world: World, user: User, changed: Collection[str]) -> User:
    """Returns the user after a change of verified facts (docs: guides/.../downgrade).

    Documents that are under review or accepted go out of date with the facts that they prove;
    declarations of beneficial owners do not.
    """
    if user.category != "OWNER":
        return user
    level = user.kyc_level
    if not KINDS[user.person_type].identity.isdisjoint(changed):
        user = _outdate(world, user, (IDENTITY,), OPEN)
        user = _outdate(world, user, (REGISTRATION, ARTICLES, SHAREHOLDERS), ("VALIDATED",))
        level = "LIGHT"
    elif "LegalPersonType" in changed:
        user = _outdate(world, user, (REGISTRATION,), ("VALIDATED",))
        level = level if is_complete(world, user) else "LIGHT"
    return set_level(world, user, level)


def outdate(world: World, user: User, document_id: str) -> User:
    """Returns the user after a document went out of date; LIGHT if it was required."""
    row = world.tables.get(DOCUMENTS, document_id)
    if row is None or row["Status"] not in OPEN:
        raise LookupError("no accepted or submitted document has this id")
    was_complete = is_complete(world, user)
    world.tables.save(DOCUMENTS, document_id, {**row, "Status": "OUT_OF_DATE"})
    emit(world, "KYC_OUTDATED", document_id)
    path = SHOWN[user.person_type].get(row["Type"], "")
    if user.facts.get(path) == document_id:
        user = evolve(user, facts={**user.facts, path: None})
    fallen = was_complete and not is_complete(world, user)
    return set_level(world, user, "LIGHT") if fallen else user


def as_payer(world: World, user: User) -> User:
    """Returns an OWNER as a PAYER, without the fields that a PAYER does not have.

    The fate of the documents is not documented. Here none stays under review, since the user may
    represent another person when it becomes an OWNER again.
    """
    kind = KINDS[user.person_type]
    user = _outdate(world, user, SHOWN[user.person_type], OPEN)
    facts = {path: value for path, value in user.facts.items() if path not in kind.hidden}
    status = "ACTIVE" if user.status == "PENDING_USER_ACTION" else user.status
    return set_level(world, evolve(user, category="PAYER", status=status, facts=facts), "LIGHT")


def _outdate(world: World, user: User, types: Collection[str], statuses: Collection[str]) -> User:
    shown = SHOWN[user.person_type]
    for row in world.tables.owned(DOCUMENTS, user.id):
        if row["Type"] in types and row["Status"] in statuses:
            world.tables.save(DOCUMENTS, row["Id"], {**row, "Status": "OUT_OF_DATE"})
            emit(world, "KYC_OUTDATED", row["Id"])
            if user.facts.get(shown[row["Type"]]) == row["Id"]:
                user = evolve(user, facts={**user.facts, shown[row["Type"]]: None})
    return user
