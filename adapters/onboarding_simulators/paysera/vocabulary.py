"""The scopes and permissions of callers."""

from __future__ import annotations

from collections.abc import Iterable

# The scopes of the user resource (lib-wallet-php-client, OAuth/Consumer; the last three from the
# Java SDK and /guides/wallet/user-information/user-resource).
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
        "avatar",
        "services",
        "user_position",
    }
)
# The other scopes of the official SDKs and documents: a user can grant them, but no operation here
# needs them.
OTHER_SCOPES = frozenset(
    {
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
        "statements",
        "user_info",
    }
)
# Attached in a refresh with a code, never granted at first (/en/wallet/user/scopes).
EXTENDED_SCOPES = frozenset({"convert_currency", "make_bank_transfers"})
# The first four names are Paysera's (lib-wallet-php-client, Entity/ClientPermissions). For the
# others the documents require special permissions without names.
PERMISSIONS = frozenset(
    {
        "search_by_person_code",
        "provide_registration_parameters",
        "give_trusted_user_info",
        "use_password_grant",
        "register_user",
        "provide_identity",
        "upload_document",
    }
)


def base_scope(scope: str) -> str:
    """Removes the suffixes: `X`, `X_offline`, `X_optional`, `X_offline_optional`.

    Source: developers.paysera.com /en/wallet/user/scopes.
    """
    base = scope.removesuffix("_optional").removesuffix("_offline")
    if base not in USER_SCOPES | OTHER_SCOPES:
        raise ValueError(f"no such scope: {scope}")
    return base


def base_scopes(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(base_scope(scope) for scope in scopes)


def offline_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Returns the scopes that client credentials have after the user's consent."""
    lasting = (scope for scope in scopes if scope.removesuffix("_optional").endswith("_offline"))
    return base_scopes(lasting)


def known_permissions(permissions: Iterable[str]) -> frozenset[str]:
    known = frozenset(permissions)
    if known - PERMISSIONS:
        raise ValueError(f"no such permission: {', '.join(sorted(known - PERMISSIONS))}")
    return known
