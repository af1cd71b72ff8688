"""The desk's actions on users and documents: their forms and their effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from onboarding_simulators.shared.desk import Action, Input, WrongInputError

from .levels import LEVELS
from .rows import WALLET_STATUSES, Account, Document, IdentificationRequest
from .services import SERVICES

if TYPE_CHECKING:
    from .app import PayseraSimulator

Given = Mapping[str, str]

EARNED = "by the evidence"


def of_account(account: Account, *, consented: bool) -> list[Action]:
    """Returns the actions that are possible on a user."""
    found: list[Action] = []
    if account.identity is not None:
        found.append(Action(name="accept-identity", label="Accept the identity", tone="main"))
    level = account.identification_level
    enabled = dict(account.services)
    found += [
        Action(
            name="set-level",
            label="Set the level",
            inputs=[_choice("level", "identification_level", LEVELS, level)],
            hint="Needs no evidence.",
        ),
        Action(
            name="enable-service",
            label="Enable a service",
            inputs=[_choice("service", "Service", [key for key in SERVICES if key not in enabled])],
        ),
        Action(
            name="add-wallet",
            label="Add a wallet",
            inputs=[_choice("status", "Status", WALLET_STATUSES, WALLET_STATUSES[0])],
        ),
        Action(
            name="set-company",
            label="Set the company",
            inputs=[
                Input(name="country", label="Country", required=True, hint="Two letters."),
                Input(name="code", label="Company code", required=True),
            ],
        ),
    ]
    if consented:
        found.append(Action(name="revoke", label="Revoke all consent", tone="danger"))
    return found


def of_document(document: Document) -> list[Action]:
    """Returns the actions that are possible on a document."""
    return [*([_accept()] if document.type is not None else []), _refuse()]


def of_request(request: IdentificationRequest) -> list[Action]:
    """Returns the actions that are possible on an identification request."""
    if request.status not in ("processing", "pending"):
        return []
    begin = Action(name="begin", label="Start the review")
    return [_accept(), _refuse(), *([begin] if request.status == "processing" else [])]


def act_on_account(sim: PayseraSimulator, id: int, action: str, given: Given) -> None:
    """Carries out an action. Raises LookupError or ValueError if it is impossible."""
    match action:
        case "accept-identity":
            sim.accept_identity(id)
        case "set-level":
            sim.set_level(id, given["level"])
        case "enable-service":
            sim.enable_service(id, given["service"])
        case "add-wallet":
            sim.add_wallet(id, given["status"])
        case "set-company":
            country = given["country"]
            if len(country) != 2 or not (country.isascii() and country.isalpha()):
                raise WrongInputError("country", "Enter two letters.")
            sim.set_company(id, country, given["code"])
        case "revoke":
            sim.revoke_consent(id)
        case _:
            raise LookupError("there is no such action")


def act_on_document(sim: PayseraSimulator, id: int, action: str, given: Given) -> None:
    """Carries out a decision on a document."""
    if action == "accept":
        sim.accept_document(id, given["level"] or None)
    else:
        sim.refuse_document(id, given["comment"])


def act_on_request(sim: PayseraSimulator, id: int, action: str, given: Given) -> None:
    """Carries out a decision on an identification request."""
    if action == "accept":
        sim.accept_request(id, given["level"] or None)
    elif action == "begin":
        sim.begin_review(id)
    else:
        sim.refuse_request(id, given["comment"])


def _accept() -> Action:
    return Action(
        name="accept",
        label="Accept",
        tone="main",
        inputs=[
            _choice("level", "Level of the user", LEVELS, required=False, empty=EARNED),
        ],
    )


def _refuse() -> Action:
    # free text: no source lists reasons
    comment = Input(name="comment", label="Comment", required=True, hint="Shown to the client.")
    return Action(name="refuse", label="Refuse", tone="danger", inputs=[comment])


def _choice(
    name: str,
    label: str,
    words: Sequence[str],
    value: str = "",
    *,
    required: bool = True,
    empty: str = "Choose…",
) -> Input:
    return Input(
        name=name,
        label=label,
        kind="choice",
        choices=[(word, word) for word in words],
        value=value,
        required=required,
        empty=empty,
    )
