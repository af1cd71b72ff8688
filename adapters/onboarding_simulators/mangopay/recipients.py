"""Recipients: the destinations of payouts, registered under SCA, with error codes of their own."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_row, find_user, json_object
from .errors import INVALID_STATE, USER_CLOSED, RefusedError, recipient_error
from .events import emit
from .kinds import KINDS
from .paging import listing
from .recipient_rules import KINDS as RECIPIENT_TYPES
from .recipient_rules import METHODS, SCHEMA_DETAILS, check, schema
from .sca import RECIPIENT, fresh_link, want_proxy
from .state import User, new_token, ulid
from .views import pending_action

RECIPIENTS = "recipients"
KEPT = (
    "DisplayName", "PayoutMethodType", "RecipientType", "Currency", "Country", "RecipientScope",
    "Tag", "IndividualRecipient", "BusinessRecipient", "LocalBankTransfer",
    "InternationalBankTransfer",
)  # fmt: skip
# docs: create-recipient prints these for a PAYER and for a representative without an e-mail address
PAYER_CODE, NO_EMAIL_CODE = "2815488948686553431", "KAR_0042"


def create(world: World, call: Call) -> Reply:
    """Registers a recipient: 201, pending until the user passes SCA (docs: create-recipient)."""
    user, body = _checked(world, call)
    now = world.clock()
    scope = body.get("RecipientScope") or "PAYOUT"
    row: Row = {
        "Id": ulid("rec_", now, world.entropy),
        "Status": "ACTIVE",
        "CreationDate": int(now),
        **{key: body.get(key) for key in KEPT},
        "RecipientScope": scope,
        "UserId": user.id,
        "RecipientVerificationOfPayee": _payee_check(world, body),
        "PendingUserAction": None,
    }
    redirect = None
    if scope == "PAYOUT":
        _want_payee(user)
        if body.get("ScaContext") == "USER_NOT_PRESENT":
            want_proxy(world, user, "RecipientRegistration")
        else:
            row["Status"] = "PENDING"
            redirect = fresh_link(world, RECIPIENT, user.id, row["Id"])
    world.tables.save(RECIPIENTS, row["Id"], row, user.id)
    if row["Status"] == "ACTIVE":
        emit(world, "RECIPIENT_ACTIVE", row["Id"])
    shown = {**row, "PendingUserAction": pending_action(redirect) if redirect else None}
    return Reply(body=shown, status=201)


def validate(world: World, call: Call) -> Reply:
    """Checks a recipient without storing it: 200, empty (docs: validate-recipient-data)."""
    user, body = _checked(world, call)
    if (body.get("RecipientScope") or "PAYOUT") == "PAYOUT":
        _want_payee(user)
    return Reply()


def view(world: World, call: Call) -> Reply:
    """Shows a recipient (docs: view-recipient)."""
    return Reply(body=find_row(world, RECIPIENTS, "Recipient", call.params["id"]))


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the recipients of a user (docs: list-recipients-user).

    Recipients of all scopes are listed unless the query names one (docs:
    release-notes/api/2026-05-11).
    """
    user = find_user(world, call.params["user"])
    rows = world.tables.owned(RECIPIENTS, user.id)
    return listing(call, rows, words=("RecipientScope", "Status"))


def deactivate(world: World, call: Call) -> Reply:
    """Deactivates a recipient permanently (docs: deactivate-recipient)."""
    row = find_row(world, RECIPIENTS, "Recipient", call.params["id"])
    status = json_object(call.request).get("Status")
    if status != "DEACTIVATED":
        code = "REQUIRED" if status is None else "NOT_IN_ALLOWED_VALUES"
        raise RefusedError(recipient_error({"Status": code}))
    if row["Status"] not in ("ACTIVE", "PENDING"):
        raise RefusedError(INVALID_STATE)
    row = {**row, "Status": "DEACTIVATED"}
    world.tables.save(RECIPIENTS, row["Id"], row)
    emit(world, "RECIPIENT_DEACTIVATED", row["Id"])
    return Reply(body=row)


def settle(world: World, recipient_id: str, *, passed: bool) -> None:
    """Activates or cancels a pending recipient after SCA."""
    row = world.tables.get(RECIPIENTS, recipient_id)
    if row is None or row["Status"] != "PENDING":
        raise LookupError("no pending recipient has this id")
    status = "ACTIVE" if passed else "CANCELED"
    world.tables.save(RECIPIENTS, recipient_id, {**row, "Status": status})
    emit(world, f"RECIPIENT_{status}", recipient_id)


def view_schema(world: World, call: Call) -> Reply:
    """Shows which fields a recipient needs (docs: view-recipient-schema)."""
    query = call.query
    method, kind = query.get("payoutmethodtype"), query.get("recipienttype")
    currency, country = query.get("currency"), query.get("country")
    wanted = {
        "PayoutMethodType": method,
        "RecipientType": kind,
        "Currency": currency,
        "Country": country,
    }
    missing = {name: "REQUIRED" for name, value in wanted.items() if not value}
    if missing or not (method and kind and currency and country):
        raise RefusedError(recipient_error(missing))
    wrong = {
        "PayoutMethodType": method not in METHODS,
        "RecipientType": kind not in RECIPIENT_TYPES,
    }
    if any(wrong.values()):
        codes = {name: "NOT_IN_ALLOWED_VALUES" for name, is_wrong in wrong.items() if is_wrong}
        raise RefusedError(recipient_error(codes))
    return Reply(body=schema(method, kind, currency, country))


def view_methods(world: World, call: Call) -> Reply:
    """Shows the payout methods of a country and currency (docs: view-payout-methods)."""
    currency = call.query.get("currency")
    local = [METHODS[0]] if currency in SCHEMA_DETAILS else []
    return Reply(body={"AvailablePayoutMethods": [*local, METHODS[1]]})


def _checked(world: World, call: Call) -> tuple[User, Row]:
    user = world.store.user(call.params["user"])
    body = json_object(call.request)
    if user is None:
        raise RefusedError(recipient_error({"UserId": "USER_NOT_FOUND"}))
    if user.status == "CLOSED":
        raise RefusedError(USER_CLOSED)
    errors = check(body)
    if errors:
        raise RefusedError(recipient_error(errors))
    return user, body


def _want_payee(user: User) -> None:
    if user.category != "OWNER":
        raise RefusedError(recipient_error({"SCA": PAYER_CODE}))
    if not user.facts.get(KINDS[user.person_type].person + "Email"):
        raise RefusedError(recipient_error({"SCA": NO_EMAIL_CODE}))


def _payee_check(world: World, body: Row) -> Row | None:
    """Returns the verification of the payee: always a match; the word for it is not documented.

    Only euro payouts within SEPA have one (docs: create-recipient).
    """
    if body["Currency"] != "EUR" or body["PayoutMethodType"] != "LocalBankTransfer":
        return None
    return {
        "RecipientVerificationId": new_token(world.entropy),
        "RecipientVerificationCheck": "MATCH",
        "RecipientVerificationMessage": None,
    }
