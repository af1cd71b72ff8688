"""Paysera's error responses, as errors of the library.

docs: basics (errors), user-resource (the codes of each call)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn

from onboarding import (
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    ProviderError,
    RateLimited,
    Unauthorized,
)
from onboarding.spi import ErrorDetails, Response, as_list, as_object, raise_error, retry_after

__all__ = ["CODES", "CorePath", "clock_refused", "raise_for"]

CorePath = Callable[[str], str | None]

# code -> remedy, core path if the code concerns a field, error class if the status alone misleads
CODES: dict[str, tuple[str, str, type[ProviderError] | None]] = {
    "card_already_assigned": ("another user has this card", "extras.paysera.card", Conflict),
    "person_code_already_assigned": (
        "another user has this number", "identity.national_id.code", Conflict,
    ),
    "email_already_assigned": ("another user has this e-mail address", "email", Conflict),
    "phone_already_assigned": ("another user has this phone number", "phone", Conflict),
    "user_already_exists": ("the user is already registered", "", Conflict),
    "password_too_short": ("choose a longer password", "credentials.password", None),
    "password_too_risky": ("choose another password", "credentials.password", None),
    "phone_from_prohibited_country": ("Paysera refuses numbers of this country", "phone", None),
    "invalid_code": ("the code is wrong or has expired; renew the action for a new one", "", None),
    "identity_required": (
        "the user is identified: give the person code too", "identity.national_id.code", None,
    ),
    "invalid_identity": ("the person code is not this user's", "identity.national_id.code", None),
    "invalid_password": ("the old password is wrong", "", None),
    "invalid_timestamp": ("set this machine's clock", "", Unauthorized),
    "invalid_grant": ("the token or code has expired: refresh, or ask the user", "", Unauthorized),
    # RFC 6749, section 5.2
    "invalid_scope": ("request scopes that the token has, or give the code", "", None),
    "unauthorized": ("check client_id and mac_key", "", None),
    "forbidden": ("the client lacks a permission or scope for this call", "", Forbidden),
    "not_found": ("no such user, or the user has no such field", "", None),
    "rate_limit_exceeded": ("wait, or have the user solve the captcha", "", RateLimited),
    # the official Java client: too many liveness checks; no document names its status
    "rate_limit_exceeded_ge": ("too many liveness checks: wait", "", RateLimited),
    "invalid_request": ("", "", None),
    "invalid_parameters": ("", "", None),
    "not_acceptable": ("", "", None),
    "internal_server_error": ("", "", None),
    "invalid_state": ("the user's state does not allow this call", "", Conflict),
    # lib-api-bundle, paged lists
    "offset_too_large": ("start the list again", "", None),
    "invalid_cursor": ("start the list again", "", None),
}  # fmt: skip

# names of the constraints in Paysera's responses -> our code and text
_CONSTRAINTS = {
    "is_blank": ("missing", "is required"),
    "is_null": ("missing", "is required"),
    "invalid_type": ("type", "has another JSON type"),
    "regex_failed": ("shape", "is not in a form that Paysera accepts; its message is in raw"),
    "no_such_choice": ("choice", "is not one of the documented values"),
}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}").fullmatch
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,128}").fullmatch
_CORRELATION = re.compile(r"[!-~]{1,128}").fullmatch
_MOST_FIELDS = 100
_REFUSED = "refused"
_ELSE = "was refused; Paysera's message is in raw"
# the official Java client, RecaptchaHeader: the headers of a limit that a captcha lifts
CAPTCHA = ("g-recaptcha-key", "recaptcha-unlock-url")


def raise_for(response: Response, core_path: CorePath) -> NoReturn:
    """Raises the error of a response. Paysera's messages stay in `raw`: they may quote values.

    The site key of a captcha that lifts a rate limit, and the URL for its solution, are in
    `provider_fields`. `core_path` maps a property of Paysera's to a core path.
    """
    body = response.loose_object()
    code = _code(body.get("error"))  # only a word is a code: a sentence may quote a value
    if code is None:
        code = f"http_{response.status}"
    remedy, path, kind = CODES.get(code, ("", "", None))
    if code == "not_found" and response.status == 400:
        kind = NotFound  # 400 is the status of a code without one of its own; 405 is a wrong method
    problems = [
        Problem(core_path(name) or "", *_CONSTRAINTS.get(word, (word, _ELSE)), name)
        for name, word in islice(_fields(body), _MOST_FIELDS)
    ]
    if path and not problems:
        problems = [Problem(path, code, remedy)]
    raise_error(
        ErrorDetails(
            status=response.status,
            code=code,
            problems=tuple(problems),
            remedy=remedy,
            # the official Swift client also reads it from the body
            request_id=_correlation(response.headers.get("paysera-correlation-id"))
            or _correlation(body.get("correlation_id")),
            retry_after=retry_after(response),
            provider_fields={
                name: response.headers[name] for name in CAPTCHA if name in response.headers
            },
            raw=body if body else response.body,
        ),
        kind,
    )


# the Java client recognises a wrong clock by these texts, the Swift client by the code
_CLOCK = ("timestamp is in future", "timestamp lifetime exceeded")


def clock_refused(response: Response) -> bool:
    """Returns whether a response refuses the timestamp of the signature."""
    if response.status not in (400, 401):
        return False
    body = response.loose_object()
    text = body.get("error_description")
    text = text.lower() if isinstance(text, str) else ""
    return body.get("error") == "invalid_timestamp" or any(known in text for known in _CLOCK)


def _fields(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields (property, code) pairs of an error.

    `errors` has the codes, `error_properties` the other properties: a map of lists, though some
    clients met a scalar, or `[]` for an empty map. Older servers send `error_properties_codes` in
    place of `errors` (lib-rest-bundle, changelog).
    """
    named: dict[str, str] = {}
    for entry in map(as_object, as_list(body.get("errors"))):
        named[_name(entry.get("field"))] = _code(entry.get("code")) or _REFUSED
    for name, told in as_object(body.get("error_properties_codes")).items():
        words = as_list(told) or [told]
        named.setdefault(_name(name), next(filter(None, map(_code, words)), _REFUSED))
    for name in as_object(body.get("error_properties")):
        named.setdefault(_name(name), _REFUSED)
    yield from named.items()


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and _WORD(value) else None


def _name(value: object) -> str:
    """Returns the name of a property; empty for other text, which may quote a value."""
    return value if isinstance(value, str) and _NAME(value) else ""


def _correlation(value: object) -> str | None:
    return value if isinstance(value, str) and _CORRELATION(value) else None
