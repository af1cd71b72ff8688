"""The platform's tokens, hooks, events and stored answers, and the open countries."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Json,
    answer,
    either,
    just,
    listed,
    maybe,
    operation,
    ref,
    shape,
    text,
    word,
)

from .answers import CLIENT, DOCS, NO_ROUTE, PARAM_ERROR, RATE_LIMIT, RATES, call, error, rows
from .words import COUNTRY, DATE, EMAIL, TAG, id_of

_API = "api-reference/"
_TYPE = text(r"\S", 1, 255)
_URL = text("^https?://[a-z0-9.-]+(/[a-z0-9/._-]*)?$", most=255)

SCHEMAS: dict[str, Json] = {
    # docs: create-hook
    "Hook": shape(
        {
            "Url": text("^https?://", most=255),
            "Status": word("ENABLED", "DISABLED"),
            "Validity": word("VALID", "INVALID", "UNKNOWN"),
            "EventType": _TYPE,
            "Id": id_of("hook_m"),
            "Tag": maybe(TEXT),
            "CreationDate": DATE,
            "Email": maybe(EMAIL),
        }
    ),
    # docs: list-events: spelled with one s, other than in notifications
    "Event": shape({"ResourceId": TEXT, "EventType": text("^[A-Z_]+$"), "Date": DATE}),
    # docs: view-api-response: numbers are text
    "StoredResponse": shape(
        {
            "StatusCode": text("^[1-5][0-9]{2}$"),
            "ContentLength": text("^[0-9]+$"),
            "ContentType": TEXT,
            "Date": text(r"^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$"),
            "RequestURL": text("^https?://"),
            "Resource": {},
        }
    ),
    # docs: view-country-authorizations
    "CountryAuthorization": shape(
        {
            "CountryCode": COUNTRY,
            "CountryName": TEXT,
            "Authorization": shape(
                dict.fromkeys(
                    ("BlockUserCreation", "BlockBankAccountCreation", "BlockPayout"), BOOLEAN
                )
            ),
            "LastUpdate": DATE,
        }
    ),
}

# docs: overview/authentication
_TOKEN = shape(
    {"access_token": text("^[0-9a-f]+$"), "token_type": just("bearer"), "expires_in": INTEGER}
)
_WRONG_KEY = shape(
    {
        "Message": just("The authorization credentials are not valid"),
        "Type": just("invalid_credentials"),
        "Date": DATE,
    },
    # observed in addition to what is documented
    {"error": just("invalid_client")},
)
# RFC 6749 section 5.2; docs: overview/authentication, for a locked account
_NO_GRANT = shape({"error": just("unsupported_grant_type")})
_LOCKED = shape({"error": just("unauthorized_client"), "error_description": TEXT})
_GRANT = operation(
    "createToken",
    f"{DOCS}{_API}overview/authentication",
    {
        200: answer("Done", _TOKEN, RATES),
        400: answer("No", either(_NO_GRANT, _LOCKED), RATES),
        401: answer("No", _WRONG_KEY, RATES),
        429: answer("No", RATE_LIMIT, RATES),
    },
    body=shape({"grant_type": just("client_credentials")}),
    media=("application/x-www-form-urlencoded",),
    security=[{"basic": []}],
)
_CHANGE = shape(
    {},
    {
        "Url": _URL,
        "Status": word("ENABLED", "DISABLED"),
        "Validity": just("VALID"),
        "Tag": TAG,
        "Email": EMAIL,
    },
    closed=False,
)
_NEW = shape({"EventType": _TYPE, "Url": _URL}, {"Tag": TAG, "Email": EMAIL}, closed=False)
# the refusal is documented, its text is not
_TOO_OLD = error(
    "param_error",
    PARAM_ERROR,
    errors=shape({"AfterDate": just("Events are available for 45 days.")}),
)
# from the tests of the official Python and Java clients; no page prints the text
_UNKNOWN_KEY = error("correlationid_not_found", "The idempotency key was not found")
_FILES = ("application/pdf", "image/jpeg", "image/png", "image/gif")
_COUNTRIES = "api-reference/country-authorizations/"
_AUTHORIZED = ref("CountryAuthorization")
_LOST = error(
    "ressource_not_found",
    "The ressource does not exist",
    errors=shape({"RessourceNotFound": TEXT}),
)

PATHS: dict[str, dict[str, Json]] = {
    "/v2.01/oauth/token": {"post": _GRANT},
    "/v2.01/countries/authorizations": call(
        "listCountries", f"{_COUNTRIES}view-all-countries-authorizations", listed(_AUTHORIZED),
        by_client=False,
    ),
    "/v2.01/countries/{CountryCode}/authorizations": call(
        "viewCountry", f"{_COUNTRIES}view-country-authorizations", _AUTHORIZED,
        nouns=("Country",), by_client=False,
    ),
    # the target of the links to pages of documents
    "/consult/{Token}": {
        "get": operation(
            "viewPage",
            f"{DOCS}{_API}kyc-documents/kyc-document-object",
            {
                200: answer("The page", {}, RATES, _FILES),
                404: answer("No", either(_LOST, NO_ROUTE), RATES),
                429: answer("No", RATE_LIMIT, RATES),
            },
            security=[],
        )
    },
    f"{CLIENT}/hooks": {
        **rows("listHooks", f"{_API}hooks/list-hooks", ref("Hook")),
        **call("createHook", f"{_API}hooks/create-hook", ref("Hook"), method="post", body=_NEW),
    },
    f"{CLIENT}/hooks/{{HookId}}": {
        **call("viewHook", f"{_API}hooks/view-hook", ref("Hook"), nouns=("Hook",)),
        **call(
            "updateHook", f"{_API}hooks/update-hook", ref("Hook"), method="put", body=_CHANGE,
            nouns=("Hook",),
        ),
    },
    f"{CLIENT}/events": rows(
        "listEvents", f"{_API}events/list-events", ref("Event"), "EventType", refusals=(_TOO_OLD,)
    ),
    f"{CLIENT}/responses/{{IdempotencyKey}}": call(
        "viewResponse", f"{_API}overview/idempotency", ref("StoredResponse"),
        nouns=("Response",), refusals=(_UNKNOWN_KEY,),
    ),
}  # fmt: skip
