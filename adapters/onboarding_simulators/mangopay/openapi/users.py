"""The operations on users, with SCA and in the older shape (docs: api-reference/users)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import Json, either, just, ref, shape

from . import users_seen
from .answers import (
    CLIENT,
    CLOSED,
    NOT_FOR_PAYER,
    PARAM_ERROR,
    PROXY_MISSING,
    USER,
    call,
    error,
    rows,
)
from .users_sent import (
    CATEGORISE_LEGAL,
    CATEGORISE_NATURAL,
    CHANGE_LEGAL,
    CHANGE_NATURAL,
    CHANGE_OLD_LEGAL,
    CHANGE_OLD_NATURAL,
    NEW_LEGAL,
    NEW_NATURAL,
    OLD_LEGAL,
    OLD_NATURAL,
)
from .words import COUNTRY, TAG

_PAGES = "api-reference/users/"

SCHEMAS = users_seen.SCHEMAS

_TERMS = error(
    "user_hasnt_accepted_terms_and_conditions",
    "User must accept the terms and conditions before account creation or modification.",
)
_REVOKED = error("invalid_action", "The user cannot revoke the terms and conditions acceptance")
# the answer of the older endpoints after 15 December 2025 is not documented
_GONE = error("forbidden_ressource", "This endpoint is not available for your account")
_ALREADY = error(
    "not_allowed_for_user_category_owner",
    "This endpoint is not allowed for User categorized as OWNER",
)
_NOT_CLOSED = (
    error("user_closure_failed", "An error occurred while closing the user"),
    error(
        "user_closure_not_possible",
        "The user cannot be closed as one or several wallets are not empty",
    ),
)
_NO_PROXY = error(
    "param_error",
    PARAM_ERROR,
    errors=shape(
        {
            "Invalid SCA request": just(
                "Consent cannot be given when no proxy is required by the client."
            )
        }
    ),
)
_NO_EMAIL = error(
    "param_error",
    PARAM_ERROR,
    errors=shape({"LegalRepresentative.Email": just("'Email' must not be empty.")}),
)


def _of(kind: str, new: Json, change: Json, category: Json) -> dict[str, dict[str, Json]]:
    """Returns the operations on one kind of user, with SCA."""
    path, page = f"{CLIENT}/sca/users/{kind.lower()}", f"{kind.lower()}-user"
    seen, noun = ref(f"User{kind}Sca"), (f"User{kind}",)
    closed = (CLOSED, _REVOKED)
    return {
        path: call(
            f"create{kind}Sca", f"{_PAGES}create-{page}-sca", seen, method="post", body=new,
            forbidden=(_TERMS, PROXY_MISSING),
        ),
        f"{path}/{{UserId}}": {
            # from the SDKs; not documented
            **call(f"view{kind}Sca", f"{_PAGES}view-user-sca", seen, nouns=noun),
            **call(
                f"update{kind}Sca", f"{_PAGES}update-{page}-sca", seen, method="put", body=change,
                nouns=noun, refusals=closed, forbidden=(_TERMS, PROXY_MISSING),
            ),
        },
        f"{path}/{{UserId}}/category": call(
            f"categorize{kind}", f"{_PAGES}categorize-{page}", seen, method="put", body=category,
            nouns=noun, refusals=(*closed, _ALREADY), forbidden=(_TERMS, PROXY_MISSING),
        ),
    }  # fmt: skip


def _of_old(kind: str, new: Json, change: Json) -> dict[str, dict[str, Json]]:
    """Returns the operations on one kind of user, in the older shape."""
    path, page = f"{CLIENT}/users/{kind.lower()}", f"{kind.lower()}-user"
    seen, noun = ref(f"User{kind}"), (f"User{kind}",)
    return {
        path: call(
            f"create{kind}", f"{_PAGES}create-{page}", seen, method="post", body=new,
            forbidden=(_TERMS, _GONE), deprecated=True,
        ),
        f"{path}/{{UserId}}": {
            **call(f"view{kind}", f"{_PAGES}view-user", seen, nouns=noun, deprecated=True),
            **call(
                f"update{kind}", f"{_PAGES}update-{page}", seen, method="put", body=change,
                nouns=noun, refusals=(CLOSED, _REVOKED), forbidden=(_TERMS, _GONE),
                deprecated=True,
            ),
            **call(
                f"close{kind}", f"{_PAGES}close-{page}", None, method="delete", status=204,
                nouns=noun, refusals=_NOT_CLOSED,
            ),
        },
    }  # fmt: skip


_USERS, _SCA = f"{CLIENT}/users", f"{CLIENT}/sca/users/{{UserId}}"
_ANY_SCA = either(ref("UserNaturalSca"), ref("UserLegalSca"))
_ANY = either(ref("UserNatural"), ref("UserLegal"))
_CHECK = shape(
    {"CompanyNumber": shape({"CompanyNumber": TAG, "CountryCode": COUNTRY}, closed=False)},
    closed=False,
)

PATHS: dict[str, dict[str, Json]] = {
    **_of("Natural", NEW_NATURAL, CHANGE_NATURAL, CATEGORISE_NATURAL),
    **_of("Legal", NEW_LEGAL, CHANGE_LEGAL, CATEGORISE_LEGAL),
    _SCA: call("viewUserSca", f"{_PAGES}view-user-sca", _ANY_SCA, nouns=("User",)),
    f"{_SCA}/enrollment": call(
        "enrollUser", f"{_PAGES}enroll-user", ref("PendingUserAction"), method="post",
        nouns=("User",), refusals=(CLOSED, NOT_FOR_PAYER, _NO_EMAIL),
    ),
    f"{_SCA}/consent": call(
        "manageConsent", f"{_PAGES}manage-user-consent", ref("PendingUserAction"), method="post",
        nouns=("User",), refusals=(CLOSED, _NO_PROXY),
    ),
    f"{_SCA}/sca-status": call(
        "viewScaStatus", f"{_PAGES}view-user-sca-status", ref("ScaStatus"), nouns=("User",)
    ),
    **_of_old("Natural", OLD_NATURAL, CHANGE_OLD_NATURAL),
    **_of_old("Legal", OLD_LEGAL, CHANGE_OLD_LEGAL),
    _USERS: rows("listUsers", f"{_PAGES}list-users", ref("UserSummary")),
    f"{_USERS}/data-formats/validation": call(
        "validateDataFormat", f"{_PAGES}validate-data-format", ref("CheckedFormat"),
        method="post", body=_CHECK,
    ),
    f"{USER}": call("viewUser", f"{_PAGES}view-user", _ANY, nouns=("User",)),
    f"{USER}/regulatory": call(
        "viewRegulatory", f"{_PAGES}view-user-regulatory", ref("Regulatory"), nouns=("User",)
    ),
    # an older name for the same
    f"{USER}/blockStatus": call(
        "viewBlockStatus", f"{_PAGES}view-user-regulatory", ref("Regulatory"), nouns=("User",)
    ),
}  # fmt: skip
