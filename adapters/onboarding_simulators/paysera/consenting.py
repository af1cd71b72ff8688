"""The page on which a user gives a client access."""

# Sources: lib-wallet-php-client, OAuth/Consumer, for the addresses and the query; RFC 6749, section
# 4.1.2.1, for the errors. The page itself is the simulator's own: one form, for browsers and
# programs.

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from attrs import frozen
from werkzeug.wrappers import Response

from onboarding_simulators.shared.desk import Hosted, Input, hosted_page, leads_back

from .answers import ApiError
from .calls import Call
from .contacts import confirmed
from .granting import who_logs_in
from .passwords import check_login
from .rows import Account
from .tokens import Session, authorize, check_scopes


@frozen(kw_only=True, repr=False)
class Asked:
    """The parameters of an authorisation request."""

    scopes: tuple[str, ...]
    redirect_uri: str
    state: str | None
    email: str | None  # vouched for by the client in a session


def show(call: Call) -> Response:
    """GET .../oauth: shows the page, or redirects at once with an error of the request."""
    asked = _asked(call)
    fault = _fault(call, asked)
    if fault is not None:
        return _back(asked, fault)
    return _page(call, asked)


def decide(call: Call) -> Response:
    """POST .../oauth: takes `username`, `password`, and `decision`, `allow` or `refuse`."""
    asked = _asked(call)
    fault = _fault(call, asked)
    if fault is not None:
        return _back(asked, fault)
    if call.body.get("decision") != "allow":
        return _back(asked, {"error": "access_denied"})
    username = call.body.get("username", "")
    account = who_logs_in(call, username) or _trusted(call, asked, username)
    try:
        if account is None:
            raise ApiError("invalid_grant", "The user name or the password is wrong.")
        check_login(call, account, call.body.get("password", ""), "invalid_grant")
    except ApiError as error:
        return _page(call, asked, problem=error.description)
    if asked.email is not None and asked.email == account.email.pending:
        call.keep(account.with_contact("email", confirmed(account.email)))
    code = authorize(call.settings, call.store, account.id, asked.scopes, asked.redirect_uri)
    return _back(asked, {"code": code})


def _parameters(call: Call) -> Mapping[str, str]:
    key = call.parts.get("key")
    if key is None:
        return dict(call.query)
    session = call.store.get(Session, key)
    if session is None:
        raise ApiError("not_found", "There is no such session.")
    return dict(session.parameters)


def _asked(call: Call) -> Asked:
    """Returns the parameters; an invalid redirect URI is refused (section 4.1.2.1)."""
    given = _parameters(call)
    if given.get("client_id") != call.settings.client_id:
        raise ApiError("unauthorized", "There is no such client.")
    redirect_uri = given.get("redirect_uri", "")
    allowed = call.settings.redirect_uris
    is_endpoint = leads_back(redirect_uri) and "#" not in redirect_uri  # section 3.1.2
    if not is_endpoint or (allowed and redirect_uri not in allowed):
        raise ApiError("invalid_request", "The redirect URI is missing or not allowed.")
    return Asked(
        scopes=tuple(given.get("scope", "").split()),
        redirect_uri=redirect_uri,
        state=given.get("state"),
        email=given.get("user[email]"),
    )


def _fault(call: Call, asked: Asked) -> dict[str, str] | None:
    if _parameters(call).get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    try:
        check_scopes(asked.scopes)
    except ApiError as error:
        return {"error": error.code, "error_description": error.description}
    return None


def _trusted(call: Call, asked: Asked, username: str) -> Account | None:
    """Returns the user whose unconfirmed e-mail address the client vouches for."""
    email = username.lower()
    if asked.email is None or asked.email.lower() != email:
        return None
    return call.store.owner(("email", email))


def _back(asked: Asked, answer: dict[str, str]) -> Response:
    parts = urlsplit(asked.redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *answer.items()]
    if asked.state is not None:
        query.append(("state", asked.state))
    location = urlunsplit(parts._replace(query=urlencode(query)))
    return Response(status=303, headers={"Location": location})


def _page(call: Call, asked: Asked, problem: str = "") -> Response:
    page = Hosted(
        provider="Paysera",
        title=f"Allow {call.settings.client_id} to access this?",
        points=asked.scopes or ("your user id",),
        inputs=(
            Input(
                name="username",
                label="E-mail address, phone or user name",
                value=asked.email or "",
                autocomplete="username",
                required=True,
            ),
            Input(
                name="password",
                label="Password",
                kind="password",
                autocomplete="current-password",
            ),
        ),
        buttons=(("allow", "Allow"), ("refuse", "Refuse")),
        target=call.target,
        problem=problem,
        lang=call.parts.get("locale", "en"),
    )
    return hosted_page(page, 403 if problem else 200)
