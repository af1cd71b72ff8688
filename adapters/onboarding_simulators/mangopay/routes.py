"""The paths that the simulator answers, matched as tolerantly as the official SDKs require."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from onboarding_simulators.shared.routing import Paths

from . import (
    accounts,
    documents,
    events,
    idempotency,
    money,
    owners,
    persons,
    recipients,
    regulatory,
    sca,
    users,
    verifications,
    views,
)
from .auth import issue_token
from .calls import Handler
from .kinds import LEGAL, NATURAL

VERSION = "/v2.01"
_OTHER_SPELLING = "/v2_01/"
"""The version as the official Java client spells it at login (/V2_01/oauth/token)."""


@frozen(kw_only=True)
class Route:
    """A path of literal or `<named>` segments, in lower case, with a handler for each method."""

    path: str
    handlers: Mapping[str, Handler]


def _route(path: str, **handlers: Handler) -> Route:
    return Route(path=f"{VERSION}/<client>/{path}", handlers=handlers)


def _open_route(path: str, **handlers: Handler) -> Route:
    """Returns a route without a client, which needs no token."""
    return Route(path=path, handlers=handlers)


_USERS = (
    _route("sca/users/natural", POST=users.creating(NATURAL, with_sca=True)),
    _route("sca/users/legal", POST=users.creating(LEGAL, with_sca=True)),
    _route(
        "sca/users/natural/<id>",
        PUT=users.updating(NATURAL, with_sca=True),
        GET=views.viewing(NATURAL, with_sca=True),
    ),
    _route(
        "sca/users/legal/<id>",
        PUT=users.updating(LEGAL, with_sca=True),
        GET=views.viewing(LEGAL, with_sca=True),
    ),
    _route("sca/users/natural/<id>/category", PUT=users.categorising(NATURAL)),
    _route("sca/users/legal/<id>/category", PUT=users.categorising(LEGAL)),
    _route("sca/users/<id>", GET=views.viewing(None, with_sca=True)),
    _route("sca/users/<id>/enrollment", POST=sca.enrolment),
    _route("sca/users/<id>/sca-status", GET=sca.status),
    _route("users", GET=views.list_users),
    _route("users/natural", POST=users.creating(NATURAL, with_sca=False)),
    _route("users/legal", POST=users.creating(LEGAL, with_sca=False)),
    _route(
        "users/natural/<id>",
        PUT=users.updating(NATURAL, with_sca=False),
        GET=views.viewing(NATURAL, with_sca=False),
        DELETE=users.closing(NATURAL),
    ),
    _route(
        "users/legal/<id>",
        PUT=users.updating(LEGAL, with_sca=False),
        GET=views.viewing(LEGAL, with_sca=False),
        DELETE=users.closing(LEGAL),
    ),
    _route("sca/users/<id>/consent", POST=sca.consent),
    _route("users/data-formats/validation", POST=regulatory.check_format),
    _route("users/<user>/regulatory", GET=regulatory.view),
    _route("users/<user>/blockstatus", GET=regulatory.view),
    _route("users/<id>", GET=views.viewing(None, with_sca=False)),
)
_VERIFICATION = (
    _route("kyc/documents", GET=documents.list_all),
    _route("kyc/documents/<id>", GET=documents.view),
    _route("kyc/documents/<id>/consult", POST=documents.consult),
    _route("users/<user>/kyc/documents", GET=documents.list_of_user, POST=documents.create),
    _route("users/<user>/kyc/documents/<id>", GET=documents.view, PUT=documents.update),
    _route("users/<user>/kyc/documents/<id>/pages", POST=documents.add_page),
    _route("kyc/ubodeclarations/<id>", GET=owners.view),
    _route("users/<user>/kyc/ubodeclarations", GET=owners.list_of_user, POST=owners.create),
    _route("users/<user>/kyc/ubodeclarations/<id>", GET=owners.view, PUT=owners.submit),
    _route("users/<user>/kyc/ubodeclarations/<id>/ubos", POST=owners.create_owner),
    _route(
        "users/<user>/kyc/ubodeclarations/<id>/ubos/<ubo>",
        GET=owners.view_owner,
        PUT=owners.update_owner,
    ),
    _route(
        "users/<user>/identity-verifications",
        GET=verifications.list_of_user,
        POST=verifications.create,
    ),
    _route("identity-verifications/<id>", GET=verifications.view),
    _route("identity-verifications/<id>/pscs/<person>/retry", PUT=persons.retry),
    _route("users/<user>/pscs", GET=persons.list_of_user),
)
_MONEY = (
    *(
        _route(f"users/<user>/bankaccounts/{type.lower()}", POST=accounts.creating(type))
        for type in accounts.FORMS
    ),
    _route("users/<user>/bankaccounts", GET=accounts.list_of_user),
    _route("users/<user>/bankaccounts/<id>", GET=accounts.view, PUT=accounts.deactivate),
    _route("bankaccounts/<id>/transactions", GET=money.account_transactions),
    _route("recipients/schema", GET=recipients.view_schema),
    _route("recipients/payout-methods", GET=recipients.view_methods),
    _route("recipients/<id>", GET=recipients.view, PUT=recipients.deactivate),
    _route("users/<user>/recipients", GET=recipients.list_of_user, POST=recipients.create),
    _route("users/<user>/recipients/validate", POST=recipients.validate),
    _route("wallets", POST=money.create_wallet),
    _route("wallets/<id>", GET=money.view_wallet, PUT=money.update_wallet),
    _route("wallets/<id>/transactions", GET=money.wallet_transactions),
    _route("cards/<id>", GET=money.view_card),
    _route("users/<user>/wallets", GET=money.listing_of(money.WALLETS, with_sca=True)),
    _route(
        "users/<user>/transactions",
        GET=money.listing_of(
            money.TRANSACTIONS, "Status", "Type", "Nature", "ResultCode", with_sca=True
        ),
    ),
    _route("users/<user>/cards", GET=money.listing_of(money.CARDS, "Active", with_sca=False)),
    _route(
        "users/<user>/preauthorizations",
        GET=money.listing_of(money.PREAUTHORIZATIONS, "Status", with_sca=False),
    ),
    _route("users/<user>/emoney", GET=money.emoney),
    _route("users/<user>/emoney/<year>", GET=money.emoney),
    _route("users/<user>/emoney/<year>/<month>", GET=money.emoney),
)
_PLATFORM = (
    _route("hooks", GET=events.list_hooks, POST=events.create_hook),
    _route("hooks/<id>", GET=events.view_hook, PUT=events.update_hook),
    _route("events", GET=events.list_events),
    _route("responses/<key>", GET=idempotency.view_response),
)
_OPEN = (
    _open_route(f"{VERSION}/oauth/token", POST=issue_token),
    _open_route(f"{VERSION}/countries/authorizations", GET=regulatory.list_countries),
    _open_route(f"{VERSION}/countries/<country>/authorizations", GET=regulatory.view_country),
    _open_route("/consult/<token>", GET=documents.show_page),
)
ROUTES = (*_OPEN, *_USERS, *_VERIFICATION, *_MONEY, *_PLATFORM)
_PATHS = Paths({route.path: route for route in ROUTES}, tolerant=True)


def find_route(path: str, *, strict: bool = False) -> tuple[Route, Mapping[str, str]] | None:
    """Returns the route of a path with its named segments, or None.

    With `strict`, only the documented spelling of the version is accepted.
    """
    spelled = f"/{path.lstrip('/')}"
    if spelled.lower().startswith(_OTHER_SPELLING) and not strict:
        path = f"{VERSION}/{spelled[len(_OTHER_SPELLING) :]}"
    return _PATHS.find(path)
