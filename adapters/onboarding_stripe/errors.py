"""Stripe's error responses, as errors of the library (docs: api/errors, error-codes)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from onboarding import (
    Conflict,
    NotFound,
    Problem,
    ProviderError,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from onboarding.spi import ErrorDetails, Response, as_object, raise_error, retry_after

__all__ = ["CODES", "CorePath", "dotted", "nowhere", "raise_for"]

CorePath = Callable[[str], str | tuple[str, ...] | None]

# codes about one parameter -> our code and text
_COMPLAINTS = {
    "parameter_missing": ("missing", "is required"),
    "parameter_invalid_empty": ("missing", "cannot be empty"),
    "parameter_invalid_string_blank": ("missing", "cannot be blank"),
    "parameter_invalid_string_empty": ("missing", "cannot be empty"),
    "parameter_invalid_integer": ("type", "expected a whole number"),
    "parameter_unknown": ("unknown", "Stripe has no such parameter"),
    "country_code_invalid": ("shape", "expected an ISO 3166-1 alpha-2 code"),
    "email_invalid": ("shape", "is not an e-mail address for Stripe"),
    "postal_code_invalid": ("shape", "is not a postal code for Stripe"),
    "url_invalid": ("shape", "is not a URL for Stripe"),
}
_SILENT = "account_number_invalid routing_number_invalid state_unsupported tax_id_invalid"

# code -> what helps, error class if the status alone misleads
CODES: dict[str, tuple[str, type[ProviderError] | None]] = {
    **dict.fromkeys((*_COMPLAINTS, *_SILENT.split()), ("", None)),
    "account_country_invalid_address": ("the address must be in the country of the account", None),
    "account_information_mismatch": ("the data contradict those on file", None),
    # the status of an account that is missing or of another platform is 403
    "account_invalid": ("the platform has no such account", NotFound),
    "api_key_expired": ("use the new key", Unauthorized),
    "bank_account_exists": ("the account has this bank account", Conflict),
    "bank_account_unusable": ("give another bank account", None),
    "country_unsupported": ("Stripe opens no accounts in this country", None),
    "idempotency_key_in_use": ("the first call with this key is under way: wait", Conflict),
    "livemode_mismatch": ("the object is of the other mode, test or live", None),
    "lock_timeout": ("another call changes the account: wait", RateLimited),
    "not_allowed_on_standard_account": ("only the user can change this account", None),
    "parameters_exclusive": ("give one of them", None),
    "platform_api_key_expired": ("use the new key", Unauthorized),
    "rate_limit": ("wait", RateLimited),
    "resource_already_exists": ("", Conflict),
    "resource_missing": ("there is no such object", NotFound),
    "secret_key_required": ("use a secret key (sk_...)", None),
    "testmode_charges_only": ("the platform's account is not activated for live mode", None),
    "tls_version_unsupported": ("use TLS 1.2 or later", None),
    "token_already_used": ("make a new token", None),
    "token_in_use": ("make a new token", None),
}
_ELSE = "was refused; Stripe's message is in raw"
_WORD = re.compile(r"[a-z][a-z0-9_.]{0,99}").fullmatch
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,256}").fullmatch
_ID = re.compile(r"[!-~]{1,128}").fullmatch
_DEPENDENCY_FAILED = 424


def nowhere(_: str) -> str | None:
    """Returns None for each parameter: the request has no fields of a user."""
    return None


def dotted(param: object) -> str:
    """Returns a parameter with dots for brackets, `individual.dob.year`; empty if it is no name."""
    if not isinstance(param, str) or not _NAME(param):
        return ""
    return param.replace("]", "").replace("[", ".")


def raise_for(response: Response, core_path: CorePath, about: str = "") -> NoReturn:
    """Raises the error of a response. Stripe's message stays in `raw`: it may quote a value.

    `core_path` maps a parameter of Stripe's, with dots, to its core paths; `about` is the core path
    of the request, for a parameter that has none.
    """
    body = response.loose_object()
    error = as_object(body.get("error"))
    given, name = error.get("code"), dotted(error.get("param"))
    code = given if isinstance(given, str) and _WORD(given) else f"http_{response.status}"
    remedy, kind = CODES.get(code, ("", None))
    if response.status == _DEPENDENCY_FAILED:
        kind = Unavailable
    problems: tuple[Problem, ...] = ()
    if name or about:
        found = (core_path(name) if name else None) or about
        paths = (found,) if isinstance(found, str) else found
        word, text = _COMPLAINTS.get(code, (code if code in CODES else "refused", remedy or _ELSE))
        problems = tuple(Problem(path, word, text, name) for path in paths)
    request_id = response.headers.get("request-id", "")
    raise_error(
        ErrorDetails(
            status=response.status,
            code=code,
            problems=problems,
            remedy=remedy,
            request_id=request_id if _ID(request_id) else None,
            retry_after=retry_after(response),
            raw=body if body else response.body,
        ),
        kind,
    )
