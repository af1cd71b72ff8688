"""MangoPay's error responses, in all their forms, as errors of the library.

docs: errors, and the error samples of each endpoint's page
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from onboarding import (
    ActionRequired,
    Conflict,
    NextAction,
    NotFound,
    Problem,
    ProviderError,
    Rejected,
    Unauthorized,
)
from onboarding.spi import ErrorDetails, Provenance, Response, as_object, raise_error, retry_after

from onboarding_mangopay.records import enrolment, rate_limits, seconds_to_wait
from onboarding_mangopay.wire.policy import ONE_NAME
from onboarding_mangopay.wire.vocabulary import ASCII_EMAIL, POSTAL_CODE

__all__ = ["CorePath", "is_sca_demand", "nowhere", "raise_for"]

CorePath = Callable[[str], str | None]
"""Returns the core path of a field name of MangoPay's."""

# A `param_error` (400) may mean an unknown id. Known cases: a bank account (BankAccountId, recorded
# 2017-2020), the user of a hosted verification (UserId, docs: create-idv-session) and of a
# recipient (UserId, docs: create-recipient).
_ID = re.compile(r"[A-Z][A-Za-z]*Id").fullmatch
_UNKNOWN_ID = ("unknown", "is not known to MangoPay")

# MangoPay's text of a field error -> our code and text: MangoPay's may quote a user's values.
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"field is required|must not be empty|is a required field|^REQUIRED$"),
        "missing",
        "is required",
    ),
    (
        re.compile(r"must match the regular expression|Base-64|^(INVALID|LENGTH)_"),
        "shape",
        "is not in a form that MangoPay accepts; its message is in raw",
    ),
    (re.compile(r"too small to be readable"), "too_small", "is too small to be readable"),
    (re.compile(r"cannot be submitted for"), "choice", "is not accepted for a user of this kind"),
    (re.compile(r"already been registered"), "conflict", "is already registered"),
    (re.compile(r"used is blocked"), "blocked_country", "is a country that MangoPay blocks"),
    (re.compile(r"ISO 3166-1"), "shape", "is not a country code (ISO 3166-1 alpha-2)"),
    (re.compile(r"can't be modified to a user PAYER"), "conflict", "is final for an OWNER"),
    # docs: create-recipient, codes of the recipients service; the two SCA codes are not explained
    (re.compile(r"^NOT_IN_ALLOWED_VALUES$"), "choice", "is not one of the allowed values"),
    (re.compile(r"^UNSUPPORTED_\w+$"), "unsupported", "is not supported for payouts"),
    (re.compile(r"^USER_NOT_FOUND$"), *_UNKNOWN_ID),
    (re.compile(r"^2815488948686553431$"), "conflict", "a PAYER cannot be paid out to"),
    (re.compile(r"^KAR_0042$"), "missing", "the legal representative needs an e-mail address"),
    (re.compile(r"Error (reading|converting)|Unexpected token"), "type", "has another JSON type"),
)

# docs: the `Type` of an error -> remedy, core path if it concerns a field, error class
_TYPES: dict[str, tuple[str, str, type[ProviderError] | None]] = {
    "fraud_policy": ("the data look invented to MangoPay's anti-fraud policy", "", None),
    "user_hasnt_accepted_terms_and_conditions": (
        "an OWNER must have accepted MangoPay's terms", "terms.accepted", Rejected,
    ),
    "not_allowed_for_user_category_owner": ("the user is an OWNER already", "category", Conflict),
    "not_allowed_for_user_category_payer": ("make the user an OWNER first", "category", Conflict),
    "not_allowed_for_pending_user_action_status": (
        "the user must complete the next action first", "", Conflict,
    ),
    "sca_proxy_missing": (
        "USER_NOT_PRESENT needs the user's consent to act by proxy",
        "extras.mangopay.sca_context", Rejected,
    ),
    "user_closed": ("the user is closed and cannot be reopened", "", Conflict),
    "idempotent_creation_conflict": (
        "this idempotency key was used in the last 24 hours", "", None,
    ),
    # expected by the official clients' tests; the documents print a 404
    "correlationid_not_found": (
        "no request was sent with this key in the last 24 hours", "", NotFound,
    ),
    "rate_limit": ("wait until the window of the rate limit moves on", "", None),
    "invalid_credentials": ("check client_id and api_key", "", None),
    "invalid_client": ("check client_id and api_key", "", None),
    "pending_user_action": ("the user must follow the link first", "", ActionRequired),
    "user_closure_not_possible": ("empty the user's wallets first", "", Conflict),
    "user_closure_failed": ("the user may be closed already", "", Conflict),
    "max_page_number": ("a document has at most five pages", "pages", Rejected),
    # not documented; third-party clients assert it of the live API
    "cant_validate_empty_document": ("add a page, then submit the document", "pages", Rejected),
    "http_413": ("a request has at most 10 MB", "", None),
    "http_415": ("files must be PDF, JPEG or PNG, other requests JSON", "", None),
    "unauthorized_client": (
        "too many logins: the account is locked for a while", "", Unauthorized,
    ),
    "ressource_not_found": ("check the id and its environment", "", NotFound),
}  # fmt: skip

# All recordings have `ressource`; MangoPay may correct the spelling.
_ALIASES = {"resource_not_found": "ressource_not_found"}

_FORMS = {"Email": ASCII_EMAIL, "PostalCode": POSTAL_CODE}
_NAMES = ("given_name", "family_name")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}").fullmatch
_REVOCATION = re.compile(r"revoke the terms and conditions")
# docs: guides/sca/wallets, which spell the parameter in two ways
_LINK = re.compile(r"redirecturl\s*=\s*\"?([^\s\",]+)", re.IGNORECASE)
# a separate challenge, perhaps after another (RFC 9110, 11.6.1)
_DEMAND = re.compile(r"(?:^|,)\s*pendinguseraction\b", re.IGNORECASE)


def is_sca_demand(response: Response) -> bool:
    """Returns whether a 401 requires SCA of the user, not a login (docs: guides/sca/wallets)."""
    challenge = response.headers.get("www-authenticate", "")
    return response.status == 401 and _DEMAND.search(challenge) is not None


def nowhere(_: str) -> None:
    """Returns no core path, for requests whose fields have none."""


def raise_for(
    response: Response,
    core_path: CorePath,
    *,
    about: str = "",
    user_id: str = "",
    provenance: Provenance,
) -> NoReturn:
    """Raises the error of a response, whose body may be JSON of several forms, HTML, or empty.

    `core_path` maps a field of MangoPay's to a core path; `about` is the core path of the request,
    for an error that names no field; `user_id` is the user of a required action.
    """
    body = response.loose_object()
    code = _first_text(body, "Type", "error")
    if not _WORD(code):  # only a word is a code: a sentence may quote values
        code = f"http_{response.status}"
    if is_sca_demand(response):
        code = "pending_user_action"
    remedy, path, kind = _TYPES.get(_ALIASES.get(code, code), ("", "", None))
    problems = [_problem(core_path, name, text) for name, text in _field_errors(body).items()]
    if code == "param_error" and problems and all(one.code == "unknown" for one in problems):
        remedy, path, kind = _TYPES["ressource_not_found"][0], "", NotFound
    if code == "invalid_action" and _REVOCATION.search(_first_text(body, "Message")):
        remedy, path = "accepted terms cannot be taken back", "terms.accepted"
    if (path or about) and not problems:
        problems = [Problem(path or about, code, remedy or "was refused")]
    raise_error(
        ErrorDetails(
            status=response.status,
            code=code,
            problems=tuple(problems),
            remedy=remedy,
            request_id=_first_text(body, "Id", "traceId") or None,
            retry_after=_retry_after(response),
            rate_limits=rate_limits(response),
            next_action=_action(response, user_id, provenance),
            raw=body if body else response.body,
        ),
        kind,
    )


def _action(response: Response, user_id: str, provenance: Provenance) -> NextAction | None:
    """Returns the action that a 401 requires of the user; its link is in a header."""
    if not is_sca_demand(response):
        return None
    found = _LINK.search(response.headers["www-authenticate"])
    if found is None:
        return None
    at = response.received_at
    return enrolment(user_id, found[1], provenance, at, concerns="account_access")


def _first_text(body: dict[str, Any], *names: str) -> str:
    return next((body[name] for name in names if isinstance(body.get(name), str)), "")


def _field_errors(body: dict[str, Any]) -> dict[str, str]:
    """Returns the field errors: `errors`, or `Errors` of the recipients service."""
    found = as_object(body.get("errors") or body.get("Errors"))
    return {name: str(text) for name, text in found.items() if name != "RessourceNotFound"}


def _problem(core_path: CorePath, name: str, text: str) -> Problem:
    code, words = "refused", "was refused; MangoPay's message is in raw"
    if _ID(name) and core_path(name) is None:
        code, words = _UNKNOWN_ID
    for pattern, known, ours in _TEXTS:
        if pattern.search(text):
            code, words = known, ours
            break
    form, path = _FORMS.get(name.rpartition(".")[2]), core_path(name) or ""
    if code == "shape" and form is not None:
        words = f"MangoPay accepts {form.words}"
    if code == "missing" and path.rpartition(".")[2] in _NAMES:
        words = f"{words}; {ONE_NAME}"
    return Problem(path, code, words, name)


def _retry_after(response: Response) -> float | None:
    seconds = retry_after(response)  # not documented
    return seconds_to_wait(response) if seconds is None else seconds
