"""The words for what a caller may do."""

from __future__ import annotations

from collections.abc import Iterable

# The scopes that a key of the user resource needs (lib-wallet-php-client, OAuth/Consumer).
USER_SCOPES = frozenset(
    {
        "email",
        "phone",
        "phone_confirmation",
        "address",
        "identity",
        "full_name",
        "identification_level",
        "wallet_list",
        "dob",
        "gender",
        "pep",
    }
)
# The other scopes of the official SDKs and documents: a user may grant them, nothing here
# asks for them.
OTHER_SCOPES = frozenset(
    {
        "avatar",
        "balance",
        "cards",
        "check_has_sufficient_balance",
        "convert_currency",
        "favourites",
        "identification_data",
        "incoming_payments",
        "initiate_transfers",
        "logged_in",
        "make_bank_transfers",
        "manage_account",
        "outgoing_payments",
        "projects",
        "received_transaction_requests",
        "recent_statements",
        "sent_transaction_requests",
        "services",
        "statements",
        "user_info",
        "user_position",
    }
)
# `search_by_person_code` and `provide_registration_parameters` are Paysera's names
# (lib-wallet-php-client, Entity/ClientPermissions). For registering a user and for providing
# an identity the documents ask for special permissions that they do not name.
PERMISSIONS = frozenset(
    {
        "search_by_person_code",
        "provide_registration_parameters",
        "register_user",
        "provide_identity",
    }
)


def base_scope(scope: str) -> str:
    """Takes the suffixes off: `X`, `X_offline`, `X_optional`, `X_offline_optional`.

    Source: developers.paysera.com /en/wallet/user/scopes.
    """
    base = scope.removesuffix("_optional").removesuffix("_offline")
    if base not in USER_SCOPES | OTHER_SCOPES:
        raise ValueError(f"no such scope: {scope}")
    return base


def base_scopes(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(base_scope(scope) for scope in scopes)


def offline_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes that client credentials alone may use once the user has consented."""
    lasting = (scope for scope in scopes if scope.removesuffix("_optional").endswith("_offline"))
    return base_scopes(lasting)


def known_permissions(permissions: Iterable[str]) -> frozenset[str]:
    known = frozenset(permissions)
    if known - PERMISSIONS:
        raise ValueError(f"no such permission: {', '.join(sorted(known - PERMISSIONS))}")
    return known
