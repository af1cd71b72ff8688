"""The errors of the API, worded as in the documents."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

PARAM_ERROR = (
    "One or several required parameters are missing or incorrect. "
    "An incorrect resource ID also raises this kind of error."
)


@frozen(kw_only=True)
class Problem:
    """An error; without a `type` the body has only `Message`."""

    status: int
    message: str
    type: str | None = None
    errors: Mapping[str, str] | None = field(default=None, repr=False)
    errors_key: str = "errors"
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    empty: bool = False
    """Whether the answer has no body."""
    standard: bool = False
    """Whether the body follows RFC 7807."""

    @property
    def content_type(self) -> str:
        """The media type of the body (RFC 7807, section 3)."""
        return f"application/{'problem+json' if self.standard else 'json'}; charset=utf-8"

    def body(self, *, id: str, now: float) -> dict[str, object] | None:
        """Returns the JSON of the error (docs: errors)."""
        if self.empty:
            return None
        if self.standard:
            title = self.message
            return {"type": "about:blank", "title": title, "status": self.status, "traceId": id}
        if self.type is None:
            return {"Message": self.message}
        errors = None if self.errors is None else dict(self.errors)
        body = {"Message": self.message, "Type": self.type, "Id": id, "Date": int(now)}
        if self.errors_key == "Errors":  # docs: create-recipient prints the id first
            body = {"Id": id, **body}
        return {**body, self.errors_key: errors}


class RefusedError(Exception):
    """Raises a `Problem` as the answer; its text is the type, never a value."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type or str(problem.status))
        self.problem = problem


class DemandedError(RefusedError):
    """An error whose changes are kept: the hosted page that it refers to stays."""


def param_error(errors: Mapping[str, str]) -> Problem:
    """Returns the error that names every bad field by its dotted path."""
    return Problem(status=400, type="param_error", message=PARAM_ERROR, errors=errors)


def bank_account_error(errors: Mapping[str, str]) -> Problem:
    """Returns the error of invalid account numbers (docs: create-gb-bank-account)."""
    message = PARAM_ERROR.partition(".")[0]
    return Problem(status=400, type="bankaccount_error", message=message, errors=errors)


def not_found(kind: str, id: str) -> Problem:
    """Returns the 404 of an unknown id; the spelling and the trailing blank are MangoPay's."""
    return Problem(
        status=404,
        type="ressource_not_found",
        message="The ressource does not exist",
        errors={"RessourceNotFound": f"Cannot found the ressource {kind} with the id={id} "},
    )


def unknown_key(key: str, *, strict: bool) -> Problem:
    """Returns the error of an unused idempotency key.

    The documents print a 404; the tests of the official Python and Java clients expect this 400,
    whose text they do not print.
    """
    if strict:
        return not_found("Response", key)
    return _problem(400, "correlationid_not_found", "The idempotency key was not found")


def unknown_route(url: str) -> Problem:
    """Returns the 404 of an unknown path, which comes from the web framework."""
    message = f"No HTTP resource was found that matches the request URI '{url}'."
    return Problem(status=404, message=message)


def wrong_method(method: str, allowed: str) -> Problem:
    """Returns the 405; its text is quoted in mangopay2-python-sdk issue 45."""
    message = f"The requested resource does not support http method '{method}'."
    return Problem(status=405, message=message, headers={"Allow": allowed})


def wrong_media_type(media_type: str) -> Problem:
    """Returns the 415 of a body without a JSON media type, which comes from the web framework."""
    message = (
        f"The request entity's media type '{media_type}' is not supported for this resource."
        if media_type
        else "The request contains an entity body but no Content-Type header."
    )
    return Problem(status=415, message=message)


def invalid_action(message: str) -> Problem:
    """Returns the error of an action that is invalid in the current state."""
    return _problem(400, "invalid_action", message)


def recipient_error(errors: Mapping[str, str]) -> Problem:
    """Returns the error of the recipients' service: codes under the key `Errors`."""
    return evolve(param_error(errors), errors_key="Errors")


def sca_demand(redirect: str) -> Problem:
    """Returns the 401 that requires SCA, in a header only (docs: guides/sca/wallets)."""
    headers = {"WWW-Authenticate": f"PendingUserAction RedirectUrl={redirect}"}
    return Problem(status=401, message="", headers=headers, empty=True)


def failure(status: int | None = None, type: str | None = None) -> Problem:
    """Returns the 429, an error of any type, or a 500; the text is not documented."""
    if type is None and status == 429:
        return RATE_LIMITED
    known = status or (500 if type is None else 400)
    return _problem(known, type or "other", "An error occurred")


def _problem(status: int, type: str, message: str) -> Problem:
    return Problem(status=status, type=type, message=message)


# docs: overview/authentication prints this body for an expired token
INVALID_CREDENTIALS = _problem(
    401, "invalid_credentials", "The authorization credentials are not valid"
)
# Not documented; a third-party client asserts it from the live API.
EMPTY_DOCUMENT = _problem(
    400,
    "cant_validate_empty_document",
    "You can not request validation for a document which has no pages",
)
# docs: create-natural-user, create-natural-user-sca
TERMS_NOT_ACCEPTED = _problem(
    403,
    "user_hasnt_accepted_terms_and_conditions",
    "User must accept the terms and conditions before account creation or modification.",
)
# docs: update-natural-user
TERMS_REVOKED = _problem(
    400, "invalid_action", "The user cannot revoke the terms and conditions acceptance"
)
# docs: categorize-natural-user
OWNER_NOT_ALLOWED = _problem(
    400,
    "not_allowed_for_user_category_owner",
    "This endpoint is not allowed for User categorized as OWNER",
)
# docs: enroll-user
PAYER_NOT_ALLOWED = _problem(
    400,
    "not_allowed_for_user_category_payer",
    "This endpoint is not allowed for User categorized as PAYER",
)
# docs: guides/sca/proxy-management
PROXY_MISSING = _problem(
    403,
    "sca_proxy_missing",
    "You are not authorized to perform this action. "
    "The user has not provided consent to the requested proxy",
)
# docs: release-notes/api/2025-04-14
USER_CLOSED = _problem(400, "user_closed", "User closed: No action can be performed")
# docs: close-natural-user
CLOSURE_FAILED = _problem(400, "user_closure_failed", "An error occurred while closing the user")
# docs: close-natural-user
WALLETS_NOT_EMPTY = _problem(
    400,
    "user_closure_not_possible",
    "The user cannot be closed as one or several wallets are not empty",
)
# docs: create-kyc-document-page
TOO_MANY_PAGES = _problem(
    400,
    "max_page_number",
    "Maximum number of pages exceeded. You can only add up to 5 pages to this document",
)
# docs: overview/idempotency
ALREADY_CREATED = _problem(
    409,
    "idempotent_creation_conflict",
    "A resource has already been created with this Idempotency Key",
)
# docs: overview/rate-limiting
RATE_LIMITED = _problem(
    429, "rate_limit", "Rate limit exceeded. Please contact support for more assistance"
)
# mangopay2-nodejs-sdk issue 87
EMPTY_BODY = _problem(400, "empty_body", "the body cannot be empty")
# The documents mention an error without printing it; this is the one that they print for an
# endpoint that an account cannot use.
FORBIDDEN = _problem(403, "forbidden_ressource", "This endpoint is not available for your account")
# docs: create-idv-session: the feature is not enabled for the platform
FEATURE_OFF = Problem(status=403, message="Forbidden", standard=True)
# docs: deactivate-recipient
INVALID_STATE = evolve(_problem(400, "other", "Invalid State"), errors_key="Errors")
