"""The desk's actions on users and documents: their forms and their effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import Action, Input, WrongInputError

from .levels import DECLARATIONS, DOCUMENTS, OPEN
from .owners import REASONS as OWNER_REASONS
from .owners import STATUSES
from .review import REASONS
from .sca import SCOPES
from .state import User

if TYPE_CHECKING:
    from .app import MangoPaySimulator

Given = Mapping[str, str]

LEVELS = ("LIGHT", "REGULAR")
OUTCOMES = ("VALIDATED", "REFUSED", "REVIEW", "TIMEOUT", "EXPIRED")


def of_user(user: User) -> list[Action]:
    """Returns the actions that are possible on a user."""
    if user.status == "CLOSED":
        return []
    found: list[Action] = []
    if user.status != "ACTIVE" or not user.enrolled:
        found.append(Action(name="activate", label="Complete the enrolment", tone="main"))
    found.append(
        Action(
            name="set-level",
            label="Set the KYC level",
            inputs=[_choice("level", "KYCLevel", LEVELS, user.kyc_level)],
            hint="Needs no documents. Only an OWNER can be REGULAR.",
        )
    )
    found.append(
        Action(
            name="consent",
            label="Set the consent",
            inputs=[
                Input(
                    name=scope,
                    label=scope,
                    kind="check",
                    value="on" if scope in user.consents else "",
                )
                for scope in SCOPES
            ],
            hint="Unticked scopes are revoked.",
        )
    )
    found.append(
        Action(
            name="block",
            label="Block or unblock",
            inputs=[
                _check("inflows", "Inflows", user.inflows_blocked),
                _check("outflows", "Outflows", user.outflows_blocked),
                Input(name="code", label="ActionCode", value=user.action_code or "008703"),
            ],
        )
    )
    if user.category == "OWNER":
        found.append(
            Action(
                name="require-renewal",
                label="Require a renewal",
                inputs=[Input(name="deadline", label="Until", kind="date", required=True)],
            )
        )
        found.append(Action(name="make-payer", label="Make a PAYER again", tone="danger"))
    return found


def of_paper(kind: str, row: Row) -> list[Action]:
    """Returns the actions that are possible on a document, a declaration or a verification."""
    status = row["Status"]
    if kind == DOCUMENTS:
        return _of_document(status)
    if kind == DECLARATIONS:
        return _of_declaration() if status == "VALIDATION_ASKED" else []
    if status == "VALIDATED":
        return [Action(name="outdate-verification", label="Set to OUT_OF_DATE", tone="danger")]
    outcome = _choice("outcome", "Outcome", OUTCOMES, "VALIDATED")
    return [Action(name="complete", label="End the verification", inputs=[outcome])]


def act_on_user(sim: MangoPaySimulator, id: str, action: str, given: Given) -> None:
    """Carries out an action. Raises LookupError or ValueError if it is impossible."""
    match action:
        case "activate":
            sim.activate(id)
        case "set-level":
            sim.set_kyc_level(id, given["level"])
        case "consent":
            sim.consent(id, [scope for scope in SCOPES if given[scope]])
        case "block":
            code = given["code"]
            if len(code) != 6 or not (code.isascii() and code.isdigit()):
                raise WrongInputError("code", "Enter six digits.")
            sim.block(
                id, inflows=bool(given["inflows"]), outflows=bool(given["outflows"]), code=code
            )
        case "require-renewal":
            sim.require_renewal(id, given["deadline"])
        case "make-payer":
            sim.make_payer(id)
        case _:
            raise LookupError("there is no such action")


def act_on_paper(sim: MangoPaySimulator, id: str, action: str, given: Given) -> None:
    """Carries out a decision. Raises LookupError or ValueError if it is impossible."""
    match action:
        case "accept":
            sim.accept_document(id)
        case "refuse":
            sim.refuse_document(id, given["reason"], given["message"] or None)
        case "outdate":
            sim.outdate_document(id)
        case "decide":
            reason = given["reason"] or None
            if given["status"] != "VALIDATED" and reason is None:
                raise WrongInputError("reason", "Choose a reason.")
            sim.decide_declaration(id, given["status"], reason, given["message"] or None)
        case "complete":
            sim.complete_verification(id, given["outcome"])
        case "outdate-verification":
            sim.complete_verification(id, "OUT_OF_DATE")
        case _:
            raise LookupError("there is no such action")


def _of_document(status: str) -> list[Action]:
    found: list[Action] = []
    if status == "VALIDATION_ASKED":
        found = [
            Action(name="accept", label="Accept", tone="main"),
            Action(
                name="refuse",
                label="Refuse",
                tone="danger",
                inputs=[
                    _choice("reason", "Reason", REASONS),
                    Input(name="message", label="Message", hint="Shown as RefusedReasonMessage."),
                ],
            ),
        ]
    if status in OPEN:
        found.append(Action(name="outdate", label="Set to OUT_OF_DATE"))
    return found


def _of_declaration() -> list[Action]:
    return [
        Action(
            name="decide",
            label="Decide",
            inputs=[
                _choice("status", "Decision", STATUSES),
                _choice("reason", "Reason", OWNER_REASONS, required=False),
                Input(name="message", label="Message"),
            ],
        )
    ]


def _choice(
    name: str, label: str, words: Sequence[str], value: str = "", *, required: bool = True
) -> Input:
    choices = [(word, word) for word in words]
    return Input(
        name=name, label=label, kind="choice", choices=choices, value=value, required=required
    )


def _check(name: str, label: str, is_on: bool) -> Input:
    return Input(name=name, label=label, kind="check", value="on" if is_on else "")
