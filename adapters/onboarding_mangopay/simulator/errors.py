"""The refusals of the API, worded as the documents print them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

PARAM_ERROR = (
    "One or several required parameters are missing or incorrect. "
    "An incorrect resource ID also raises this kind of error."
)


@frozen(kw_only=True)
class Problem:
    """What an error answer says; without a `type` the body holds `Message` only."""

    status: int
    message: str
    type: str | None = None
    errors: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str])

    def body(self, *, id: str, now: float) -> dict[str, object]:
        """Gives the JSON of the error (docs: errors)."""
        if self.type is None:
            return {"Message": self.message}
        errors = None if self.errors is None else dict(self.errors)
        return {
            "Message": self.message,
            "Type": self.type,
            "Id": id,
            "Date": int(now),
            "errors": errors,
        }


class RefusedError(Exception):
    """Carries a `Problem` from a rule to the answer; its text is the type, never a value."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type or str(problem.status))
        self.problem = problem


def param_error(errors: Mapping[str, str]) -> Problem:
    """Gives the refusal that names every bad field by its dotted path."""
    return Problem(status=400, type="param_error", message=PARAM_ERROR, errors=errors)


def not_found(kind: str, id: str) -> Problem:
    """Gives the 404 of an unknown id; the odd spelling and the last blank are MangoPay's."""
    return Problem(
        status=404,
        type="ressource_not_found",
        message="The ressource does not exist",
        errors={"RessourceNotFound": f"Cannot found the ressource {kind} with the id={id} "},
    )


def unknown_route(url: str) -> Problem:
    """Gives the 404 of an unknown path, which is the web framework's own."""
    message = f"No HTTP resource was found that matches the request URI '{url}'."
    return Problem(status=404, message=message)


def wrong_method(method: str, allowed: str) -> Problem:
    """Gives the 405; its text is quoted in mangopay2-python-sdk issue 45."""
    message = f"The requested resource does not support http method '{method}'."
    return Problem(status=405, message=message, headers={"Allow": allowed})


def wrong_media_type(media_type: str) -> Problem:
    """Gives the 415 of a body that is not declared as JSON, the web framework's own."""
    message = (
        f"The request entity's media type '{media_type}' is not supported for this resource."
        if media_type
        else "The request contains an entity body but no Content-Type header."
    )
    return Problem(status=415, message=message)


def _problem(status: int, type: str, message: str) -> Problem:
    return Problem(status=status, type=type, message=message)


# docs: overview/authentication prints this body for a token that expired
INVALID_CREDENTIALS = _problem(
    401, "invalid_credentials", "The authorization credentials are not valid"
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
# The documents announce an error without printing it; this is the one they print for an
# endpoint that an account cannot use.
FORBIDDEN = _problem(403, "forbidden_ressource", "This endpoint is not available for your account")
