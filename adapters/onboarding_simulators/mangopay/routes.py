"""The table of paths the simulator answers, matched as tolerantly as the SDKs need."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from . import (
    accounts,
    documents,
    events,
    files,
    hooks,
    money,
    owners,
    persons,
    reads,
    recipients,
    regulatory,
    sca,
    users,
    verifications,
)
from .auth import issue_token
from .kinds import LEGAL, NATURAL
from .world import Handler

VERSION = "v2.01"
_OTHER_SPELLING = "v2_01"
"""How the official Java client spells the version when it logs in (/V2_01/oauth/token)."""
TOKEN_PATH = (VERSION, "oauth", "token")


@frozen(kw_only=True)
class Route:
    """A path of literal or `{named}` segments with a handler for each method."""

    segments: tuple[str, ...]
    handlers: Mapping[str, Handler]

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Gives the named segments if a path of as many fits; case counts in these only."""
        params: dict[str, str] = {}
        for pattern, segment in zip(self.segments, segments, strict=True):
            if pattern.startswith("{"):
                params[pattern[1:-1]] = segment
            elif pattern != segment.lower():
                return None
        return params


def _route(path: str, **handlers: Handler) -> Route:
    segments = (VERSION, "{client}", *path.split("/"))
    return Route(segments=segments, handlers=handlers)


def _open_route(path: str, **handlers: Handler) -> Route:
    """Gives a route without a client, for which no token is asked."""
    return Route(segments=tuple(path.split("/")), handlers=handlers)


# The first fit counts, so a literal segment stands above a named one.
_USERS = (
    _route("sca/users/natural", POST=users.creating(NATURAL, with_sca=True)),
    _route("sca/users/legal", POST=users.creating(LEGAL, with_sca=True)),
    _route(
        "sca/users/natural/{id}",
        PUT=users.updating(NATURAL, with_sca=True),
        GET=reads.viewing(NATURAL, with_sca=True),
    ),
    _route(
        "sca/users/legal/{id}",
        PUT=users.updating(LEGAL, with_sca=True),
        GET=reads.viewing(LEGAL, with_sca=True),
    ),
    _route("sca/users/natural/{id}/category", PUT=users.categorising(NATURAL)),
    _route("sca/users/legal/{id}/category", PUT=users.categorising(LEGAL)),
    _route("sca/users/{id}", GET=reads.viewing(None, with_sca=True)),
    _route("sca/users/{id}/enrollment", POST=sca.enrolment),
    _route("sca/users/{id}/sca-status", GET=sca.status),
    _route("users", GET=reads.list_users),
    _route("users/natural", POST=users.creating(NATURAL, with_sca=False)),
    _route("users/legal", POST=users.creating(LEGAL, with_sca=False)),
    _route(
        "users/natural/{id}",
        PUT=users.updating(NATURAL, with_sca=False),
        GET=reads.viewing(NATURAL, with_sca=False),
        DELETE=users.closing(NATURAL),
    ),
    _route(
        "users/legal/{id}",
        PUT=users.updating(LEGAL, with_sca=False),
        GET=reads.viewing(LEGAL, with_sca=False),
        DELETE=users.closing(LEGAL),
    ),
    _route("sca/users/{id}/consent", POST=sca.consent),
    _route("users/data-formats/validation", POST=regulatory.check_format),
    _route("users/{user}/regulatory", GET=regulatory.view),
    _route("users/{user}/blockstatus", GET=regulatory.view),
    _route("users/{id}", GET=reads.viewing(None, with_sca=False)),
)
_VERIFICATION = (
    _route("kyc/documents", GET=documents.list_all),
    _route("kyc/documents/{id}", GET=documents.view),
    _route("kyc/documents/{id}/consult", POST=documents.consult),
    _route("users/{user}/kyc/documents", GET=documents.list_of_user, POST=documents.create),
    _route("users/{user}/kyc/documents/{id}", GET=documents.view, PUT=documents.update),
    _route("users/{user}/kyc/documents/{id}/pages", POST=documents.add_page),
    _route("kyc/ubodeclarations/{id}", GET=owners.view),
    _route("users/{user}/kyc/ubodeclarations", GET=owners.list_of_user, POST=owners.create),
    _route("users/{user}/kyc/ubodeclarations/{id}", GET=owners.view, PUT=owners.submit),
    _route("users/{user}/kyc/ubodeclarations/{id}/ubos", POST=owners.create_owner),
    _route(
        "users/{user}/kyc/ubodeclarations/{id}/ubos/{ubo}",
        GET=owners.view_owner,
        PUT=owners.update_owner,
    ),
    _route(
        "users/{user}/identity-verifications",
        GET=verifications.list_of_user,
        POST=verifications.create,
    ),
    _route("identity-verifications/{id}", GET=verifications.view),
    _route("identity-verifications/{id}/pscs/{person}/retry", PUT=persons.retry),
    _route("users/{user}/pscs", GET=persons.list_of_user),
)
_MONEY = (
    *(
        _route(f"users/{{user}}/bankaccounts/{type.lower()}", POST=accounts.creating(type))
        for type in accounts.FORMS
    ),
    _route("users/{user}/bankaccounts", GET=accounts.list_of_user),
    _route("users/{user}/bankaccounts/{id}", GET=accounts.view, PUT=accounts.deactivate),
    _route("bankaccounts/{id}/transactions", GET=money.account_transactions),
    _route("recipients/schema", GET=recipients.view_schema),
    _route("recipients/payout-methods", GET=recipients.view_methods),
    _route("recipients/{id}", GET=recipients.view, PUT=recipients.deactivate),
    _route("users/{user}/recipients", GET=recipients.list_of_user, POST=recipients.create),
    _route("users/{user}/recipients/validate", POST=recipients.validate),
    _route("wallets", POST=money.create_wallet),
    _route("wallets/{id}", GET=money.view_wallet, PUT=money.update_wallet),
    _route("wallets/{id}/transactions", GET=money.wallet_transactions),
    _route("cards/{id}", GET=money.view_card),
    _route("users/{user}/wallets", GET=money.listing_of(money.WALLETS, with_sca=True)),
    _route(
        "users/{user}/transactions",
        GET=money.listing_of(
            money.TRANSACTIONS, "Status", "Type", "Nature", "ResultCode", with_sca=True
        ),
    ),
    _route("users/{user}/cards", GET=money.listing_of(money.CARDS, "Active", with_sca=False)),
    _route(
        "users/{user}/preauthorizations",
        GET=money.listing_of(money.PREAUTHORIZATIONS, "Status", with_sca=False),
    ),
    _route("users/{user}/emoney", GET=money.emoney),
    _route("users/{user}/emoney/{year}", GET=money.emoney),
    _route("users/{user}/emoney/{year}/{month}", GET=money.emoney),
)
_PLATFORM = (
    _route("hooks", GET=hooks.list_all, POST=hooks.create),
    _route("hooks/{id}", GET=hooks.view, PUT=hooks.update),
    _route("events", GET=events.list_events),
    _route("responses/{key}", GET=reads.view_response),
)
# these stand first: `oauth` and `countries` are no clients
_OPEN = (
    Route(segments=TOKEN_PATH, handlers={"POST": issue_token}),
    _open_route(f"{VERSION}/countries/authorizations", GET=regulatory.list_countries),
    _open_route(f"{VERSION}/countries/{{country}}/authorizations", GET=regulatory.view_country),
    _open_route("consult/{token}", GET=files.show_page),
)
ROUTES = (*_OPEN, *_USERS, *_VERIFICATION, *_MONEY, *_PLATFORM)
_BY_LENGTH = {
    length: tuple(route for route in ROUTES if len(route.segments) == length)
    for length in {len(route.segments) for route in ROUTES}
}


def find_route(path: str, *, strict: bool = False) -> tuple[Route, dict[str, str]] | None:
    """Gives the route of a path with its named segments; extra slashes do not matter.

    `strict` takes the documented spelling of the version alone.
    """
    segments = tuple(segment for segment in path.split("/") if segment)
    if segments and segments[0].lower() == _OTHER_SPELLING and not strict:
        segments = (VERSION, *segments[1:])
    for route in _BY_LENGTH.get(len(segments), ()):
        params = route.match(segments)
        if params is not None:
            return route, params
    return None
