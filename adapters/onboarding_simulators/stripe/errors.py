"""The errors of the API, and the exception that raises one as the answer."""

from __future__ import annotations

from attrs import field, frozen

INVALID = "invalid_request_error"


@frozen(kw_only=True)
class Problem:
    """An error.

    `began` says that the call was carried out before it was refused: its answer is stored under the
    idempotency key. `retry` is the advice of the header Stripe-Should-Retry.
    """

    status: int
    message: str = field(repr=False)
    type: str = INVALID
    code: str | None = None
    param: str | None = field(default=None, repr=False)
    began: bool = False
    retry: bool | None = None

    def body(self, request_id: str) -> dict[str, object]:
        """Returns the JSON of the error (docs: api/errors); absent facts have no key."""
        said: dict[str, str | None] = {
            "code": self.code,
            "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
            if self.code
            else None,
            "message": self.message,
            "param": self.param,
            "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}",
            "type": self.type,
        }
        return {"error": {name: value for name, value in said.items() if value is not None}}


class RefusedError(Exception):
    """Raises a `Problem` as the answer; its text is the code, never a value."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code or str(problem.status))
        self.problem = problem


def invalid(
    param: str | None, message: str, code: str | None = None, *, status: int = 400
) -> RefusedError:
    """Returns the error of a call that was refused before it was carried out."""
    return RefusedError(Problem(status=status, message=message, code=code, param=param))


def declined(param: str | None, message: str, code: str | None = None) -> RefusedError:
    """Returns the error of a call that was refused while it was carried out."""
    return RefusedError(Problem(status=400, message=message, code=code, param=param, began=True))


def unknown_param(param: str) -> RefusedError:
    """Returns the error of a parameter that does not exist."""
    return invalid(param, f"Received unknown parameter: {param}", "parameter_unknown")


def missing_param(param: str) -> RefusedError:
    """Returns the error of a required parameter that is missing."""
    return invalid(param, f"Missing required param: {param}.", "parameter_missing")


def not_found(noun: str, param: str) -> RefusedError:
    """Returns the 404 of an unknown object other than an account."""
    return invalid(param, f"No such {noun}", "resource_missing", status=404)


def no_access() -> RefusedError:
    """Returns the 403 of an account that is missing or of another platform.

    The provider does not say which; the code is not certain.
    """
    message = "This key does not have access to the account, or there is no such account"
    return invalid(None, message, "account_invalid", status=403)


def not_permitted(param: str) -> RefusedError:
    """Returns the error of a field that only the user may see and change.

    It is documented that such a field is refused, the status is not: 403 as for accounts.
    """
    message = f"This application does not have the required permissions for the parameter '{param}'"
    return invalid(param, message, status=403)


def failure(status: int | None, code: str | None) -> Problem:
    """Returns the 429, an error of any status or code, or a 500; the texts are ours."""
    known = status or (500 if code is None else 400)
    if known == 429:
        return Problem(status=429, message="Too many requests", code=code or "rate_limit")
    if known == 401:
        return UNAUTHORIZED
    retry = True if known == 409 else None
    kind = "api_error" if known >= 500 else INVALID
    return Problem(status=known, message="An error occurred", type=kind, code=code, retry=retry)


UNAUTHORIZED = Problem(status=401, message="Invalid API Key provided")
NO_KEY = Problem(
    status=401,
    message="You did not provide an API key. Provide it in the Authorization header, as Bearer.",
)
SECRET_KEY_REQUIRED = Problem(
    status=403,
    message="This call needs a secret key",
    code="secret_key_required",
)
RATE_LIMITED = Problem(status=429, message="Too many requests", code="rate_limit")
OTHER_PARAMETERS = Problem(
    status=400,
    type="idempotency_error",
    message="This idempotency key was used with other parameters",
)


def unknown_url(method: str, path: str) -> RefusedError:
    """Returns the 404 of an unknown path or of another method."""
    return invalid(None, f"Unrecognized request URL ({method}: {path}).", status=404)
