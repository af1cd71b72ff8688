"""Hosted identity verification (docs: api-reference/identity-verification)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    NULL,
    TEXT,
    Json,
    answer,
    either,
    just,
    listed,
    maybe,
    ref,
    shape,
    text,
    word,
)

from .answers import CLIENT, CLOSED, RATES, USER, call, error, rows
from .words import COUNTRY, DATE, EMAIL, TAG, id_of

_IDV = "api-reference/identity-verification/"

# docs: idv-session-object; the last two are from the SDKs
SESSION_STATUSES = (
    "PENDING", "REVIEW", "VALIDATED", "REFUSED", "OUT_OF_DATE", "EXPIRED", "TIMEOUT", "ERROR",
)  # fmt: skip
_SESSION = {
    "Id": id_of("idnver"),
    "Tag": maybe(TEXT),
    "CreationDate": DATE,
    "HostedUrl": text("^https?://"),
    "Status": word(*SESSION_STATUSES),
    "ReturnUrl": TEXT,
}
_ROW = {"Id": id_of("idnver"), "CreationDate": DATE}
_SAID = shape({"Type": TEXT, "Value": TEXT})

# docs: idv-sessions/retry-psc-session; the format of the date is not documented
_PERSON = {
    "FirstName": text(most=100),
    "LastName": text(most=100),
    "Email": EMAIL,
    "DateOfBirth": TAG,
    "Country": COUNTRY,
    "Nationality": COUNTRY,
    "PscType": TAG,
}

SCHEMAS: dict[str, Json] = {
    # docs: idv-sessions/list-psc-sessions-user
    "PscSession": shape(
        {
            "Id": id_of("psc"),
            "SessionId": id_of("idnver"),
            "MainSessionId": id_of("idnver"),
            "Status": word("PENDING_VALIDATION", "VALIDATED", "REJECTED", "ABANDONED"),
            "HostedUrl": text("^https?://"),
            "Data": listed(_SAID),
        },
        {
            "CreationDate": DATE,
            "LastUpdate": DATE,
            **{name: maybe(schema) for name, schema in _PERSON.items()},
        },
    ),
    "IdvSession": shape(_SESSION),
    # docs: list-idv-sessions: four keys; in the example a pending session has no last update
    "IdvSessionRow": either(
        shape({**_ROW, "Status": just("PENDING"), "LastUpdate": NULL}),
        shape({**_ROW, "Status": word(*SESSION_STATUSES[1:]), "LastUpdate": DATE}),
    ),
    "IdvSessionWithChecks": shape(
        {
            **_SESSION,
            "UserId": id_of("user_m"),
            "LastUpdate": DATE,
            "Checks": listed(
                shape(
                    {
                        "CheckId": id_of("idnchc"),
                        "Type": TEXT,
                        "CheckStatus": word(*SESSION_STATUSES),
                        "Reasons": listed(_SAID),
                        "CreationDate": DATE,
                        "LastUpdate": DATE,
                        "Data": listed(_SAID),
                    }
                )
            ),
            "PSCs": listed(ref("PscSession")),
        }
    ),
}

_NO_SESSION = (
    CLOSED,
    error(
        "param_error",
        "Missing or incorrect required parameter",
        errors=shape({"UserId": just("UserId is not valid")}),
    ),
    error(
        "invalid_action",
        "This feature is only available for users categorised as Owner.",
        "The LegalUserType PARTNERSHIP is not currently supported in the identity verification "
        "process.",
    ),
)
# RFC 7807
_FEATURE_OFF = shape(
    {"type": TEXT, "title": just("Forbidden"), "status": just(403), "traceId": TEXT}
)
_OFF = {403: answer("No", _FEATURE_OFF, RATES, ("application/problem+json",))}
# the refusal is documented, its text is not
_ABANDONED = error("invalid_action", "This PSC Session was abandoned and cannot be retried.")

PATHS: dict[str, dict[str, Json]] = {
    f"{USER}/identity-verifications": {
        **rows(
            "listSessions", f"{_IDV}list-idv-sessions", ref("IdvSessionRow"),
            words={"Status": SESSION_STATUSES}, nouns=("User",), more=_OFF,
        ),
        **call(
            "createSession", f"{_IDV}create-idv-session", ref("IdvSession"), method="post",
            body=shape({"ReturnUrl": text(r"\S", 1, 500)}, {"Tag": TAG}, closed=False),
            refusals=_NO_SESSION, more=_OFF,
        ),
    },
    f"{CLIENT}/identity-verifications/{{IdentityVerificationId}}": call(
        "viewSession", f"{_IDV}view-idv-session", ref("IdvSessionWithChecks"),
        nouns=("IdentityVerification",), more=_OFF,
    ),
    f"{CLIENT}/identity-verifications/{{IdentityVerificationId}}/pscs/{{PscId}}/retry": call(
        "retryPscSession", "api-reference/idv-sessions/retry-psc-session", ref("PscSession"),
        method="put", body=shape({}, _PERSON, closed=False),
        nouns=("IdentityVerification", "Psc"), refusals=(_ABANDONED,),
    ),
    f"{USER}/pscs": rows(
        "listPscSessions", "api-reference/idv-sessions/list-psc-sessions-user",
        ref("PscSession"), nouns=("User",),
    ),
}  # fmt: skip
