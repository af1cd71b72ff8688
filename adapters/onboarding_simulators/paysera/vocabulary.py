"""The words for what a caller may do."""

from __future__ import annotations

from collections.abc import Iterable

# The scopes that the user resource asks for (lib-wallet-php-client, OAuth/Consumer; the last
# three from the Java SDK and /guides/wallet/user-information/user-resource).
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
# The other scopes of the official SDKs and documents: a user may grant them, nothing here
# asks for them.
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
# Attached at a refresh with a code, never asked for at first (/en/wallet/user/scopes).
EXTENDED_SCOPES = frozenset({"convert_currency", "make_bank_transfers"})
# The first four are Paysera's names (lib-wallet-php-client, Entity/ClientPermissions). For the
# others the documents ask for special permissions that they do not name.
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
